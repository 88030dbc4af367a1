"""Abuse 31, over all sinks at once: a canary in every credential, a real installation at work, and then whatever anybody can read."""

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import select, text, update

from socialq.db import now
from socialq.models import Channel, ChannelSnapshot, Client, Delivery, Incident, Member, NetworkApp, Record, Report
from socialq.reports.orders import order
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.cast import VERA
from tests.postoffice import PostOffice, open_office
from tests.tokens import points
from tests.tokens.desk import add, with_network
from tests.tokens.network import LOUD, REFUSED
from tests.tokens.server import WORD, TokenServer
from tests.tokens.test_races import log_of
from tests.web.door import HASH, Browser, opened
from tests.workers.installation import ROOT, environment, fast, processes, running, schedule, states, until
from workers.queues import connect

DOCTOR = [sys.executable, "-c", "from socialq.cli import main; main()", "doctor", "--json"]
PAGES = (
    "/", "/today/now", "/calendar", "/posts", "/clients", "/clients/{client}", "/channels/{channel}", "/channels/{over}",
    "/deliveries/{delivery}", "/reports", "/reports/{report}", "/settings", "/settings/networks", "/readyz", "/metrics",
)  # fmt: skip


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as made:
        made.passwords["vera"] = f"{WORD}-smtp"
        yield made


@pytest.fixture
def settings(tmp_path: Path, office: PostOffice) -> Settings:
    canaries = {name: f"{WORD}-{name}" for name in ("secret_key", "metrics_token", "s3_access_key", "s3_secret_key")}
    smtp = f"smtp://vera:{WORD}-smtp@127.0.0.1:{office.port}"
    return fast(tmp_path / "data", allow_private_hosts=True, log_level="DEBUG", smtp_url=smtp, **canaries)


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    made = open_parts(settings)
    yield made
    made.db.dispose()


def rows(parts: Parts) -> str:
    with parts.db.read() as session:
        found = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in Record.metadata.tables]
    return json.dumps(found, default=str)


def files(folder: Path) -> dict[str, str]:
    return {str(one): one.read_bytes().decode("latin-1") for one in folder.rglob("*") if one.is_file()}


def held(redis: Redis) -> str:
    """Every key and value, unpacked; a key may go while it is looked at."""
    read = {
        b"hash": redis.hgetall, b"string": redis.get, b"set": redis.smembers, b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1), b"stream": redis.xrange, b"none": lambda _key: None,
    }  # fmt: skip
    found = []
    for key in redis.keys("*"):
        with suppress(ResponseError):
            value = read[redis.type(key)](key)
            found.append((key, value))
            if isinstance(value, dict) and b"data" in value:
                found.append((key, zlib.decompress(value[b"data"])))
    return repr(found)


def seed(parts: Parts, server: TokenServer) -> tuple[int, int]:
    """One account whose access is to be renewed, one whose access somebody has taken away; an owner, an app's secret."""
    good, over = add(parts, server, "brood"), add(parts, server, "taart")
    server.family("taart").revoked = True
    with parts.db.begin() as session:
        moment = now(session)
        owner = {"email": VERA.email, "name": VERA.name, "role": "owner", "language": "nl", "password_hash": HASH}
        session.add(Member(created_at=moment, **owner))
        app = NetworkApp(
            network="rotating", server=f"{server.url}/brood", returns_to="", client_id="1", created_at=moment
        )
        app.client_secret = parts.secrets.seal(app.owner, {"client_secret": f"{WORD}-client-secret"})
        session.add(app)
        session.execute(update(Client).values(approval_needed=False))
    return good, over


def at_work(parts: Parts, server: TokenServer, office: PostOffice) -> tuple[dict[str, int], str]:
    """Publish, fail, raise, renew, be refused, pull, report and mail; what the processes wrote and what Redis held."""
    good, over = seed(parts, server)
    seen = ""
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        process = stack.enter_context(running(parts.settings, "all", more=points.environment()))
        log = pool.submit(log_of, process)
        redis = stack.enter_context(connect(parts.settings))
        until(lambda: len(processes(parts.settings, "workers")) >= 4 and renewed(parts, good))
        posts = [schedule(parts, good, words) for words in ("Vers brood", f"Een {LOUD}", f"Ik {REFUSED}")]
        with parts.db.begin() as session:
            client_id = session.scalars(select(Client.id)).one()
            report = order(session, client_id, f"{now(session):%Y-%m}").id

        def all_done() -> bool:
            nonlocal seen
            seen += held(redis)
            found = states(parts)
            return (
                [found[one] for one in posts] == ["published", "unknown", "failed"]
                and told(parts)
                and ready(parts, report)
            )

        until(all_done, 120)
        until(lambda: len(office.mails) >= 2)
        process.terminate()
        seen += log.result(60)
    return {"client": client_id, "channel": good, "over": over, "delivery": posts[2], "report": report}, seen


def renewed(parts: Parts, channel_id: int) -> bool:
    with parts.db.read() as session:
        return session.get_one(Channel, channel_id).credentials_version > 1


def told(parts: Parts) -> bool:
    with parts.db.read() as session:
        pulled = session.scalars(select(ChannelSnapshot.id)).first()
        return pulled is not None and "channel_disconnected" in set(session.scalars(select(Incident.kind)))


def ready(parts: Parts, report_id: int) -> bool:
    with parts.db.read() as session:
        return session.get_one(Report, report_id).state == "ready"


@pytest.mark.abuse(31)
def test_abuse_31_a_canary_in_every_credential_is_found_nowhere(
    parts: Parts, server: TokenServer, office: PostOffice
) -> None:
    ids, seen = at_work(parts, server, office)
    sinks = {"logs and Redis": seen, "rows": rows(parts)}
    sinks |= {name: found for name, found in files(parts.settings.data_dir).items() if not name.endswith("/keys")}
    sinks |= {f"mail {number}": mail.as_string() for number, mail in enumerate(office.mails)}
    doctor = subprocess.run(
        DOCTOR, cwd=ROOT, env=environment(parts.settings), text=True, capture_output=True, timeout=120
    )
    sinks["doctor"] = doctor.stdout + doctor.stderr
    with opened(with_network(parts)) as app:
        vera = Browser(app)
        assert vera.sign_in(VERA.email).status_code == 303
        for page in PAGES:
            answer = vera.get(page.format(**ids))
            assert answer.status_code in (200, 404, 503), page
            sinks[page] = f"{answer.headers}{answer.text}"
    with parts.db.read() as session:
        assert session.get_one(Delivery, ids["delivery"]).reason == "not with (hidden)", (
            "what the network said is kept, without it"
        )
    assert "RuntimeError" in seen, "the log says what kind of thing went wrong"
    assert {name for name, found in sinks.items() if f"{WORD}-" in found} == set()
    print(f"\n{len(sinks)} sinks, {sum(map(len, sinks.values())) // 1000} kB, {len(office.mails)} mails: no canary")
