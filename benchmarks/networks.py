"""What a network costs on this machine's CPU, and what memory format, number format and a kept heap change.

    python benchmarks/networks.py [--threads 1] [--rounds 3] [--batch 4] [--json FILE]

All variants are timed in turn, round after round, in one process; the median over the rounds counts. Compare ratios within one run, never
milliseconds between runs. With one thread (the default) processor time is counted, which other programs on the machine disturb less; with more, the
wall clock. The last column is the share of the matrix multiplication speed (fp32) that the same run measures between the rounds."""
import argparse, ctypes, json, statistics, time
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from mgnb.models.posec3d import PoseC3D

CASES = {'posec3d full': (dict(in_channels=17, n_classes=60), (48, 56, 56)),
         'posec3d tiny': (dict(in_channels=35, n_classes=32, base=16, blocks=(1, 1, 1), stem_stride=2), (16, 32, 32))}
VARIANTS = {  # name → (keep the heap?, channels_last_3d?, bf16 autocast?)
    'eager fp32': (False, False, False), 'heap kept': (True, False, False),
    'heap kept + channels_last': (True, True, False), 'heap kept + channels_last + bf16': (True, True, True)}

def keep_heap(keep):
    "Let glibc keep freed memory (True) or return it at once as it does by default (False); does nothing elsewhere"
    try: libc = ctypes.CDLL('libc.so.6')
    except OSError: return
    for option, value in ((-4, 0 if keep else 65536), (-1, 2**31 - 1 if keep else 128 * 1024)): libc.mallopt(option, value)  # M_MMAP_MAX, M_TRIM_THRESHOLD
    if not keep: libc.malloc_trim(0)

def seconds(f):
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    t = clock()
    f()
    return clock() - t

def gemm(n=1024):
    a, b = torch.randn(n, n), torch.randn(n, n)
    a @ b
    return 2 * n**3 / min(seconds(lambda: a @ b) for _ in range(5))

def forward(net, x, bf16):
    net.eval()
    with torch.inference_mode(), torch.autocast('cpu', torch.bfloat16, enabled=bf16): return net(x)

def step(net, x, bf16, opt, y):
    net.train()
    with torch.autocast('cpu', torch.bfloat16, enabled=bf16): loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--threads', type=int, default=1); ap.add_argument('--rounds', type=int, default=3); ap.add_argument('--batch', type=int, default=4)
    ap.add_argument('--cases', nargs='*', default=list(CASES)); ap.add_argument('--json')
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    out = {}
    for case in a.cases:
        kw, shape = CASES[case]
        net = PoseC3D(**kw)
        x = torch.rand(a.batch, kw['in_channels'], *shape)
        with FlopCounterMode(display=False) as count: forward(net, x[:1], False)
        flops = count.get_total_flops()
        times, peaks = {(v, job): [] for v in VARIANTS for job in ('forward, batch 1', f"training step, batch {a.batch}")}, []
        for _ in range(a.rounds):
            peaks.append(gemm())
            for v, (heap, last, bf16) in VARIANTS.items():
                keep_heap(heap)
                fmt = torch.channels_last_3d if last else torch.contiguous_format
                n, xb = net.to(memory_format=fmt), x.contiguous(memory_format=fmt)
                opt, y = torch.optim.SGD(n.parameters(), lr=1e-3, momentum=.9), torch.zeros(a.batch, dtype=int)
                step(n, xb, bf16, opt, y)   # untimed: whatever the last variant left in memory is gone
                forward(n, xb[:1], bf16)
                times[v, 'forward, batch 1'].append(seconds(lambda: forward(n, xb[:1], bf16)))
                times[v, f"training step, batch {a.batch}"].append(seconds(lambda: step(n, xb, bf16, opt, y)) / a.batch)
        peak = statistics.median(peaks)
        print(f"\n{case}: {sum(p.numel() for p in net.parameters())/1e6:.2f} M parameters, {flops/1e9:.2f} GFLOPs forward (multiply and add = 2), {a.threads} thread(s), sgemm {peak/1e9:.0f} GFLOP/s")
        for job in dict.fromkeys(j for _, j in times):
            base = statistics.median(times['eager fp32', job])
            work = flops * (3 if 'training' in job else 1)
            for v in VARIANTS:
                t = statistics.median(times[v, job])
                out.setdefault(case, {}).setdefault(job, {})[v] = dict(ms=1e3 * t, ratio=base / t, share_of_sgemm=work / t / peak)
                print(f"  {job:24} {v:34} {1e3*t:8.1f} ms a clip   × {base/t:4.2f}   {work/t/peak:4.0%} of sgemm")
    if a.json:
        with open(a.json, 'w') as f: json.dump(out, f, indent=1)

if __name__ == '__main__': main()
