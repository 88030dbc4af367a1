"""Words: Dutch and English texts, plurals, dates, zones, numbers; every text of the product has a translation."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from socialq.services import i18n
from socialq.services.catalog import LOCALES, Catalog, load, read
from socialq.services.i18n import MissingTranslation, Words
from tests.tools.texts import Text, in_module, missing, texts

AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)
HERE = "Europe/Amsterdam"
PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "Hello %(name)s"
msgstr "Hoi %(name)s"

msgctxt "verb"
msgid "Post"
msgstr "Plaats"

msgid "Post"
msgstr "Bericht"

msgid "%(n)s post"
msgid_plural "%(n)s posts"
msgstr[0] "%(n)s bericht"
msgstr[1] "%(n)s berichten"

#, fuzzy
msgid "Fuzzy"
msgstr "Wollig"

msgid "Empty"
msgstr ""
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Instead of the product's own."""
    write(tmp_path, "one", PO)
    found = load("nl", tmp_path)
    monkeypatch.setattr(i18n, "_dutch", lambda: found)
    return found


def write(folder: Path, name: str, text: str) -> None:
    (folder / "nl").mkdir(exist_ok=True)
    (folder / "nl" / f"{name}.po").write_text(text)


def test_texts_and_plurals(catalog: Catalog) -> None:
    dutch, english = Words("nl"), Words("en")
    assert dutch.text("Hello %(name)s", name="100 %") == "Hoi 100 %"
    assert english.text("Hello %(name)s", name="Vera") == "Hello Vera"
    assert (dutch.text("Post"), dutch.within("verb", "Post")) == ("Bericht", "Plaats")
    counted = [dutch.plural("%(n)s post", "%(n)s posts", n) for n in (0, 1, 2, 1200)]
    assert counted == ["0 berichten", "1 bericht", "2 berichten", "1.200 berichten"]
    assert [english.plural("%(n)s post", "%(n)s posts", n) for n in (0, 1, 1200)] == [
        "0 posts",
        "1 post",
        "1,200 posts",
    ]
    assert english.text("50 % off") == "50 % off", "without values a % stands for itself"


@pytest.mark.parametrize("msgid", ["Nobody wrote this", "Fuzzy", "Empty"])
def test_a_missing_translation_raises_in_tests_and_is_english_with_a_log_line_elsewhere(
    catalog: Catalog, msgid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Words, "strict", True)
    with pytest.raises(MissingTranslation, match=msgid):
        Words("nl").text(msgid)
    assert not Words("nl").knows(msgid)
    monkeypatch.setattr(Words, "strict", False)
    i18n._say.cache_clear()
    with capture_logs() as lines:
        assert [Words("nl").text(msgid) for _ in range(2)] == [msgid, msgid]
    assert [line["event"] for line in lines] == ["a text has no translation"]


def test_dates_and_zones() -> None:
    dutch, english = Words("nl"), Words("en-GB")
    assert dutch.moment(AT, HERE) == "do 3 dec, 09:00 (Amsterdam)"
    assert english.moment(AT, HERE) == "Thu 3 Dec, 09:00 (Amsterdam)"
    assert dutch.moment(AT, "Europe/Vienna", long=True) == "donderdag 3 december, 09:00 (Wenen)"
    assert dutch.time(AT, HERE, named=False) == "09:00"
    assert dutch.date(datetime(2026, 12, 3, 23, 30, tzinfo=UTC), HERE) == "vr 4 dec", "the day is the zone's"
    assert dutch.date(date(2026, 12, 1), long=True, year=True) == "dinsdag 1 december 2026"
    assert (dutch.month(date(2026, 12, 1)), dutch.weekday(0), dutch.weekday(6, short=True)) == (
        "december 2026",
        "maandag",
        "zo",
    )
    assert [dutch.city(zone) for zone in ("America/New_York", "Europe/Brussels", "UTC")] == [
        "New York",
        "Brussel",
        "UTC",
    ]
    with pytest.raises(ValueError, match="without the zone"):
        dutch.date(AT)


def test_numbers_spans_and_lists() -> None:
    dutch, english = Words("nl"), Words("en")
    assert (dutch.number(31480), english.number(31480), dutch.number(None)) == ("31.480", "31,480", "–")
    assert (dutch.number(5.25, 2), dutch.signed(12), dutch.signed(-3)) == ("5,25", "+12", "−3")
    assert (dutch.percent(0.059), english.percent(0.059), english.percent(None)) == ("5,9\u00a0%", "5.9%", "–")
    assert (dutch.span(timedelta(days=6)), english.span(timedelta(minutes=4), short=True)) == ("6 dagen", "4 min")
    assert dutch.list(["Instagram", "Facebook", "X"]) == "Instagram, Facebook en X"
    assert english.list(["X", "Facebook"], either=True) == "X or Facebook"


def test_the_pseudo_language_wraps_all_that_is_said(catalog: Catalog) -> None:
    pseudo = Words("xx")
    assert pseudo.text("Hello %(name)s", name="Vera") == "⟦Hello Vera⟧"
    assert pseudo.plural("%(n)s post", "%(n)s posts", 2) == "⟦2 posts⟧"
    assert all(said.startswith("⟦") for said in (pseudo.moment(AT, HERE), pseudo.weekday(1), pseudo.list(["a"])))
    assert pseudo.number(12) == "12"


def test_one_text_with_two_translations_needs_a_context(tmp_path: Path) -> None:
    write(tmp_path, "one", PO)
    write(tmp_path, "two", PO)
    assert load("nl", tmp_path).text("Post") == "Bericht", "the same twice is no contradiction"
    write(tmp_path, "two", PO.replace("Hoi", "Dag"))
    found = load("nl", tmp_path)
    assert found.text("Hello %(name)s") == "Hoi %(name)s", "the first one's word holds"
    assert found.contradictions == ["'Hello %(name)s' is translated differently in one.po and in two.po"]


def test_the_extraction_finds_what_is_said() -> None:
    source = 'words.text("A")\nself.words.plural("B", "Bs", n)\nwords.within("verb", "C")\nmark("D")\ntext("SELECT 1")\nwords.text(e)'
    found = list(in_module(ast.parse(source), "one.py"))
    assert found == [
        Text("A", "", None, "one.py:1"), Text("B", "Bs", None, "one.py:2"), Text("C", "", "verb", "one.py:3"),
        Text("D", "", None, "one.py:4"),
    ]  # fmt: skip
    assert len(missing(found, Catalog("nl"))) == 4
    constants = 'from socialq.domain.shots import Said\nLONG = "It is %(size)s long."\nGIF = "image/gif"'
    assert list(in_module(ast.parse(constants), "two.py")) == [Text("It is %(size)s long.", "", None, "two.py:2")]


def test_every_text_of_the_product_has_one_dutch_translation() -> None:
    catalog = load("nl")
    assert missing(texts(), catalog) == []
    assert catalog.contradictions == [], "give one of them a context (pgettext)"


@pytest.mark.parametrize("path", sorted((LOCALES / "nl").glob("*.po")), ids=lambda path: path.stem)
def test_translations_fill_in_what_the_english_text_fills_in(path: Path) -> None:
    """`%(name)s` on both sides, and nothing fuzzy or empty."""
    problems = []
    for message in read(path):
        if message.id:
            problems += [f"{message.id!r}: {error}" for error in message.check()]
            problems += [f"{message.id!r} is fuzzy"] if message.fuzzy else []
            problems += [] if message.string and all(message.string) else [f"{message.id!r} has no translation"]
    assert problems == []
