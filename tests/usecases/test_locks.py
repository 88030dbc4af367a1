"""Who has died is seen by the lock that came free, also of somebody who came or was buried since the last question."""

import fcntl
import os
from pathlib import Path

from socialq.publishing.locks import Locks


def lock(path: Path) -> int:
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def test_a_lock_that_comes_free_is_seen_at_the_next_question(tmp_path: Path) -> None:
    folder = tmp_path / "workers"
    asked = Locks(folder)
    assert not asked.some_free(), "nobody has come yet"
    folder.mkdir()
    one = lock(folder / "one")
    assert not asked.some_free() and not asked.some_free()
    two = lock(folder / "two")
    assert not asked.some_free()
    os.close(one)
    assert asked.some_free() and asked.some_free(), "until it is buried"
    (folder / "one").unlink()
    assert not asked.some_free()
    os.utime(folder, (0, 0))  # as if nothing had changed for long
    assert not asked.some_free()
    os.close(two)
    assert asked.some_free()
    asked.close()


def test_a_folder_that_changed_just_now_is_listed_again(tmp_path: Path) -> None:
    """Two changes within one tick of the file system's clock bear one time."""
    asked = Locks(tmp_path)
    one = lock(tmp_path / "one")
    assert not asked.some_free()
    at = tmp_path.stat().st_mtime_ns
    os.close(lock(tmp_path / "two"))
    os.utime(tmp_path, ns=(at, at))
    assert asked.some_free()
    asked.close()
    os.close(one)
