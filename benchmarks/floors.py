"""What a user would use instead, on real people: `ridge` and `rocket` for clips, `forest` and random events for recordings.

    python benchmarks/floors.py [--utkinect PATH] [--msr PATH] [--seeds 3] [--out DIR] [--tune] [--aeon] [--json FILE]

--utkinect: the folder of UTKinect-Action3D; subjects 1–5 train, 6–10 test.
--msr: the folder of MSR-Action3D with real_world_coordinates.zip; odd subjects train, even ones test, all 20 classes at once.
--tune: instead, every training subject is left out in turn; settings are chosen by this, and the test people have no part in it.
--aeon: also MiniRocket and MultiRocket-Hydra of aeon on the same inputs (`pip install aeon`), and whether its MiniRocket gives our numbers.

Numbers are of everyday actions, and never of iMiGUE or SMG. Writes benchmarks/results/floors.json, which the pages of the floors read;
a set that is not asked for stays there as it was. The scores also go into mgnb/measured.json, which `mgnb recipes` prints."""
import argparse, json, re, tempfile, time, warnings, zipfile
from pathlib import Path
import numpy as np, torch
from mgnb.core import Event, Recording
from mgnb.layouts import get_layout
from mgnb.learn.run import to_plain
from mgnb.scoring import evaluate
from mgnb.train import predict, save_dataset, train
from mgnb.tutorials.utkinect import utkinect

RESULT = Path(__file__).resolve().parent/'results'/'floors.json'
MEASURED = RESULT.parent.parent.parent/'mgnb'/'measured.json'
CLIP_FLOORS = ('ridge', 'rocket')
ACTIONS = ['high arm wave', 'horizontal arm wave', 'hammer', 'hand catch', 'forward punch', 'high throw', 'draw x', 'draw tick',
           'draw circle', 'hand clap', 'two hand wave', 'side boxing', 'bend', 'forward kick', 'side kick', 'jogging', 'tennis swing',
           'tennis serve', 'golf swing', 'pick up and throw']
JOINTS = ['right_shoulder', 'left_shoulder', 'spine_shoulder', 'spine_mid', 'right_hip', 'left_hip', 'spine_base', 'right_elbow',
          'left_elbow', 'right_wrist', 'left_wrist', 'right_hand', 'left_hand', 'right_knee', 'left_knee', 'right_ankle', 'left_ankle',
          'right_foot', 'left_foot', 'head']   # in the order of the files

# ---- MSR-Action3D

def read_clip(text):
    "Joints (T, 20, 4) in the order of kinect20; what the camera did not see, it guessed, so only places at the origin are missing"
    rows = np.array(text.split(), np.float32).reshape(-1, 20, 4)
    xyz = rows[:, [JOINTS.index(name) for name in get_layout('kinect20').names], :3]
    return np.concatenate([xyz, (xyz != 0).any(-1, keepdims=True)], -1)

def msr_action3d(src, out):
    "A dataset folder of MSR-Action3D; clips in which nobody is ever seen are left out"
    recordings = []
    with zipfile.ZipFile(Path(src)/'real_world_coordinates.zip') as z:
        for name in sorted(z.namelist()):
            found = re.search(r'a(\d+)_s(\d+)_e\d+', name)
            if not found: continue
            joints = read_clip(z.read(name).decode())
            if not joints.any(): continue
            sample_id = found[0]
            events = [Event(int(found[1]) - 1, 0, len(joints), sample_id=sample_id)]
            recordings.append(Recording(joints, get_layout('kinect20'), sample_id, f"s{found[2]}", 15., events=events))
    splits = {r.subject: 'train' if int(r.subject[1:]) % 2 else 'test' for r in recordings}
    return save_dataset(out, recordings, ACTIONS, 'MSR-Action3D', splits=splits)

# ---- clips

def accuracy(run, ds):
    "Top-1 of a run on the test people, and the mean over classes"
    p = predict(run, ds, progress=False)
    scores = evaluate(ds, p.clip_ids, p.probs)
    return dict(top1=scores['top1'], mean_class=scores['mean_class'])

def clip_rung(ds, recipe, seed, out):
    "A floor with one seed: its scores, and how long it took"
    start = time.perf_counter()
    run = train(ds, recipe, out/f"{recipe}-{seed}", seed=seed, valid=None, device='cpu', progress=False)
    return accuracy(run, ds) | dict(seconds=round(time.perf_counter() - start, 1))

def left_out(ds, subject, out):
    "The training people of a data set, one of them as its test split"
    people = [ds.recording(i) for i, r in ds.recordings.iterrows() if r.split == 'train']
    splits = {r.subject: 'test' if r.subject == subject else 'train' for r in people}
    return save_dataset(out, people, ds.classes, ds.name, splits=splits)

def parts_of(ds, tune, out):
    "What is trained and scored: the data as they are, or the training people with one left out, each in turn"
    if not tune: return [ds]
    return [left_out(ds, s, out/f"without-{s}") for s in sorted(ds.split('train').subjects)]

def clip_floors(ds, a, out):
    "Recipe → scores, one a seed (and a person, where people are left out in turn)"
    found = {}
    for k, part in enumerate(parts_of(ds, a.tune, out)):
        for recipe in CLIP_FLOORS:
            rungs = [clip_rung(part, recipe, seed, out/f"part{k}") for seed in range(a.seeds)]
            found[recipe] = found.get(recipe, []) + rungs
    return found

# ---- aeon, for comparison

def inputs_of(ds, split):
    "What the kernels of `rocket` read, (N, C, T), and labels"
    from mgnb.learn.batches import Clips, pose_loader
    from mgnb.models.rocket import BodyFrame
    batches = list(pose_loader(Clips(ds.split(split), 48), 64, [BodyFrame()]))
    return torch.cat([x.as_subclass(torch.Tensor).flatten(2).mT for x, _ in batches]), torch.cat([y for _, y in batches])

def aeon_floors(ds, seeds):
    "Top-1 of aeon's classifiers, and how far its MiniRocket features are from ours"
    from aeon.classification.convolution_based import MiniRocketClassifier, MultiRocketHydraClassifier
    from aeon.transformations.collection.convolution_based import MiniRocket
    from mgnb.models.rocket import RandomKernels, fit_kernels
    (x, y), (x_test, y_test) = inputs_of(ds, 'train'), inputs_of(ds, 'test')
    theirs = MiniRocket(random_state=0).fit(x.numpy()).transform(x_test.numpy())
    ours = fit_kernels(RandomKernels(x.shape[1], 48), x, seed=0)(x_test).numpy()
    found = dict(features_apart=float(abs(theirs - ours).max()), features_differ=float((abs(theirs - ours) > 1e-6).mean()))
    for name, kind in dict(minirocket=MiniRocketClassifier, multirocket_hydra=MultiRocketHydraClassifier).items():
        models = [kind(random_state=seed).fit(x.numpy(), y.numpy()) for seed in range(seeds)]
        found[name] = [dict(top1=float((m.predict(x_test.numpy()) == y_test.numpy()).mean())) for m in models]
    return found

# ---- all of it

def describe(ds, people):
    "What the scores were measured on"
    parts = {s: ds.split(s) for s in ds.splits}
    return dict(on=f"{ds.name}, people {people}", clips={s: len(p) for s, p in parts.items()},
                people={s: len(p.subjects) for s, p in parts.items()}, classes=len(ds.classes))

def print_rungs(about, rungs, score='top1'):
    "Mean and spread of each floor"
    for name, rs in rungs.items():
        v = 100 * np.array([r[score] for r in rs])
        print(f"{about}, {name}: {score} {v.mean():.1f} ± {v.std(ddof=1) if len(v) > 1 else 0:.1f} % ({len(v)} numbers)", flush=True)

def measure(ds, people, a, out):
    "Everything about one set"
    found = describe(ds, people) | dict(seeds=a.seeds, clips_top1=clip_floors(ds, a, out))
    print_rungs(found['on'], found['clips_top1'])
    if a.aeon and not a.tune:
        found['aeon'] = aeon_floors(ds, a.seeds)
        print_rungs(found['on'] + ', aeon', {k: v for k, v in found['aeon'].items() if isinstance(v, list)})
        differ, apart = (found['aeon'][k] for k in ('features_differ', 'features_apart'))
        print(f"  {100 * differ:.4f} % of the features of MiniRocket differ, by {apart:.3f} at most")
    return found

def mean_and_spread(rungs, score):
    "In %, rounded as `mgnb recipes` has them"
    v = 100 * np.array([r[score] for r in rungs])
    return [round(float(v.mean()), 1), round(float(v.std(ddof=1)), 1) if len(v) > 1 else None]

def note(part, on, without=frozenset()):
    "Write what `mgnb recipes` prints of one set, which the words `on` name; what was measured on others stays"
    measured = json.loads(MEASURED.read_text())
    for name, rungs in part['clips_top1'].items():
        if name in without: continue
        row = dict(on=on) | {score: mean_and_spread(rungs, score) for score in ('top1', 'mean_class')}
        measured[name] = [r for r in measured.get(name, []) if r['on'] != on] + [row]
    MEASURED.write_text(json.dumps(measured, indent=1) + '\n')

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--utkinect', type=Path)
    ap.add_argument('--msr', type=Path)
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--out', type=Path, help='where data sets and runs are made; a folder that is removed again')
    ap.add_argument('--tune', action='store_true')
    ap.add_argument('--aeon', action='store_true')
    ap.add_argument('--json', type=Path, default=RESULT)
    return ap.parse_args()

def main():
    a = options()
    warnings.simplefilter('ignore')
    found = json.loads(a.json.read_text()) if a.json.exists() else {}
    with tempfile.TemporaryDirectory(dir=a.out) as tmp:
        out = Path(tmp)
        if a.msr: found['msr_action3d'] = measure(msr_action3d(a.msr, out/'msr'), 'odd → even', a, out/'msr-runs')
        if a.utkinect: found['utkinect'] = measure(utkinect(a.utkinect, out/'ut'), '1–5 → 6–10', a, out/'ut-runs')
    if a.tune: return
    if a.json == RESULT:
        for part in (found['msr_action3d'], found['utkinect']): note(part, f"{part['on']}, {part['seeds']} seeds")
    a.json.parent.mkdir(exist_ok=True)
    a.json.write_text(json.dumps(to_plain(found | dict(torch=torch.__version__.split('+')[0])), indent=1) + '\n')

if __name__ == '__main__': main()
