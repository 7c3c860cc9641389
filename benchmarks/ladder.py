"""The ladder: every recipe on the same simulated people and, where there is a copy, on real ones (UTKinect-Action3D).

    python benchmarks/ladder.py OUT [--utkinect PATH] [--recipes a,b …] [--seeds 3 [3]] [--people 24 --hours 1.5] [--preset tiny]
                                    [--jobs 2] [--ablate miga2025]
    python benchmarks/ladder.py OUT --preset base --ablate        those that have `base`, on the same simulated people

May be stopped at any time and started again with the same OUT: what is there is not trained again. Unless only some --recipes are
asked for, it writes benchmarks/results/ladder.json, which the tutorial "ladder" reads, and mgnb/measured.json, which `mgnb recipes`
prints; a part that was not run (UTKinect, the ablation, another preset) stays as it was. All of iMiGUE's 41 joints are simulated; who
was published with 22 joints gets those 22. What looks at films is not among them.
Numbers are of simulated people, or of UTKinect's everyday actions, and never of iMiGUE or SMG."""
import argparse, json, warnings
from pathlib import Path
import torch
from mgnb.compare import KEYS, compare, sizes, fitting_layout, table, ablations
from mgnb.learn.run import to_plain
from mgnb.recipe import ensembles, get_recipe
from mgnb.scoring import ladder, data_origin
from mgnb.train import load_dataset, recipes, simulate_dataset

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT/'benchmarks'/'results'/'ladder.json'
MEASURED = ROOT/'mgnb'/'measured.json'

# ---- the systems: name → (recipe, settings that differ)

def with_preset(preset):
    "The names of all systems that look at joints alone and have a preset; of those that are made of others, `best`"
    systems = recipes | {'best': ensembles['best']}
    return [n for n, r in systems.items() if preset in r.presets and not r.needs_film]

def published(name):
    "The joints that a recipe was published with, as a setting"
    wanted = get_recipe(name).hp('tiny')['layout']
    return {} if wanted == 'all' else dict(layout=wanted or 'imigue22')

def few_clips(name):
    "Settings for a hundred clips: more passes, and nobody to spare for validation"
    trained = {} if recipes[name].fit else dict(epochs=100, bs=10, smooth=.1)
    return dict(valid=None) | trained

def with_settings(systems, settings_of):
    "The systems, where what `settings_of` gives for a recipe is the default"
    return {n: (r, settings_of(r) | hp) for n, (r, hp) in systems.items()}

def all_systems(names):
    "The recipes, and with `ridge` the floor for the mean of the classes"
    balanced = {'ridge, balanced': ('ridge', dict(balanced=True))} if 'ridge' in names else {}
    return {n: (n, {}) for n in names} | balanced

def lines():
    "The floors for top-1 and for the mean of the classes, which have no other preset"
    return with_settings(all_systems(['ridge']), published)

def without_parts(name):
    "A system without each of its parts; the whole has its usual name, since it is trained already"
    return {name if k == 'whole' else f'{name} {k}': (r, published(name) | off) for k, (r, off) in ablations(name).items()}

# ---- training and scoring

def say(line):
    "Print at once, for whoever watches a log"
    print(line, flush=True)

def weigh(ds, systems, preset):
    "Name → parameters, operations and time of a system's network"
    found = {}
    for n, (r, hp) in systems.items():
        settings = fitting_layout(ds, r, preset) | {k: v for k, v in hp.items() if k != 'valid'}
        found[n] = sizes(r, ds, preset, timed=5, **settings)
    return found

def climb(ds, out, systems, seeds, preset, jobs):
    "Train and score systems on one data set; what is kept of it"
    found = compare(ds, out, systems, range(seeds), preset, say=say, jobs=jobs)
    if preset != 'tiny': found |= compare(ds, out, lines(), range(seeds), 'tiny', say=say)
    scores = table(found)
    floors = ladder(ds, [], {}, 'test')
    shown = ['top1', 'top1 ±', 'mean_class', 'mean_class ±', 'head', 'tail', 'seconds']
    print(scores[shown].round(1).to_string())
    test = ds.split('test')
    return dict(
        about=data_origin(ds),
        data=ds.name,
        meta=ds.meta.get('simulated'),
        classes=ds.classes,
        train=len(ds.split('train')),
        test=len(test),
        people=len(test.subjects),
        preset=preset,
        seeds=seeds,
        floors=floors[['top1', 'mean_class', 'head', 'tail']].to_dict('index'),
        rungs=found,
        table=scores.to_dict('index'),
        sizes=weigh(ds, systems, preset),
    )

# ---- the data

def simulated_people(a):
    "Simulated people with iMiGUE's 41 joints, made unless they are there"
    folder = a.out/f'people-{a.people}-{a.hours:g}'
    if (folder/'dataset.json').exists(): return load_dataset(folder)
    return simulate_dataset(folder, 'imigue', a.people, a.hours, seed=0, layout='imigue41')

def real_people(a):
    "UTKinect's clips, converted unless they are there"
    from mgnb.tutorials.utkinect import utkinect
    folder = a.out/'utkinect-data'
    return load_dataset(folder) if (folder/'dataset.json').exists() else utkinect(a.utkinect, folder)

# ---- what is written

def short(x):
    "One decimal; nothing stays nothing"
    return None if x is None else round(float(x), 1)

def summary(part, name):
    "Mean and spread of a system's scores in %, and whom they are of"
    row = part['table'][name]
    on = f"{part['about']}, {part['preset']}, {part['seeds']} seed{'s' * (part['seeds'] > 1)}"
    return dict(on=on) | {k: [short(row[k]), short(row[f'{k} ±'])] for k in KEYS[:2]}

def keep(found, part):
    "Write what the tutorial reads, and beside what was measured on others what `mgnb recipes` prints of a part"
    RESULT.write_text(json.dumps(to_plain(found), indent=None, separators=(',', ':')) + '\n')
    measured = json.loads(MEASURED.read_text())
    for n in part['table']:
        row = summary(part, n)
        measured[n] = [r for r in measured.get(n, []) if r['on'] != row['on']] + [row]
    MEASURED.write_text(json.dumps(to_plain(measured), indent=1) + '\n')

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--utkinect')
    ap.add_argument('--recipes')
    ap.add_argument('--seeds', type=int, nargs='+', default=[3], help='on simulated people and, where it differs, on UTKinect')
    ap.add_argument('--people', type=int, default=24)
    ap.add_argument('--hours', type=float, default=1.5)
    ap.add_argument('--preset', default='tiny')
    ap.add_argument('--jobs', type=int, default=1)
    parts = 'systems that are also trained without each of their parts, on simulated people'
    ap.add_argument('--ablate', nargs='*', default=['miga2025'], help=parts)
    return ap.parse_args()

def main():
    a = options()
    warnings.simplefilter('ignore')
    names = a.recipes.split(',') if a.recipes else with_preset(a.preset)
    all_of_them = set(names) == set(with_preset(a.preset))      # some alone are printed and not written
    systems = all_systems(names)
    simulated = simulated_people(a)
    found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    found |= dict(torch=torch.__version__.split('+')[0], threads=torch.get_num_threads())
    def climbed(key, *how):
        key = key if a.preset == 'tiny' else f"{key}_{a.preset}"
        found[key] = climb(*how, a.preset, a.jobs)
        if all_of_them: keep(found, found[key])
    climbed('simulated', simulated, a.out/'simulated', with_settings(systems, published), a.seeds[0])
    if a.utkinect:
        real = with_settings(systems, few_clips if a.preset == 'tiny' else lambda name: dict(valid=None))
        climbed('utkinect', real_people(a), a.out/'utkinect', real, a.seeds[-1])
    for n in a.ablate:
        rungs = compare(simulated, a.out/'simulated', without_parts(n), range(a.seeds[0]), a.preset, say=say, jobs=a.jobs)
        found['ablation'] = found.get('ablation', {}) | {n: dict(zip(ablations(n), rungs.values()))}
        if all_of_them: keep(found, found['simulated'])

if __name__ == '__main__': main()
