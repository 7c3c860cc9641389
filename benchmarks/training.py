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

PLAIN = dict(bf16=False, channels_last=False, fp16=False)
VARIANTS = {    # name → (settings, the heap: as it is or kept)
    'plain': (PLAIN, nullcontext),
    '+ kept heap': (PLAIN, kept_heap),
    '+ channels last': (PLAIN | dict(channels_last=True), kept_heap),
    '+ bfloat16': (PLAIN | dict(channels_last=True, bf16=True), kept_heap),
}

def make_learner(ds, a, speed):
    "A learner that is ready for its first step"
    learn = mg_learner(get_dls(ds, a.recipe, a.stream, a.preset, bs=a.bs), speed, progress=False)
    learn.create_opt()
    learn.model.train()
    return learn

def step(learn, x, y):
    "A training step"
    learn.loss_func(learn.model(x), y).backward()
    learn.opt.step()
    learn.opt.zero_grad()

# ---- the batches

def loading(dls, rounds, heap):
    "Median seconds of a batch, which is thrown away before the next one, as in training"
    took = []
    with heap():
        t = time.perf_counter()
        for k, (x, y) in enumerate(dls.train):
            took.append(time.perf_counter() - t)
            del x
            if k == 2 * rounds: break
            t = time.perf_counter()
    return statistics.median(took[1:] or took)

def first_batches(dls, n, bs):
    "The first n batches, without one that is not full"
    batches = []
    for x, y in dls.train:
        batches.append((x.as_subclass(torch.Tensor), y))
        if len(batches) == n: break
    return [b for b in batches if len(b[1]) == bs]

# ---- the three questions

def time_steps(learners, batches):
    "Variant → median seconds of a step"
    times = {k: [] for k in VARIANTS}
    for r, (x, y) in enumerate(batches):
        for k, (_, heap) in VARIANTS.items():
            with heap():
                if r == 0: step(learners[k], x, y)   # warm
                t = time.perf_counter()
                step(learners[k], x, y)
                times[k].append(time.perf_counter() - t)
    return {k: statistics.median(v) for k, v in times.items()}

def print_speed(steps, bs):
    "Time of a step beside the plain one"
    for k, t in steps.items():
        print(f"{k:18} {1000 * t / bs:8.1f} ms a clip   {steps['plain'] / t:5.2f} ×")

def print_share(steps, drawing, bs):
    "What part of a step its batch is"
    for k, draw in drawing.items():
        share = 100 * draw / (draw + steps[k])
        print(f"reading, sampling, augmenting, drawing: {1000 * draw / bs:.2f} ms a clip, {share:.1f} % of a step ({k.strip('+ ')})")

def print_same(ds, a, x, y):
    "Does the same seed give the same network after a step?"
    for k, (speed, heap) in VARIANTS.items():
        ends = []
        for _ in range(2):
            with no_random(0), heap():
                learn = make_learner(ds, a, speed)
                step(learn, x, y)
                ends.append(logits_of(learn.model(x)).detach())
        print(f"{k:18} the same twice: {'yes' if torch.equal(*ends) else 'NO'}")

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--recipe', default='posec3d')
    ap.add_argument('--preset', default='full')
    ap.add_argument('--stream')
    ap.add_argument('--bs', type=int, default=8)
    ap.add_argument('--rounds', type=int, default=3)
    return ap.parse_args()

def main():
    a = options()
    ds = example_dataset()
    learners = {k: make_learner(ds, a, speed) for k, (speed, _) in VARIANTS.items()}
    dls = learners['plain'].dls
    drawing = {'plain': loading(dls, a.rounds, nullcontext), '+ bfloat16': loading(dls, a.rounds, kept_heap)}
    batches = first_batches(dls, a.rounds, a.bs)
    steps = time_steps(learners, batches)
    print(f"{a.recipe} {a.preset}, {dls.stream}, input {tuple(batches[0][0].shape)}, {torch.get_num_threads()} threads, "
          f"here 'auto' means bf16={best_speed('cpu')['bf16']}")
    print_speed(steps, a.bs)
    print_share(steps, drawing, a.bs)
    print_same(ds, a, *batches[0])

if __name__ == '__main__': main()
