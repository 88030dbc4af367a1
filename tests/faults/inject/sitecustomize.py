"""Put on PYTHONPATH by the harness, so that the real `python -m workers` runs, killed where a row says or with a guard taken out."""

import os
import sys

if os.environ.get("FAULTS_DIR") and sys.orig_argv[-1] in ("publish", "slow"):
    from tests.faults import injected

    injected.install(os.environ["FAULTS_DIR"], os.environ.get("FAULTS_KILL", ""), os.environ.get("FAULTS_WITHOUT", ""))
