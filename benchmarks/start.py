"""What it brings to begin with the weights of a run on simulated people, where real clips are few; and what few clips give at all.

    python benchmarks/start.py --utkinect PATH [--seeds 3] [--out DIR] [--json FILE]
    python benchmarks/start.py --pretrain --utkinect PATH --msr PATH [--seeds 3] [--out DIR] [--json FILE]

People who stand are simulated (`mgnb simulate --like smg`, 25 Kinect joints in metres), and `ddnet`, preset `base`, is trained on their
gestures. Of UTKinect-Action3D (other people, other actions, 20 joints) 2, 5 or all clips a class are drawn from the training people 1–5,
another draw for each seed. `ddnet` is trained on them with random weights and with `--start`, with the same settings, and `rocket` as the
floor; all are scored on people 6–10. There is nothing to choose: recipe, preset and steps were fixed before. 300 steps instead of the 800
of the preset keep it at a quarter of an hour. Numbers are of everyday actions, and never of iMiGUE or SMG.
Writes benchmarks/results/start.json, which the tutorial `own data` draws.

--pretrain: instead, what it brings to begin with what was learned without labels from the whole recordings of the same training people
(`mgnb pretrain`). `stgcn`, preset `tiny`, 2, 5, 10 or all clips a class, with random weights and with the start, the same steps; each seed
has a pretraining, a draw of clips and a training of its own. UTKinect-Action3D as above; MSR-Action3D, odd people train, even ones test,
where a recording is no longer than its clip. Writes benchmarks/results/pretrain.json, which the tutorial `own data` shows."""
import argparse, json, tempfile, time, warnings
from dataclasses import replace
from pathlib import Path
import numpy as np, torch
from floors import accuracy, describe, msr_action3d
from mgnb.learn.run import to_plain
from mgnb.learn.pretrain import pretrain, restored
from mgnb.learn.start import start_lines
from mgnb.simulate import simulate_dataset
from mgnb.train import train
from mgnb.tutorials.utkinect import utkinect

RESULT = Path(__file__).resolve().parent/'results'/'start.json'
PRETRAINED = RESULT.with_name('pretrain.json')
RECIPE = 'ddnet'
SOURCE = dict(like='smg', people=12, hours=.6)
STEPS = dict(source=600, clips=300)
CLIPS = (2, 5, None)   # a class; None: all

def few(ds, n, seed):
    "A data set with n clips of each class in training, drawn at random, all of a class that has fewer; None: all"
    if n is None: return ds
    rng = np.random.RandomState(seed)
    groups = ds.clips[ds.clips.split == 'train'].groupby('label')
    kept = [i for _, clips in groups for i in clips.sample(min(n, len(clips)), random_state=rng).index]
    return replace(ds, clips=ds.clips[(ds.clips.split != 'train') | ds.clips.index.isin(kept)].reset_index(drop=True))

def source_run(out):
    "The run on simulated people, and what it learned from"
    begun = time.perf_counter()
    ds = simulate_dataset(out/'people', seed=0, progress=False, **SOURCE)
    run = train(ds, RECIPE, out/'source', preset='base', device='cpu', progress=False, steps=STEPS['source'])
    clips = len(ds.split('train'))
    scores = accuracy(run, ds)
    print(f"{clips} simulated clips, {time.perf_counter() - begun:.0f} s; test people {100 * scores['top1']:.1f} %", flush=True)
    return run, SOURCE | dict(clips=clips, classes=len(ds.classes), seconds=round(time.perf_counter() - begun)) | scores

def rung(ds, recipe, seed, out, **more):
    "A training on some clips: its scores on the test people, and how long it took"
    begun = time.perf_counter()
    run = train(ds, recipe, out, preset='base', seed=seed, valid=None, device='cpu', progress=False, **more)
    seconds = round(time.perf_counter() - begun, 1)
    return run, accuracy(run, ds) | dict(seconds=seconds, loss=first_losses(run))

def first_losses(run):
    "Training loss after each of the first passes; [] for a closed form"
    return [round(float(v), 3) for v in run.history.get('train_loss', [])[:5]]

def curves(ds, source, seeds, out, keep):
    "{clips a class: {system: scores, one a seed}}, and what was taken; `keep` is told after each seed"
    found, lines = {}, []
    for n in CLIPS:
        rungs = found.setdefault('all' if n is None else str(n), {})
        for seed in range(seeds):
            part = few(ds, n, seed)
            steps = dict(steps=STEPS['clips'])
            systems = {'rocket': ('rocket', {}), RECIPE: (RECIPE, steps), f"{RECIPE} with a start": (RECIPE, steps | dict(start=source))}
            for name, (recipe, more) in systems.items():
                run, scores = rung(part, recipe, seed, out/f"{n}-{seed}-{name}", **more)
                rungs.setdefault(name, []).append(scores)
                lines = start_lines(run) or lines
            said = ', '.join(f"{name} {100 * r[-1]['top1']:.1f}" for name, r in rungs.items())
            print(f"{n or 'all'} clips a class, seed {seed}: {said} % top-1", flush=True)
            keep(clips_a_class=found, taken=lines)

# ---- begun with what was learned without labels

TRUNK = dict(recipe='stgcn', preset='tiny', clips=(2, 5, 10, None), steps=dict(pretrain=400, clips=200))

def trained(ds, seed, out, start=None):
    "Scores of a training on some clips, with or without a start"
    begun = time.perf_counter()
    run = train(ds, TRUNK['recipe'], out, preset=TRUNK['preset'], seed=seed, valid=None, device='cpu', progress=False,
                steps=TRUNK['steps']['clips'], start=start)
    return run, accuracy(run, ds) | dict(seconds=round(time.perf_counter() - begun, 1), loss=first_losses(run))

def learn_trunk(ds, seed, out):
    "A run that has seen the recordings of the training people without labels, and how well it restores joints of those held out"
    begun = time.perf_counter()
    run = pretrain(ds, TRUNK['recipe'], out, preset=TRUNK['preset'], seed=seed, device='cpu', progress=False,
                   steps=TRUNK['steps']['pretrain'])
    return run, restored(run) | dict(seconds=round(time.perf_counter() - begun, 1))

def pretrained_curves(ds, people, seeds, out, known, keep):
    "What is written of one data set; `keep` is told after each pair. Numbers of clips that are `known` for all seeds stay as they are"
    sizes = ds.split('train').clips.groupby('label').size()
    curves = {n: pair for n, pair in known.get('clips_a_class', {}).items() if len(pair['pretrained']) == seeds}
    clips = [n for n in TRUNK['clips'] if str(n or 'all') not in curves and (n is None or n < sizes.max())]
    found = describe(ds, people) | dict(most=int(sizes.max()), restored=[], clips_a_class=curves, taken='')
    for seed in range(seeds if clips else 0):
        source, how_well = learn_trunk(ds, seed, out/f"trunk-{seed}")
        found['restored'].append(how_well)
        for n in clips:
            part = few(ds, n, seed)
            pair = found['clips_a_class'].setdefault('all' if n is None else str(n), dict(random=[], pretrained=[]))
            for name, start in dict(random=None, pretrained=source).items():
                run, scores = trained(part, seed, out/f"{n}-{seed}-{name}", start)
                pair[name].append(scores)
            found['taken'] = start_lines(run)[0]
            said = ', '.join(f"{name} {100 * r[-1]['top1']:.1f}" for name, r in pair.items())
            print(f"{found['on']}, {n or 'all'} clips a class, seed {seed}: {said} % top-1", flush=True)
            keep(found)
    return found

def measure_pretraining(a):
    "benchmarks/results/pretrain.json"
    file = a.json or PRETRAINED
    known = json.loads(file.read_text()) if file.exists() else {}
    result = known | TRUNK | dict(seeds=a.seeds, torch=torch.__version__.split('+')[0])
    with tempfile.TemporaryDirectory(dir=a.out) as tmp:
        out = Path(tmp)
        sets = {}
        if a.utkinect: sets['utkinect'] = utkinect(a.utkinect, out/'ut'), '1–5 → 6–10'
        if a.msr: sets['msr_action3d'] = msr_action3d(a.msr, out/'msr'), 'odd → even'
        for name, (ds, people) in sets.items():
            def keep(found, name=name):
                result[name] = found
                file.write_text(json.dumps(to_plain(result), indent=1, ensure_ascii=False) + '\n')
            pretrained_curves(ds, people, a.seeds, out/f"runs-{name}", known.get(name, {}), keep)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--utkinect', type=Path)
    ap.add_argument('--msr', type=Path)
    ap.add_argument('--pretrain', action='store_true', help='measure a start that was learned without labels')
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--out', type=Path, help='where data sets and runs are made; a folder that is removed again')
    ap.add_argument('--json', type=Path)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    if a.pretrain: return measure_pretraining(a)
    a.json = a.json or RESULT
    with tempfile.TemporaryDirectory(dir=a.out) as tmp:
        out = Path(tmp)
        ds = utkinect(a.utkinect, out/'ut')
        source, about = source_run(out)
        most = int(ds.split('train').clips.groupby('label').size().max())
        result = describe(ds, '1–5 → 6–10') | dict(recipe=RECIPE, preset='base', steps=STEPS, seeds=a.seeds, source=about, most=most)
        result |= dict(torch=torch.__version__.split('+')[0])

        def keep(**found):
            a.json.parent.mkdir(exist_ok=True)
            a.json.write_text(json.dumps(to_plain(result | found), indent=1, ensure_ascii=False) + '\n')

        curves(ds, source, a.seeds, out, keep)

if __name__ == '__main__': main()
