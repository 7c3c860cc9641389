"""Is PoseC3D better than a linear floor on simulated people whom it has never seen, and by more than luck?

    python benchmarks/demo_seeds.py [--seeds 0 1 2] [--people N --hours H --epochs E] [--jobs 1] [--out DIR] [--json FILE]

Runs the whole of `mgnb demo` once for each seed. A seed changes the simulated people as well as the training, so the spread is that of both. Holds when
the class mean of the fused prediction is on average at least 10 points above the floor's, and at least twice the spread over seeds of either score. The spread
of the gain itself is printed beside. `watched` holds the event F1 of the detector and of random events, in %. All numbers are of simulated people.
Exits with 1 when it does not hold."""
import argparse, json, sys, tempfile
from pathlib import Path
import joblib, numpy as np
from mgnb.shell.jobs import run_demo, print_table

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    for name, kind in (('people', int), ('hours', float), ('epochs', int)): ap.add_argument(f"--{name}", type=kind)
    ap.add_argument('--jobs', type=int, default=1, help='demos side by side')
    ap.add_argument('--out', type=Path, help='where the runs go; else they are thrown away')
    ap.add_argument('--json', type=Path)
    a = ap.parse_args()
    tmp = None if a.out else tempfile.TemporaryDirectory()
    out = a.out or Path(tmp.name)
    simulate = {k: v for k, v in dict(people=a.people, hours=a.hours).items() if v is not None}
    runs = joblib.Parallel(a.jobs)(joblib.delayed(run_demo)(out/f"seed{s}", s, simulate, {} if a.epochs is None else dict(epochs=a.epochs)) for s in a.seeds)

    rungs = list(runs[0]['ladder'])
    score = {k: np.array([[100 * r['ladder'][n][k] for n in rungs] for r in runs]) for k in ('top1', 'mean_class')}  # (seeds, rungs)
    spread = lambda x: float(x.std(ddof=1)) if len(x) > 1 else float('nan')
    rows = [{'': n, **{f"{t} {k}": f(score[k][:, i]) for k in score for t, f in (('mean', lambda x: float(x.mean())), ('spread', spread))}} for i, n in enumerate(rungs)]
    print_table(rows, f"\naccuracy in %, simulated people, {len(runs)} seeds; spread: standard deviation")
    fused, floor = score['mean_class'][:, -1], score['mean_class'][:, rungs.index('linear floor')]
    gain, wide = float((fused - floor).mean()), float(np.nanmax([spread(floor), spread(fused), 0]))
    holds = len(runs) > 1 and gain >= 10 and gain >= 2 * wide
    print(f"class mean, {rungs[-1]} − linear floor, simulated people: {gain:+.1f} points ({', '.join(f'{g:+.1f}' for g in fused - floor)}; spread {spread(fused - floor):.1f}), larger spread of the two scores {wide:.1f}: "
          f"at least 10 points and twice that spread: {'yes' if holds else 'no' if len(runs) > 1 else 'one seed has no spread'}")
    watched = 100 * np.array([[r['watched'][k] for k in ('f1', 'floor')] for r in runs])
    print(f"event F1 of the watcher: {watched[:, 0].mean():.1f} ± {spread(watched[:, 0]):.1f} %, random events {watched[:, 1].mean():.1f} ± {spread(watched[:, 1]):.1f} % (simulated)")
    print(f"seconds a demo: {', '.join(str(r['seconds']) for r in runs)}")
    if a.json: a.json.write_text(json.dumps(dict(about='simulated people', seeds=a.seeds, rungs=rungs, **{k: v.tolist() for k, v in score.items()}, gain=gain, spread_of_gain=spread(fused - floor), larger_spread=wide, holds=bool(holds), watched=watched.tolist(), jobs=a.jobs, seconds=[r['seconds'] for r in runs]), indent=1))
    sys.exit(not holds)

if __name__ == '__main__': main()
