"""How long does an import take?

    python benchmarks/imports.py [--rounds 5] [--warm]      warm: everything was imported a moment ago, so every round counts

Processor seconds of the import in fresh processes, so that a busy machine counts less; the median of several.
Exits with 1 when an import takes longer than its limit."""
import argparse, statistics, subprocess, sys

LIMITS = {'mgnb.core': 2, 'mgnb.skeleton': 2, 'mgnb.heatmap': 2, 'mgnb.train': 1}   # seconds beyond what they stand on
BASES = {'mgnb.train': 'fastai.learner'}   # the others stand on torch

def seconds(name):
    "Processor seconds of one import in a fresh process"
    code = f'import time; t = time.process_time(); import {name}; print(time.process_time() - t)'
    done = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True, text=True)
    return float(done.stdout)

def medians(names, rounds, warm=False):
    "Name → median seconds; all names take turns; unless `warm`, a first round that fills the disk cache does not count"
    spent = {n: [] for n in names}
    for r in range(rounds + (not warm)):
        for n in names:
            t = seconds(n)
            if r or warm: spent[n].append(t)
    return {n: statistics.median(v) for n, v in spent.items()}

def base(name): return BASES.get(name, 'torch')

def counted(name, took):
    "The seconds that are held against a limit: those beyond what it stands on, which a slow machine changes less"
    return max(0, took[name] - took[base(name)])

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=5)
    ap.add_argument('--warm', action='store_true')
    a = ap.parse_args()
    took = medians(['torch', *LIMITS, *BASES.values()], a.rounds, a.warm)
    for n in (*BASES.values(), 'torch'): print(f"{n:15} {took[n]:5.2f} s")
    for n, limit in LIMITS.items():
        print(f"{n:15} {took[n]:5.2f} s   {counted(n, took):5.2f} s beyond {base(n)}, limit {limit} s")
    sys.exit(any(counted(n, took) > limit for n, limit in LIMITS.items()))

if __name__ == '__main__': main()
