"""Pictures alone, joints alone, or both? `mslt2024_rgb` (`tiny`) in films of simulated people whom it has never seen.

    python benchmarks/rgb_events.py [--seeds 0 1 2] [--people 10] [--minutes 5] [--trunk_epochs 25] [--epochs 16] [--json FILE]

First `rgbpose` learns from the clips, both paths alone (nothing passes between them), then a detector of each stream learns from what its
frozen path has seen; both is the mean of their proposals. Every training and the events of both go through the commands of `mgnb`.
Thresholds are chosen on validation people, separately for each stream and for both. A seed changes the people as well as the training.
All numbers are of simulated people, drawn and compressed as `mgnb simulate --film` does, joints with the faults of a pose estimator."""
import argparse, json, tempfile, time, warnings
from functools import partial
from pathlib import Path
import numpy as np
from mgnb.cli import detect as detect_command, train as train_command
from mgnb.detect.events import event_f1
from mgnb.detect.windows import choose_decision, detect, ground_truth, random_events
from mgnb.people.filming import film_person
from mgnb.simulate import simulate_dataset
from mgnb.train import load_run

def simulated(a, seed, folder):
    "Filmed people"
    film = partial(film_person, height=a.height)
    return simulate_dataset(folder/'data', a.like, a.people, a.minutes / 60, seed, least=tuple(a.least), per_minute=a.per_minute,
                            film=film, workers=a.workers, progress=False)

def event_score(ds, found):
    "Event F1 on test people, optimal matching, in %"
    return 100 * (event_f1(found, ground_truth(ds, 'test'), 'optimal')['f1'] or 0.)

def alone(run, ds, stream):
    "The score of one stream, with thresholds of its own"
    member = run.members[stream]
    choose_decision(member, ds, progress=False)
    return event_score(ds, detect(member, ds, progress=False))

def measure(a, seed, folder):
    "Scores of each stream and of both"
    ds = simulated(a, seed, folder)
    size = dict(train=len(ds.split('train')), test=len(ds.split('test')), minutes=round(float(ds.seconds().sum() / 60), 1))
    data, trunk, out = str(ds.path), str(folder/'trunk'), str(folder/'run')
    sides = [f"{name}={a.pixels}" for name in ('pixels', 'size', 'test_size')]
    train_command(data, 'rgbpose', trunk, preset='tiny', epochs=a.trunk_epochs, seed=seed, set=['alone=1.', 'test_clips=1', *sides])
    train_command(data, 'mslt2024_rgb', out, preset='tiny', epochs=a.epochs, seed=seed, start=trunk)
    detect_command([out], data, 'test', str(folder/'events.csv'))
    run = load_run(out)
    found = detect(run, ds, progress=False)
    scores = dict(rgb=alone(run, ds, 'rgb'), pose=alone(run, ds, 'pose'), both=event_score(ds, found))
    scores['random'] = event_score(ds, random_events(ds, 'test', seed))
    clips = load_run(trunk).history[['accuracy', 'mean_class']].max().to_dict()
    return dict(seed=seed, data=size, found=sum(map(len, found.values())), clips=clips, f1=scores)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--like', default='touch')
    ap.add_argument('--people', type=int, default=10)
    ap.add_argument('--minutes', type=float, default=5., help='of film, over all people at least; `least` may ask for more')
    ap.add_argument('--least', type=int, nargs=3, default=[8, 1, 2], help='clips of each class in train, valid, test')
    ap.add_argument('--per_minute', type=float, default=30, help='gestures: many, so that films are short')
    ap.add_argument('--trunk_epochs', type=int, default=25)
    ap.add_argument('--epochs', type=int, default=16)
    ap.add_argument('--height', type=int, default=48, help='of the films in pixels')
    ap.add_argument('--pixels', type=int, default=32, help='side of the square that the network sees')
    ap.add_argument('--workers', type=int, default=0)
    ap.add_argument('--json', default='')
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    start = time.process_time()
    runs = []
    for seed in a.seeds:
        with tempfile.TemporaryDirectory() as folder: runs.append(measure(a, seed, Path(folder)))
        print(f"seed {seed}, simulated people, event F1 in %: " + ', '.join(f"{k} {v:.1f}" for k, v in runs[-1]['f1'].items()), flush=True)
        if not a.json: continue
        asked = {k: v for k, v in vars(a).items() if k not in ('json', 'workers')}
        Path(a.json).write_text(json.dumps(dict(data='simulated', asked=asked, runs=runs), indent=1) + '\n', encoding='utf-8')
    for k in runs[0]['f1']:
        v = np.array([r['f1'][k] for r in runs])
        print(f"{k:8} {v.mean():5.1f} ± {v.std(ddof=1) if len(v) > 1 else 0:.1f} % (simulated)")
    print(f"{time.process_time() - start:.0f} s of CPU")

if __name__ == '__main__': main()
