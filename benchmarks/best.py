"""What the mean of several systems is worth on real people, beside each of them, the floors, and other networks.

    python benchmarks/best.py [--utkinect PATH] [--msr PATH] [--seeds 3] [--systems ridge,rocket,best] [--out DIR] [--json FILE]
    python benchmarks/best.py … --tune      instead, every training person is left out in turn; the systems were chosen by this

The sets, the folders and who trains are those of benchmarks/floors.py. `best` is trained as it comes, preset `base`: its members are
scored alone, too. Numbers are of everyday actions, and never of iMiGUE or SMG. Writes benchmarks/results/best.json, and mgnb/measured.json,
which `mgnb recipes` prints; a set that is not asked for stays there as it was."""
import argparse, itertools, json, tempfile, time, warnings
from pathlib import Path
import numpy as np, torch
from scipy.stats import binomtest, permutation_test
from floors import CLIP_FLOORS, describe, msr_action3d, note, parts_of
from mgnb.fusion import predict_streams
from mgnb.learn.run import to_plain
from mgnb.recipe import fuse, get_recipe
from mgnb.scoring import evaluate
from mgnb.train import predict, train
from mgnb.tutorials.utkinect import utkinect

CHALLENGERS = ('best', 'stgcn', 'posec3d')     # compared with every other system on the same clips
RESULT = Path(__file__).resolve().parent/'results'/'best.json'

def answer_of(ds, name, seed, out):
    "The run of one system, and the seconds that it took to train"
    start = time.perf_counter()
    preset = 'base' if 'base' in get_recipe(name).presets else 'tiny'
    run = train(ds, name, out/f"{name}-{seed}", preset=preset, seed=seed, valid=None, device='cpu', progress=False)
    return run, time.perf_counter() - start

def answers_of(ds, seed, out, names):
    "Clip ids, {system: (N, C) probabilities of the test people}, and {system: seconds of training}; with an ensemble come its members"
    seconds, probs = {}, {}
    for name in names:
        run, seconds[name] = answer_of(ds, name, seed, out)
        if get_recipe(name).members:
            ids, parts = predict_streams(run, ds, 'test', progress=False)
            probs |= {(name if part == 'fused' else part): p for part, p in parts.items()}
        else:
            found = predict(run, ds, progress=False)
            ids, probs[name] = found.clip_ids, found.probs
    return ids, probs, seconds

def scores_of(ds, ids, probs, seconds):
    "The scores of every system with one seed"
    found = {}
    for name, p in probs.items():
        scores = evaluate(ds, ids, p)
        found[name] = dict(top1=scores['top1'], mean_class=scores['mean_class'])
        if name in seconds: found[name]['seconds'] = round(seconds[name])
    return found

def paired(right, other):
    "Clips that only one of two systems gets right, and how probable such a difference is if they are equally good (McNemar, exact)"
    ours, theirs = int((right & ~other).sum()), int((other & ~right).sum())
    return dict(ours=ours, theirs=theirs, p=float(binomtest(ours, ours + theirs).pvalue) if ours + theirs else 1.)

def over_seeds(right, other):
    "How much more of a clip's seeds are right, mean over clips, and how probable that is if signs were tossed clip by clip"
    apart = np.mean(right, 0) - np.mean(other, 0)
    how = dict(permutation_type='samples', n_resamples=99_999, rng=np.random.default_rng(0))
    return dict(points=float(100 * apart.mean()), p=float(permutation_test((apart,), np.mean, **how).pvalue))

def against(right, one):
    "One system against every other on the same clips, with each seed and with all; nothing where it was not trained"
    if one not in right: return {}
    ours = right[one]
    others = {name: r for name, r in right.items() if name != one}
    return {name: dict(seeds=[*map(paired, ours, r)], all=over_seeds(ours, r)) for name, r in others.items()}

def measure(ds, people, seeds, out, names):
    "Facts, scores of every system, one a seed, some systems against each other one on the same clips, and who was right where"
    rungs, right = {}, {}
    truth = dict(zip(ds.clips.clip_id.astype(str), ds.clips.label))
    for seed in range(seeds):
        ids, probs, seconds = answers_of(ds, seed, out, names)
        for name, scores in scores_of(ds, ids, probs, seconds).items(): rungs.setdefault(name, []).append(scores)
        labels = np.array([truth[i] for i in ids])
        for name, p in probs.items(): right.setdefault(name, []).append(p.argmax(1) == labels)
        said = ', '.join(f"{name} {100 * r[-1]['top1']:.1f}" for name, r in rungs.items())
        print(f"{ds.name}, seed {seed}: {said} % top-1; seconds {seconds}", flush=True)
    tests = {one: against(right, one) for one in CHALLENGERS}
    return describe(ds, people) | dict(seeds=seeds, preset='base'), rungs, tests, right

def of_both(rights):
    "Some systems against every other on the clips of all sets together"
    known = set.intersection(*map(set, rights))
    right = {name: np.concatenate([r[name] for r in rights], 1) for name in known}
    return {one: {name: over_seeds(right[one], right[name]) for name in known - {one}} for one in CHALLENGERS if one in known}

def combinations(ds, out, names):
    "Top-1 of every combination of systems, every training person left out in turn"
    kept, labels = {}, []
    for k, part in enumerate(parts_of(ds, True, out)):
        ids, probs, _ = answers_of(part, 0, out/f"part{k}", names)
        truth = dict(zip(part.clips.clip_id.astype(str), part.clips.label))
        labels += [truth[i] for i in ids]
        for name, p in probs.items(): kept.setdefault(name, []).append(p)
    kept = {name: np.concatenate(p) for name, p in kept.items() if name != 'best'}
    chosen = [c for n in range(1, len(kept) + 1) for c in itertools.combinations(kept, n)]
    return {' + '.join(c): float((fuse({n: kept[n] for n in c}).argmax(1) == labels).mean()) for c in chosen}

def add(part, facts, rungs, tests):
    "Put rows beside those that a set has"
    part |= facts
    part['clips_top1'] = part.get('clips_top1', {}) | rungs
    for one, rows in tests.items():
        kept = part.setdefault('against', {})
        if rows: kept[one] = kept.get(one, {}) | rows

def write(found, file):
    "What was measured so far"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(to_plain(found | dict(torch=torch.__version__.split('+')[0])), indent=1) + '\n')

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--utkinect', type=Path)
    ap.add_argument('--msr', type=Path)
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--out', type=Path, help='where data sets and runs are made; a folder that is removed again')
    ap.add_argument('--systems', default='ridge,rocket,best', help='with commas; rows of others stay')
    ap.add_argument('--tune', action='store_true')
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    names = a.systems.split(',')
    warnings.simplefilter('ignore')
    found = json.loads(a.json.read_text()) if a.json.exists() else {}
    with tempfile.TemporaryDirectory(dir=a.out) as tmp:
        out = Path(tmp)
        sets = {}
        if a.msr: sets['msr_action3d'] = msr_action3d(a.msr, out/'msr'), 'odd → even'
        if a.utkinect: sets['utkinect'] = utkinect(a.utkinect, out/'ut'), '1–5 → 6–10'
        rights = []
        for key, (ds, people) in sets.items():
            mine = found.setdefault(key, {})
            if a.tune:
                mine['left_out'] = combinations(ds, out/f"{key}-runs", names)
                print(json.dumps(mine['left_out'], indent=1), flush=True)
            else:
                *rows, right = measure(ds, people, a.seeds, out/f"{key}-runs", names)
                add(mine, *rows)
                rights.append(right)
            if len(rights) == 2: found['both'] = of_both(rights)
            write(found, a.json)
            if a.json == RESULT and not a.tune:      # the floors are noted by benchmarks/floors.py
                note(mine, f"{mine['on']}, base, {mine['seeds']} seeds", set(CLIP_FLOORS))

if __name__ == '__main__': main()
