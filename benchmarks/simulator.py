"""Are the simulated people any good? Soundness, speed, difficulty, and a comparison with recordings of real people.

    python benchmarks/simulator.py [--real DIR] [--network] [--sheet DIR] [--json FILE]

--real DIR    a folder with `utkinect` (UTKinect-Action3D, research use) and `kinect_v2` (six recordings of Microsoft's
              LabanotationSuite, MIT); only summary figures of them are kept
--network     also train PoseC3D (tiny), three seeds: minutes
--sheet DIR   draw ten random clips for a blinded viewer: clips.png, to be given three of the 32 classes each, and key.json
All accuracies are of simulated people and say nothing about iMiGUE or SMG."""
import argparse, json, re, tempfile, time
from pathlib import Path
import numpy as np
from mgnb.people.gestures import CLASS_MOVES
from mgnb.layouts import get_layout
from mgnb.simulate import simulate_dataset, simulate_recording

SIDES = ('left', 'right')
K20 = [     # the joints of the first Kinect
    'spine_base', 'spine_mid', 'spine_shoulder', 'head',
    *[f'{s}_{j}' for s in SIDES for j in ('shoulder', 'elbow', 'wrist', 'hand')],
    *[f'{s}_{j}' for s in SIDES for j in ('hip', 'knee', 'ankle', 'foot')],
]
WRISTS = [K20.index(f'{s}_wrist') for s in SIDES]
BONES = [
    (0, 1), (1, 2), (2, 3),                                                 # the spine
    *[(a, a + 1) for k in (4, 8, 12, 16) for a in range(k, k + 3)],         # arms and legs
    (2, 4), (2, 8), (0, 12), (0, 16),                                       # from the spine to them
]
HZ = 15.    # real and simulated recordings are compared at the rate of the slower ones

def norm(v):
    "Lengths of vectors"
    return np.sqrt((v**2).sum(-1))

# ---- soundness and speed

def elbow_bend(upper, fore):
    "Angles between upper arms and forearms in degrees"
    cosine = (upper * fore).sum(-1) / norm(upper) / norm(fore)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))

def count_jumps(jerk):
    "How often an arm flips into another way to reach a place"
    at = np.flatnonzero(jerk > 1000)    # m/s³
    return int(len(at) > 0) + int((np.diff(at) > 10).sum())

def hand_peaks(plan, side, wrist, fps):
    "The largest speed of a hand, m/s, in each move that it makes"
    peaks = []
    for e in plan:
        moves = e['move'].hands in ('one', 'both') and side == SIDES[e['hand']]
        if not moves: continue
        around = wrist[max(0, e['start'] - 20):e['end'] + 20]
        peaks.append((norm(np.diff(around, axis=0)) * fps).max())
    return peaks

def measure_arm(truth, names, side, fps):
    "Bones, bend, jerks and speeds of one arm before any noise"
    joints = truth['joints'].astype(float)
    shoulder, elbow, wrist = (joints[:, names.index(f'{side}_{part}')] for part in ('shoulder', 'elbow', 'wrist'))
    upper = elbow - shoulder
    fore = wrist - elbow
    jerk = norm(np.diff(wrist, 3, axis=0)) * fps**3
    return dict(
        bone_change=max(np.ptp(norm(upper)), np.ptp(norm(fore))),
        bend=elbow_bend(upper, fore),
        jerk=jerk,
        jumps=count_jumps(jerk),
        peaks=hand_peaks(truth['plan'], side, wrist, fps),
    )

def summarise(arms, contact, hours):
    "Figures of all arms; contacts in mm; hours in which an arm was watched"
    bend, jerk, peaks = (np.concatenate([arm[k] for arm in arms]) for k in ('bend', 'jerk', 'peaks'))
    contact_mm = dict(median=np.median(contact), p95=np.quantile(contact, .95), within_15=(contact <= 15).mean())
    speeds = dict(median=np.median(peaks), p5=np.quantile(peaks, .05), p95=np.quantile(peaks, .95))
    return dict(
        bone_change_mm=max(arm['bone_change'] for arm in arms) * 1000,
        elbow_bend=[bend.min(), bend.max()],
        contacts=len(contact),
        contact_mm=contact_mm,
        hand_peak_speed=speeds | dict(within=((peaks > .2) & (peaks < 1.8)).mean()),
        jerk=dict(p99=np.quantile(jerk, .99), max=jerk.max()),
        jumps_an_hour_of_wrist=sum(arm['jumps'] for arm in arms) / hours,
    )

def soundness(like, people=12, seconds=300):
    "Bones, contacts, speeds and jerks before any noise"
    arms = []
    contact = []
    hours = 0.
    for seed in range(people):
        truth = {}
        rec = simulate_recording(like, seconds, 'openpose137', seed, truth=truth)
        arms += [measure_arm(truth, rec.layout.names, side, rec.fps) for side in SIDES]
        contact += [c[3] * 1000 for e in truth['plan'] for c in e['contact']]
        hours += len(SIDES) * rec.seconds / 3600
    return summarise(arms, np.array(contact), hours)

def speed(minutes=10):
    "Seconds of one core for an hour of recording"
    out = {}
    for layout in ('imigue35', 'openpose137'):
        simulate_recording('imigue', 20, layout)    # what is made once is made
        t = time.process_time()
        rec = simulate_recording('imigue', minutes * 60, layout, 1)
        out[layout] = (time.process_time() - t) * 3600 / rec.seconds
    return out

# ---- recordings to compare: lists of (who, joints), joints (T, 20, 3) in metres at 15 Hz

def at_15hz(j, fps):
    "Joints at 15 Hz, frames in between interpolated"
    t = np.arange(int(len(j) / fps * HZ)) / HZ * fps
    i = np.floor(t).astype(int)
    following = j[np.minimum(i + 1, len(j) - 1)]
    return j[i] + (following - j[i]) * (t - i)[:, None, None]

def read_actions(file):
    "Recording → (first, last frame) of each of its actions"
    actions = {}
    for line in file.read_text().splitlines():
        if re.match(r'\s*s\d+_e\d+\s*$', line): spans = actions.setdefault(line.strip(), [])
        elif (m := re.match(r'\s*\w+:\s*(\d+)\s+(\d+)', line)): spans.append((int(m[1]), int(m[2])))
    return actions

def idle_stretches(file, actions):
    "What lies between the actions of one UTKinect recording, without gaps, three seconds or more"
    a = np.loadtxt(file)
    frame, first = np.unique(a[:, 0].astype(int), return_index=True)
    joints = a[first, 1:].reshape(-1, 20, 3)
    idle = np.array([not any(s <= x <= e for s, e in actions) for x in frame])
    gap = np.diff(frame) > 4
    cuts = np.flatnonzero(gap | (np.diff(idle.astype(int)) != 0)) + 1
    return [p for p, on in zip(np.split(joints, cuts), np.split(idle, cuts)) if on.all() and len(p) >= 45]

def utkinect_recordings(folder):
    "UTKinect between its actions"
    actions = read_actions(folder/'actionLabel.txt')
    files = sorted(folder.glob('joints_*.txt'))
    return [(f.stem[7:10], j) for f in files for j in idle_stretches(f, actions[f.stem[7:]])]

def kinect_v2_recordings(folder):
    "Recordings of a Kinect v2 as they are"
    names = get_layout('kinect25').names
    kept = [names.index(n) for n in K20]
    out = []
    for f in sorted(folder.glob('*.csv')):
        a = np.loadtxt(f, delimiter=',', usecols=range(101))
        joints = a[:, 1:].reshape(-1, 25, 4)[:, kept, :3]
        fps = 1e7 / np.median(np.diff(a[:, 0]))    # times are in units of 100 ns
        out.append((f.stem[:5], at_15hz(joints, fps)))
    return out

def real_recordings(folder):
    "Both sources of real people"
    return dict(utkinect=utkinect_recordings(folder/'utkinect'), kinect_v2=kinect_v2_recordings(folder/'kinect_v2'))

def simulated_recordings(people=40, layout='kinect25'):
    "The same people as a Kinect v2 sees them (kinect25) or the first Kinect (kinect20), whose hips and spine lie elsewhere"
    names = get_layout(layout).names
    kept = [names.index(n) for n in K20]
    out = []
    for s in range(people):
        joints = simulate_recording('smg', 30, layout, 1000 + s).joints[:, kept, :3]
        out.append((f'sim{s}', at_15hz(joints.astype(float), 28.)))
    return out

def windows(recordings, n=45, hop=30, most=4):
    "The first windows of three seconds of each recording"
    starts = [(who, j, list(range(0, len(j) - n + 1, hop))[:most]) for who, j in recordings]
    return [(who, j[i:i + n]) for who, j, of in starts for i in of]

# ---- features of a window: name → number

def seen_from_front(j, size):
    "Joints from the spine base, (T, 20, 3): to the left, up, forwards; in lengths of the trunk"
    r = j - j[:, :1]
    left = (r[:, 4] - r[:, 8]).mean(0) * [1, 0, 1]    # from shoulder to shoulder, level
    left = left / norm(left)
    up = [0, 1, 0]
    axes = np.stack([left, up, np.cross(left, up)])
    return r @ axes.T / size

def power_spectrum(x):
    "Power of each frequency, summed over joints and axes"
    return (np.abs(np.fft.rfft(x - x.mean(0), axis=0))**2).sum((1, 2))

def joint_features(j, p):
    "How much each joint trembles and moves, and where it is on average"
    from scipy.signal import savgol_filter
    tremble = norm(j - savgol_filter(j, 5, 2, axis=0)).mean(0)
    step = norm(np.diff(p, axis=0)) * HZ
    out = {}
    for i, n in enumerate(K20):
        out[f'tremble {n}'] = np.log(tremble[i] * 1000 + .01)
        out[f'move {n}'] = np.log(np.median(step[:, i]) + 1e-3)
        out |= {f'pose {n} {axis}': v for axis, v in zip('xyz', p[:, i].mean(0))}
    return out

def bone_features(j, size):
    "How long each bone is, and how much that changes"
    out = {}
    for a, b in BONES:
        length = norm(j[:, a] - j[:, b])
        out[f'bone {K20[a]}-{K20[b]}'] = length.mean() / size
        out[f'bone change {K20[a]}-{K20[b]}'] = np.log(length.std() / length.mean() + 1e-4)
    return out

def spectrum_features(p):
    "Shares of the wrists' movement in bands of frequencies"
    power = power_spectrum(p[:, WRISTS])
    f = np.fft.rfftfreq(len(p), 1 / HZ)
    out = {}
    for lo, hi in ((.2, 1), (1, 2), (2, 4), (4, 7.6)):
        band = power[(f >= lo) & (f < hi)].sum() / power[1:].sum()
        out[f'spectrum {lo}-{hi} Hz'] = np.log(band + 1e-6)
    return out

def describe(j):
    "Features of three seconds: tremble, bones, pose, movement and its spectrum"
    size = norm(j[:, 0] - j[:, 2]).mean()    # the trunk
    p = seen_from_front(j, size)
    return joint_features(j, p) | bone_features(j, size) | spectrum_features(p)

def group_of(name):
    "The group that a feature belongs to: its name without joint, bone, axis or band"
    name = re.sub(r' [xyz]$', '', name)
    return re.sub(r' \S+$| [\d.]+-.*$', '', name)

# ---- real beside simulated

GROUPS = ('all', 'tremble', 'bone', 'bone change', 'pose', 'move', 'spectrum')
PAIRS = {    # title → (real recordings, what is to be told from them)
    'utkinect': ('utkinect', 'simulated_v1'),
    'kinect_v2': ('kinect_v2', 'simulated'),
    'utkinect from kinect_v2': ('utkinect', 'kinect_v2'),    # what two rooms and two kinds of Kinect alone do
}

def spectra(sets):
    "Wrist speed spectra, median and quartiles over windows, each scaled to its own sum"
    out = {}
    for name, recs in sets.items():
        rows = []
        for _, j in windows(recs):
            power = power_spectrum(np.diff(j[:, WRISTS] - j[:, :1], axis=0))[1:]
            rows.append(10 * np.log10(power / power.sum()))
        out[name] = dict(zip(('low', 'median', 'high'), np.quantile(rows, (.25, .5, .75), axis=0)))
    return dict(hz=np.fft.rfftfreq(44, 1 / HZ)[1:], db=out)

def tell_apart(x, one, who):
    "How well a forest tells one from the other, of people it has not seen; and a typical feature alone; both as AUC"
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    forest = RandomForestClassifier(200, min_samples_leaf=3, class_weight='balanced', random_state=0)
    p = cross_val_predict(forest, x, one, groups=who, cv=GroupKFold(5), method='predict_proba')[:, 1]
    alone = np.array([roc_auc_score(one, x[:, i]) for i in range(x.shape[1])])
    return roc_auc_score(one, p), np.median(np.maximum(alone, 1 - alone))

def give_away(real, simulated, names):
    "How much of the real lies where nearly all of the simulated does, and the features in which it seldom does"
    lo, hi = np.quantile(simulated, (.01, .99), axis=0)
    inside = ((real >= lo) & (real <= hi)).mean(0)
    furthest = {}
    for i in np.argsort(inside)[:8]:
        furthest[names[i]] = dict(inside=inside[i], real=np.median(real[:, i]), simulated=np.median(simulated[:, i]))
    return dict(inside_98_percent_of_simulated=inside.mean(), furthest=furthest)

def feature_table(sets):
    "All windows: features (N, F), their names, source (N,) and person (N,)"
    rows = [(name, who, describe(j)) for name, recs in sets.items() for who, j in windows(recs)]
    names = list(rows[0][2])
    x = np.array([[features[n] for n in names] for *_, features in rows])
    source = np.array([name for name, *_ in rows])
    who = np.array([person for _, person, _ in rows])
    return x, names, source, who

def two_sample(sets):
    "How well a forest tells simulated from real windows of people it has not seen, by group of features, and what gives them away"
    x, names, source, who = feature_table(sets)
    groups = [group_of(n) for n in names]
    auc = {title: {} for title in PAIRS}
    single = {title: {} for title in PAIRS}
    away = {}
    for title, (against, like) in PAIRS.items():
        one = source == like
        other = source == against
        use = one | other
        for group in GROUPS:
            columns = [i for i, g in enumerate(groups) if group in ('all', g)]
            auc[title][group], single[title][group] = tell_apart(x[use][:, columns], one[use], who[use])
        if like != 'kinect_v2': away[against] = give_away(x[other], x[one], names)
    counts = {s: int((source == s).sum()) for s in sorted(set(source))}
    return dict(windows=counts, auc=auc, single=single, away=away)

# ---- difficulty

def as_it_is(j, names, rng):
    "No change"
    return j

def shuffled(j, names, rng):
    "The frames in random order"
    return j[rng.permutation(len(j))]

def without(*words):
    "A change that leaves out joints whose names hold one of some words"
    def change(j, names, rng): return j[:, [i for i, n in enumerate(names) if not any(w in n for w in words)]]
    return change

FLOORS = {    # name → (change of the joints, weights of the classes)
    'plain': (as_it_is, None),
    'balanced': (as_it_is, 'balanced'),
    'time shuffled': (shuffled, 'balanced'),
    'no fingers': (without('thumb', 'index', 'middle', 'ring', 'pinky'), 'balanced'),
    'no face': (without('face_', 'eye', 'ear', 'nose'), 'balanced'),
}

def flat(ds, change=as_it_is, n=32):
    "Clips as vectors: 32 frames, missing joints filled, position and size removed; and their labels"
    from mgnb.sampling import fill_missing, uniform_sample
    rng = np.random.default_rng(0)
    rows = []
    for clip in ds:
        j = fill_missing(uniform_sample(clip.joints, n)[0]).astype(float)
        j = change(j, ds.layout.names, rng)[..., :-1]
        j = j - j.reshape(-1, j.shape[-1]).mean(0)
        rows.append((j / (j.std() + 1e-9)).ravel())
    return np.array(rows, np.float32), ds.clips.label.to_numpy(int)

def ridge_scores(parts, change, weight):
    "Accuracy of ridge regression on test people, its strength chosen on validation people"
    from sklearn.linear_model import RidgeClassifier
    from sklearn.metrics import balanced_accuracy_score
    x, y = flat(parts['train'], change)
    xv, yv = flat(parts['valid'], change)
    xt, yt = flat(parts['test'], change)
    varying = x.std(0) > 1e-6
    def scale(a): return (a[:, varying] - x[:, varying].mean(0)) / x[:, varying].std(0)
    def score(fit): return balanced_accuracy_score(yv, fit.predict(scale(xv)))
    fits = [RidgeClassifier(alpha, class_weight=weight).fit(scale(x), y) for alpha in 10.**np.arange(2, 6)]
    guess = max(fits, key=score).predict(scale(xt))
    return dict(mean_class=balanced_accuracy_score(yt, guess), top1=(guess == yt).mean())

def majority(parts):
    "Accuracy of the class that is most frequent in training"
    y = parts['train'].clips.label.to_numpy(int)
    return float((parts['test'].clips.label.to_numpy(int) == np.bincount(y).argmax()).mean())

def sizes(part):
    "Clips and people of a split, and the clips of its rarest class"
    return dict(clips=len(part), people=len(part.subjects), least=int(part.clips.label.value_counts().min()))

def floors(like='imigue', layout=None, seed=0):
    "Mean-class accuracy of ridge regression on unseen people: plain and class-balanced, with time shuffled, without fingers or face"
    with tempfile.TemporaryDirectory() as d:
        ds = simulate_dataset(Path(d)/'people', like, seed=seed, layout=layout, progress=False)
        parts = {s: ds.split(s) for s in ('train', 'valid', 'test')}
        ridge = {name: ridge_scores(parts, change, weight) for name, (change, weight) in FLOORS.items()}
        clips = {s: sizes(p) for s, p in parts.items()}
        return dict(clips=clips, majority=majority(parts), ridge=ridge)

def confused(seen, classes, least=15, most=20):
    "The most frequent confusions of classes with enough clips, from counts (truth, prediction)"
    share = seen / np.maximum(seen.sum(1, keepdims=True), 1)
    n = range(len(classes))
    pairs = [(share[i, j], classes[i], classes[j]) for i in n for j in n if i != j and seen[i].sum() >= least]
    return [f'{a} → {b}: {p:.2f}' for p, a, b in sorted(pairs, reverse=True)[:most]]

def network(seeds=(0, 1, 2)):
    "PoseC3D (tiny, 22 joints, joint stream) on the default set: mean-class accuracy by seed, and its most frequent confusions"
    from mgnb.train import predict, train
    from sklearn.metrics import balanced_accuracy_score, confusion_matrix
    settings = dict(streams=['joint'], layout='imigue22', progress=False)
    scores = []
    seen = 0
    with tempfile.TemporaryDirectory() as d:
        ds = simulate_dataset(Path(d)/'people', progress=False)
        for s in seeds:
            p = predict(train(ds, 'posec3d', Path(d)/f'run{s}', 'tiny', seed=s, **settings), ds)
            guess = p.probs.argmax(1)
            scores.append(balanced_accuracy_score(p.labels, guess))
            seen = seen + confusion_matrix(p.labels, guess, labels=range(len(ds.classes)))
    return dict(mean_class=scores, mean=np.mean(scores), spread=np.std(scores, ddof=1), confusions=confused(seen, ds.classes))

# ---- clips for a blinded viewer

def edge_colour(layout, a, b):
    "Blue to the left of a person, red to the right, black elsewhere"
    for side, colour in (('left', 'tab:blue'), ('right', 'tab:red')):
        if side in layout.names[a] and side in layout.names[b]: return colour
    return 'k'

def draw_frame(ax, joints, layout, middle, w):
    "A skeleton (V, 3), in a window around the upper body that is as wide as the shoulders allow"
    x, y = middle
    for a, b in layout.edges:
        if not (joints[[a, b], 2] > .1).all(): continue
        ax.plot(*joints[[a, b], :2].T, c=edge_colour(layout, a, b), lw=.6)
    ax.set(xlim=(x - 1.3 * w, x + 1.3 * w), ylim=(y + 1.7 * w, y - .9 * w), aspect='equal')
    ax.axis('off')

def draw_clip(axs, rec, title):
    "Frames of the first gesture of a recording, side by side"
    layout = rec.layout
    e = rec.events[0]
    j = rec.joints[max(0, e.start - 8):e.end + 8]
    upper_body = [layout.names.index(n) for n in ('nose', 'neck', 'left_shoulder', 'right_shoulder')]
    middle = np.median(j[:, upper_body, :2].reshape(-1, 2), 0)
    shoulders = j[:, upper_body[2:], 0]
    w = np.median(np.abs(shoulders[:, 0] - shoulders[:, 1])) + 1
    shown = np.linspace(0, len(j) - 1, len(axs)).astype(int)
    for ax, t in zip(axs, shown): draw_frame(ax, j[t], layout, middle, w)
    axs[0].set_title(f"{title}: {len(j)} frames", fontsize=8, loc='left')

def sheet(folder, seed):
    "Ten clips, nine frames of each, without a name: the viewer gives three of the 32 classes for each, and only then opens key.json"
    import matplotlib
    matplotlib.use('Agg')
    import matplotlib.pyplot as plt
    rng = np.random.default_rng(seed)
    layout = get_layout('openpose137')
    names = [g for g, _ in CLASS_MOVES['imigue']]
    chosen = rng.choice(32, 10, replace=False)
    fig, axs = plt.subplots(10, 9, figsize=(17, 17.5))
    for k, (row, c) in enumerate(zip(axs, chosen)):
        rec = simulate_recording('imigue', layout=layout, classes=[int(c)], seed=int(rng.integers(1 << 30)))
        draw_clip(row, rec, k)
    folder.mkdir(parents=True, exist_ok=True)
    fig.tight_layout(pad=.1)
    fig.savefig(folder/'clips.png', dpi=90)
    (folder/'key.json').write_text(json.dumps([names[c] for c in chosen]))

# ---- all of it

def plain(x, digits=3):
    "Numbers that JSON can hold, rounded"
    if isinstance(x, dict): return {k: plain(v, digits) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)): return [plain(v, digits) for v in x]
    if isinstance(x, (float, np.floating)): return float(f'{float(x):.{digits + 1}g}')
    return int(x) if isinstance(x, np.integer) else x

def floor_seeds(like, seeds=(0, 1, 2)):
    "Floor → its mean-class accuracy for each seed"
    found = [floors(like, seed=s)['ridge'] for s in seeds]
    return {how: [f[how]['mean_class'] for f in found] for how in found[0]}

def measure(a):
    "Figures as they are found"
    yield dict(soundness={k: soundness(k) for k in CLASS_MOVES})
    yield dict(seconds_of_one_core_an_hour=speed())
    if a.real:
        sets = real_recordings(a.real)
        sets |= dict(simulated=simulated_recordings(), simulated_v1=simulated_recordings(layout='kinect20'))
        yield dict(spectra=spectra(sets))
        yield dict(two_sample=two_sample(sets))
    yield dict(floors=dict(imigue35=floors(), imigue41=floors(layout='imigue41'), smg=floors('smg')))
    yield dict(floor_seeds={like: floor_seeds(like) for like in CLASS_MOVES})
    if a.network: yield dict(network=network())

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--real', type=Path)
    ap.add_argument('--network', action='store_true')
    ap.add_argument('--sheet', type=Path)
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--json', type=Path)
    return ap.parse_args()

def main():
    a = options()
    if a.sheet: return sheet(a.sheet, a.seed)
    out = json.loads(a.json.read_text()) if a.json and a.json.exists() else {}
    for found in map(plain, measure(a)):
        out |= found
        print(json.dumps(found, indent=1, ensure_ascii=False), flush=True)
        if a.json: a.json.write_text(json.dumps(out, indent=1, ensure_ascii=False) + '\n')

if __name__ == '__main__': main()
