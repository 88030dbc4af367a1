"""The machine's own Chromium, driven by Playwright (whose browsers are not downloaded), and the windows that pages are seen in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars"]


@dataclass(frozen=True)
class Window:
    """`size` desktop or phone; `theme` light or dark; `language` nl or en."""

    size: str
    theme: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.size}-{self.theme}-{self.language}"

    @property
    def options(self) -> dict[str, Any]:
        """What Playwright's `new_context` takes."""
        shared: dict[str, Any] = {
            "color_scheme": self.theme, "locale": {"nl": "nl-NL", "en": "en-GB"}[self.language], "reduced_motion": "reduce",
            "timezone_id": "Pacific/Auckland",  # the browser's zone must never show
        }  # fmt: skip
        if self.size == "phone":
            phone = {"width": 390, "height": 844}
            return shared | {"viewport": phone, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
        return shared | {"viewport": {"width": 1440, "height": 900}}


# Each thing that differs at least once: what the tests look through; `make shots` takes all.
WATCHED = [Window("desktop", "light", "nl"), Window("phone", "dark", "en")]
SIZES = ["desktop", "phone"]
THEMES = ["light", "dark"]
LANGUAGES = ["nl", "en"]


def executable() -> str | None:
    """Where Chromium is on this machine, or None."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """One browser for many pages; `flags` are more of its own. Raises LookupError when the machine has none."""
    path = executable()
    if path is None:
        raise LookupError("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


@contextmanager
def context(browser: Browser, window: Window, cookies: list[Any]) -> Iterator[BrowserContext]:
    """A fresh profile with these cookies."""
    made = browser.new_context(**window.options)
    made.add_cookies(cookies)
    yield made
    made.close()
