"""The machine's eyes can see: a page that is wrong in every way, and each keyboard way through the frame."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import WATCHED, Window, context
from tests.browser.looks import look, open_page, with_axe
from tests.browser.worlds import World

DESKTOP, PHONE = WATCHED
# What is wrong, and the line about it: one fault each, so that each eye is tried alone.
WRONG = {
    "overflow: the page is 3008 wide": "<div style='width:3000px;height:1px'></div>",
    "cut: p": "<p style='width:30px;white-space:nowrap'>Words that do not fit</p>",
    'clipped: p. "Words': "<div style='width:60px;overflow:hidden'><p style='width:max-content'>Words that go on</p></div>",
    'clipped: p. "Two': "<div style='height:30px;overflow:hidden'><p>One</p><p>Two</p><p>Three</p></div>",
    'clipped: button. "Off': "<button style='position:fixed;left:-20px'>Off the window</button>",
    'overlap: button. "One': "<button>One</button><button style='position:relative;left:-20px'>Two</button>",
    "overlap: words of p": "<p style='margin:0'>One line</p><p style='margin-top:-16px'>Another line</p>",
    "picture: http://127.0.0.1:9/none.png": "<img src='http://127.0.0.1:9/none.png' alt='none' width='9' height='9'>",
}
ON_A_PHONE = {
    'small: button.button "Thumb" is 30 high': "<button class='button' style='height:30px;width:80px'>Thumb</button>",
    'small: button.button "x" is 16 wide': "<button class='button' style='height:44px;width:16px;padding:0'>x</button>",
}
RIGHT = """
<div style="width:60px;overflow:auto"><p style="width:200px">A list that can be scrolled</p></div>
<p style="width:60px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">Words that end in dots</p>
<p style="width:60px;overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:1">Words of one line only</p>
<button>One</button> <button>Two</button><div style="position:relative"><p style="position:absolute;top:40px">Apart</p></div>
"""
ELSEWHERE = "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/a.png'}))"


@pytest.mark.parametrize(("line", "body"), WRONG.items())
def test_a_wrong_page_is_seen(browser: Browser, line: str, body: str) -> None:
    assert [one[: len(line)] for one in found(browser, DESKTOP, body)][:1] == [line]


@pytest.mark.parametrize(("line", "body"), ON_A_PHONE.items())
def test_a_button_too_small_for_a_thumb_is_seen(browser: Browser, line: str, body: str) -> None:
    assert found(browser, DESKTOP, body) == []
    assert [one[: len(line)] for one in found(browser, PHONE, body)] == [line]


def test_a_phone_does_not_hide_what_sticks_out(browser: Browser) -> None:
    """There the window itself seems to grow."""
    assert found(browser, PHONE, "<p style='width:600px'>Wide</p>")[0].startswith("overflow: the page is 6")


def test_what_is_meant_so_is_left_in_peace(browser: Browser) -> None:
    assert found(browser, DESKTOP, RIGHT) == []


def test_axe_is_asked(browser: Browser) -> None:
    with context(browser, DESKTOP, []) as profile:
        tab = profile.new_page()
        tab.set_content("<img src='data:,'>")
        assert any("image-alt" in line for line in with_axe(tab))


def found(browser: Browser, window: Window, body: str) -> list[str]:
    with context(browser, window, []) as profile:
        tab = profile.new_page()
        tab.set_content(f"<meta name='viewport' content='width=device-width'><main>{body}</main>")
        return look(tab)


def test_what_the_policy_forbids_is_heard(browser: Browser, worlds: Callable[[str], World]) -> None:
    there = worlds("empty")
    with context(browser, DESKTOP, []) as profile:
        seen = open_page(profile, f"{there.address}/styleguide/bare?language=nl")
        assert seen.problems == []
        with seen.tab.expect_console_message(lambda said: "CSP: img-src" in said.text):
            seen.tab.evaluate(ELSEWHERE)
        assert any("CSP: img-src" in line for line in seen.problems)


def test_the_frame_by_keyboard(browser: Browser, worlds: Callable[[str], World]) -> None:
    """The skip link first; Escape closes a menu and gives the focus back; one key goes where it says."""
    there = worlds("empty")
    with context(browser, DESKTOP, []) as profile:
        tab = open_page(profile, f"{there.address}/styleguide?language=nl").tab
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        switcher = tab.locator(".side details.switcher")
        switcher.locator("summary").focus()
        tab.keyboard.press("ArrowDown")
        assert tab.evaluate("document.activeElement.className") == "menu__item"
        tab.keyboard.press("Escape")
        assert switcher.get_attribute("open") is None
        assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
        tab.keyboard.press("/")
        assert tab.evaluate("document.activeElement.name") == "q"
        tab.keyboard.type("gb")
        assert tab.url.endswith("#main")
        tab.keyboard.press("Tab")
        tab.keyboard.type("gb")
        assert tab.url.endswith("#posts.index")


def test_a_phone_has_everything_one_tap_away(browser: Browser, worlds: Callable[[str], World]) -> None:
    there = worlds("empty")
    with context(browser, PHONE, []) as profile:
        tab = open_page(profile, f"{there.address}/styleguide?language=en").tab
        assert [one.inner_text().splitlines()[-1] for one in tab.locator(".tabbar .tab").all()] == [
            "Today", "Calendar", "New", "Approvals", "More",
        ]  # fmt: skip
        tab.locator(".more > summary").tap()
        shown = [one.inner_text().splitlines()[0] for one in tab.locator(".more__sheet .nav-row").all()]
        assert shown == ["Posts", "Library", "Analytics", "Reports", "Clients", "Settings", "Your account"]


def test_without_scripts_menus_open_and_toasts_stay(browser: Browser, worlds: Callable[[str], World]) -> None:
    profile = browser.new_context(java_script_enabled=False, **DESKTOP.options)
    tab = profile.new_page()
    tab.goto(f"{worlds('empty').address}/styleguide?language=nl&toast=1")
    tab.locator(".side details.switcher > summary").click()
    assert tab.get_by_role("link", name="Kapsalon Noor").first.is_visible()
    assert tab.locator(".toasts .toast").is_visible()
    profile.close()
