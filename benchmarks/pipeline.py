"""From a clip's joints to what a network is fed: what comes before the network, in training and in prediction (compare ratios)

    python benchmarks/pipeline.py [--rounds 5] [--samplings 10] [--size 64] [--json FILE]

A clip of simulated people is sampled, fitted to the grid and drawn: once as in training (without what training varies), and
`samplings` times with their mirror images as in prediction. `published loop` draws one small window at a time in numpy and keeps every
volume until the clip is done, as published pipelines do; `all at once` does the same with our drawing; `a view at a time` is what
`mgnb predict` does: a view's volume is gone before the next is drawn. All ways take turns on one thread, each round another clip;
processor time, medians of the ratios to the loop. Memory is what a process of its own needs more than before. The joints of a clip are
in memory, as they are after its first use. Writes benchmarks/results/pipeline.json, which the page `inference` prints."""
import argparse, json, re, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
import numpy as np, torch
from fasttransform import Pipeline
from heatmaps import loop_limbs, loop_points
from mgnb.augment import flip
from mgnb.data import example_dataset
from mgnb.heatmap import TensorPose, fit_to_grid
from mgnb.learn.batches import Clips
from mgnb.learn.inference import _each_view
from mgnb.learn.learner import kept_heap
from mgnb.models.posec3d import posec3d
from mgnb.skeleton import Skeleton

RESULT = Path(__file__).resolve().parent/'results'/'pipeline.json'
LOOP = 'published loop'
LOOPS = dict(joint=loop_points, limb=loop_limbs)

def setting(stream, a):
    "Skeleton, what selects joints, and what draws them as well"
    skeleton = Skeleton(example_dataset().layout)
    hp = posec3d.hp('full', size=a.size, test_size=a.size)
    feed = posec3d.feed(skeleton, stream, False, **hp)
    return skeleton, Pipeline(feed[:-1], split_idx=1), Pipeline(feed, split_idx=1)

def draw_loop(stream, feed, joints, size):
    "Volumes by the loop over windows"
    grid = np.asarray(fit_to_grid(joints, size))[:, None]
    if stream == 'joint': return loop_points(grid, size)
    return loop_limbs(grid, size, pairs=feed.fs[-1].segments)

def ways_of(stream, a):
    "Name → a function that takes the samplings of a clip (S, T, V, 3) to volumes, and returns how many it made"
    skeleton, select, feed = setting(stream, a)
    def both(x): return torch.cat([x, flip(x, skeleton.mirror)]) if len(x) > 1 else x
    def loop(x): return len(draw_loop(stream, feed, select(both(TensorPose(x))), a.size))
    def at_once(x): return len(feed(both(TensorPose(x))))
    def views(x):
        mirror = skeleton.mirror if len(x) > 1 else None
        with kept_heap(): return sum(len(v) for v in _each_view(feed, TensorPose(x)[None], 1, mirror, flip))
    return {LOOP: loop, 'all at once': at_once, 'a view at a time': views}

def samplings(a, n):
    "A function from a clip's number to its samplings"
    clips = Clips(example_dataset(), posec3d.hp('full')['n_frames'], n)
    step = len(clips) // a.rounds
    for r in range(a.rounds): clips[step * r]    # is kept from now on
    return lambda r: torch.from_numpy(clips[step * r][0])

def peak_mb():
    "The largest this process was"
    return int(re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())[1]) / 1024

def memory_of(stream, way, a):
    "How much more a prediction of one clip needs, MB"
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    run = ways_of(stream, a)[way]
    x = samplings(a, a.samplings)(0)
    run(x[:1, :2])      # what is made once is made
    before = peak_mb()
    run(x)
    return peak_mb() - before

def elsewhere(*args):
    "Memory, in a process of its own"
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool: return pool.submit(memory_of, *args).result()

def seconds(run, sample, r):
    "Processor time from joints to volumes, and how many there were"
    start = time.process_time()
    made = run(sample(r))
    return time.process_time() - start, made

def measure(stream, n, a):
    "Rows of one stream and one number of samplings"
    ways = ways_of(stream, a)
    sample = samplings(a, n)
    for run in ways.values(): run(sample(0)[:, :2])
    took = {way: [] for way in ways}
    for r in range(a.rounds):
        for way, run in ways.items():
            t, made = seconds(run, sample, r)
            assert made == (n if n == 1 else 2 * n)
            took[way].append(t)
    for way, t in took.items():
        ratio = np.array(took[LOOP]) / t
        yield dict(stream=stream, task='prediction' if n > 1 else 'training', way=way, ms=round(1e3 * float(np.median(t)), 2),
                   faster=round(float(np.median(ratio)), 1), least=round(float(ratio.min()), 1), most=round(float(ratio.max()), 1),
                   memory_mb=round(elsewhere(stream, way, a)) if n > 1 else None)

@torch.inference_mode()
def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in dict(rounds=5, samplings=10, size=64).items(): ap.add_argument(f"--{name}", type=int, default=default)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    torch.set_num_threads(1)
    rows = []
    for stream in LOOPS:
        for n in (1, a.samplings):
            for row in measure(stream, n, a):
                print(row, flush=True)
                rows.append(row)
    about = dict(about='simulated', samplings=a.samplings, size=a.size, rounds=a.rounds, threads=1)
    a.json.write_text(json.dumps(about | dict(rows=rows), indent=1) + '\n', encoding='utf-8')

if __name__ == '__main__': main()
