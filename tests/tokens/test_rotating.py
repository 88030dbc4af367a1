"""`socialq keys rotate` while real workers renew and publish: nothing is lost, nothing is under the old key, whenever it is broken off."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, or_, select, update

from socialq.connecting import rotating
from socialq.connecting.rotating import rotate, sealed_columns
from socialq.crypto import KEYS, Secrets, add_key, load_keys, replace_keys
from socialq.db import now
from socialq.errors import NotAllowed, Unavailable
from socialq.models import Channel, NetworkApp, Worker
from socialq.publishing.prepare import begin
from socialq.services import preferences
from socialq.services.journal_files import store
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.tokens import points
from tests.tokens.desk import Tokens, add
from tests.tokens.server import TokenServer
from tests.workers.installation import ROOT, Server, environment, fast, processes, running, schedule, states, until
from workers.queues import PUBLISH, PULL, Bell

ROTATE = [sys.executable, "-c", "from socialq.cli import main; main()", "keys", "rotate"]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A line a renewal would fill the pipe that nobody reads."""
    return fast(tmp_path / "data", database_url, allow_private_hosts=True, log_level="WARNING")


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    opened = open_parts(settings)
    yield opened
    opened.db.dispose()


@pytest.fixture
def redis(settings: Settings) -> Iterator[Server]:
    server = Server(settings)
    server.start()
    yield server
    server.kill()


def rotated(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    env = environment(settings)
    return subprocess.run([*ROTATE, *words], cwd=ROOT, env=env, text=True, capture_output=True, timeout=120)


def whole(parts: Parts, server: TokenServer, keys: list[bytes]) -> bool:
    """Every row opens with these keys, and holds what the server gave last."""
    secrets = Secrets(keys)
    with parts.db.read() as session:
        rows = list(session.scalars(select(Channel)))
    stored = {one.remote_id: secrets.open(one.owner, one.credentials or b"") for one in rows}
    return all(stored[name] == family.tokens[-1] and not family.revoked for name, family in server.families.items())


def rested(parts: Parts) -> bool:
    """Every renewal of this turn is in its row."""
    with parts.db.read() as session:
        due = or_(Channel.refresh_at <= now(session), Channel.refreshing_until.is_not(None))
        return session.scalar(select(func.count(Channel.id)).where(due)) == 0


def test_with_workers_running(parts: Parts, redis: Server, server: TokenServer) -> None:
    """Renewals and posts go on through a rotation that drops the old key, in processes that began under it."""
    first_key = load_keys(parts.settings.data_dir)[0]
    ids = [add(parts, server, f"account{number}", due=False) for number in range(40)]
    with ExitStack() as stack, redis.redis() as connection:
        for role in (PULL, PUBLISH):
            stack.enter_context(running(parts.settings, role, more=points.environment()))
        until(lambda: all(processes(parts.settings, "workers", role) for role in (PULL, PUBLISH)))
        bell = Bell(connection)
        tool = subprocess.Popen(
            [*ROTATE, "--drop-old"], cwd=ROOT, env=environment(parts.settings), text=True, stdout=subprocess.PIPE
        )
        turns = 0
        while tool.poll() is None or turns < 3:
            with parts.db.begin() as session:
                session.execute(update(Channel).values(refresh_at=now(session)))
            assert bell.ring(PULL, "refresh", ids)
            until(lambda: rested(parts))
            turns += 1
        assert tool.returncode == 0 and "1 in the key file" in tool.communicate()[0]
        delivery = schedule(parts, ids[0], "Vers brood")
        assert bell.ring(PUBLISH, "publish", [delivery])
        until(lambda: states(parts)[delivery] == "published")
        until(lambda: whole(parts, server, load_keys(parts.settings.data_dir)))
    (key,) = load_keys(parts.settings.data_dir)
    assert key != first_key and whole(parts, server, [key])
    assert server.family("account0").posts == ["Vers brood"]
    print(f"\n{server.requests} renewals of 40 accounts while the keys were rotated ({turns} turns), none lost")


@pytest.mark.parametrize("when", ["after the new key", "among the rows"])
def test_broken_off_it_is_run_again(parts: Parts, server: TokenServer, when: str) -> None:
    for number in range(5):
        add(parts, server, f"account{number}")
    data_dir, died = parts.settings.data_dir, os.fork()
    if died == 0:  # a process of its own, killed in the middle
        place = "_until_clean" if when == "after the new key" else "_anew"
        counter = iter(range(3))
        real = getattr(rotating, place)

        def struck(*given: object) -> object:
            if when == "after the new key" or next(counter, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given)

        setattr(rotating, place, struck)
        rotating.BATCH = 2
        parts.db.engine.dispose(close=False)
        rotate(parts.db, data_dir, 0.1, "cli")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(died, 0)[1]) == -signal.SIGKILL
    keys = load_keys(data_dir)
    assert len(keys) == 2 and whole(parts, server, keys), "all of it opens meanwhile"
    done = rotate(parts.db, data_dir, 0.1, "cli", drop_old=True)
    assert (done.closed, done.keys) == (0, 1) and load_keys(data_dir) == keys[:1], "the same new key: it was finished"
    assert whole(parts, server, load_keys(data_dir))


def test_everything_that_is_sealed_is_in_it(parts: Parts, server: TokenServer) -> None:
    names = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert {"channels.credentials", "network_apps.client_secret", "preferences.sealed"} <= names
    add(parts, server, "brood")
    with parts.db.begin() as session:
        preferences.seal(session, parts.secrets, "mail.server", {"password": "a long password"}, "member:1")
        app = NetworkApp(network="x", server="", returns_to="", client_id="1", created_at=now(session))
        app.client_secret = parts.secrets.seal(app.owner, {"client_secret": "a long secret"})
        session.add(app)
    done = rotate(parts.db, parts.settings.data_dir, 0.1, "cli", drop_old=True)
    assert (done.sealed, done.closed, done.keys) == (3, 0, 1)
    with parts.db.read() as session:
        assert preferences.secret(session, parts.secrets, "mail.server") == {"password": "a long password"}
    again = rotate(parts.db, parts.settings.data_dir, 0.1, "cli")
    assert (again.sealed, again.keys) == (3, 2), "without --drop-old older backups can still be opened"


def test_an_answer_in_the_journal_keeps_the_old_key(parts: Parts) -> None:
    data_dir = parts.settings.data_dir
    sealed = parts.secrets.seal("channel:1", {"access_token": "a long token"})
    file, path = store(data_dir / "journal", {"kind": "token", "sealed": sealed.decode()})
    with pytest.raises(NotAllowed, match="journal"):
        rotate(parts.db, data_dir, 0.1, "cli", drop_old=True)
    assert len(load_keys(data_dir)) == 2
    file.close()
    path.unlink()
    assert rotate(parts.db, data_dir, 0.1, "cli", drop_old=True).keys == 1


def test_it_is_refused_where_another_folder_has_keys_of_its_own(parts: Parts) -> None:
    with parts.db.begin() as session:
        for number in range(2):
            moment = now(session)
            session.add(
                Worker(
                    id=f"w{number}",
                    role="pull",
                    host_id=f"h{number}",
                    boot_id="b",
                    pid=1,
                    pid_started="1",
                    started_at=moment,
                    beat_at=moment,
                )  # fmt: skip
            )
    before = load_keys(parts.settings.data_dir)
    with pytest.raises(NotAllowed, match="2 data folders"):
        rotate(parts.db, parts.settings.data_dir, 0.1, "cli")
    assert load_keys(parts.settings.data_dir) == before


def test_the_command_says_what_it_did(parts: Parts, server: TokenServer) -> None:
    add(parts, server, "brood")
    told = rotated(parts.settings)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "1 secrets are sealed under the new key; 2 in the key file. Make a backup now.\n"
    mode = (parts.settings.data_dir / KEYS).stat().st_mode & 0o777
    assert mode == 0o600 and not (parts.settings.data_dir / f"{KEYS}.new").exists()


def test_keys_are_read_again_without_a_restart(parts: Parts) -> None:
    data_dir, old = parts.settings.data_dir, parts.secrets.seal("a", {"b": "c"})
    add_key(data_dir)
    fresh = parts.secrets.seal("a", {"b": "c"})
    assert Secrets(load_keys(data_dir)[:1]).open("a", fresh) == {"b": "c"}
    assert parts.secrets.open("a", old) == {"b": "c"} and not parts.secrets.under_newest(old)
    (data_dir / KEYS).write_bytes(b"")
    assert parts.secrets.open("a", old) == {"b": "c"}, "a file that is no key file changes nothing"


@pytest.mark.abuse(32)
def test_abuse_32_a_wrong_key_holds_the_channel_says_so_and_deletes_nothing(tokens: Tokens) -> None:
    data_dir, keys = tokens.parts.settings.data_dir, load_keys(tokens.parts.settings.data_dir)
    delivery, sealed = tokens.line.schedule("Vers brood", late=1), tokens.channel().credentials
    replace_keys(data_dir, [Fernet.generate_key()])
    with pytest.raises(Unavailable, match="cannot be opened with the keys of this installation"):
        tokens.stored()
    assert begin(tokens.sender, delivery, ahead=False) is None
    told = tokens.incidents()["channel_disconnected"]
    assert told.facts["reason"] == "The stored secret cannot be opened with the keys of this installation."
    assert (tokens.line.get(delivery).state, tokens.line.get(delivery).attempt) == ("scheduled", 0)
    assert tokens.channel().credentials == sealed and tokens.server.requests == 0
    done = rotate(tokens.parts.db, data_dir, 0.1, "cli", drop_old=True)
    assert done.closed == 2 and tokens.channel().credentials == sealed, "what nothing opens stays as it is"
    replace_keys(data_dir, keys)
    assert tokens.stored()["access_token"], "the right key is back, and so is the account"
    tokens.set(disconnected_at=None, expires_at=tokens.parts.db.now() + timedelta(hours=1))
    tokens.line.publish(delivery)
    assert tokens.line.get(delivery).state == "published"
