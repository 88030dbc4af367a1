"""Where the built styles, scripts and icons are: names in static/dist/manifest.json, with a hash that changes with them."""

import json
from functools import lru_cache
from pathlib import Path

from flask import url_for

from socialq.errors import Unavailable

MANIFEST = Path(__file__).parents[2] / "static" / "dist" / "manifest.json"


def address(name: str) -> str:
    """The address of "app.css", "app.js", "icons.svg", "mark.svg" or "inter.woff2". Raises Unavailable until they are built."""
    return url_for("static", filename="dist/") + _addresses()[name]


@lru_cache(maxsize=1)
def _addresses() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(MANIFEST.read_text())
    except FileNotFoundError:
        raise Unavailable("The styles and scripts of the pages are not built yet: run `make assets`.") from None
    return found
