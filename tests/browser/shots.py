"""`make shots`: every page of pages.py in every window, into build/shots/, with what the machine checks found. ARGS: names of pages."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import WINDOWS, chromium, context
from tests.browser.looks import open_page, with_axe
from tests.browser.pages import PAGES, Page
from tests.browser.worlds import FILLED, World, world

SHOTS = Path(__file__).parents[2] / "build" / "shots"


def main(names: list[str]) -> int:
    """0 when nothing was found. Without names it starts from an empty folder."""
    wanted = [page for page in PAGES if not names or page.name in names]
    if not names:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        found = [line for name in FILLED for line in _world(browser, name, wanted)]
    (SHOTS / "problems.txt").write_text("\n".join(found) + "\n")
    print("\n".join(found) or "No overflow, overlap or cut text; console and axe are quiet.")
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS.relative_to(Path.cwd())}")
    return int(bool(found))


def _world(browser: Browser, name: str, wanted: list[Page]) -> Iterator[str]:
    pages = [page for page in wanted if name in page.worlds]
    if not pages:
        return
    with tempfile.TemporaryDirectory() as folder, world(name, Path(folder)) as there:
        for page in pages:
            yield from shoot(browser, there, page)


def shoot(browser: Browser, there: World, page: Page) -> Iterator[str]:
    """One page in all windows; problems as "name: what"."""
    for window in WINDOWS:
        cookies = there.cookies(window.language) if page.signed_in else []
        with context(browser, window, cookies) as profile:
            seen = open_page(profile, there.address + page.at(there.parts, window.language), page.status)
            name = f"{page.name}-{there.name}-{window.name}"
            seen.tab.screenshot(path=SHOTS / f"{name}.png")
            seen.tab.screenshot(path=SHOTS / f"{name}-whole.png", full_page=True)
            for problem in [*seen.problems, *with_axe(seen.tab)]:
                yield f"{name}: {problem}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
