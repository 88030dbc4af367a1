"""A post and a pull have access that lasts: renewed in time, once more after a refusal, and never in a storm."""

import pytest

from socialq.domain.states import DeliveryState
from socialq.metrics.pull import Pulled, pull
from socialq.publishing.access import ENDS, RENEWING
from socialq.publishing.publish import publish
from socialq.services.children import Stop
from tests.tokens.desk import Tokens
from tests.tokens.network import ENDED
from workers.bench import Bench
from workers.pool import Pool


def test_a_post_renews_in_time_and_goes_out(tokens: Tokens) -> None:
    tokens.set(expires_at=tokens.in_seconds(30), refresh_at=tokens.in_seconds(20))
    delivery = tokens.line.schedule("Vers brood", late=1)
    publish(tokens.sender, [delivery])
    assert tokens.line.get(delivery).state == DeliveryState.PUBLISHED
    assert tokens.server.family("brood").posts == ["Vers brood"] and tokens.whole()


def test_somebody_else_renews_it_and_the_post_waits(tokens: Tokens) -> None:
    tokens.set(expires_at=tokens.in_seconds(30), refreshing_until=tokens.in_seconds(30))
    delivery = tokens.line.schedule("Vers brood", late=1)
    publish(tokens.sender, [delivery])
    found = tokens.line.get(delivery)
    assert (found.state, found.reason, found.attempt) == (DeliveryState.SCHEDULED, RENEWING, 0)
    assert tokens.incidents() == {} and tokens.server.requests == 0


def refuse_token(tokens: Tokens) -> None:
    """The server has another one by now, and only the refresh token still works."""
    family = tokens.server.family("brood")
    family.tokens[-1] = family.tokens[-1] | {"access_token": "another"}


@pytest.mark.parametrize("when", ["before", "after preparation"])
@pytest.mark.abuse(33)
def test_abuse_33_a_refused_token_is_renewed_once_and_the_post_goes_again(tokens: Tokens, when: str) -> None:
    delivery = tokens.line.schedule("Vers brood", late=1)
    if when != "before":
        tokens.line.set(delivery, prepared_at=tokens.parts.db.now(), identity="k", memory={"text": "Vers brood"})
    refuse_token(tokens)
    publish(tokens.sender, [delivery])
    found = tokens.line.get(delivery)
    assert (found.state, found.reason) == (DeliveryState.SCHEDULED, RENEWING)
    assert tokens.server.requests == 1 and tokens.whole()
    tokens.line.set(delivery, due_at=tokens.in_seconds(-1))
    publish(tokens.sender, [delivery])
    assert tokens.line.get(delivery).state == DeliveryState.PUBLISHED
    assert tokens.server.family("brood").posts == ["Vers brood"] and tokens.incidents() == {}


@pytest.mark.abuse(33)
def test_abuse_33_refused_with_a_fresh_token_is_over_without_a_storm(tokens: Tokens) -> None:
    """The token server goes on giving tokens that nobody takes."""
    delivery = tokens.line.schedule("Vers brood", late=1)
    for _ in range(5):
        refuse_token(tokens)
        tokens.line.set(delivery, due_at=tokens.in_seconds(-1), prepared_at=None)
        publish(tokens.sender, [delivery])
    assert tokens.server.requests == 1, "one renewal, not one a try"
    assert list(tokens.incidents()) == ["channel_disconnected"]
    assert tokens.line.get(delivery).state == DeliveryState.SCHEDULED, "held"


def test_numbers_that_are_refused_are_asked_for_with_another_token(tokens: Tokens) -> None:
    stop = Stop()
    bench = Bench("pull", tokens.parts, tokens.line.worker, stop, Pool(1, lambda: False))
    tokens.set(expires_at=tokens.in_seconds(30))

    def asked() -> Pulled:
        parts = tokens.parts
        return pull(
            parts.db, parts.networks, bench.open_account, tokens.line.channel_id, everything=True, refused=bench.refused
        )

    assert asked().account and tokens.server.requests == 1, "renewed in time"
    tokens.set(renewed_at=tokens.in_seconds(-3600))
    refuse_token(tokens)
    assert ENDED in asked().problem
    assert tokens.server.requests == 2 and tokens.whole()
    assert asked().account and tokens.incidents() == {}


def test_one_that_nobody_can_renew_is_over(tokens: Tokens) -> None:
    tokens.set(expires_at=tokens.in_seconds(30), refresh_at=None)
    delivery = tokens.line.schedule("Vers brood", late=1)
    publish(tokens.sender, [delivery])
    assert tokens.incidents()["channel_disconnected"].facts["reason"] == ENDS
    assert tokens.server.requests == 0
