"""Finding gestures in recordings: every detector and two floors on the same simulated people and, where there is a copy, on real ones (UTKinect-Action3D).

    python benchmarks/detect.py OUT [--utkinect PATH] [--seeds 3] [--people 18 --hours 1.8] [--preset tiny] [--delays 0 4 18] [--detectors stream,thd_hmm] [--jobs 2]

May be stopped and started again with the same OUT. A part that is run (simulated, --utkinect) takes the place of what the results held of it, with the --detectors asked for. Thresholds are chosen on validation people, scores are of test people. Writes benchmarks/results/detect.json, which the tutorial "first detection" reads, and the detectors' part of mgnb/measured.json, which `mgnb recipes` prints.
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
from mgnb.detect.windows import ground_truth, choose_decision, detect, random_events, sliding_events

load_systems()
ROOT = Path(__file__).resolve().parent.parent
DICTIONARY = (.46, .47, .47, .47)   # how alike two gestures are that share a state
KEYS = 'f1_official f1_greedy f1_optimal precision_optimal recall_optimal mean_class_f1 map frame_accuracy edit'.split()

def scored(ds, found, split='test'):
    truth, part = ground_truth(ds, split), ds.split(split)
    r = score_detections(found, truth, len(ds.classes), part.recordings.n_frames.to_dict(), part.recordings.fps.to_dict(), ds.classes)
    nameless = lambda events: {s: [replace(e, label=0) for e in es] for s, es in events.items()}
    return {k: r[k] for k in KEYS} | dict(f1_nameless=event_f1(nameless(found), nameless(truth), 'optimal')['f1'], found=r['n_found'], segmental=r['segmental_f1'], onset=r['onset'], f1_of_class=[c['f1'] for c in r['per_class']])

def trained(ds, out, recipe, preset, seed, **hp):
    "A run, trained unless it is there"
    if not (out/'config.json').exists(): return train(ds, recipe, out, preset=preset, seed=seed, progress=False, **hp)
    return load_run(out) if load_run(out).finished else resume(out, ds, progress=False)

def sliding(ds, out, seed):
    "The linear floor slid over recordings, its threshold chosen on validation people"
    run, truth = trained(ds, out, 'ridge', 'tiny', seed, balanced=True), ground_truth(ds, 'valid')
    grid = (.1, .15, .2, .3, .4, .5, .6, .7)
    best = max(grid, key=lambda t: event_f1(sliding_events(run, ds, 'valid', threshold=t), truth, 'optimal')['f1'])
    return sliding_events(run, ds, 'test', threshold=best)

def rung(ds, out, name, recipe, preset, seed, hp):
    "One system with one seed: trained, its thresholds chosen, scored; kept beside the run"
    warnings.simplefilter('ignore')
    load_systems()
    out, start = Path(out)/f"{name.replace(' ', '_')}-{preset}-{seed}", time.perf_counter()
    if (out/'rung.json').exists(): return json.loads((out/'rung.json').read_text())
    if recipe == 'random': return scored(ds, random_events(ds, 'test', seed))
    if recipe == 'ridge': return scored(ds, sliding(ds, out, seed))
    run = trained(ds, out, recipe, preset, seed, **hp)
    if not (run.path/'decision.json').exists(): choose_decision(run, ds, progress=False)
    found = to_plain(scored(ds, detect(run, ds, progress=False)) | dict(seconds=round(time.perf_counter() - start)))
    (out/'rung.json').write_text(json.dumps(found))
    return found

def climb(ds, out, seeds, preset, delays, names, jobs, epochs_of={}, **hp):
    systems = {'random': ('random', {}), 'sliding ridge': ('ridge', {})} | {n: (n, hp | ({'epochs': epochs_of[n]} if n in epochs_of else {})) for n in names}
    if 'thd_hmm' in names: systems['thd_hmm, states shared'] = ('thd_hmm', hp | dict(dictionary=DICTIONARY))
    systems |= {f"delay {d}": ('stream', hp | dict(delay=d)) for d in delays}
    todo = [(n, s) for s in range(seeds) for n in systems]
    rungs = {n: [] for n in systems}
    for (n, s), r in zip(todo, joblib.Parallel(jobs, return_as='generator')(joblib.delayed(rung)(ds, out, n, systems[n][0], preset, s, systems[n][1]) for n, s in todo)):
        rungs[n].append(r)
        print(f"{n}, seed {s}: event F1 {100 * (r['f1_optimal'] or 0):.1f} % ({data_origin(ds)}, {r.get('seconds', 0)} s)", flush=True)
    late = {d: rungs.pop(f"delay {d}") for d in delays}
    if 'stream' in rungs: late = dict(sorted((late | {detectors['stream'].hp(preset)['delay']: rungs['stream']}).items()))
    for n, rs in rungs.items():
        v = np.array([[r['f1_official'] or 0, r['f1_optimal'] or 0] for r in rs]) * 100
        print(f"{n:24} F1 official {v[:, 0].mean():5.1f} ± {v[:, 0].std(ddof=1):.1f}, optimal {v[:, 1].mean():5.1f} ± {v[:, 1].std(ddof=1):.1f} % ({data_origin(ds)}, {seeds} seeds)", flush=True)
    parts = {s: ds.split(s) for s in ds.splits}
    return dict(about=data_origin(ds), classes=ds.classes, fps=float(ds.recordings.fps.iloc[0]), preset=preset, seeds=seeds, hours={s: float((p.recordings.n_frames / p.recordings.fps).sum() / 3600) for s, p in parts.items()},
                gestures={s: len(p) for s, p in parts.items()}, gestures_of_class={s: np.bincount(p.clips.label.dropna().astype(int), minlength=len(ds.classes)).tolist() for s, p in parts.items()}, people={s: len(p.subjects) for s, p in parts.items()}, rungs=rungs, delays=late)

def note(found):
    "What `mgnb recipes` prints of detectors"
    file, short = ROOT/'mgnb'/'measured.json', lambda x: round(float(100 * x), 1)
    f1 = lambda p, n: [r['f1_optimal'] for r in p['rungs'][n]]
    measured = {n: [dict(on=f"{p['about']}, {p['preset']}, {p['seeds']} seeds", event_f1=[short(np.mean(f1(p, n))), short(np.std(f1(p, n), ddof=1))]) for p in found.values() if n in p['rungs']] for n in detectors}
    file.write_text(json.dumps(json.loads(file.read_text()) | to_plain(measured), indent=1) + '\n')

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--utkinect')
    ap.add_argument('--seeds', type=int, default=3)
    ap.add_argument('--people', type=int, default=18)
    ap.add_argument('--hours', type=float, default=1.8)
    ap.add_argument('--preset', default='tiny')
    ap.add_argument('--detectors', default=','.join(detectors))
    ap.add_argument('--jobs', type=int, default=1, help='trainings side by side')
    ap.add_argument('--delays', type=int, nargs='*', default=[0, 4, 18])
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    file = ROOT/'benchmarks'/'results'/'detect.json'
    found = json.loads(file.read_text()) if file.exists() else {}
    if a.people:
        people = a.out/f'people-{a.people}-{a.hours:g}'
        sim = load_dataset(people) if (people/'dataset.json').exists() else simulate_dataset(people, 'smg', a.people, a.hours, seed=0, progress=False)
        found['simulated'] = climb(sim, a.out/'simulated', a.seeds, a.preset, a.delays, a.detectors.split(','), a.jobs)
    if a.utkinect:
        from mgnb.tutorials.utkinect import utkinect
        real = a.out/'utkinect-data'
        ds = load_dataset(real) if (real/'dataset.json').exists() else utkinect(a.utkinect, real, labels='actionLabel_modified.txt')
        held = split_by_subject(ds.split('train'), valid=.2, seed=0)   # one of subjects 1-5 chooses the thresholds
        ds.clips['split'] = ds.clips.split.mask(ds.clips.subject.isin(held.split('valid').subjects), 'valid')
        ds.recordings['split'] = ds.recordings.split.mask(ds.recordings.subject.isin(held.split('valid').subjects), 'valid')
        found['utkinect'] = climb(ds, a.out/'utkinect', a.seeds, a.preset, [], a.detectors.split(','), a.jobs, dict(stream=240), epochs=60)   # windows of 1024 frames are longer than these recordings: few steps an epoch
    note({n: found[n] for n in ('simulated', 'utkinect') if n in found})
    file.write_text(json.dumps(to_plain(found | dict(torch=torch.__version__.split('+')[0], threads=torch.get_num_threads())), separators=(',', ':')) + '\n')

if __name__ == '__main__': main()
