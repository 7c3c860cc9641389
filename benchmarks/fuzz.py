"""Every file that mgnb reads, changed in ways that know what it is made of: a valid result or one line, never anything else.

    python benchmarks/fuzz.py [--cases 500] [--seed 0] [--kinds clips.csv pickle …] [--write]
    python benchmarks/fuzz.py --case clips.csv:17          one case alone, with its traceback
    python benchmarks/fuzz.py --case clips.csv:17 --keep   and its files stay

A case is KIND:SEED and can be repeated alone. Cases run in a child process, which a crash may end,
with 1 GB of memory and 10 seconds of the
processor each. A valid result holds no score or probability that is not a number, no class out of range,
no frame outside its recording; a
refusal is one `MgnbError` of one printable line; nothing is written outside the folder of the case. Whatever else happens is a finding, and
the exit code is 1. `--write` keeps the table in benchmarks/results/fuzz.json."""
import argparse, contextlib, gc, importlib, io, json, math, os, pickle, platform, random, resource, select, shutil, signal
import subprocess, sys, tempfile, time
import traceback, warnings
from collections import Counter
from pathlib import Path
import numpy as np

RESULTS = Path(__file__).resolve().parent/'results'/'fuzz.json'
SECONDS = 10            # of the processor, for one case
PATIENCE = 120          # seconds on the clock until a child that does not answer is killed
MEMORY = 1_000_000      # kB that a case may need beyond what the process has
LONGEST = 2000          # characters of a line that a person can read

class Hang(BaseException): "A case took too long"
class Finding(Exception): "A result that may not be"

def must(fine, what):
    "Raise a finding unless a result is as it must be"
    if not fine: raise Finding(what)

# ---- what the cases start from, and what is done with the changed files

def joints_of(layout, n, seed, channels=3):
    "A standing figure of any layout that trembles"
    from mgnb.layouts import rest_pose
    rng = np.random.default_rng(seed)
    place = rest_pose(layout)[:, :2]
    place = place - place.min(0)
    place = place / place.max() * ([400, 400] if channels == 3 else [1.7, 1.7]) + ([200, 100] if channels == 3 else [0, .1])
    x = np.repeat(place[None], n, 0) + rng.normal(0, 1 if channels == 3 else .01, (n, len(layout), 2)).cumsum(0) / 4
    third = [] if channels == 3 else [np.full((n, len(layout), 1), 2.)]
    return np.concatenate([x, *third, np.ones((n, len(layout), 1))], -1).astype(np.float32)

def make_metres(path):
    "A small data set in metres, with times in both formats"
    from mgnb.core import Event, Recording
    from mgnb.saving import save_dataset
    from mgnb.layouts import get_layout
    layout = get_layout('kinect25')
    events = [Event(0, 2, 8), Event(1, 10, 18)]
    recs = [Recording(joints_of(layout, 20, s, 4), layout, f's{s}', f'p{s}', 30., None, events,
                      np.arange(20) / 30 + .5) for s in range(2)]
    ds = save_dataset(path, recs, ['wave', 'nod'], splits=dict(p0='train', p1='test'))
    text = (path/'recordings.csv').read_text().replace('s1.times.npy', 's1.times.csv')
    (path/'recordings.csv').write_text(text)
    times = path/'keypoints'/'s1.times.csv'
    times.write_text('seconds\n' + ''.join(f'{t:.4f}\n' for t in np.load(times.with_suffix('.npy'))))
    times.with_suffix('.npy').unlink()
    return ds

class World:
    "Templates in a folder, made once a process; the same in every process"
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.made = {}
        self.n = 0

    def get(self, name, make):
        "A template, made when it is first asked for"
        if name not in self.made: self.made[name] = make(self.folder/name)
        return self.made[name]

    def box(self):
        "A new folder for a case, with another one around it that has to stay as it is"
        self.n += 1
        box = self.folder/f'box{self.n}'
        (box/'case').mkdir(parents=True)
        return box

def copy(source, to):
    "A folder whose files are links to those of another one"
    shutil.copytree(source, to, copy_function=os.link)

def put(file, raw):
    "Replace a file, not what it is linked to"
    file.unlink(missing_ok=True)
    file.write_bytes(raw)

def sticks(world):
    from mgnb.learn.batches import synth_dataset
    return world.get('sticks', lambda p: synth_dataset(p, (2, 1, 1), 2))

def metres(world): return world.get('metres', make_metres)

SMALL = dict(
    ridge=dict(),
    stgcn=dict(n_frames=8, widths=(4, 4)),
    posec3d=dict(n_frames=8, size=16, test_size=16, base=4),
    stream=dict(n_frames=16, width=8, layers=2),
)

def trained(world, recipe):
    "A run folder of a small network"
    from mgnb.train import train
    def make(path):
        with contextlib.redirect_stdout(io.StringIO()):
            run = train(sticks(world), recipe, path, preset='tiny', epochs=1, progress=False, device='cpu', layout=None,
                        **SMALL[recipe])
        if recipe == 'stream': decide(run, sticks(world))
        (run.path/'.lock').unlink(missing_ok=True)
        return run.path
    return world.get(recipe, make)

def decide(run, ds):
    from mgnb.detect.search import choose_decision
    choose_decision(run, ds, 'valid', device='cpu', progress=False)

def stopped(world):
    "A run folder whose training was stopped after the first of two epochs"
    from mgnb.learn.checkpoint import Checkpoint
    from mgnb.train import train
    def make(path):
        real = Checkpoint.after_epoch
        def stop(self):
            real(self)
            raise KeyboardInterrupt
        Checkpoint.after_epoch = stop
        with contextlib.suppress(KeyboardInterrupt), contextlib.redirect_stdout(io.StringIO()):
            train(sticks(world), 'stgcn', path, preset='tiny', epochs=2, progress=False, device='cpu', layout=None,
                  **SMALL['stgcn'])
        Checkpoint.after_epoch = real
        (path/'.lock').unlink(missing_ok=True)
        return path
    return world.get('stopped', make)

def seal(file):
    "The checksum that belongs to a file"
    from mgnb.core import sha256
    put(file.with_name(file.name + '.sha256'), f'{sha256(file)}  {file.name}\n'.encode())

# ---- checks of results

def check_number(x, what, low=-math.inf, high=math.inf):
    must(isinstance(x, (int, float, np.number)) and math.isfinite(x) and low <= x <= high, f'{what} is {x!r}')

def check_figures(x, what='figures'):
    "Nothing in nested figures is a number that is none"
    if isinstance(x, dict):
        for k, v in x.items(): check_figures(v, f'{what}.{k}'[-60:])
    elif isinstance(x, (list, tuple)):
        for v in x: check_figures(v, what)
    elif isinstance(x, float): must(math.isfinite(x), f'{what} is {x}')

def check_probs(p, n_classes):
    p = np.asarray(p)
    must(p.ndim == 2 and p.shape[1] == n_classes, f'probabilities {p.shape}')
    must(np.isfinite(p).all() and (p >= 0).all() and (p <= 1 + 1e-5).all(), 'a probability that is none')
    must(np.allclose(p.sum(1), 1, atol=1e-4), 'probabilities that do not sum to 1')

def check_events(events, n_frames, n_classes):
    for e in events:
        check_number(e.score, 'a score', 0, 1)
        must(0 <= e.label < n_classes, f'class {e.label}')
        must(0 <= e.start < e.end <= n_frames, f'frames {e.start} to {e.end} of {n_frames}')

def check_lines(text):
    for line in text.split('\n'): must(line.isprintable() or not line.replace('\t', '').strip(),
                                       f'a line that is not printable: {line[:80]!r}')

def check_dataset_values(ds):
    "Every value that leaves a data set"
    for s in ds.recordings.index:
        rec = ds.recording(s)
        x = np.asarray(rec.joints)
        must(np.isfinite(ds.joints(s)[:]).all() and np.isfinite(x).all(), 'joints that are no numbers')
        check_number(rec.seconds, 'seconds', 0)
        check_number(ds.clock(s).rate, 'a frame rate', 1e-9)
        check_events(rec.events, len(rec), len(ds.classes))
        if rec.size: [check_number(v, 'a size', 1) for v in rec.size]
    for v in (*ds.seconds(), *ds.clip_seconds()): check_number(v, 'seconds', 0)
    for i in range(min(len(ds), 3)): must(len(ds[i]) > 0, 'an empty clip')
    must(np.isfinite(ds.overview().hours).all(), 'hours')

# ---- kinds of cases: (world, rng, box) → changes a file in box/case and gives a function to try

def command(name, *argv):
    "Call a command of the shell as the shell does; what it prints has to be printable"
    from mgnb.cli import commands, parse
    out = io.StringIO()
    with contextlib.redirect_stdout(out): found = commands[name](**parse(name, [str(a) for a in argv]))
    check_lines(out.getvalue())
    check_figures(plain(found))
    return found

def plain(x):
    from mgnb.learn.run import to_plain
    return to_plain(x)

def use_data(world, rng, folder):
    "Everything that is done with a data set before training"
    from mgnb.data import load_dataset
    from mgnb.train import predict
    if rng.random() < .3: return command('info', folder)
    ds = load_dataset(folder)
    check_dataset_values(ds)
    even = ds.on_clock(rng.choice([None, 25, 10]), None)
    must((even.recordings.n_frames > 0).all(), 'a recording without frames')
    check_number(ds.usual_rate(), 'a frame rate', 1e-9)
    ds.fingerprint()
    if ds.layout.name == 'stick' and rng.random() < .3: check_probs(predict(trained(world, 'ridge'), ds, None,
                                                                            device='cpu', progress=False).probs, len(ds.classes))

def data_case(file, change):
    "A file of a data set"
    def make(world, rng, box):
        base = metres if 'times' in file else rng.choice([sticks, metres])
        folder = box/'case'/'data'
        copy(base(world).path, folder)
        target = rng.choice(sorted(folder.glob(file)))
        put(target, change(target.read_bytes(), rng))
        if rng.random() < .02:
            target.rename(box/'elsewhere')
            target.symlink_to(box/'elsewhere')
        return lambda: use_data(world, rng, folder)
    return make

def use_imigue(folder, out, labels=None):
    from mgnb.formats.miga import read_imigue
    ds = read_imigue(folder, out, labels=labels)
    check_dataset_values(ds)

def imigue(world):
    from mgnb.formats.miga import synth_imigue
    return world.get('imigue', lambda p: synth_imigue(p, {'0012': 'train', '0300': 'test'}, 12))

LABELS = '''video_id,label_id,start_time,start_frame,end_time,end_frame,class,subject_id,subject_gender,subject_nationality,win_or_lose
12,1,0.04,1,0.28,7,3,2,m,x,win
12,2,0.2,5,0.4,10,99,2,m,x,win
300,1,0.04,1,0.28,7,31,60,f,y,lose
'''

def imigue_case(world, rng, box):
    "A table of joints, a label file, or the table of the first release"
    import mutate
    folder = box/'case'/'im'
    copy(imigue(world), folder)
    labels = folder/'labels_20200831.csv' if rng.random() < .4 else None
    if labels: labels.write_text(LABELS)
    target = labels if labels and rng.random() < .6 else rng.choice(sorted(folder.rglob('0*.csv')))
    put(target, mutate.table(target.read_bytes(), rng))
    return lambda: use_imigue(folder, box/'case'/'out', labels)

def smg_case(world, rng, box):
    import mutate
    from mgnb.formats.miga import read_smg, synth_smg
    base = world.get('smg', lambda p: synth_smg(p, (1, 36), 24))
    folder = box/'case'/'smg'
    copy(base, folder)
    target = rng.choice(sorted(folder.rglob('*.csv')))
    put(target, mutate.table(target.read_bytes(), rng))
    score = rng.choice([None, None, 10])
    return lambda: check_dataset_values(read_smg(folder, box/'case'/'out', score_column=score))

OFFICE = 'http://schemas.openxmlformats.org'

def xlsx_entries(rows):
    "The smallest spreadsheet that there is"
    document = f'{OFFICE}/officeDocument/2006/relationships'
    main = f'{OFFICE}/spreadsheetml/2006/main'
    def relation(kind, to):
        one = f'<Relationship Id="r1" Type="{document}/{kind}" Target="{to}"/>'
        return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{one}</Relationships>'
    def row(i, values): return f'<row r="{i}">' + ''.join(f'<c r="{"ABCD"[k]}{i}"><v>{v}</v></c>' for k,
                                                          v in enumerate(values)) + '</row>'
    body = ''.join(row(i, values) for i, values in enumerate(rows, 1))
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
    return [
        ('_rels/.rels', relation('officeDocument', 'xl/workbook.xml').encode()),
        ('xl/_rels/workbook.xml.rels', relation('worksheet', 'worksheets/sheet1.xml').encode()),
        ('xl/workbook.xml', f'<workbook xmlns="{main}" xmlns:r="{document}">{sheets}</workbook>'.encode()),
        ('xl/worksheets/sheet1.xml', f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'.encode()),
    ]

XML = [b'<v>1e999</v>', b'<v></v>', b'<v>x</v>', b't="s"', b't="b"', b't="e"', b't="d"', b't="inlineStr"', b't="str"',
       b' r="ZZZ9"', b' r="A99999"',
       b' r="XFD1048576"', b' r=""', b'&amp;', b'&x;', b'<!DOCTYPE a [<!ENTITY b "c">]>', b'<row r="1048576">',
       b' s="999"', b'-', b'<f>1/0</f>']

def xlsx_case(world, rng, box):
    "A spreadsheet of joints"
    import mutate
    from mgnb.formats.packed import read_sheet
    entries = xlsx_entries([[k, 10.5 + k, 20, .9] for k in range(5)])
    change = rng.randrange(3)
    if change:
        k = rng.choice([1, 2, 3, 3, 3, 3])
        name, raw = entries[k]
        if change == 1: raw = mutate.damage(raw, rng)
        else:
            at = rng.choice([i for i, c in enumerate(raw) if c in b'<> '])
            raw = raw[:at] + rng.choice(XML) + raw[at + rng.choice([0, 1, 10]):]
        entries[k] = name, raw
        raw = mutate.zip_bytes(entries, mutate.zipfile.ZIP_DEFLATED)
    else: raw = mutate.archive(entries, rng)
    file = box/'case'/'a.xlsx'
    file.write_bytes(raw)
    def use():
        m = read_sheet(file, 4)
        must(m.shape[1] == 4 and not np.isinf(m).any(), 'infinity in a table')
    return use

def archive_case(world, rng, box):
    "The zip of an iMiGUE release"
    import mutate
    base = imigue(world)
    entries = [(f.relative_to(base).as_posix(), f.read_bytes()) for f in sorted(base.rglob('*.csv'))]
    file = box/'case'/'im.zip'
    if rng.random() < .03: raw = tar_bytes(entries, rng.choice(['w', 'w:gz', 'w:bz2', 'w:xz']))
    else: raw = mutate.archive(entries, rng)
    file.write_bytes(raw)
    if rng.random() < .3: return lambda: use_imigue(file, box/'case'/'out')
    def use():
        from mgnb.formats.packed import unzip
        folder = unzip(file, box/'case'/'to')
        must(not any(f.is_symlink() for f in folder.rglob('*')), 'a link was unpacked')
    return use

def tar_bytes(entries, mode):
    import tarfile
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, raw in entries:
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            t.addfile(info, io.BytesIO(raw))
    return out.getvalue()

class Cleared:
    "A type of objects that says it holds none"
    def __reduce__(self): return np.dtype, ('O8', False, True), (3, '|', None, None, None, -1, -1, 0)

class Pointers:
    "Bytes that would be taken for addresses"
    def __reduce__(self): return np._core.numeric._frombuffer, (b'A' * 8, Cleared(), (1,), 'C')

def pickles():
    "Label pickles in all protocols, and what would crash or fill a process that loads them"
    labels = ['0001_0', '0001_1', 'žofia'], [3, 30, 31]
    more = [labels, (labels[0], np.array([3, 30, 31])), (np.array(labels[0]), np.array([3., 30, 31])),
            [labels[0], [np.int64(1), 2, 3]],
            dict(zip(*labels)), (labels[0], [1, 2])]
    out = [pickle.dumps(x, protocol) for x in more for protocol in range(6)]
    out += [pickle.dumps((['a'], Pointers()), 4), pickle.dumps((['a'], [os.getcwd]), 2)]
    out += [b'\x80\x02Nr\xff\xff\xff\x7f.', b'\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa.', b'\x80\x05\x96\0\0\0\0\4\0\0\0a.']
    return out + [b'\x80\x02' + b']' * 3000 + b'a' * 2999 + b'.', b'cos\nsystem\n(S"true"\ntR.', b'\x80\x04\x8c\x03\xed\xa0\x80.']

def pickle_case(world, rng, box):
    import mutate
    from mgnb.formats.miga import read_label_pickle
    seeds = world.get('pickles', lambda p: pickles())
    file = box/'case'/'train_label.pkl'
    file.write_bytes(mutate.program(rng.choice(seeds), rng, seeds))
    def use():
        found = read_label_pickle(file)
        must(found.dtype.kind == 'i' and (found >= 0).all(), 'labels that are no classes')
    return use

def answers(world):
    "Submissions of both tracks and their scores, for the test people of the sticks"
    def make(path):
        ds = sticks(world)
        ids = ds.split('test').clips.clip_id
        path.mkdir()
        (path/'track1').write_text('Id,Target\n' + ''.join(f'{c},{k % 2}\n' for k, c in enumerate(ids)))
        (path/'scores1').write_text('Id,0,1\n' + ''.join(f'{c},{1 - k % 2},{k % 2}\n' for k, c in enumerate(ids)))
        (path/'track2').write_text('ID,class,start_frame,end_frame,sample_id\n0,0,10,33,3\n1,1,50,70,3\n2,0,60,65,3\n')
        (path/'scores2').write_text('ID,score\n0,0.5\n1,0.25\n2,1\n')
        return path
    return world.get('answers', make)

def answer_case(track):
    "A submission, or the file of its scores"
    def make(world, rng, box):
        import mutate
        folder = box/'case'/'answers'
        copy(answers(world), folder)
        target = folder/f'{rng.choice(["track", "track", "scores"])}{track}'
        put(target, mutate.table(target.read_bytes(), rng))
        scores = ['--scores', folder/f'scores{track}'] if target.name.startswith('scores') or rng.random() < .5 else []
        split = rng.choice(['test', 'test', 'test', 'all', 'nobody'])
        return lambda: check_shares(command('evaluate', sticks(world).path, folder/f'track{track}', '--split', split, *scores))
    return make

def check_shares(found):
    "Scores are shares"
    shares = 'top1 top5 mean_class head tail chance majority f1_greedy f1_optimal precision_optimal recall_optimal map frame_accuracy'
    for k in shares.split():
        if found.get(k) is not None: check_number(found[k], k, 0, 1)

def use_run(world, rng, folder):
    "Everything that is read from a run"
    from mgnb.detect.batch import detect_all
    from mgnb.detect.search import check_decision_held_out
    from mgnb.learn.run import load_run
    from mgnb.train import predict
    ds = sticks(world)
    run = load_run(folder)
    check_lines(repr(run))
    if len(run.history): run.history.mean(numeric_only=True)
    if folder.name != 'stream':
        check_probs(predict(run, ds, 'test', device='cpu', progress=False).probs, 2)
        if folder.name == 'posec3d': use_fusion(folder)
        return
    check_decision_held_out(run, ds, 'test')
    store = folder.parent/'parts'
    found = detect_all(run, ds, 'test', store, device='cpu', progress=False)
    for s, events in found.items(): check_events(events, int(ds.recordings.n_frames[s]), 2)

def use_fusion(folder):
    from mgnb.cli import _weight_in_words
    from mgnb.fusion import read_fusion
    from mgnb.learn.run import load_run
    for w in read_fusion(folder)['weights'].values(): _weight_in_words(w)
    run = load_run(folder)
    for x in (run.weights, run.temperatures): check_figures(x)

def run_case(file, change, recipes):
    "A file of a run folder; weights are sealed again, most of the time, so that the change is read"
    def make(world, rng, box):
        recipe = rng.choice(recipes)
        folder = box/'case'/recipe
        copy(trained(world, recipe), folder)
        target = rng.choice(sorted(folder.rglob(file)))
        put(target, change(target.read_bytes(), rng))
        if file.endswith('.safetensors') and rng.random() < .9: seal(target)
        return lambda: use_run(world, rng, folder)
    return make

def resume_case(world, rng, box):
    "The checkpoint of a training that was stopped, or its config"
    import mutate
    from mgnb.train import load_run, resume
    folder = box/'case'/'stopped'
    copy(stopped(world), folder)
    file = rng.choice(['resume.safetensors'] * 4 + ['config.json', 'history.csv'])
    change = dict(json=mutate.document, csv=mutate.table).get(file.rsplit('.', 1)[1], mutate.tensors)
    put(folder/file, change((folder/file).read_bytes(), rng))
    if file.endswith('s') and rng.random() < .95: seal(folder/file)
    def use():
        if load_run(folder).config['hp']['epochs'] > 20: return     # a config may ask for thousands, and would get them
        with contextlib.redirect_stdout(io.StringIO()): run = resume(folder, sticks(world), progress=False)
        must(run.finished, 'a run that is not finished')
        for v in run.history.select_dtypes('number').to_numpy().ravel(): must(not np.isinf(v), 'an infinite loss')
    return use

def store_case(world, rng, box):
    "What a search for gestures keeps of each recording"
    import mutate
    from mgnb.detect.batch import detect_all
    ds = sticks(world)
    run = trained(world, 'stream')
    def make(path):
        detect_all(run, ds, 'test', path, device='cpu', progress=False)
        note = next((path/'events').glob('*.json'))
        note.write_text(json.dumps(dict(events=[[0, 10, 34, .5], [1, 50, 74, .75]])))
        return path
    folder = box/'case'/'parts'
    copy(world.get('parts', make), folder)
    target = rng.choice(sorted(folder.rglob('*.json')))
    put(target, mutate.document(target.read_bytes(), rng))
    def use():
        for s, events in detect_all(run, ds, 'test', folder, device='cpu', progress=False).items():
            check_events(events, int(ds.recordings.n_frames[s]), 2)
    return use

def rung_case(world, rng, box):
    "What `mgnb ladder` keeps of a training, and its table"
    import mutate
    from mgnb.compare import compare, table, train_and_score
    ds = sticks(world)
    def make(path):
        train_and_score(ds, 'ridge', path/'ridge'/'seed0', layout='all')
        return path
    folder = box/'case'/'ladder'
    copy(world.get('ladder', make), folder)
    target = folder/'ridge'/'seed0'/rng.choice(['rung.json', 'rung.json', 'rung.json', 'config.json'])
    put(target, mutate.document(target.read_bytes(), rng))
    if target.name == 'config.json': (target.with_name('rung.json')).unlink()
    def use():
        lines = []
        found = compare(ds, folder, {'ridge': ('ridge', dict(layout='all'))}, (0,), say=lines.append)
        check_lines('\n'.join(lines))
        scores = table(found)[['top1', 'mean_class']].to_numpy(float)
        must(np.isfinite(scores).all() and (scores >= 0).all() and (scores <= 100).all(), f'scores {scores}')
    return use

def glove(rng):
    lines = ['touch 0.1 0.2 0.3', 'head 1 0 -1', 'lift 2 1 .5', 'foot 1e-3 3 4', 'the 0 0 1']
    for _ in range(rng.choice([0, 1, 1, 2])):
        k = rng.randrange(len(lines))
        words = lines[k].split(' ')
        j = rng.randrange(len(words))
        import mutate
        words[j] = rng.choice(mutate.NUMERALS + mutate.TEXTS)
        lines[k] = ' '.join(words)
    return '\n'.join(lines) + '\n'

def reseal(file):
    "Give a table of vectors the checksum that belongs to what it holds now, where that can be read"
    import mutate
    from safetensors import safe_open
    from mgnb.labels import _checksum
    with contextlib.suppress(Exception):   # what safetensors cannot read has no checksum
        with safe_open(file, 'np') as f:
            meta = f.metadata()
            vectors = f.get_tensor('vectors')
        header, content = mutate.st_parts(file.read_bytes())
        if 'sha256' in meta: header['__metadata__']['sha256'] = _checksum(meta, vectors)
        put(file, mutate.st_bytes(header, content))

def labels_case(world, rng, box):
    "Vectors of class names: a table with its checksum, or a file in GloVe's format"
    import mutate
    from mgnb.labels import cosines, label_vectors, save_vectors
    classes = ['touch head', 'lift foot']
    file = box/'case'/rng.choice(['vectors.safetensors'] * 3 + ['glove.txt'])
    if file.suffix == '.txt':
        raw = mutate.encode(glove(rng), rng)
        file.write_bytes(mutate.damage(raw, rng) if rng.random() < .3 else raw)
    else:
        save_vectors(file, classes, np.eye(2, 5), dict(model='none', aliases={'touch face': 'touch head'}))
        put(file, mutate.tensors(file.read_bytes(), rng))
        if rng.random() < .8: reseal(file)
    def use():
        v = label_vectors(classes, file)
        must(v.ndim == 2 and len(v) == 2 and np.isfinite(v).all() and np.isfinite(cosines(v)).all(), 'vectors that are no numbers')
    return use

OPTIONS = {   # command → its positional arguments, and options with a value that would do
    'simulate': (['OUT'], dict(people='3', hours='0', seed='0', layout='coco17', workers='1', like='imigue')),
    'train': (['DATA', '--recipe', 'ridge', '--preset', 'tiny', '--out', 'OUT'],
              dict(epochs='1', seed='0', patience='1', device='cpu', workers='0', valid='none', set='bs=2', recipe='ridge')),
    'predict': (['RIDGE', 'DATA', '--out', 'FILE'], dict(split='test', device='cpu', scores='FILE2', json='FILE3')),
    'detect': (['STREAM', 'DATA', '--out', 'FILE'], dict(split='test', class_base='1', least='0.5', device='cpu',
                                                         workers='1', scheduler='x')),
    'evaluate': (['DATA', 'TRACK2'], dict(split='test', class_base='0', scores='TRACK2', report='FILE')),
    'ladder': (['DATA', '--recipes', 'ridge', '--out', 'OUT'], dict(seeds='0', split='nobody', epochs='0', jobs='0', preset='x')),
    'info': (['DATA'], dict(json='FILE')),
    'import': (['imigue', 'IM', 'OUT'], dict(layout='imigue35', fps='25', labels='FILE')),
}
ODD = ['', '0', '-1', '1', '2', '3', 'nan', 'inf', '-inf', '1e400', '1e-320', '2**70', str(2 ** 32), str(2 ** 63),
       str(2 ** 70), '9' * 400, '1_0', '٣', 'x', 'None',
       '../x', '\x1b[31m', 'a\nb', '\ud83d', 'cpu', 'cuda:99', 'mps', 'test', 'all', '-', '--', '=', 'a=b', 'bs=0',
       'bs=nan', 'lr=-1', 'lr=1e999', 'n_frames=0',
       'opt=x', 'layout=x', 'epochs=1e3', "a='", 'x' * 3000, '.', '/', '0.5', 'true', '½']

def takes_long(option):
    "Would it simulate people for so long that a case cannot wait?"
    with contextlib.suppress(ValueError): return option.startswith('--hours=') and 0 < float(option[8:]) < 1e7
    return False

def option_case(world, rng, box):
    "Options of a command"
    from mgnb.core import MgnbError
    name = rng.choice([n for n in OPTIONS for _ in range(1 if n in ('ladder', 'import', 'info') else 3)])
    positional, options = OPTIONS[name]
    case = box/'case'/'here'   # so that ../x is in the folder of the case, too
    case.mkdir()
    places = dict(OUT=case/'out', FILE=case/'a', FILE2=case/'b', FILE3=case/'c', DATA=sticks(world).path,
                  IM=imigue(world), TRACK2=answers(world)/'track2')
    places |= dict(RIDGE=trained(world, 'ridge'), STREAM=trained(world, 'stream'))
    argv = [str(places.get(a, a)) for a in positional]
    for option in rng.sample(sorted(options), min(len(options), rng.randint(1, 2))):
        value = rng.choice(ODD) if rng.random() < .8 else str(places.get(options[option], options[option]))
        argv += [f'--{option}={value}'] if option != 'set' else ['--set', value]
    argv = [a for a in argv if not takes_long(a)]
    if name == 'simulate' and not any(a.startswith('--hours') for a in argv): argv += ['--hours=0']
    if rng.random() < .1: argv[0] = rng.choice(ODD)
    here = os.getcwd()
    def use():
        os.chdir(case)
        try:
            with contextlib.redirect_stderr(io.StringIO()): command(name, *argv)
        except SystemExit as e: must(e.code in (0, None), f'exit code {e.code}')   # `--help`
        except OSError as e:
            must(e.errno is not None, f'an error of the system without a number: {e}')
            raise MgnbError(f'{e.filename}: {e.strerror}') from e   # as `mgnb.shell.command.main` words it
        finally: os.chdir(here)
    return use

def kinds():
    "kind → (weight, maker of cases)"
    import mutate
    return {
        'dataset.json': (10, data_case('dataset.json', mutate.document)),
        'recordings.csv': (10, data_case('recordings.csv', mutate.table)),
        'clips.csv': (10, data_case('clips.csv', mutate.table)),
        'keypoints.npy': (14, data_case('keypoints/*[0-9].npy', mutate.array)),
        'times.npy': (5, data_case('keypoints/s0.times.npy', mutate.array)),
        'times.csv': (5, data_case('keypoints/s1.times.csv', mutate.table)),
        'imigue.csv': (6, imigue_case),
        'smg.csv': (5, smg_case),
        'sheet.xlsx': (8, xlsx_case),
        'archive.zip': (8, archive_case),
        'labels.pkl': (16, pickle_case),
        'track1.csv': (6, answer_case(1)),
        'track2.csv': (6, answer_case(2)),
        'config.json': (8, run_case('config.json', mutate.document, ['ridge', 'ridge', 'stgcn', 'posec3d', 'stream'])),
        'fusion.json': (4, run_case('fusion.json', mutate.document, ['posec3d'])),
        'decision.json': (5, run_case('decision.json', mutate.document, ['stream'])),
        'history.csv': (4, run_case('history.csv', mutate.table, ['ridge', 'stgcn'])),
        'model.safetensors': (10, run_case('model.safetensors', mutate.tensors, ['ridge', 'ridge', 'stgcn', 'stream'])),
        'model.sha256': (3, run_case('model.safetensors.sha256', mutate.damage, ['ridge'])),
        'resume': (3, resume_case),
        'events.json': (4, store_case),
        'rung.json': (4, rung_case),
        'vectors': (8, labels_case),
        'options': (4, option_case),
    }

# ---- one case

def refused(error):
    "What a user would see of an error has to be one printable line"
    line = str(error)
    must(line.isprintable() and line.strip(), f'an error that is not one printable line: {line[:200]!r}')
    must(len(line) <= LONGEST, f'an error of {len(line):,} characters: {line[:100]!r}')
    must('MemoryError' not in line or 'more than the file holds' in line, f'all memory was asked for: {line[:200]!r}')
    return line

def check_notes(notes):
    "A note is one printable line; a warning that is no note of ours was meant for programmers"
    for w in notes:
        must(w.category is UserWarning,
             f'{w.category.__name__}: {str(w.message)[:200]!r} from {"/".join(Path(w.filename).parts[-2:])}:{w.lineno}')
        must(str(w.message).isprintable(), f'a note that is not one printable line: {str(w.message)[:200]!r}')
        must(len(str(w.message)) <= LONGEST, f'a note of {len(str(w.message)):,} characters')

def place_of(error):
    "The last place in mgnb that an error went through"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if '/mgnb/' in f.filename] or frames[-1:]
    return f'{"/".join(Path(ours[-1].filename).parts[-2:])} {ours[-1].name}' if ours else ''

def run_case_of(world, kind, seed, show=False):
    "(outcome, detail) of a case"
    from mgnb.core import MgnbError
    rng = random.Random(f'{kind}:{seed}')
    box = world.box()
    try:
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter('always')
            try:
                use = kinds_known[kind][1](world, rng, box)
                notes.clear()
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                try: use()
                finally: signal.setitimer(signal.ITIMER_PROF, 0)
                outcome = 'read', ''
            except MgnbError as e:
                if show: traceback.print_exc()
                outcome = 'refused', refused(e)
        check_notes(notes)
        odd = {f.name for f in box.iterdir()} - {'case', 'elsewhere'}
        must(not odd, f'written outside: {odd}')
        return outcome
    except Hang as e: return 'hang', place_of(e)
    except Finding as e:
        if show: traceback.print_exc()
        return 'finding', f'{e} @ {place_of(e.__cause__ or e.__context__ or e)}'
    except BaseException as e:
        if isinstance(e, KeyboardInterrupt): raise
        if show: traceback.print_exc()
        return 'traceback', f'{type(e).__name__}: {str(e)[:200]!r} @ {place_of(e)}'
    finally:
        if show != 'keep': shutil.rmtree(box, ignore_errors=True)
        else: print(box)

def peak():
    "kB of memory that the process needed at most since `forget`"
    for line in open('/proc/self/status'):
        if line.startswith('VmHWM'): return int(line.split()[1])

def forget():
    with contextlib.suppress(OSError), open('/proc/self/clear_refs', 'w') as f: f.write('5')

def limit_memory():
    "Nobody can ask for all memory of the machine"
    now = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 6 * 2 ** 30,) * 2)

def on_alarm(*_): raise Hang()

def prepare(folder):
    "A process that can run cases"
    global kinds_known
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import pkgutil
    import mgnb, torch
    torch.set_num_threads(1)
    for module in pkgutil.walk_packages(mgnb.__path__, 'mgnb.'): importlib.import_module(module.name)
    kinds_known = kinds()
    signal.signal(signal.SIGPROF, on_alarm)
    gc.collect()
    gc.freeze()   # the objects of the libraries are not searched again after each case
    return World(folder)

def work(folder):
    "A child: reads cases, answers each with a line"
    answers_to = os.fdopen(os.dup(1), 'w', buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    world = prepare(folder)
    limit_memory()
    for line in sys.stdin:
        kind, seed = line.strip().rsplit(':', 1)
        forget()
        before = peak()
        start = time.process_time()
        outcome, detail = run_case_of(world, kind, int(seed))
        spent = time.process_time() - start
        if peak() - before > MEMORY: outcome, detail = 'memory', f'{(peak() - before) / 1e6:.1f} GB; {outcome}: {detail}'
        print(json.dumps([outcome, detail[:600], round(spent * 1e3, 1)]), file=answers_to)

# ---- many cases

def scratch():
    "A new folder, in memory where there is such a place: folders are removed 40 times as fast there"
    return tempfile.mkdtemp(prefix='fuzz-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)

class Child:
    "A process that runs cases; another one takes its place when it dies"
    def __init__(self):
        self.folder = scratch()
        command = [sys.executable, __file__, '--work', f'{self.folder}/world']
        self.log = open(f'{self.folder}/log', 'wb')
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        env=os.environ | {'OMP_NUM_THREADS': '1'}, start_new_session=True)
        self.buffer = b''
    def ask(self, cases):
        self.process.stdin.write(''.join(f'{kind}:{seed}\n' for kind, seed in cases).encode())
        self.process.stdin.flush()
    def answer(self):
        "The next answer, or why there is none"
        until = time.time() + PATIENCE
        while b'\n' not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.time()))
            if not ready: return ['hang', f'no answer for {PATIENCE} s', 1e3 * PATIENCE]
            raw = os.read(self.process.stdout.fileno(), 65536)
            if not raw: return ['crash', f'the process ended with {self.process.wait()}', 0]
            self.buffer += raw
        line, self.buffer = self.buffer.split(b'\n', 1)
        return json.loads(line)
    def end(self):
        "Kill the process, and the workers that it has started"
        with contextlib.suppress(ProcessLookupError): os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

def all_cases(a):
    "(kind, seed) of every case; kinds take turns by their weights"
    weights = {k: w for k, (w, _) in kinds_of_names().items() if not a.kinds or k in a.kinds}
    names = sorted(weights)
    turn = [k for i in range(max(weights.values())) for k in names if i < weights[k]]
    random.Random(0).shuffle(turn)
    if a.cases >= len(turn): return [(turn[i % len(turn)], a.seed * 10 ** 6 + i) for i in range(a.cases)]
    return [(k, a.seed * 10 ** 6 + i) for i, k in enumerate((names + turn)[:a.cases])]

def kinds_of_names():
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    return kinds()

def run_all(cases, report):
    "The answer to every case; a child that dies is replaced"
    child = Child()
    todo = list(cases)
    try:
        while todo:
            part, todo = todo[:200], todo[200:]
            child.ask(part)
            for k, case in enumerate(part):
                found = child.answer()
                report(case, *found)
                if found[0] == 'crash' or found[1].startswith('no answer'):
                    todo = part[k + 1:] + todo
                    child.end()
                    child = Child()
                    break
    finally: child.end()

OUTCOMES = ['read', 'refused', 'traceback', 'finding', 'hang', 'memory', 'crash']

def print_table(counts, spent):
    print(f'{"kind":20}' + ''.join(f'{o:>10}' for o in OUTCOMES) + f'{"ms":>8}{"slowest":>9}')
    total = Counter()
    for kind in sorted(counts):
        total.update(counts[kind])
        print(f'{kind:20}' + ''.join(f'{counts[kind][o]:>10,}' for o in OUTCOMES) + f'{np.mean(spent[kind]):8.1f}{max(spent[kind]):9.0f}')
    print(f'{"all":20}' + ''.join(f'{total[o]:>10,}' for o in OUTCOMES))
    return total

def versions():
    from importlib.metadata import version
    return dict(python=platform.python_version()) | {n: version(n) for n in ('mgnb', 'numpy', 'pandas', 'torch',
                                                                             'safetensors', 'python-calamine')}

def write_table(seed, seconds, counts, spent, bad):
    "The table of outcomes so far"
    outcomes = {k: {o: counts[k][o] for o in OUTCOMES if counts[k][o]} for k in sorted(counts)}
    table = {k: n | dict(ms=round(float(np.mean(spent[k])), 1)) for k, n in outcomes.items()}
    total = sum(counts.values(), Counter())
    content = dict(cases=total.total(), seed=seed, seconds=round(seconds), versions=versions(), counts=dict(total), table=table,
                   findings=bad[:200])
    RESULTS.write_text(json.dumps(content, indent=1) + '\n')

def fuzz(a):
    start = time.time()
    counts, spent, bad, messages = {}, {}, [], Counter()
    cases = all_cases(a)
    def report(case, outcome, detail, ms):
        kind, seed = case
        counts.setdefault(kind, Counter())[outcome] += 1
        spent.setdefault(kind, []).append(ms)
        if outcome not in ('read', 'refused'):
            where = f'{outcome} {detail}'
            bad.append(dict(case=f'{kind}:{seed}', outcome=outcome, detail=detail))
            messages[where[:60]] += 1
            if messages[where[:60]] <= 3: print(f'{kind}:{seed}  {where}', flush=True)
        n = sum(c.total() for c in counts.values())
        if n % 5000: return
        print(f'{n:,} cases, {time.time() - start:.0f} s, {len(bad)} findings', flush=True)
        if a.write: write_table(a.seed, time.time() - start, counts, spent, bad)   # a run that is stopped leaves what it has
    run_all(cases, report)
    total = print_table(counts, spent)
    seconds = round(time.time() - start)
    print(f'{len(cases):,} cases in {seconds} s: {total["read"]:,} read, {total["refused"]:,} refused in one line, {len(bad)} findings')
    if a.write: write_table(a.seed, seconds, counts, spent, bad)
    return bool(bad)

def alone(case, keep):
    "One case in this process, with its traceback"
    kind, seed = case.rsplit(':', 1)
    folder = scratch()
    world = prepare(f'{folder}/world')
    outcome, detail = run_case_of(world, kind, int(seed), 'keep' if keep else True)
    print(f'{outcome}: {detail}')
    if not keep: shutil.rmtree(folder)
    return outcome not in ('read', 'refused')

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--cases', type=int, default=500)
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--kinds', nargs='*')
    ap.add_argument('--case')
    ap.add_argument('--keep', action='store_true')
    ap.add_argument('--write', action='store_true')
    ap.add_argument('--work', help=argparse.SUPPRESS)
    a = ap.parse_args()
    if a.work: return work(a.work)
    sys.exit(alone(a.case, a.keep) if a.case else fuzz(a))

if __name__ == '__main__': main()
