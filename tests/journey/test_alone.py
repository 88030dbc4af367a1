"""One machine, nothing installed beside it: `socialq up` on SQLite with its own Redis, against a server that is not ours."""

import fcntl
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from socialq import clock
from tests.cli.desk import Terminal
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
    status,
    up,
    zone_far_from_the_end_of_a_month,
)
from tests.journey.instance import BLOEM, FANS, Arrived, Instance, instance
from tests.journey.paper import read
from tests.tools.idle import MB, cost
from tests.workers.installation import until

ALT = "Een rond brood, met meel bestoven, op een houten plank 🍞"
TEXT = "Vers uit de oven: desembrood! Kom je proeven? 🥖 #bakkerij https://bloem.example"
SENTENCE = (
    "Zaterdag bakken wij speculaasbrokken met amandelen; kinderen mogen zelf vormpjes steken, want dat is gezellig. "
)


@dataclass
class Practice:
    """A running installation with a client on channel 1, and the server on which she is."""

    house: House
    terminal: Terminal
    instance: Instance
    zone: ZoneInfo

    def plan(self, text: str, at: datetime, *media: str) -> None:
        """A post that must be scheduled."""
        to = ("--client", "1", "--channel", "1")
        made = self.terminal.ok("post", "add", *to, "--text", text, "--at", at.isoformat(), *media)
        assert made["state"] == "scheduled"

    def out(self, at: datetime, what: str) -> Arrived:
        """Exactly one, not before its time, and both sides know the same one."""
        [arrived] = self.instance.await_posts({BLOEM: [at]})[BLOEM]
        on_time(arrived, at, what)
        [delivery] = until(lambda: [one for one in self.published() if one["url"].endswith(f"/{arrived.remote_id}")])
        assert (delivery["attempt"], delivery["reason"]) == (1, "")
        return arrived

    def published(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.terminal.ok("delivery", "list", "--client", "1", "--state", "published")
        return found


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("alone")
    with instance(folder) as server, house(folder, bare=True) as made, up(made) as (_, url):
        zone = zone_far_from_the_end_of_a_month()
        assert connect(made.terminal, server, BLOEM, zone=zone) == [1]
        ready(url)
        yield Practice(made, made.terminal, server, zone)


def test_a_post_with_a_picture_goes_out_at_its_time_and_once(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "brood.jpg").write_bytes(image_bytes(640, 480, "JPEG"))
    before = len(practice.instance.posts(BLOEM))
    at = ahead(LEAD, practice.zone)
    practice.plan(TEXT, at, "--media", str(tmp_path / "brood.jpg"), "--alt", ALT)
    arrived = practice.out(at, "a post with a picture")
    assert (arrived.text, arrived.alts) == (TEXT, [ALT])
    assert len(practice.instance.posts(BLOEM)) == before + 1


def test_a_long_dutch_text_comes_out_whole_or_is_refused_with_its_count(practice: Practice) -> None:
    """Counted as Mastodon does: a link is 23, a mention without its host, a family of emoji one character."""
    text = long_text(500)
    posts, files = practice.terminal.ok("post", "list"), stored(practice.house)
    to = ("post", "add", "--client", "1", "--channel", "1", "--at", ahead(3600, practice.zone).isoformat())
    said = practice.terminal.run(*to, "--text", text + "!")
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "501" in said.err and "500" in said.err
    assert (practice.terminal.ok("post", "list"), stored(practice.house)) == (posts, files)
    at = ahead(LEAD, practice.zone)
    practice.plan(text, at)
    assert practice.out(at, "a text of 500 characters").text == text


def test_what_others_do_is_in_the_report(practice: Practice, tmp_path: Path) -> None:
    at = ahead(LEAD, practice.zone)
    practice.plan("Wie lust er appeltaart?", at)
    remote_id = practice.out(at, "a post to be liked").remote_id
    month, server = f"{at:%Y-%m}", practice.instance
    for fan in FANS[:3]:
        server.ask(fan, "POST", f"statuses/{remote_id}/favourite")
        server.ask(fan, "POST", f"accounts/{server.me(BLOEM)}/follow")
    for fan in FANS[:2]:
        server.ask(fan, "POST", "statuses", status="Ik!", in_reply_to_id=remote_id)
    server.ask(FANS[0], "POST", f"statuses/{remote_id}/reblog")
    first = read(practice.terminal, month, tmp_path)
    assert (first["Likes"], first["Reacties"], first["Gedeeld"], first["Interacties"]) == ("3", "2", "1", "6")
    assert (first["Volgers"], first["Geplaatst"]) == ("3", str(len(practice.published())))
    assert (first["Weergaven"], first["Interactiegraad"], first["Bewaard"]) == ("–", "–", "–")

    server.ask(FANS[3], "POST", f"statuses/{remote_id}/favourite")
    server.ask(FANS[3], "POST", f"statuses/{remote_id}/reblog")
    second = read(practice.terminal, month, tmp_path)
    assert (second["Likes"], second["Reacties"], second["Gedeeld"], second["Interacties"]) == ("4", "2", "2", "8")
    counted = server.ask(BLOEM, "GET", f"statuses/{remote_id}")
    assert [counted[f"{name}_count"] for name in ("favourites", "replies", "reblogs")] == [4, 2, 2]
    assert len(server.posts(BLOEM)) == len(practice.published())


def test_it_is_small_and_one_ctrl_c_ends_everything(tmp_path: Path) -> None:
    with house(tmp_path, bare=True) as made, up(made) as (process, url):
        ready(url)
        running = made.left()
        memory = sum(cost(pid).pss for pid in running) / MB
        print(f"socialq up: {memory:.0f} MB in all, in {len(running)} processes")
        assert len(running) > 5 and memory <= 350
        assert told(running) == {url}, "links in mails bear the port that was chosen"
        began = clock.boottime()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(ENDING) == 0
        print(f"Ctrl-C: {len(running)} processes ended in {clock.boottime() - began:.2f} s")
        assert (made.left(), made.at_home()) == ([], [])
        assert not (made.settings.data_dir / "redis.sock").exists()
        assert all(free(made.settings.data_dir / name) for name in ("up.lock", "workers.lock"))
        assert status(f"{url}/healthz") == 0


def told(pids: list[int]) -> set[str]:
    """The addresses that processes were started with."""
    mark = b"SOCIALQ_BASE_URL="
    words = [word for pid in pids for word in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")]
    return {word.removeprefix(mark).decode() for word in words if word.startswith(mark)}


def free(lock: Path) -> bool:
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises BlockingIOError when somebody holds it
    return True


def long_text(characters: int) -> str:
    """Dutch, of exactly so many characters as Mastodon counts them, and no longer written than the server at hand counts."""
    parts = (
        "Hé, één tip van de familie 👩‍👩‍👧: bestel op https://bloem.nl of https://taart.nl en zeg het @nadia@bloem.nl!\n\n"
        "#Speculaas #Sint_Nicolaas “Reünie” kost € 3,50 – geen grap 🎉\n\n"
    )
    counts = len(parts) - len("👩‍👩‍👧") + 1 - len("@bloem.nl") + 2 * 23 - len("https://bloem.nlhttps://taart.nl")
    made = parts + (SENTENCE * 9)[: characters - counts - 1] + "."
    assert len(made) <= characters
    return made


def stored(made: House) -> list[str]:
    return sorted(file.name for file in (made.settings.data_dir / "media").iterdir())
