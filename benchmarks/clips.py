"""How long a network waits for the joints of a clip (compare ratios, not milliseconds).

    python benchmarks/clips.py [--rounds 5] [--frames 48] [--json FILE]

All training clips of simulated people, one thread: the table of clips asked for each of them, as `Dataset[i]` does; asked once, as
`Clips` does, where nothing is kept in memory; and drawn again where it is. All ways by turns in each round. Writes
benchmarks/results/clips.json, which the page `batches` reads."""
import argparse, json, statistics, tempfile, time, warnings
from pathlib import Path
import torch
from mgnb.core import clean
from mgnb.learn.batches import Clips
from mgnb.sampling import uniform_sample
from mgnb.simulate import simulate_dataset

RESULT = Path(__file__).resolve().parent/'results'/'clips.json'

def asked_each_time(ds, n_frames):
    "Every clip by way of the table"
    for i in range(len(ds)): uniform_sample(clean(ds[i].joints), n_frames, tidy=True)

def drawn(clips):
    "Every clip by way of `Clips`"
    for i in range(len(clips)): clips[i]

def ms_a_clip(do, n, *args):
    "Milliseconds of computing for each clip"
    start = time.process_time()
    do(*args)
    return 1000 * (time.process_time() - start) / n

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=5)
    ap.add_argument('--frames', type=int, default=48)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        ds = simulate_dataset(Path(folder)/'data', 'imigue', 12, .6, seed=0, progress=False).split('train')
        n = len(ds)
        fresh = Clips(ds, a.frames, train=True)
        fresh.room = 0                  # nothing is kept
        kept = Clips(ds, a.frames, train=True)
        drawn(kept)
        ways = {'the table asked for each clip': (asked_each_time, ds, a.frames),
                'asked once': (drawn, fresh),
                'drawn again': (drawn, kept)}
        times = {way: [] for way in ways}
        for _ in range(a.rounds):
            for way, (do, *args) in ways.items(): times[way].append(ms_a_clip(do, n, *args))
    found = {way: [round(f(ms), 3) for f in (statistics.median, min, max)] for way, ms in times.items()}
    for way, ms in found.items(): print(f"{way:32} {ms[0]:.2f} ms a clip ({ms[1]:.2f} to {ms[2]:.2f})", flush=True)
    a.json.write_text(json.dumps(dict(about='simulated', clips=n, frames=a.frames, rounds=a.rounds, ms_a_clip=found), indent=1) + '\n')

if __name__ == '__main__': main()
