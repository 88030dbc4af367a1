"""Every page of pages.py in a real Chromium: nothing overflows, overlaps or is cut; console, CSP and axe are quiet."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import WATCHED, Window, context
from tests.browser.looks import open_page, with_axe
from tests.browser.pages import PAGES, Page
from tests.browser.worlds import World

EVERY = [pytest.param(page, name, id=f"{page.name}-{name}") for page in PAGES for name in page.worlds]


@pytest.mark.parametrize("window", WATCHED, ids=lambda window: window.name)
@pytest.mark.parametrize(("page", "name"), EVERY)
def test_it_looks_as_it_should(
    browser: Browser, worlds: Callable[[str], World], page: Page, name: str, window: Window
) -> None:
    there = worlds(name)
    with context(browser, window, there.cookies(window.language) if page.signed_in else []) as profile:
        seen = open_page(profile, there.address + page.at(there.parts, window.language), page.status)
        assert [*seen.problems, *with_axe(seen.tab)] == []
