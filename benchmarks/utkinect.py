"""Real people, other actions: the linear floor and PoseC3D on UTKinect-Action3D, subjects 1–5 train, 6–10 test.

    python benchmarks/utkinect.py PATH/TO/utkinect [--seeds 3]      the test, written to benchmarks/results/utkinect.json
    python benchmarks/utkinect.py PATH/TO/utkinect --tune            the same settings inside subjects 1–5, one left out at a time

The settings below were chosen with --tune; the test subjects had no part in it. The tutorial "your own skeletons" reads the file."""
import argparse, json, statistics, tempfile, warnings
from pathlib import Path
import torch
from mgnb.scoring import ladder
from mgnb.train import predict, save_dataset, train
from mgnb.tutorials.utkinect import ACTIONS, utkinect

RESULT = Path(__file__).parent/'results'/'utkinect.json'
SETTINGS = dict(views=('front', 'side'), epochs=150, bs=10, smooth=.1)

def systems(ds, out, seed):
    "Floor, joint, limb, both, and both with the floor on the test split of a data set: a row each"
    floor = train(ds, 'ridge', out/'ridge', seed=seed, valid=None, progress=False)
    run = train(ds, 'posec3d', out/'posec3d', preset='tiny', seed=seed, valid=None, progress=False, **SETTINGS)
    rungs = {'linear floor (ridge)': floor}
    rungs |= {f"PoseC3D {name}": member for name, member in run.members.items()}
    rungs |= {'PoseC3D fused': run, 'PoseC3D fused + floor': [run, floor]}
    predictions = {name: predict(runs, ds, progress=False) for name, runs in rungs.items()}
    clip_ids = next(iter(predictions.values())).clip_ids
    return ladder(ds, clip_ids, {name: p.probs for name, p in predictions.items()})

def left_out(ds, subject, out):
    "The training people of a data set, one of them as its test split"
    people = [ds.recording(i) for i, r in ds.recordings.iterrows() if r.split == 'train']
    splits = {r.subject: 'test' if r.subject == subject else 'train' for r in people}
    return save_dataset(out, people, ACTIONS, ds.name, splits=splits)

def list_jobs(ds, folder, a):
    "(name, data, seed) of everything that is trained"
    if not a.tune: return [(f"seed {s}", ds, s) for s in range(a.seeds)]
    subjects = sorted(ds.split('train').clips.subject.unique())
    return [(s, left_out(ds, s, folder/f"without-{s}"), 0) for s in subjects]

def run_jobs(a):
    "Convert, train, predict; the table of rungs of every job"
    tables = []
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        ds = utkinect(a.src, folder/'utkinect')
        for name, part, seed in list_jobs(ds, folder, a):
            tables.append(systems(part, folder/f"runs {name}", seed))
            print(name, *(f"{k} {100*v:.1f}" for k, v in tables[-1].top1.items()), sep=' · ', flush=True)
    return tables

def print_table(top1, n_jobs, tune):
    "Mean and spread of every rung"
    people = 'subjects 1–5, one left out' if tune else 'subjects 1–5 train, 6–10 test'
    print(f"\nUTKinect-Action3D, {people}: top-1 in %, mean ± standard deviation over {n_jobs} runs")
    for k, v in top1.items():
        spread = statistics.stdev(v) if len(v) > 1 else 0
        print(f"{k:24} {statistics.mean(v):5.1f} ± {spread:.1f}   {v}")

def write_results(top1):
    "The file that the tutorial reads"
    about = 'UTKinect-Action3D, subjects 1–5 train, 6–10 test, top-1 in %, a number a seed'
    found = dict(about=about, settings=SETTINGS, torch=torch.__version__.split('+')[0], top1=top1)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1) + '\n')

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('src')
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--tune', action='store_true')
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    tables = run_jobs(a)
    top1 = {k: [round(100 * float(t.top1[k]), 2) for t in tables] for k in tables[0].index}
    print_table(top1, len(tables), a.tune)
    if not a.tune: write_results(top1)

if __name__ == '__main__': main()
