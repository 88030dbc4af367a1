"""What a reader sees: the numbers in words, practice labelled, one file, and nothing from outside as a tag."""

import re
from pathlib import Path

import pytest

from socialq.db import Database
from socialq.errors import Unavailable
from socialq.reports import render
from socialq.reports.render import file_name, write
from tests.reports.months import built, october, text_of
from tests.usecases.numbers import Brand

HEAD = "<head></head>"
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_the_page_says_the_numbers_in_dutch(lite: Database) -> None:
    report = built(october(lite))
    text = text_of(report)
    for said in (
        "900 keer bekeken, 80 % meer dan in september",
        "Maandrapport oktober 2026",
        "Cijfers tot en met 31 oktober.",
        "Stand za 31 okt, 23:00",
        "Weergaven 900 september: 500 van 1 van 2 kanalen",
        "Interactiegraad 2,0 %",
        "Volgers 512 +13 deze periode",
        "Bewaard –",
        "3 okt 7",
        "8 okt –",
        "9 okt 0",
        "za 3 okt, 09:00",
        "Interacties 20 · Likes 10 · Reacties 6 · Gedeeld 4 · Bewaard – · Weergaven –",
        "3,9 % van de volgers",
        "Dat is niet nul",
    ):
        assert said in text, said


def test_the_page_says_the_numbers_in_english(lite: Database) -> None:
    text = text_of(built(october(lite, language="en")))
    for said in (
        "Seen 900 times, 80% more than in September",
        "Engagement rate 2.0%",
        "Sat 3 Oct, 09:00",
        "As of Sat 31 Oct, 23:00.",
    ):
        assert said in text, said


def test_a_month_of_which_nothing_is_known(lite: Database) -> None:
    brand = Brand(lite)
    brand.channel()
    report = built(brand, "2026-02")
    totals = report.numbers["totals"]
    assert totals.pop("posts") == 0
    assert {totals[name] for name in ("engagements", "likes", "views", "rate", "followers", "followers_change")} == {
        None
    }
    assert len(report.numbers["days"]) == 28
    assert report.figures == {}
    text = text_of(report)
    assert "Geen berichten geplaatst" in text
    assert text.count("Nog geen cijfers") == 3


def test_practice_is_labelled_and_never_added_to_real_numbers(lite: Database) -> None:
    brand = Brand(lite)
    practice = brand.channel("practice", "@oefening")
    brand.count(brand.post(practice, "Oefenbericht", "2026-10-03 09:00"), "2026-10-03 10:00", likes=100, views=1000)
    brand.rebuild(practice, "2026-10-01", "2026-10-31")
    alone = built(brand)
    assert (alone.numbers["totals"]["likes"], alone.numbers["practice"]) == (100, True)
    assert "deze cijfers zijn verzonnen" in text_of(alone)
    real = brand.channel("fake", "@echt")
    brand.count(brand.post(real, "Echt", "2026-10-04 09:00"), "2026-10-04 10:00", likes=3)
    brand.rebuild(real, "2026-10-01", "2026-10-31")
    both = built(brand)
    totals = both.numbers["totals"]
    assert (totals["likes"], totals["posts"], totals["views"], totals["channels"]) == (3, 1, None, 1)
    assert [post["text"] for post in both.numbers["best"]] == ["Echt"]
    text = text_of(both)
    assert "verzonnen" not in text
    assert "Practice @oefening oefening 1 1.000 100" in text
    assert "Oefenkanalen tellen niet mee" in text


def test_abuse_nothing_from_outside_becomes_a_tag(lite: Database) -> None:
    brand = Brand(lite, name=EVIL, colour="red;}")
    channel = brand.channel("fake", EVIL)
    post = brand.post(channel, EVIL + "\n<!-- plotly.js -->", "2026-10-03 09:00", url="javascript:alert(1)")
    brand.count(post, "2026-10-03 10:00", likes=3)
    for day in (3, 4):
        brand.follow(channel, f"2026-10-{day:02} 12:00", 10)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    html = built(brand).html
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert "javascript:" not in html
    assert "red;}" not in html
    assert html.count("<script") == html.count("</script>") == 2
    assert html.count("<!-- plotly.js -->") == 1


def test_the_file_needs_nothing_from_outside(lite: Database, tmp_path: Path) -> None:
    report = built(october(lite))
    path = write(report, tmp_path / "new" / "folder")
    assert path.name == "bakkerij-jansen-2026-10-v1.html"
    whole = path.read_text()
    assert whole.count("plotly.js v") == 1
    assert len(whole) > 4_000_000 > len(report.html)
    assert re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[^>]*>", report.html) == []
    assert set(re.findall(r'data-figure="(\w+)"', report.html)) == set(report.figures) == {"engagements", "followers"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "etc-passwd"), ("Café de Zon", "cafe-de-zon"), ("花", "client"), ("x" * 200, "x" * 60)],
)
def test_abuse_a_name_is_no_path(name: str, safe: str) -> None:
    assert file_name(name) == safe


def test_a_disk_that_refuses_is_one_sentence(lite: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="could not be written"):
        write(built(october(lite)), tmp_path / "file")


def test_the_typeface_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the file, once; without built pages there is none, and the reader's own stands in."""
    monkeypatch.setattr(render, "FONTS", tmp_path)
    render._typeface.cache_clear()
    assert "@font-face" not in render.standalone(HEAD)
    (tmp_path / "inter-latin-opsz-normal-AAAA.woff2").write_bytes(b"letters")
    render._typeface.cache_clear()
    assert render.standalone(HEAD).count("src:url(data:font/woff2;base64,bGV0dGVycw==)") == 1
    render._typeface.cache_clear()
