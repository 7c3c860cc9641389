"""Pictures alone, joints alone, or both? Classifiers that look at films (`tiny`), of simulated people whom they have never seen.

    python benchmarks/modalities.py [--systems rgbpose,m3cn,hfut2024_rgb,clip2024_fused] [--seeds 0 1 2] [--epochs 14] [--json FILE]

A seed changes the people as well as the training. All numbers are of simulated people, drawn and compressed as `mgnb simulate --film`
does, joints with the faults of a pose estimator. A network with two paths is trained three times: with both, and with each alone. Of
`clip2024_fused`, whose parts are networks of their own, each part is scored; where the classes have no vectors in the package, it gets
random ones. Beside them stand the most frequent class and `ridge`, which reads joints. Writes benchmarks/results/modalities.json after
every system and seed; what is there already is not trained again."""
import argparse, json, tempfile, time, warnings
from functools import partial
from pathlib import Path
import numpy as np
from mgnb.core import LabelError
from mgnb.fusion import predict_streams
from mgnb.labels import label_vectors, save_vectors
from mgnb.metrics import mean_class_accuracy, top_k
from mgnb.people.filming import film_person
from mgnb.recipe import fuse
from mgnb.simulate import simulate_dataset
from mgnb.train import predict, train

RESULT = Path(__file__).resolve().parent/'results'/'modalities.json'
PATHS = dict(pictures=dict(use='rgb'), joints=dict(use='pose'), both=dict())   # of a network with two paths
PARTS = dict(clip2024_fused=dict(pictures=dict(rgb=1.), joints=dict(joint=1., limb=1.)))   # of an ensemble: streams and weights

def simulated(a, seed, folder):
    "Filmed people"
    film = partial(film_person, height=a.height)
    return simulate_dataset(folder/'data', a.like, a.people, a.hours, seed, least=tuple(a.least), per_minute=a.per_minute,
                            film=film, workers=a.workers, progress=False)

def scores(probs, labels):
    "Top-1 and mean of the classes, in %"
    return dict(top1=100 * top_k(probs, labels), mean_class=100 * mean_class_accuracy(probs, labels))

def vectors_for(ds, seed, folder):
    "Where the vectors of the classes are; None: in the package"
    try: label_vectors(ds.classes)
    except LabelError:
        file = folder/'vectors.safetensors'
        save_vectors(file, ds.classes, np.random.default_rng(seed).normal(size=(len(ds.classes), 50)))
        return str(file)

def by_path(ds, system, how, folder):
    "A network that is trained three times"
    for name, changes in PATHS.items():
        found = predict(train(ds, system, folder/name, **how, **changes), ds, progress=False)
        yield name, scores(found.probs, found.labels)

def by_part(ds, system, how, folder):
    "An ensemble that is trained once"
    run = train(ds, system, folder/system, **how)
    ids, probs = predict_streams(run, ds, 'test', progress=False)
    labels = ds.split('test').clips.set_index('clip_id').label.loc[ids].to_numpy(int)
    for name, weights in PARTS[system].items():
        chosen = {stream: probs[stream] for stream in weights}
        yield name, scores(fuse(chosen, weights), labels)
    yield 'both', scores(probs['fused'], labels)

def measure(a, system, ds, seed, folder):
    "Scores of a system's pictures, joints and both"
    how = dict(preset='tiny', epochs=a.epochs, seed=seed, workers=a.workers, device='cpu', progress=False)
    score = by_part if system in PARTS else by_path
    if system in PARTS: how |= dict(vectors=vectors_for(ds, seed, folder.parent))
    else: how |= dict.fromkeys(('pixels', 'size', 'test_size'), a.pixels)
    found = {}
    for name, s in score(ds, system, how, folder):
        found[name] = s
        print(f"{system}, seed {seed}, {name}: top-1 {s['top1']:.1f} %, mean of classes {s['mean_class']:.1f} % (simulated)", flush=True)
    return found

def floors(ds, seed, folder):
    "What the most frequent class of the training people scores, and a regression on joints, in %"
    most = np.bincount(ds.split('train').clips.label.to_numpy(int)).argmax()
    majority = dict(top1=100 * float((ds.split('test').clips.label == most).mean()), mean_class=100 / len(ds.classes))
    ridge = predict(train(ds, 'ridge', folder/'ridge', preset='tiny', seed=seed, device='cpu', progress=False), ds, progress=False)
    return dict(majority=majority, ridge=scores(ridge.probs, ridge.labels))

def kept(a):
    "What was measured with the same settings before"
    asked = {k: v for k, v in vars(a).items() if k not in ('json', 'workers', 'systems', 'seeds')}
    before = json.loads(a.json.read_text()) if a.json.exists() else {}
    return before if before.get('asked') == asked else dict(about='simulated', asked=asked, people={}, systems={})

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--systems', default='rgbpose,m3cn,hfut2024_rgb,clip2024_fused')
    ap.add_argument('--like', default='touch')
    ap.add_argument('--people', type=int, default=24)
    ap.add_argument('--hours', type=float, default=.02, help='at least; `least` decides')
    ap.add_argument('--least', type=int, nargs=3, default=[60, 3, 15], help='clips of each class in train, valid, test')
    ap.add_argument('--per_minute', type=float, default=30, help='gestures: many, so that films are short')
    ap.add_argument('--epochs', type=int, default=14)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--height', type=int, default=48, help='of the films in pixels')
    ap.add_argument('--pixels', type=int, default=48, help='side of the square that a network with two paths sees')
    ap.add_argument('--workers', type=int, default=0)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    results = kept(a)
    for seed in a.seeds:
        missing = [s for s in a.systems.split(',') if str(seed) not in results['systems'].get(s, {})]
        if not missing: continue
        with tempfile.TemporaryDirectory() as folder:
            ds = simulated(a, seed, Path(folder))
            results['people'][str(seed)] = dict(train=len(ds.split('train')), test=len(ds.split('test')),
                                               **floors(ds, seed, Path(folder)))
            for system in missing:
                start = time.process_time()
                results['systems'].setdefault(system, {})[str(seed)] = measure(a, system, ds, seed, Path(folder)/system)
                print(f"{system}, seed {seed}: {time.process_time() - start:.0f} s of CPU", flush=True)
                a.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')

if __name__ == '__main__': main()
