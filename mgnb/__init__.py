__version__ = "0.2.0.dev0"

# The one module that no page exports: what stands here has to be set before torch is imported for the first time.
import os, sys

# A thread that waits for the others spins for some microseconds and then sleeps. Spinning as long as OpenMP does by itself is a little
# faster on an idle machine, and several times slower beside other work.
if 'OMP_WAIT_POLICY' not in os.environ: os.environ.setdefault('GOMP_SPINCOUNT', '3000')

if os.environ.get('IN_TEST'):   # set by nbdev_test, which starts as many processes as there are cores
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    if 'torch' in sys.modules: sys.modules['torch'].set_num_threads(1)
