"""A thread written with the keyboard alone, and on a phone: a part is added, counted while she types, and kept."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from socialq.models import RevisionPart
from tests.browser.chromium import WATCHED, Window, context
from tests.browser.looks import open_page
from tests.browser.worlds import World

DESKTOP, PHONE = WATCHED


@pytest.mark.parametrize("window", WATCHED)
def test_a_thread_by_keyboard(browser: Browser, worlds: Callable[[str], World], window: Window) -> None:
    there = worlds("demo")
    with context(browser, window, there.cookies("en")) as profile:
        tab = open_page(profile, f"{there.address}/posts/new?client=1").tab
        tab.fill("#text", f"Part one on {window.name}")
        tab.locator("[name=do][value=part]").focus()
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "part-2" and tab.input_value("#text").startswith("Part one")
        tab.keyboard.type("And this follows")
        counter = tab.locator("[data-part-counter]:not([hidden]) [data-size]").first
        expect(counter).to_have_text("16")
        tab.fill("#part-2", "x" * 600)
        expect(tab.locator("[data-part] .counter--bad:not([hidden])").first).to_contain_text("600")
        expect(tab.locator("[data-checks]")).to_contain_text("Part 2: The text has 600 characters")
        tab.fill("#part-2", f"And this follows on {window.name}")
        with tab.expect_navigation():
            tab.locator("[name=do][value=draft]").press("Enter")
        expect(tab.locator(".post__part")).to_have_text(f"And this follows on {window.name}")
    with there.parts.db.read() as session:
        assert f"And this follows on {window.name}" in session.scalars(select(RevisionPart.text)).all()
