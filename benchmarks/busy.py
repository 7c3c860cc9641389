"""What does training cost beside other work? A small PoseC3D on simulated clips, beside nothing, one and two busy loops.

    python benchmarks/busy.py [--loops 0,1,2] [--rounds 3] [--epochs 4] [--json FILE]

A laptop is rarely idle. `mgnb train` begins with as many threads as other work leaves cores. `two threads` is the same training with
two whatever else runs, which sleep when they have waited some microseconds for one another (mgnb/__init__.py); in `as OpenMP comes` they
spin as long as they do by themselves, so that time is lost twice where one has no core.
Each training is a process of its own; the ways take turns; seconds of the clock for the training alone, medians. With C cores, T threads
and n loops a fair share of the cores would take max(1, (T + n) / C) times as long. Goals: 2.2 times with one loop and 3.3 with two.
Run it on a machine that does nothing else. Writes benchmarks/results/busy.json."""
import argparse, json, os, statistics, subprocess, sys, tempfile
from contextlib import contextmanager
from pathlib import Path

RESULT = Path(__file__).resolve().parent/'results'/'busy.json'
THREADS = 2
GOALS = {1: 2.2, 2: 3.3}
MGNB = 'mgnb train'
WAYS = {   # how many threads, and settings
    MGNB: ('free_threads()', {}),
    'two threads': (THREADS, {}),
    'as OpenMP comes': (THREADS, dict(GOMP_SPINCOUNT='300000')),   # libgomp's own count where there are as many cores as threads
}
LOOP = 'while True: pass'
TRAIN = """
import sys, time, torch
from mgnb.data import example_dataset
from mgnb.learn.learner import free_threads
from mgnb.train import train
torch.set_num_threads({threads})
how = dict(preset='tiny', streams=['joint'], device='cpu', progress=False)
train(example_dataset(), 'posec3d', sys.argv[1] + '/warm', epochs=1, **how)
start = time.perf_counter()
train(example_dataset(), 'posec3d', sys.argv[1] + '/run', epochs={epochs}, **how)
print(time.perf_counter() - start)
"""

@contextmanager
def busy_loops(n):
    "So many processes that do nothing, as fast as they can"
    loops = [subprocess.Popen([sys.executable, '-c', LOOP]) for _ in range(n)]
    try: yield
    finally:
        for loop in loops: loop.kill()
        for loop in loops: loop.wait()

def seconds_of(epochs, threads, settings):
    "What one training took, in a process of its own"
    env = {k: v for k, v in os.environ.items() if k not in ('OMP_NUM_THREADS', 'OMP_WAIT_POLICY')} | settings
    with tempfile.TemporaryDirectory() as tmp:
        code = TRAIN.format(threads=threads, epochs=epochs)
        done = subprocess.run([sys.executable, '-c', code, tmp], env=env, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])

def measure(loops, rounds, epochs):
    "{way: {number of loops: [seconds]}}; all take turns"
    found = {way: {n: [] for n in loops} for way in WAYS}
    for _ in range(rounds):
        for n in loops:
            for way, (threads, settings) in WAYS.items():
                with busy_loops(n): found[way][n].append(seconds_of(epochs, threads, settings))
                print(f"{way}, {n} loops: {found[way][n][-1]:.1f} s", flush=True)
    return found

def rows_of(found):
    "Medians, and how many times the time beside nothing"
    cores = os.cpu_count()
    for way, by_loops in found.items():
        quiet = statistics.median(by_loops[0])
        for n, seconds in by_loops.items():
            median = statistics.median(seconds)
            times = {k: round(s / quiet, 2) for k, s in dict(times=median, least=min(seconds), most=max(seconds)).items()}
            yield dict(way=way, loops=n, seconds=round(median, 1)) | times | dict(fair=max(1, (THREADS + n) / cores))

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--loops', default='0,1,2')
    ap.add_argument('--rounds', type=int, default=3)
    ap.add_argument('--epochs', type=int, default=4)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    loops = sorted({0, *map(int, a.loops.split(','))})
    rows = list(rows_of(measure(loops, a.rounds, a.epochs)))
    for r in rows:
        spread = f"{r['least']:.2f} to {r['most']:.2f}"
        print(f"{r['way']:15} {r['loops']} loops: {r['times']:.2f} times ({spread}; a fair share: {r['fair']:.1f})")
    about = dict(about='simulated', training='posec3d tiny, joints', threads=THREADS, cores=os.cpu_count(), rounds=a.rounds, rows=rows)
    a.json.write_text(json.dumps(about, indent=1) + '\n', encoding='utf-8')
    missed = [r for r in rows if r['way'] == MGNB and r['times'] > GOALS.get(r['loops'], 99)]
    sys.exit(bool(missed))

if __name__ == '__main__': main()
