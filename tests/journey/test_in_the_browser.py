"""The whole way in a real Chromium, over an installation that was just started: first run, a client, her accounts, a post, its report.

Published on two servers that are not ours, and no page has a word of complaint on the console."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import ConsoleMessage, Page, expect

from socialq import clock
from tests.browser.chromium import Window, chromium, context, executable
from tests.browser.looks import LISTEN
from tests.cli.desk import closed_port
from tests.conftest import POSTGRES
from tests.factories import image_bytes
from tests.journey.house import House, house, ready, up, zone_far_from_the_end_of_a_month
from tests.journey.instance import Instance, instance
from tests.journey.peers import Bluesky, Mastodon, Peer, There, bluesky
from tests.networks import pds
from tests.workers.installation import PATIENCE, until

WINDOW = Window("desktop", "light", "en")
PASSWORD = "canary battery staple"
TEXT = "Vers uit de oven: desembrood! Kom je proeven? 🥖 #bakkerij https://bloem.example"
ALT = "Een rond brood, met meel bestoven, op een houten plank 🍞"
WRITING = 20  # seconds that are surely enough to write the post before its slot
NOT_THERE = "no PostgreSQL for Bluesky's AppView: SOCIALQ_TEST_POSTGRES_URL is not set"


@dataclass
class Walk:
    """A person at her desk. `complaints`: what console, scripts and CSP had to say on any page of ours."""

    page: Page
    url: str
    zone: ZoneInfo
    complaints: list[str] = field(default_factory=list)

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(value)

    def told(self, words: str) -> None:
        expect(self.page.locator(".toast").filter(has_text=words)).to_be_visible()


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[tuple[Walk, House]]:
    """An empty data folder, `socialq up`, and a browser in front of it."""
    if executable() is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    port, zone = closed_port(), zone_far_from_the_end_of_a_month()
    with house(tmp_path, base_url=f"http://127.0.0.1:{port}") as made, up(made, port) as (_, url):
        ready(url)
        with chromium() as browser, context(browser, WINDOW, []) as profile:
            profile.set_default_timeout(30_000)
            expect.set_options(timeout=30_000)
            yield Walk(listened_to(profile.new_page(), url, found := []), url, zone, found), made


def listened_to(page: Page, url: str, complaints: list[str]) -> Page:
    """Other servers' pages are theirs."""

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and page.url.startswith(url):
            complaints.append(f"{page.url}: {said.text} ({said.location['url']})")

    page.add_init_script(LISTEN)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", hear)
    return page


def test_from_the_first_run_to_the_report(
    walk: tuple[Walk, House], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Without Bluesky's server the walk goes by Mastodon alone, and the test then says what is missing."""
    missing = pds.missing() or ("" if POSTGRES else NOT_THERE)
    desk, made = walk
    with ExitStack() as stack:
        postgres = "" if missing else request.getfixturevalue("empty_postgres_url")
        pool = stack.enter_context(ThreadPoolExecutor(1))  # Bluesky takes a while to start
        coming = None if missing else pool.submit(stack.enter_context, bluesky(tmp_path, postgres))
        first_run(desk)
        add_client(desk)
        peers: list[Peer] = [connect_mastodon(desk, stack.enter_context(instance(tmp_path)))]
        peers += [connect_bluesky(desk, coming.result())] if coming else []
        at = add_slot(desk)
        picture = compose(desk, at, tmp_path, peers)
        for peer in peers:
            peer.applaud(arrived(peer, made, picture))
        until(lambda: made.terminal.run("metrics", "pull", "--client", "1").code == 0)
        report(desk, peers)
        disconnect(desk, peers)
        assert [len(peer.posts()) for peer in peers] == [1] * len(peers)
        assert desk.complaints == []
    if missing:
        pytest.skip(missing)


def first_run(desk: Walk) -> None:
    desk.page.goto(desk.url)
    expect(desk.page).to_have_url(f"{desk.url}/first-run")
    for label, value in (
        ("Your name", "Vera"), ("E-mail address", "vera@example.com"), ("Password", PASSWORD),
        ("The same password again", PASSWORD),
    ):  # fmt: skip
        desk.fill(label, value)
    desk.page.get_by_label("English").check()
    desk.click("Start with socialq")


def add_client(desk: Walk) -> None:
    desk.click("Add a client", "link")
    desk.fill("Name", "Bakkerij Bloem")
    desk.fill("Time zone", desk.zone.key)
    desk.page.get_by_label("Not needed").check()
    desk.click("Add this client")


def connect_mastodon(desk: Walk, server: Instance) -> Peer:
    """There, says yes, and is back by herself."""
    desk.click("Connect a channel", "link")
    desk.click("Mastodon", "link")
    desk.fill("Server", server.url)
    desk.click("Log in on this server")
    desk.page.wait_for_url(f"{server.url}/oauth/authorize**")
    desk.page.get_by_role("button", name="(@bloem)").click()
    desk.told("@bloem@")
    return Mastodon(server)


def connect_bluesky(desk: Walk, peer: Bluesky) -> Peer:
    desk.click("Connect another channel", "link")
    desk.click("Bluesky", "link")
    desk.fill("Handle", peer.handle)
    desk.fill("App password", peer.password)
    desk.page.get_by_text("The account lives on another server").click()
    desk.page.get_by_label("Server").fill(peer.pds.url)
    desk.click("Connect")
    desk.told(peer.handle)
    return peer


def add_slot(desk: Walk) -> datetime:
    """Every week at a minute that is soon; gives when that is now."""
    at = (clock.host_now() + timedelta(seconds=60 + WRITING)).astimezone(desk.zone).replace(second=0, microsecond=0)
    desk.fill("Time", f"{at:%H:%M}")
    desk.page.get_by_label(f"{at:%A}", exact=True).check()
    desk.click("Add this time")
    desk.told("1 weekly slot added.")
    return at


def compose(desk: Walk, at: datetime, folder: Path, peers: list[Peer]) -> Path:
    """On all channels; published before her eyes on Today. Gives the picture."""
    picture = folder / "brood.jpg"
    picture.write_bytes(image_bytes(640, 480, "JPEG", quality=90))
    desk.click("New post", "link")
    expect(desk.page.get_by_role("checkbox", checked=True)).to_have_count(len(peers))
    desk.page.get_by_label("Text", exact=True).fill(TEXT)
    desk.page.get_by_label("Add pictures").set_input_files(picture)
    expect(desk.page.locator(".shot img")).to_have_attribute("src", re.compile("/media/"))
    desk.fill("Alt text", ALT)
    desk.fill("Time", "23:59")  # thinks of another time, and better of it
    desk.click("Next free slot")
    expect(desk.page.get_by_label("Time", exact=True)).to_have_value(f"{at:%H:%M}")
    desk.page.get_by_role("button", name=f"Schedule for {at:%a} {at.day} {at:%b}, {at:%H:%M}").click()
    desk.told("Scheduled for")
    desk.click("Today", "link")
    expect(desk.page.get_by_role("main")).to_contain_text("1 is online", timeout=PATIENCE * 2000)
    return picture


def arrived(peer: Peer, made: House, picture: Path) -> There:
    """Once, whole; the picture is the one that was kept here, and looks like hers."""
    (post,) = peer.posts()
    assert (post.text, post.alts) == (TEXT, [ALT])
    (sent,) = post.pictures
    assert sent in [one.read_bytes() for one in (made.settings.data_dir / "media").rglob("*") if one.is_file()]
    with Image.open(io.BytesIO(sent)) as there, Image.open(picture) as here:
        assert there.size == here.size
        assert ImageChops.difference(there.convert("RGB"), here).getextrema() <= ((0, 3),) * 3
    return post


def report(desk: Walk, peers: list[Peer]) -> None:
    """This month's, with what others did on each server."""
    desk.click("Reports", "link")
    desk.click("The month after", "link")
    desk.click("Make the report")
    desk.click("Open", "link")
    paper = desk.page.frame_locator("iframe")
    rows = paper.get_by_role("table").last.get_by_role("row")
    expect(rows).to_have_count(1 + len(peers))
    names = [cell.inner_text() for cell in rows.first.get_by_role("columnheader").all()[1:]]
    for row, peer in zip(rows.all()[1:], peers, strict=True):
        shown = dict(zip(names, (cell.inner_text() for cell in row.get_by_role("cell").all()), strict=True))
        assert {name: shown[name.capitalize()] for name in peer.figures} == {n: str(f) for n, f in peer.figures.items()}
        assert shown["Views"] == "–"


def disconnect(desk: Walk, peers: list[Peer]) -> None:
    """The networks are told."""
    for number, _ in enumerate(peers, 1):
        desk.page.goto(f"{desk.url}/channels/{number}")
        desk.page.get_by_role("button", name="Disconnect").click()
        desk.told("is disconnected. Its posts and numbers stay.")
