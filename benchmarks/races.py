"""Two processes in one place, full disks, kills and dying loader processes, many times over: is anything lost, half built, untyped or left?

    python benchmarks/races.py [--tries 50 --only NAME … --json benchmarks/results/races.json]

Each try is made in processes that are forked after everything was imported. A full disk is a small tmpfs of a random size where this
process may mount one, else a limit on the size of files. Prints a table of outcomes; exits with 1 where anything went wrong."""
import argparse, io, json, multiprocessing as mp, os, random, resource, shutil, signal, subprocess, sys, tempfile, time
from collections import Counter
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
import torch
import mgnb.cli  # noqa: F401
from mgnb.core import MgnbError, sha256
from mgnb.data import load_dataset
from mgnb.learn.batches import Clips, synth_dataset
from mgnb.recipe import load_systems
from mgnb.shell.command import main as mgnb
from mgnb.simulate import simulate_dataset
from mgnb.train import load_run, predict, resume, train

FORK = mp.get_context('fork')
SMALL = dict(people=3, hours=.001, least=(1, 0, 0), progress=False)

# --- processes

def _work(task, ready, results, name):
    "Run a task in a process of its own; how it ended is put into a queue"
    said = io.StringIO()
    for s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, signal.SIG_DFL)
    if ready is not None: ready.wait()
    try:
        with redirect_stdout(said), redirect_stderr(said): answer = ('ok', task())
    except MgnbError as e: answer = ('one line', str(e))
    except BaseException as e: answer = ('UNTYPED', f"{type(e).__name__}: {e}"[:200])
    results.put((name, *answer))

def side_by_side(**tasks):
    "Run tasks at the same moment, each in a process: name → (how it ended, its answer)"
    ready = FORK.Barrier(len(tasks))
    results = FORK.Queue()
    processes = [FORK.Process(target=_work, args=(task, ready, results, name)) for name, task in tasks.items()]
    for p in processes: p.start()
    found = {name: (kind, answer) for name, kind, answer in (results.get(timeout=300) for _ in processes)}
    for p in processes: p.join()
    return found

def alone(task):
    "Run one task in a process"
    return side_by_side(it=task)['it']

def command(*argv):
    "A task: a command of the shell, whose last line is what it complained about"
    def task():
        said = io.StringIO()
        with redirect_stderr(said): code = mgnb([str(a) for a in argv])
        lines = said.getvalue().strip().splitlines()
        if code and len(lines) != 1: raise RuntimeError(f"{len(lines)} lines of complaint, code {code}: {lines[-1:]}")
        if code: raise MgnbError(lines[0])
        return code
    return task

def hidden(folder):
    "What is left half written"
    return sorted(p.name for p in folder.rglob('.*'))

# --- a full disk

def may_mount():
    "Can this process mount a small disk?"
    with tempfile.TemporaryDirectory() as folder:
        try: done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], capture_output=True).returncode == 0
        except OSError: return False
        if done: subprocess.run(['umount', folder], check=True)
        return done

MOUNTS = may_mount()

@contextmanager
def small_disk(folder, size):
    "A folder on a disk of so many bytes, and a wrapper for tasks that write there"
    disk = folder/'disk'
    disk.mkdir()
    def limited(task):
        def inner():
            if not MOUNTS: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            return task()
        return inner
    if MOUNTS: subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', disk], check=True)
    try: yield disk, limited
    finally:
        if MOUNTS: subprocess.run(['umount', disk], check=True)
        shutil.rmtree(disk)

# --- scenarios: each makes one try in an empty folder, and gives the outcome in words; what is wrong begins with WRONG

def _one_winner(found, left):
    "The name of the winner of two, or what is wrong"
    kinds = Counter(kind for kind, _ in found.values())
    if kinds != {'ok': 1, 'one line': 1}: return None, f"WRONG: {dict(found)}"
    if left: return None, f"WRONG: left {left}"
    return next(name for name, (kind, _) in found.items() if kind == 'ok'), ''

def two_trains(a, folder, rng):
    "Two trainings begin in one folder"
    def task(seed): return lambda: train(a.data, 'ridge', folder/'run', preset='tiny', seed=seed, progress=False).config['seed']
    found = side_by_side(a=task(1), b=task(2))
    winner, wrong = _one_winner(found, hidden(folder))
    if wrong: return wrong
    run = load_run(folder/'run')
    if not run.finished or run.config['seed'] != dict(a=1, b=2)[winner]: return 'WRONG: not the run of the winner'
    predict(run, a.data, progress=False)
    return 'one run, the other told'

def two_resumes(a, folder, rng):
    "Two processes go on with one run"
    run = shutil.copytree(a.half, folder/'run')
    found = side_by_side(a=command('resume', run), b=command('resume', run))
    kinds = sorted(kind for kind, _ in found.values())
    if kinds not in (['ok', 'ok'], ['ok', 'one line']): return f"WRONG: {found}"
    if hidden(folder): return f"WRONG: left {hidden(folder)}"
    if not load_run(run).finished or sha256(run/'model.safetensors') != a.whole: return 'WRONG: other weights'
    return 'one goes on, the other told; the same weights' if 'one line' in kinds else 'one after the other, the same weights'

def two_simulates(a, folder, rng):
    "Two simulations of different people into one folder"
    def task(people):
        return lambda: len(simulate_dataset(folder/'people', **SMALL | dict(people=people)).recordings)
    found = side_by_side(a=task(3), b=task(4))
    winner, wrong = _one_winner(found, hidden(folder))
    if wrong: return wrong
    there = len(load_dataset(folder/'people').recordings)
    return 'one data set, the other told' if there == dict(a=3, b=4)[winner] else 'WRONG: not the data of the winner'

def two_detects(a, folder, rng):
    "Two searches for one file"
    out = folder/'events.csv'
    found = side_by_side(a=command('detect', a.run, a.data, '--out', out), b=command('detect', a.run, a.data, '--out', out))
    kinds = sorted(kind for kind, _ in found.values())
    if kinds not in (['ok', 'ok'], ['ok', 'one line']): return f"WRONG: {found}"
    if hidden(folder) or [p.name for p in folder.iterdir()] != ['events.csv']: return f"WRONG: left {[*folder.iterdir()]}"
    if out.read_bytes() != a.events: return 'WRONG: other events'
    return 'one file, the other told' if 'one line' in kinds else 'one after the other, the same file'

def _full(folder, rng, least, most, task, check):
    "A task on a disk that is too small, or just large enough"
    size = int(least * (most / least) ** rng.random())      # small ones as often as large ones
    with small_disk(folder, size) as (disk, limited):
        kind, answer = alone(limited(task(disk)))
        if kind == 'UNTYPED': return f"WRONG: {answer}"
        if kind == 'one line' and 'no room' not in answer and 'cannot be written' not in answer: return f"WRONG: {answer}"
        left = hidden(disk)
        if left: return f"WRONG: left {left}"
        wrong = check(disk, kind)
        return wrong or {'ok': 'there was room', 'one line': 'one line'}[kind]

def full_simulate(a, folder, rng):
    "A disk becomes full in a simulation, with and without what was meant"
    truth = rng.random() < .5
    def task(disk): return lambda: len(simulate_dataset(disk/'people', **SMALL, truth=truth).recordings)
    def check(disk, kind):
        if (kind == 'ok') != (disk/'people').exists(): return f"WRONG: {kind}, and there is {[*disk.iterdir()]}"
        if kind == 'ok': load_dataset(disk/'people')
    return _full(folder, rng, 50_000, 40_000_000, task, check)

def full_train(a, folder, rng):
    "A disk becomes full in a training; where something was learned, it goes on with room"
    how = dict(preset='tiny', epochs=2, streams=['joint'], progress=False, every=.01)
    def task(disk): return lambda: str(train(a.data, 'posec3d', disk/'run', **how))
    def check(disk, kind):
        run = disk/'run'
        if kind == 'ok' and not load_run(run).finished: return 'WRONG: not finished'
        if not run.exists(): return None
        copy = shutil.copytree(run, folder/'copy')          # on a disk with room
        goes_on = alone(lambda: resume(copy, progress=False).finished)
        return None if goes_on == ('ok', True) else f"WRONG: it does not go on: {goes_on}"
    return _full(folder, rng, 4_096, 40_000_000, task, check)

def full_detect(a, folder, rng):
    "A disk becomes full in a search; what was found before goes on with room"
    def task(disk): return command('detect', a.run, a.data, '--out', disk/'events.csv', '--scores', disk/'sure.csv')
    def check(disk, kind):
        if kind == 'ok': return None if (disk/'events.csv').read_bytes() == a.events else 'WRONG: other events'
        copy = shutil.copytree(disk, folder/'copy')
        again = alone(command('detect', a.run, a.data, '--out', copy/'events.csv'))
        return None if again[0] == 'ok' and (copy/'events.csv').read_bytes() == a.events else f"WRONG: {again}"
    return _full(folder, rng, 4_096, 40_960, task, check)

def _ended(folder, rng, number):
    "A simulation that a signal ends at a random moment, and the one after it"
    place = folder/'people'
    argv = ['simulate', place, '--people', 3, '--hours', .01, '--workers', 1]
    process = FORK.Process(target=lambda: os._exit(_quiet(argv)))
    process.start()
    time.sleep(rng.uniform(0, a_simulation[0]))
    if process.is_alive(): os.kill(process.pid, number)
    process.join()
    left = hidden(folder)
    if number == signal.SIGTERM and left: return f"WRONG: left {left}"
    if place.exists() and len(load_dataset(place).recordings) != 3: return 'WRONG: half a data set'
    there = place.exists()
    after = alone(lambda: len(simulate_dataset(folder/'others', **SMALL).recordings))
    if after != ('ok', 3) or hidden(folder): return f"WRONG: the next one: {after}, left {hidden(folder)}"
    if there: return 'done before the signal'
    return 'nothing half built' + (', the next one cleared what was left' if left else '')

def _quiet(argv):
    "A command without a word; its code"
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()): return mgnb([str(a) for a in argv])

a_simulation = [1.]   # seconds that one takes; measured before the tries

def sigterm_simulate(a, folder, rng):
    "SIGTERM in a simulation"
    return _ended(folder, rng, signal.SIGTERM)

def sigkill_simulate(a, folder, rng):
    "SIGKILL in a simulation"
    return _ended(folder, rng, signal.SIGKILL)

def _dies(a, folder, rng, harm):
    "A loader process of a training ends while it reads a clip; the training goes on afterwards"
    lock = FORK.Value('i', 0)
    after = rng.randint(1, 40)      # so many clips are read before
    read = Clips.__getitem__
    def deadly(self, k):
        if torch.utils.data.get_worker_info() is not None:
            with lock.get_lock(): lock.value += 1
            if lock.value == after: harm()
        return read(self, k)
    def task():
        Clips.__getitem__ = deadly
        how = dict(preset='tiny', epochs=1, streams=['joint'], workers=2, progress=False)
        return str(train(a.data, 'posec3d', folder/'run', **how))
    kind, answer = alone(task)
    if kind != 'one line': return f"WRONG: {kind} {answer}"
    ids = load_dataset(a.data).clips.clip_id
    if 'a loader process died' not in answer or not any(i in answer for i in ids): return f"WRONG: {answer}"
    goes_on = alone(lambda: resume(folder/'run', progress=False).finished)
    return 'one line with the clip; it goes on' if goes_on == ('ok', True) and not hidden(folder) else f"WRONG: {goes_on}"

def worker_leaves(a, folder, rng):
    "A loader process ends by itself"
    return _dies(a, folder, rng, lambda: os._exit(1))

def worker_killed(a, folder, rng):
    "A loader process is killed"
    return _dies(a, folder, rng, lambda: os.kill(os.getpid(), signal.SIGKILL))

SCENARIOS = {f.__name__: f for f in (two_trains, two_resumes, two_simulates, two_detects, full_simulate, full_train, full_detect,
                                     sigterm_simulate, sigkill_simulate, worker_leaves, worker_killed)}

def stopped(data, run):
    "Train until somebody presses Ctrl-C in the middle"
    read = Clips.__getitem__
    count = iter(range(60))
    def stops(self, k):
        if next(count, None) is None: raise KeyboardInterrupt
        return read(self, k)
    Clips.__getitem__ = stops
    train(data, 'posec3d', run, preset='tiny', epochs=4, streams=['joint'], progress=False, every=.01)

def unfinished(a, folder):
    "A run that was stopped in the middle, and the checksum of the weights that it ends with"
    a.half = folder/'half'
    alone(lambda: stopped(a.data, a.half))
    if load_run(a.half).finished or not load_run(a.half).resume_file.exists(): sys.exit('a run that was stopped has nothing to go on from')
    whole = shutil.copytree(a.half, folder/'whole')
    alone(lambda: resume(whole, progress=False).finished)
    a.whole = sha256(whole/'model.safetensors')

def prepare(folder):
    "Data, a detector and what it finds, and a run that was stopped, for all tries"
    a = argparse.Namespace(data=folder/'stick', run=folder/'detector')
    synth_dataset(a.data)
    unfinished(a, folder)
    alone(lambda: str(train(a.data, 'stream', a.run, preset='tiny', epochs=2, progress=False)))
    kind, answer = alone(command('detect', a.run, a.data, '--out', folder/'events.csv'))
    if kind != 'ok': sys.exit(f"the detector cannot be made: {answer}")
    a.events = (folder/'events.csv').read_bytes()
    start = time.time()
    alone(command('simulate', folder/'people', '--people', 3, '--hours', .01, '--workers', 1))
    a_simulation[0] = time.time() - start
    return a

def race(names, tries, seed=0, say=print):
    "Outcome → how often, for each scenario"
    torch.set_num_threads(1)
    load_systems()
    root = Path(tempfile.mkdtemp())
    try:
        a = prepare(root)
        table = {}
        for name in names:
            rng = random.Random(f"{name} {seed}")
            outcomes = Counter()
            for k in range(tries):
                folder = root/f'{name}{k}'
                folder.mkdir()
                outcomes[SCENARIOS[name](a, folder, rng)] += 1
                shutil.rmtree(folder)
            table[name] = dict(outcomes)
            for outcome, n in outcomes.most_common(): say(f"{name:18} {n:4}  {outcome}")
        return table
    finally: shutil.rmtree(root, ignore_errors=True)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--tries', type=int, default=50)
    ap.add_argument('--only', nargs='*', choices=SCENARIOS, default=list(SCENARIOS))
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--json')
    a = ap.parse_args()
    signal.signal(signal.SIGTERM, lambda *args: sys.exit(143))     # so that disks are unmounted
    disk = 'a tmpfs of random size' if MOUNTS else 'a limit on the size of files'
    print(f"full disks: {disk}; {a.tries} tries each", flush=True)
    start = time.time()
    table = race(a.only, a.tries, a.seed, lambda line: print(line, flush=True))
    wrong = sum(n for outcomes in table.values() for outcome, n in outcomes.items() if outcome.startswith('WRONG'))
    record = dict(tries=a.tries, seed=a.seed, disk=disk, seconds=round(time.time() - start), wrong=wrong, outcomes=table)
    if a.json: Path(a.json).write_text(json.dumps(record, indent=1) + '\n', encoding='utf-8')
    print(f"{wrong} of {a.tries * len(table)} tries lost something, left something, or failed without a line of their own")
    sys.exit(bool(wrong))

if __name__ == '__main__': main()
