"""What does a command wait for? Seconds of the processor, and which large libraries are loaded when it has ended.

    python benchmarks/imports.py                  each command three times, by turns; exits with 1 where a goal is missed
    python benchmarks/imports.py --rounds 1       once, as CI does; twice more where a goal is missed
    python benchmarks/imports.py --also FOLDER    also of another checkout, side by side
    python benchmarks/imports.py --keep           also write benchmarks/results/imports.json; `before` stays without --also

Machines differ, so that seconds are held against `import torch` in the same minutes on the same machine. What is loaded does not
depend on the machine: a library that a goal does not name may not be loaded. Files that are read for the first time, and whatever
else the machine does, only ever add seconds: the least of the rounds counts."""
import argparse, json, os, subprocess, sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT/'benchmarks'/'results'/'imports.json'
LARGE = ('torch', 'fastai', 'pandas', 'scipy.stats', 'scipy.ndimage', 'sklearn', 'matplotlib.pyplot', 'plotly.basedatatypes', 'numba', 'av',
         'torchvision', 'spacy', 'timm', 'mediapipe', 'aeon', 'onnxruntime', 'openvino', 'dask', 'nbformat', 'torch.utils.flop_counter')

@dataclass
class Goal:
    name: str        # as it is printed
    code: str        # what the process runs
    times: float     # seconds at most, as a multiple of `import torch`; missed only beyond SLACK
    loads: tuple     # the large libraries that it may load
    beyond: bool = False # seconds beyond `import torch`

def command(line): return f"from mgnb.cli import main; main({line.split()})"
def star(module): return f"from {module} import *"

GOALS = (
    Goal('mgnb --help', command('--help'), .2, ()),
    Goal('mgnb train --help', command('train --help'), .25, ()),
    Goal('mgnb recipes', command('recipes'), .3, ()),
    Goal('mgnb info data/sample', command('info data/sample'), .7, ('pandas',)),
    Goal('from mgnb.skeleton import *', star('mgnb.skeleton'), .3, ()),
    Goal('from mgnb.heatmap import *', star('mgnb.heatmap'), .3, ('torch',), True),
    Goal('from mgnb.train import *', star('mgnb.train'), 1., ('torch', 'pandas', 'fastai', 'av'), True),
)
TORCH = Goal('import torch', 'import torch', 1, ('torch',))
SLACK = 1.5   # for machines that do other things, too

def run(goal, folder):
    "One fresh process: (seconds of the processor from its start to its end, large libraries that are loaded then)"
    tell = f"import resource as r, sys; u = r.getrusage(r.RUSAGE_SELF); loaded = [m for m in {LARGE} if m in sys.modules]"
    code = f"{goal.code}\n{tell}\nimport json; print(json.dumps([u.ru_utime + u.ru_stime, loaded]), file=sys.stderr)"
    env = os.environ | dict(PYTHONPATH=str(folder), OMP_NUM_THREADS='1')
    done = subprocess.run([sys.executable, '-c', code], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode: sys.exit(f"{goal.name}: {done.stderr.strip().splitlines()[-1]}")
    seconds, loaded = json.loads(done.stderr.strip().splitlines()[-1])
    return seconds, loaded

def measure(goals, folders, rounds):
    "(folder, name) → (least seconds, what is loaded); all of them take turns"
    keys = [(folder, goal) for goal in goals for folder in folders]
    found = {(folder, goal.name): [] for folder, goal in keys}
    for _ in range(rounds):
        for folder, goal in keys: found[folder, goal.name].append(run(goal, folder))
    return {key: (min(s for s, _ in runs), runs[-1][1]) for key, runs in found.items()}

def again(rows, found, rounds):
    "Where a goal is missed, everything is measured once more in as many rounds"
    if not any(r['times'] > SLACK * goal.times for r, goal in zip(rows, GOALS)): return found
    more = measure((TORCH, *GOALS), [ROOT], rounds)
    return found | {key: (min(seconds, found[key][0]), loaded) for key, (seconds, loaded) in more.items()}

def row(goal, folder, found):
    "What is printed and kept of one command"
    torch, _ = found[folder, TORCH.name]
    seconds, loaded = found[folder, goal.name]
    counted = max(0, seconds - torch) if goal.beyond else seconds
    return dict(command=goal.name + (', beyond torch' if goal.beyond else ''), seconds=round(counted, 2), times=round(counted / torch, 2),
                goal=goal.times, loads=loaded)

def faults(rows, goals):
    "What misses its goal, in words"
    for r, goal in zip(rows, goals):
        if r['times'] > SLACK * goal.times: yield f"{goal.name}: {r['times']} times `import torch`, goal {goal.times}"
        extra = [m for m in r['loads'] if m not in goal.loads]
        if extra: yield f"{goal.name} loads {', '.join(extra)} → import where it is used"

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=3)
    ap.add_argument('--also', type=Path, help='another checkout')
    ap.add_argument('--keep', action='store_true')
    a = ap.parse_args()
    folders = [ROOT] + ([a.also.resolve()] if a.also else [])
    found = measure((TORCH, *GOALS), folders, a.rounds)
    found = again([row(goal, ROOT, found) for goal in GOALS], found, rounds=2)
    tables = [[row(goal, folder, found) for goal in GOALS] for folder in folders]
    for k, r in enumerate(tables[0]):
        then = f"   there {tables[1][k]['times']:.2f}, {', '.join(tables[1][k]['loads'])}" if a.also else ''
        took = f"{r['seconds']:5.2f} s, {r['times']:.2f} × import torch (goal {r['goal']})"
        print(f"{r['command']:42} {took}: {', '.join(r['loads']) or '–'}{then}")
    if a.keep:
        torch = {name: round(found[f, TORCH.name][0], 2) for name, f in zip(('now', 'before'), folders)}
        old = json.loads(RESULTS.read_text(encoding='utf-8')) if RESULTS.exists() else dict(import_torch={})
        kept = old | dict(rounds=a.rounds, import_torch=old['import_torch'] | torch, **dict(zip(('now', 'before'), tables)))
        RESULTS.write_text(json.dumps(kept, indent=1) + '\n', encoding='utf-8')
    missed = list(faults(tables[0], GOALS))
    for line in missed: print(line)
    sys.exit(bool(missed))

if __name__ == '__main__': main()
