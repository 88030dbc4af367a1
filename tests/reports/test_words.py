"""Numbers, comparisons and the finding, as a Dutch and an English reader write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from socialq.reports.words import TEXTS, Words

NL, EN = Words("nl"), Words("en")


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["nl"].keys() == TEXTS["en"].keys()
    assert (Words("nl-BE").language, Words("fr").language) == ("nl", "en")


def test_numbers_and_dates() -> None:
    assert [NL.number(31480), EN.number(31480), NL.number(None), NL.number(-4)] == ["31.480", "31,480", "–", "\u22124"]
    assert [NL.signed(43), NL.signed(0), EN.signed(-1200), NL.signed(None)] == ["+43", "0", "\u22121,200", "–"]
    assert [NL.percent(0.059), EN.percent(0.059), NL.percent(None)] == ["5,9\u00a0%", "5.9%", "–"]
    assert (NL.month(date(2026, 10, 1)), EN.month(date(2026, 10, 1))) == ("oktober 2026", "October 2026")
    at = datetime(2026, 12, 3, 6, 30, tzinfo=UTC)
    assert NL.moment(at, ZoneInfo("Europe/Amsterdam")) == "do 3 dec, 07:30"


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (31480, 26150, ", 20\u00a0% meer dan in september"),
        (80, 100, ", 20\u00a0% minder dan in september"),
        (84, 41, ", 43 meer dan in september"),
        (10001, 10000, ", 1 meer dan in september"),
        (5, 5, ", evenveel als in september"),
        (5, 0, ", 5 meer dan in september"),
        (5, None, ""),
    ],
)
def test_per_cent_only_where_it_says_something(now: int, before: int | None, said: str) -> None:
    assert NL.compared(now, before, "september") == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"views": 1, "engagements": 9, "posts": 2}, "Seen once"),
        ({"views": None, "engagements": 1842, "posts": 2}, "1,842 engagements"),
        ({"views": 0, "engagements": 0, "posts": 2}, "2 posts published"),
        ({"views": None, "engagements": None, "posts": 1}, "1 post published"),
        ({"views": None, "engagements": None, "posts": 0}, "No posts published"),
    ],
)
def test_the_finding(found: dict[str, int | None], said: str) -> None:
    assert EN.headline(found, {}, "September") == said
