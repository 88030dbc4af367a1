"""Every page of pages.py in a real Chromium: nothing overflows, overlaps or is cut; console, CSP and axe are quiet. And pages.py
has every page."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from socialq.app import create_app
from tests.browser.chromium import WATCHED, context
from tests.browser.looks import open_page, with_axe
from tests.browser.pages import PAGES, Page
from tests.browser.shots import Chosen
from tests.browser.worlds import World

DESKTOP, PHONE = WATCHED
# Files, figures for machines, parts of a page, the way back from a network, which leads on, and choices among accounts, which are
# there after a log-in only: test_connect_by_code.py looks at them.
NO_PAGES = {
    "static", "health.healthz", "health.readyz", "measures.show", "media.show", "reports.file", "reports.plotly", "today.now",
    "fetched.show",
    "authorizations.callback", "choosing.show", "by_link.choice",
}  # fmt: skip
# Each page of each world once: a phone for what is empty or long, a desk for the others. `make shots` looks through every window.
SEEN_ON = {"new": DESKTOP, "empty": PHONE, "begun": DESKTOP, "demo": DESKTOP, "long": PHONE}
EVERY = [pytest.param(page, name, id=f"{page.name}-{name}") for page in PAGES for name in page.worlds]


@pytest.mark.parametrize(("page", "name"), EVERY)
def test_it_looks_as_it_should(browser: Browser, worlds: Callable[[str], World], page: Page, name: str) -> None:
    there, window = worlds(name), SEEN_ON[name]
    there.breathe()
    path = page.on(there.parts).replace("{language}", window.language)
    with context(browser, window, there.cookies(window.language) if page.signed_in else []) as profile:
        seen = open_page(profile, there.address + path, page.status, page.then)
        assert [*seen.problems, *with_axe(seen.tab)] == []


def test_every_page_is_looked_at(worlds: Callable[[str], World]) -> None:
    """A route that answers GET is in pages.py, or no page."""
    there = worlds("demo")
    routes = create_app(there.parts.settings).url_map
    adapter = routes.bind("localhost")
    seen = {adapter.match(urlsplit(page.on(there.parts)).path)[0] for page in PAGES if page.status != 404}
    gets = {rule.endpoint for rule in routes.iter_rules() if "GET" in (rule.methods or ())}
    assert sorted(gets - seen - NO_PAGES) == []


def test_a_choice_of_pages() -> None:
    chosen = Chosen.by(["today", "posts", "demo", "phone", "nl"])
    assert [page.name for page in chosen.pages] == ["today", "posts"]
    assert (chosen.worlds, chosen.sizes, chosen.languages) == (["demo"], ["phone"], ["nl"])
    assert chosen.themes == ["light", "dark"]
    with pytest.raises(ValueError, match="There is no tomorrow"):
        Chosen.by(["tomorrow"])
