"""A thousand recordings by two workers, of which one is killed at every step, against one process: the same bytes?

    python benchmarks/spread.py [--people 1000] [--seconds 4] [--workers 2] [--steps simulate,info,detect,predict,import,pose,costs]

Simulates a folder of short recordings, checks it (`mgnb info`), searches all of it with a detector and predicts all of its clips, imports
as many films of wandering points in the format of iMiGUE, and as many folders in that of OpenPose: once by one process, once by Dask
workers on this machine, of which one is killed (SIGKILL) when a third of a step is done. What both leave is compared byte for byte: tables,
joints, events, probabilities, notes. Steps that are not asked for keep their numbers, where people, seconds and workers are the same.
A longer recording and a few hundred clips tell what an hour and a clip cost; the memory of each step is that of a process of its own which
goes through an hour of one person (`costs` alone: `--steps costs`). All numbers are of simulated people and wandering points.
Writes benchmarks/results/spread.json, from which the page "spread" plans."""
import argparse, json, os, platform, re, shutil, signal, sys, tempfile, threading, time, warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

RESULT = Path(__file__).resolve().parent/'results'/'spread.json'
LONG = 120   # seconds of the recording that tells what an hour costs

# ---- what is compared

def contents(folder):
    "Every file of a folder, by its name"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(Path(folder).rglob('*')) if p.is_file()}

def kept_answers(kept, names):
    "What was kept of each item, byte for byte"
    return {name: kept.file(name).read_bytes() for name in names}

# ---- two ways of doing it

class Killer(threading.Thread):
    "Kills a worker once so many files are in a folder"
    def __init__(self, client, n_workers, folder, n):
        super().__init__(daemon=True)
        client.wait_for_workers(n_workers)
        self.pid = next(iter(client.run(os.getpid).values()))
        self.folder = folder
        self.n = n
        self.at = None        # how many were there
        self.over = threading.Event()
    def run(self):
        while not self.over.wait(.05):
            there = len(list(self.folder.glob('*.json'))) if self.folder.is_dir() else 0
            if there < self.n: continue
            os.kill(self.pid, signal.SIGKILL)
            self.at = there
            return

def measured(work):
    "What a function returns, the seconds it took, and how many of them this process computed"
    start = time.perf_counter()
    cpu = time.process_time()
    answer = work()
    return answer, time.perf_counter() - start, time.process_time() - cpu

def step(name, n, one, many, a, folder):
    "A row: both ways of a step, and whether they left the same; with workers of its own, for a killed one may not come back in time"
    from mgnb.spread import dask_client
    left, wall, cpu = measured(one)
    with dask_client('local', a.workers) as client:
        killer = Killer(client, a.workers, folder, n // 3)
        killer.start()
        right, together, _ = measured(lambda: many(client))
        killer.over.set()
        killer.join()
    row = dict(step=name, jobs=n, one_process_s=round(wall, 1), one_process_cpu_s=round(cpu, 1), workers_s=round(together, 1),
               killed_after=killer.at, same=left == right)
    print(json.dumps(row), flush=True)
    return row

# ---- the steps

def simulate(a, tmp):
    "A folder of simulated people"
    from mgnb.people.crowd import simulate_crowd
    from mgnb.simulate import simulate_dataset
    how = dict(like='touch', people=a.people, hours=a.people * a.seconds / 3600, least=(0, 0, 0), progress=False)
    def one():
        simulate_dataset(tmp/'one'/'people', **how)
        return contents(tmp/'one')
    def many(client):
        simulate_crowd(tmp/'many'/'people', client, **how)
        return contents(tmp/'many')
    return step('simulate', a.people, one, many, a, tmp/'many'/'people.parts'/'made')

def check(a, tmp):
    "What `mgnb info` says"
    from mgnb.formats.check import check_dataset
    folder = tmp/'check'
    def one(): return check_dataset(tmp/'one'/'people')
    def many(client): return check_dataset(tmp/'many'/'people', scheduler=client, folder=folder)
    return step('info', a.people, one, many, a, folder/'survey')

def search(a, tmp, run):
    "The events of all recordings"
    from mgnb.data import load_dataset
    from mgnb.detect.batch import EventStore, detect_all, search_key
    def go(way, **how):
        ds = load_dataset(tmp/way/'people')
        folder = tmp/f'{way} events'
        detect_all(run, ds, None, folder, progress=False, device='cpu', **how)
        return kept_answers(EventStore(folder, search_key(run, ds, None, {})), ds.recordings.index)
    return step('detect', a.people, lambda: go('one'), lambda client: go('many', scheduler=client), a, tmp/'many events'/'events')

def classify(a, tmp, run):
    "The probabilities of all clips"
    from mgnb.data import load_dataset
    from mgnb.learn.many import predict_all
    n = len(load_dataset(tmp/'one'/'people'))
    size = max(1, n // 60)
    def go(way, **how):
        got = predict_all(run, tmp/way/'people', None, tmp/f'{way} probs', size=size, progress=False, device='cpu', **how)
        return got.clip_ids, got.probs.tobytes(), got.probs.dtype.str
    row = step('predict', -(-n // size), lambda: go('one'), lambda client: go('many', scheduler=client), a, tmp/'many probs'/'probs')
    return row | dict(clips=n)

def read_films(a, tmp):
    "Films of wandering points, in the format of iMiGUE"
    from mgnb.formats.miga import read_imigue, synth_imigue
    films = {f"{k:04d}": 'train' for k in range(1, a.people + 1)}
    src = synth_imigue(tmp/'films', films, n_frames=round(25 * a.seconds))
    def go(way, **how):
        read_imigue(src, tmp/way/'imported', **how)
        return contents(tmp/way/'imported')
    return step('import', a.people, lambda: go('one'), lambda client: go('many', scheduler=client), a, tmp/'many'/'imported.parts'/'made')

def find_people(a, tmp):
    "Folders of OpenPose, one person in each"
    import numpy as np
    from mgnb.layouts import rest_pose
    from mgnb.pose.films import pose_films
    from mgnb.pose.openpose import synth_openpose
    rng = np.random.default_rng(0)
    body = np.pad(rest_pose('body25').astype(float), ((0, 0), (0, 1)), constant_values=.9)      # x, y in pixels, score
    def person(): return body + rng.normal(0, .5, (round(25 * a.seconds), 25, 1)) * [1, 1, 0]
    films = [synth_openpose(tmp/'openpose'/f"p{k:04d}", [person()]) for k in range(a.people)]
    def go(way, **how):
        pose_films(films, tmp/way/'posed', 'openpose', fps=25, **how)
        return contents(tmp/way/'posed')
    return step('pose', a.people, lambda: go('one'), lambda client: go('many', scheduler=client), a, tmp/'many'/'posed.parts'/'made')

# ---- what an hour and a clip cost, on one core

def of_one(tmp, seconds, name):
    "A data set of one long recording"
    from mgnb.saving import save_dataset
    from mgnb.simulate import STYLE, simulate_recording
    rec = simulate_recording('touch', seconds, STYLE['touch']['layout'], seed=5, sample_id='long')
    return save_dataset(tmp/name, [rec], STYLE['touch']['classes']), rec

def an_hour_of(name, tmp, runs):
    "Do one step for an hour of one person"
    from mgnb.data import load_dataset
    from mgnb.detect.batch import detect_all
    from mgnb.formats.check import survey
    from mgnb.learn.many import predict_all
    if name == 'start': return
    if name == 'simulate': return of_one(tmp, 3600, 'hour')
    ds = load_dataset(tmp/'hour')
    if name == 'info': return survey(ds, 'long')
    if name == 'detect': return detect_all(runs['stream'], ds, None, progress=False, device='cpu')
    if name == 'predict': return predict_all(runs['clips'], ds, None, progress=False, device='cpu')

def largest_mb(*args):
    "Do one step; the largest that this process was, in MB"
    import torch
    torch.set_num_threads(1)        # as workers have it
    warnings.simplefilter('ignore')
    an_hour_of(*args)
    return int(re.search(r'VmHWM:\s*(\d+)', Path('/proc/self/status').read_text())[1]) / 1024

def memory(tmp, runs):
    "Step → MB of a process of its own; `start`: of one that only has the package"
    with ProcessPoolExecutor(1, mp_context=get_context('spawn'), max_tasks_per_child=1) as pool:
        steps = 'start', 'simulate', 'info', 'detect', 'predict'
        return {name: round(pool.submit(largest_mb, name, tmp, runs).result()) for name in steps}

def costs(tmp, runs):
    "CPU seconds and megabytes of an hour of recording, and of a clip"
    from mgnb.data import load_dataset
    from mgnb.detect.batch import detect_all
    from mgnb.formats.check import survey
    from mgnb.learn.many import predict_all
    (ds, rec), _, made = measured(lambda: of_one(tmp, LONG, 'long'))
    hours = len(rec) / rec.fps / 3600
    size = (ds.path/'keypoints'/'long.npy').stat().st_size / 2 ** 20
    _, _, looked = measured(lambda: survey(ds, 'long'))
    _, _, searched = measured(lambda: detect_all(runs['stream'], ds, None, progress=False, device='cpu'))
    an_hour = dict(simulate=made / hours, info=looked / hours, detect=searched / hours)
    clips = load_dataset(tmp/'few')
    _, _, predicted = measured(lambda: predict_all(runs['clips'], clips, None, progress=False, device='cpu'))
    return dict(cpu_seconds_an_hour={k: round(v, 1) for k, v in an_hour.items()}, mb_an_hour=round(size / hours, 1),
                cpu_seconds_a_clip=round(predicted / len(clips), 4), joints=len(rec.layout), fps=rec.fps, memory_mb=memory(tmp, runs))

def learn(tmp):
    "A small detector and a small classifier, trained for a moment"
    from mgnb.simulate import simulate_dataset
    from mgnb.train import train
    ds = simulate_dataset(tmp/'few', 'touch', 6, .05, 1, least=(1, 0, 0), progress=False)
    how = dict(preset='tiny', progress=False, valid=None, device='cpu', precision='fp32')
    return {name: train(ds, recipe, tmp/name, epochs=1, **how) for name, recipe in (('stream', 'stream'), ('clips', 'ridge'))}

def learned(a, tmp):
    "The runs, where a step needs them"
    import torch
    torch.set_num_threads(1)        # as workers have it
    return learn(tmp) if {'detect', 'predict', 'costs'} & set(a.steps) else {}

def before(a):
    "What was measured before of as many people, for as long, by as many workers on such a machine; else only these numbers"
    how = dict(people=a.people, seconds_each=a.seconds, workers=a.workers, data='simulated people (touch)', steps=[],
               machine=f"{os.cpu_count()} × {platform.machine()}", python=platform.python_version())
    old = json.loads(a.out.read_text(encoding='utf-8')) if a.out.exists() else {}
    return old if all(old.get(k) == v for k, v in how.items() if k != 'steps') else how

def main():
    p = argparse.ArgumentParser()
    p.add_argument('--people', type=int, default=1000)
    p.add_argument('--seconds', type=float, default=4)
    p.add_argument('--workers', type=int, default=2)
    p.add_argument('--steps', type=lambda text: text.split(','), default='simulate info detect predict import pose costs'.split())
    p.add_argument('--out', type=Path, default=RESULT)
    a = p.parse_args()
    warnings.simplefilter('ignore')
    tmp = Path(tempfile.mkdtemp())
    out = before(a)
    start = time.perf_counter()
    def keep(row=None):
        if row: out['steps'] = [r for r in out['steps'] if r['step'] != row['step']] + [row]
        out['minutes'] = round((time.perf_counter() - start) / 60, 1)
        a.out.write_text(json.dumps(out, indent=1) + '\n', encoding='utf-8')
    for way in ('one', 'many'): (tmp/way).mkdir()
    try:
        if 'import' in a.steps: keep(read_films(a, tmp))
        if 'pose' in a.steps: keep(find_people(a, tmp))
        if {'simulate', 'info', 'detect', 'predict'} & set(a.steps): keep(simulate(a, tmp))
        if 'info' in a.steps: keep(check(a, tmp))
        runs = learned(a, tmp)
        if 'detect' in a.steps: keep(search(a, tmp, runs['stream']))
        if 'predict' in a.steps: keep(classify(a, tmp, runs['clips']))
        if 'costs' in a.steps: out |= costs(tmp, runs)
        keep()
    finally: shutil.rmtree(tmp, ignore_errors=True)
    if not all(row['same'] for row in out['steps']): sys.exit('not the same')

if __name__ == '__main__': main()
