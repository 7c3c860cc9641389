"""How much of small gestures, and how much of the jitter, smoothing takes away: several methods and settings on simulated people.

    python benchmarks/smoothing.py [--people 24] [--first 0] [--json FILE]

Each person makes gestures of all classes for a minute, and twenty that scratch or rub. All is simulated twice with the same seed, with
and without the faults of a pose estimator, so that the true joints are known in pixels, camera shake included. Losses of up to .2 s are
filled (`fill_gaps`), then every method smooths the same joints. Windows of one second within annotated gestures, in which a joint moves
by 3 to 30 mm, are compared with the truth, each less its mean:

- movement removed: 1 − Σ smoothed·true / Σ estimated·true, so what the estimator itself missed does not count. *Fast* are windows with
  most of their energy above 2 Hz (scratching, rubbing);
- jitter removed: 1 − the error that is left, over all windows in which a joint moves by less than 5 mm (root mean square);
- error left: the same within the gestures, as a share of the error before.

The rule: of the settings that remove at most 5 % of the movement, of the slow and of the fast gestures, the one that removes
most of the jitter. Writes benchmarks/results/smoothing.json, which the page `smoothing` draws."""
import argparse, json, time
from pathlib import Path
import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import savgol_filter
from mgnb.pose.smoothing import fill_gaps, smooth
from mgnb.simulate import simulate_recording

RESULT = Path(__file__).resolve().parent/'results'/'smoothing.json'
FPS = 25.
MOST = 5.         # % of the movement that may be removed
SMALL = (3, 30)   # mm
REST = 5          # mm: less is rest

FAST = [3, 21, 6, 8, 22]   # classes of iMiGUE that are scratched or rubbed: head, arms, eyes, ears, hands

def simulated(seed, classes=None):
    "One person: estimated joints, true joints (T, V, 3), events, and pixels in a millimetre"
    truth = {}
    how = dict(like='imigue', seconds=60, layout='imigue35', seed=seed, per_minute=20, classes=classes)
    rec = simulate_recording(**how, truth=truth)
    true = simulate_recording(**how, faults=False)
    camera = truth['camera']
    return rec.joints, true.joints, rec.events, camera['focal'] / camera['distance'] / 1000

def by_stretch(method, least=1):
    "A filter of (T, 2) for joints (T, V, 3): each joint, each stretch in which it is seen, by itself"
    def apply(joints, scale):
        out = joints.copy()
        for v in range(joints.shape[1]):
            seen = joints[:, v, 2] > 0
            bounds = np.flatnonzero(np.diff(np.r_[0, seen, 0])).reshape(-1, 2)
            for a, b in bounds:
                if b - a >= least: out[a:b, v, :2] = method(joints[a:b, v, :2].astype(float))
        return out
    return apply

def one_euro(lowest, beta):
    "The one-euro filter (Casiez and others 2012), speeds in shoulder widths a second"
    def share(cutoff):
        r = 2 * np.pi * cutoff / FPS
        return r / (r + 1)
    def apply(joints, scale):
        out = joints.copy()
        place = joints[0, :, :2].astype(float)
        speed = np.zeros_like(place)
        was_seen = joints[0, :, 2] > 0
        for t in range(1, len(joints)):
            now, seen = joints[t, :, :2], joints[t, :, 2] > 0
            on = (seen & was_seen)[:, None]
            speed = np.where(on, speed + share(1.) * ((now - place) * FPS - speed), 0)
            cutoff = lowest + beta * np.linalg.norm(speed, axis=-1, keepdims=True) / scale
            place = np.where(on, place + share(cutoff) * (now - place), now)
            out[t, :, :2] = np.where(seen[:, None], place, 0)
            was_seen = seen
        return out
    return apply

def moving_average(n): return by_stretch(lambda xy: uniform_filter1d(xy, n, axis=0, mode='nearest'))
def gaussian(width): return by_stretch(lambda xy: gaussian_filter1d(xy, width, axis=0, mode='nearest'))
def savitzky_golay(n, order): return by_stretch(lambda xy: savgol_filter(xy, n, order, axis=0), n)
def whittaker(cutoff, order, weighted=False):
    return lambda joints, scale: smooth(joints, FPS, cutoff, order, weighted)

def methods():
    "(method, setting, function of joints and shoulder width)"
    for n in (3, 5, 7, 9): yield 'moving average', f"{n} frames", moving_average(n)
    for width in (.6, .8, 1., 1.25, 1.5): yield 'Gaussian', f"{width} frames", gaussian(width)
    for order in (2, 4):
        for n in (5, 7, 9, 11, 13):
            if n > order + 1: yield f"Savitzky-Golay, order {order}", f"{n} frames", savitzky_golay(n, order)
    for beta in (1, 5):
        for lowest in (2, 3, 5, 8): yield f"one-euro, β {beta}", f"{lowest} Hz", one_euro(lowest, beta)
    for order in (1, 2, 3, 4):
        for cutoff in (3, 4, 5, 5.5, 6, 7, 8, 10): yield f"Whittaker, order {order}", f"{cutoff:g} Hz", whittaker(cutoff, order)
    for cutoff in (4, 5, 6, 6.5, 7, 8): yield 'Whittaker, order 3, by score', f"{cutoff:g} Hz", whittaker(cutoff, 3, True)

def windows(x, n=25, step=12):
    "Windows of a second (W, V, C, n)"
    return np.lib.stride_tricks.sliding_window_view(x, n, axis=0)[::step]

def moved(joints):
    "Windows of coordinates, each less its mean"
    w = windows(joints[..., :2].astype(float))
    return w - w.mean(-1, keepdims=True)

def kinds_of_window(found, true, events, pixels):
    "Which windows are slow and fast small gestures, and rest: three masks (W, V)"
    seen = windows((found[..., 2] > 0) & (true[..., 2] > 0)).all(-1)
    within = np.zeros(len(true), bool)
    for event in events: within[event.start:event.end] = True
    c = moved(true)
    size = np.linalg.norm(np.ptp(c, axis=-1), axis=-1) / pixels
    energy = (np.abs(np.fft.rfft(c, axis=-1))**2).sum(2)
    fast = energy[..., np.fft.rfftfreq(25, 1 / FPS) > 2].sum(-1) > .5 * energy.sum(-1)
    small = seen & windows(within).all(-1)[:, None] & (size >= SMALL[0]) & (size <= SMALL[1])
    return small & ~fast, small & fast, seen & (size < REST)

def sums(out, c, y, masks):
    "What is added up over people: products and squared errors in each kind of window"
    slow, fast, rest = masks
    product, square = (out * c).sum((2, 3)), (y * c).sum((2, 3))
    error, before = ((out - c)**2).sum((2, 3)), ((y - c)**2).sum((2, 3))
    small = slow | fast
    return [product[slow].sum(), square[slow].sum(), product[fast].sum(), square[fast].sum(),
            error[rest].sum(), before[rest].sum(), error[small].sum(), before[small].sum()]

def measure(people):
    "A row a method and setting, and how many windows there were"
    rows, counts = {}, np.zeros(3, int)
    for found, true, events, pixels in people:
        found = fill_gaps(found, FPS)
        masks = kinds_of_window(found, true, events, pixels)
        counts += [int(mask.sum()) for mask in masks]
        c, y = moved(true), moved(found)
        for method, setting, function in methods():
            begun = time.perf_counter()
            out = function(found, 400 * pixels)
            row = rows.setdefault((method, setting), np.zeros(9))
            row += [*sums(moved(out), c, y, masks), time.perf_counter() - begun]
    return rows, dict(zip(('slow', 'fast', 'rest'), counts.tolist()))

def in_percent(row):
    "Shares of what was added up"
    ps, ss, pf, sf, error, before, left, whole, seconds = row
    def percent(share): return round(100 * float(share), 2)
    return dict(slow=percent(1 - ps / ss), fast=percent(1 - pf / sf), jitter=percent(1 - np.sqrt(error / before)),
                left=percent(np.sqrt(left / whole)), seconds=round(float(seconds), 2))

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--people', type=int, default=24)
    parser.add_argument('--first', type=int, default=0, help='seed of the first person')
    parser.add_argument('--json', type=Path, default=RESULT)
    args = parser.parse_args()
    people = range(args.first, args.first + args.people)
    rows, counts = measure(simulated(seed, classes) for seed in people for classes in (None, 4 * FAST))
    table = [dict(method=method, setting=setting, **in_percent(row)) for (method, setting), row in rows.items()]
    for row in table: print(row)
    allowed = [row for row in table if row['slow'] <= MOST and row['fast'] <= MOST]
    chosen = max(allowed, key=lambda row: row['jitter'])
    print('chosen:', chosen)
    best = dict(method=chosen['method'], setting=chosen['setting'])
    result = dict(people=args.people, first=args.first, windows=counts, most=MOST, chosen=best, rows=table)
    args.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + '\n')

if __name__ == '__main__': main()
