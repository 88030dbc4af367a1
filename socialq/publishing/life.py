"""Whether a sender lives. A worker holds an OS lock on its own file for life: the lock free is the only proof of its death."""

import fcntl
import hashlib
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select, update

from socialq.db import Database, now
from socialq.models import Worker


@dataclass
class Life:
    """One living process. The lock ends with it, however it ends."""

    id: str
    db: Database
    lock: IO[bytes]

    def beat(self, redis_at: datetime | None = None) -> None:
        with self.db.begin() as session:
            values = {"beat_at": now(session)} | ({"redis_at": redis_at} if redis_at else {})
            session.execute(update(Worker).where(Worker.id == self.id).values(**values))

    def close(self) -> None:
        """Only when nothing of this process can send any more."""
        self.lock.close()


def register(db: Database, data_dir: Path, role: str) -> Life:
    """Takes the lock, then writes the row: a row without a lock is a dead worker."""
    worker_id = f"{role}-{os.getpid()}-{secrets.token_hex(6)}"
    folder = data_dir / "workers"
    folder.mkdir(exist_ok=True, mode=0o700)
    lock = (folder / worker_id).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    with db.begin() as session:
        moment = now(session)
        session.add(
            Worker(
                id=worker_id,
                role=role,
                host_id=host_id(data_dir),
                boot_id=boot_id(),
                pid=os.getpid(),
                pid_started=process_start(os.getpid()),
                started_at=moment,
                beat_at=moment,
            )  # fmt: skip
        )
    return Life(worker_id, db, lock)


def is_dead(worker: Worker, data_dir: Path) -> bool:
    """Proved dead: of this host, and its lock is free or the machine was started again since. A missing file proves nothing."""
    if worker.host_id != host_id(data_dir):
        return False
    if worker.boot_id != boot_id():
        return True
    try:
        return _free(data_dir / "workers" / worker.id)
    except FileNotFoundError:
        return False


def some_lock_is_free(data_dir: Path) -> bool:
    """Somebody of this folder has died and is not buried yet (its file goes with the burial). Asks no database."""
    try:
        return any(_free(path) for path in (data_dir / "workers").iterdir())
    except FileNotFoundError:  # no worker yet, or one that was buried this moment
        return False


def living(db: Database, data_dir: Path) -> list[Worker]:
    """Workers of this host that are not buried yet."""
    with db.read() as session:
        query = select(Worker).where(Worker.gone_at.is_(None), Worker.host_id == host_id(data_dir))
        return list(session.scalars(query))


def host_id(data_dir: Path) -> str:
    """This machine together with this data folder: a copy of the folder elsewhere, or a second folder here, is another host."""
    path = data_dir / "host"
    if not path.exists():
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.write_text(secrets.token_hex(16))
        try:
            os.link(fresh, path)  # two first starts at once agree on one file
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return hashlib.sha256(f"{machine_id()}:{path.read_text()}".encode()).hexdigest()[:32]


def boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else "unknown"


def process_start(pid: int) -> str:
    """Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); empty where it cannot be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def _free(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def machine_id(*, named: bool = True) -> str:
    """Of this machine; where it has none, its name (`named`), or nothing: a container has a new name at every start."""
    path = Path("/etc/machine-id")
    return (path.read_text().strip() if path.exists() else "") or (socket.gethostname() if named else "")
