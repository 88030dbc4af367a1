"""Told a week and a day before access ends that only a person can give again; what misses its slot meanwhile is one list."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.alerting.tell import tell
from socialq.connecting import Wanted
from socialq.connecting.channels import connect_again
from socialq.connecting.ending_soon import OVER, notice
from socialq.domain.marks import Mark
from socialq.models import Channel, Delivery, Incident, Member, OutboxMail
from socialq.planning import agenda
from socialq.publishing.missed import miss_slots
from socialq.publishing.publish import publish
from socialq.publishing.unreached import close_settled
from tests.cast import VERA
from tests.tokens.desk import Tokens


def steps(tokens: Tokens) -> list[str]:
    """Of all warnings, in the order in which they came."""
    with tokens.parts.db.read() as session:
        rows = session.scalars(select(Incident).where(Incident.kind == "access_ends").order_by(Incident.id))
        return [str(row.facts["step"]) for row in rows]


def by_hand(tokens: Tokens, days: float) -> None:
    tokens.set(refresh_at=None, expires_at=tokens.in_seconds(days * 86400))


def test_told_a_week_and_a_day_before_and_then_it_is_over(tokens: Tokens) -> None:
    ends = tokens.in_seconds(8 * 86400)
    tokens.set(refresh_at=None, expires_at=ends)
    assert notice(tokens.parts.db) == 0 and steps(tokens) == []
    shift(tokens, days=1.1)
    for _ in range(3):
        assert notice(tokens.parts.db) == 1
    assert steps(tokens) == ["week"]
    shift(tokens, days=6)
    for _ in range(3):
        notice(tokens.parts.db)
    assert steps(tokens) == ["week", "day"] and list(tokens.incidents()) == ["access_ends"]
    shift(tokens, days=1)
    notice(tokens.parts.db)
    found = tokens.incidents()
    assert list(found) == ["channel_disconnected"] and found["channel_disconnected"].facts["reason"] == OVER
    assert tokens.channel().credentials is not None, "nothing is deleted"


def shift(tokens: Tokens, days: float) -> None:
    """As if so many days had passed: what was told of this end moves along."""
    by = timedelta(days=days)
    with tokens.parts.db.begin() as session:
        channel = session.get_one(Channel, tokens.line.channel_id)
        assert channel.expires_at is not None
        before, channel.expires_at = channel.expires_at.isoformat(), channel.expires_at - by
        for row in session.scalars(select(Incident)):
            if row.facts.get("ends_at") == before:
                row.facts = row.facts | {"ends_at": channel.expires_at.isoformat()}


def test_one_that_was_looked_at_is_not_told_again(tokens: Tokens) -> None:
    by_hand(tokens, 3)
    notice(tokens.parts.db)
    with tokens.parts.db.begin() as session:
        session.execute(update(Incident).values(resolved_at=tokens.parts.db.now(), resolved_by="member:1"))
    notice(tokens.parts.db)
    assert steps(tokens) == ["week"] and tokens.incidents() == {}


def test_connected_again_it_is_closed(tokens: Tokens) -> None:
    by_hand(tokens, 3)
    notice(tokens.parts.db)
    by_hand(tokens, 60)
    notice(tokens.parts.db)
    assert tokens.incidents() == {}


def test_what_renews_itself_is_told_only_when_that_fails(tokens: Tokens) -> None:
    assert notice(tokens.parts.db) == 0
    tokens.set(renewable_until=tokens.in_seconds(6 * 86400))
    notice(tokens.parts.db)
    assert steps(tokens) == ["week"], "no renewal reaches further"
    tokens.set(renewable_until=None, expires_at=tokens.in_seconds(-60), refresh_tries=3)
    notice(tokens.parts.db)
    assert tokens.incidents()["access_ends"].facts["step"] == "stuck"
    tokens.set(refresh_at=tokens.in_seconds(-1))
    tokens.refresh()
    assert tokens.incidents() == {}, "a renewal settles it"


def test_a_warning_is_mailed_once_and_not_every_day(tokens: Tokens) -> None:
    parts = tokens.parts
    with parts.db.begin() as session:
        session.add(
            Member(
                email=VERA.email, name="Vera", role="owner", language="nl", created_at=parts.db.now(), password_hash=""
            )
        )
    mailed = parts.settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})
    by_hand(tokens, 3)
    notice(parts.db)
    for _ in range(2):
        tell(parts.db, mailed, parts.secrets, parts.networks)
        with parts.db.begin() as session:
            session.execute(update(Incident).values(mailed_at=parts.db.now() - timedelta(days=2)))
    with parts.db.read() as session:
        subjects = list(session.scalars(select(OutboxMail.subject)))
    assert subjects == ["Bakkerij: De toegang tot Rotating loopt binnen een week af"]


def test_what_is_missed_while_disconnected_is_one_list(tokens: Tokens) -> None:
    line = tokens.line
    tokens.server.family("brood").revoked = True
    tokens.refresh()
    late = [line.schedule(f"te laat {n}", late=8000.0 + n) for n in range(3)]
    waits = line.schedule("op tijd", late=60.0)
    miss_slots(tokens.parts.db, tokens.sender.times)
    assert [line.get(one).state for one in [*late, waits]] == ["failed"] * 3 + ["scheduled"]
    assert sorted(tokens.incidents()) == ["channel_disconnected", "channel_missed"]
    told = tokens.incidents()["channel_missed"].facts
    assert told["missed"] == 3 and {one["delivery_id"] for one in told["deliveries"]} == set(late)
    with tokens.parts.db.read() as session:
        marks = [place.mark for one in agenda.newest(session, [line.client_id], 10) for place in one.places]
    assert sorted(marks) == sorted([Mark.MISSED] * 3 + [Mark.DISCONNECTED])
    tokens.set(disconnected_at=None, disconnected_reason="")
    assert line.ring() == [waits], "connected again, what is inside its limit goes"
    close_settled(tokens.parts.db)
    assert "channel_missed" in tokens.incidents()
    with tokens.parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id.in_(late)).values(state="scheduled"))
    close_settled(tokens.parts.db)
    assert "channel_missed" not in tokens.incidents()


@pytest.mark.parametrize("scheduler", ["runs", "stands still"])
def test_connected_again_what_is_in_time_goes_and_the_rest_is_one_list(tokens: Tokens, scheduler: str) -> None:
    """Through the use case, as the page does it; also when nobody looked at slots until then."""
    line, parts = tokens.line, tokens.parts
    tokens.server.family("brood").revoked = True
    tokens.refresh()
    late = [line.schedule(f"te laat {n}", late=8000.0 + n) for n in range(2)]
    waits = line.schedule("op tijd", late=60.0)
    with parts.db.begin() as session:  # it was told before the slots passed
        session.execute(update(Incident).values(opened_at=parts.db.now() - timedelta(hours=3)))
    if scheduler == "runs":
        miss_slots(parts.db, tokens.sender.times)
    tokens.server.family("brood").revoked = False
    fresh = tokens.server.family("brood").give() | {"expires_at": int(tokens.in_seconds(7200).timestamp())}
    wanted = Wanted(line.client_id, "rotating", json.dumps(fresh), server=tokens.channel().server)
    connect_again(parts.db, parts.networks, parts.secrets, parts.settings, line.channel_id, wanted, "member:1")
    with parts.db.begin() as session:  # the slots passed before that
        session.execute(update(Delivery).where(Delivery.id.in_(late)).values(deadline_at=tokens.in_seconds(-600)))
    miss_slots(parts.db, tokens.sender.times)
    assert list(tokens.incidents()) == ["channel_missed"]
    assert {one["delivery_id"] for one in tokens.incidents()["channel_missed"].facts["deliveries"]} == set(late)
    channel = tokens.channel()
    assert channel.refresh_at is not None and channel.expires_at is not None and channel.refreshing_until is None
    publish(tokens.sender, line.ring())
    assert [line.get(one).state for one in [*late, waits]] == ["failed", "failed", "published"]
    assert tokens.server.family("brood").posts == ["op tijd"]
