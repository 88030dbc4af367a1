"""A browser and installations to look at, for the tests of one file (Playwright's loop must not outlive them)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import delete

from socialq.connecting import apps
from socialq.models import Channel, ConnectLink, OutboxMail
from socialq.services.i18n import Words
from tests.browser.chromium import chromium, executable
from tests.browser.looks import AXE
from tests.browser.served import served
from tests.browser.worlds import World, world
from tests.compiled import keep_compiled
from tests.networks.circles import Circles, OAuthServer, flow, oauth_server

keep_compiled()


@pytest.fixture(autouse=True)
def _spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing translation is told by tests/structure; here the page is looked at."""
    monkeypatch.setattr(Words, "strict", False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium. Skips where there is none; CI installs it and allows no skip."""
    if executable() is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `make assets-tests`")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """`worlds("demo")`: that installation, made when first asked for."""
    made: dict[str, World] = {}
    with ExitStack() as stack:

        def get(name: str) -> World:
            if name not in made:
                made[name] = stack.enter_context(world(name, tmp_path_factory.mktemp(name)))
            return made[name]

        yield get


@pytest.fixture(scope="module")
def circles() -> Iterator[OAuthServer]:
    with oauth_server() as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, circles: OAuthServer) -> Iterator[World]:
    """The demo, with Circles, and a mail server that nobody asks."""
    networks = {"circles": Circles(flow=flow(circles.address))}
    with served(tmp_path_factory.mktemp("house"), networks, smtp_url="smtp://127.0.0.1:1") as made:
        yield made


@pytest.fixture
def vera(house: World) -> World:
    """As if nothing had been asked or connected yet; with an app for Circles."""
    with house.parts.db.begin() as session:
        session.execute(delete(ConnectLink))
        session.execute(delete(OutboxMail))
        session.execute(delete(Channel).where(Channel.network == "circles"))
        apps.keep(session, house.parts.secrets, "circles", "the-app", "canary-5ecret", "cli")
    return house


@pytest.fixture
def page(browser: Browser, vera: World) -> Iterator[Page]:
    """The owner's."""
    with browser.new_context() as profile:
        profile.add_cookies(vera.cookies("en"))
        yield profile.new_page()
