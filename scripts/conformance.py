"""Take every registered classifier through the conformance suite.

    python scripts/conformance.py [RECIPE …]

Prints the seconds of each check; exits with 1 where one does not hold."""
import sys, torch
from mgnb.core import MgnbError
from mgnb.conformance import check_recipe, recipes

torch.set_num_threads(1)
names, failed = sys.argv[1:] or list(recipes), 0
for name in names:
    try: print(f"{name:12} ok  " + ', '.join(f"{c} {s:.1f} s" for c, s in check_recipe(name).items()), flush=True)
    except MgnbError as e:
        failed += 1
        print(f"{name:12} FAILED  {e}", flush=True)
print(f"{len(names) - failed} of {len(names)} classifiers conform")
sys.exit(bool(failed))
