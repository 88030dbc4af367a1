"""What the page of a delivery says before a person decides: what was looked at, how long to wait, what may still happen."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.db import now
from socialq.models import Attempt, Channel, Delivery, Event, Member
from socialq.wiring import Parts
from tests.web import days
from tests.web.door import Browser
from tests.web.test_deliveries import asked, get, made

AGAIN = {"attempt": "1", "seen": "unknown", "choice": "retry"}


def ended(parts: Parts, seconds: float | None) -> None:
    """So long ago; None: nobody knows."""
    with parts.db.begin() as session:
        at = None if seconds is None else now(session) - timedelta(seconds=seconds)
        session.execute(update(Attempt).values(ended_at=at))


@pytest.mark.parametrize(
    ("language", "looked", "wait", "asleep"),
    [
        ("en", "socialq looked on Mastodon, ", "It can be sent again from", "if it only sleeps"),
        ("nl", "socialq keek op Mastodon, ", "Opnieuw versturen kan vanaf", "als die alleen slaapt"),
    ],
)
def test_sending_again_waits_names_the_look_and_warns(
    parts: Parts, vera: Browser, language: str, looked: str, wait: str, asleep: str
) -> None:
    delivery = asked(parts)
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=language))
    ended(parts, 60)
    page = vera.get(f"/deliveries/{delivery}").text
    assert looked in page and wait in page and 'value="retry"' not in page and asleep not in page
    assert vera.post(f"/deliveries/{delivery}/resolution", AGAIN).status_code == 422
    ended(parts, None)
    page = vera.get(f"/deliveries/{delivery}").text
    assert asleep in page and wait not in page and 'value="retry"' in page
    assert vera.post(f"/deliveries/{delivery}/resolution", AGAIN).status_code == 303
    assert get(parts, delivery).state == "scheduled"


def test_left_out_from_the_first_second(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "unknown")
    assert "If it turns out not to be online, it is not sent again." in vera.get(f"/deliveries/{delivery}").text
    leave = {"attempt": "1", "seen": "unknown", "choice": "failed"}
    assert vera.post(f"/deliveries/{delivery}/resolution", leave).status_code == 303
    assert get(parts, delivery).state == "unknown" and get(parts, delivery).stop_at is not None
    page = vera.get(f"/deliveries/{delivery}").text
    assert "Vera wants it left out" in page and "Noted: if it is not online yet" in page


def test_two_persons_on_one_page(parts: Parts, vera: Browser) -> None:
    """The other one has left it meanwhile: the same attempt, but no longer what was on the page."""
    delivery = asked(parts)
    vera.post(f"/deliveries/{delivery}/resolution", AGAIN | {"choice": "failed"})
    late = vera.post(f"/deliveries/{delivery}/resolution", AGAIN)
    assert late.status_code == 409 and "Since then: Vera left it as it is." in late.text
    assert get(parts, delivery).state == "failed"


def test_left_out_on_its_page_it_leaves_the_list(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "failed", "delivery_rejected")
    leave = {"attempt": "1", "seen": "failed", "choice": "failed"}
    assert vera.post(f"/deliveries/{delivery}/resolution", leave).status_code == 303
    with parts.db.read() as session:
        said = session.scalars(select(Event.verb).where(Event.subject == f"delivery:{delivery}")).all()
    assert get(parts, delivery).state == "failed" and said == ["leave"]
    assert "Leave it out" not in vera.get(f"/deliveries/{delivery}").text


def test_what_waits_behind_it_is_said(parts: Parts, vera: Browser) -> None:
    delivery = asked(parts)
    with parts.db.begin() as session:
        here = session.get_one(Channel, session.get_one(Delivery, delivery).channel_id)
        days.sent(session, here, now(session) + timedelta(hours=1), "scheduled")
        session.execute(update(Delivery).values(fingerprint="same"))
    assert "1 post with the same text waits until this is settled." in vera.get(f"/deliveries/{delivery}").text
