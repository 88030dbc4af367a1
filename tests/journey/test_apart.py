"""The same with everything apart: PostgreSQL, a Redis from outside, and the Procfile's processes, of which two send."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from redis import Redis
from redis.exceptions import RedisError

from tests.cli.desk import closed_port
from tests.factories import image_bytes
from tests.journey.house import (
    ENDING,
    LEAD,
    House,
    ahead,
    connect,
    house,
    on_time,
    ready,
    zone_far_from_the_end_of_a_month,
)
from tests.journey.instance import BLOEM, FANS, TAART, Instance, instance
from tests.journey.paper import read
from tests.structure.tree import ROOT
from tests.workers.installation import until
from workers.embedded import program

TEXTS = ("Goedemorgen! ☕️", "Vers uit de oven 🥖", "Nog één uur open, dan is het op.")
ALTS: tuple[list[str], ...] = ([], ["Een rond brood"], [])


def test_scheduler_and_two_supervisors_send_each_post_once(empty_postgres_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(instance(tmp_path))
        redis_url = stack.enter_context(redis(tmp_path))
        made = stack.enter_context(house(tmp_path, database_url=empty_postgres_url, redis_url=redis_url))
        url, running = procfile(made)
        zone = zone_far_from_the_end_of_a_month()
        channels = connect(made.terminal, server, BLOEM, TAART, zone=zone)
        ready(url)
        at = plan(made, channels, zone, tmp_path)
        remote_id = watch(made, server, at)
        for fan in FANS:
            server.ask(fan, "POST", f"statuses/{remote_id}/favourite")
        said = read(made.terminal, f"{at[0]:%Y-%m}", tmp_path)
        assert (said["Geplaatst"], said["Likes"], said["Weergaven"]) == ("6", "4", "–")
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(ENDING) for process in running] == [0] * len(running)
        assert (made.left(), made.at_home()) == ([], [])


def procfile(made: House) -> tuple[str, list[subprocess.Popen[bytes]]]:
    """The tables by `release`; then one web, one scheduler and two workers, by the Procfile's own lines."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    port = str(closed_port())

    def word(name: str) -> subprocess.Popen[bytes]:
        line = lines[name].replace("0.0.0.0", "127.0.0.1")  # a test is for this machine only
        return made.start(["sh", "-c", f"exec {line}"], PORT=port)

    assert word("release").wait(ENDING) == 0
    return f"http://127.0.0.1:{port}", [word(name) for name in ("web", "scheduler", "worker", "worker")]


def plan(made: House, channels: list[int], zone: ZoneInfo, folder: Path) -> list[datetime]:
    """Each text on both channels, the second one with a picture; their times."""
    at = []
    (folder / "brood.jpg").write_bytes(image_bytes(form="JPEG"))
    to = [part for channel in channels for part in ("--channel", str(channel))]
    for place, text in enumerate(TEXTS):
        media = ["--media", str(folder / "brood.jpg"), "--alt", ALTS[place][0]] if ALTS[place] else []
        at.append(ahead(LEAD, zone))
        when = ("--text", text, "--at", at[place].isoformat())
        post = made.terminal.ok("post", "add", "--client", "1", *to, *when, *media)
        assert [one["state"] for one in post["deliveries"]] == ["scheduled"] * len(channels)
    return at


def watch(made: House, server: Instance, at: list[datetime]) -> str:
    """Everything arrives whole, in order, at its time; once on each account, by one attempt. The id of one that is out."""
    for token, arrived in server.await_posts({BLOEM: at, TAART: at}).items():
        assert [(one.text, one.alts) for one in arrived] == list(zip(TEXTS, ALTS, strict=True))
        for place, one in enumerate(arrived):
            on_time(one, at[place], f"post {place + 1} of {token}")
    published = ("delivery", "list", "--client", "1", "--state", "published")
    until(lambda: len(made.terminal.ok(*published)) == 2 * len(TEXTS))
    assert {one["attempt"] for one in made.terminal.ok(*published)} == {1}
    assert [len(server.posts(token)) for token in (BLOEM, TAART)] == [len(TEXTS)] * 2
    return arrived[0].remote_id


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Somebody else's Redis, on a port of loopback; gives its URL."""
    port = closed_port()
    words = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
        "--logfile",
        str(folder / "redis.log"),
    ]
    process = subprocess.Popen([program(), *words], stdin=subprocess.DEVNULL)
    try:
        with Redis(port=port) as client:
            until(lambda: answers(client))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
