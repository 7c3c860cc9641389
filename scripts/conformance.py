"""Take every registered classifier and detector through its conformance suite.

    python scripts/conformance.py [RECIPE …]

Prints the seconds of each check; exits with 1 where one does not hold."""
import sys, warnings
import torch
from mgnb.core import MgnbError
from mgnb.recipe import detectors, load_systems, recipes
from mgnb.conformance import check_recipe
from mgnb.detect.conformance import check_detector

load_systems()
torch.set_num_threads(1)
warnings.simplefilter('ignore')   # the odd recordings are odd on purpose
names, failed = sys.argv[1:] or [*recipes, *detectors], 0
for name in names:
    check = check_detector if name in detectors else check_recipe
    try: print(f"{name:12} ok  " + ', '.join(f"{c} {s:.1f} s" for c, s in check(name).items()), flush=True)
    except MgnbError as e:
        failed += 1
        print(f"{name:12} FAILED  {e}", flush=True)
print(f"{len(names) - failed} of {len(names)} systems conform")
sys.exit(bool(failed))
