"""The page of a delivery: what has become of it in plain words, the three choices, another time, and what a stale page may not."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from socialq.db import now
from socialq.models import Attempt, Channel, Delivery, Event, Member
from socialq.services.i18n import Words
from socialq.web.delivery_story import ENDS, UNHEARD
from socialq.wiring import Parts
from tests.web import days
from tests.web.door import Browser

EARLIER = timedelta(minutes=5)
HERE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(autouse=True)
def _no_text_untranslated(monkeypatch: pytest.MonkeyPatch, _as_if_built: None) -> None:
    monkeypatch.setattr(Words, "strict", True)


def made(parts: Parts, state: str, kind: str = "", **columns: object) -> int:
    """A delivery that was tried once."""
    with parts.db.begin() as session:
        owner = days.client(session)
        here = days.channel(session, owner, handle="korenaar", server="https://mastodon.example")
        of = days.sent(session, here, now(session), state, attempt=1, **columns)
        reason = "the server did not answer in time"
        session.add(
            Attempt(
                delivery_id=of.delivery, number=1, worker_id="w", started_at=now(session) - EARLIER, ended_at=now(session) - EARLIER,
                outcome="unknown" if state == "unknown" else "rejected", reason=reason,
            )
        )  # fmt: skip
        if kind:
            days.incident(session, kind, owner, of, reason=reason)
        return of.delivery


def asked(parts: Parts) -> int:
    delivery = made(parts, "unknown", "delivery_unsure")
    with parts.db.begin() as session:
        session.execute(update(Delivery).values(ask_at=now(session), ask_reason="it is not clear"))
        session.add(
            Event(
                at=now(session),
                actor="worker",
                verb="ask",
                subject=f"delivery:{delivery}",
                client_id=1,
                facts={"reason": "x"},
            )
        )
    return delivery


def get(parts: Parts, delivery: int) -> Delivery:
    with parts.db.read() as session:
        return session.get_one(Delivery, delivery)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_asked_one_offers_the_three_choices(parts: Parts, vera: Browser, language: str) -> None:
    delivery = asked(parts)
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=language))
    page = vera.get(f"/deliveries/{delivery}").text
    for dutch, english in (
        ("Staat online", "It is online"), ("Staat er niet", "It is not there"), ("Plaats nu", "Publish now"),
        ("Laat zo", "Leave it"), ("Poging 1", "Attempt 1"), ("misschien staat hij online", "it may be online"),
        ("De server antwoordde niet op tijd", "The server did not answer in time"), ("(Amsterdam)", "(Amsterdam)"),
    ):  # fmt: skip
        assert (dutch, english)[language == "en"] in page
    assert page.count('name="attempt" value="1"') == 3
    assert "https://mastodon.example/@korenaar" in page


@pytest.mark.parametrize("url", ["", "https://mastodon.example/@korenaar/1"])
def test_it_is_online_takes_a_link_or_none(parts: Parts, vera: Browser, url: str) -> None:
    delivery = asked(parts)
    answer = vera.post(f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": "published", "url": url})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert (get(parts, delivery).state, get(parts, delivery).url) == ("published", url)
    page = vera.get(f"/deliveries/{delivery}").text
    assert "Vera said that it is online." in page and "decide" not in page


def test_a_link_to_the_post_brings_its_figures(parts: Parts, vera: Browser) -> None:
    delivery = asked(parts)
    with parts.db.begin() as session:
        here = session.scalars(select(Channel)).one()
        here.network, here.handle = "mastodon", "@korenaar@mastodon.example"
        days.sent(session, here, now(session), "published", remote_id="2")

    def say(url: str) -> TestResponse:
        form = {"attempt": "1", "choice": "published", "url": url}
        return vera.post(f"/deliveries/{delivery}/resolution", form, follow_redirects=True)

    assert "another post that is in socialq already" in say("https://mastodon.example/@korenaar/2").text
    assert get(parts, delivery).state == "unknown"
    told = say("https://mastodon.example/@korenaar/1").text
    assert "Noted: it is online." in told and "cannot be pulled" not in told
    assert get(parts, delivery).remote_id == "1"


def test_a_link_to_anything_else_is_kept_and_said_to_bring_none(parts: Parts, vera: Browser) -> None:
    delivery = asked(parts)
    form = {"attempt": "1", "choice": "published", "url": "https://mastodon.example/@stan/1"}
    assert (
        "figures cannot be pulled" in vera.post(f"/deliveries/{delivery}/resolution", form, follow_redirects=True).text
    )
    assert (get(parts, delivery).remote_id, get(parts, delivery).url) == (None, form["url"])


def test_a_link_that_is_none_is_said_beside_its_field(parts: Parts, vera: Browser) -> None:
    delivery = asked(parts)
    answer = vera.post(
        f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": "published", "url": "javascript:alert(1)"}
    )
    assert answer.status_code == 422 and get(parts, delivery).state == "unknown"
    assert 'value="javascript:alert(1)"' in answer.text and "A link begins with https://" in answer.text


@pytest.mark.parametrize(("choice", "state"), [("retry", "scheduled"), ("failed", "failed")])
def test_it_is_not_there(parts: Parts, vera: Browser, choice: str, state: str) -> None:
    delivery = asked(parts)
    assert vera.post(f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": choice}).status_code == 303
    assert get(parts, delivery).state == state


def test_a_stale_page_says_what_has_happened_since(parts: Parts, vera: Browser) -> None:
    delivery = asked(parts)
    vera.post(f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": "failed"})
    with parts.db.begin() as session:
        session.execute(update(Delivery).values(attempt=2))
    for choice, attempt in (("retry", "1"), ("failed", "2")):
        answer = vera.post(f"/deliveries/{delivery}/resolution", {"attempt": attempt, "choice": choice})
        assert answer.status_code == 409 and "nothing was changed. Since then: Vera left it as it is." in answer.text
    assert get(parts, delivery).state == "failed"


def test_while_it_is_looked_for_nothing_can_be_sent_again(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "unknown", misses=1)
    with parts.db.begin() as session:
        session.execute(update(Delivery).values(look_at=now(session)))
    page = vera.get(f"/deliveries/{delivery}").text
    assert "socialq looked once and did not find it." in page and "Publish now" not in page and "It is online" in page
    answer = vera.post(f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": "retry"})
    assert answer.status_code == 422 and "still being looked for" in answer.text


def test_what_failed_gets_another_time(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "failed", "delivery_rejected")
    page = vera.get(f"/deliveries/{delivery}").text
    assert "Pick another time" in page and "Leave it out" in page and 'name="attempt" value="1"' in page
    path, later = f"/deliveries/{delivery}/schedule", (parts.db.now() + timedelta(days=3)).astimezone(HERE)
    for on, at in (("", ""), ("2020-01-01", "09:00"), ("0001-01-01", "09:00"), ("9999-12-31", "23:59"), ("x", "y")):
        answer = vera.post(path, {"attempt": "1", "on": on, "at": at})
        assert answer.status_code == 422 and get(parts, delivery).state == "failed" and "field__error" in answer.text
    assert vera.post(path, {"attempt": "1", "on": f"{later:%Y-%m-%d}", "at": f"{later:%H:%M}"}).status_code == 303
    row = get(parts, delivery)
    assert row.state == "scheduled" and row.scheduled_at == later.replace(second=0, microsecond=0)
    assert 'class="needs"' not in vera.get("/").text or "Not published" not in vera.get("/").text


def test_what_failed_is_sent_again_or_left_out(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "failed", "delivery_missed")
    assert vera.post("/incidents/1/resolution", {"choice": "seen"}).status_code == 303
    assert "Leave it out" not in vera.get(f"/deliveries/{delivery}").text
    assert vera.post(f"/deliveries/{delivery}/resolution", {"attempt": "1", "choice": "retry"}).status_code == 303
    assert get(parts, delivery).state == "scheduled"


def test_each_end_of_an_attempt_has_words(parts: Parts, vera: Browser) -> None:
    delivery = made(parts, "failed")
    with parts.db.begin() as session:
        for verb in ("miss", "cancel", "again", "leave", "good news", "refuse", "back"):
            facts = {"reason": "looked twice: it is not there"} if verb == "back" else {}
            row = Event(
                at=now(session), actor="cli", verb=verb, subject=f"delivery:{delivery}", client_id=1, facts=facts
            )
            session.add(row)
    for language in ("nl", "en"):
        with parts.db.begin() as session:
            session.execute(update(Member).values(language=language))
        for outcome, text in [*ENDS.items(), ("", UNHEARD)]:
            with parts.db.begin() as session:
                session.execute(update(Attempt).values(outcome=outcome))
            words = Words(language)
            said = words.text(text, network="Mastodon") if "%(" in text else words.text(text)
            assert said in vera.get(f"/deliveries/{delivery}").text


def test_one_that_was_cancelled_has_a_page_too(parts: Parts, vera: Browser) -> None:
    assert "Withdrawn" in vera.get(f"/deliveries/{made(parts, 'cancelled')}").text
