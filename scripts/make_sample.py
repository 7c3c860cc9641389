"""Make data/sample, the eight simulated people that the pages look at, or check that it still is what this makes.

    python scripts/make_sample.py            write it anew
    python scripts/make_sample.py --check    make it elsewhere and compare: the same tables, joints within 1e-3 pixels"""
import sys, tempfile
from pathlib import Path
import numpy as np
from mgnb.simulate import simulate_dataset

SAMPLE = Path(__file__).resolve().parent.parent/'data'/'sample'
SETTINGS = dict(like='imigue', people=8, hours=.045, seed=2, least=(2, 1, 1), temper=.8, per_minute=24)

def main():
    if '--check' not in sys.argv: return print(simulate_dataset(SAMPLE, **SETTINGS, overwrite=True, progress=False))
    with tempfile.TemporaryDirectory() as tmp:
        new = simulate_dataset(Path(tmp)/'sample', **SETTINGS, progress=False)
        for f in ('dataset.json', 'clips.csv', 'recordings.csv'):
            if (SAMPLE/f).read_bytes() != (new.path/f).read_bytes(): sys.exit(f"data/sample/{f} is not what scripts/make_sample.py makes")
        off = max(float(np.abs(np.load(p) - np.load(SAMPLE/'keypoints'/p.name)).max()) for p in (new.path/'keypoints').glob('*.npy'))
    print(f"data/sample is what its command makes: joints within {off:.1e} pixels")
    sys.exit(off > 1e-3)

if __name__ == '__main__': main()
