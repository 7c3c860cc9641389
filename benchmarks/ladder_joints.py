"""Does it help to see more of a person?

    python benchmarks/ladder_joints.py OUT [--seeds 0 1 2] [--people 30] [--hours 4] [--jobs 1]

The same graph network on 12 body joints, with fingertips (imigue22), with the face (imigue41), with legs instead (imigue35); on
joints, on limbs, on both. Every seed draws other simulated people and trains anew; all rungs of a seed see the same clips of the same
people, and are scored on people whom no network has seen, two in five of all, so that chance among few clips does not drown a step.
Below them stand chance and the linear floor, in which every class weighs the same.
A graph network, because volumes of 32 pixels cannot show lips. May be stopped at any time and started again with the same OUT: what is
there is not trained again. Writes benchmarks/results/ladder_joints.json, which the tutorial "simulated people" reads.
Numbers are of simulated people, and say nothing about iMiGUE."""
import argparse, json, shutil, time
from dataclasses import replace
from pathlib import Path
import joblib, numpy as np
from mgnb.fusion import predict_streams
from mgnb.layouts import ARMS, HEAD, get_layout, make_layout, register_layout
from mgnb.recipe import get_recipe, register
from mgnb.skeleton import Skeleton
from mgnb.train import load_dataset, simulate_dataset, train

RESULT = Path(__file__).resolve().parent/'results'/'ladder_joints.json'
LAYOUTS = ('body12', 'imigue22', 'imigue41', 'imigue35')
RECIPES = ('ridge', 'stgcn2s')

def prepare():
    "What every process has to know: 12 joints of the body, and ST-GCN that reads joints and limbs"
    register_layout(make_layout('body12', get_layout('imigue22').names[:12], ARMS + HEAD))
    register(replace(get_recipe('stgcn'), name='stgcn2s', streams=dict(joint=.5, bone=.5)))

def people(out, seed, n, hours):
    "Simulated people with all joints of all layouts, made unless they are there"
    folder = out/f'seed{seed}'/'people'
    if (folder/'dataset.json').exists(): return load_dataset(folder)
    wanted = {*get_layout('imigue35').names, *get_layout('imigue41').names}
    names = [name for name in get_layout('openpose137').names if name in wanted]
    layout = Skeleton('openpose137').subset(names)
    share = (.5, .1, .4)    # of the people in train, valid and test
    return simulate_dataset(folder, 'imigue', n, hours, seed, layout, share=share, least=(12, 3, 10), progress=False)

def score_stream(probs, labels, n_classes):
    "Scores of one stream, recall and confusions by class"
    seen = np.zeros((n_classes, n_classes), int)    # (truth, prediction)
    np.add.at(seen, (labels, probs.argmax(1)), 1)
    right = np.diag(seen)
    recall = right / seen.sum(1)
    return dict(
        top1=float(right.sum() / seen.sum()),
        mean_class=float(recall.mean()),
        recall=recall.round(4).tolist(),
        confusion=seen.tolist(),
    )

def climb(folder, recipe, layout, out, seed, epochs):
    "Train one rung, or read what is there: scores of unseen people, recall and confusions by class, for each stream"
    prepare()
    file = out/'rung.json'
    if file.exists(): return json.loads(file.read_text())
    ds = load_dataset(folder)
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    settings = dict(balanced=True) if recipe == 'ridge' else dict(epochs=epochs)
    run = train(ds, recipe, out/'run', 'tiny', seed=seed, layout=layout, progress=False, **settings)
    ids, probs = predict_streams(run, ds, 'test', progress=False)
    labels = ds.clips.set_index('clip_id').label[list(ids)].to_numpy(int)
    streams = {stream: score_stream(p, labels, len(ds.classes)) for stream, p in probs.items()}
    found = dict(streams=streams, seconds=round(time.perf_counter() - start, 1))
    file.write_text(json.dumps(found))
    return found

def describe(a, sets):
    "What the scores are of"
    classes = sets[0].classes
    return dict(
        about='simulated people',
        people=a.people,
        hours=a.hours,
        epochs=a.epochs,
        preset='tiny',
        seeds=a.seeds,
        clips=[{s: len(ds.split(s)) for s in ('train', 'valid', 'test')} for ds in sets],
        classes=classes,
        chance=1 / len(classes),
    )

def print_rung(seed, recipe, layout, found):
    "The scores of one rung"
    scores = [f"{s} class mean {100 * v['mean_class']:.1f} %, top-1 {100 * v['top1']:.1f} %" for s, v in found['streams'].items()]
    print(f'seed {seed}, {recipe} {layout}:', ', '.join(scores), f"({found['seconds']} s)", flush=True)

def print_table(rungs):
    "Mean and spread over the seeds"
    for name, runs in rungs.items():
        for stream in runs[0]['streams']:
            v = 100 * np.array([r['streams'][stream]['mean_class'] for r in runs])
            spread = v.std(ddof=1) if len(v) > 1 else float('nan')
            print(f"{name:<18} {stream:<6} class mean {v.mean():5.1f} ± {spread:.1f} %")

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--people', type=int, default=30)
    ap.add_argument('--hours', type=float, default=4.)
    ap.add_argument('--epochs', type=int, default=20)
    ap.add_argument('--jobs', type=int, default=1)
    ap.add_argument('--json', type=Path, default=RESULT)
    return ap.parse_args()

def main():
    a = options()
    prepare()
    sets = [people(a.out, s, a.people, a.hours) for s in a.seeds]
    todo = [(seed, ds, r, l) for seed, ds in zip(a.seeds, sets) for r in RECIPES for l in LAYOUTS]
    rungs = {f'{r} {l}': [] for _, _, r, l in todo}
    found = describe(a, sets) | dict(rungs=rungs)
    work = (joblib.delayed(climb)(ds.path, r, l, a.out/f'seed{seed}'/f'{r}_{l}', seed, a.epochs) for seed, ds, r, l in todo)
    for (seed, _, r, l), got in zip(todo, joblib.Parallel(a.jobs, return_as='generator')(work)):
        rungs[f'{r} {l}'].append(got)
        print_rung(seed, r, l, got)
        a.json.write_text(json.dumps(found, separators=(',', ':')) + '\n')    # after every rung
    print_table(rungs)

if __name__ == '__main__': main()
