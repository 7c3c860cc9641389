"""Make the weights that come with mgnb again: a detector for recordings and a classifier for clips, in the layout of `mgnb pose`.

    python scripts/make_weights.py [KIND …] [--people 72] [--hours 6] [--out mgnb/weights] [--work FOLDER]

Both learn on simulated people alone, so anybody may use them for anything. The same seed gives the same weights on the same machine.
What is left of a training is kept in --work, and gone on with. Beside each lies a model card, README.md."""
import argparse, json, shutil, tempfile
from pathlib import Path
import numpy as np
from mgnb.data import load_dataset
from mgnb.detect.events import event_f1
from mgnb.detect.search import choose_decision, detect, ground_truth
from mgnb.detect.floors import random_events
from mgnb.learn.run import BUILTIN, load_run
from mgnb.simulate import simulate_dataset
from mgnb.train import predict, resume, train

HOW = dict(
    events=dict(recipe='stream', preset='base', layout='mediapipe25', width=96, steps=3000),
    clips=dict(recipe='ddnet', preset='base', layout='mediapipe25', steps=1500),
)
KEPT = ('config.json', 'decision.json', 'history.csv', 'model.safetensors', 'model.safetensors.sha256')
MOST = 6e6     # bytes each

CARD = """# {title}

Comes with mgnb. `{command}` uses it.

- **Data**: {people} simulated people, {hours:.1f} hours, {clips} gestures (`mgnb simulate --like touch`, seed 0), sitting or standing, in
  films down to the chest, the hips or the knees, with the faults of MediaPipe's joints. No recording of a real person, hence no licence but
  mgnb's.
- **Joints**: the upper body of MediaPipe (`mediapipe25`), as `mgnb pose` writes them; fingers are not looked at.
- **System**: {recipe}, preset {preset}; made again by `python scripts/make_weights.py {kind}`.
- **Classes**: {classes}.
- **On simulated people whom it has not seen**: {score}.
- **On real films**: {real}
- **Not for**: judging what somebody feels or whether somebody lies; people lying down, seen from behind, or in groups; the fine gestures
  of iMiGUE and SMG, for which weights have to be trained on their recordings.
"""

def percent(values): return f"{100 * np.mean(values):.1f} %"

def score_events(run, ds):
    "Event F1 on the test people, beside the most frequent gesture at random places"
    truth = ground_truth(ds, 'test')
    found = event_f1(detect(run, ds, 'test', progress=False), truth, 'optimal')['f1']
    chance = [event_f1(random_events(ds, 'test', s), truth, 'optimal')['f1'] for s in range(20)]
    floor = f"the most frequent gesture at random places {percent(chance)}"
    return f"event F1 {percent(found)} (simulated; IoU above .3, optimal matching), {floor}"

def score_clips(run, ds):
    "Accuracy on the clips of the test people"
    got = predict(run, ds, 'test', progress=False)
    right = got.answers == got.labels
    of_class = [right[got.labels == k].mean() for k in range(len(got.classes))]
    most = np.bincount(got.labels).max() / len(right)
    return f"top-1 {percent(right)}, class mean {percent(of_class)} (simulated), always the most frequent class {percent(most)}"

def real_films(kind):
    "What `benchmarks/films.py` measured, in words"
    file = Path(__file__).parent.parent/'benchmarks'/'results'/'films.json'
    if not file.exists(): return 'not measured.'
    r = json.loads(file.read_text())
    if kind == 'clips': return f"{r['clips_right']} of the {len(r['clips'])} annotated events of eight short films (`benchmarks/films.py`)."
    about = f"{r['films']} short films of people who sign words ({r['events']} events of three classes, annotated by eye)"
    beside = f"chance {r['chance']:.2f}, a rule on distances {r['rule']['f1']:.2f}"
    caution = 'the simulated people were mended once after a look at these films, so expect less of others'
    return f"event F1 {r['detector']['f1']:.2f} on {about}, {beside} (`benchmarks/films.py`); {caution}."

def make(kind, ds, work, out):
    "Train one of the two, and put what is needed of it into the package"
    how = HOW[kind]
    folder = work/kind
    run = resume(folder, ds) if (folder/'config.json').exists() else train(ds, out=folder, seed=0, **how)
    if kind == 'events': choose_decision(run, ds)
    target = out/kind
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in KEPT:
        if (folder/name).exists(): shutil.copy(folder/name, target/name)
    run = load_run(target)
    size = sum(p.stat().st_size for p in target.iterdir())
    if size > MOST: raise SystemExit(f"{target}: {size / 1e6:.1f} MB, at most {MOST / 1e6:.0f}")
    titles = dict(events='A detector of where hands go', clips='A classifier of where hands go')
    commands = dict(events='mgnb detect builtin DATA', clips='mgnb predict builtin DATA')
    score = dict(events=score_events, clips=score_clips)[kind](run, ds)
    data = dict(people=len(ds.subjects), hours=ds.seconds().sum() / 3600, clips=len(ds), classes=', '.join(ds.classes))
    system = dict(title=titles[kind], command=commands[kind], kind=kind, recipe=how['recipe'], preset=how['preset'])
    (target/'README.md').write_text(CARD.format(**data, **system, score=score, real=real_films(kind)))
    print(f"{target}: {size / 1e6:.2f} MB; {score}")

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('kinds', nargs='*', default=list(HOW), metavar='KIND', help='events, clips')
    ap.add_argument('--people', type=int, default=72)
    ap.add_argument('--hours', type=float, default=6.)
    ap.add_argument('--out', type=Path, default=BUILTIN)
    ap.add_argument('--work', type=Path, default=Path(tempfile.gettempdir())/'mgnb-weights')
    a = ap.parse_args()
    data = a.work/'people'
    if not data.exists(): simulate_dataset(data, like='touch', people=a.people, hours=a.hours, seed=0)
    ds = load_dataset(data)
    for kind in a.kinds: make(kind, ds, a.work, a.out)

if __name__ == '__main__': main()
