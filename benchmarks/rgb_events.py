"""Pictures alone, joints alone, or both? Detectors that look at films (`tiny`), in those of simulated people whom they have never seen.

    python benchmarks/rgb_events.py [--systems mslt2024_rgb] [--seeds 0 1 2] [--people 24] [--json FILE]

First `rgbpose` learns from the clips, both paths alone (nothing passes between them), then a detector of each stream learns from what its
frozen path has seen; both is the mean of their proposals. Every training goes through the command `mgnb train`.
Thresholds are chosen on validation people, separately for each stream and for both. A seed changes the people as well as the training.
All numbers are of simulated people, drawn and compressed as `mgnb simulate --film` does, joints with the faults of a pose estimator.
Writes benchmarks/results/rgb_events.json after every seed; what is there already is not measured again."""
import argparse, json, tempfile, time, warnings
from functools import partial
from pathlib import Path
from mgnb.cli import train as train_command
from mgnb.detect.events import event_f1
from mgnb.detect.search import choose_decision, detect, ground_truth
from mgnb.detect.floors import random_events
from mgnb.people.filming import film_person
from mgnb.simulate import simulate_dataset
from mgnb.train import load_run

RESULT = Path(__file__).resolve().parent/'results'/'rgb_events.json'

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

def learn_clips(a, data, trunk, seed):
    "`rgbpose` learns from the clips, both paths alone; its best scores on validation people"
    sides = [f"{name}={a.pixels}" for name in ('pixels', 'size', 'test_size')]
    train_command(data, 'rgbpose', trunk, preset='tiny', epochs=a.trunk_epochs, seed=seed, set=['alone=1.', 'test_clips=1', *sides])
    return load_run(trunk).history[['accuracy', 'mean_class']].max().to_dict()

def learn_events(a, ds, system, trunk, folder, seed):
    "Scores of a detector that begins with a trunk: of each stream and of both"
    out = str(folder/system)
    train_command(str(ds.path), system, out, preset='tiny', epochs=a.epochs, seed=seed, start=trunk)
    run = load_run(out)
    both = event_score(ds, detect(run, ds, progress=False))
    return {name: alone(run, ds, name) for name in run.members} | dict(both=both)

def measure(a, seed, folder):
    "Scores of all detectors on people of their own"
    ds = simulated(a, seed, folder)
    size = dict(train=len(ds.split('train')), test=len(ds.split('test')), minutes=round(float(ds.seconds().sum() / 60), 1))
    trunk = str(folder/'trunk')
    clips = learn_clips(a, str(ds.path), trunk, seed)
    f1 = {system: learn_events(a, ds, system, trunk, folder, seed) for system in a.systems.split(',')}
    return dict(seed=seed, data=size, clips=clips, f1=f1, random=event_score(ds, random_events(ds, 'test', seed)))

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--systems', default='mslt2024_rgb')
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--like', default='touch')
    ap.add_argument('--people', type=int, default=24)
    ap.add_argument('--minutes', type=float, default=5., help='of film, over all people at least; `least` may ask for more')
    ap.add_argument('--least', type=int, nargs=3, default=[40, 4, 6], help='clips of each class in train, valid, test')
    ap.add_argument('--per_minute', type=float, default=30, help='gestures: many, so that films are short')
    ap.add_argument('--trunk_epochs', type=int, default=12)
    ap.add_argument('--epochs', type=int, default=16)
    ap.add_argument('--height', type=int, default=48, help='of the films in pixels')
    ap.add_argument('--pixels', type=int, default=32, help='side of the square that the network sees')
    ap.add_argument('--workers', type=int, default=0)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    asked = {k: v for k, v in vars(a).items() if k not in ('json', 'workers', 'seeds')}
    before = json.loads(a.json.read_text()) if a.json.exists() else {}
    results = before if before.get('asked') == asked else dict(about='simulated', asked=asked, runs=[])
    for seed in a.seeds:
        if seed in [run['seed'] for run in results['runs']]: continue
        start = time.process_time()
        with tempfile.TemporaryDirectory() as folder: run = measure(a, seed, Path(folder))
        for system, f1 in run['f1'].items():
            told = ', '.join(f"{name} {score:.1f}" for name, score in f1.items())
            print(f"{system}, seed {seed}, simulated people, event F1 in %: {told}, random {run['random']:.1f}")
        print(f"seed {seed}: {time.process_time() - start:.0f} s of CPU", flush=True)
        results['runs'] = sorted([*results['runs'], run], key=lambda run: run['seed'])
        a.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')

if __name__ == '__main__': main()
