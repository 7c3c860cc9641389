"""What prediction costs, and what each part of `mgnb.learn.inference` saves (simulated clips; compare ratios, not seconds)

    python benchmarks/inference.py [--rounds 3] [--threads 1] [--samplings 10] [--singles 2] [--frames 48] [--first] [--json FILE]

PoseC3D of full size with random weights, one clip a round. The plain way passes all samplings of a clip through the network together
(and then their mirror images, which is not done twice here). Ways that take one view at a time cost the same for each, so a few tell.
All are timed in turn in one process (processor time where there is one thread), each round another clip; medians of the ratios to the
plain way, for a view. Peak memory is that of a process of its own, for the first and the last way, less what it had before. What is
left to gain is told by the arithmetic: how many multiply-adds a second the last way does, beside those of a product of two matrices,
which is about what the processor can. `torch.compile`, which mgnb does not use, is timed beside the last way, and so is its first call,
with nothing compiled before. The first convolution is also timed alone, for a view of joints and one of limbs: as it is, in both
precisions, and of lit pixels (with --first nothing else is measured). Writes benchmarks/results/inference.json, which the page
`inference` prints."""
import argparse, gc, json, os, resource, tempfile, time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
import numpy as np, torch
from fasttransform import Pipeline
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from mgnb.data import example_dataset
from mgnb.heatmap import TensorPose
from mgnb.learn.batches import Clips
from mgnb.learn.inference import PARTS, SparseConv, _draw, quicken
from mgnb.learn.learner import best_speed, kept_heap
from mgnb.models.posec3d import posec3d
from mgnb.skeleton import Skeleton

RESULT = Path(__file__).resolve().parent/'results'/'inference.json'
ALL = 10 ** 6   # views at once

WAYS = {    # name → (parts of `quicken`, bfloat16?, views at once, the heap)
    'all views at once': ((), False, ALL, nullcontext),
    'one view at a time': ((), False, 1, nullcontext),
    '+ kept heap': ((), False, 1, kept_heap),
    '+ batch norm folded': (PARTS[:1], False, 1, kept_heap),
    '+ first convolution of lit pixels': (PARTS[:2], False, 1, kept_heap),
    '+ oneDNN for every convolution': (PARTS[:3], False, 1, kept_heap),
    '+ maxima without indices': (PARTS, False, 1, kept_heap),
}
if best_speed('cpu')['bf16']: WAYS['+ bfloat16'] = (PARTS, True, 1, kept_heap)

def build(hp, stream='joint'):
    "PoseC3D, whose batch norms are not as they begin, and what draws its input"
    ds = example_dataset()
    skeleton = Skeleton(ds.layout)
    torch.manual_seed(0)
    net = posec3d.build(skeleton, len(ds.classes), stream, **hp).eval()
    for m in net.modules():
        if isinstance(m, nn.BatchNorm3d):
            m.running_mean.normal_(0, .1)
            m.running_var.uniform_(.5, 1.5)
            nn.init.uniform_(m.weight, .5, 1.5)
            nn.init.normal_(m.bias, 0, .1)
    feed = Pipeline(posec3d.feed(skeleton, stream, False, **hp), split_idx=1)
    return net, feed, ds

def read_clips(ds, hp, a):
    "One clip a round, (samplings, T, V, 3) each"
    clips = Clips(ds, hp['n_frames'], a.samplings, interpolate=hp['interpolate'], pad=hp['pad'])
    step = len(clips) // a.rounds
    return [TensorPose(clips[step * r][0]) for r in range(a.rounds)]

def predictor(way, hp, view, singles):
    "A function from the samplings of a clip to probabilities, of all or of a few of them"
    parts, bf16, n, heap = WAYS[way]
    net, feed, _ = build(hp)
    net = quicken(net, view, bf16, parts)
    def run(x):
        x = x if n == ALL else x[:singles]
        with heap(): return torch.cat([net(_draw(feed, part)).softmax(1) for part in x.split(n)])
    return run

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def memory_of(way, a, hp):
    "Peak memory of one prediction, MB, in this process"
    torch.set_grad_enabled(False)
    _, feed, ds = build(hp)
    x = read_clips(ds, hp, a)[0]
    view = _draw(feed, x[:1, :4])      # four frames, so that nothing large was there before
    predict = predictor(way, hp, view, a.singles)
    gc.collect()
    before = peak()
    predict(x)
    return peak() - before

def measure(ways, x, clock, took, made):
    "Add, to each way, the seconds of a view of a clip and its probabilities"
    for way, predict in ways.items():
        t = clock()
        made[way].append(predict(x))
        took[way].append((clock() - t) / len(made[way][-1]))
        print(f"{way:36} {took[way][-1]:8.2f} s", flush=True)

def table(took, made, memory):
    "A row a way"
    plain = next(iter(took))
    rows = []
    for way, seconds in took.items():
        ratios = np.array(took[plain]) / seconds
        apart = max((a - b[:len(a)]).abs().max().item() for a, b in zip(made[way], made[plain]))
        used = round(memory[way]) if way in memory else None
        rows.append(dict(way=way, faster=round(float(np.median(ratios)), 2), slowest=round(float(ratios.min()), 2),
                         fastest=round(float(ratios.max()), 2), memory_mb=used, difference=float(f"{apart:.1e}")))
    return rows

def seconds_of_drawing(feed, x, clock):
    "What drawing a view costs, median"
    seconds = []
    with kept_heap():
        for _ in range(20):
            t = clock()
            _draw(feed, x[:1])
            seconds.append(clock() - t)
    return float(np.median(seconds))

def seconds_of_product(n, clock, dtype):
    "What the product of two matrices of n × n costs, median"
    a, b = torch.randn(2, n, n).to(dtype)
    seconds = []
    for _ in range(9):
        t = clock()
        a @ b
        seconds.append(clock() - t)
    return float(np.median(seconds))

def arithmetic(hp, view, seconds, clock, dtype, n=2048):
    "Multiply-adds of a view in billions, and billions of them a second: of a way that takes so many seconds, of a product of matrices"
    with FlopCounterMode(display=False) as count: build(hp)[0](view.as_subclass(torch.Tensor))
    billions = count.get_total_flops() / 2e9
    names = {str(d).removeprefix('torch.'): d for d in (torch.float32, dtype)}
    of_a_product = {name: round(n ** 3 / 1e9 / seconds_of_product(n, clock, d), 1) for name, d in names.items()}
    return dict(of_a_view=round(billions, 2), a_second=round(billions / seconds, 1), numbers=list(names)[-1], of_a_product=of_a_product)

def compiled(hp, view, quick, clock, rounds=3):
    "What `torch.compile` would bring: seconds of its first call, and how much faster than the last way it is then"
    import torch._inductor.config as inductor
    inductor.freezing = True
    net = torch.compile(quicken(build(hp)[0], view, WAYS[list(WAYS)[-1]][1], PARTS[:1]))
    plain = view.as_subclass(torch.Tensor)
    def seconds(f, clock):
        start = clock()
        f()
        return clock() - start
    with tempfile.TemporaryDirectory() as folder, kept_heap():
        os.environ['TORCHINDUCTOR_CACHE_DIR'] = folder     # nothing was compiled before
        first = seconds(lambda: net(plain), time.perf_counter)
        ratios = [seconds(lambda: quick(plain), clock) / seconds(lambda: net(plain), clock) for _ in range(rounds)]
    faster = dict(faster=np.median(ratios), least=min(ratios), most=max(ratios))
    return dict(first_seconds=round(first, 1)) | {name: round(float(x), 2) for name, x in faster.items()}

def first_convolution(hp, clock, rounds=9):
    "The first convolution of a view of joints and one of limbs, alone: how much sooner that of lit pixels is, and how far off"
    rows = []
    for stream in ('joint', 'limb'):
        net, feed, ds = build(hp, stream)
        view = _draw(feed, TensorPose(Clips(ds, hp['n_frames'], 1)[0][0])).as_subclass(torch.Tensor)
        sparse = SparseConv(net.backbone.stem.conv)
        dense = net.backbone.stem.conv.to(memory_format=torch.channels_last_3d)     # the faster of the two orders
        def in_bf16(x):
            with torch.autocast('cpu', torch.bfloat16): return dense(x)
        ways = {'float32': dense, 'bfloat16': in_bf16, 'lit': sparse}
        seconds = {way: [] for way in ways}
        with kept_heap():
            for _ in range(rounds):
                for way, conv in ways.items():
                    start = clock()
                    conv(view)
                    seconds[way].append(clock() - start)
            off = float((sparse(view) - dense(view)).abs().max() / dense(view).abs().max())
        lit = float(torch.count_nonzero(view) / view.numel())
        faster = {way: round(float(np.median(np.array(seconds[way]) / seconds['lit'])), 1) for way in ('float32', 'bfloat16')}
        rows.append(dict(stream=stream, lit=round(lit, 4), faster=faster, difference=float(f"{off:.1e}")))
        print(rows[-1], flush=True)
    return rows

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = dict(rounds=3, threads=1, samplings=10, singles=2, frames=48)
    for name, default in numbers.items(): ap.add_argument(f"--{name}", type=int, default=default)
    ap.add_argument('--first', action='store_true', help='the first convolution alone, beside what the file has already')
    ap.add_argument('--json', default=str(RESULT))
    return ap.parse_args()

def elsewhere(way, a, hp):
    "Peak memory of a way, in a process of its own"
    with ProcessPoolExecutor(1, mp_context=get_context('fork')) as pool: return pool.submit(memory_of, way, a, hp).result()

@torch.inference_mode()
def main():
    a = options()
    torch.set_num_threads(a.threads)
    hp = posec3d.hp('full', n_frames=a.frames)
    clock = time.process_time if a.threads == 1 else time.perf_counter
    if a.first:
        result = json.loads(Path(a.json).read_text()) | dict(first_convolution=first_convolution(hp, clock))
        Path(a.json).write_text(json.dumps(result, indent=1) + '\n')
        return
    ends = list(WAYS)[0], list(WAYS)[-1]
    memory = {way: elsewhere(way, a, hp) for way in ends}    # before there is anything large here
    print(memory, flush=True)
    _, feed, ds = build(hp)
    clips = read_clips(ds, hp, a)
    view = _draw(feed, clips[0][:1])
    ways = {way: predictor(way, hp, view, a.singles) for way in WAYS}
    drawing = seconds_of_drawing(feed, clips[0], clock)
    took = {way: [] for way in WAYS}
    made = {way: [] for way in WAYS}
    for x in clips:
        measure(ways, x, clock, took, made)
        rows = table(took, made, memory)
        share = drawing / float(np.median(took[list(WAYS)[-1]]))
        result = dict(network='posec3d full, random weights', input=list(view.shape), samplings=a.samplings,
                      rounds=len(made[rows[0]['way']]), threads=a.threads,
                      torch=torch.__version__, bf16=bool(best_speed('cpu')['bf16']), drawing=round(share, 4), rows=rows)
        Path(a.json).write_text(json.dumps(result, indent=1) + '\n')
    bf16 = WAYS[list(WAYS)[-1]][1]
    dtype = torch.bfloat16 if bf16 else torch.float32
    result['arithmetic'] = arithmetic(hp, view, float(np.median(took[list(WAYS)[-1]])), clock, dtype)
    result['first_convolution'] = first_convolution(hp, clock)
    result['compiled'] = compiled(hp, view, quicken(build(hp)[0], view, bf16), clock)
    Path(a.json).write_text(json.dumps(result, indent=1) + '\n')
    for row in rows: print(row)
    print(result['arithmetic'], result['compiled'])
    print(f"drawing: {share:.1%} of a view")

if __name__ == '__main__': main()
