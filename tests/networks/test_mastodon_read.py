"""Reading back and counting on a fake Mastodon; HTML back into what was written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq import clock
from socialq.domain.message import Wanted, normalise
from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Metrics, Near, Prepared, Published
from socialq.networks.base import AccessLost, Content, ReadFailed
from socialq.networks.mastodon import NETWORK
from socialq.networks.mastodon.html import as_written
from socialq.networks.text import without_hosts
from tests.networks.desk import KEY, account, send
from tests.networks.fake_instance import rendered
from tests.networks.fake_mastodon import FakeMastodon

LIST = "/api/v1/accounts/1/statuses"
TEXT = "Nieuw: appeltaart & koffie <3\n\nZie https://www.example.com/een/heel/lang/pad?met=veel&dingen=1 #taart @stan@mastodon.social"
PIECES = [
    "hoi", "é", "👩‍👩‍👧", "a < b & c", "#één", "@stan@mastodon.social", "@vera", "\n", "\n\n",
    "https://www.example.com/een/heel/lang/pad/met/meer?x=1&y=2", "http://a.nl", "'\"",
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    made = FakeMastodon().start()
    yield made
    made.stop()


def look(server: FakeMastodon, wanted: Wanted, known: str | None = None) -> Look:
    return NETWORK.find(Prepared(KEY, {"known": known}), wanted, account(server))


def wanted(server: FakeMastodon, text: str = TEXT, **more: object) -> Wanted:
    """As of the server's present, for created_at is compared through its Date header."""
    return replace(Wanted(text, 0, clock.host_now()), **more)  # type: ignore[arg-type]


def test_a_post_is_found_whole(server: FakeMastodon) -> None:
    hours = [clock.host_now() - timedelta(hours=h) for h in (30, 3, 2, 1)]
    for at in hours:
        server.instance.add_status(f"iets anders {at}", at)
    remote_id = server.instance.add_status(TEXT, clock.host_now())
    assert look(server, wanted(server)) == Found(remote_id, f"{server.url}/@vera/{remote_id}")


def test_a_long_list_is_read_back_past_the_start(server: FakeMastodon) -> None:
    now = clock.host_now()
    remote_id = server.instance.add_status(TEXT, now)
    for number in range(100):
        server.instance.add_status(f"daarna kwam nummer {number}", now)
    found = look(server, wanted(server))
    assert isinstance(found, Found)
    assert found.remote_id == remote_id
    assert server.requests.count(("GET", LIST)) >= 3


def test_nothing_alike_is_absent(server: FakeMastodon) -> None:
    known = server.instance.add_status("Heel iets anders, van gisteren", clock.host_now() - timedelta(hours=20))
    assert isinstance(look(server, wanted(server), known), Absent)


def test_a_copy_of_before_and_two_copies_are_near(server: FakeMastodon) -> None:
    server.instance.add_status(TEXT, clock.host_now() - timedelta(hours=5))
    assert isinstance(look(server, wanted(server)), Near)
    server.instance.add_status(TEXT, clock.host_now())
    server.instance.add_status(TEXT, clock.host_now())
    assert isinstance(look(server, wanted(server)), Near)


def test_ids_of_other_deliveries_are_not_ours(server: FakeMastodon) -> None:
    remote_id = server.instance.add_status(TEXT, clock.host_now())
    assert isinstance(look(server, wanted(server, taken=frozenset({remote_id}))), Absent)


def test_a_known_post_must_be_seen_unless_it_is_gone_or_old(server: FakeMastodon) -> None:
    known = server.instance.add_status("bekend", clock.host_now() - timedelta(hours=1))
    empty = {"type": "status", "status": 200, "body": []}
    server.behave("GET", LIST, empty)
    assert isinstance(look(server, wanted(server), known), LookFailed)
    assert isinstance(look(server, wanted(server), "123"), Absent)
    old = server.instance.statuses[0]["id"]
    server.instance.statuses[0]["created_at"] = "2020-01-01T00:00:00.000Z"
    server.behave("GET", LIST, empty)
    assert isinstance(look(server, wanted(server), old), Absent)


@pytest.mark.parametrize(
    "effect",
    [{"status": 401}, {"status": 429}, {"status": 503}, {"status": 302}, {"status": 200, "body": {"error": "x"}},
     {"status": 200, "body": [{"id": "1"}]}, {"status": 200, "body": ["x"]}],
)  # fmt: skip
def test_a_look_that_does_not_work_concludes_nothing(server: FakeMastodon, effect: dict[str, object]) -> None:
    server.behave("GET", LIST, {"type": "status", **effect}, count=9)
    assert isinstance(look(server, wanted(server)), LookFailed)


def test_a_list_that_repeats_itself_is_not_complete(server: FakeMastodon) -> None:
    server.instance.add_status("iets", clock.host_now())
    page = server.instance.statuses[:]
    server.behave("GET", LIST, {"type": "status", "status": 200, "body": page}, count=99)
    assert isinstance(look(server, wanted(server)), LookFailed)


def test_numbers(server: FakeMastodon) -> None:
    outcome = send(NETWORK, Content("hoi", key=KEY), account(server))
    assert isinstance(outcome, Published)
    status = server.instance.statuses[0]
    status.update(favourites_count=3, reblogs_count=2, replies_count=1, quotes_count=4)
    found = NETWORK.metrics([outcome.remote_id, "404"], account(server))
    assert found["404"] is None
    raw = {"favourites_count": 3, "replies_count": 1, "reblogs_count": 2, "quotes_count": 4}
    assert found[outcome.remote_id] == Metrics({"likes": 3, "comments": 1, "shares": 6}, raw)
    del status["reblogs_count"], status["quotes_count"]
    assert (
        "shares"
        not in (NETWORK.metrics([outcome.remote_id], account(server))[outcome.remote_id] or Metrics({}, {})).common
    )
    assert NETWORK.account_metrics(account(server)).followers == 7
    assert "views" not in NETWORK.metrics_given


def test_numbers_that_cannot_be_read_are_not_zero(server: FakeMastodon) -> None:
    for status, kind in ((503, ReadFailed), (429, ReadFailed), (401, AccessLost), (200, ReadFailed)):
        server.behave("GET", "/api/v1/statuses/", {"type": "status", "status": status, "body": {"error": "x"}})
        with pytest.raises(kind):
            NETWORK.metrics(["1"], account(server))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_what_was_written_comes_back(text: str) -> None:
    assert normalise(without_hosts(as_written(rendered(text)))) == normalise(without_hosts(text))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>een<br>twee<br/>drie</p><p>vier</p>", "een\ntwee\ndrie\n\nvier"),
        ('<a href="https://a.nl/lang/pad">a.nl/lang…</a>', "https://a.nl/lang/pad"),
        ('<a href="https://a.nl/lang/pad">klik</a>', "klik"),
        ('<a href="javascript:x">x</a>', "x"),
        ('<a href="https://b.nl">open', "open"),
        ("1 &lt; 2 &amp;amp;", "1 < 2 &amp;"),
        ("", ""),
    ],
)
def test_other_servers_html(html: str, text: str) -> None:
    assert as_written(html) == text
