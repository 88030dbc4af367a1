"""What is checked at the start and at the claim: clients' limits, tokens that end too soon. On both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from socialq.domain.times import Times
from socialq.errors import Unavailable
from socialq.models import Channel, Client
from socialq.publishing.limits import check_limits
from tests.usecases.line import Line


def test_a_client_whose_limit_leaves_no_room_for_a_recovery_keeps_it_from_starting(line: Line) -> None:
    check_limits(line.parts.db, Times())
    with line.parts.db.begin() as session:
        session.execute(update(Client).values(lateness_limit=599))
    with pytest.raises(Unavailable, match="Bakkerij.*599 s late.*600 s at least"):
        check_limits(line.parts.db, Times())
    with pytest.raises(Unavailable, match="1010 s at least"):
        check_limits(line.parts.db, replace(Times(), quarantine=900.0))


def test_a_token_that_ends_under_way_is_told_and_nothing_is_claimed(line: Line) -> None:
    delivery = line.schedule(late=1)
    with line.parts.db.begin() as session:
        session.execute(update(Channel).values(expires_at=line.now() + timedelta(seconds=119)))
    line.publish()
    assert (line.get(delivery).state, line.get(delivery).attempt, line.network.out) == ("scheduled", 0, [])
    assert [one.kind for one in line.incidents()] == ["channel_disconnected"]
    assert line.ring() == []


def test_one_that_lasts_is_used(line: Line) -> None:
    delivery = line.schedule(late=1)
    with line.parts.db.begin() as session:
        session.execute(update(Channel).values(expires_at=line.now() + timedelta(seconds=130)))
    line.publish()
    assert line.get(delivery).state == "published"
