"""A Mastodon account connected in a real Chromium: out by a form, yes on the server, back by itself; the page's CSP lets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from playwright.sync_api import Browser

from tests.browser.served import served
from tests.browser.worlds import World


@pytest.fixture
def vera(tmp_path: Path) -> Iterator[World]:
    """The demo, reached under its own BASE_URL."""
    with served(tmp_path) as made:
        yield made


def test_out_and_back(browser: Browser, vera: World) -> None:
    server = MockServer(seed=DEFAULT_TEST_SEED).start()
    with browser.new_context() as profile:
        profile.add_cookies(vera.cookies("en"))
        page = profile.new_page()
        page.goto(f"{vera.address}/clients/1/channels/new?network=mastodon")
        page.fill("#server", server.base_url)
        page.click("main form button[type=submit]")
        page.wait_for_url(f"{server.base_url}/oauth/authorize**")
        page.click("text=@alice")
        page.wait_for_url(f"{vera.address}/clients/1")
        assert "@alice@" in page.inner_text(".toast__text")
        assert "@alice@" in page.inner_text("main .rows--lined >> nth=0")
    server.stop()
