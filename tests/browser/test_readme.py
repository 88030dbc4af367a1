"""The pictures of the README are there, made by `make shots ARGS=readme`, and light enough to be looked at."""

import io
import re

from PIL import Image

from tests.browser.chromium import WATCHED
from tests.browser.readme import FOLDER, HEAVIEST, PICTURES, boat, small

ROOT = FOLDER.parents[1]


def test_the_readme_shows_what_is_made() -> None:
    named = re.findall(r"docs/pictures/([\w.-]+)", (ROOT / "README.md").read_text())
    assert sorted(named) == sorted(PICTURES) == sorted(file.name for file in FOLDER.iterdir())


def test_they_are_what_the_windows_show() -> None:
    for name, picture in PICTURES.items():
        options = picture.window.options
        times = options.get("device_scale_factor", 1)
        size = (options["viewport"]["width"] * times, options["viewport"]["height"] * times)
        with Image.open(FOLDER / name) as image:
            assert (name, image.format, image.mode, image.size) == (name, "PNG", "P", size)
        assert (FOLDER / name).stat().st_size < HEAVIEST, name


def test_desk_and_phone_light_and_dark_are_shown() -> None:
    shown = {(one.window.size, one.window.theme) for one in PICTURES.values()}
    assert shown == {(one.size, one.theme) for one in WATCHED}


def test_a_picture_gets_lighter() -> None:
    made = small(boat())
    assert len(made) < len(boat())
    with Image.open(io.BytesIO(made)) as image:
        assert image.mode == "P"
