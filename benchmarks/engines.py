"""What other programs make of the same networks: how soon they answer, and whether it is the same answer (compare ratios, not seconds)

    python benchmarks/engines.py [--rounds 5] [--threads 1] [--json FILE]             # speed, PoseC3D of full size; other threads' stay
    python benchmarks/engines.py --run RUN --data DATA [--json FILE]                  # answers of a trained run on its test people
    python benchmarks/engines.py --recipes [--json FILE]                              # which networks can leave PyTorch, preset tiny

Speed: random weights, one view of a simulated clip a round, all ways in turn in one process (processor time where there is one thread);
medians of the ratios to PyTorch as it comes. Answers: the run is copied, exported, calibrated with training clips, and predicts each
test clip as it always does; bfloat16 is computed on any processor, only not sooner. Each way writes its part of
benchmarks/results/engines.json, which the page `engines` prints."""
import argparse, json, shutil, tempfile, time, warnings
from pathlib import Path
import numpy as np, torch
from inference import build
from mgnb.core import MgnbError
from mgnb.data import example_dataset, load_dataset
from mgnb.heatmap import TensorPose
from mgnb.learn.engines import Engine, as_program, export_run, write_onnx, write_openvino
from mgnb.learn.inference import quicken
from mgnb.learn.learner import best_speed, kept_heap
from mgnb.learn.run import data_facts, load_run, new_run
from mgnb.learn.weights import save_weights
from mgnb.models.posec3d import posec3d
from mgnb.recipe import recipes
from mgnb.scoring import evaluate
from mgnb.shell.systems import every_system
from mgnb.skeleton import Skeleton
from mgnb.train import predict

ENGINES = ('ONNX Runtime', 'onnx', False), ('OpenVINO', 'openvino', False), ('OpenVINO, whole numbers', 'openvino', True)
RESULT = Path(__file__).resolve().parent/'results'/'engines.json'

def ways_of(net, views, tmp):
    "name → what computes logits"
    program = as_program(net, views)
    write_onnx(program, tmp/'net.onnx')
    write_openvino(program, tmp/'net.xml')
    write_openvino(program, tmp/'net8.xml', views)
    ways = {
        'PyTorch': net,
        'as mgnb predicts, float32': quicken(net, views[:1]),
        'ONNX Runtime': Engine(tmp/'net.onnx'),
        'OpenVINO': Engine(tmp/'net.xml'),
        'OpenVINO, whole numbers': Engine(tmp/'net8.xml'),
    }
    if not best_speed('cpu')['bf16']: return ways
    return ways | {
        'as mgnb predicts, bfloat16': quicken(net, views[:1], bf16=True),
        'OpenVINO, bfloat16': Engine(tmp/'net.xml', bf16=True),
    }

def views_of(feed, ds, hp, n):
    "One view of each of some clips"
    from mgnb.learn.batches import Clips
    clips = Clips(ds, hp['n_frames'], interpolate=hp['interpolate'], pad=hp['pad'])
    chosen = np.linspace(0, len(clips) - 1, n).round().astype(int)
    return torch.cat([feed(TensorPose(clips[int(k)][0][None])).as_subclass(torch.Tensor) for k in chosen])

@torch.inference_mode()
def seconds(way, view, clock):
    "How long one view takes"
    start = clock()
    way(view)
    return clock() - start

def speed(a):
    "Each way beside PyTorch"
    torch.set_num_threads(a.threads)
    clock = time.process_time if a.threads == 1 else time.perf_counter
    hp = posec3d.hp('full')
    net, feed, ds = build(hp)
    with torch.no_grad(): views = views_of(feed, ds, hp, max(8, a.rounds))
    with tempfile.TemporaryDirectory() as tmp, kept_heap():
        ways = ways_of(net, views, Path(tmp))
        for way in ways.values(): seconds(way, views[:1], clock)
        times = {name: [seconds(way, views[k:k + 1], clock) for k in range(a.rounds)] for name, way in ways.items()}
        with torch.inference_mode(): probs = {name: way(views[:a.rounds]).softmax(1) for name, way in ways.items()}
    plain = np.array(times['PyTorch'])
    rows = []
    for name, each in times.items():
        ratios = plain / each
        rows.append(dict(way=name, faster=float(np.median(ratios)), spread=[float(ratios.min()), float(ratios.max())],
                         apart=float((probs[name] - probs['PyTorch']).abs().max())))
        print(rows[-1], flush=True)
    return dict(speed={str(a.threads): dict(rows=rows, input=list(views[:1].shape), rounds=a.rounds, bf16=bool(best_speed('cpu')['bf16']))})

def answers(a):
    "Scores of a run on its test people by each engine"
    ds = load_dataset(a.data)
    with tempfile.TemporaryDirectory() as tmp:
        run = load_run(shutil.copytree(a.run, Path(tmp)/'run'))
        plain = predict(run, ds, progress=False)
        rows = [dict(way='PyTorch', top1=evaluate(ds, plain.clip_ids, plain.probs)['top1'])]
        least, most = np.sort(plain.probs, 1)[:, -2:].T
        def add(name, found, **more):
            other = found.answers != plain.answers
            apart = float(np.abs(found.probs - plain.probs).max())
            lead = float((most - least)[other].max(initial=0))       # of the answers that changed, before the next class
            top1 = evaluate(ds, found.clip_ids, found.probs)['top1']
            rows.append(dict(way=name, top1=top1, same=float(1 - other.mean()), apart=apart, lead=lead) | more)
            print(rows[-1], flush=True)
        add('PyTorch, bfloat16', predict(run, ds, precision='bf16', progress=False))
        for name, to, int8 in ENGINES:
            records = export_run(run, ds.split('train'), to=to, int8=int8)
            single = [stream for stream, record in records.items() if not record['int8']]
            moved = max(record.get('refused', record['moved']) for record in records.values())      # by whole numbers, if tried
            more = dict(single=single, moved=moved) if int8 else {}
            add(name, predict(run, ds, engine=to, progress=False), **more)
            if to == 'openvino': add(f"{name}, bfloat16", predict(run, ds, engine=to, precision='bf16', progress=False), **more)
    what = dict(on=ds.name, clips=len(plain), rows=rows) | {k: run.config[k] for k in ('recipe', 'streams', 'preset', 'seed')}
    return dict(answers={f"{ds.name}, {run.config['recipe']}, seed {run.config['seed']}": what})

def leaves(recipe, stream, ds, tmp):
    "What came of each engine: '' where it computes the same, else why not"
    hp = recipe.hp('tiny')
    if hp['layout'] == 'imigue41': hp |= dict(layout='all')      # the example has no 41
    if recipe.prepare: hp = recipe.prepare(ds.classes, **hp)
    skeleton = Skeleton(ds.layout)
    run = new_run(tmp/recipe.name, recipe=recipe.name, streams=[stream], preset='tiny', hp=hp, seed=0, valid=None, fps=None, device='cpu',
                  threads=1, skeleton=skeleton.to_dict(), classes=ds.classes, data=data_facts(ds))
    net = recipe.build(skeleton, len(ds.classes), stream, **hp | dict(classes=ds.classes))
    save_weights(run.path/'model.safetensors', net.state_dict())
    found = {}
    for to in ('openvino', 'onnx'):
        try: found[to] = f"{export_run(run, ds, to=to, n=4)[stream]['apart']:.0e}"
        except (MgnbError, RuntimeError, ValueError) as e: found[to] = str(e).splitlines()[0].partition(': ')[2][:120]
    return found

def which(a):
    "Which classifiers of joints can leave PyTorch"
    every_system()
    ds = example_dataset()
    found = {}
    with tempfile.TemporaryDirectory() as tmp:
        for recipe in recipes.values():
            if recipe.fit or recipe.needs_film or recipe.trunk_of: continue
            found[recipe.name] = leaves(recipe, next(iter(recipe.streams)), ds, Path(tmp))
            print(recipe.name, found[recipe.name], flush=True)
    return dict(recipes=found)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=5)
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--run', type=Path)
    ap.add_argument('--data', type=Path)
    ap.add_argument('--recipes', action='store_true')
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    found = answers(a) if a.run else which(a) if a.recipes else speed(a)
    kept = json.loads(a.json.read_text()) if a.json.exists() else {}
    for part in ('answers', 'speed'):
        if part in found: found[part] = kept.get(part, {}) | found[part]
    a.json.write_text(json.dumps(kept | found, indent=1) + '\n')

if __name__ == '__main__': main()
