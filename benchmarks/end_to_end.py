"""From a folder to the CSV: what a whole prediction takes, and its memory, plainly and by each way that mgnb has (compare ratios)

    python benchmarks/end_to_end.py [--rounds 3] [--recordings 2] [--threads 1,2] [--json FILE]

A run of PoseC3D of full size (random weights, joints) answers a few simulated clips of a dataset folder, two samplings and their mirror
images each. Every way is a process of its own, from its start to its end; the ways take turns. `published loop` reads the same folder,
draws one small window at a time in numpy, as published pipelines do, and passes all views of a clip through the network together; the
others are `mgnb predict` with its options. Seconds are of the clock, memory is the largest that the process was; medians, and ratios to
the loop. Writes benchmarks/results/end_to_end.json; rows of other numbers of threads stay as they were."""
import argparse, json, os, re, statistics, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT/'benchmarks'/'results'/'end_to_end.json'
LOOP = 'published loop'
WAYS = {
    LOOP: None,
    'mgnb predict': [],
    'ONNX Runtime': ['--engine', 'onnx'],
    'OpenVINO': ['--engine', 'openvino'],
    'OpenVINO, whole numbers': ['--engine', 'openvino'],
}

def make(tmp, n_recordings):
    "A data set of a few recordings, and a run for each kind of engine"
    import torch
    from mgnb.data import example_dataset
    from mgnb.saving import save_dataset
    from mgnb.learn.engines import export_run
    from mgnb.learn.run import data_facts, new_run
    from mgnb.learn.weights import save_weights
    from mgnb.models.posec3d import posec3d
    from mgnb.skeleton import Skeleton
    whole = example_dataset()
    names = list(whole.recordings.index[:n_recordings])
    ds = save_dataset(tmp/'data', [whole.recording(s) for s in names], whole.classes, splits=dict.fromkeys(names, 'test'))
    hp = posec3d.hp('full', test_clips=2)
    torch.manual_seed(0)
    net = posec3d.build(Skeleton(ds.layout), len(ds.classes), 'joint', **hp)
    for kind in ('plain', 'onnx', 'openvino', 'int8'):
        run = new_run(tmp/kind, recipe='posec3d', streams=['joint'], preset='full', hp=hp, seed=0, valid=None, fps=None, device='cpu',
                      threads=1, skeleton=Skeleton(ds.layout).to_dict(), classes=ds.classes, data=data_facts(ds))
        save_weights(run.path/'model.safetensors', net.state_dict())
        if kind != 'plain': export_run(run, ds, to='openvino' if kind == 'int8' else kind, int8=kind == 'int8', n=8)
    return ds

def published_loop(folder, run_folder, out, threads):
    "What a short script would do: a window at a time, all views of a clip at once, float32"
    import numpy as np, torch
    from fasttransform import Pipeline
    from heatmaps import loop_points
    from mgnb.augment import flip
    from mgnb.data import load_dataset
    from mgnb.heatmap import TensorPose, fit_to_grid
    from mgnb.learn.batches import Clips
    from mgnb.learn.run import load_network, load_run
    from mgnb.recipe import get_recipe
    torch.set_num_threads(threads)
    ds, run = load_dataset(folder), load_run(run_folder)
    hp = run.config['hp']
    select = Pipeline(get_recipe('posec3d').feed(run.skeleton, 'joint', False, **hp)[:-1], split_idx=1)
    net = load_network(run)
    clips = Clips(ds, hp['n_frames'], n_clips=hp['test_clips'], interpolate=hp['interpolate'], pad=hp['pad'])
    rows = []
    with torch.inference_mode():
        for k in range(len(clips)):
            x = TensorPose(torch.from_numpy(clips[k][0]))
            joints = fit_to_grid(select(torch.cat([x, flip(x, run.skeleton.mirror)])), hp['test_size'])
            volumes = torch.from_numpy(loop_points(np.asarray(joints)[:, None], hp['test_size']))
            rows.append((clips.ids[k], int(net(volumes).softmax(1).mean(0).argmax())))
    Path(out).write_text('Id,Target\n' + ''.join(f"{i},{answer}\n" for i, answer in rows))

def command_of(way, tmp, threads):
    "What a process of a way runs, in Python"
    if way == LOOP:
        asked = [str(tmp/'data'), str(tmp/'plain'), str(tmp/'loop.csv'), threads]
        return f'from end_to_end import published_loop; published_loop(*{asked})'
    run = {'OpenVINO': 'openvino', 'ONNX Runtime': 'onnx', 'OpenVINO, whole numbers': 'int8'}.get(way, 'plain')
    said = ['predict', str(tmp/run), str(tmp/'data'), '--out', str(tmp/f'{run}.csv'), *WAYS[way]]
    return f'from mgnb.cli import main; main({said})'

def largest_mb():
    "The largest this process was; the kernel's count for a child begins with that of its parent"
    return int(re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())[1]) / 1024

def run_once(code, threads):
    "Seconds of the clock, and the largest memory of the process in MB"
    env = os.environ | dict(OMP_NUM_THREADS=str(threads), PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT/'benchmarks')]))
    last = 'import atexit, sys; from end_to_end import largest_mb; atexit.register(lambda: print(largest_mb(), file=sys.stderr))'
    start = time.perf_counter()
    done = subprocess.run([sys.executable, '-c', f'{last}; {code}'], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode: sys.exit(f"{code} failed: {done.stderr}")
    return time.perf_counter() - start, float(done.stderr.splitlines()[-1])

def measure(tmp, threads, rounds):
    "A row a way"
    found = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS: found[way].append(run_once(command_of(way, tmp, threads), threads))
    for way, runs in found.items():
        ratios = [loop[0] / own[0] for loop, own in zip(found[LOOP], runs)]
        seconds, memory = (statistics.median(x) for x in zip(*runs))
        row = dict(way=way, threads=threads, rounds=rounds, faster=round(statistics.median(ratios), 2),
                   least=round(min(ratios), 2), most=round(max(ratios), 2), seconds=round(seconds, 1), memory_mb=round(memory))
        print(row, flush=True)
        yield row

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--rounds', type=int, default=3)
    ap.add_argument('--recordings', type=int, default=2)
    ap.add_argument('--threads', default='1,2')
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tmp = Path(folder)
        ds = make(tmp, a.recordings)
        rows = [row for threads in map(int, a.threads.split(',')) for row in measure(tmp, threads, a.rounds)]
        answers = {p.stem: p.read_text() for p in tmp.glob('*.csv')}
    same = {name: text == answers['loop'] for name, text in answers.items()}
    about = dict(about='simulated', network='posec3d full, joints, random weights', clips=len(ds), views=4)
    kept = json.loads(a.json.read_text()) if a.json.exists() else {}
    if {k: kept.get(k) for k in about} == about: rows += [row for row in kept['rows'] if row['threads'] not in {r['threads'] for r in rows}]
    about |= dict(same_answers=same)
    a.json.write_text(json.dumps(about | dict(rows=rows), indent=1) + '\n', encoding='utf-8')

if __name__ == '__main__': main()
