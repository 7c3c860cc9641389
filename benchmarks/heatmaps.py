"""How fast is the drawing of heatmap volumes, and is it right?

    python benchmarks/heatmaps.py [--rounds 60] [--frames 48] [--size 56] [--batch 1] [--people 1] [--cold] [--json FILE]

One clip of 17 joints (made up, the seed is fixed) is drawn by a loop over frames and joints, as published pipelines have it (one
small window a time, in numpy), and by mgnb: our pictures, and those of `compat='pyskl'`, whose loop has PYSKL's arithmetic. All
ways take turns in one process on one thread. In its turn a way runs for 20 ms, at least twice, and the median without the first
run counts; time is that thread's processor time, so that other work on the machine counts little. A ratio is the median, over
rounds, of the loop's time divided by the other's in the same round, with the least and the most of all rounds. `× writing` is the
time as a multiple of filling the volume with zeros once, in place. `limb rows` draw no limbs: they are `segments2heatmap` with
less to compute for each pixel, which shows what the rest costs. Two threads are timed by the clock on the wall: each draws clips,
beside one thread that draws the clips of both."""
import argparse, inspect, json, os, time
from concurrent.futures import ThreadPoolExecutor
from math import ceil, floor
for k in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'NUMBA_NUM_THREADS'): os.environ[k] = '1'
import numpy as np, torch
from mgnb import heatmap as hm
from mgnb.pyskl import points_as_pyskl, segments_as_pyskl

# joints of COCO 17 on a seated person; 1 unit = the height of the picture
BODY = np.array([
    [.50, .20], [.52, .18], [.48, .18], [.55, .19], [.45, .19],                           # nose, eyes, ears
    [.60, .33], [.40, .33], [.65, .50], [.35, .50], [.56, .58], [.44, .58],               # shoulders, elbows, wrists
    [.57, .62], [.43, .62], [.60, .78], [.40, .78], [.60, .95], [.40, .95],               # hips, knees, ankles
])
LIMBS = [   # the 17 that PoseC3D draws
    (0, 1), (0, 2), (1, 3), (2, 4), (0, 5), (0, 6), (5, 7), (7, 9), (6, 8), (8, 10),
    (5, 11), (6, 12), (11, 12), (11, 13), (13, 15), (12, 14), (14, 16),
]
SIGMA = .6          # of the Gaussians, in pixels
REACH = 3 * SIGMA   # how far a Gaussian is drawn
WRITING = 'writing the volume once'

def clips(batch, people, frames, size, seed=0):
    "Wandering joints in output pixels, (B, M, T, 17, 3), score .3 to 1"
    rng = np.random.default_rng(seed)
    walk = rng.normal(0, .004, (batch, people, frames, 17, 2)).cumsum(2)
    xy = (BODY + rng.normal(0, .03, (batch, people, 1, 17, 2)) + walk) * size
    return np.concatenate([xy, rng.uniform(.3, 1, xy.shape[:-1] + (1,))], -1).astype(np.float32)

# ---- the loops, as published pipelines have them: for each frame, joint and person a window, a Gaussian, a maximum

def span(lo, hi, reach, n):
    "First pixel and end of a window that reaches beyond two coordinates, inside n pixels"
    return max(ceil(lo - reach), 0), min(floor(hi + reach), n - 1) + 1

def paint(window, d2, score, sigma):
    "Raise a window to a Gaussian of squared distances"
    np.maximum(window, np.exp(-d2 / (2 * sigma ** 2)) * score, out=window)

def draw_point(plane, x, y, score, sigma, reach):
    "Draw a joint into a plane (H, W)"
    H, W = plane.shape
    x0, x1 = span(x, x, reach, W)
    y0, y1 = span(y, y, reach, H)
    if score <= 0 or x1 <= x0 or y1 <= y0: return
    i = np.arange(x0, x1, dtype=np.float32)
    j = np.arange(y0, y1, dtype=np.float32)[:, None]
    paint(plane[y0:y1, x0:x1], (i - x) ** 2 + (j - y) ** 2, score, sigma)

def segment_distance(pixel, start, end):
    "Squared distances of pixels (h, w, 2) from a segment"
    d2_start = ((pixel - start) ** 2).sum(-1)
    d2_end = ((pixel - end) ** 2).sum(-1)
    d2_ab = ((end - start) ** 2).sum()
    along = (d2_start - d2_end + d2_ab) / 2 / d2_ab    # 0 at the start, 1 at the end
    before = along <= 0
    after = along >= 1
    d2_line = ((pixel - (start + along[..., None] * (end - start))) ** 2).sum(-1)
    return before * d2_start + after * d2_end + (~before & ~after) * d2_line

def paint_limb(plane, window, start, end, score, sigma):
    "Paint a limb into a window of a plane: its first column, the one after its last, the same of rows"
    x0, x1, y0, y1 = window
    i = np.arange(x0, x1, dtype=np.float32)
    j = np.arange(y0, y1, dtype=np.float32)[:, None]
    pixel = np.stack(np.broadcast_arrays(i, j), -1)    # (h, w, 2)
    d2 = segment_distance(pixel, np.array(start, np.float32), np.array(end, np.float32))
    paint(plane[y0:y1, x0:x1], d2, score, sigma)

def draw_limb(plane, a, b, sigma, reach):
    "Draw the limb between joints a and b (x, y, score) into a plane (H, W)"
    H, W = plane.shape
    xa, ya, score_a = a
    xb, yb, score_b = b
    score = min(score_a, score_b)
    x0, x1 = span(min(xa, xb), max(xa, xb), reach, W)
    y0, y1 = span(min(ya, yb), max(ya, yb), reach, H)
    if score <= 0 or x1 <= x0 or y1 <= y0: return
    if (xb - xa) ** 2 + (yb - ya) ** 2 < 1e-12: return draw_point(plane, xa, ya, score, sigma, reach)
    paint_limb(plane, (x0, x1, y0, y1), a[:2], b[:2], score, sigma)

# ---- PYSKL's arithmetic: windows are cut to whole numbers, limbs below a pixel are points

def pyskl_span(lo, hi, reach, n):
    "First pixel and end of a window as PYSKL has it"
    return max(int(lo - reach), 0), min(int(hi + reach) + 1, n)

def pyskl_point(plane, x, y, score, sigma, reach):
    "Draw a joint into a plane (H, W)"
    H, W = plane.shape
    x0, x1 = pyskl_span(x, x, reach, W)
    y0, y1 = pyskl_span(y, y, reach, H)
    if score < 1e-4 or x1 <= x0 or y1 <= y0: return
    i = np.arange(x0, x1, dtype=np.float32)
    j = np.arange(y0, y1, dtype=np.float32)[:, None]
    paint(plane[y0:y1, x0:x1], (i - x) ** 2 + (j - y) ** 2, score, sigma)

def pyskl_limb(plane, a, b, sigma, reach):
    "Draw the limb between joints a and b (x, y, score) into a plane (H, W)"
    H, W = plane.shape
    xa, ya, score_a = a
    xb, yb, score_b = b
    score = min(score_a, score_b)
    if score < 1e-4: return
    if (xb - xa) ** 2 + (yb - ya) ** 2 < 1: return pyskl_point(plane, xa, ya, score_a, sigma, reach)
    x0, x1 = pyskl_span(min(xa, xb), max(xa, xb), reach, W)
    y0, y1 = pyskl_span(min(ya, yb), max(ya, yb), reach, H)
    if x1 <= x0 or y1 <= y0: return
    paint_limb(plane, (x0, x1, y0, y1), a[:2], b[:2], score, sigma)

# ---- the loops over clips, frames, joints and people

def loop_points(joints, size, draw=draw_point, reach=REACH + 1e-3, sigma=SIGMA):
    "Joints (B, M, T, V, 3) → volumes (B, V, T, size, size), one window a time"
    B, M, T, V, _ = joints.shape
    out = np.zeros((B, V, T, size, size), np.float32)
    for b in range(B):
        for t in range(T):
            for v in range(V):
                for m in range(M): draw(out[b, v, t], *joints[b, m, t, v].tolist(), sigma, reach)
    return out

def loop_limbs(joints, size, draw=draw_limb, reach=REACH + 1e-3, sigma=SIGMA, pairs=LIMBS):
    "Joints (B, M, T, V, 3) → volumes (B, limbs, T, size, size), one window a time"
    B, M, T, V, _ = joints.shape
    out = np.zeros((B, len(pairs), T, size, size), np.float32)
    for b in range(B):
        for t in range(T):
            for l, (i, j) in enumerate(pairs):
                for m in range(M):
                    draw(out[b, l, t], joints[b, m, t, i].tolist(), joints[b, m, t, j].tolist(), sigma, reach)
    return out

# ---- the clock

# processor time of this thread, where the system measures it finely enough
clock = time.thread_time if time.get_clock_info('thread_time').resolution < 1e-5 else time.perf_counter

def median(x):
    "A number, not an array"
    return float(np.median(x))

def turn(f, cold):
    "Run for 20 ms but at least twice: the median without the first run; cold: the first run alone"
    times = []
    end = clock() + (0 if cold else .02)
    while clock() < end or len(times) < 2 - cold:
        t = clock()
        f()
        times.append(clock() - t)
    return median(times[not cold:])

# ---- what limbs cost without the Gaussian

def distance_alone(ex, ey, dx, dy, inv, k):
    "In place of the Gaussian of a pixel's distance to a limb: a parabola, no exponential"
    along = (ex * dx + ey * dy) * inv
    u = min(max(along, np.float32(0)), np.float32(1))
    fx = ex - u * dx
    fy = ey - u * dy
    return np.float32(1) + k * (fx * fx + fy * fy)

def constant(ex, ey, dx, dy, inv, k):
    "In place of the Gaussian: nothing to compute"
    return np.float32(1)

def limb_rows(value):
    "`segments2heatmap` from a copy of its module, in which `value` stands for the Gaussian; nothing of it is kept on the disk"
    space = dict(__name__='limb_rows', __package__='mgnb')
    exec(inspect.getsource(hm), space)
    space['_brightness'] = value
    return space['segments2heatmap']

# ---- the comparison

def ways_to_draw(joints, size):
    "Name → a function that draws the joints"
    x = torch.from_numpy(joints)
    segments = torch.tensor(LIMBS)
    batch, _, frames, n_joints, _ = joints.shape
    volume = np.empty((batch, n_joints, frames, size, size), np.float32)
    ways = {
        WRITING: lambda: volume.fill(0),
        'joints: loop': lambda: loop_points(joints, size),
        'joints: torch windows': lambda: hm._scatter_points(hm._batch(x), size, size, SIGMA),
        'joints: points2heatmap': lambda: hm.points2heatmap(x, size),
        'limbs: loop': lambda: loop_limbs(joints, size),
        'limbs: torch rows': lambda: hm._scatter_segments(hm._batch(x), segments, size, size, SIGMA),
        'limbs: segments2heatmap': lambda: hm.segments2heatmap(x, LIMBS, size),
        'PYSKL joints: loop': lambda: loop_points(joints, size, pyskl_point, REACH),
        'PYSKL joints: points_as_pyskl': lambda: points_as_pyskl(x, size, SIGMA),
        'PYSKL limbs: loop': lambda: loop_limbs(joints, size, pyskl_limb, REACH),
        'PYSKL limbs: segments_as_pyskl': lambda: segments_as_pyskl(x, LIMBS, size, SIGMA),
    }
    if hm._compiled_segments(x) is None: return ways
    no_exponential = limb_rows(distance_alone)
    nothing = limb_rows(constant)
    ways['limb rows: no exponential'] = lambda: no_exponential(x, LIMBS, size)
    ways['limb rows: nothing a pixel'] = lambda: nothing(x, LIMBS, size)
    return ways

def measure(ways, rounds, cold):
    "Name → seconds of its turn in every round"
    seconds = {k: [] for k in ways}
    for _ in range(rounds):
        for k, f in ways.items(): seconds[k].append(turn(f, cold))
    return {k: np.array(v) for k, v in seconds.items()}

OURS = dict(joints='joints: points2heatmap', limbs='limbs: segments2heatmap')

def ratios(name, values):
    "A ratio of each round → its median, and its least and most"
    return {name: median(values), f"{name}_spread": [float(values.min()), float(values.max())]}

def compare(made, seconds):
    "A row a way: its time, and speed and difference beside the loop, PYSKL's loop and our drawing"
    rows = []
    for k, v in seconds.items():
        group = k.split(':')[0]
        row = dict(way=k, ms=median(v) * 1e3) | ratios('writings', v / seconds[WRITING])
        if f"{group}: loop" in made:
            row |= ratios('faster', seconds[f"{group}: loop"] / v)
            row['difference'] = difference(made, k, f"{group}: loop")
        if group in OURS: row |= ratios('faster_than_pyskl', seconds[f"PYSKL {group}: loop"] / v)
        if group.startswith('PYSKL'): row['from_ours'] = difference(made, k, OURS[group.removeprefix('PYSKL ')])
        rows.append(row)
    return rows

def difference(made, a, b):
    "The largest difference of a pixel between two volumes"
    return float(np.abs(np.asarray(made[a]) - np.asarray(made[b])).max())

def wall(f):
    "Seconds by the clock on the wall"
    start = time.perf_counter()
    f()
    return time.perf_counter() - start

def two_threads(ways, rounds):
    "How many clips two threads draw while one draws one: joints or limbs → median, and least and most"
    found = {}
    with ThreadPoolExecutor(1) as single, ThreadPoolExecutor(2) as pair:
        for group, way in OURS.items():
            def ten(_):
                for _ in range(10): ways[way]()      # no picture is kept
            def one(): return list(single.map(ten, range(2)))
            def two(): return list(pair.map(ten, range(2)))
            one()
            two()
            found[group] = ratios('clips', np.array([wall(one) / wall(two) for _ in range(rounds)]))
    return found

def shown(row, name):
    "A ratio, its least and its most; empty where a way has none"
    if name not in row: return ' ' * 22
    least, most = row[f"{name}_spread"]
    return f"{row[name]:8.1f}{f'({least:.1f}–{most:.1f})':>14}"

def print_rows(rows, threads, a):
    "What was drawn, and the table"
    print(f"{a.batch} clip(s), {a.frames} frames, {a.size} × {a.size}, 17 joints, 17 limbs, {a.people} person(s); "
          f"one thread, {a.rounds} rounds{', cold' * a.cold}; medians of ratios (least–most)\n")
    print(f"{'':31}{'ms':>9}{'× writing':>22}{'× the loop':>22}{'max difference':>17}{'× PYSKL loop':>22}{'to ours':>10}")
    for row in rows:
        apart = f"{row['difference']:17.1e}" if 'difference' in row else ' ' * 17
        from_ours = f"{row['from_ours']:10.1e}" if 'from_ours' in row else ''
        ratio = [shown(row, name) for name in ('writings', 'faster', 'faster_than_pyskl')]
        print(f"{row['way']:31}{row['ms']:9.2f}{ratio[0]}{ratio[1]}{apart}{ratio[2]}{from_ours}".rstrip())
    print()
    for group, found in threads.items():
        print(f"{group}: two threads draw {shown(found, 'clips').strip()} clips while one draws one, by the clock on the wall")

def options():
    "What was asked for"
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = dict(rounds=60, frames=48, size=56, batch=1, people=1)
    for name, default in numbers.items(): ap.add_argument(f"--{name}", type=int, default=default)
    cold = 'time only the first run of each turn, whose memory the others have pushed out of the cache'
    ap.add_argument('--cold', action='store_true', help=cold)
    ap.add_argument('--json')
    return ap.parse_args()

def main():
    a = options()
    torch.set_num_threads(1)
    ways = ways_to_draw(clips(a.batch, a.people, a.frames, a.size), a.size)
    made = {k: f() for k, f in ways.items()}    # warm up, and compile
    rows = compare(made, measure(ways, a.rounds, a.cold))
    threads = two_threads(ways, a.rounds)
    print_rows(rows, threads, a)
    if a.json:
        settings = {k: v for k, v in vars(a).items() if k != 'json'}
        with open(a.json, 'w') as f: json.dump(dict(settings, rows=rows, two_threads=threads), f, indent=1)
    return rows

if __name__ == '__main__': main()
