"""The linter holds the two rules that are easiest to forget: one clock, no mocks."""

import json
import subprocess
import sys

import pytest

from tests.structure.tree import ROOT

CLOCK = [
    "import datetime\n\nnow = datetime.datetime.now(datetime.UTC)\n",
    "from datetime import UTC, datetime\n\nnow = datetime.now(UTC)\n",
    "from datetime import datetime\n\nnow = datetime.utcnow()\n",
    "from datetime import date\n\ntoday = date.today()\n",
    "import time\n\nnow = time.time()\n",
    "from time import monotonic\n\nnow = monotonic()\n",
    "import time\n\nwait = time.sleep\n",
]
MOCK = [
    "from unittest.mock import patch\n\npatch\n",
    "from unittest import mock\n\nmock\n",
    "import unittest.mock\n\nunittest.mock\n",
]


def codes(text: str, file: str) -> set[str]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--output-format",
        "json",
        "--stdin-filename",
        file,
        "-",
    ]
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, timeout=60)
    return {one["code"] for one in json.loads(done.stdout)}


@pytest.mark.parametrize("text", CLOCK)
def test_only_the_clock_reads_the_time(text: str) -> None:
    for file in ("socialq/planning/slip.py", "workers/slip.py", "tests/test_slip.py"):
        assert "TID251" in codes(text, file), file
    assert "TID251" not in codes(text, "socialq/clock.py")


@pytest.mark.parametrize("text", MOCK)
def test_nothing_is_mocked(text: str) -> None:
    for file in ("socialq/planning/slip.py", "tests/test_slip.py", "tests/faults/slip.py"):
        assert "TID251" in codes(text, file), file
