"""Frozen numbers and figures become one page; the page with plotly's script inside becomes one file. Counts nothing."""

import re
import unicodedata
from base64 import b64encode
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from socialq.domain.slots import zone
from socialq.errors import NotAllowed, Unavailable
from socialq.models import Report
from socialq.reports.orders import READY
from socialq.reports.words import Words
from socialq.services.templates import environment

SCRIPT_HERE = "<!-- plotly.js -->"
TEXT_SHOWN = 240
FONTS = Path(__file__).parents[2] / "static" / "dist" / "fonts"


def page(numbers: dict[str, Any], figures: dict[str, Any], version: int) -> str:
    """The report as HTML, with a mark where plotly's script belongs (it is 4.8 MB and the same for all)."""
    words, there = Words(numbers["client"]["language"]), zone(numbers["zone"])
    first, last = date.fromisoformat(numbers["starts_on"]), date.fromisoformat(numbers["ends_on"])
    until = numbers["data_until"] and datetime.fromisoformat(numbers["data_until"])
    month_before = words.month(date.fromordinal(first.toordinal() - 1), year=False)
    made = environment()
    made.filters |= {
        "number": words.number, "signed": words.signed, "percent": words.percent, "shortened": shortened, "link": link,
        "day": lambda on: words.day(date.fromisoformat(on)),
        "moment": lambda at: words.moment(datetime.fromisoformat(at), there),
    }  # fmt: skip
    return made.get_template("reports/month.html").render(
        n=numbers, figures=figures, w=words, version=version, colour=numbers["colour"],
        month=words.month(first), month_before=month_before, last_day=words.long_day(last),
        until=until and words.moment(until, there), script_here=SCRIPT_HERE,
        headline=words.headline(numbers["totals"], numbers["before"] or {}, month_before),
    )  # fmt: skip


def standalone(html: str) -> str:
    """One file that needs nothing from outside: the typeface and plotly's own script from its wheel are put in."""
    return with_typeface(html).replace(SCRIPT_HERE, f"<script>{plotly_script()}</script>", 1)


def with_typeface(html: str) -> str:
    """Inside the page, so that it looks the same in a sandbox, in a mail and on a disk."""
    return html.replace("</head>", f"<style>{_typeface()}</style></head>", 1)


@lru_cache(maxsize=1)
def _typeface() -> str:
    """That of our own pages. Where these were never built (only the command line is in use) a reader's own stands in."""
    found = next(FONTS.glob("inter-latin-opsz-normal-*.woff2"), None)
    if found is None:
        return ""
    data = b64encode(found.read_bytes()).decode()
    return f'@font-face{{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,{data}) format("woff2")}}'


def plotly_script() -> str:
    """Read from the wheel: importing plotly takes 0.2 s and its memory."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def write(report: Report, out_dir: Path) -> Path:
    """Writes the file into the folder and returns its path. NotAllowed while it is not ready, Unavailable when the disk refuses."""
    if report.state != READY:
        raise NotAllowed(
            f"Report {report.id} is {report.state}, not ready: {report.reason or 'wait until it is built'}."
        )
    path = out_dir / name_of(report)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(standalone(report.html), encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"The report could not be written to {path}: {error.strerror}.") from None
    return path


def name_of(report: Report) -> str:
    """ "cafe-de-zon-2026-10-v1.html", of a report that is ready."""
    return f"{file_name(report.numbers['client']['name'])}-{report.starts_on:%Y-%m}-v{report.version}.html"


def file_name(name: str) -> str:
    """A client's name as a file may be called: "Café de Zon" is "cafe-de-zon"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "client"


def link(url: str) -> str:
    """The address if a browser may open it, else nothing: it came from a network."""
    return url if re.match(r"https?://", url, re.IGNORECASE) else ""


def shortened(text: str) -> str:
    """The beginning of a post."""
    return text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1].rstrip() + "…"
