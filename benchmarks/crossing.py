"""Two real people who cross in one film: does MediaPipe stay with one of them, and does the tracker keep them apart?

    python benchmarks/crossing.py FOLDER [--json FILE] [--keep FOLDER] [--pairs N]

FOLDER holds films of one person each (here: Intel's sample videos, CC BY 4.0, 640 × 480 pixels, 30 frames a second). Two of them become
one picture of 960 × 480: a window of 320 × 480 around each person, one going right, one going left, the second over the first where they
meet. The composed film is encoded, read again and never kept. Three questions:

- *one*: MediaPipe looks at the whole picture and follows one person. Whom, in each frame, and how often does it change over? (The first
  four pairs.)
- *each*: MediaPipe looks at the window of each person in the composed picture, where the other one comes in; what it finds there is given
  to `track_people` in any order. *kept*: how many of the two are carried by the same track before and after the windows meet;
  *changes*: how often a track goes over to the other person, there and back; *odd*: skeletons that are nobody's, or a second one of the
  same person.
- *nearest*: the same to the nearest person, the naive way. What it keeps depends on the order of the skeletons in a frame, so it is
  measured over several orders (SHUFFLES); so is the tracker, which should not depend on it.

The truth is what MediaPipe finds in the film of each person alone, moved to the window; a skeleton belongs to whom it is nearer to, if it
is within half the width of the shoulders. The tracker was changed after looking at the first twelve pairs (KNOWN), and not after the last
eight (FRESH), which are other pairs of the same films. The eight films show four people (SHOWN), so the pairs are of few bodies, and in
two of them a man crosses himself (*same_man*). Writes benchmarks/results/crossing.json, which the page `tracking` reads. What MediaPipe
found is kept with --keep, and read from there the next time: no pictures, only joints. --pairs N looks at the first N pairs only."""
import argparse, json, tempfile
from pathlib import Path
import numpy as np
from mgnb.film import read_frames, write_film
from mgnb.layouts import get_layout
from mgnb.pose.mediapipe import open_mediapipe
from mgnb.pose.tracking import track_people

RESULT = Path(__file__).resolve().parent/'results'/'crossing.json'
KNOWN = [
    ('please', 'sorry'), ('help', 'thanks'), ('yes', 'hungry'), ('want', 'eat'), ('please', 'help'), ('sorry', 'yes'),
    ('thanks', 'want'), ('hungry', 'eat'), ('eat', 'please'), ('want', 'sorry'), ('help', 'hungry'), ('yes', 'thanks'),
]
FRESH = [
    ('please', 'yes'), ('sorry', 'hungry'), ('help', 'want'), ('thanks', 'eat'),
    ('hungry', 'please'), ('eat', 'help'), ('want', 'yes'), ('sorry', 'thanks'),
]
SHOWN = dict(eat=0, help=1, yes=1, hungry=2, want=2, please=3, sorry=3, thanks=3)   # film → who is in it, told by eye
SHUFFLES = 10        # orders of the skeletons in a frame
WHOLE = KNOWN[:4]   # pairs of which MediaPipe looks at the whole picture, too
WIDE = 320
CANVAS = 960
FPS = 30
LAYOUT = get_layout('mediapipe75')
SHOULDERS = [LAYOUT.names.index(f"{side}_shoulder") for side in ('left', 'right')]
BODY = list(range(11)) + SHOULDERS     # face and shoulders: always in the picture

def window(film):
    "The middle of each picture of a film"
    return [picture[:, (picture.shape[1] - WIDE) // 2:][:, :WIDE] for _, picture in read_frames(film, note=str)]

def look(pictures):
    "The one whom MediaPipe finds in each picture (T, V, 3), zeros where nobody is"
    with open_mediapipe() as find: found = [find(np.ascontiguousarray(p), k / FPS) for k, p in enumerate(pictures)]
    return np.stack([f[0] if len(f) else np.zeros((len(LAYOUT), 3), np.float32) for f in found])

def moved(joints, by):
    "Joints elsewhere in the picture (T,) pixels to the right"
    return np.where(joints[..., 2:] > 0, joints + np.stack([by, 0 * by, 0 * by], -1)[:, None], 0).astype(np.float32)

def compose(a, b):
    "Pictures with both windows, and where each of them begins"
    n = min(len(a), len(b))
    right = np.linspace(0, CANVAS - WIDE, n).round().astype(int)
    left = right[::-1]
    canvas = np.full((n, a[0].shape[0], CANVAS, 3), 90, np.uint8)
    for k in range(n):
        canvas[k][:, right[k]:right[k] + WIDE] = a[k]
        canvas[k][:, left[k]:left[k] + WIDE] = b[k]
    return canvas, right, left

def away(one, truth):
    "How far a skeleton is from a true person, in widths of the shoulders; infinite where either is not seen"
    both = (one[BODY, 2] > 0) & (truth[BODY, 2] > 0)
    if not both.any() or not (truth[SHOULDERS, 2] > 0).all(): return np.inf
    width = np.linalg.norm(truth[SHOULDERS[0], :2] - truth[SHOULDERS[1], :2])
    return float(np.median(np.linalg.norm((one - truth)[BODY][both, :2], axis=-1)) / width)

def whose(one, truths):
    "0 or 1: to whom a skeleton belongs; None where it is nobody's"
    if not one.any(): return None
    gaps = [away(one, truth) for truth in truths]
    return int(np.argmin(gaps)) if min(gaps) < .5 else None

def nearest(frames):
    "The naive way: each skeleton to the nearest person so far"
    places, tracks = [], []
    for k, found in enumerate(frames):
        free = set(range(len(places)))
        for one in found:
            middle = one[one[:, 2] > 0, :2].mean(0)
            i = min(free, key=lambda i: np.linalg.norm(places[i] - middle), default=len(places))
            if i == len(places):
                places.append(middle)
                tracks.append(np.zeros((len(frames), *one.shape), np.float32))
            free -= {i}
            places[i] = middle
            tracks[i][k] = one
    return tracks

def count_odd(frames, truths):
    "How many skeletons were nobody's, or of somebody who had one already"
    odd = 0
    for k, skeletons in enumerate(frames):
        who = [whose(one, [t[k] for t in truths]) for one in skeletons]
        odd += len(who) - len(set(who) - {None})
    return odd

def kept(tracks, truths, apart):
    "How many of the two are carried by the same track before and after they meet, and how often a track changes over"
    owners = [[whose(one, [t[k] for t in truths]) for k, one in enumerate(track)] for track in tracks]
    def carrier(who, frames):
        counts = [sum(own[k] == who for k in frames) for own in owners]
        return int(np.argmax(counts)) if max(counts, default=0) else None
    meet = np.flatnonzero(~apart)
    before, after = range(meet[0]), range(meet[-1] + 1, len(apart))
    same = [carrier(who, before) is not None and carrier(who, before) == carrier(who, after) for who in (0, 1)]
    known = [[w for w in own if w is not None] for own in owners]
    return dict(kept=sum(same), changes=sum(int(np.count_nonzero(np.diff(own))) for own in known))

def find_pair(film_a, film_b, folder, whole):
    "What MediaPipe finds of two people: alone (the truth), in their windows of the composed film, and in all of it; where the windows are"
    a, b = window(film_a), window(film_b)
    canvas, right, left = compose(a, b)
    n = len(canvas)
    truths = [moved(look(a[:n]), right), moved(look(b[:n]), left)]
    write_film(folder/'both.mp4', canvas, FPS, quality=18)
    pictures = [picture for _, picture in read_frames(folder/'both.mp4', note=str)]
    (folder/'both.mp4').unlink()
    views = [moved(look([p[:, x:x + WIDE] for p, x in zip(pictures, at)]), at) for at in (right, left)]
    one = look(pictures) if whole else np.zeros((0, len(LAYOUT), 3))
    return dict(truths=np.stack(truths), views=np.stack(views), right=right, left=left, one=one)

def kept_pair(film_a, film_b, folder, whole, keep):
    "The same, from a file where it was kept"
    file = keep/f"{film_a.stem}_{film_b.stem}.npz" if keep else None
    if file and file.exists(): return dict(np.load(file))
    found = find_pair(film_a, film_b, folder, whole)
    if file: np.savez(file, **found)
    return found

def whom_one(one, truths):
    "Whom MediaPipe follows by itself"
    followed = [whose(joints, [t[k] for t in truths]) for k, joints in enumerate(one)]
    known = [w for w in followed if w is not None]
    counts = dict(first=followed.count(0), second=followed.count(1), nobody=followed.count(None))
    return dict(changes=int(np.count_nonzero(np.diff(known)))) | counts

def shuffled(views, rng):
    "The skeletons of each frame in any order"
    return [[joints for joints in rng.permutation(pair) if joints.any()] for pair in zip(*views)]

def whom_each(truths, views, right, left, rng):
    "Whom the tracks follow; a list has a figure for each order of the skeletons"
    apart = np.abs(right - left) >= WIDE
    orders = [shuffled(views, rng) for _ in range(SHUFFLES)]
    found = [track_people(frames, LAYOUT, FPS) for frames in orders]
    ours = [kept([people[k] for k in range(len(people))], truths, apart) for people in found]
    naive = [kept(nearest(frames), truths, apart) for frames in orders]
    counts = dict(skeletons=sum(map(len, orders[0])), odd=count_odd(orders[0], truths), tracks=[len(people) for people in found])
    return counts | gathered(ours) | dict(nearest=gathered(naive))

def gathered(rows):
    "A list for each figure"
    return {name: [row[name] for row in rows] for name in rows[0]}

def cross(pair, args, folder, rng):
    "A row about a pair"
    files = [args.folder/f"{name}.mkv" for name in pair]
    found = kept_pair(*files, Path(folder), pair in WHOLE, args.keep)
    one = found.pop('one')
    row = dict(films=list(pair), looked_at=pair in KNOWN, same_man=SHOWN[pair[0]] == SHOWN[pair[1]], frames=len(found['right']))
    return row | dict(one=whom_one(one, found['truths']) if len(one) else None, each=whom_each(**found, rng=rng))

def read_arguments():
    "What was asked for, or one line and the end"
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('folder', type=Path)
    p.add_argument('--json', type=Path, default=RESULT)
    p.add_argument('--keep', type=Path, help='folder for what MediaPipe found, made where it is not there')
    p.add_argument('--pairs', type=int, default=len(KNOWN + FRESH), help='only the first N pairs; needs --json')
    args = p.parse_args()
    if not 1 <= args.pairs <= len(KNOWN + FRESH): p.error(f"--pairs: expected 1 to {len(KNOWN + FRESH)}, found {args.pairs}")
    if args.pairs < len(KNOWN + FRESH) and args.json == RESULT: p.error('--pairs needs --json FILE: a part is not the result')
    missing = [name for name in SHOWN if not (args.folder/f"{name}.mkv").exists()]
    if missing: p.error(f"{args.folder}: no film {missing[0]}.mkv")
    if not args.json.parent.is_dir(): p.error(f"{args.json.parent}: no such folder")
    if args.keep: args.keep.mkdir(parents=True, exist_ok=True)
    return args

def main():
    args = read_arguments()
    rng = np.random.default_rng(0)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for pair in (KNOWN + FRESH)[:args.pairs]:
            rows.append(cross(pair, args, folder, rng))
            print(rows[-1], flush=True)
    args.json.write_text(json.dumps(dict(rows=rows), indent=1) + '\n')

if __name__ == '__main__': main()
