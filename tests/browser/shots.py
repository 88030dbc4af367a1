"""`make shots`: every page of pages.py in every window, into build/shots/, with what the machine checks found.

ARGS: names of pages or worlds, desktop, phone, light, dark, nl, en; or `readme` for the pictures of the README."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from socialq.clock import boottime
from tests.browser import readme
from tests.browser.chromium import LANGUAGES, SIZES, THEMES, Window, chromium, context
from tests.browser.looks import arrive, look, still, with_axe
from tests.browser.pages import PAGES, Page
from tests.browser.worlds import FILLED, world

SHOTS = Path(__file__).parents[2] / "build" / "shots"


@dataclass(frozen=True)
class Chosen:
    """What of all there is."""

    pages: list[Page]
    worlds: list[str]
    sizes: list[str]
    themes: list[str]
    languages: list[str]

    @classmethod
    def by(cls, words: list[str]) -> "Chosen":
        """Of each kind what is named, or all of it. Raises ValueError for a word that names nothing."""
        kinds = [[page.name for page in PAGES], list(FILLED), SIZES, THEMES, LANGUAGES]
        if unknown := set(words) - {name for names in kinds for name in names}:
            raise ValueError(f"There is no {', '.join(sorted(unknown))}. Pages: {', '.join(kinds[0])}.")
        names, *others = [[name for name in names if name in words] or names for names in kinds]
        return cls([page for page in PAGES if page.name in names], *others)


def main(words: list[str]) -> int:
    """0 when nothing was found. Without words it starts from an empty folder."""
    try:
        chosen = Chosen.by(words)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not words:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True, exist_ok=True)
    started, views, found = boottime(), 0, list[str]()
    with chromium() as browser:
        for name, problems in (view for there in chosen.worlds for view in _world(browser, there, chosen)):
            views += 1
            found += [f"{name}: {problem}" for problem in problems]
            print(*found[len(found) - len(problems) :], sep="\n", end="\n" if problems else "", flush=True)
    (SHOTS / "problems.txt").write_text("".join(f"{line}\n" for line in found))
    print("" if found else "No overflow, overlap or cut text; console and axe are quiet.")
    print(f"{views} views in {boottime() - started:.0f} s, {len(found)} problems; pictures in {SHOTS}")
    return int(bool(found))


def _world(browser: Browser, name: str, chosen: Chosen) -> Iterator[tuple[str, list[str]]]:
    pages = [page for page in chosen.pages if name in page.worlds]
    if not pages:
        return
    with tempfile.TemporaryDirectory() as folder, world(name, Path(folder)) as there:
        paths = {page.name: page.on(there.parts) for page in pages}
        for language, size in product(chosen.languages, chosen.sizes):
            window = Window(size, chosen.themes[0], language)
            with context(browser, window, there.cookies(language)) as hers, context(browser, window, []) as nobodys:
                for page in pages:
                    address = there.address + paths[page.name].replace("{language}", language)
                    profile = hers if page.signed_in else nobodys
                    there.breathe()
                    yield from _views(profile, address, page, f"{page.name}-{name}-{size}", language, chosen.themes)


def _views(
    profile: BrowserContext, address: str, page: Page, name: str, language: str, themes: list[str]
) -> Iterator[tuple[str, list[str]]]:
    """Asked for once; the colours change under it as they do when the evening comes."""
    seen = arrive(profile, address, page.status, page.then)
    heard = seen.problems
    for theme in themes:
        seen.tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        still(seen.tab)
        shot = f"{name}-{theme}-{language}"
        _shoot(seen.tab, shot)
        yield shot, [*heard, *look(seen.tab), *with_axe(seen.tab)]
        heard = []
    seen.tab.close()


def _shoot(tab: Tab, name: str) -> None:
    """As the window shows it, and whole where it is longer."""
    tab.screenshot(path=SHOTS / f"{name}.png")
    if tab.evaluate("document.documentElement.scrollHeight > innerHeight"):
        tab.screenshot(path=SHOTS / f"{name}-whole.png", full_page=True)


if __name__ == "__main__":
    sys.exit(readme.main() if sys.argv[1:] == ["readme"] else main(sys.argv[1:]))
