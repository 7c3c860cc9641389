"""How long does an import take? Processor seconds of the import in fresh processes, so that a busy machine counts less; the median of several.

    python benchmarks/imports.py [--rounds 5]"""
import argparse, statistics, subprocess, sys

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument('--rounds', type=int, default=5)
a = ap.parse_args()
limits = {'torch': None, 'mgnb.core': 2, 'mgnb.skeleton': 2, 'mgnb.heatmap': 2, 'mgnb.train': 4}   # beyond torch's own, but for mgnb.train
names, spent = [*limits, 'fastai.learner'], {}
for r in range(a.rounds + 1):                      # the first round fills the disk cache
    for n in names:
        said = subprocess.run([sys.executable, '-c', f'import time; t = time.process_time(); import {n}; print(time.process_time() - t)'], check=True, capture_output=True, text=True)
        if r: spent.setdefault(n, []).append(float(said.stdout))
took = {n: statistics.median(v) for n, v in spent.items()}
beyond = {n: took[n] if n in ('mgnb.train', 'torch') else max(0, took[n] - took['torch']) for n in limits}
print(f"{'fastai.learner':15} {took['fastai.learner']:5.2f} s")
for n in limits: print(f"{n:15} {took[n]:5.2f} s" + (f"   {beyond[n]:5.2f} s {'in all' if n == 'mgnb.train' else 'beyond torch'}, limit {limits[n]} s" if limits[n] else ''))
sys.exit(any(beyond[n] > limit for n, limit in limits.items() if limit))
