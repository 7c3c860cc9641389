"""Pictures alone, joints alone, or both? `rgbpose` (`tiny`) on films of simulated people whom it has never seen.

    python benchmarks/rgbpose.py [--like touch] [--people 9] [--epochs 30] [--seeds 0] [--height 72] [--workers 2] [--json FILE]

A seed changes the people as well as the training; with one seed there is no spread. All numbers are of simulated people, drawn and
compressed as `mgnb simulate --film` does, joints with the faults of a pose estimator."""
import argparse, json, tempfile, time
from functools import partial
from pathlib import Path
import numpy as np
from mgnb.metrics import mean_class_accuracy, top_k
from mgnb.people.filming import film_person
from mgnb.simulate import simulate_dataset
from mgnb.train import predict, train

SYSTEMS = dict(pictures=dict(use='rgb'), joints=dict(use='pose'), both=dict(), unconnected=dict(alone=1.))

def measure(a, seed, folder):
    "Scores of each system on the people of the test split, in %"
    film = partial(film_person, height=a.height)
    ds = simulate_dataset(folder/'data', a.like, a.people, a.hours, seed, least=tuple(a.least), per_minute=a.per_minute,
                          film=film, workers=a.workers, progress=False)
    size = dict(train=len(ds.split('train')), test=len(ds.split('test')))
    scores = {}
    for name, hp in SYSTEMS.items():
        start = time.perf_counter()
        run = train(ds, 'rgbpose', folder/name, preset='tiny', epochs=a.epochs, seed=seed, workers=a.workers, progress=False, **hp)
        p = predict(run, ds, progress=False)
        scores[name] = dict(top1=100 * top_k(p.probs, p.labels), mean_class=100 * mean_class_accuracy(p.probs, p.labels))
        print(f"seed {seed}, {name}: top-1 {scores[name]['top1']:.1f} %, mean of classes {scores[name]['mean_class']:.1f} % "
              f"({time.perf_counter() - start:.0f} s)", flush=True)
    most = np.bincount(ds.split('train').clips.label.to_numpy(int)).argmax()
    scores['majority'] = dict(top1=100 * float((ds.split('test').clips.label == most).mean()), mean_class=100 / len(ds.classes))
    return dict(seed=seed, clips=size, scores=scores)

if __name__ == '__main__':
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--like', default='touch')
    ap.add_argument('--people', type=int, default=9)
    ap.add_argument('--hours', type=float, default=.02, help='at least; `least` decides')
    ap.add_argument('--least', type=int, nargs=3, default=[16, 2, 8], help='clips of each class in train, valid, test')
    ap.add_argument('--per_minute', type=float, default=30, help='gestures: many, so that films are short')
    ap.add_argument('--epochs', type=int, default=30)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0])
    ap.add_argument('--height', type=int, default=72)
    ap.add_argument('--workers', type=int, default=2)
    ap.add_argument('--json', default='')
    a = ap.parse_args()
    runs = []
    for seed in a.seeds:
        with tempfile.TemporaryDirectory() as folder: runs.append(measure(a, seed, Path(folder)))
    if a.json:
        asked = {k: v for k, v in vars(a).items() if k not in ('json', 'workers')}
        Path(a.json).write_text(json.dumps(dict(data='simulated', asked=asked, runs=runs), indent=1) + '\n')
