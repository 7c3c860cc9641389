"""How long does an import take?

    python benchmarks/imports.py [--rounds 5]

Processor seconds of the import in fresh processes, so that a busy machine counts less; the median of several.
Exits with 1 when an import takes longer than its limit."""
import argparse, statistics, subprocess, sys

LIMITS = {'mgnb.core': 2, 'mgnb.skeleton': 2, 'mgnb.heatmap': 2, 'mgnb.train': 4}   # seconds
ALONE = 'mgnb.train'   # its limit is for all of its import, the others' for what they take beyond torch
COMPARED = 'fastai.learner'

def seconds(name):
    "Processor seconds of one import in a fresh process"
    code = f'import time; t = time.process_time(); import {name}; print(time.process_time() - t)'
    done = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True, text=True)
    return float(done.stdout)

def medians(names, rounds):
    "Name → median seconds; all names take turns, and a first round that fills the disk cache does not count"
    spent = {n: [] for n in names}
    for r in range(rounds + 1):
        for n in names:
            t = seconds(n)
            if r: spent[n].append(t)
    return {n: statistics.median(v) for n, v in spent.items()}

def counted(name, took):
    "The seconds that are held against a limit"
    return took[name] if name == ALONE else max(0, took[name] - took['torch'])

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=5)
    a = ap.parse_args()
    took = medians(['torch', *LIMITS, COMPARED], a.rounds)
    for n in (COMPARED, 'torch'): print(f"{n:15} {took[n]:5.2f} s")
    for n, limit in LIMITS.items():
        what = 'in all' if n == ALONE else 'beyond torch'
        print(f"{n:15} {took[n]:5.2f} s   {counted(n, took):5.2f} s {what}, limit {limit} s")
    sys.exit(any(counted(n, took) > limit for n, limit in LIMITS.items()))

if __name__ == '__main__': main()
