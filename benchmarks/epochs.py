"""How long an epoch of iMiGUE's size, 13,936 training clips, is for every published system at full size (simulated clips).

    python benchmarks/epochs.py [--device cpu|cuda] [--systems posec3d,ehct] [--clips 2] [--steps 3] [--json FILE]

A step goes from clips on the disk to new weights; what the loader takes of it, reading, sampling, moving and drawing, is timed apart. On
a GPU a batch is the preset's own, in the arithmetic that `mgnb train` takes there, and the peak of its memory is kept. On a CPU a batch
has --clips, one thread computes, and its computing time counts; what a clip takes is the same in larger batches, but for little. One
stream is timed; a training has as many as the table says, and the preset's epochs. Systems that want weights of others (CLIP) are left out.
Writes benchmarks/results/epochs.json, which the page `device` reads; results of another device stay there."""
import argparse, gc, json, statistics, tempfile, time, warnings
from itertools import chain, repeat
from pathlib import Path
import torch
from mgnb.learn.batches import get_dls
from mgnb.learn.learner import best_speed, kept_heap, mg_learner
from mgnb.people.filming import film_person
from mgnb.recipe import load_systems, recipes
from mgnb.simulate import simulate_dataset

RESULT = Path(__file__).resolve().parent/'results'/'epochs.json'
CLIPS = 13_936   # iMiGUE, training people

def clock(device):
    "Seconds of computing: of this process, or of a GPU that has done all that it was asked"
    if torch.device(device).type == 'cpu': return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()

def learner(recipe, ds, device, clips):
    "A learner of the full preset that is ready for its first step"
    size = dict(bs=clips, at_once=None) if torch.device(device).type == 'cpu' else {}
    dls = get_dls(ds, recipe, None, 'full', device=device, mirror='always', **size)
    learn = mg_learner(dls, best_speed(device), progress=False)
    learn.create_opt()
    learn.model.train()
    return learn

def timed_step(learn, batches, device):
    "Seconds in which a batch was made, and seconds in which the network has learned from it"
    begun = clock(device)
    x, y = next(batches)
    made = clock(device)
    learn.loss_func(learn.model(x), y).backward()
    learn.opt.step()
    learn.opt.zero_grad()
    return made - begun, clock(device) - made

def measure(recipe, ds, a):
    "What a clip takes, and what an epoch and a training would"
    cuda = torch.device(a.device).type == 'cuda'
    if cuda: torch.cuda.reset_peak_memory_stats()
    learn = learner(recipe, ds, a.device, a.clips)
    batches = chain.from_iterable(repeat(learn.dls.train))
    with kept_heap(): steps = [timed_step(learn, batches, a.device) for _ in range(a.steps + 1)][1:]
    loading, learning = (statistics.median(s) for s in zip(*steps))
    a_clip = (loading + learning) / learn.dls.train.bs
    hours = CLIPS * a_clip / 3600
    hp = recipe.hp('full')
    row = dict(clips_a_step=learn.dls.train.bs, seconds_a_clip=a_clip, loader_share=loading / (loading + learning), epoch_hours=hours,
               streams=len(recipe.streams), epochs=hp['epochs'], training_hours=hours * hp['epochs'] * len(recipe.streams))
    if cuda: row['peak_gb'] = torch.cuda.max_memory_allocated() / 1e9
    return row

def filmed(folder):
    "A few simulated people with films"
    return simulate_dataset(Path(folder)/'films', 'touch', 3, .01, seed=0, film=film_person, progress=False)

def jointed(folder):
    "A few simulated people with iMiGUE's joints, the face among them"
    return simulate_dataset(Path(folder)/'joints', 'imigue', 3, .05, seed=0, layout='imigue41', progress=False)

def chosen(names):
    "Recipes that learn step by step, and want no weights of others"
    load_systems('models')
    names = names.split(',') if names else [n for n, r in recipes.items() if 'full' in r.presets and not r.fit and n != 'clip2024_rgb']
    return {n: recipes[n] for n in names}

def device_name(device):
    "The name of a card, or of what computes without one"
    if torch.device(device).type == 'cuda': return torch.cuda.get_device_name(device)
    return f"one thread of a CPU{' with bfloat16' if best_speed('cpu')['bf16'] else ''}"

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--device', default='cpu')
    ap.add_argument('--systems')
    ap.add_argument('--clips', type=int, default=2)
    ap.add_argument('--steps', type=int, default=3)
    ap.add_argument('--json', type=Path, default=RESULT)
    a = ap.parse_args()
    warnings.simplefilter('ignore')
    if torch.device(a.device).type == 'cpu': torch.set_num_threads(1)
    found = json.loads(a.json.read_text()) if a.json.exists() else {}
    here = found.setdefault(device_name(a.device), {})
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for name, recipe in chosen(a.systems).items():
            kind = filmed if recipe.needs_film else jointed
            if kind not in made: made[kind] = kind(folder)
            here[name] = measure(recipe, made[kind], a)
            print(f"{name}: {here[name]['epoch_hours']:.2f} h an epoch, {here[name]['training_hours']:.0f} h in all", flush=True)
            a.json.write_text(json.dumps(found, indent=1) + '\n')
            gc.collect()

if __name__ == '__main__': main()
