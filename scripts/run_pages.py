"""Run notebooks from top to bottom and keep their outputs, or check that the outputs kept are still what the code gives.

    python scripts/run_pages.py [nbs/05_viz.ipynb …]            export, run, keep the outputs (all pages if none is named)
    python scripts/run_pages.py --check [--out DIR] [PAGE …]    run copies, compare, change nothing; DIR keeps the copies for the site

A page that does not run fails; an output that changed is listed, and fails with --strict: what a network learnt differs between processors.

Cells flagged slow, cuda or data are left out; with --check also those flagged once, long tests that nbdev_test runs and
on which no other cell depends: they keep their outputs. Live widgets are not kept in the repository (their state weighs megabytes)."""
import argparse, base64, json, os, re, shutil, signal, subprocess, sys, tempfile, threading, time, uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from queue import Empty
import nbformat, numpy as np
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import local_provisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbdev.clean import clean_nb
from nbdev.config import get_config
from nbdev.export import nb_export
from execnb.nbio import read_nb, write_nb

ROOT = Path(__file__).resolve().parent.parent
FLAGS = re.compile(r'^#\|\s*(slow|cuda|data|eval:\s*false)\s*$', re.M)
ONCE = re.compile(FLAGS.pattern.replace('slow', 'slow|once'), re.M)
WIDGET = 'application/vnd.jupyter.widget-view+json'
NUMBER = re.compile(r'-?\d+\.?\d*(?:[eE][-+]?\d+)?')

NURSERY = """
import json, os, signal, sys
import hypothesis, ipywidgets, matplotlib.figure, nbformat, pandas, plotly.graph_objects, scipy.stats, sklearn.ensemble, torch
from ipykernel.kernelapp import IPKernelApp
pandas.set_option('display.max_columns', 20)   # as where pandas finds itself in a kernel
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    options, cwd, env = json.loads(line)
    pid = os.fork()
    if pid:
        os.setpgid(pid, pid)
        print(pid, flush=True)
        continue
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(cwd)
    os.environ.update(env)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    IPKernelApp.launch_instance(argv=options)
    os._exit(0)
"""

os.environ.setdefault('OMP_NUM_THREADS', '1')     # sums in one order, whatever the machine
sockets = tempfile.TemporaryDirectory()
one_at_a_time = threading.Lock()

@cache
def nursery():
    "A process that is forked for each kernel, with what takes long to import and changes nothing (fastai patches tensors)"
    return subprocess.Popen([sys.executable, '-c', NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

class Forked:
    "A kernel's process, as `Popen` describes one"
    stdin = stdout = stderr = None
    def __init__(self, pid): self.pid = pid
    def poll(self):
        try: os.kill(self.pid, 0)
        except ProcessLookupError: return 0
    def wait(self):
        while self.poll() is None: time.sleep(.05)
        return 0
    def send_signal(self, sig): os.kill(self.pid, sig)
    def kill(self): self.send_signal(signal.SIGKILL)
    def terminate(self): self.send_signal(signal.SIGTERM)

def fork_kernel(cmd, *, cwd, env, **kwargs):
    "In place of `launch_kernel`"
    with one_at_a_time:
        env = env | dict(JPY_PARENT_PID=str(nursery().pid))
        print(json.dumps([cmd[cmd.index('-f'):], cwd, env]), file=nursery().stdin, flush=True)
        return Forked(int(nursery().stdout.readline()))

if hasattr(os, 'fork'): local_provisioner.launch_kernel = fork_kernel

class Kernel(AsyncKernelManager):
    "A kernel spoken to through files: no ports that two kernels could both choose"
    def __init__(self, **kwargs):
        if os.name == 'posix': kwargs.update(transport='ipc', ip=f"{sockets.name}/{uuid.uuid4().hex[:8]}")
        super().__init__(**kwargs)

class Client(NotebookClient):
    "Looks for the kernel's answer every second: what a new widget sends on the same socket can make it go unnoticed"
    async def async_start_new_kernel_client(self):
        kc = await super().async_start_new_kernel_client()
        get = kc.shell_channel.get_msg
        async def patient(timeout=None):
            end = time.time() + (timeout or 1e9)
            while True:
                try: return await get(timeout=max(.01, min(1, end - time.time())))
                except Empty:
                    if time.time() >= end: raise
        kc.shell_channel.get_msg = patient
        return kc

def run(page, left_out=FLAGS, timeout=90, tries=3):
    "Execute a page in its own folder without the cells that are left out; returns the notebook with widget state"
    nb = nbformat.read(page, 4)
    kept = {i: c.source for i, c in enumerate(nb.cells) if c.cell_type == 'code' and left_out.search(c.source)}
    for i in kept: nb.cells[i].source = ''
    where = {'metadata': {'path': str(page.parent)}}
    client = Client(nb, timeout=timeout, kernel_name='python3', kernel_manager_class=Kernel, resources=where)
    try: client.execute()
    except CellExecutionError: raise
    except Exception:                                # a kernel that never started, died or stopped answering: once more
        if tries == 1: raise
        return run(page, left_out, timeout, tries - 1)
    for i, source in kept.items(): nb.cells[i].source = source
    for c in nb.cells:
        if c.cell_type == 'code': c.outputs = [o for o in c.outputs if o.get('name') != 'stderr']
    return nb

def keep(page):
    "Run a page in place, without widgets"
    nb_export(page, get_config().lib_path)
    nb = run(page)
    for c in nb.cells:
        if c.cell_type == 'code': c.outputs = [o for o in c.outputs if WIDGET not in o.get('data', {})]
    nb.metadata.pop('widgets', None)
    nbformat.write(nb, page)
    clean = read_nb(page)
    clean_nb(clean)
    write_nb(clean, page)

def plain(x):
    "Plotly's packed arrays as lists, everything else as it is"
    if isinstance(x, dict) and 'bdata' in x: return np.frombuffer(base64.b64decode(x['bdata']), x['dtype']).ravel().tolist()
    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
    return [plain(v) for v in x] if isinstance(x, list) else x

def text(out):
    "What a reader sees of one output, as one string"
    d = out.get('data', {})
    if WIDGET in d: return None
    fig = d.get('application/vnd.plotly.v1+json')
    return json.dumps(plain(fig), sort_keys=True) if fig else ''.join(out.get('text', d.get('text/html', d.get('text/plain', ''))))

def same(a, b, tol=2e-3):
    "Equal words; equal numbers but for the last digits, which differ between machines"
    if a == b: return True
    if NUMBER.sub('#', a) != NUMBER.sub('#', b): return False
    x, y = (np.array([float(n) for n in NUMBER.findall(t)]) for t in (a, b))
    return bool(np.allclose(x, y, rtol=tol, atol=tol))

def difference(new, old, width=60):
    "The first place where two outputs part, with a little of each"
    a, b = ''.join(new), ''.join(old)
    i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"kept …{b[max(0, i-20):i+width]!r}, now …{a[max(0, i-20):i+width]!r}"

def check(page, out):
    "Run a copy; `cell: what changed` for each cell with other outputs than those kept"
    fresh, kept = run(page, ONCE), nbformat.read(page, 4)
    changed = []
    for i, (f, k) in enumerate(zip(fresh.cells, kept.cells)):
        if f.cell_type != 'code' or ONCE.search(f.source): continue
        a, b = ([t for t in map(text, c.outputs) if t is not None] for c in (f, k))
        if ''.join(a) != ''.join(b) and (len(a) != len(b) or not all(map(same, a, b))): changed.append(f"cell {i}: {difference(a, b)}")
    if out:
        target = out/page.relative_to(ROOT/'nbs')
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(fresh, target)
    return changed

def leave(page, out):
    "The page as it is kept, for the site"
    if out:
        target = out/page.relative_to(ROOT/'nbs')
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, target)
    return 'late'

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('pages', nargs='*', type=Path)
    ap.add_argument('--check', action='store_true')
    ap.add_argument('--strict', action='store_true', help='a changed output fails')
    ap.add_argument('--out', type=Path)
    ap.add_argument('--jobs', type=int, default=1, help='pages run at the same time')
    ap.add_argument('--minutes', type=float, help='with --check: pages not begun by then keep their outputs unchecked; others every day')
    a = ap.parse_args()
    everything = [p for p in (ROOT/'nbs').rglob('*.ipynb') if not re.search(r'(^|/)[._]', str(p.relative_to(ROOT/'nbs')))]
    pages = [p.resolve() for p in a.pages] or sorted(everything)
    if a.minutes:
        first = date.today().toordinal() * 37 % len(pages)
        pages = pages[first:] + pages[:first]
    begun = time.monotonic()
    def one(page):
        if a.minutes and time.monotonic() - begun > 60 * a.minutes: return leave(page, a.out)
        t = time.time()
        name = page.relative_to(ROOT)
        try: changed = check(page, a.out) if a.check else keep(page)
        except Exception as e:
            said = re.sub(r'\x1b\[[0-9;]*m', '', str(e)).strip().splitlines() or [type(e).__name__]
            print(f"FAILED {name}\n    " + '\n    '.join(said[-12:]), flush=True)
            return False
        print('\n    '.join([f"{'CHANGED' if changed else 'ok'} {name} {time.time()-t:.0f} s", *(changed or [])]), flush=True)
        return not changed or None
    with ThreadPoolExecutor(a.jobs) as ex: good = list(ex.map(one, pages))
    n, broken, late = (good.count(x) for x in (True, False, 'late'))
    if late: print(f"{late} pages were not run again: {a.minutes:g} minutes were over")
    changed = len(good) - n - broken - late
    print(f"{n} pages as kept, {changed} changed, {broken} failed" if a.check else f"{n} pages run, {broken} failed")
    sys.exit(bool(broken) or a.strict and n < len(good))

if __name__ == '__main__': main()
