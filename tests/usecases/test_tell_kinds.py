"""Every kind of incident as mails, in both languages: which client, whether it is out, what to do; once, a reminder a day, then silence."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import update

from socialq.alerting.tell import NOT_BY_MAIL, ONCE
from socialq.db import now
from socialq.models import Incident
from socialq.services.i18n import LANGUAGES, Words
from socialq.services.incident_words import KINDS, Case, told
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.services.test_incident_words import AT, EMPTY, FACTS
from tests.services.test_incident_words import DELIVERY as OF_A_DELIVERY
from tests.usecases.post import Post, post

READERS = {"nl": VERA.email, "en": STAN.email}
CLIENT = "De Korenaar & Zn."
# What a reader must be able to tell from the words: whether something is online or has arrived, may be, or is not.
OUT_OR_NOT = {
    "en": r"online|there is nothing|nothing is published|go(es)? out|has got nothing|has not reached|may have the mail|waits?",
    "nl": r"online|staat niets|niets .*geplaatst|ga(at|an) .*uit|niets gekregen|niet bereikt|al; hij gaat niet|wacht(en)?",
}


@pytest.fixture
def desk(parts: Parts) -> Iterator[Post]:
    with post(parts) as made:
        made.member(READERS["nl"], "owner", "nl")
        made.member(READERS["en"], "owner", "en")
        yield made


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_kind_is_mailed_once_with_the_right_words_and_again_a_day_while_it_is_open(desk: Post) -> None:
    client = desk.client(CLIENT)
    kinds = sorted(KINDS.keys() - NOT_BY_MAIL)
    for kind in kinds:
        before = len(desk.office.mails)
        facts = FACTS.get(kind, OF_A_DELIVERY) | {"client": CLIENT}
        desk.open(kind, f"{kind}:1", None if kind in EMPTY else client, **facts)
        opened_at = desk.incidents()[0].opened_at
        assert (desk.tell(), desk.tell(), desk.deliver()) == (2, 0, 2), f"{kind}: once to each"
        for mail in desk.office.mails[before:]:
            language = next(one for one, reader in READERS.items() if reader == mail["To"])
            plain, html = (part.get_content() for part in mail.iter_parts())  # type: ignore[attr-defined]
            check(case(kind, opened_at), language, str(mail["Subject"]).strip(), plain)
            assert html.count("<h1") == 1
        desk.later(hours=25)
        again = 0 if kind in ONCE else 2
        assert (desk.tell(), desk.tell(), desk.deliver()) == (again, 0, again), f"{kind}: a reminder"
        if again:
            assert {str(mail["Subject"]).strip()[:9] for mail in desk.office.mails[-2:]} == {"Nog open:", "Still ope"}
        resolve(desk)
        desk.later(hours=25)
        assert desk.tell() == 0, f"{kind}: nothing more"
    assert len(desk.office.mails) == 4 * len(kinds) - 2 * len(ONCE)


def check(of: Case, language: str, subject: str, plain: str) -> None:
    kind, said = of.kind, told(Words(language), of, {"mastodon": "Mastodon"})
    assert said.title in subject and (kind in EMPTY or subject.startswith(f"{CLIENT}: ")), subject
    assert (CLIENT in plain) == (kind not in EMPTY)
    assert said.body in plain and said.advice in plain
    assert re.search(OUT_OR_NOT[language], plain), f"{kind} does not say whether it is out: {plain}"
    assert re.fullmatch(r"[A-Z].{10,}\.", said.advice), f"{kind} does not say what to do: {said.advice}"
    assert "https://desk.vera.example/" in plain


def case(kind: str, opened_at: datetime = AT) -> Case:
    facts = FACTS.get(kind, OF_A_DELIVERY) | {"client": CLIENT}
    client = "" if kind in EMPTY else CLIENT
    return Case(kind, f"{kind}:1", facts, opened_at, client, "Europe/Amsterdam")


def resolve(desk: Post) -> None:
    with desk.parts.db.begin() as session:
        session.execute(update(Incident).values(resolved_at=now(session), resolved_by="test"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(NOT_BY_MAIL))
def test_what_cannot_be_mailed_has_the_same_words_on_today(kind: str, language: str) -> None:
    said = told(Words(language), case(kind), {})
    assert re.search(OUT_OR_NOT[language], said.body) and said.advice
