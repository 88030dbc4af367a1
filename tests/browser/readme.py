"""The pictures of the README, in docs/pictures/: made by `make shots ARGS=readme` from the demo, as it looks by day once mail is set up."""

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page as Tab

from tests.browser.chromium import Window, chromium, context
from tests.browser.looks import arrive
from tests.browser.worlds import World, world

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
HEAVIEST = 300_000
COLOURS = 256
SITE = "http://socialq.example"
TEXT = "Vers van de boot: kabeljauw en schol. Zaterdag staan we om acht uur op het plein, naast de fontein. Tot dan."
ALT = "Een zeilboot op kalm water, met de zon laag boven de zee"


@dataclass(frozen=True)
class Picture:
    """A page of the demo in one window; `then` is done on it first."""

    path: str
    window: Window
    then: Callable[[Tab], None] | None = None


def write(tab: Tab) -> None:
    """A post as somebody would have it just before she schedules it."""
    tab.fill("#text", TEXT)
    with tab.expect_response("**/media"):
        tab.set_input_files("#files", {"name": "boot.png", "mimeType": "image/png", "buffer": boat()})
    tab.locator("[data-shots] textarea").fill(ALT)
    tab.locator("[data-preview-shots] img").first.wait_for()
    with tab.expect_response("**/posts"):
        tab.locator("[data-checks] button").click()
    tab.locator("[data-checks] .check:not(.muted)").first.wait_for()
    tab.evaluate("document.activeElement.blur()")


PICTURES = {
    "today.png": Picture("/", Window("desktop", "light", "en")),
    "calendar.png": Picture("/calendar", Window("desktop", "light", "en")),
    "compose.png": Picture("/posts/new?client=1", Window("desktop", "light", "en"), write),
    "today-phone.png": Picture("/", Window("phone", "dark", "en")),
}


def main() -> int:
    """Makes all of them; 1 when something was heard that should not be."""
    with tempfile.TemporaryDirectory() as folder, world("demo", Path(folder), base_url=SITE) as there:
        found = list(_made(there))
    print("\n".join(found) or f"{len(PICTURES)} pictures in {FOLDER}")
    return int(bool(found))


def _made(there: World) -> Iterator[str]:
    with chromium(*at_home(there.port)) as browser:
        for name, picture in PICTURES.items():
            with context(browser, picture.window, there.cookies(picture.window.language)) as profile:
                there.breathe()
                seen = arrive(profile, SITE + picture.path, then=picture.then)
                (FOLDER / name).write_bytes(small(seen.tab.screenshot()))
                yield from (f"{name}: {problem}" for problem in seen.problems)


def at_home(port: int) -> list[str]:
    """What makes the browser find SITE on this machine, and trust it as if it came by HTTPS."""
    host = SITE.removeprefix("http://")
    return [
        f"--host-resolver-rules=MAP {host}:80 127.0.0.1:{port}",
        f"--unsafely-treat-insecure-origin-as-secure={SITE}",
    ]


def small(png: bytes) -> bytes:
    """With a palette: pages have few colours."""
    with Image.open(io.BytesIO(png)) as image:
        made = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    made.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def boat() -> bytes:
    """Drawn, so that no photograph has to be kept."""
    width, height, horizon = 1200, 900, 560
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        far = y / horizon if y < horizon else (y - horizon) / (height - horizon)
        sky = (246 - int(30 * (1 - far)), 214 - int(20 * (1 - far)), 168 + int(50 * (1 - far)))
        draw.line(
            (0, y, width, y), sky if y < horizon else (58 - int(30 * far), 110 - int(40 * far), 128 - int(40 * far))
        )
    draw.ellipse((790, 400, 950, 560), "#fff1c9")
    draw.rectangle((0, horizon, width, horizon + 4), "#7fa3a8")
    draw.polygon(((500, 180), (500, 610), (270, 610)), "#fbfaf5")
    draw.polygon(((520, 240), (520, 610), (700, 610)), "#e9e2d3")
    draw.polygon(((240, 630), (740, 630), (660, 720), (320, 720)), "#8a3a1f")
    for step in range(9):
        draw.line((760 + step * 6, 600 + step * 30, 990 - step * 6, 600 + step * 30), "#d8c79a", 5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
