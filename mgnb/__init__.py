__version__ = "0.2.0.dev0"

# The one module that no page exports: what stands here has to be set before torch is imported for the first time.
import os, sys

os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')   # a thread that waits for a core sleeps instead of spinning

if os.environ.get('IN_TEST'):   # set by nbdev_test, which starts as many processes as there are cores
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    if 'torch' in sys.modules: sys.modules['torch'].set_num_threads(1)
