"""Are the simulated people any good? Soundness, speed, difficulty, and a comparison with recordings of real people.

    python benchmarks/simulator.py [--real DIR] [--network] [--sheet DIR] [--json FILE]

--real DIR    a folder with `utkinect` (UTKinect-Action3D, research use) and `kinect_v2` (six recordings of Microsoft's LabanotationSuite, MIT);
              only summary figures of them are kept
--network     also train PoseC3D (tiny), three seeds: minutes
--sheet DIR   draw ten random clips for a blinded viewer: clips.png, to be given three of the 32 classes each, and key.json
All accuracies are of simulated people and say nothing about iMiGUE or SMG."""
import argparse, json, re, tempfile, time
from pathlib import Path
import numpy as np
from mgnb.people.gestures import CLASS_MOVES
from mgnb.layouts import get_layout
from mgnb.simulate import simulate_dataset, simulate_recording

K20 = ['spine_base', 'spine_mid', 'spine_shoulder', 'head', *[f'{s}_{j}' for s in ('left', 'right') for j in ('shoulder', 'elbow', 'wrist', 'hand')],
       *[f'{s}_{j}' for s in ('left', 'right') for j in ('hip', 'knee', 'ankle', 'foot')]]
HZ = 15.                                                # real and simulated recordings are compared at the rate of the slower ones
norm = lambda v: np.sqrt((v**2).sum(-1))

def soundness(like, people=12, seconds=300):
    "Bones, contacts, speeds and jerks before any noise"
    contact, peaks, jerk, bones, bend, jumps, hours = [], [], [], 0., [], 0, 0.
    for seed in range(people):
        truth = {}
        rec = simulate_recording(like, seconds, 'openpose137', seed, truth=truth)
        j, i = truth['joints'].astype(float), {n: k for k, n in enumerate(rec.layout.names)}
        for s in ('left', 'right'):
            upper, fore = j[:, i[f'{s}_elbow']] - j[:, i[f'{s}_shoulder']], j[:, i[f'{s}_wrist']] - j[:, i[f'{s}_elbow']]
            bones = max(bones, np.ptp(norm(upper)), np.ptp(norm(fore)))
            bend.append(np.degrees(np.arccos(np.clip((upper * fore).sum(-1) / norm(upper) / norm(fore), -1, 1))))
            wrist = j[:, i[f'{s}_wrist']]
            jerk.append(norm(np.diff(wrist, 3, axis=0)) * rec.fps**3)
            at, hours = np.flatnonzero(jerk[-1] > 1000), hours + rec.seconds / 3600
            jumps += int(len(at) > 0) + int((np.diff(at) > 10).sum())   # an arm that flips into another way to reach a place
            for e in truth['plan']:
                if e['move'].hands in ('one', 'both') and (s == ('left', 'right')[e['hand']]): peaks.append((norm(np.diff(wrist[max(0, e['start'] - 20):e['end'] + 20], axis=0)) * rec.fps).max())
        contact += [c[3] * 1000 for e in truth['plan'] for c in e['contact']]
    contact, peaks, jerk, bend = map(np.concatenate, (([contact]), [peaks], jerk, bend))
    return dict(bone_change_mm=bones * 1000, elbow_bend=[bend.min(), bend.max()], contacts=len(contact), contact_mm=dict(median=np.median(contact), p95=np.quantile(contact, .95), within_15=(contact <= 15).mean()),
                hand_peak_speed=dict(median=np.median(peaks), p5=np.quantile(peaks, .05), p95=np.quantile(peaks, .95), within=((peaks > .2) & (peaks < 1.8)).mean()), jerk=dict(p99=np.quantile(jerk, .99), max=jerk.max()), jumps_an_hour_of_wrist=jumps / hours)

def speed(minutes=10):
    "Seconds of one core for an hour of recording"
    out = {}
    for layout in ('imigue35', 'openpose137'):
        simulate_recording('imigue', 20, layout)
        t = time.process_time()
        rec = simulate_recording('imigue', minutes * 60, layout, 1)
        out[layout] = (time.process_time() - t) * 3600 / rec.seconds
    return out

def at_15hz(j, fps):
    t = np.arange(int(len(j) / fps * HZ)) / HZ * fps
    i = np.floor(t).astype(int)
    return j[i] + (j[np.minimum(i + 1, len(j) - 1)] - j[i]) * (t - i)[:, None, None]

def real_recordings(folder):
    "source → list of (T, 20, 3) at 15 Hz: UTKinect between its actions, Kinect v2 as it is"
    names, out, actions = get_layout('kinect25').names, dict(utkinect=[], kinect_v2=[]), {}
    for line in (folder/'utkinect'/'actionLabel.txt').read_text().splitlines():
        if re.match(r'\s*s\d+_e\d+\s*$', line): spans = actions.setdefault(line.strip(), [])
        elif (m := re.match(r'\s*\w+:\s*(\d+)\s+(\d+)', line)): spans.append((int(m[1]), int(m[2])))
    for f in sorted((folder/'utkinect').glob('joints_*.txt')):
        a = np.loadtxt(f)
        frame, first = np.unique(a[:, 0].astype(int), return_index=True)
        idle = np.array([not any(s <= x <= e for s, e in actions[f.stem[7:]]) for x in frame])
        cuts = np.flatnonzero((np.diff(frame) > 4) | (np.diff(idle.astype(int)) != 0)) + 1
        out['utkinect'] += [(f.stem[7:10], p) for p, on in zip(np.split(a[first, 1:].reshape(-1, 20, 3), cuts), np.split(idle, cuts)) if on.all() and len(p) >= 45]
    for f in sorted((folder/'kinect_v2').glob('*.csv')):
        a = np.loadtxt(f, delimiter=',', usecols=range(101))
        out['kinect_v2'].append((f.stem[:5], at_15hz(a[:, 1:].reshape(-1, 25, 4)[:, [names.index(n) for n in K20], :3], 1e7 / np.median(np.diff(a[:, 0])))))
    return out

def simulated_recordings(people=40, layout='kinect25'):
    "The same people as a Kinect v2 sees them (kinect25) or the first Kinect (kinect20), whose hips and spine lie elsewhere"
    names = get_layout(layout).names
    return [(f'sim{s}', at_15hz(simulate_recording('smg', 30, layout, 1000 + s).joints[:, [names.index(n) for n in K20], :3].astype(float), 28.)) for s in range(people)]

def windows(recordings, n=45, hop=30, most=4):
    return [(who, j[i:i + n]) for who, j in recordings for i in list(range(0, len(j) - n + 1, hop))[:most]]

def describe(j):
    "Features of three seconds: tremble, bones, pose, movement and its spectrum"
    from scipy.signal import savgol_filter
    size, r = norm(j[:, 0] - j[:, 2]).mean(), j - j[:, :1]
    left = (r[:, 4] - r[:, 8]).mean(0) * [1, 0, 1]
    axes = np.stack([left / norm(left), [0, 1, 0], np.cross(left / norm(left), [0, 1, 0])])
    p, out = r @ axes.T / size, {}
    tremble = norm(j - savgol_filter(j, 5, 2, axis=0)).mean(0)
    bones = [(0, 1), (1, 2), (2, 3), *[(a, a + 1) for k in (4, 8, 12, 16) for a in range(k, k + 3)], (2, 4), (2, 8), (0, 12), (0, 16)]
    step = norm(np.diff(p, axis=0)) * HZ
    for i, n in enumerate(K20): out |= {f'tremble {n}': np.log(tremble[i] * 1000 + .01), f'move {n}': np.log(np.median(step[:, i]) + 1e-3)} | {f'pose {n} {a}': v for a, v in zip('xyz', p[:, i].mean(0))}
    for a, b in bones:
        l = norm(j[:, a] - j[:, b])
        out |= {f'bone {K20[a]}-{K20[b]}': l.mean() / size, f'bone change {K20[a]}-{K20[b]}': np.log(l.std() / l.mean() + 1e-4)}
    power = (np.abs(np.fft.rfft(p[:, [6, 10]] - p[:, [6, 10]].mean(0), axis=0))**2).sum((1, 2))
    f = np.fft.rfftfreq(len(p), 1 / HZ)
    return out | {f'spectrum {lo}-{hi} Hz': np.log(power[(f >= lo) & (f < hi)].sum() / power[1:].sum() + 1e-6) for lo, hi in ((.2, 1), (1, 2), (2, 4), (4, 7.6))}

def spectra(sets):
    "Wrist speed spectra, median and quartiles over windows, each scaled to its own sum"
    out = {}
    for name, recs in sets.items():
        rows = []
        for _, j in windows(recs):
            v = np.diff(j[:, [6, 10]] - j[:, :1], axis=0)
            power = (np.abs(np.fft.rfft(v - v.mean(0), axis=0))**2).sum((1, 2))[1:]
            rows.append(10 * np.log10(power / power.sum()))
        out[name] = dict(zip(('low', 'median', 'high'), np.quantile(rows, (.25, .5, .75), axis=0)))
    return dict(hz=np.fft.rfftfreq(44, 1 / HZ)[1:], db=out)

def two_sample(sets):
    "How well a forest tells simulated from real windows of people it has not seen, by group of features, and what gives them away"
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    rows = [(name, who, describe(j)) for name, recs in sets.items() for who, j in windows(recs)]
    names = list(rows[0][2])
    x, source, who = np.array([[f[n] for n in names] for *_, f in rows]), np.array([s for s, *_ in rows]), np.array([w for _, w, _ in rows])
    group_of = [re.sub(r' \S+$| [\d.]+-.*$', '', re.sub(r' [xyz]$', '', n)) for n in names]
    auc, single, away = {}, {}, {}
    for title, against, like in (('utkinect', 'utkinect', 'simulated_v1'), ('kinect_v2', 'kinect_v2', 'simulated'), ('utkinect from kinect_v2', 'utkinect', 'kinect_v2')):
        one = source == like
        use = one | (source == against)
        auc[title], single[title] = {}, {}
        for group in ('all', 'tremble', 'bone', 'bone change', 'pose', 'move', 'spectrum'):
            c = [i for i, g in enumerate(group_of) if group in ('all', g)]
            forest = RandomForestClassifier(200, min_samples_leaf=3, class_weight='balanced', random_state=0)
            p = cross_val_predict(forest, x[use][:, c], one[use], groups=who[use], cv=GroupKFold(5), method='predict_proba')[:, 1]
            auc[title][group] = roc_auc_score(one[use], p)
            alone = [roc_auc_score(one[use], x[use][:, i]) for i in c]
            single[title][group] = np.median(np.maximum(alone, 1 - np.array(alone)))     # a typical feature of the group, alone
        if like == 'kinect_v2': continue                # real from real: what two rooms and two kinds of Kinect alone do
        lo, hi = np.quantile(x[one], (.01, .99), axis=0)
        inside = ((x[source == against] >= lo) & (x[source == against] <= hi)).mean(0)
        away[against] = dict(inside_98_percent_of_simulated=inside.mean(), furthest={names[i]: dict(inside=inside[i], real=np.median(x[source == against, i]), simulated=np.median(x[one, i])) for i in np.argsort(inside)[:8]})
    return dict(windows={s: int((source == s).sum()) for s in sorted(set(source))}, auc=auc, single=single, away=away)

def flat(ds, change=lambda j, names, rng: j, n=32):
    "Clips as vectors: 32 frames, missing joints filled, position and size removed"
    from mgnb.sampling import fill_missing, uniform_sample
    rng, rows = np.random.default_rng(0), []
    for clip in ds:
        j = change(fill_missing(uniform_sample(clip.joints, n)[0]).astype(float), ds.layout.names, rng)[..., :-1]
        j = j - j.reshape(-1, j.shape[-1]).mean(0)
        rows.append((j / (j.std() + 1e-9)).ravel())
    return np.array(rows, np.float32), ds.clips.label.to_numpy(int)

def shuffled(j, names, rng): return j[rng.permutation(len(j))]
def without(*words): return lambda j, names, rng: j[:, [i for i, n in enumerate(names) if not any(w in n for w in words)]]

def floors(like='imigue', layout=None, seed=0):
    "Mean-class accuracy of ridge regression on unseen people: plain and class-balanced, with time shuffled, without fingers or face"
    from sklearn.linear_model import RidgeClassifier
    from sklearn.metrics import balanced_accuracy_score
    with tempfile.TemporaryDirectory() as d:
        ds, out = simulate_dataset(Path(d)/'people', like, seed=seed, layout=layout, progress=False), {}
        parts = {s: ds.split(s) for s in ('train', 'valid', 'test')}
        for name, change, weight in (('plain', None, None), ('balanced', None, 'balanced'), ('time shuffled', shuffled, 'balanced'), ('no fingers', without('thumb', 'index', 'middle', 'ring', 'pinky'), 'balanced'), ('no face', without('face_', 'eye', 'ear', 'nose'), 'balanced')):
            (x, y), (xv, yv), (xt, yt) = [flat(p, change or (lambda j, n, r: j)) for p in parts.values()]
            keep = x.std(0) > 1e-6
            scale = lambda a: (a[:, keep] - x[:, keep].mean(0)) / x[:, keep].std(0)
            fits = [RidgeClassifier(a, class_weight=weight).fit(scale(x), y) for a in 10.**np.arange(2, 6)]
            best = max(fits, key=lambda f: balanced_accuracy_score(yv, f.predict(scale(xv))))
            guess = best.predict(scale(xt))
            out[name] = dict(mean_class=balanced_accuracy_score(yt, guess), top1=(guess == yt).mean())
        clips = {s: dict(clips=len(p), people=len(p.subjects), least=int(p.clips.label.value_counts().min())) for s, p in parts.items()}
    return dict(clips=clips, majority=float((yt == np.bincount(y).argmax()).mean()), ridge=out)

def network(seeds=(0, 1, 2)):
    "PoseC3D (tiny, 22 joints, joint stream) on the default set: mean-class accuracy by seed, and its most frequent confusions"
    from mgnb.train import predict, train
    from sklearn.metrics import balanced_accuracy_score, confusion_matrix
    with tempfile.TemporaryDirectory() as d:
        ds, scores, seen = simulate_dataset(Path(d)/'people', progress=False), [], 0
        for s in seeds:
            p = predict(train(ds, 'posec3d', Path(d)/f'run{s}', 'tiny', seed=s, streams=['joint'], layout='imigue22', progress=False), ds)
            scores.append(balanced_accuracy_score(p.labels, p.probs.argmax(1)))
            seen = seen + confusion_matrix(p.labels, p.probs.argmax(1), labels=range(len(ds.classes)))
    share = seen / np.maximum(seen.sum(1, keepdims=True), 1)
    pairs = sorted(((share[i, j], ds.classes[i], ds.classes[j]) for i in range(len(share)) for j in range(len(share)) if i != j and seen[i].sum() >= 15), reverse=True)[:20]
    return dict(mean_class=scores, mean=np.mean(scores), spread=np.std(scores, ddof=1), confusions=[f'{a} → {b}: {p:.2f}' for p, a, b in pairs])

def sheet(folder, seed):
    "Ten clips, nine frames of each, without a name: the viewer gives three of the 32 classes for each, and only then opens key.json"
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    rng, layout, key = np.random.default_rng(seed), get_layout('openpose137'), []
    names = [g for g, _ in CLASS_MOVES['imigue']]
    fig, axs = plt.subplots(10, 9, figsize=(17, 17.5))
    for row, c in zip(axs, rng.choice(32, 10, replace=False)):
        rec = simulate_recording('imigue', layout=layout, classes=[int(c)], seed=int(rng.integers(1 << 30)))
        key.append(names[c])
        e = rec.events[0]
        j = rec.joints[max(0, e.start - 8):e.end + 8]
        up = [layout.names.index(n) for n in ('nose', 'neck', 'left_shoulder', 'right_shoulder')]
        (x, y), w = np.median(j[:, up, :2].reshape(-1, 2), 0), np.median(np.abs(np.subtract(*j[:, up[2:], 0].T))) + 1
        for ax, t in zip(row, np.linspace(0, len(j) - 1, 9).astype(int)):
            for a, b in layout.edges:
                if (j[t, [a, b], 2] > .1).all():
                    side = [next((s for s in ('left', 'right') if s in layout.names[k]), '') for k in (a, b)]
                    ax.plot(*j[t, [a, b], :2].T, c={('left', 'left'): 'tab:blue', ('right', 'right'): 'tab:red'}.get(tuple(side), 'k'), lw=.6)
            ax.set(xlim=(x - 1.3 * w, x + 1.3 * w), ylim=(y + 1.7 * w, y - .9 * w), aspect='equal')
            ax.axis('off')
        row[0].set_title(f"{len(key) - 1}: {len(j)} frames", fontsize=8, loc='left')
    folder.mkdir(parents=True, exist_ok=True)
    fig.tight_layout(pad=.1)
    fig.savefig(folder/'clips.png', dpi=90)
    (folder/'key.json').write_text(json.dumps(key))

def plain(x, digits=3):
    "Numbers that JSON can hold, rounded"
    if isinstance(x, dict): return {k: plain(v, digits) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)): return [plain(v, digits) for v in x]
    return float(f'{float(x):.{digits + 1}g}') if isinstance(x, (float, np.floating)) else int(x) if isinstance(x, np.integer) else x

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--real', type=Path)
    p.add_argument('--network', action='store_true')
    p.add_argument('--sheet', type=Path)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--json', type=Path)
    a = p.parse_args()
    if a.sheet: raise SystemExit(sheet(a.sheet, a.seed))
    out = json.loads(a.json.read_text()) if a.json and a.json.exists() else {}
    def keep(**found):
        out.update(plain(found))
        print(json.dumps(plain(found), indent=1, ensure_ascii=False), flush=True)
        if a.json: a.json.write_text(json.dumps(out, indent=1, ensure_ascii=False) + '\n')
    keep(soundness={k: soundness(k) for k in CLASS_MOVES})
    keep(seconds_of_one_core_an_hour=speed())
    if a.real:
        sets = real_recordings(a.real) | dict(simulated=simulated_recordings(), simulated_v1=simulated_recordings(layout='kinect20'))
        keep(spectra=spectra(sets))
        keep(two_sample=two_sample(sets))
    keep(floors=dict(imigue35=floors(), imigue41=floors(layout='imigue41'), smg=floors('smg')))
    several = {like: [floors(like, seed=s)['ridge'] for s in (0, 1, 2)] for like in CLASS_MOVES}
    keep(floor_seeds={like: {how: [f[how]['mean_class'] for f in found] for how in found[0]} for like, found in several.items()})
    if a.network: keep(network=network())
