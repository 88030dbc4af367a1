"""A browser and installations to look at, for the tests of one file (Playwright's loop must not outlive them)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from socialq.services.i18n import Words
from tests.browser.chromium import chromium, executable
from tests.browser.looks import AXE
from tests.browser.worlds import World, world
from tests.compiled import keep_compiled

keep_compiled()


@pytest.fixture(autouse=True)
def _spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing translation is told by tests/structure; here the page is looked at."""
    monkeypatch.setattr(Words, "strict", False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium. Skips where there is none; CI installs it and allows no skip."""
    if executable() is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `make assets-tests`")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """`worlds("demo")`: that installation, made when first asked for."""
    made: dict[str, World] = {}
    with ExitStack() as stack:

        def get(name: str) -> World:
            if name not in made:
                made[name] = stack.enter_context(world(name, tmp_path_factory.mktemp(name)))
            return made[name]

        yield get
