"""Today: the sentence, every state of a post and every kind of incident as a row, in Dutch and English; the heartbeat."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.marks import Mark
from socialq.models import Channel, Client, Incident, Member, Post
from socialq.services.i18n import Words
from socialq.services.incident_words import KINDS
from socialq.web import needs
from socialq.web.day import first
from socialq.wiring import Parts
from tests.web import days
from tests.web.door import Browser


@pytest.fixture(autouse=True)
def _no_text_untranslated(monkeypatch: pytest.MonkeyPatch, _as_if_built: None) -> None:
    monkeypatch.setattr(Words, "strict", True)


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest, parts: Parts, vera: Browser) -> str:
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=request.param))
    return str(request.param)


def put(session: Session, of: Mark, here: Channel, there: Channel) -> None:
    """A post of today in that state."""
    owner, moment = session.get_one(Client, here.client_id), now(session)
    planned: dict[Mark, Callable[[], object]] = {
        Mark.APPROVED: lambda: days.post(session, owner, moment, state="approved"),
        Mark.CHANGES: lambda: days.changes_wanted(session, owner, moment),
        Mark.REVIEW: lambda: days.in_review(session, owner, moment),
        Mark.DRAFT: lambda: days.post(session, owner, moment, state="draft"),
    }
    if of in planned:
        planned[of]()
        return
    states = {
        Mark.CHECK: "unknown", Mark.LOOKING: "unknown", Mark.FAILED: "failed", Mark.MISSED: "failed", Mark.PARTLY: "failed",
        Mark.LATE: "published", Mark.HELD: "scheduled", Mark.DISCONNECTED: "scheduled",
    }  # fmt: skip
    columns = {
        Mark.CHECK: {"ask_at": moment}, Mark.PUBLISHED: {"published_at": moment},
        Mark.LATE: {"published_at": moment + timedelta(minutes=4)},
    }.get(of, {})  # fmt: skip
    made = days.sent(session, here, moment, states.get(of, of.value), **columns)
    if of is Mark.MISSED:
        days.incident(session, "delivery_missed", owner, made)
    if of is Mark.PARTLY:
        days.also(session, session.get_one(Post, made.post), there, "published", published_at=moment)
    if of is Mark.HELD:
        owner.paused_at = moment
    if of is Mark.DISCONNECTED:
        here.disconnected_at = moment


MARKS = {
    Mark.CHECK: ("Controleer Mastodon", "Check Mastodon"), Mark.FAILED: ("Mastodon mislukt", "Mastodon failed"),
    Mark.MISSED: ("Tijdstip gemist, niet geplaatst", "Missed its slot, not published"),
    Mark.PARTLY: ("Deels geplaatst", "Partly published"),
    Mark.DISCONNECTED: ("Mastodon niet verbonden", "Mastodon not connected"), Mark.HELD: ("Tegengehouden", "On hold"),
    Mark.LOOKING: ("", "Looking whether it is out"), Mark.PROCESSING: ("Mastodon verwerkt", "Mastodon is processing it"),
    Mark.PUBLISHING: ("Wordt geplaatst", "Publishing"), Mark.SCHEDULED: ("Ingepland", "Scheduled"),
    Mark.LATE: ("Geplaatst, 4 min te laat", "Published, 4 min late"), Mark.PUBLISHED: ("Geplaatst", "Published"),
    Mark.APPROVED: ("Akkoord", "Approved"), Mark.CHANGES: ("De Korenaar wil een aanpassing", "De Korenaar wants a change"),
    Mark.REVIEW: ("Wacht op akkoord", "Waiting for approval"), Mark.DRAFT: ("Concept", "Draft"),
}  # fmt: skip


def test_each_state_of_a_post_is_on_the_rail_in_words(parts: Parts, vera: Browser, language: str) -> None:
    with parts.db.begin() as session:
        for mark in Mark:
            owner = days.client(session, f"Klant {mark}")
            put(session, mark, days.channel(session, owner), days.channel(session, owner, "bluesky"))
    page = vera.get("/")
    assert page.status_code == 200
    rows = page.text.split('class="rail"')[1].split("</ol>")[0].split("<li")
    for mark, said in MARKS.items():
        row = next(row for row in rows if f"Klant {mark}<" in row)
        assert said[language == "en"].replace("De Korenaar", f"Klant {mark}") in row
    assert vera.get("/today/now").status_code == 200


INCIDENTS = {
    "delivery_rejected": ("Niet geplaatst op Mastodon", "Not published on Mastodon"),
    "delivery_missed": ("Tijdstip gemist, niet geplaatst", "Missed its slot, not published"),
    "delivery_unsure": ("Controleer of hij online staat", "Check whether it is online"),
    "second_copy": ("Mastodon", "Perhaps published twice on Mastodon"),
    "channel_disconnected": ("Mastodon is niet meer verbonden", "Mastodon is no longer connected"),
}
OF_A_DELIVERY = frozenset(INCIDENTS) - {"channel_disconnected"}
BUTTONS = {
    "delivery_rejected": ("Kies ander moment", "Pick another time"), "delivery_missed": ("Plaats nu", "Publish now"),
    "delivery_unsure": ("Staat er niet", "It is not there"), "second_copy": ("Bekeken", "Looked at"),
    "mail_failed": ("Stuur opnieuw", "Send it again"),
}  # fmt: skip


def test_each_kind_of_incident_is_a_row_with_what_can_be_done(parts: Parts, vera: Browser, language: str) -> None:
    assert set(needs.KINDS) == set(KINDS), "each has an icon"
    with parts.db.begin() as session:
        for kind in KINDS:
            owner = days.client(session, f"Klant {kind}")
            of = (
                days.sent(session, days.channel(session, owner), now(session), "failed")
                if kind in OF_A_DELIVERY
                else None
            )
            known = {"mail_failed": "mail:1", "report_failed": "report:1", "approved_too_late": "post:1"}
            subject = f"delivery:{of.delivery}" if of else known.get(kind, "installation")
            days.incident(session, kind, owner, of, subject=subject, waiting=2, seconds=3.0, reason="")
    days.beat(parts)
    page = vera.get("/").text
    rows = page.split('class="needs"')[1].split('class="rail"')[0].split("<article")
    for kind in KINDS:
        row = next(row for row in rows if f"Klant {kind}<" in row)
        assert (
            INCIDENTS.get(kind, ("", ""))[language == "en"] in row
            and BUTTONS.get(kind, ("", ""))[language == "en"] in row
        )
    number = len(KINDS)
    assert (f"{number} dingen vragen je aandacht.", f"{number} things need you.")[language == "en"] in page
    with parts.db.begin() as session:
        session.execute(update(Incident).values(resolved_at=now(session), resolved_by="test"))
    assert 'class="need"' not in vera.get("/").text, "until they are resolved, and no longer"


def test_without_anything_to_do_there_is_no_sheet(parts: Parts, vera: Browser, language: str) -> None:
    with parts.db.begin() as session:
        days.sent(
            session, days.channel(session, days.client(session)), now(session), "published", published_at=now(session)
        )
    days.beat(parts)
    page = vera.get("/").text
    assert 'class="needs"' not in page
    assert ("Niets vraagt je aandacht.", "Nothing needs you.")[language == "en"] in page
    assert ("Vandaag: 1 staat online, 0 te gaan.", "Today: 1 is online, 0 to go.")[language == "en"] in page


def test_a_client_who_missed_several_slots_is_one_row(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        owner = days.client(session)
        here = days.channel(session, owner)
        for _ in range(3):
            days.incident(session, "delivery_missed", owner, days.sent(session, here, now(session), "failed"))
    days.beat(parts)
    page = vera.get("/").text
    assert page.count('class="need"') == 1 and "3 posts missed their slot" in page and "One thing needs you." in page
    assert all(f"/deliveries/{one}" in page for one in (1, 2, 3))


@pytest.mark.parametrize(
    ("age", "tone", "said"),
    [
        (5, "", "Publishing runs, last sign"), (90, "beat--wait", "No sign of publishing since"),
        (200, "beat--bad", "Publishing stands still since"),
    ],
)  # fmt: skip
def test_the_heartbeat_turns_amber_and_red(parts: Parts, vera: Browser, age: int, tone: str, said: str) -> None:
    with parts.db.begin() as session:
        days.client(session)
    days.beat(parts, age)
    page = vera.get("/").text
    assert said in page and (tone in page if tone else "beat--" not in page)
    assert ("Publishing stands still</h2>" in page) == (age == 200)


def test_a_heart_that_never_beat_is_red(parts: Parts, vera: Browser) -> None:
    assert "Publishing does not run" in vera.get("/").text


def test_who_waits_for_whom(parts: Parts, vera: Browser, language: str) -> None:
    with parts.db.begin() as session:
        one, other = days.client(session), days.client(session, "Atelier Bos")
        days.changes_wanted(session, one, now(session) + timedelta(days=2))
        days.in_review(session, other, now(session) + timedelta(days=3), timedelta(days=4))
        days.in_review(session, other, None)
    page = vera.get("/").text
    said = (
        ("De Korenaar wil een aanpassing", "Atelier Bos, 2 berichten"),
        ("De Korenaar wants a change", "Atelier Bos, 2 posts"),
    )
    assert all(text in page for text in said[language == "en"])
    assert "row__under--wait" in page, "silent for four days"


def test_an_incident_is_closed_by_hand_where_that_is_right(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        owner = days.client(session)
        here = days.channel(session, owner)
        copy = days.incident(session, "second_copy", owner, days.sent(session, here, now(session), "published"))
        unsure = days.incident(session, "delivery_unsure", owner, days.sent(session, here, now(session), "unknown"))
    assert vera.post(f"/incidents/{copy}/resolution", {"choice": "seen"}).status_code == 303
    assert vera.post(f"/incidents/{copy}/resolution", {"choice": "seen"}).status_code == 303, "twice is harmless"
    assert vera.post(f"/incidents/{unsure}/resolution", {"choice": "seen"}).status_code == 409
    with parts.db.read() as session:
        assert session.get_one(Incident, copy).resolved_by == "member:1"
        assert session.get_one(Incident, unsure).resolved_at is None


def test_before_the_first_client_it_shows_the_first_step(vera: Browser, language: str) -> None:
    page = vera.get("/").text
    assert ("Je eerste klant", "Your first client")[language == "en"] in page and 'class="matrix"' not in page


def test_the_fragment_is_the_page_without_its_frame(parts: Parts, vera: Browser, omar: Browser) -> None:
    with parts.db.begin() as session:
        days.client(session)
    page, part = vera.get("/").text, vera.get("/today/now").text
    assert "<html" not in part and part.count('id="today"') == 1
    assert 'data-live="/today/now"' in page
    assert omar.get("/today/now").status_code == 303


def test_numbers_in_the_sentence() -> None:
    assert [first(n, Words("nl")) for n in (0, 1, 3, 13)] == [
        "Niets vraagt je aandacht.", "Eén ding vraagt je aandacht.", "Drie dingen vragen je aandacht.", "13 dingen vragen je aandacht.",
    ]  # fmt: skip
