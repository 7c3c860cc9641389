"""Are the faces of people hidden whom the pose estimator does not follow?

    python benchmarks/faces.py FOLDER [--json FILE] [--every N]

FOLDER holds films of one person each (here: Intel's sample videos, CC BY 4.0, 640 × 480 pixels). Two stand side by side in one picture: one
as large as they are, who is followed, and a bystander, smaller and smaller. Every N-th picture is shown to MediaPipe's face detector
(`open_faces`). The bystander's face is *found* where the middle of a box is on the face that MediaPipe's holistic model sees in the
bystander's own film; *covered* where what would be hidden holds all eleven joints of that face. Pictures are used and forgotten. Writes
benchmarks/results/faces.json."""
import argparse, json
from pathlib import Path
import numpy as np
from PIL import Image
from mgnb.film import read_frames
from mgnb.pose.mediapipe import open_faces, open_mediapipe
from mgnb.pose.overlay import FacesFound

RESULT = Path(__file__).resolve().parent/'results'/'faces.json'
SCALES = (1, .5, .35, .25, .2)
SIZE = (960, 480)
FACE = slice(0, 11)   # joints of mediapipe75: nose, eyes, ears, mouth

def faces_of(film, every):
    "Pictures of a film, and the joints of the face in each"
    with open_mediapipe() as find: seen = [(picture, find(picture, seconds)) for seconds, picture in read_frames(film, note=str)]
    return [(picture, people[0, FACE]) for picture, people in seen[::every] if len(people) and (people[0, FACE, 2] > .5).all()]

def beside(followed, bystander, joints, scale):
    "One picture of both; the bystander stands on the right, at the bottom"
    canvas = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    canvas[:, :640] = followed
    small = np.asarray(Image.fromarray(bystander[:, 160:480]).resize((round(320 * scale), round(480 * scale)), Image.Resampling.BOX))
    top = SIZE[1] - len(small)
    canvas[top:, 640:640 + small.shape[1]] = small
    return canvas, (joints[:, :2] - [160, 0]) * scale + [640, top]

def judge(found, joints):
    "(is the face found, is it covered?)"
    low, high = joints.min(0), joints.max(0)
    middles = found[..., :2].mean(1)
    boxes = FacesFound(np.zeros(len(found)), found[..., :2]).near(0.)
    inside = (boxes[:, None, :2] <= joints).all(-1) & (joints <= boxes[:, None, 2:]).all(-1)
    return bool(((middles >= low - 9) & (middles <= high + 9)).all(1).any()), bool(inside.all(1).any())

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('folder', type=Path)
    p.add_argument('--json', type=Path, default=RESULT)
    p.add_argument('--every', type=int, default=15)
    args = p.parse_args()
    films = [faces_of(film, args.every) for film in sorted(args.folder.glob('*.mkv'))]
    pairs = [(a[0], *b) for k, one in enumerate(films) for a, b in zip(one, films[(k + 1) % len(films)])]
    rows = []
    with open_faces() as find:
        for scale in SCALES:
            composed = [beside(*pair, scale) for pair in pairs]
            seen = [judge(find(picture, 0.), joints) for picture, joints in composed]
            ears = float(np.median([np.ptp(joints[:, 0]) for _, joints in composed]))
            found, covered = np.sum(seen, 0).tolist()
            rows.append(dict(scale=scale, pictures=len(seen), face_pixels=round(ears), found=found, covered=covered))
            print(rows[-1], flush=True)
    args.json.write_text(json.dumps(dict(films=len(films), rows=rows), indent=1) + '\n')

if __name__ == '__main__': main()
