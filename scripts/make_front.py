"""What the front page shows: twenty seconds of a person whom a detector has never seen, with what it found there.

    python scripts/make_front.py [FOLDER]     FOLDER keeps people and run; without it they are made anew and thrown away

The three lines of the front page, as functions: simulate, train, detect. Of the test recordings the window with most annotated gestures
is kept, whatever was found in it. Writes benchmarks/results/front.json, and nbs/front.svg, which moves by itself wherever a browser
shows it."""
import html, json, sys, tempfile
from pathlib import Path
import numpy as np
from mgnb.detect.events import event_f1
from mgnb.detect.search import choose_decision, detect, ground_truth
from mgnb.skeleton import Skeleton
from mgnb.train import simulate_dataset, train, load_dataset, load_run
from mgnb.viz import colours, palette, sides

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT/'benchmarks/results/front.json'
PICTURE = ROOT/'nbs/front.svg'
WIDTH, HEIGHT, LEFT = 860, 380, 90   # of the picture; where its timeline begins
SECONDS = 20
EVERY = 2   # of the frames one is kept

def trained(folder):
    "The data of `mgnb simulate talks --like smg --people 12 --hours 1` and a run of `mgnb train talks --recipe stream --preset tiny`"
    if (folder/'watcher').exists(): return load_dataset(folder/'talks'), load_run(folder/'watcher')
    ds = simulate_dataset(folder/'talks', 'smg', people=12, hours=1., progress=False)
    run = train(ds, 'stream', folder/'watcher', preset='tiny', progress=False)
    choose_decision(run, ds, progress=False)
    return ds, run

def busiest(truth, lengths, size):
    "(recording, first frame) of the window with most annotated gestures"
    windows = [(s, a) for s, n in lengths.items() for a in range(0, n - size, size // 4)]
    return max(windows, key=lambda w: sum(w[1] <= e.start and e.end <= w[1] + size for e in truth[w[0]]))

def inside(events, start, size):
    "Events that lie in a window, as numbers that count from its start, in kept frames"
    there = [e for e in events if e.start >= start and e.end <= start + size]
    return [[e.label, (e.start - start) // EVERY, (e.end - start) // EVERY, round(e.score, 2)] for e in there]

def moments(values, seconds):
    "An endless animation through values, each of them as long as the others"
    return f'values="{";".join(values)}" dur="{seconds}s" calcMode="discrete" repeatCount="indefinite"'

def person(front, seconds):
    "The skeleton as one path a side, in the upper part of the picture"
    layout = Skeleton(front['layout'])
    joints = np.array(front['joints'])[..., :2]
    scale = 240 / np.ptp(joints[..., 1])
    middle = (joints.min((0, 1)) + joints.max((0, 1))) / 2
    xy = (joints - middle) * [scale, -scale] + [WIDTH / 2, 132]
    side = sides(layout)
    for name in ('centre', 'left', 'right'):
        edges = [(i, j) for i, j in layout.edges if name == (side[j] if side[j] != 'centre' else side[i])]
        paths = [' '.join(f"M{x[i, 0]:.1f} {x[i, 1]:.1f}L{x[j, 0]:.1f} {x[j, 1]:.1f}" for i, j in edges) for x in xy]
        animation = f'<animate attributeName="d" {moments(paths, seconds)}/>'
        look = f'fill="none" stroke="{colours[name]}" stroke-width="4" stroke-linecap="round"'
        yield f'<path d="{paths[0]}" {look}>{animation}</path>'

def bar(event, row, n, colour, classes, seconds, live):
    "An event in its row; one that a machine found appears when it ends"
    label, start, end, score = event
    x = LEFT + (WIDTH - LEFT - 10) * start / n
    width = (WIDTH - LEFT - 10) * (end - start) / n
    y = 282 + 40 * row
    once = f'values="0;1" keyTimes="0;{end / n:.3f}" dur="{seconds}s" calcMode="discrete" repeatCount="indefinite"'
    shown = f'<animate attributeName="opacity" {once}/>'
    name = html.escape(classes[label].split(' or ')[0])
    clip = f'<svg x="{x:.0f}" y="{y}" width="{max(width, 2):.0f}" height="30">'
    box = f'<rect width="100%" height="100%" rx="3" fill="{colour}" opacity="{.3 + .5 * score:.2f}"/>'
    words = f'<text x="3" y="18" style="font-size:10px">{name}</text>'
    return f'<g>{shown if live else ""}{clip}{box}{words}</svg></g>'

def picture(front):
    "The front page's picture as SVG"
    n = len(front['joints'])
    seconds = n / front['fps']
    labels = sorted({e[0] for e in front['annotated'] + front['found']})
    bars = [bar(e, row, n, palette[labels.index(e[0]) % len(palette)], front['classes'], seconds, row == 1)
            for row, events in enumerate((front['annotated'], front['found'])) for e in events]
    room = WIDTH - LEFT - 10
    places = [f"{LEFT + room * k / n:.1f}" for k in range(n)]
    cursor = ''.join(f'<animate attributeName="{a}" {moments(places, seconds)}/>' for a in ('x1', 'x2'))
    at = range(0, int(seconds) + 1, 5)
    ticks = ''.join(f'<text x="{LEFT + room * s / seconds:.0f}" y="376" text-anchor="middle">{s}</text>' for s in at)
    rows = '<text x="4" y="301">annotated</text><text x="4" y="341">found</text><text x="4" y="376">seconds</text>'
    style = f'<style>text{{font-family:system-ui,sans-serif;font-size:12px;fill:{colours["ink"]}}}</style>'
    paper = '<rect width="100%" height="100%" fill="white"/>'
    line = f'<line x1="{LEFT}" x2="{LEFT}" y1="274" y2="358" stroke="{colours["ink"]}" stroke-width="2">{cursor}</line>'
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return '\n'.join([head, style, paper, *person(front, seconds), rows, ticks, *bars, line, '</svg>', ''])

def main():
    with tempfile.TemporaryDirectory() as tmp:
        ds, run = trained(Path(sys.argv[1]) if sys.argv[1:] else Path(tmp))
        found = detect(run, ds, progress=False)
        truth = ground_truth(ds, 'test')
        size = round(SECONDS * ds.fps)
        who, start = busiest(truth, ds.split('test').recordings.n_frames.to_dict(), size)
        rec = ds.recording(who)
        f1 = event_f1(found, truth, 'optimal')
        front = dict(
            people=dict(train=len(ds.split('train').subjects), valid=len(ds.split('valid').subjects), test=len(ds.split('test').subjects)),
            sample_id=who, start=start, fps=rec.fps / EVERY, layout=rec.layout.name, classes=list(ds.classes),
            joints=np.asarray(rec.joints[start:start + size:EVERY], float).round(3).tolist(),
            annotated=inside(truth[who], start, size), found=inside(found[who], start, size),
            f1=f1['f1'], matched=f1['matched'], n_truth=f1['n_truth'], n_found=f1['n_found'],
        )
        RESULT.write_text(json.dumps(front, separators=(',', ':')) + '\n', encoding='utf-8')
        PICTURE.write_text(picture(front), encoding='utf-8')
        print(f"{who} from frame {start}: event F1 {100 * f1['f1']:.1f} %, {f1['matched']} of {f1['n_truth']} found (simulated people)")

if __name__ == '__main__': main()
