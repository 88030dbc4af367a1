"""The frame without a browser: which places it shows, letters and colours of clients, icons that the sprite has, who hands in what."""

import re

import pytest
from flask import Flask, get_flashed_messages

from socialq.web import frame, marks
from socialq.web.toasts import toast
from tests.structure.tree import ROOT, under

SPRITE = {
    line for line in (ROOT / "static/icons/lucide.txt").read_text().splitlines() if line and not line.startswith("#")
}
NAMED = re.compile(r"""(?:\bicon\(|icon_name=|\bui\.icon_button\(|\bicon_button\()\s*["']([a-z0-9-]+)["']""")


@pytest.fixture
def bare() -> Flask:
    """An application with two pages and the frame."""
    made = Flask("frame", static_folder=None)
    made.secret_key = "frame"
    frame.install(made)
    made.add_url_rule("/today", "today.show", lambda: "")
    made.add_url_rule("/settings", "settings.show", lambda: "")
    return made


def test_only_places_that_exist_are_shown(bare: Flask) -> None:
    frame.provide(bare, "counts", lambda: {"today.show": (3, True)})
    with bare.test_request_context("/today"):
        shown = frame.Frame()
        assert [(item.word, item.url, item.here, item.count, item.bad) for item in shown.nav] == [
            ("Today", "/today", True, 3, True)
        ]
        assert shown.settings is not None
        assert (shown.settings.url, shown.home, shown.all_clients) == ("/settings", "/today", "")
        assert [item.word for item in shown.tabs] == ["Today"]
        assert shown.rest == []


def test_a_giver_is_asked_once_a_page_and_only_when_shown(bare: Flask) -> None:
    asked: list[str] = []
    frame.provide(bare, "beat", lambda: asked.append("beat"))
    with bare.test_request_context("/today"):
        shown = frame.Frame()
        assert asked == []
        assert (shown.beat, shown.beat, shown.clients) == (None, None, ())
        assert asked == ["beat"]
    with pytest.raises(KeyError, match="the frame has no weather"):
        frame.provide(bare, "weather", lambda: None)


def test_the_tab_that_writes_stands_in_the_middle(bare: Flask) -> None:
    for number, place in enumerate(frame.PLACES[1:]):
        bare.add_url_rule(f"/{number}", place.endpoint, lambda: "")
    frame.provide(bare, "compose", lambda: "/posts/new")
    with bare.test_request_context("/today"):
        shown = frame.Frame()
        assert [item.word for item in shown.tabs] == ["Today", "Calendar", "New", "Approvals"]
        assert [item.word for item in shown.rest] == ["Posts", "Library", "Analytics", "Reports"]


def test_a_toast_is_said_once(bare: Flask) -> None:
    with bare.test_request_context("/today"):
        toast("Moved.", undo="/back", undo_fields={"at": "9"})
        assert frame.Frame().toasts == [frame.Toast("Moved.", "/back", {"at": "9"})]
        assert get_flashed_messages() != []  # of the same request; the next finds none


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Rijschool Vooruit", "RV"), ("Van Dam & Ruiter", "VR"), ("Vera Smit (jij)", "VS"), ("Noor", "NO"), ("De", "DE"),
        ("Bakkerij De Korenaar", "BK"), ("ágnes élő", "ÁÉ"), ("东京", "东京"), ("!!", "–"), ("42 graden", "4G"),
    ],
)  # fmt: skip
def test_letters(name: str, mark: str) -> None:
    assert marks.letters(name) == mark


def test_colours() -> None:
    assert [marks.colour(one, 99) for one in marks.COLOURS] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [marks.colour("#0B5C63", client) for client in (1, 8, 9)] == [1, 8, 1]
    css = (ROOT / "static/css/tokens.css").read_text().upper()
    assert all(f"--CLIENT-{number}: {one}" in css for number, one in enumerate(marks.COLOURS, start=1))


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    named = {name for file in under("templates", suffix=".html") for name in NAMED.findall(file.read_text())}
    assert len(named) > 20
    assert named - SPRITE == set()
    assert {place.icon for place in (*frame.PLACES, frame.CLIENTS, frame.SETTINGS, frame.COMPOSE)} <= SPRITE


def test_no_page_brings_a_style_of_its_own() -> None:
    """The policy would drop it."""
    pages = [
        file for file in under("templates", suffix=".html") if "mail" not in file.parts and "reports" not in file.parts
    ]
    assert [file.name for file in pages if re.search(r"<style|\sstyle=|\son[a-z]+=", file.read_text())] == []
