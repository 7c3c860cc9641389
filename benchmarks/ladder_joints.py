"""Does it help to see more of a person? The same network on 12 body joints, with fingertips (imigue22), with the face (imigue41), with legs instead (imigue35).

    python benchmarks/ladder_joints.py OUT [--seeds 0 1 2] [--people 24] [--hours 2] [--epochs 12]

Every seed draws other simulated people and trains anew; all rungs of a seed see the same clips of the same people, and are scored on people whom no network has seen. Below them stand chance and the linear floor.
May be stopped at any time and started again with the same OUT: what is there is not trained again. After every rung benchmarks/results/ladder_joints.json is written, which the tutorial "simulated people" reads.
Numbers are of simulated people, and say nothing about iMiGUE."""
import argparse, json, shutil, time
from pathlib import Path
import numpy as np
from mgnb.layouts import ARMS, HEAD, get_layout, make_layout, register_layout
from mgnb.skeleton import Skeleton
from mgnb.train import load_dataset, predict, simulate_dataset, train

RESULT = Path(__file__).resolve().parent/'results'/'ladder_joints.json'
body12 = register_layout(make_layout('body12', get_layout('imigue22').names[:12], ARMS + HEAD))
all_joints = [n for n in get_layout('openpose137').names if any(n in get_layout(l).names for l in ('imigue35', 'imigue41'))]
RUNGS = {f'{recipe} {layout}': (recipe, layout) for recipe in ('ridge', 'posec3d') for layout in ('body12', 'imigue22', 'imigue41', 'imigue35')}

def climb(ds, recipe, layout, out, seed, epochs):
    "Train one rung, or read what is there: scores of unseen people, recall and confusions by class"
    file = out/'rung.json'
    if file.exists(): return json.loads(file.read_text())
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    hp = dict(epochs=epochs) if recipe == 'posec3d' else {}
    p = predict(train(ds, recipe, out/'run', 'tiny', seed=seed, streams=['joint'], layout=layout, progress=False, **hp), ds, progress=False)
    guess, seen = p.probs.argmax(1), np.zeros((len(ds.classes),) * 2, int)
    np.add.at(seen, (p.labels, guess), 1)
    recall = np.diag(seen) / seen.sum(1)
    found = dict(top1=float((guess == p.labels).mean()), mean_class=float(recall.mean()), recall=recall.round(4).tolist(), confusion=seen.tolist(), seconds=round(time.perf_counter() - start, 1))
    out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found))
    return found

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('out', type=Path)
    ap.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    ap.add_argument('--people', type=int, default=24)
    ap.add_argument('--hours', type=float, default=2.)
    ap.add_argument('--epochs', type=int, default=12)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    found = dict(about='simulated people', people=a.people, hours=a.hours, epochs=a.epochs, preset='tiny, joint stream', seeds=a.seeds, clips=[], rungs={n: [] for n in RUNGS})
    sets = []
    for seed in a.seeds:
        folder = a.out/f'seed{seed}'/'people'
        sets.append(load_dataset(folder) if (folder/'dataset.json').exists() else simulate_dataset(folder, 'imigue', a.people, a.hours, seed, Skeleton('openpose137').subset(all_joints), progress=False))
        found['clips'].append({s: len(sets[-1].split(s)) for s in ('train', 'valid', 'test')})
    found |= dict(classes=sets[0].classes, chance=1 / len(sets[0].classes))
    for recipe in ('ridge', 'posec3d'):
        for seed, ds in zip(a.seeds, sets):
            for name in [n for n, (r, _) in RUNGS.items() if r == recipe]:
                got = climb(ds, *RUNGS[name], a.out/f'seed{seed}'/name.replace(' ', '_'), seed, a.epochs)
                found['rungs'][name].append(got)
                print(f"seed {seed}, {name}: class mean {100 * got['mean_class']:.1f} %, top-1 {100 * got['top1']:.1f} % ({got['seconds']} s)", flush=True)
                a.json.write_text(json.dumps(found, separators=(',', ':')) + '\n')
    for name, runs in found['rungs'].items():
        v = 100 * np.array([r['mean_class'] for r in runs])
        print(f"{name:<18} class mean {v.mean():5.1f} ± {v.std(ddof=1) if len(v) > 1 else float('nan'):.1f} %")

if __name__ == '__main__': main()
