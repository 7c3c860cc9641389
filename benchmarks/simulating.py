"""Where the time goes while people are simulated (compare shares, not seconds).

    python benchmarks/simulating.py [--rounds 5] [--seconds 360] [--json FILE]

Recordings of simulated people are made one after the other on one core: how many hours of recording an hour of computing makes (median,
least and most), and which functions take how much of it, each without those that it calls. Writes benchmarks/results/simulating.json,
which the page `simulate` prints."""
import argparse, cProfile, json, pstats, statistics, time
from collections import Counter
from pathlib import Path
import torch
from mgnb.simulate import simulate_recording

RESULT = Path(__file__).resolve().parent/'results'/'simulating.json'
LIKE = ('imigue', 'smg', 'touch')

def times_real_time(like, seed, seconds):
    "Seconds of recording for a second of computing"
    start = time.process_time()
    rec = simulate_recording(like, seconds, seed=seed)
    return len(rec) / rec.fps / (time.process_time() - start)

def shares(like, seconds):
    "(function, share of the time) of what takes most, its own time alone"
    profile = cProfile.Profile()
    profile.runcall(simulate_recording, like, seconds, seed=0)
    stats = pstats.Stats(profile)
    own = Counter()
    for (file, _, name), times in stats.stats.items(): own[name if file == '~' else f"{Path(file).stem}.{name}"] += times[2]
    return [(name, round(t / stats.total_tt, 3)) for name, t in own.most_common(8)]

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=5)
    ap.add_argument('--seconds', type=float, default=360.)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    torch.set_num_threads(1)
    found = dict(about='simulated', rounds=a.rounds, seconds=a.seconds, kinds={})
    for like in LIKE:
        simulate_recording(like, 5, seed=0)      # what is made once is made
        speeds = [times_real_time(like, seed, a.seconds) for seed in range(a.rounds)]
        found['kinds'][like] = dict(times_real_time=round(statistics.median(speeds)), least=round(min(speeds)), most=round(max(speeds)),
                                    shares=shares(like, a.seconds))
        print(like, found['kinds'][like], flush=True)
    a.json.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')

if __name__ == '__main__': main()
