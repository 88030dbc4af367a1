"""Clients who have connected by a link since a member last looked: good news for Today. Changes nothing."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.models import Client, ConnectLink
from socialq.services.i18n import Words, mark
from socialq.web import reach, shown
from socialq.web.signs import signs

SAID = mark("%(client)s has connected %(account)s on %(network)s.")
MOST = 5


@dataclass(frozen=True)
class Answered:
    """`seen`: the address that puts it away by POST."""

    text: str
    seen: str


def answered(session: Session, words: Words) -> list[Answered]:
    """Of the member's clients, the oldest first. Asks nothing when there is none."""
    if not signs(session).answered:
        return []
    query = (
        select(ConnectLink, Client.name)
        .join(Client, Client.id == ConnectLink.client_id)
        .where(ConnectLink.used_at.is_not(None), ConnectLink.seen_at.is_(None), Client.id.in_(reach.client_ids()))
        .order_by(ConnectLink.id)
        .limit(MOST)
    )
    return [
        Answered(
            words.text(
                SAID,
                client=name,
                account=link.connected,
                network=shown.called(link.network, reach.parts().networks, words),
            ),
            url_for("asking.seen", link_id=link.id),
        )
        for link, name in session.execute(query)
    ]
