"""What several processes that share each batch would bring: seconds of a step by its clips, seconds of a sum between processes.

    python benchmarks/machines.py [--device cpu|cuda] [--processes 2] [--repeats 5] [--json FILE]

One thread a process. Steps are those of a training, from joints to new weights, on clips of simulated people; on a CPU their computing
time counts, since other programs take their share of the clock. Sums are timed by the clock, the least of many. Writes
benchmarks/results/machines.json, which page 49_machines reads."""
import argparse, json, tempfile, time, warnings
from itertools import chain, repeat
from pathlib import Path
import torch
from torch.nn.modules.batchnorm import _BatchNorm
from mgnb.learn.batches import get_dls
from mgnb.learn.beside import call_beside
from mgnb.learn.learner import best_speed, mg_learner
from mgnb.learn.machines import measure_sum, share_training
from mgnb.train import example_dataset

RESULT = Path(__file__).resolve().parent/'results'/'machines.json'
SYSTEMS = {   # recipe and preset → clips a batch, and clips of the two steps that are timed
    'posec3d full': (16, 2, 6),
    'posec3d base': (16, 2, 16),
    'stgcn base': (32, 2, 16),
    'ddnet base': (32, 2, 32),
}
NUMBERS = (1, 1_000, 100_000, 1_000_000, 4_000_000)

def clock(device):
    "Seconds of computing: of this process, or of a GPU"
    if torch.device(device).type == 'cpu': return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()

def learner(name, bs, device):
    recipe, preset = name.split()
    dls = get_dls(example_dataset(), recipe, None, preset, device=device, bs=bs, mirror='always')
    return mg_learner(dls, best_speed(device, 'fp32'), progress=False)

def step_seconds(learn, device, repeats):
    "The least seconds of a training step"
    learn.create_opt()
    learn.model.train()
    batches = chain.from_iterable(repeat(learn.dls.train))
    def once():
        begun = clock(device)
        x, y = next(batches)
        learn.loss_func(learn.model(x), y).backward()
        learn.opt.step()
        learn.opt.zero_grad()
        return clock(device) - begun
    return min(once() for _ in range(repeats + 1))

def steps(device, repeats):
    "Seconds a batch however small it is, and a clip more, of each system"
    found = {}
    for name, (bs, *sizes) in SYSTEMS.items():
        few, many = (step_seconds(learner(name, n, device), device, repeats) for n in sizes)
        net = learner(name, 2, device).model
        norms = sum(isinstance(m, _BatchNorm) for m in net.modules())
        a_clip = (many - few) / (sizes[1] - sizes[0])
        size = sum(p.numel() for p in net.parameters())
        found[name] = dict(bs=bs, fixed=max(0., few - sizes[0] * a_clip), a_clip=a_clip, params=size, norms=norms)
        print(name, found[name], flush=True)
    return found

def sums(group, device, repeats):
    "(bytes, least seconds) of sums of more and more numbers"
    return [(4 * n, min(measure_sum(group, n, device, 3) for _ in range(4 * repeats))) for n in NUMBERS]

class Clocked:
    "The computing seconds of every training batch of a learner; it stops after some"
    def __init__(self, learn, device, batches):
        self.learn = learn
        self.seconds = []
        self.left = batches
        self.own = learn.one_batch
        self.device = device
        learn.one_batch = self
    def __call__(self, i, b):
        if not self.learn.training: return
        begun = clock(self.device)
        self.own(i, b)
        self.seconds.append(clock(self.device) - begun)
        self.left -= 1
        if not self.left: raise KeyboardInterrupt

def batch_seconds(learn, device, batches):
    "The least computing seconds of a batch, from what the network is fed to new weights; the first is not counted"
    clocked = Clocked(learn, device, batches + 1)
    try: learn.fit(100)
    except KeyboardInterrupt: pass
    return min(clocked.seconds[1:])

def tried(group, name, bs, device, repeats):
    "(alone, shared) seconds of a batch; both processes are busy meanwhile, each with whole batches of its own, then with shared ones"
    alone = batch_seconds(learner(name, bs, device), device, repeats)
    group.sum(torch.zeros(1))
    learn = learner(name, bs, device)
    share_training(learn, group, lambda learn: None, lambda learn, state: None)
    return alone, batch_seconds(learn, device, repeats)

def together(n, target, *args):
    "What each of several processes returned"
    with tempfile.TemporaryDirectory() as folder:
        meet = Path(folder, 'meet').as_uri()
        jobs = {r: (r, n, meet, target, args) for r in range(n)}
        return [*call_beside('mgnb.learn.machines:in_group', jobs, n).values()]

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--device', default='cpu')
    ap.add_argument('--processes', type=int, default=2)
    ap.add_argument('--repeats', type=int, default=5)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    torch.set_num_threads(1)
    found = dict(device=a.device, processes=a.processes, backend='nccl' if a.device == 'cuda' else 'gloo', torch=torch.__version__)
    found['sums'] = together(a.processes, 'machines:sums', a.device, a.repeats)[0]
    print(found, flush=True)
    found['steps'] = steps(a.device, a.repeats)
    name, bs = 'posec3d base', SYSTEMS['posec3d base'][0]
    pairs = together(a.processes, 'machines:tried', name, bs, a.device, 6)
    found['tried'] = dict(name=name, bs=bs, alone=min(x for x, _ in pairs), shared=max(x for _, x in pairs))
    a.json.write_text(json.dumps(found, indent=1) + '\n')
    print(json.dumps(found, indent=1))

if __name__ == '__main__': main()
