"""Put on PYTHONPATH by the harness, so that the real `python -m workers` (and its forks) runs with what injected/ puts into it."""

import os
import sys
import traceback

if os.environ.get("FAULTS_DIR") and "workers" in sys.orig_argv:
    try:
        from tests.faults import injected

        injected.install()
    except Exception:  # Python only mentions it and goes on: then a control would prove nothing
        traceback.print_exc()
        os._exit(97)
