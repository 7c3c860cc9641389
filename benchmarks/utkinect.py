"""Real people, other actions: the linear floor and PoseC3D on UTKinect-Action3D, subjects 1–5 train, 6–10 test.

    python benchmarks/utkinect.py PATH/TO/utkinect [--seeds 3]      the test, written to benchmarks/results/utkinect.json
    python benchmarks/utkinect.py PATH/TO/utkinect --tune            the same settings inside subjects 1–5, one left out at a time

The settings below were chosen with --tune; the test subjects had no part in it. The tutorial "your own skeletons" reads the file."""
import argparse, json, statistics, tempfile, warnings
from pathlib import Path
import torch
from mgnb.scoring import ladder
from mgnb.train import load_dataset, predict, save_dataset, train
from mgnb.tutorials.utkinect import ACTIONS, utkinect

SETTINGS = dict(views=('front', 'side'), epochs=150, bs=10, smooth=.1)

def systems(ds, out, seed):
    "Floor, joint, limb, both, and both with the floor on the test split of a data set: a row each"
    floor = train(ds, 'ridge', out/'ridge', seed=seed, valid=None, progress=False)
    run = train(ds, 'posec3d', out/'posec3d', preset='tiny', seed=seed, valid=None, progress=False, **SETTINGS)
    got = {'linear floor (ridge)': predict(floor, ds, progress=False)}
    got |= {f"PoseC3D {name}": predict(m, ds, progress=False) for name, m in run.members.items()} | {'PoseC3D fused': predict(run, ds, progress=False), 'PoseC3D fused + floor': predict([run, floor], ds, progress=False)}
    return ladder(ds, next(iter(got.values())).clip_ids, {k: p.probs for k, p in got.items()})

def left_out(ds, subject, out):
    "The training people of a data set, one of them as its test split"
    people = [ds.recording(i) for i, r in ds.recordings.iterrows() if r.split == 'train']
    return save_dataset(out, people, ACTIONS, ds.name, splits={r.subject: 'test' if r.subject == subject else 'train' for r in people})

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('src')
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--tune', action='store_true')
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    with tempfile.TemporaryDirectory() as tmp:
        tmp, runs = Path(tmp), {}
        ds = utkinect(a.src, tmp/'utkinect')
        if a.tune: jobs = [(s, left_out(ds, s, tmp/f"without-{s}"), 0) for s in sorted(ds.split('train').clips.subject.unique())]
        else: jobs = [(f"seed {s}", ds, s) for s in range(a.seeds)]
        for name, part, seed in jobs:
            runs[name] = systems(part, tmp/f"runs {name}", seed)
            print(name, *(f"{k} {100*v:.1f}" for k, v in runs[name].top1.items()), sep=' · ', flush=True)
    table = {k: [round(100 * float(r.top1[k]), 2) for r in runs.values()] for k in next(iter(runs.values())).index}
    print(f"\nUTKinect-Action3D, {'subjects 1–5, one left out' if a.tune else 'subjects 1–5 train, 6–10 test'}: top-1 in %, mean ± standard deviation over {len(jobs)} runs")
    for k, v in table.items(): print(f"{k:24} {statistics.mean(v):5.1f} ± {statistics.stdev(v) if len(v) > 1 else 0:.1f}   {v}")
    if not a.tune:
        path = Path(__file__).parent/'results'/'utkinect.json'
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(dict(about='UTKinect-Action3D, subjects 1–5 train, 6–10 test, top-1 in %, a number a seed', settings=SETTINGS, torch=torch.__version__.split('+')[0], top1=table), indent=1) + '\n')

if __name__ == '__main__': main()
