"""Finding gestures in recordings: every detector and two floors on the same simulated people and on real ones.

    python benchmarks/detect.py OUT [--utkinect PATH] [--seeds 3] [--people 18 --hours 1.8] [--preset tiny] [--delays 0 4 18]
                                    [--detectors stream,thd_hmm] [--jobs 2] [--add]

The real ones are those of UTKinect-Action3D, where there is a copy. May be stopped and started again with the same OUT. A part that
is run (simulated, --utkinect; each preset is a part of its own) takes the place of what the results held of it, with the --detectors
asked for; with --add, its rows come beside those that are there. With `base`, everybody has the settings of that preset; with `tiny`,
short recordings are gone through more often. Thresholds are chosen on validation people, scores are of test people. Writes
benchmarks/results/detect.json, which the tutorial "first detection" reads, and the detectors' part of mgnb/measured.json, which
`mgnb recipes` prints.
Numbers are of simulated people, or of UTKinect's everyday actions, and never of SMG."""
import argparse, json, time, warnings
from dataclasses import replace
from pathlib import Path
import joblib, numpy as np, torch
from mgnb.recipe import detectors
from mgnb.learn.run import to_plain
from mgnb.scoring import data_origin
from mgnb.train import load_dataset, load_run, resume, simulate_dataset, split_by_subject, train
from mgnb.recipe import load_systems
from mgnb.detect.events import event_f1, score_detections
from mgnb.detect.search import ground_truth, choose_decision, detect
from mgnb.detect.floors import random_events, sliding_events

load_systems()
ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT/'benchmarks'/'results'/'detect.json'
MEASURED = ROOT/'mgnb'/'measured.json'
DICTIONARY = (.46, .47, .47, .47)   # how alike two gestures are that share a state
KEYS = 'f1_official f1_greedy f1_optimal precision_optimal recall_optimal mean_class_f1 map frame_accuracy edit'.split()
FLOOR_THRESHOLDS = (.1, .15, .2, .3, .4, .5, .6, .7)

# ---- one system with one seed

def without_classes(events):
    "The same events, all of one class"
    return {s: [replace(e, label=0) for e in es] for s, es in events.items()}

def scored(ds, found, split='test'):
    "All scores of events that were found in a split"
    truth = ground_truth(ds, split)
    recordings = ds.split(split).recordings
    r = score_detections(found, truth, len(ds.classes), recordings.n_frames.to_dict(), recordings.fps.to_dict(), ds.classes)
    nameless = event_f1(without_classes(found), without_classes(truth), 'optimal')['f1']
    return {k: r[k] for k in KEYS} | dict(
        f1_nameless=nameless,
        found=r['n_found'],
        segmental=r['segmental_f1'],
        onset=r['onset'],
        f1_of_class=[c['f1'] for c in r['per_class']],
    )

def trained(ds, out, recipe, preset, seed, **hp):
    "A run, trained unless it is there"
    if not (out/'config.json').exists(): return train(ds, recipe, out, preset=preset, seed=seed, progress=False, **hp)
    return load_run(out) if load_run(out).finished else resume(out, ds, progress=False)

def sliding(ds, out, seed):
    "The linear floor slid over recordings, its threshold chosen on validation people"
    run = trained(ds, out, 'ridge', 'tiny', seed, balanced=True)
    truth = ground_truth(ds, 'valid')
    def f1(threshold): return event_f1(sliding_events(run, ds, 'valid', threshold=threshold), truth, 'optimal')['f1']
    return sliding_events(run, ds, 'test', threshold=max(FLOOR_THRESHOLDS, key=f1))

def rung(ds, out, name, recipe, preset, seed, hp):
    "One system with one seed: trained, its thresholds chosen, scored; kept beside the run"
    warnings.simplefilter('ignore')
    load_systems()    # here too, since a rung may have a process of its own
    out = Path(out)/f"{name.replace(' ', '_')}-{preset}-{seed}"
    start = time.perf_counter()
    if (out/'rung.json').exists(): return json.loads((out/'rung.json').read_text())
    if recipe == 'random': return scored(ds, random_events(ds, 'test', seed))
    if recipe == 'ridge': return scored(ds, sliding(ds, out, seed))
    run = trained(ds, out, recipe, preset, seed, **hp)
    if not (run.path/'decision.json').exists(): choose_decision(run, ds, progress=False)
    found = scored(ds, detect(run, ds, progress=False))
    exact = event_f1(detect(run, ds, progress=False, precision='fp32'), ground_truth(ds, 'test'), 'optimal')['f1']
    found = to_plain(found | dict(seconds=round(time.perf_counter() - start), f1_fp32=exact))
    (out/'rung.json').write_text(json.dumps(found))
    return found

# ---- all of them

def delayed_name(delay):
    "What the stream detector with another look-ahead is called"
    return f"delay {delay}"

def all_systems(names, delays, epochs_of, hp, add=False):
    "Name → (recipe, settings): floors (not with `add`), detectors, and the stream detector with other look-aheads"
    systems = {} if add else {'random': ('random', {}), 'sliding ridge': ('ridge', {})}
    for n in names:
        own = {'epochs': epochs_of[n]} if n in epochs_of else {}
        systems[n] = (n, hp | own)
    if 'thd_hmm' in names: systems['thd_hmm, states shared'] = ('thd_hmm', hp | dict(dictionary=DICTIONARY))
    for d in delays: systems[delayed_name(d)] = ('stream', hp | dict(delay=d))
    return systems

def run_rungs(ds, out, systems, seeds, preset, jobs):
    "Name → its scores, one a seed"
    todo = [(n, s) for s in range(seeds) for n in systems]
    rungs = {n: [] for n in systems}
    work = (joblib.delayed(rung)(ds, out, n, systems[n][0], preset, s, systems[n][1]) for n, s in todo)
    for (n, s), r in zip(todo, joblib.Parallel(jobs, return_as='generator')(work)):
        rungs[n].append(r)
        f1 = 100 * (r['f1_optimal'] or 0)
        print(f"{n}, seed {s}: event F1 {f1:.1f} % ({data_origin(ds)}, {r.get('seconds', 0)} s)", flush=True)
    return rungs

def take_delays(rungs, delays, preset):
    "Look-ahead → scores, in order and taken out of the rungs; the stream detector as it is stays there as well"
    late = {d: rungs.pop(delayed_name(d)) for d in delays}
    if not delays or 'stream' not in rungs: return late
    late[detectors['stream'].hp(preset)['delay']] = rungs['stream']
    return dict(sorted(late.items()))

def print_table(rungs, about, seeds):
    "Mean and spread over the seeds"
    for n, rs in rungs.items():
        v = np.array([[r['f1_official'] or 0, r['f1_optimal'] or 0] for r in rs]) * 100
        mean = v.mean(0)
        spread = v.std(0, ddof=1)
        print(f"{n:24} F1 official {mean[0]:5.1f} ± {spread[0]:.1f}, "
              f"optimal {mean[1]:5.1f} ± {spread[1]:.1f} % ({about}, {seeds} seeds)", flush=True)

def count_labels(ds):
    "Gestures of every class"
    return np.bincount(ds.clips.label.dropna().astype(int), minlength=len(ds.classes)).tolist()

def describe(ds, preset, seeds):
    "What the scores were measured on"
    parts = {s: ds.split(s) for s in ds.splits}
    seconds = {s: p.recordings.n_frames / p.recordings.fps for s, p in parts.items()}
    return dict(
        about=data_origin(ds),
        classes=ds.classes,
        fps=float(ds.recordings.fps.iloc[0]),
        preset=preset,
        seeds=seeds,
        hours={s: float(of.sum() / 3600) for s, of in seconds.items()},
        gestures={s: len(p) for s, p in parts.items()},
        gestures_of_class={s: count_labels(p) for s, p in parts.items()},
        people={s: len(p.subjects) for s, p in parts.items()},
    )

def climb(ds, out, a, delays, epochs_of={}, **hp):
    "Everything that is asked for, on one data set"
    systems = all_systems(a.detectors.split(','), delays, epochs_of, hp, a.add)
    rungs = run_rungs(ds, out, systems, a.seeds, a.preset, a.jobs)
    late = take_delays(rungs, delays, a.preset)
    print_table(rungs, data_origin(ds), a.seeds)
    return describe(ds, a.preset, a.seeds) | dict(rungs=rungs, delays=late)

# ---- the data, and what is written

def simulated_people(a):
    "Simulated people of SMG's gestures, made unless they are there"
    folder = a.out/f'people-{a.people}-{a.hours:g}'
    if (folder/'dataset.json').exists(): return load_dataset(folder)
    return simulate_dataset(folder, 'smg', a.people, a.hours, seed=0, progress=False)

def real_people(a):
    "UTKinect's whole recordings; one of subjects 1–5 chooses the thresholds"
    from mgnb.tutorials.utkinect import utkinect
    folder = a.out/'utkinect-data'
    there = (folder/'dataset.json').exists()
    ds = load_dataset(folder) if there else utkinect(a.utkinect, folder, labels='actionLabel_modified.txt')
    held_out = split_by_subject(ds.split('train'), valid=.2, seed=0).split('valid').subjects
    for table in (ds.clips, ds.recordings): table['split'] = table.split.mask(table.subject.isin(held_out), 'valid')
    return ds

def summary(part, name):
    "Mean and spread of a detector's event F1 in %, and whom it is of"
    f1 = [r['f1_optimal'] for r in part['rungs'][name]]
    on = f"{part['about']}, {part['preset']}, {part['seeds']} seeds"
    return dict(on=on, event_f1=[round(float(100 * x), 1) for x in (np.mean(f1), np.std(f1, ddof=1))])

def note(found):
    "Write what `mgnb recipes` prints of detectors"
    measured = {n: [summary(p, n) for p in found.values() if n in p['rungs']] for n in detectors}
    MEASURED.write_text(json.dumps(json.loads(MEASURED.read_text()) | to_plain(measured), indent=1) + '\n')

def write_results(found):
    "Write what was found, and the versions it was found with"
    note({n: found[n] for n in sorted(found) if isinstance(found[n], dict)})
    found = found | dict(torch=torch.__version__.split('+')[0], threads=torch.get_num_threads())
    RESULT.write_text(json.dumps(to_plain(found), separators=(',', ':')) + '\n')

def beside(old, new):
    "New rows beside those that are there; they must be of the same people"
    rows = ('rungs', 'delays')
    other = [k for k in new if k not in rows and to_plain(new[k]) != old[k]]
    if other: raise SystemExit(f"--add: other {', '.join(other)} than in {RESULT.name}")
    return old | {k: old[k] | to_plain(new[k]) for k in rows}

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--utkinect')
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--people', type=int, default=18)
    ap.add_argument('--hours', type=float, default=1.8)
    ap.add_argument('--preset', default='tiny')
    ap.add_argument('--detectors', help='those without films that have the preset, where none are named')
    ap.add_argument('--jobs', type=int, default=1, help='trainings side by side')
    ap.add_argument('--delays', type=int, nargs='*', default=[0, 4, 18])
    ap.add_argument('--add', action='store_true', help='keep the rows that are there of the same data')
    a = ap.parse_args()
    fitting = [n for n, r in detectors.items() if a.preset in r.presets and not r.needs_film]
    a.detectors = a.detectors or ','.join(fitting)
    return a

def main():
    a = options()
    warnings.simplefilter('ignore')
    old = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    def name_of(part): return part if a.preset == 'tiny' else f"{part}_{a.preset}"
    new = {}
    if a.people: new[name_of('simulated')] = climb(simulated_people(a), a.out/'simulated', a, a.delays)
    if a.utkinect:
        # windows of 1024 frames are longer than these recordings: few steps an epoch, so the stream detector has more epochs, mixed or not
        more = dict(epochs_of=dict(stream=240, best_events=240), epochs=60) if a.preset == 'tiny' else {}
        new[name_of('utkinect')] = climb(real_people(a), a.out/'utkinect', a, [], **more)
    if a.add: new = {n: beside(old[n], part) if n in old else part for n, part in new.items()}
    write_results(old | new)

if __name__ == '__main__': main()
