"""What the harness puts into the real processes: test networks, a clock that can be moved, points at which they die, guards taken out."""

import os
from datetime import timedelta
from pathlib import Path

PROCESSING_LIMIT = timedelta(seconds=20)  # an hour is no setting


def install() -> None:
    """In a child, before anything of the program is imported. What is missing in the program raises: the harness must not be blind."""
    from socialq.domain import delivery
    from tests.faults.injected import choices, clocks
    from tests.faults.peer import networks

    folder = Path(os.environ["FAULTS_DIR"])
    clocks.install(Path(os.environ["FAULTS_CLOCK"]))
    networks.add_to_registry()
    choices.remove(os.environ.get("FAULTS_WITHOUT", "").split())
    delivery.PROCESSING_LIMIT = PROCESSING_LIMIT
    from tests.faults.injected import points  # it imports what was to be changed first

    points.install(folder / "armed")
