"""X connected in a real Chromium: the app's two codes first, then there and back, on the fake X."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from socialq.models import Channel
from tests.browser.looks import look, with_axe
from tests.browser.served import served
from tests.browser.worlds import World
from tests.networks.fake_x import ME, FakeX
from tests.networks.fake_x_doors import CLIENT
from tests.networks.x_desk import fake_x


@pytest.fixture(scope="module")
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, server: FakeX) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("house"), x_api_url=server.url) as made:
        yield made


@pytest.fixture
def page(browser: Browser, house: World) -> Iterator[Page]:
    with browser.new_context() as profile:
        profile.add_cookies(house.cookies("en"))
        yield profile.new_page()


def test_x_is_connected_by_logging_in_there(page: Page, house: World, server: FakeX) -> None:
    connect = f"{house.address}/clients/1/channels/new?network=x"
    page.goto(connect)
    expect(page.get_by_role("main")).to_contain_text("X only lets in programs that are registered there")
    page.get_by_role("main").get_by_role("link", name="Network apps").click()
    card = page.locator("#app-x")
    card.get_by_label("Client ID").fill(CLIENT[0])
    card.get_by_label("Client Secret").fill(CLIENT[1])
    card.get_by_role("button").first.click()
    expect(page.locator(".toast").first).to_be_visible()
    page.goto(connect)
    assert look(page) == [] and with_axe(page) == []
    page.get_by_role("button", name="Log in on X").click()
    expect(page.locator(".toast").first).to_contain_text("@vera")
    with house.parts.db.read() as session:
        (made,) = session.scalars(select(Channel).where(Channel.network == "x"))
    assert (made.handle, made.remote_id, made.server) == ("@vera", ME, server.url)
    assert made.refresh_at is not None
    opened = house.parts.secrets.open(made.owner, made.credentials or b"")
    assert opened["refresh_token"] == server.instance.doors.refreshing
