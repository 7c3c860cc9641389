"""200,000 frames through `Live`, one by one: does its memory grow, how fast is it, and are its events those of the whole recording?

    python benchmarks/live.py [--frames 200000 --write]

A stream detector (tiny) is trained on simulated people. Then another simulated person, two hours at 28 frames a second, goes through `Live`
frame by frame: once as the run has learned to see, and once as a camera with 50 frames a second that `Live` is told of. The memory that the
process has (Linux) is noted every 2,000 frames; the frames lie in memory before the first one is read. Events are compared with those of
`detect` on the same recording. Exits with 1 where memory grows or an event differs. With --write, benchmarks/results/live.json, which the
page "stream" reads."""
import argparse, json, os, sys, tempfile, time
from dataclasses import replace
from pathlib import Path
import numpy as np, torch
from mgnb.core import spikes, clean
from mgnb.data import load_dataset
from mgnb.saving import save_dataset
from mgnb.detect.stream import Live
from mgnb.detect.search import choose_decision, detect
from mgnb.resample import refilm
from mgnb.simulate import simulate_dataset, simulate_recording
from mgnb.train import train

RESULT = Path(__file__).resolve().parent/'results'/'live.json'
FPS = 28
EVERY = 2000    # frames between two looks at the memory
WARM = 20_000   # frames after which it should stay as it is

def resident():
    "Bytes of memory that this process has"
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE')

def make_run(folder):
    "A detector that was trained for seconds, with its decision"
    people = simulate_dataset(folder/'people', 'smg', people=4, hours=.1, seed=0, least=(2, 1, 1), workers=1, progress=False)
    run = train(people, 'stream', folder/'run', preset='tiny', epochs=30, precision='fp32', progress=False)
    choose_decision(run, people, progress=False)
    return run

def long_recording(frames, camera):
    "Somebody whom the run has not seen, as long as wanted, filmed by a camera"
    rec = simulate_recording('smg', 1.1 * frames / (camera or FPS) + 1, 'kinect25', 99)     # a little may be missing
    if camera: rec = refilm(replace(rec, events=[]), fps=float(camera))
    return replace(rec, sample_id='long', subject='new', joints=np.array(rec.joints[:frames], np.float32), times=None, events=[])

def feed(run, joints, camera):
    "Events, a row each `EVERY` frames, and seconds that each frame took"
    live = Live(run, 'long', camera)
    seconds = np.ones(len(joints))
    memory = np.ones(len(joints) // EVERY)
    events = []
    for i, frame in enumerate(joints):
        start = time.perf_counter()
        events += live(frame)
        seconds[i] = time.perf_counter() - start
        if i % EVERY == EVERY - 1: memory[i // EVERY] = resident()
    return events + live.end(), memory, seconds

def as_table(memory, seconds):
    "Rows of frames, megabytes and frames a second"
    ends = EVERY * np.arange(1, len(memory) + 1)
    fps = EVERY / seconds[:ends[-1]].reshape(-1, EVERY).sum(1)
    return [dict(frames=int(n), mb=round(m / 2**20, 3), fps=round(f)) for n, m, f in zip(ends, memory, fps)]

def growth(memory):
    "Bytes a frame (slope of a line through the memory), and the largest growth in bytes, after the warm-up"
    after = memory[WARM // EVERY:]
    frames = EVERY * np.arange(len(after))
    slope = np.polyfit(frames, after, 1)[0] if len(after) > 1 else 0.
    return float(slope), int(after.max() - after[0]) if len(after) else 0

def same_events(found, wanted):
    "How many events of the whole recording came live with the same class and frames"
    own = {(e.label, e.start, e.end) for e in found}
    return sum((e.label, e.start, e.end) in own for e in wanted)

def measure(run, rec, folder, camera):
    "One camera: what `Live` needs and finds, beside what `detect` finds"
    ds = save_dataset(folder/f'long{camera}', [rec], run.classes, splits=dict(new='test'))
    whole = detect(run, load_dataset(ds.path), progress=False)['long']
    events, memory, seconds = feed(run, rec.joints, camera)
    slope, largest = growth(memory)
    ms = 1000 * np.quantile(seconds, [.5, .99])
    row = dict(
        camera_fps=camera or FPS,
        frames=len(seconds),
        frames_per_second=round(1 / float(np.median(seconds))),
        median_ms=round(float(ms[0]), 3),
        p99_ms=round(float(ms[1]), 3),
        bytes_a_frame=round(slope, 3),
        largest_growth_bytes=largest,
        events=len(events),
        events_whole=len(whole),
        same=same_events(events, whole),
        spikes=int(spikes(clean(rec.joints)).sum()),
    )
    print(row, flush=True)
    return row | dict(course=as_table(memory, seconds))

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--frames', type=int, default=200_000)
    ap.add_argument('--write', action='store_true')
    a = ap.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run = make_run(folder)
        cameras = [measure(run, long_recording(a.frames, camera), folder, camera) for camera in (None, 50)]
    found = dict(about='simulated', preset='tiny', threads=1, every=EVERY, warm_up=WARM, cameras=cameras)
    if a.write: RESULT.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    steady = all(abs(c['bytes_a_frame']) < 1 and c['largest_growth_bytes'] < 2**20 for c in cameras)
    equal = all(c['same'] == c['events'] == c['events_whole'] > 0 for c in cameras)
    print(f"memory is {'constant' if steady else 'NOT constant'}; events are {'those' if equal else 'NOT those'} of the whole recording")
    sys.exit(not (steady and equal))

if __name__ == '__main__': main()
