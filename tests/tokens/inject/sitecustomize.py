"""Put on PYTHONPATH by the test, so that the real `python -m workers` knows the rotating network, and dies where it is told to."""

import os
import sys
import traceback

if os.environ.get("TOKENS_PLACE") and "workers" in sys.orig_argv:
    try:
        from tests.tokens import points

        points.install(os.environ["TOKENS_PLACE"])
    except Exception:  # Python only mentions it and goes on: then the test would prove nothing
        traceback.print_exc()
        os._exit(97)
