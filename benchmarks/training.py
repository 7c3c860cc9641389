"""What a training step costs on this machine, and what it is made of (simulated clips; compare ratios, not milliseconds)

    python benchmarks/training.py [--recipe posec3d] [--preset full] [--bs 8] [--rounds 3]

1. Speed: the same step, plain and with each of the three settings that `mgnb.learn.learner` switches on, in turn within one process.
2. Share: how much of a step is reading, sampling, augmenting and drawing a batch.
3. Same: the same seed twice gives the same weights, under each setting."""
import argparse, statistics, time
from contextlib import nullcontext
import torch
from fastai.torch_core import no_random
from mgnb.train import example_dataset, get_dls
from mgnb.learn.learner import best_speed, kept_heap, mg_learner
from mgnb.recipe import logits_of

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument('--recipe', default='posec3d')
ap.add_argument('--preset', default='full')
ap.add_argument('--stream')
ap.add_argument('--bs', type=int, default=8)
ap.add_argument('--rounds', type=int, default=3)
a = ap.parse_args()

plain = dict(bf16=False, channels_last=False, fp16=False)
variants = {'plain': (plain, nullcontext), '+ kept heap': (plain, kept_heap), '+ channels last': (plain | dict(channels_last=True), kept_heap),
            '+ bfloat16': (dict(bf16=True, channels_last=True, fp16=False), kept_heap)}
ds = example_dataset()
def learner(speed):
    learn = mg_learner(get_dls(ds, a.recipe, a.stream, a.preset, bs=a.bs), speed, progress=False)
    learn.create_opt()
    learn.model.train()
    return learn
learners = {k: learner(s) for k, (s, _) in variants.items()}

def step(learn, x, y):
    learn.loss_func(learn.model(x), y).backward()
    learn.opt.step()
    learn.opt.zero_grad()

first = next(iter(learners.values()))
def loading(heap):
    "Seconds of each batch, which is thrown away before the next one, as in training"
    took = []
    with heap():
        t = time.perf_counter()
        for k, (x, y) in enumerate(first.dls.train):
            took.append(time.perf_counter() - t)
            del x
            if k == 2 * a.rounds: break
            t = time.perf_counter()
    return statistics.median(took[1:] or took)
drawing = {'plain': loading(nullcontext), '+ bfloat16': loading(kept_heap)}

batches = []
for x, y in first.dls.train:
    batches.append((x.as_subclass(torch.Tensor), y))
    if len(batches) == a.rounds: break
batches = [b for b in batches if len(b[1]) == a.bs]

times = {k: [] for k in variants}
for r, (x, y) in enumerate(batches):
    for k, (_, heap) in variants.items():
        with heap():
            if r == 0: step(learners[k], x, y)   # warm
            t = time.perf_counter()
            step(learners[k], x, y)
            times[k].append(time.perf_counter() - t)

print(f"{a.recipe} {a.preset}, {first.dls.stream}, input {tuple(batches[0][0].shape)}, {torch.get_num_threads()} threads, here 'auto' means bf16={best_speed('cpu')['bf16']}")
base = statistics.median(times['plain'])
for k, v in times.items(): print(f"{k:18} {1000 * statistics.median(v) / a.bs:8.1f} ms a clip   {base / statistics.median(v):5.2f} ×")
for k, draw in drawing.items():
    total = draw + statistics.median(times[k])
    print(f"reading, sampling, augmenting, drawing: {1000 * draw / a.bs:.2f} ms a clip, {100 * draw / total:.1f} % of a step ({k.strip('+ ')})")

x, y = batches[0]
for k, (speed, heap) in variants.items():
    ends = []
    for _ in range(2):
        with no_random(0), heap():
            learn = learner(speed)
            step(learn, x, y)
            ends.append(logits_of(learn.model(x)).detach())
    print(f"{k:18} the same twice: {'yes' if torch.equal(*ends) else 'NO'}")
