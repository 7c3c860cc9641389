"""Kill -9 a training in the middle, several times, resume it, and compare with one that nobody disturbed: the weights must be the same bytes.

    python benchmarks/kill.py [--recipe posec3d --kills 3 --epochs 20]

Works on the simulated sample of the repository, through the shell commands `mgnb train` and `mgnb resume`. Exits with 1 where a byte differs."""
import argparse, os, random, signal, subprocess, sys, tempfile, time
from pathlib import Path
from mgnb.train import load_run
from mgnb.core import sha256

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument('--recipe', default='posec3d')
ap.add_argument('--kills', type=int, default=3)
ap.add_argument('--epochs', type=int, default=20)
ap.add_argument('--seed', type=int, default=0)
a = ap.parse_args()
data, tmp, rng = Path(__file__).resolve().parent.parent/'data'/'sample', Path(tempfile.mkdtemp()), random.Random(a.seed)

def mgnb(*args): return subprocess.Popen([Path(sys.executable).parent/'mgnb', *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
def train(out): return mgnb('train', data, '--recipe', a.recipe, '--preset', 'tiny', '--epochs', a.epochs, '--out', out)

start = time.time()
p = train(tmp/'whole')
said, _ = p.communicate()
if p.returncode: sys.exit(said)
whole = time.time() - start
p, kills = train(tmp/'killed'), 0
while kills < a.kills:
    while p.poll() is None and not any((tmp/'killed').rglob('resume.*')): time.sleep(.02)   # until there is something to go on from
    until = time.time() + rng.uniform(0, .5 / a.kills) * whole
    while p.poll() is None and time.time() < until: time.sleep(.02)
    if p.poll() is not None: break
    p.send_signal(signal.SIGKILL)
    p.wait()
    kills += 1
    print('killed: ' + ', '.join(f"{m.path.name} {'done' if m.finished else 'not begun' if not m.path.exists() else f'after {len(m.history)} epochs'}" for m in load_run(tmp/'killed').members.values()), flush=True)
    p = mgnb('resume', tmp/'killed')
said, _ = p.communicate()
if p.returncode: sys.exit(said)
same = {f.relative_to(tmp/'whole').as_posix(): sha256(f) == sha256(tmp/'killed'/f.relative_to(tmp/'whole')) for f in sorted((tmp/'whole').rglob('*')) if f.name in ('model.safetensors', 'history.csv')}
for f, equal in same.items(): print(f"{f}: {'the same bytes' if equal else 'DIFFERENT'}")
print(f"{kills} kills in training, simulated sample, {a.recipe} tiny, {a.epochs} epochs")
sys.exit(not (kills and all(same.values())))
