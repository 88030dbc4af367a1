"""A Mastodon account connected in a real Chromium: out by a form, yes on the server, back by itself; the page's CSP lets it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from socialq.app import create_app
from socialq.settings import Settings
from socialq.wiring import open_parts
from tests.browser.worlds import FILLED, Quiet, World
from tests.cli.desk import closed_port


@pytest.fixture
def vera(tmp_path: Path) -> Iterator[World]:
    """The demo, reached under its own BASE_URL."""
    address = f"http://127.0.0.1:{(port := closed_port())}"
    parts = open_parts(Settings(data_dir=tmp_path, allow_private_hosts=True, base_url=address, log_level="WARNING"))
    owner = FILLED["demo"](parts)
    app = create_app(parts.settings)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield World("demo", address, parts, owner)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["socialq"].db.dispose()
    parts.db.dispose()


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
