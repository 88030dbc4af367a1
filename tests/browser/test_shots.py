"""Pictures and videos in the composer, in a real browser: what a network changes stands beside it at once, without a reload."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from socialq.models import Channel
from tests.browser.chromium import Window, context
from tests.browser.worlds import World, world
from tests.films import film
from tests.tools.media_pictures import photo

CROPPED = "cropped to 4:5"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The composer of a client whose channels crop."""
    with world("demo", tmp_path) as made, context(browser, Window("desktop", "light", "en"), cookies(made)) as windows:
        with made.parts.db.begin() as session:
            session.execute(update(Channel).values(limits={"image_ratio": [0.8, 1.91]}))
        opened = windows.new_page()
        opened.goto(f"{made.address}/posts/new")
        yield opened


def cookies(made: World) -> list[dict[str, str]]:
    return made.cookies("en")  # type: ignore[no-any-return]


def test_a_crop_is_said_beside_the_picture_as_soon_as_it_is_there(page: Page, tmp_path: Path) -> None:
    (tmp_path / "toren.jpg").write_bytes(photo(400, 700))
    page.set_input_files("#files", tmp_path / "toren.jpg")
    notes = page.locator("[data-shots] [data-notes]")
    expect(notes).to_contain_text(CROPPED, timeout=60_000)
    shown = "one => Math.abs(one.naturalWidth / one.naturalHeight - 0.8) < 0.01"
    page.wait_for_function(f"() => [...document.querySelectorAll('.shot__crop')].some({shown})")
    expect(page.locator(".checks__sum")).not_to_contain_text("has to be right first")
    page.locator("[data-remove]").first.click()
    expect(notes).to_have_count(0)


def test_a_video_shows_its_poster_and_its_length(page: Page, tmp_path: Path) -> None:
    page.set_input_files("#files", film(tmp_path / "deeg.mp4", width=640, height=360, seconds=4))
    expect(page.locator("[data-shots] [data-notes]")).to_contain_text("Video, 0:04", timeout=60_000)
    poster = page.locator("[data-shots] img")
    expect(poster).to_have_attribute("src", re.compile(r"/media/\d+\?size=small"))
    until_drawn = "one => one.complete && one.naturalWidth === 640"
    page.wait_for_function(f"() => [...document.querySelectorAll('[data-shots] img')].every({until_drawn})")


def test_what_is_no_video_is_said_and_leaves_the_composer_as_it_was(page: Page, tmp_path: Path) -> None:
    (tmp_path / "lijst.mp4").write_bytes(b"#EXTM3U\n")
    page.set_input_files("#files", tmp_path / "lijst.mp4")
    expect(page.locator("[data-files-error]")).to_have_text(
        "lijst.mp4 is not what its name says: it is no video (mp4, mov or webm).", timeout=60_000
    )
    expect(page.locator("[data-shots] .shot")).to_have_count(0)
