"""Eight hours in one go: how much memory detectors take, and how many times faster than the recording they are.

    python benchmarks/long.py [--hours 8] [--detectors stream,thd_hmm,mslt2024,querypoint2024] [--presets tiny,full] [--limit 600] [--threads 1]

A simulated hour at 28 frames a second (kinect25) is laid end to end on the disk; each detector goes through it in a process of its own, with untrained weights, which are as fast as trained ones up to the proposals, of which they make none (page 61 thins out 30,000 on its own). Memory is the largest the process was (Linux), files
mapped into it included, and what of it came after the first frame. The stream detector is also timed frame by frame. A detector that would need more than --limit seconds goes through as many frames as it manages, for the speed; then it says so. Writes benchmarks/results/long.json, which the page "batch" reads."""
import argparse, json, re, subprocess, sys, tempfile, time
from pathlib import Path
import numpy as np, torch

RESULT = Path(__file__).resolve().parent/'results'/'long.json'

class Enough(Exception): pass

def one(file, name, preset, limit):
    "Take one detector through a file; print what it took"
    from mgnb.recipe import load_systems
    from fasttransform import Pipeline
    from mgnb.detect.windows import ReadCounter
    from mgnb.learn.learner import best_speed, speed_up
    from mgnb.recipe import detectors
    from mgnb.skeleton import Skeleton
    from mgnb.formats.challenge import SMG_CLASSES
    load_systems('detect')
    recipe, sk, joints = detectors[name], Skeleton('kinect25'), np.load(file, mmap_mode='r')
    hp = recipe.hp(preset, views=('front', 'side'))     # as training sets them for joints in metres
    (stream,) = list(recipe.streams)[:1]
    torch.manual_seed(0)
    net = recipe.build(sk, len(SMG_CLASSES), stream, **hp | dict(classes=SMG_CLASSES, counts=[1] * len(SMG_CLASSES), test_size=None)).eval()
    for module in filter(None, (net, getattr(net, 'trunk', None))): speed_up(module, best_speed('cpu')['bf16'], True)      # as detection does
    feed = Pipeline(recipe.feed(sk, stream, False, **hp), split_idx=1)
    scan = lambda x: recipe.scan(net, feed, x, 28., len(SMG_CLASSES), **hp)
    most, done = lambda: int(re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())[1]) / 1024, [0]
    with torch.inference_mode():
        scan(joints[:600])                                 # what is made once is made
        before, start = most(), time.perf_counter()
        def tell(n):
            done[0] += n
            if time.perf_counter() - start > limit: raise Enough
        try: recipe.decide(scan(ReadCounter(joints, tell)), 'long', **hp | recipe.decisions[0])
        except Enough: pass
        took = time.perf_counter() - start
        peak, live = most(), {}
        if name == 'stream':                               # as `Live` does: one frame after the other
            start = time.perf_counter()
            recipe.scan(net, feed, joints[:2000], 28., len(SMG_CLASSES), piece=1, **hp)
            live = dict(live_fps=round(2000 / (time.perf_counter() - start)))
    print(json.dumps(dict(detector=name, preset=preset, params=sum(p.numel() for p in net.parameters()), hours=done[0] / 28 / 3600, whole=done[0] == len(joints), seconds=round(took, 1), times_real_time=round(done[0] / 28 / took, 1), before_mb=round(before), peak_mb=round(peak), more_mb=round(peak - before)) | live))

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--hours', type=float, default=8.)
    ap.add_argument('--detectors', default='stream,thd_hmm,mslt2024,querypoint2024')
    ap.add_argument('--presets', default='tiny,full')
    ap.add_argument('--limit', type=float, default=600.)
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--one', nargs=3, help=argparse.SUPPRESS)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    if a.one: return one(*a.one, a.limit)
    from mgnb.simulate import simulate_recording
    with tempfile.TemporaryDirectory() as tmp:
        hour = simulate_recording('smg', 3600, 'kinect25', 0).joints
        big = np.lib.format.open_memmap(Path(tmp)/'joints.npy', 'w+', np.float32, (int(a.hours * 3600 * 28), *hour.shape[1:]))
        for i in range(0, len(big), len(hour)): big[i:i + len(hour)] = hour[:len(big) - i]
        big.flush()
        found = dict(about='simulated', joints=hour.shape[1], hours=a.hours, fps=28, threads=a.threads, file_mb=round(big.nbytes / 2**20), detectors=[])
        for name in a.detectors.split(','):
            for preset in a.presets.split(','):
                said = subprocess.run([sys.executable, __file__, '--one', str(Path(tmp)/'joints.npy'), name, preset, '--limit', str(a.limit), '--threads', str(a.threads)], check=True, stdout=subprocess.PIPE, text=True).stdout
                found['detectors'].append(json.loads(said.splitlines()[-1]))
                print(found['detectors'][-1], flush=True)
                RESULT.write_text(json.dumps(found, indent=1) + '\n')

if __name__ == '__main__': main()
