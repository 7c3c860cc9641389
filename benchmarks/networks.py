"""What a network costs on this machine's CPU, and what memory format, number format and a kept heap change.

    python benchmarks/networks.py [--threads 1] [--rounds 3] [--batch 4] [--json FILE]

All variants are timed in turn, round after round, in one process; the median over the rounds counts. Compare ratios within one run,
never milliseconds between runs. With one thread (the default) processor time is counted, which other programs on the machine disturb
less; with more, the wall clock. The last column is the share of the matrix multiplication speed (fp32) that the same run measures
between the rounds."""
import argparse, ctypes, json, statistics, time
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from mgnb.models.posec3d import PoseC3D

CASES = {   # name → (settings of the network, frames, height and width of its input)
    'posec3d full': (dict(in_channels=17, n_classes=60), (48, 56, 56)),
    'posec3d tiny': (dict(in_channels=35, n_classes=32, base=16, blocks=(1, 1, 1), stem_stride=2), (16, 32, 32)),
}
VARIANTS = {  # name → (keep the heap?, channels_last_3d?, bf16 autocast?)
    'eager fp32': (False, False, False),
    'heap kept': (True, False, False),
    'heap kept + channels_last': (True, True, False),
    'heap kept + channels_last + bf16': (True, True, True),
}
FORWARD = 'forward, batch 1'

def keep_heap(keep):
    "Let glibc keep freed memory (True) or return it at once as it does by default (False); does nothing elsewhere"
    try: libc = ctypes.CDLL('libc.so.6')
    except OSError: return
    M_MMAP_MAX = -4
    M_TRIM_THRESHOLD = -1
    libc.mallopt(M_MMAP_MAX, 0 if keep else 65536)
    libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1 if keep else 128 * 1024)
    if not keep: libc.malloc_trim(0)

def seconds(f):
    "Processor time of a call with one thread, else time of the wall clock"
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    t = clock()
    f()
    return clock() - t

def gemm(n=1024):
    "Floating point operations a second of a matrix multiplication"
    a = torch.randn(n, n)
    b = torch.randn(n, n)
    a @ b   # untimed
    return 2 * n**3 / min(seconds(lambda: a @ b) for _ in range(5))

def forward(net, x, bf16):
    "Inference"
    net.eval()
    with torch.inference_mode(), torch.autocast('cpu', torch.bfloat16, enabled=bf16): return net(x)

def step(net, x, bf16, opt, y):
    "A training step"
    net.train()
    with torch.autocast('cpu', torch.bfloat16, enabled=bf16): loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()

def time_variant(net, x, variant):
    "Seconds of inference with one clip, and of a training step divided by its clips"
    heap, last, bf16 = variant
    keep_heap(heap)
    memory_format = torch.channels_last_3d if last else torch.contiguous_format
    net = net.to(memory_format=memory_format)
    x = x.contiguous(memory_format=memory_format)
    y = torch.zeros(len(x), dtype=int)
    opt = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=.9)
    step(net, x, bf16, opt, y)   # untimed: whatever the last variant left in memory is gone
    forward(net, x[:1], bf16)
    inference = seconds(lambda: forward(net, x[:1], bf16))
    return inference, seconds(lambda: step(net, x, bf16, opt, y)) / len(x)

def time_case(net, x, rounds, training):
    "Job → variant → median seconds a clip, and the median speed of matrix multiplications between the rounds"
    times = {job: {v: [] for v in VARIANTS} for job in (FORWARD, training)}
    peaks = []
    for _ in range(rounds):
        peaks.append(gemm())
        for v, variant in VARIANTS.items():
            for job, t in zip((FORWARD, training), time_variant(net, x, variant)): times[job][v].append(t)
    medians = {job: {v: statistics.median(t) for v, t in of.items()} for job, of in times.items()}
    return medians, statistics.median(peaks)

def count_flops(net, x):
    "Floating point operations of inference with one clip; multiply and add = 2"
    with FlopCounterMode(display=False) as count: forward(net, x[:1], False)
    return count.get_total_flops()

def run_case(case, a):
    "Time one network, print its table; job → variant → ms, ratio, share_of_sgemm"
    settings, shape = CASES[case]
    net = PoseC3D(**settings)
    x = torch.rand(a.batch, settings['in_channels'], *shape)
    flops = count_flops(net, x)
    training = f"training step, batch {a.batch}"
    medians, peak = time_case(net, x, a.rounds, training)
    params = sum(p.numel() for p in net.parameters())
    print(f"\n{case}: {params/1e6:.2f} M parameters, {flops/1e9:.2f} GFLOPs forward (multiply and add = 2), "
          f"{a.threads} thread(s), sgemm {peak/1e9:.0f} GFLOP/s")
    found = {FORWARD: {}, training: {}}
    for job, of in medians.items():
        work = flops * (3 if job == training else 1)
        for v, t in of.items():
            row = dict(ms=1e3 * t, ratio=of['eager fp32'] / t, share_of_sgemm=work / t / peak)
            print(f"  {job:24} {v:34} {row['ms']:8.1f} ms a clip   × {row['ratio']:4.2f}   {row['share_of_sgemm']:4.0%} of sgemm")
            found[job][v] = row
    return found

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--rounds', type=int, default=3)
    ap.add_argument('--batch', type=int, default=4)
    ap.add_argument('--cases', nargs='*', default=list(CASES))
    ap.add_argument('--json')
    return ap.parse_args()

def main():
    a = options()
    torch.set_num_threads(a.threads)
    found = {case: run_case(case, a) for case in a.cases}
    if a.json:
        with open(a.json, 'w') as f: json.dump(found, f, indent=1)

if __name__ == '__main__': main()
