"""What a mail said is kept for 90 days, the fact that it left for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from socialq.models import OutboxMail
from socialq.services import outbox
from socialq.wiring import Parts
from tests.usecases.post import NADIA, Post, post

CLIENT_MAIL = "approval"


@pytest.fixture
def desk(parts: Parts) -> Iterator[Post]:
    with post(parts) as made:
        yield made


def test_the_words_of_old_mails_go_and_the_fact_stays(desk: Post) -> None:
    ids = [desk.queue(CLIENT_MAIL, NADIA.email) for _ in range(3)]
    now = desk.parts.db.now()
    with desk.parts.db.begin() as session:
        for mail_id, days in zip(ids, (91, 89, None), strict=True):
            mail = session.get_one(OutboxMail, mail_id)
            mail.html = "<p>Tekst</p>"
            if days:
                mail.state, mail.sent_at = "sent", now - timedelta(days=days)
    outbox.prune(desk.parts.db)
    with desk.parts.db.read() as session:
        kept = {row.id: (row.text, row.html, row.recipient, row.subject) for row in session.scalars(select(OutboxMail))}
    assert [bool(kept[mail_id][0]) for mail_id in ids] == [False, True, True]
    assert kept[ids[0]][1] == "" and all(kept[ids[0]][2:])
