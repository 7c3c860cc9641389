"""Kill -9 a training in the middle, several times, resume it, and compare with one that nobody disturbed.

    python benchmarks/kill.py [--recipe posec3d --kills 3 --epochs 20]

The weights must be the same bytes. Works on the simulated sample of the repository, through the shell commands `mgnb train` and
`mgnb resume`. Exits with 1 where a byte differs."""
import argparse, random, signal, subprocess, sys, tempfile, time
from pathlib import Path
from mgnb.train import load_run
from mgnb.core import sha256

DATA = Path(__file__).resolve().parent.parent/'data'/'sample'
COMPARED = ('model.safetensors', 'history.csv')

def mgnb(*args):
    "Start a command of the shell"
    command = [Path(sys.executable).parent/'mgnb', *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

def train(a, out):
    "Start a training on the sample"
    return mgnb('train', DATA, '--recipe', a.recipe, '--preset', 'tiny', '--epochs', a.epochs, '--out', out)

def finish(process):
    "Wait for a command, and end with what it printed where it failed"
    printed, _ = process.communicate()
    if process.returncode: sys.exit(printed)

def kill_later(process, run, seconds):
    "Kill a training some seconds after it has something to go on from; False where it was done before"
    while process.poll() is None and not any(run.rglob('resume.*')): time.sleep(.02)
    until = time.time() + seconds
    while process.poll() is None and time.time() < until: time.sleep(.02)
    if process.poll() is not None: return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True

def progress(member):
    "How far the training of one network came"
    if member.finished: return 'done'
    return f'after {len(member.history)} epochs' if member.path.exists() else 'not begun'

def train_disturbed(a, run, seconds):
    "Train, kill and resume until it is done; how often it was killed"
    rng = random.Random(a.seed)
    process = train(a, run)
    kills = 0
    while kills < a.kills:
        if not kill_later(process, run, rng.uniform(0, .5 / a.kills) * seconds): break
        kills += 1
        print('killed: ' + ', '.join(f"{m.path.name} {progress(m)}" for m in load_run(run).members.values()), flush=True)
        process = mgnb('resume', run)
    finish(process)
    return kills

def compare_files(whole, killed):
    "File → are its bytes the same in both runs?"
    files = [f.relative_to(whole) for f in sorted(whole.rglob('*')) if f.name in COMPARED]
    return {f.as_posix(): sha256(whole/f) == sha256(killed/f) for f in files}

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--recipe', default='posec3d')
    ap.add_argument('--kills', type=int, default=3)
    ap.add_argument('--epochs', type=int, default=20)
    ap.add_argument('--seed', type=int, default=0)
    a = ap.parse_args()
    folder = Path(tempfile.mkdtemp())
    start = time.time()
    finish(train(a, folder/'whole'))
    kills = train_disturbed(a, folder/'killed', time.time() - start)
    same = compare_files(folder/'whole', folder/'killed')
    for f, equal in same.items(): print(f"{f}: {'the same bytes' if equal else 'DIFFERENT'}")
    print(f"{kills} kills in training, simulated sample, {a.recipe} tiny, {a.epochs} epochs")
    sys.exit(not (kills and all(same.values())))

if __name__ == '__main__': main()
