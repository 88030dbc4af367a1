"""Without a mouse: every link, button and field of a page is reached by Tab, and whoever is there is seen to be there."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.browser.chromium import WATCHED, Window, context
from tests.browser.looks import open_page
from tests.browser.pages import PAGES
from tests.browser.worlds import World

DESKTOP, PHONE = WATCHED
SCRIPT = (Path(__file__).parent / "keyboard.js").read_text()
ON_A_DESK = ("today", "composer-sure", "posts", "post", "delivery-unknown", "client", "settings")
WALKED = dict.fromkeys(ON_A_DESK, DESKTOP) | {"delivery-failed": PHONE, "today-menu": PHONE}
MOST = 4  # a date has a stop for the day, the month, the year and its button
UNSEEN = (
    "<style>button:focus{outline:none}</style><button id='a'>One</button><span tabindex='-1' role='button'>x</span>"
)
TRAP = "<button id='a'>One</button><button onfocus=\"document.querySelector('#a').focus()\">Two</button>"


def walk(tab: Tab) -> list[str]:
    """Presses Tab through the whole page; what was not reached, and where one cannot see that one is."""
    tab.evaluate(SCRIPT)
    problems: list[str] = []
    for _ in range(MOST * tab.evaluate("keyboard.count")):
        tab.keyboard.press("Tab")
        problems += tab.evaluate("keyboard.here()")
        if tab.evaluate("keyboard.round()"):
            break
    return problems + list(tab.evaluate("keyboard.left()"))


@pytest.mark.parametrize(("name", "window"), WALKED.items())
def test_by_tab_alone(browser: Browser, worlds: Callable[[str], World], name: str, window: Window) -> None:
    page = next(one for one in PAGES if one.name == name)
    there = worlds("demo")
    there.breathe()
    with context(browser, window, there.cookies(window.language)) as profile:
        tab = open_page(profile, there.address + page.on(there.parts), page.status, page.then).tab
        assert walk(tab) == []


def test_who_walks_sees_what_is_wrong(browser: Browser) -> None:
    with context(browser, DESKTOP, []) as profile:
        tab = profile.new_page()
        tab.set_content(UNSEEN)
        assert walk(tab)[0] == 'unseen: button#a "One"'
        tab.set_content(TRAP)
        assert walk(tab) == ['not reached: button "Two"']


def test_a_question_is_left_by_escape(browser: Browser, worlds: Callable[[str], World]) -> None:
    """The composer asks before something leaves; Escape goes back, to the button that asked."""
    page = next(one for one in PAGES if one.name == "composer-sure")
    there = worlds("demo")
    with context(browser, DESKTOP, there.cookies("en")) as profile:
        tab = open_page(profile, there.address + page.on(there.parts), then=page.then).tab
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "alertdialog"
        with tab.expect_navigation():
            tab.keyboard.press("Escape")
        assert tab.locator("[role=alertdialog]").count() == 0
        assert tab.evaluate("document.activeElement.value") == "now"
        assert tab.input_value("#text").startswith("Vandaag vers")


def test_what_changes_on_today_is_said(browser: Browser, worlds: Callable[[str], World]) -> None:
    """Once, short, and politely: only what is new."""
    there = worlds("demo")
    with context(browser, DESKTOP, there.cookies("en")) as profile:
        tab = open_page(profile, f"{there.address}/").tab
        said = tab.locator("[data-said]")
        assert (said.get_attribute("role"), said.inner_text()) == ("status", "")
        now: str = tab.request.get(tab.url + "today/now").text()
        found = re.search(r'rail__row[^>]* data-told="([^"]+)"', now)
        assert found, "nothing stands on Today's rail"
        later = now.replace(found[0], f'{found[0][:-1]}, 9 min late"', 1)
        tab.route("**/today/now", lambda route: route.fulfill(body=later, content_type="text/html"))
        expect(said).to_have_text(f"{html.unescape(found[1])}, 9 min late", timeout=30_000)
