"""What a forged job would like to run. If this file's function is ever called, the canary file is there."""

import os
from pathlib import Path


def sing(*_args: object, **_named: object) -> None:
    Path(os.environ["CANARY"]).write_text("sung")
