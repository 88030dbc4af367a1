"""Accounts of one log-in to choose from: sealed, for half an hour, for one browser and one client."""

from datetime import timedelta

from sqlalchemy import select

from socialq.connecting import choices
from socialq.connecting.choices import Choice, Holder
from socialq.models import ConnectChoice, ConnectLink
from socialq.networks.besides import Offer
from socialq.wiring import Parts
from tests.cast import NADIA
from tests.factories import dump, make_practice


def test_a_choice_is_for_half_an_hour_and_one_browser(parts: Parts) -> None:
    client = make_practice(parts).client
    offers = [Offer("1", "Bloem", {"access_token": "canary-5ecret"}, "Page")]
    mine, other = Holder(link_id=1, visitor_hash="a"), Holder(link_id=1, visitor_hash="b")
    with parts.db.begin() as session:
        session.add(
            ConnectLink(
                token_hash="0" * 64, client_id=client.id, network="mastodon", email=NADIA.email, language="nl",
                asked_by="member:1", asked_at=parts.db.now(), expires_at=parts.db.now() + timedelta(days=7),
            )
        )  # fmt: skip
        session.flush()
        choices.keep(session, parts.secrets, mine, Choice(client.id, "circles", "", offers))
    assert "canary-5ecret" not in str(dump(parts))
    with parts.db.read() as session:
        found = choices.waiting(session, parts.secrets, mine, client.id)
        assert found is not None and found.offers == offers
        assert choices.waiting(session, parts.secrets, other, client.id) is None
        assert choices.waiting(session, parts.secrets, mine, client.id + 1) is None
        assert choices.waiting(session, parts.secrets, Holder(), client.id) is None
    choices.prune(parts.db)
    with parts.db.begin() as session:
        row = session.scalars(select(ConnectChoice)).one()
        row.created_at -= timedelta(minutes=30)
    with parts.db.begin() as session:
        assert choices.take(session, parts.secrets, mine, client.id) is None
    choices.prune(parts.db)
    with parts.db.read() as session:
        assert session.scalars(select(ConnectChoice)).all() == []
