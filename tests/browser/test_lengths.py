"""The counters while she types, in a real Chromium: the number in the page is the number that the server reckons with."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from socialq.domain.words import line_ends
from socialq.models import Channel
from socialq.networks.text import Way, size
from socialq.services.i18n import Words
from tests.browser.worlds import World
from tests.networks.texts import some

WAYS: tuple[Way, ...] = ("x", "threads", "fediverse", "utf16")
MOST = 280


def count(world: World, way: Way) -> int:
    """A channel of the first client counts that way from now on; its id."""
    limits = {"counted": way, "url_characters": 23, "characters": MOST}
    with world.parts.db.begin() as session:
        channel = session.scalars(select(Channel.id).where(Channel.client_id == 1).order_by(Channel.id).limit(1)).one()
        session.execute(update(Channel).where(Channel.id == channel).values(limits=limits))
    return channel


@pytest.mark.parametrize("way", WAYS)
def test_counters_follow(browser: Browser, worlds: Callable[[str], World], way: Way) -> None:
    world = worlds("demo")
    channel = count(world, way)
    with browser.new_context() as profile:
        profile.add_cookies(world.cookies("nl"))
        page = profile.new_page()
        page.goto(f"{world.address}/posts/new?client=1")
        for text in ["", "x" * 300, *(one.replace("\0", "") for one in some(seed=5, number=12))]:
            page.fill("[data-text-field]", text)
            long = size(line_ends(page.input_value("[data-text-field]")).strip(), way, 23)
            for counter in page.locator(f"[data-counter='{channel}']").all():
                expect(counter.locator("[data-size]")).to_have_text(Words("nl").number(long))
                assert ("counter--bad" in (counter.get_attribute("class") or "")) == (long > MOST)


def test_without_the_server_the_numbers_stay(browser: Browser, worlds: Callable[[str], World]) -> None:
    world = worlds("demo")
    with browser.new_context() as profile:
        profile.add_cookies(world.cookies("nl"))
        page = profile.new_page()
        page.goto(f"{world.address}/posts/new?client=1")
        page.fill("[data-text-field]", "x" * 12)
        number = page.locator("li[data-counter] [data-size]").first
        expect(number).to_have_text("12")
        page.route("**/posts/lengths", lambda route: route.abort())
        page.fill("[data-text-field]", "x" * 34)
        expect(page.locator("[data-preview-text]").first).to_have_text("x" * 34)
        page.unroute("**/posts/lengths")
        page.fill("[data-text-field]", "x" * 56)
        expect(number).to_have_text("56")
