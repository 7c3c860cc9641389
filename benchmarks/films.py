"""What a detector finds in real films, beside chance and beside a rule on distances.

    python benchmarks/films.py FILMS [RUN] [--clips RUN] [--pose FOLDER] [--json FILE]

FILMS is a folder with the films that `film_events.csv` annotates. MediaPipe finds the joints (`mgnb pose`, kept in --pose where it is
given), RUN finds events (`builtin`: the weights that come with mgnb), and those of the three annotated classes are scored: event F1,
IoU above .3, optimal matching, pooled over the films. Beside it stand

- chance: as many events as annotated, as long, of the annotated classes, at random places (mean of 1,000 draws);
- a rule: a hand within a palm (a quarter of the shoulder width) of the face, of the other hand, or before the chest, for at least .2 s.

Nothing in mgnb was chosen by these films after they were annotated but what the page `builtin` says."""
import argparse, json, tempfile
from dataclasses import replace
from pathlib import Path
import numpy as np, pandas as pd
from mgnb.core import Event
from mgnb.data import load_dataset
from mgnb.saving import save_dataset
from mgnb.detect.events import event_f1
from mgnb.detect.search import detect
from mgnb.learn.run import load_run
from mgnb.pose.films import pose_films
from mgnb.train import predict

HERE = Path(__file__).resolve().parent
CLASSES = ('hand to face or mouth', 'hand to chest or neck', 'hands together')
PALM = .25       # widths of the shoulders
LEAST = .2       # seconds
WAY = .3         # seconds that a hand takes to its place and back

def annotated():
    "film → list of `Event`s, as they were seen by eye"
    table = pd.read_csv(HERE/'film_events.csv', comment='#')
    names = {Path(f).stem for f in table.film} | {'want', 'yes'}         # two films in which nothing is touched
    rows = {name: [] for name in sorted(names)}
    for film, start, end, what in table.itertuples(index=False):
        rows[Path(film).stem].append(Event(CLASSES.index(what), start, end, 1., Path(film).stem))
    return rows

def by_chance(truth, lengths, rng):
    "As many events as annotated, of the same classes and lengths, at random places in random films"
    films = list(truth)
    share = np.array([lengths[f] for f in films], float)
    found = {f: [] for f in films}
    for e in (e for events in truth.values() for e in events):
        film = films[rng.choice(len(films), p=share / share.sum())]
        start = int(rng.integers(0, max(1, lengths[film] - len(e) + 1)))
        found[film].append(Event(e.label, start, min(start + len(e), lengths[film]), 1., film))
    return found

def runs_of(flags, label, film, least):
    "Events where flags are true for long enough; gaps as short as that are closed"
    edges = np.flatnonzero(np.diff(np.r_[0, flags, 0]))
    spans = []
    for start, end in edges.reshape(-1, 2):
        if spans and start - spans[-1][1] < least: spans[-1][1] = end
        else: spans.append([start, end])
    return [Event(label, int(a), int(b), 1., film) for a, b in spans if b - a >= least]

def by_rule(rec):
    "Events of a recording by distances of the hands, in widths of the shoulders"
    names = list(rec.layout.names)
    joints = np.array(rec.joints, float)
    def at(*wanted):
        picked = joints[:, [names.index(n) for n in wanted]]
        return np.where(picked[..., 2:] > 0, picked[..., :2], np.nan)
    shoulders = at('left_shoulder', 'right_shoulder')
    width = np.nanmedian(np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1))
    middle = np.nanmean(shoulders, 1)
    face = at('nose', 'left_eye', 'right_eye', 'left_mouth', 'right_mouth', 'left_ear', 'right_ear')
    hands = [at(*(f"{side}_{part}" for part in ('wrist', 'body_pinky', 'body_index', 'body_thumb'))) for side in ('left', 'right')]
    def nearest(a, b):
        way = np.linalg.norm(a[:, :, None] - b[:, None], axis=-1) / width
        return np.nan_to_num(way, nan=9.).min((1, 2))
    touches_face = np.minimum(*(nearest(hand, face) for hand in hands)) < PALM
    together = nearest(*hands) < PALM
    def before_chest(hand):
        x, y = np.moveaxis((hand[:, 1:3].mean(1) - middle) / width, -1, 0)
        return (np.abs(x) < .5) & (y > -.2) & (y < .8)
    chest = (before_chest(hands[0]) | before_chest(hands[1])) & ~touches_face & ~together
    least = LEAST * rec.fps
    flags = dict(zip(CLASSES, (touches_face & ~together, chest, together)))
    return [e for i, c in enumerate(CLASSES) for e in runs_of(flags[c], i, rec.sample_id, least)]

def by_run(run, ds):
    "What a detector finds, of the annotated classes, and how much of others"
    found = detect(run, ds, None, progress=False)
    classes = load_run(run).classes
    kept = {film: [] for film in found}
    others = []
    for film, events in found.items():
        for e in events:
            name = classes[e.label]
            if name in CLASSES: kept[film].append(Event(CLASSES.index(name), e.start, e.end, e.score, film))
            else: others.append((film, name))
    return kept, others

def by_clips(run, recs, truth):
    "film, what was annotated, and what a classifier makes of that clip"
    run = load_run(run, 'clips')
    def cut(e, rec):
        "A clip with the way there and back, which the annotation leaves out"
        way = round(WAY * rec.fps)
        label = run.classes.index(CLASSES[e.label])
        return replace(e, label=label, start=max(0, e.start - way), end=min(len(rec), e.end + way))
    marked = [replace(rec, events=[cut(e, rec) for e in truth[name]]) for name, rec in recs.items()]
    with tempfile.TemporaryDirectory() as tmp:
        ds = save_dataset(Path(tmp)/'cut', marked, run.classes)
        got = predict(run, ds, None, progress=False)
        films = ds.clips.sample_id.tolist()
    return [[film, run.classes[y], run.classes[p]] for film, y, p in zip(films, got.labels, got.answers)]

def in_words(events):
    "film → rows of class, first frame, last frame + 1, score"
    return {film: [[CLASSES[e.label], e.start, e.end, round(float(e.score), 2)] for e in row] for film, row in events.items()}

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('films', type=Path)
    ap.add_argument('run', nargs='?', default='builtin')
    ap.add_argument('--clips', default='builtin', help='run folder of a classifier')
    ap.add_argument('--pose', type=Path, help='dataset folder of the joints: used where it is there, else made and kept')
    ap.add_argument('--json', type=Path, default=HERE/'results'/'films.json')
    a = ap.parse_args()
    truth = annotated()
    with tempfile.TemporaryDirectory() as tmp:
        folder = a.pose or Path(tmp)/'talks'
        if not folder.exists(): pose_films([next(a.films.glob(f"{name}.*")) for name in truth], folder)
        ds = load_dataset(folder)
        recs = {name: ds.recording(name) for name in truth}
        found, others = by_run(a.run, ds)
        clips = by_clips(a.clips, recs, truth)
    lengths = {name: len(rec) for name, rec in recs.items()}
    rng = np.random.default_rng(0)
    def f1(events): return event_f1(events, truth, 'optimal')
    chance = [f1(by_chance(truth, lengths, rng))['f1'] for _ in range(1000)]
    rule = {name: by_rule(rec) for name, rec in recs.items()}
    result = dict(films=len(truth), events=sum(map(len, truth.values())), chance=round(float(np.mean(chance)), 3), truth=in_words(truth))
    for who, events in (('rule', rule), ('detector', found)):
        scores = f1(events)
        result[who] = {k: round(float(scores[k]), 3) for k in ('f1', 'precision', 'recall')}
        result[who] |= dict(matched=scores['matched'], found=scores['n_found'], events=in_words(events))
    result['others'] = others
    result['clips'] = clips
    result['clips_right'] = sum(y == p for _, y, p in clips)
    a.json.write_text(json.dumps(result, indent=1) + '\n')
    for film in truth:
        print(film)
        for who, events in (('by eye', truth), ('rule', rule), ('detector', found)):
            print(f"  {who:8}", '; '.join(f"{CLASSES[e.label]} {e.start}–{e.end} ({e.score:.2f})" for e in events[film]))
    print('other classes found:', others)
    print(f"clips: {result['clips_right']} of {len(clips)} right:", clips)
    values = dict(chance=result['chance'], rule=result['rule']['f1'], detector=result['detector']['f1'])
    values = ', '.join(f"{who} {value:.2f}" for who, value in values.items())
    print(f"event F1 on {len(truth)} real films: {values}")

if __name__ == '__main__': main()
