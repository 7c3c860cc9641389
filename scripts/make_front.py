"""What the front page shows: half a minute of a person whom a detector has never seen, with what it found there.

    python scripts/make_front.py [FOLDER]     FOLDER keeps people and run; without it they are made anew and thrown away

The three lines of the front page, as functions: simulate, train, detect. Of the test recordings the window with most annotated gestures
is kept, whatever was found in it. Writes benchmarks/results/front.json."""
import json, sys, tempfile
from pathlib import Path
import numpy as np
from mgnb.detect.events import event_f1
from mgnb.detect.windows import choose_decision, detect, ground_truth
from mgnb.train import simulate_dataset, train, load_dataset, load_run

RESULT = Path(__file__).resolve().parent.parent/'benchmarks/results/front.json'
SECONDS = 20
EVERY = 2   # of the frames one is kept

def trained(folder):
    "The data of `mgnb simulate talks --like smg --people 12 --hours 1` and a run of `mgnb train talks --recipe stream --preset tiny`"
    if (folder/'watcher').exists(): return load_dataset(folder/'talks'), load_run(folder/'watcher')
    ds = simulate_dataset(folder/'talks', 'smg', people=12, hours=1., progress=False)
    run = train(ds, 'stream', folder/'watcher', preset='tiny', progress=False)
    choose_decision(run, ds, progress=False)
    return ds, run

def busiest(truth, lengths, size):
    "(recording, first frame) of the window with most annotated gestures"
    windows = [(s, a) for s, n in lengths.items() for a in range(0, n - size, size // 4)]
    return max(windows, key=lambda w: sum(w[1] <= e.start and e.end <= w[1] + size for e in truth[w[0]]))

def inside(events, start, size):
    "Events that lie in a window, as numbers that count from its start, in kept frames"
    there = [e for e in events if e.start >= start and e.end <= start + size]
    return [[e.label, (e.start - start) // EVERY, (e.end - start) // EVERY, round(e.score, 2)] for e in there]

def main():
    with tempfile.TemporaryDirectory() as tmp:
        ds, run = trained(Path(sys.argv[1]) if sys.argv[1:] else Path(tmp))
        found = detect(run, ds, progress=False)
        truth = ground_truth(ds, 'test')
        size = round(SECONDS * ds.fps)
        who, start = busiest(truth, ds.split('test').recordings.n_frames.to_dict(), size)
        rec = ds.recording(who)
        f1 = event_f1(found, truth, 'optimal')
        RESULT.write_text(json.dumps(dict(
            about=dict(train=len(ds.split('train').subjects), valid=len(ds.split('valid').subjects), test=len(ds.split('test').subjects)),
            sample_id=who, start=start, fps=rec.fps / EVERY, layout=rec.layout.name, classes=list(ds.classes),
            joints=np.asarray(rec.joints[start:start + size:EVERY], float).round(3).tolist(),
            annotated=inside(truth[who], start, size), found=inside(found[who], start, size),
            f1=f1['f1'], matched=f1['matched'], n_truth=f1['n_truth'], n_found=f1['n_found'],
        ), separators=(',', ':')) + '\n', encoding='utf-8')
        print(f"{who} from frame {start}: event F1 {100 * f1['f1']:.1f} %, {f1['matched']} of {f1['n_truth']} found (simulated people)")

if __name__ == '__main__': main()
