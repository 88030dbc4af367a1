"""Incidents become mails: once to everybody concerned, in her language; a digest when many; a reminder a day; then silence."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from socialq.services.incidents import resolve_incidents
from socialq.settings import Settings
from socialq.wiring import Parts
from tests.usecases.post import STAN, VERA, Post, post
from tests.workers.installation import fast, running, until

AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)
FACTS = {"network": "mastodon", "channel": "brood", "scheduled_at": AT.isoformat(), "reason": "the server answered 500"}


@pytest.fixture
def desk(parts: Parts) -> Iterator[Post]:
    with post(parts) as made:
        made.member(VERA.email, "owner", "nl")
        yield made


def told(desk: Post) -> list[tuple[str, str]]:
    return [(mail.recipient, mail.subject) for mail in desk.mails()]


def test_one_mail_an_incident_in_the_language_of_each_member_it_concerns(desk: Post) -> None:
    bakery, florist = desk.client("Bakkerij"), desk.client("De Linde")
    desk.member(STAN.email, "assistant", "en", (bakery,))
    desk.open("delivery_rejected", "delivery:1", bakery, **FACTS)
    desk.open("delivery_missed", "delivery:2", florist, **FACTS)
    desk.open("clock_off", "machine:one", None, seconds=3.0)
    assert (desk.tell(), desk.tell()) == (4, 0), "once"
    assert told(desk) == [
        (VERA.email, "Bakkerij: Niet geplaatst op Mastodon"),
        (VERA.email, "De Linde: Tijdstip gemist, niet geplaatst"),
        (VERA.email, "Een klok loopt niet gelijk"),
        (STAN.email, "Bakkerij: Not published on Mastodon"),
    ]
    assert desk.deliver() == 4
    dutch = next(mail for mail in desk.office.mails if mail["To"] == VERA.email)
    plain, html = (part.get_content() for part in dutch.iter_parts())  # type: ignore[attr-defined]
    for text in (plain, html):
        assert "Bakkerij, Mastodon @brood, do 3 dec, 09:00 (Amsterdam)" in text
        assert "De server antwoordde 500. Op Mastodon staat niets." in text
        assert "https://desk.vera.example/deliveries/1" in text, "to the thing that it is about"
    clock = next(mail for mail in desk.office.mails if mail["Subject"] == "Een klok loopt niet gelijk")
    assert "https://desk.vera.example/\r\n" in clock.get_body(("plain",)).get_content()  # type: ignore[union-attr, attr-defined]
    assert dutch["Auto-Submitted"] == "auto-generated"


@pytest.mark.abuse(13)
def test_names_and_answers_are_text_in_mails_abuse(desk: Post) -> None:
    client = desk.client("<img src=x onerror=alert(1)> {{ 7*7 }} %(n)s")
    desk.open(
        "delivery_rejected", "delivery:1", client, **FACTS | {"reason": "<script>alert(2)</script>", "channel": "<b>x"}
    )
    assert desk.tell() == 1
    (mail,) = desk.mails()
    assert "<script>" not in mail.html
    assert "<img" not in mail.html
    assert "<b>x" not in mail.html
    assert "&lt;script&gt;alert(2)" in mail.html
    assert "{{ 7*7 }} %(n)s" in mail.html
    assert mail.subject.startswith("<img src=x onerror=alert(1)> {{ 7*7 }} %(n)s: Niet geplaatst")


def test_many_at_once_come_in_one_mail(desk: Post) -> None:
    bakery = desk.client("Bakkerij")
    for number in range(25):
        desk.open("delivery_missed", f"delivery:{number}", bakery, **FACTS)
    assert desk.tell() == 1
    (mail,) = desk.mails()
    assert mail.subject == "25 dingen vragen je aandacht"
    assert mail.text.count("Tijdstip gemist") == 20
    assert "En nog 5." in mail.text
    assert all(one.mailed_at is not None for one in desk.incidents())


def test_a_reminder_a_day_while_it_is_open(desk: Post) -> None:
    bakery = desk.client("Bakkerij")
    desk.open("delivery_unsure", "delivery:1", bakery, **FACTS)
    desk.tell()
    desk.later(hours=23)
    assert desk.tell() == 0
    desk.later(hours=2)
    assert (desk.tell(), desk.tell()) == (1, 0)
    assert told(desk)[1] == (VERA.email, "Nog open: Bakkerij: Controleer of hij online staat")
    assert desk.incidents()[0].facts["reminders"] == 1
    with desk.parts.db.begin() as session:
        resolve_incidents(session, "delivery:1", "member:1")
    desk.later(days=2)
    assert desk.tell() == 0
    desk.deliver()
    assert {mail.state for mail in desk.mails()} == {"dropped"}, "what had not left yet stays"
    assert desk.office.mails == []


def test_two_schedulers_tell_it_once(desk: Post) -> None:
    desk.open("delivery_unsure", "delivery:1", desk.client("Bakkerij"), **FACTS)
    schedulers = [threading.Thread(target=desk.tell) for _ in range(4)]
    for one in schedulers:
        one.start()
    for one in schedulers:
        one.join()
    assert len(desk.mails()) == 1


def test_what_nobody_could_be_told_is_told_when_a_server_is_set(desk: Post) -> None:
    bakery = desk.client("Bakkerij")
    desk.open("delivery_rejected", "delivery:1", bakery, **FACTS)
    silent = Post(replace(desk.parts, settings=without_server(desk.parts)), desk.office)
    assert (silent.tell(), desk.mails()) == (0, [])
    assert desk.incidents()[0].mailed_at is None
    assert desk.tell() == 1


def without_server(parts: Parts) -> Settings:
    return parts.settings.model_copy(update={"smtp_url": ""})


def test_workers_tell_and_send(desk: Post) -> None:
    """The whole way with real processes: scheduler, Redis, slow worker, SMTP."""
    settings = fast(
        desk.parts.settings.data_dir,
        desk.parts.settings.database_url,
        smtp_url=desk.office.url,
        base_url="https://desk.vera.example",
    )
    desk.open("delivery_rejected", "delivery:1", desk.client("Bakkerij"), **FACTS)
    with running(settings, "all"):
        until(lambda: [mail.state for mail in desk.mails()] == ["sent"])
        ahead = desk.queue("approval", STAN.email)
        until(lambda: desk.mail(ahead).state == "sent")
    assert [str(mail["Subject"]) for mail in desk.office.mails] == [
        "Bakkerij: Niet geplaatst op Mastodon",
        "Niet geplaatst",
    ]
