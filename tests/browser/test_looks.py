"""The machine's eyes can see: a page that is wrong in every way, and each keyboard way through the frame."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.browser.chromium import WATCHED, context
from tests.browser.looks import SCRIPT, open_page, with_axe
from tests.browser.worlds import World

DESKTOP, PHONE = WATCHED
WRONG = """
<style>.wide{width:3000px;height:1px} .cut{width:30px;overflow:hidden;white-space:nowrap} .on{position:relative;left:-20px}</style>
<div class="wide"></div><p class="cut">Words that do not fit</p><button>One</button><button class="on">Two</button>
"""
ELSEWHERE = "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/a.png'}))"


def test_a_wrong_page_is_seen(browser: Browser) -> None:
    with context(browser, DESKTOP, []) as profile:
        tab = profile.new_page()
        tab.set_content(WRONG)
        assert [line.partition(":")[0] for line in tab.evaluate(SCRIPT)] == ["overflow", "cut", "overlap"]
        assert any("image-alt" in line for line in with_axe_of(tab, "<img src='data:,'>"))


def with_axe_of(tab: object, body: str) -> list[str]:
    tab.set_content(body)  # type: ignore[attr-defined]
    return with_axe(tab)  # type: ignore[arg-type]


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
