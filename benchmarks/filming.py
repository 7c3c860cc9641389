"""How many frames of simulated people a second of one core draws, and draws and writes (the encoder included).

    python benchmarks/filming.py [--people 4] [--frames 150] [--json benchmarks/results/filming.json]"""
import argparse, json, tempfile, time
from pathlib import Path
from mgnb.film import write_film
from mgnb.people.filming import draw_look, film_frames
from mgnb.simulate import simulate_recording

def measure(height, people, frames):
    "Frames a second of processor time, over all people"
    drawn = written = n = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(people):
            shot = {}
            simulate_recording('imigue', classes=[7, 10], seed=seed, shot=shot)
            look = draw_look(shot['rng'])
            list(film_frames(shot, look, height, slice(0, 2)))          # compiled, and in memory
            start = time.process_time()
            pictures = list(film_frames(shot, look, height, slice(0, frames)))
            drawn += time.process_time() - start
            write_film(Path(folder)/'a.mp4', iter(pictures), shot['fps'], keys=25)
            written += time.process_time() - start
            n += len(pictures)
    return dict(height=height, frames=n, drawn=n / drawn, written=n / written)

if __name__ == '__main__':
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--people', type=int, default=4)
    ap.add_argument('--frames', type=int, default=150)
    ap.add_argument('--json', default='benchmarks/results/filming.json')
    a = ap.parse_args()
    rows = [measure(height, a.people, a.frames) for height in (112, 144, 224)]
    for row in rows: print({k: round(v, 1) for k, v in row.items()})
    Path(a.json).write_text(json.dumps(dict(data='simulated, seated people', cores=1, rows=rows), indent=1) + '\n')
