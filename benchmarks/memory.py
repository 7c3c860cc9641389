"""How much memory does a step of training take? Published systems as they are, and two settings that need less.

    python benchmarks/memory.py [--recipes posec3d,mslt2024] [--json FILE]

One step of the preset `full`, joints, in single precision on one thread, with a part of the published batch: 8 clips of 32, 2 windows
of 16. `at_once` lets a quarter of the clips, or one window, go through the network at a time; `recompute` computes residual blocks
again for the gradient. Each step is a process of its own: memory is the most that is resident during the step, beyond what was before it.
What a step takes grows with its clips, so that it is extrapolated to the published batch (`batch`), without `at_once`.
Goal: `recompute` takes at most two thirds. Writes benchmarks/results/memory.json."""
import argparse, json, os, subprocess, sys
from pathlib import Path

RESULT = Path(__file__).resolve().parent/'results'/'memory.json'
CLIPS = dict(posec3d=(8, 2), mslt2024=(2, 1))   # of a step, and of a part of it
STEP = """
import json, psutil, resource, sys
from mgnb.data import example_dataset
from mgnb.learn.batches import get_dls
from mgnb.learn.fastai import Callback, CancelFitException
from mgnb.learn.learner import best_speed, mg_learner
from mgnb.recipe import get_recipe
class OneStep(Callback):
    order = 90
    def after_batch(self): raise CancelFitException
recipe, changes = json.loads(sys.argv[1])
learn = mg_learner(get_dls(example_dataset(), recipe, 'joint', device='cpu', **changes), best_speed('cpu', 'fp32'), progress=False)
before = psutil.Process().memory_info().rss
learn.fit(1, 1e-4, cbs=[OneStep()])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([(peak - before) / 1e9, get_recipe(recipe).hp()['bs']]))
"""

def ways_of(clips, part):
    "What is compared: its name, and settings"
    less = dict(at_once=part)
    again = dict(recompute=True)
    ways = {'as published': {}, f"at_once={part}": less, 'recompute': again, 'both': less | again}
    return {way: changes | dict(bs=clips) for way, changes in ways.items()}

def rows_of(recipe):
    "Memory of one step, each way"
    clips, part = CLIPS[recipe]
    for way, changes in ways_of(clips, part).items():
        env = os.environ | dict(OMP_NUM_THREADS='1')
        given = json.dumps([recipe, changes])
        done = subprocess.run([sys.executable, '-c', STEP, given], env=env, check=True, stdout=subprocess.PIPE, text=True)
        gb, bs = json.loads(done.stdout.splitlines()[-1])
        batch = None if 'at_once' in changes else round(gb * bs / clips, 1)
        row = dict(recipe=recipe, way=way, clips=clips, gb=round(gb, 2), bs=bs, batch=batch)
        print(row, flush=True)
        yield row

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--recipes', default=','.join(CLIPS))
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    rows = [row for recipe in a.recipes.split(',') for row in rows_of(recipe)]
    a.json.write_text(json.dumps(dict(about='simulated', precision='float32', rows=rows), indent=1) + '\n', encoding='utf-8')
    peak = {(r['recipe'], r['way']): r['gb'] for r in rows}
    sys.exit(any(peak[recipe, 'recompute'] > peak[recipe, 'as published'] * 2 / 3 for recipe, _ in peak))

if __name__ == '__main__': main()
