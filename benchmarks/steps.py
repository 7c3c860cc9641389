"""How many steps does the preset `base` need, and which settings? Every training person of a real set is left out in turn; test people have
no part in it.

    python benchmarks/steps.py RECIPE --steps 300,600,1200 [--set NAME=VALUE …] [--streams joint] [--utkinect PATH] [--msr PATH] …

--set: a value as Python writes it, e.g. "early_fusion=()"; --seeds, --out, --json as of the other benchmarks.

Of a classifier, top-1 over all clips of the people who were left out; of a detector, event F1 over all their recordings, each decided by
what was best for the others. Writes benchmarks/results/steps.json; rows of other recipes, sets, steps and settings stay as they were."""
import argparse, ast, json, tempfile, time, warnings
from pathlib import Path
import numpy as np
from floors import msr_action3d, parts_of
from mgnb.detect.events import event_f1
from mgnb.detect.search import decide_events, detector_of, ground_truth, scan_split
from mgnb.learn.run import to_plain
from mgnb.recipe import get_recipe
from mgnb.train import predict, train
from mgnb.tutorials.utkinect import utkinect

RESULT = Path(__file__).resolve().parent/'results'/'steps.json'

def trained(part, recipe, how, seed, out):
    "A run on everybody but one"
    steps = how['steps']
    return train(part, recipe, out/f"{recipe}-{steps}-{seed}", preset='base', seed=seed, valid=None, device='cpu', progress=False, **how)

def top1(parts, recipe, how, seed, out):
    "Share of the clips of all who were left out that are right"
    right = []
    for k, part in enumerate(parts):
        found = predict(trained(part, recipe, how, seed, out/f"part{k}"), part, progress=False)
        right += (found.answers == found.labels)[found.labels >= 0].tolist()
    return float(np.mean(right))

def f1(parts, recipe, how, seed, out):
    "Event F1 over all who were left out, each decided by what was best for the others"
    found, truth = [], []
    for k, part in enumerate(parts):
        run = trained(part, recipe, how, seed, out/f"part{k}")
        scans = list(scan_split(run, part, 'test', 'cpu', False))
        decisions = detector_of(run).decisions
        found.append([{rec.sample_id: decide_events(run, rec, raw, **d) for rec, raw in scans} for d in decisions])
        truth.append(ground_truth(part, 'test'))
    chosen = {}
    for k in range(len(parts)):
        others = [i for i in range(len(parts)) if i != k]
        theirs = {s: events for i in others for s, events in truth[i].items()}
        def score(d): return event_f1({s: events for i in others for s, events in found[i][d].items()}, theirs, 'optimal')['f1']
        chosen |= found[k][max(range(len(found[k])), key=score)]
    return event_f1(chosen, {s: e for part in truth for s, e in part.items()}, 'optimal')['f1']

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('recipe')
    ap.add_argument('--steps', default='300,600,1200')
    ap.add_argument('--set', nargs='*', default=[], metavar='NAME=VALUE')
    ap.add_argument('--streams')
    ap.add_argument('--utkinect', type=Path)
    ap.add_argument('--msr', type=Path)
    ap.add_argument('--seeds', type=int, default=1)
    ap.add_argument('--out', type=Path, help='where data sets and runs are made; a folder that is removed again')
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    settings = {name: ast.literal_eval(value) for name, value in (given.split('=', 1) for given in a.set)}
    if a.streams: settings['streams'] = a.streams.split(',')
    measure = f1 if get_recipe(a.recipe).scan else top1
    with tempfile.TemporaryDirectory(dir=a.out) as tmp:
        out = Path(tmp)
        sets = {}
        if a.msr: sets['msr_action3d'] = msr_action3d(a.msr, out/'msr')
        if a.utkinect: sets['utkinect'] = utkinect(a.utkinect, out/'ut')
        for key, ds in sets.items():
            parts = parts_of(ds, True, out/f"{key}-parts")
            for steps in map(int, a.steps.split(',')):
                start = time.process_time()
                how = dict(steps=steps, least_epochs=1) | settings
                scores = [measure(parts, a.recipe, how, seed, out/key) for seed in range(a.seeds)]
                row = ', '.join([str(steps), *a.set, *[f"streams={a.streams}"] * bool(a.streams)])
                print(f"{ds.name}, {a.recipe}, steps {row}: {scores}, {time.process_time() - start:.0f} s of CPU", flush=True)
                kept = json.loads(a.json.read_text()) if a.json.exists() else {}
                kept.setdefault(key, {}).setdefault(a.recipe, {})[row] = scores
                a.json.write_text(json.dumps(to_plain(kept), indent=1) + '\n')

if __name__ == '__main__': main()
