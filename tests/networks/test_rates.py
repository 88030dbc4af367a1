"""What answers say of rates, in each way that a network has of saying it."""

import json
from datetime import timedelta

import pytest

from socialq import clock
from socialq.networks import rates
from socialq.networks.call import Remaining
from tests.networks.contract import SECRET, call
from tests.networks.fake_mastodon import FakeMastodon

DATE = {"Date": "Mon, 02 Nov 2026 10:00:00 GMT"}
MASTODON, BLUESKY, X = rates.Counted("x-ratelimit-"), rates.Counted("ratelimit-"), rates.Counted("x-rate-limit-")


def counted(prefix: str, limit: str, left: str, reset: str) -> dict[str, str]:
    return {f"{prefix}Limit": limit, f"{prefix}Remaining": left, f"{prefix}Reset": reset, **DATE}


def seconds(one: Remaining) -> float:
    return (one.resets_at - clock.host_now()).total_seconds()


@pytest.mark.parametrize(
    ("reader", "headers", "wait"),
    [
        (MASTODON, counted("X-RateLimit-", "300", "7", "2026-11-02T10:03:00.000000Z"), 180),
        (BLUESKY, counted("RateLimit-", "300", "7", "1793613780"), 180),
        (X, counted("x-rate-limit-", "300", "7", "1793613780"), 180),
        (BLUESKY, counted("RateLimit-", "300", "7", "180"), 180),
        (X, counted("x-rate-limit-", "300", "7", "Mon, 02 Nov 2026 10:03:00 GMT"), 180),
        (X, counted("x-rate-limit-", "300", "7", "2026-11-02T09:00:00Z"), 1),
        (X, counted("x-rate-limit-", "300", "7", "2036-11-02T09:00:00Z"), 86400),
    ],
)
def test_three_headers_in_every_spelling(reader: rates.Reader, headers: dict[str, str], wait: float) -> None:
    (found,) = rates.read(reader, 200, headers)
    assert (found.name, found.size, found.left, found.scope) == ("requests", 300, 7, "channel")
    assert seconds(found) == pytest.approx(wait, abs=2)


@pytest.mark.parametrize(
    "spoilt", [{"X-RateLimit-Limit": "many"}, {"X-RateLimit-Remaining": "-1"}, {"X-RateLimit-Reset": "soon"}]
)
def test_what_cannot_be_read_says_nothing(spoilt: dict[str, str]) -> None:
    assert rates.read(MASTODON, 200, counted("X-RateLimit-", "300", "7", "180") | spoilt) == []
    assert rates.read(MASTODON, 200, {}) == [] and rates.read(None, 429, {}) == []


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, 90), ({"Retry-After": "Mon, 02 Nov 2026 10:02:00 GMT", **DATE}, 120), ({"Retry-After": "0"}, 1),
        (counted("X-RateLimit-", "300", "0", "180"), 180), ({"Retry-After": "60", "X-RateLimit-Reset": "30"}, 60), ({}, 300),
        ({"Retry-After": "soon"}, 300),
    ],
)  # fmt: skip
def test_a_refusal_leaves_nothing_until_it_says(headers: dict[str, str], wait: float) -> None:
    (found,) = rates.read(MASTODON, 429, headers)
    assert found.left == 0 and seconds(found) == pytest.approx(wait, abs=2)
    assert (rates.again_at(MASTODON, headers) - clock.host_now()).total_seconds() == pytest.approx(wait, abs=2)


def test_a_refusal_counts_although_its_headers_say_that_something_is_left() -> None:
    found = rates.read(MASTODON, 429, counted("X-RateLimit-", "300", "5", "180"))
    assert [(one.name, one.left) for one in found] == [("requests", 5), (rates.REFUSED, 0)]


def test_shares_in_percent_as_meta_writes_them() -> None:
    use = {"call_count": 28, "total_cputime": 25.2, "total_time": 81.5}
    blocked = {
        "type": "pages",
        "call_count": 100,
        "total_time": 3,
        "total_cputime": 2,
        "estimated_time_to_regain_access": 19,
    }
    fine = {
        "type": "instagram",
        "call_count": 1,
        "total_time": 3,
        "total_cputime": 2,
        "estimated_time_to_regain_access": 0,
    }
    headers = {"X-App-Usage": json.dumps(use), "X-Business-Use-Case-Usage": json.dumps({"178": [blocked, fine]})}
    found = {one.name: one for one in rates.read(rates.META, 200, headers)}
    left = {name: (one.scope, one.size, one.left, round(seconds(one) / 60)) for name, one in found.items()}
    assert left == {
        "usage": ("app", 100, 18, 60), "pages usage": ("channel", 100, 0, 19), "instagram usage": ("channel", 100, 97, 60)
    }  # fmt: skip
    assert (
        rates.read(rates.META, 200, {"X-App-Usage": "{", "X-Business-Use-Case-Usage": '["x", {"call_count": "28"}]'})[
            0
        ].left
        == 100
    )


def test_a_network_hands_on_what_its_server_says() -> None:
    from socialq.networks.base import Account
    from socialq.networks.mastodon import NETWORK

    server = FakeMastodon().start()
    server.instance.token = SECRET
    said = {
        "status": 429,
        "body": {"error": "Too many requests"},
        "headers": counted("X-RateLimit-", "300", "0", "180"),
    }
    server.behave("GET", "/api/v1/accounts/verify_credentials", {"type": "status"} | said)
    account = Account(server.url, "1", "@vera@fake.example", {"access_token": SECRET}, call())
    try:
        with pytest.raises(Exception, match="no more requests"):
            NETWORK.account_metrics(account)
    finally:
        server.stop()
    assert [(one.name, one.left) for one in account.call.remaining] == [("requests", 0)]
    assert account.call.remaining[0].resets_at < clock.host_now() + timedelta(seconds=181)
