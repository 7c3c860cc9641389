"""Is the demo better than a linear floor on simulated people whom it has never seen, and by more than luck?

    python benchmarks/demo_seeds.py [--seeds 0 1 2] [--people N --hours H --epochs E] [--jobs 1] [--out DIR] [--json FILE]

Runs the whole of `mgnb demo` once for each seed. A seed changes the simulated people as well as the training, so the spread is
that of both. Holds when the class mean of the fused prediction is on average at least 10 points above the floor's, and at least
twice the spread over seeds of either score. The spread of the gain itself is printed beside. `watched` holds the event F1 of the
detector and of random events, in %. All numbers are of simulated people. Exits with 1 when it does not hold."""
import argparse, json, sys, tempfile
from pathlib import Path
import joblib, numpy as np
from mgnb.shell.jobs import run_demo, print_table

def spread(x):
    "Standard deviation over seeds, not a number for one seed"
    return float(x.std(ddof=1)) if len(x) > 1 else float('nan')

def run_all(a, out):
    "The figures of one demo a seed"
    asked = dict(people=a.people, hours=a.hours)
    simulate = {k: v for k, v in asked.items() if v is not None}
    system = {} if a.epochs is None else dict(epochs=a.epochs)
    work = (joblib.delayed(run_demo)(out/f"seed{s}", s, simulate, system) for s in a.seeds)
    return joblib.Parallel(a.jobs)(work)

def ladder_scores(runs):
    "The rungs of the ladder, and score → (seeds, rungs) in %"
    rungs = list(runs[0]['ladder'])
    scores = {}
    for k in ('top1', 'mean_class'):
        scores[k] = np.array([[100 * r['ladder'][n][k] for n in rungs] for r in runs])
    return rungs, scores

def print_ladder(rungs, scores, n_seeds):
    "Mean and spread of every rung"
    rows = []
    for i, name in enumerate(rungs):
        row = {'': name}
        for k, values in scores.items():
            row[f"mean {k}"] = float(values[:, i].mean())
            row[f"spread {k}"] = spread(values[:, i])
        rows.append(row)
    print_table(rows, f"\naccuracy in %, simulated people, {n_seeds} seeds; spread: standard deviation")

def judge(rungs, scores):
    "What the last rung gains over the floor, and whether that is more than luck"
    floor = scores['mean_class'][:, rungs.index('linear floor')]
    fused = scores['mean_class'][:, -1]
    gains = fused - floor
    gain = float(gains.mean())
    wide = float(np.nanmax([spread(floor), spread(fused), 0]))
    holds = len(gains) > 1 and gain >= 10 and gain >= 2 * wide
    answer = 'yes' if holds else 'no' if len(gains) > 1 else 'one seed has no spread'
    each = ', '.join(f'{g:+.1f}' for g in gains)
    print(f"class mean, {rungs[-1]} − linear floor, simulated people: {gain:+.1f} points ({each}; spread {spread(gains):.1f}), "
          f"larger spread of the two scores {wide:.1f}: at least 10 points and twice that spread: {answer}")
    return dict(gain=gain, spread_of_gain=spread(gains), larger_spread=wide, holds=bool(holds))

def event_scores(runs):
    "Event F1 of the detector and of random events in %, (seeds, 2)"
    watched = 100 * np.array([[r['watched'][k] for k in ('f1', 'floor')] for r in runs])
    found, random = watched.T
    print(f"event F1 of the watcher: {found.mean():.1f} ± {spread(found):.1f} %, "
          f"random events {random.mean():.1f} ± {spread(random):.1f} % (simulated)")
    return watched

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--people', type=int)
    ap.add_argument('--hours', type=float)
    ap.add_argument('--epochs', type=int)
    ap.add_argument('--jobs', type=int, default=1, help='demos side by side')
    ap.add_argument('--out', type=Path, help='where the runs go; else they are thrown away')
    ap.add_argument('--json', type=Path)
    return ap.parse_args()

def main():
    a = options()
    tmp = None if a.out else tempfile.TemporaryDirectory()
    runs = run_all(a, a.out or Path(tmp.name))
    rungs, scores = ladder_scores(runs)
    print_ladder(rungs, scores, len(runs))
    verdict = judge(rungs, scores)
    watched = event_scores(runs)
    seconds = [r['seconds'] for r in runs]
    print(f"seconds a demo: {', '.join(map(str, seconds))}")
    if a.json:
        found = dict(about='simulated people', seeds=a.seeds, rungs=rungs)
        found |= {k: v.tolist() for k, v in scores.items()} | verdict
        found |= dict(watched=watched.tolist(), jobs=a.jobs, seconds=seconds)
        a.json.write_text(json.dumps(found, indent=1))
    sys.exit(not verdict['holds'])

if __name__ == '__main__': main()
