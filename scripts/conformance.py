"""Take every registered classifier and detector through its conformance suite.

    python scripts/conformance.py [RECIPE …] [--jobs 2] [--share 2]      share: every second system, others tomorrow

Detectors that look at films take minutes each: with --share they are left out, named or without --share they are checked.
Prints the seconds of each check; exits with 1 where one does not hold."""
import argparse, sys, time, warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import torch
from mgnb.core import MgnbError
from mgnb.recipe import detectors, load_systems, recipes
from mgnb.conformance import check_recipe
from mgnb.detect.conformance import check_detector

def check(name):
    "Whether a system conforms, and a line about it"
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')   # the odd recordings are odd on purpose
    load_systems()
    suite = check_detector if name in detectors else check_recipe
    try: return True, f"{name:14} ok  " + ', '.join(f"{c} {s:.1f} s" for c, s in suite(name).items())
    except MgnbError as e: return False, f"{name:14} FAILED  {e}"

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('recipes', nargs='*')
    ap.add_argument('--jobs', type=int, default=2, help='processes')
    ap.add_argument('--share', type=int, default=1, help='take turns: so many days for all systems')
    a = ap.parse_args()
    load_systems()
    alone = [name for name, recipe in detectors.items() if not recipe.members]   # an ensemble is as good as its members
    names = a.recipes or [*alone, *recipes]       # detectors take longest
    if a.share > 1:
        names = [name for name in names if name not in detectors or not detectors[name].needs_film]
        names = names[int(time.time() // 86400) % a.share::a.share]
    right = 0
    with ProcessPoolExecutor(a.jobs, get_context('spawn')) as pool:
        for ok, line in pool.map(check, names):
            right += ok
            print(line, flush=True)
    print(f"{right} of {len(names)} systems conform")
    sys.exit(right < len(names))

if __name__ == '__main__': main()
