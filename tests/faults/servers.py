"""Databases and a Redis of a world's own: started, restarted, locked, put on another clock, and gone with it."""

import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError

from tests.faults.waiting import wait_until

POSTGRES = os.environ.get("SOCIALQ_TEST_POSTGRES_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/test"
CLOCK = """CREATE SCHEMA faults; CREATE TABLE faults.clock (seconds float8); INSERT INTO faults.clock VALUES (0);
CREATE FUNCTION faults.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
 'SELECT pg_catalog.clock_timestamp() + (SELECT seconds FROM faults.clock) * interval ''1 second''';"""


@dataclass
class RedisServer:
    """On a socket in the world's folder; nothing on disk."""

    folder: Path
    program: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> str:
        return str(self.folder / "redis.sock")

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([self.program, *words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass
class Store:
    """The database of a world, seen from outside."""

    url: str
    folder: Path
    cluster: "Cluster | None" = None
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = create_engine(self.url)

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else can write (SQLite), nor touch a delivery (PostgreSQL)."""
        with self.engine.connect() as connection:
            if self.sqlite:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.isolation_level = None
                raw.execute("PRAGMA busy_timeout=60000")
                raw.execute("BEGIN IMMEDIATE")
                yield
                raw.execute("ROLLBACK")
            else:
                connection.execute(text("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
                yield
                connection.rollback()

    def copy(self) -> None:
        """Nobody is connected."""
        if self.sqlite:
            with closing(sqlite3.connect(self._file)) as now, closing(sqlite3.connect(self._copy)) as then:
                now.backup(then)
        else:
            self._on_the_server('CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')

    def put_back(self) -> None:
        """Nobody is connected."""
        if self.sqlite:
            for old in self._file.parent.glob(f"{self._file.name}-*"):
                old.unlink()
            self._copy.replace(self._file)
        else:
            self._on_the_server(
                'DROP DATABASE "{name}" WITH (FORCE)', 'ALTER DATABASE "{name}_copy" RENAME TO "{name}"'
            )

    @property
    def _file(self) -> Path:
        return Path(make_url(self.url).database or "")

    @property
    def _copy(self) -> Path:
        return self._file.with_suffix(".copy")

    def _on_the_server(self, *statements: str) -> None:
        self.engine.dispose()
        url = make_url(self.url)
        server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            for statement in statements:
                connection.execute(text(statement.format(name=url.database)))
        server.dispose()

    def give_a_clock(self) -> None:
        """PostgreSQL: a clock_timestamp() that stands before the built-in one. SQLite has the host's."""
        name = make_url(self.url).database
        with self.engine.begin() as connection:
            connection.execute(text(CLOCK))
            connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = faults, pg_catalog, public'))
        self.engine.dispose()

    def step_clock(self, seconds: float) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE faults.clock SET seconds = :s"), {"s": seconds})


class Cluster:
    """A PostgreSQL server of the world's own, on a socket in its folder. initdb refuses root: another user runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cluster"
        self._programs = _postgres_programs()
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        folder.chmod(0o711)
        self.folder.mkdir()
        if self._as:
            shutil.chown(self.folder, "postgres", "postgres")
        words = ["-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
        self._run(self._programs / "initdb", *words)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        words = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="]
        server = [*self._as, str(self._programs / "postgres"), *words]
        with (self.folder.parent / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(server, stdout=log, stderr=log, cwd="/")
        wait_until(self._answers, 60, "the cluster did not start")

    def stop(self) -> None:
        """At once, as in a crash: every connection is cut, what was not committed is gone."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def _answers(self) -> bool:
        engine = create_engine(self.url)
        try:
            engine.connect().close()
        except OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    def _run(self, program: Path, *words: str) -> None:
        subprocess.run([*self._as, str(program), *words], check=True, stdout=subprocess.DEVNULL, cwd="/")


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        raise FileNotFoundError("initdb is needed for a cluster of the harness's own: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def open_store(kind: str, folder: Path, *, own_cluster: bool = False) -> Iterator[Store]:
    """`kind` is "sqlite" or "postgresql"; the latter in the running server, or in a cluster of its own."""
    if kind == "sqlite":
        yield Store(f"sqlite:///{folder / 'faults.sqlite3'}", folder)
        return
    cluster = Cluster(folder) if own_cluster else None
    server = create_engine(cluster.url if cluster else POSTGRES, isolation_level="AUTOCOMMIT")
    name = f"socialq_faults_{secrets.token_hex(6)}"
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    url = make_url(cluster.url if cluster else POSTGRES).set(database=name)
    store = Store(url.render_as_string(hide_password=False), folder, cluster)
    try:
        yield store
    finally:
        store.engine.dispose()
        if cluster:
            cluster.stop()
        else:
            with server.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()
