"""The ladder: every recipe on the same simulated people and, where there is a copy, on real ones (UTKinect-Action3D).

    python benchmarks/ladder.py OUT [--utkinect PATH] [--recipes a,b …] [--seeds 3 [3]] [--people 24 --hours 1.5] [--preset tiny] [--jobs 2] [--ablate miga2025]

May be stopped at any time and started again with the same OUT: what is there is not trained again. Unless only some --recipes are asked for, it writes benchmarks/results/ladder.json, which the
tutorial "ladder" reads, and mgnb/measured.json, which `mgnb recipes` prints; a part that was not run (UTKinect, the ablation) stays as it was. All of iMiGUE's 41 joints are simulated; who was published with 22 joints gets those 22.
Numbers are of simulated people, or of UTKinect's everyday actions, and never of iMiGUE or SMG."""
import argparse, json, warnings
from pathlib import Path
import torch
from mgnb.compare import KEYS, compare, sizes, fitting_layout, table, ablations
from mgnb.learn.run import to_plain
from mgnb.scoring import ladder, data_origin
from mgnb.train import load_dataset, recipes, simulate_dataset

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT/'benchmarks'/'results'/'ladder.json'

def published(name):
    "A recipe with the joints it was published with"
    wanted = recipes[name].hp('tiny')['layout']
    return {} if wanted == 'all' else dict(layout=wanted or 'imigue22')

def climb(ds, out, systems, seeds, preset, jobs):
    found = compare(ds, out, systems, range(seeds), preset, say=lambda line: print(line, flush=True), jobs=jobs)
    t, floors = table(found), ladder(ds, [], {}, 'test')
    print(t[['top1', 'top1 ±', 'mean_class', 'mean_class ±', 'head', 'tail', 'seconds']].round(1).to_string())
    weighed = {n: sizes(r, ds, preset, timed=5, **fitting_layout(ds, r) | {k: v for k, v in hp.items() if k != 'valid'}) for n, (r, hp) in systems.items()}
    return dict(about=data_origin(ds), data=ds.name, meta=ds.meta.get('simulated'), classes=ds.classes, train=len(ds.split('train')), test=len(ds.split('test')), people=len(ds.split('test').subjects),
                preset=preset, seeds=seeds, floors=floors[['top1', 'mean_class', 'head', 'tail']].to_dict('index'), rungs=found, table=t.to_dict('index'), sizes=weighed)

def keep(found, names):
    "What the tutorial reads, and what `mgnb recipes` prints"
    if set(names) != set(recipes): return
    short = lambda x: None if x is None else round(float(x), 1)
    measured = {n: [dict(on=f"{part['about']}, {part['preset']}, {part['seeds']} seed{'s' * (part['seeds'] > 1)}", **{k: [short(part['table'][n][k]), short(part['table'][n][f'{k} ±'])] for k in KEYS[:2]})
                    for part in (found['simulated'], found.get('utkinect')) if part and n in part['table']] for n in names}
    RESULT.write_text(json.dumps(to_plain(found), indent=None, separators=(',', ':')) + '\n')
    file = ROOT/'mgnb'/'measured.json'
    file.write_text(json.dumps(json.loads(file.read_text()) | to_plain(measured), indent=1) + '\n')   # detectors are noted by detect.py

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--utkinect')
    ap.add_argument('--recipes')
    ap.add_argument('--seeds', type=int, nargs='+', default=[3], help='on simulated people and, where it differs, on UTKinect')
    ap.add_argument('--people', type=int, default=24)
    ap.add_argument('--hours', type=float, default=1.5)
    ap.add_argument('--preset', default='tiny')
    ap.add_argument('--jobs', type=int, default=1)
    ap.add_argument('--ablate', nargs='*', default=['miga2025'], help='systems that are also trained without each of their parts, on simulated people')
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    names = a.recipes.split(',') if a.recipes else list(recipes)
    systems = {n: (n, {}) for n in names} | {'ridge, balanced': ('ridge', dict(balanced=True))}   # the floor for the mean of the classes
    people = a.out/f'people-{a.people}-{a.hours:g}'
    sim = load_dataset(people) if (people/'dataset.json').exists() else simulate_dataset(people, 'imigue', a.people, a.hours, seed=0, layout='imigue41')
    found = (json.loads(RESULT.read_text()) if RESULT.exists() else {}) | dict(torch=torch.__version__.split('+')[0], threads=torch.get_num_threads())
    found['simulated'] = climb(sim, a.out/'simulated', {n: (r, published(r) | hp) for n, (r, hp) in systems.items()}, a.seeds[0], a.preset, a.jobs)
    keep(found, names)
    if a.utkinect:
        from mgnb.tutorials.utkinect import utkinect
        real = a.out/'utkinect-data'
        ds = load_dataset(real) if (real/'dataset.json').exists() else utkinect(a.utkinect, real)
        few = lambda r: dict(valid=None) | ({} if recipes[r].fit else dict(epochs=100, bs=10, smooth=.1))   # a hundred clips: more passes, nobody to spare
        found['utkinect'] = climb(ds, a.out/'utkinect', {n: (r, few(r) | hp) for n, (r, hp) in systems.items()}, a.seeds[-1], a.preset, a.jobs)
        keep(found, names)
    for n in a.ablate:
        apart = {n if k == 'whole' else f'{n} {k}': (r, published(n) | off) for k, (r, off) in ablations(n).items()}   # the whole is there already
        rungs = compare(sim, a.out/'simulated', apart, range(a.seeds[0]), a.preset, say=lambda line: print(line, flush=True), jobs=a.jobs)
        found['ablation'] = found.get('ablation', {}) | {n: dict(zip(ablations(n), rungs.values()))}
        keep(found, names)

if __name__ == '__main__': main()
