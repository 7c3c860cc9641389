"""Eight hours in one go: how much memory detectors take, and how many times faster than the recording they are.

    python benchmarks/long.py [--hours 8] [--detectors stream,thd_hmm,mslt2024,querypoint2024] [--presets tiny,full]
                              [--limit 600] [--threads 1]
    python benchmarks/long.py --saved [--limit 60] [--rounds 3] [--threads 1]
    python benchmarks/long.py --parts [--threads 1]

A simulated hour at 28 frames a second (kinect25) is laid end to end on the disk; each detector goes through it in a process of its own,
with untrained weights, which are as fast as trained ones up to the proposals, of which they make none (page 61 thins out 30,000 on its
own). Memory is the largest the process was (Linux), files mapped into it included, and what of it came after the first frame. The stream
detector is also timed frame by frame. A detector that would need more than --limit seconds goes through as many frames as it manages, for
the speed; then it says so. What was measured before of other detectors, presets or numbers of threads stays. `--saved` takes the
detectors with a trunk of volumes through an hour in three ways, in turn: as they are, with a network that is not made faster, and with
windows that share no features. `--parts` says which share of their time is spent in which part. Writes
benchmarks/results/long.json, which the page "batch" reads."""
import argparse, json, re, subprocess, sys, tempfile, time
from pathlib import Path
import numpy as np, torch

RESULT = Path(__file__).resolve().parent/'results'/'long.json'
FPS = 28
LIVE = 2000   # frames that are timed one by one

class Enough(Exception):
    "The time is up"

# ---- one detector, in a process of its own: what is imported counts as its memory

def largest_mb():
    "The largest this process was"
    return int(re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())[1]) / 1024

WAYS = ('as it is', 'network as it is built', 'each window anew')

def build(recipe, sk, stream, hp, way=WAYS[0]):
    "An untrained network of SMG's classes, as fast as detection makes it, or without one of the ways that make it so"
    from mgnb.formats.challenge import SMG_CLASSES
    from mgnb.detect.search import hasten
    torch.manual_seed(0)
    hp = hp | dict(classes=SMG_CLASSES, counts=[1] * len(SMG_CLASSES), test_size=None)
    net = recipe.build(sk, len(SMG_CLASSES), stream, **hp).eval()
    if way == 'each window anew': net.trunk.halo = None
    return net if way == 'network as it is built' else hasten(net, torch.device('cpu'))

def make_scan(recipe, preset, way=WAYS[0]):
    "The network, the recipe's settings, and a function that takes the network through joints"
    from fasttransform import Pipeline
    from mgnb.formats.challenge import SMG_CLASSES
    from mgnb.skeleton import Skeleton
    sk = Skeleton('kinect25')
    hp = recipe.hp(preset, views=('front', 'side'))     # as training sets them for joints in metres
    stream = next(iter(recipe.streams))
    net = build(recipe, sk, stream, hp, way)
    feed = Pipeline(recipe.feed(sk, stream, False, **hp), split_idx=1)
    def scan(joints, **kw): return recipe.scan(net, feed, joints, float(FPS), len(SMG_CLASSES), **kw, **hp)
    return net, hp, scan

def go_through(scan, decide, joints, limit):
    "Frames that were read within the limit, and the seconds they took"
    from mgnb.detect.search import ReadCounter
    done = 0
    start = time.perf_counter()
    def tell(n):
        nonlocal done
        done += n
        if time.perf_counter() - start > limit: raise Enough
    try: decide(scan(ReadCounter(joints, tell)))
    except Enough: pass
    return done, time.perf_counter() - start

def live_speed(scan, joints):
    "Frames a second, one frame after the other as `Live` does"
    start = time.perf_counter()
    scan(joints[:LIVE], piece=1)
    return round(LIVE / (time.perf_counter() - start))

def measure(file, name, preset, way, limit):
    "Take one detector through a file; what it took"
    from mgnb.learn.learner import kept_heap
    from mgnb.recipe import detectors, load_systems
    load_systems('detect')
    recipe = detectors[name]
    joints = np.load(file, mmap_mode='r')
    net, hp, scan = make_scan(recipe, preset, way)
    def decide(scanned): return recipe.decide(scanned, 'long', **hp | recipe.decisions[0])
    with torch.inference_mode(), kept_heap():     # as detection keeps it
        scan(joints[:600])    # what is made once is made
        before = largest_mb()
        frames, seconds = go_through(scan, decide, joints, limit)
        peak = largest_mb()
        live = dict(live_fps=live_speed(scan, joints)) if name == 'stream' else {}
    return dict(
        detector=name,
        preset=preset,
        params=sum(p.numel() for p in net.parameters()),
        hours=frames / FPS / 3600,
        whole=frames == len(joints),
        seconds=round(seconds, 1),
        times_real_time=round(frames / FPS / seconds, 2),
        before_mb=round(before),
        peak_mb=round(peak),
        more_mb=round(peak - before),
    ) | live

# ---- all of them

def write_joints(file, hours):
    "A simulated hour, end to end on the disk; its shape and bytes"
    from mgnb.simulate import simulate_recording
    hour = simulate_recording('smg', 3600, 'kinect25', 0).joints
    shape = (int(hours * 3600 * FPS), *hour.shape[1:])
    big = np.lib.format.open_memmap(file, 'w+', np.float32, shape)
    for i in range(0, len(big), len(hour)): big[i:i + len(hour)] = hour[:len(big) - i]
    big.flush()
    return big.shape, big.nbytes

def measure_apart(file, name, preset, a, way=WAYS[0]):
    "What one detector took in a process of its own"
    asked = ['--one', str(file), name, preset, way, '--limit', str(a.limit), '--threads', str(a.threads)]
    done = subprocess.run([sys.executable, __file__, *asked], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])

def measure_all(file, a):
    "Every detector in every preset; written after each of them"
    shape, n_bytes = write_joints(file, a.hours)
    found = kept() | dict(about='simulated', joints=shape[1], fps=FPS, mb_an_hour=round(n_bytes / 2**20 / a.hours, 1), bf16=has_bf16())
    found.setdefault('detectors', [])
    for name in a.detectors.split(','):
        for preset in a.presets.split(','):
            row = dict(threads=a.threads, of_hours=a.hours) | measure_apart(file, name, preset, a)
            print(row, flush=True)
            same = [all(row[k] == old.get(k) for k in ('detector', 'preset', 'threads')) for old in found['detectors']]
            found['detectors'] = [old for old, again in zip(found['detectors'], same) if not again] + [row]
            RESULT.write_text(json.dumps(found, indent=1) + '\n')

def has_bf16():
    "Does this processor multiply in bfloat16?"
    from mgnb.learn.learner import best_speed
    return bool(best_speed('cpu')['bf16'])

def kept(): return json.loads(RESULT.read_text()) if RESULT.exists() else {}

def measure_saved(file, a):
    "How many times faster than the recording the detectors with a trunk of volumes are, by each way"
    write_joints(file, 1)
    found = {name: {way: [] for way in WAYS} for name in ('mslt2024', 'querypoint2024')}
    for name, ways in found.items():
        for _ in range(a.rounds):
            for way in ways: ways[way].append(measure_apart(file, name, 'full', a, way)['times_real_time'])
            print(name, {way: speeds[-1] for way, speeds in ways.items()}, flush=True)
    saved = dict(threads=a.threads, rounds=a.rounds, bf16=has_bf16(), times_real_time=found)
    RESULT.write_text(json.dumps(kept() | dict(saved=saved), indent=1) + '\n')

def clocked(net):
    "Seconds that are spent in each part of a network, which are counted from now on"
    spent = {name: 0. for name, part in net.named_children()}
    for name, part in net.named_children():
        for layer in part if isinstance(part, torch.nn.ModuleList) else [part]:
            began = []
            layer.register_forward_pre_hook(lambda *_, began=began: began.append(time.perf_counter()))
            def after(*_, began=began, name=name): spent[name] += time.perf_counter() - began.pop()
            layer.register_forward_hook(after)
    return spent

def measure_parts(file, a):
    "Shares of the time of detectors with a trunk of volumes: its parts, and the trunk, which is read in chunks and is what is left"
    from mgnb.recipe import get_recipe
    write_joints(file, 1)
    joints = np.load(file, mmap_mode='r')[:60 * FPS]
    shares = {}
    for name in ('mslt2024', 'querypoint2024'):
        net, _, scan = make_scan(get_recipe(name), 'full')
        scan(joints)                               # what is made on first use
        spent = clocked(net)
        start = time.perf_counter()
        scan(joints)
        took = time.perf_counter() - start
        spent['trunk'] = took - sum(seconds for part, seconds in spent.items() if part != 'trunk')
        shares[name] = {part: round(seconds / took, 3) for part, seconds in spent.items() if seconds > .005 * took}
        print(name, shares[name], flush=True)
    RESULT.write_text(json.dumps(kept() | dict(parts=dict(threads=a.threads, bf16=has_bf16(), shares=shares)), indent=1) + '\n')

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--hours', type=float, default=8.)
    ap.add_argument('--detectors', default='stream,thd_hmm,mslt2024,querypoint2024')
    ap.add_argument('--presets', default='tiny,full')
    ap.add_argument('--limit', type=float, default=600.)
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--saved', action='store_true')
    ap.add_argument('--parts', action='store_true')
    ap.add_argument('--rounds', type=int, default=3)
    ap.add_argument('--one', nargs=4, help=argparse.SUPPRESS)
    return ap.parse_args()

def main():
    a = options()
    torch.set_num_threads(a.threads)
    if a.one: return print(json.dumps(measure(*a.one, a.limit)))
    go = measure_saved if a.saved else measure_parts if a.parts else measure_all
    with tempfile.TemporaryDirectory() as folder: go(Path(folder)/'joints.npy', a)

if __name__ == '__main__': main()
