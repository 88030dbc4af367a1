"""Whether somebody of a folder has died, asked every tick: the workers' locks, kept open between the questions. No database."""

import fcntl
import os
from pathlib import Path

from socialq import clock

SETTLED = 2.0  # seconds: a folder that changed later than that may change again without showing it


class Locks:
    """Over one folder of locks. A lock that is free belongs to a dead worker who is not buried (its file goes with the burial)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, int] = {}
        self._changed_at: int | None = None

    def some_free(self) -> bool:
        """Asks each lock; lists the folder only when it has changed."""
        try:
            self._refresh()
        except FileNotFoundError:  # no worker yet, or one that was buried this moment: the next tick sees it
            return False
        return any(_free(file) for file in self._files.values())

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)
        self._files, self._changed_at = {}, None

    def _refresh(self) -> None:
        changed_at = self._folder.stat().st_mtime_ns
        if changed_at == self._changed_at:
            return
        settled = clock.host_now().timestamp() - changed_at / 1e9 > SETTLED
        names = set(os.listdir(self._folder))
        for gone in self._files.keys() - names:
            os.close(self._files.pop(gone))
        for new in names - self._files.keys():
            self._files[new] = os.open(self._folder / new, os.O_RDONLY)
        self._changed_at = changed_at if settled else None


def _free(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True
