"""Reading own posts back from a fake X: found, absent, somebody else's, not yet to be seen, unreadable."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, LookFailed, Near, Prepared
from socialq.networks.base import Content
from socialq.networks.x import NETWORK
from socialq.networks.x.shown import as_written
from tests.networks.desk import KEY, prepared
from tests.networks.fake_x import ME, FakeX
from tests.networks.recordings.x import CAP, status
from tests.networks.x_desk import account, fake_x

TIMELINE = f"/2/users/{ME}/tweets"
TEXTS = [
    "Hallo",
    "Vers brood & koek < 3 euro > 2, zie &amp; en &lt;",
    "Lees https://www.example.com/pad?met=veel&dingen=1 en http://example.org/ vandaag.",
    "Twee keer https://example.com/a en https://example.com/ab",
    "  ruimte  om\n\nhet heen  ",
    "Cafe\u0301 met streepje 👩‍👩‍👧",
]


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


def wanted(text: str, at: datetime, media: int = 0, known: str | None = None, *taken: str) -> Wanted:
    return Wanted(text, media, at, frozenset(taken), known)


def look(server: FakeX, want: Wanted) -> object:
    return NETWORK.find(Prepared(KEY, {}), want, account(server))


def put(server: FakeX, text: str, at: datetime, media: int = 0) -> str:
    return str(server.instance.posts.add(text, at, [str(n) for n in range(media)], ME)["id"])


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("media", [0, 2])
def test_found_by_its_text_as_x_shows_it(server: FakeX, text: str, media: int) -> None:
    start = clock.host_now()
    ours = put(server, text, start + timedelta(seconds=1), media)
    assert look(server, wanted(text, start, media)) == Found(ours, f"https://x.com/vera/status/{ours}")


def test_a_post_in_the_very_second_of_the_start_is_seen(server: FakeX) -> None:
    start = clock.host_now().replace(microsecond=900_000)
    ours = put(server, "Hallo", start.replace(microsecond=950_000))
    assert isinstance(look(server, wanted("Hallo", start)), Found)
    edge = start - timedelta(hours=26)
    put(server, "iets anders", edge.replace(microsecond=100_000))
    assert isinstance(look(server, wanted("Hallo", start)), Found)
    assert ours


def test_absent_only_when_the_whole_list_was_seen(server: FakeX) -> None:
    start = clock.host_now()
    known = put(server, "Van gisteren", start - timedelta(hours=20))
    for number in range(130):
        put(server, f"bericht nummer {number} over iets heel anders", start - timedelta(minutes=130 - number))
    server.requests.clear()
    assert isinstance(look(server, wanted("Hallo allemaal", start, known=known)), Absent)
    assert server.requests == [("GET", TIMELINE)] * 2
    server.behave(
        "GET",
        TIMELINE,
        {"type": "status", "status": 200, "body": {"meta": {"result_count": 1, "next_token": "a"}, "data": []}},
        99,
    )
    assert isinstance(look(server, wanted("Hallo allemaal", start)), LookFailed)


def test_a_list_that_does_not_show_what_must_be_there_says_nothing(server: FakeX) -> None:
    start = clock.host_now()
    known = put(server, "Van gisteren", start - timedelta(hours=20))
    server.instance.posts.hidden = 1
    assert look(server, wanted("Hallo", start, 0, known)) == LookFailed(
        "a post that is known to be there was not in the list"
    )


def test_a_known_post_that_is_gone_or_older_than_the_list_need_not_be_in_it(server: FakeX) -> None:
    start = clock.host_now()
    old = put(server, "Vorige week", start - timedelta(days=7))
    assert isinstance(look(server, wanted("Hallo", start, 0, old)), Absent)
    assert isinstance(look(server, wanted("Hallo", start, 0, "1890000000000000000")), Absent)


def test_a_persons_own_earlier_copy_is_not_taken_for_ours(server: FakeX) -> None:
    start = clock.host_now()
    put(server, "Hallo", start - timedelta(hours=2))
    assert isinstance(look(server, wanted("Hallo", start)), Near)
    taken = put(server, "Hallo", start + timedelta(seconds=1))
    assert isinstance(look(server, wanted("Hallo", start, 0, None, taken)), Near)


def test_two_that_are_the_same_and_one_that_was_changed_are_for_a_person(server: FakeX) -> None:
    start = clock.host_now()
    put(server, "Vandaag vers brood van de bakker", start + timedelta(seconds=1))
    assert isinstance(look(server, wanted("Vandaag vers brood bij de bakker", start)), Near)
    put(server, "Hallo", start + timedelta(seconds=1))
    put(server, "Hallo", start + timedelta(seconds=2))
    assert isinstance(look(server, wanted("Hallo", start)), Near)


@pytest.mark.parametrize(
    "effect",
    [
        status(429, {"detail": "Too Many Requests"}), status(429, CAP), status(402, {}), status(401, {}),
        status(503, {"detail": "Service Unavailable"}), status(200, {"data": [{"id": "5"}], "meta": {"result_count": 1}}),
        status(200, {"data": "no list", "meta": {}}), status(200, {"data": []}), status(200, {"errors": [{"detail": "x"}], "meta": {}}),
        status(200, {"errors": [{"detail": "x"}], "meta": {"result_count": 0}}),
        {"type": "garbage"}, {"type": "cut"}, {"type": "empty"},
    ],
)  # fmt: skip
def test_a_look_that_fails_says_nothing(server: FakeX, effect: dict[str, object]) -> None:
    server.behave("GET", TIMELINE, effect)
    assert isinstance(look(server, wanted("Hallo", clock.host_now())), LookFailed)


def test_under_the_new_name_of_the_parameter_it_is_found_as_well(server: FakeX) -> None:
    server.instance.posts.fields = "post.fields"
    start = clock.host_now()
    ours = put(server, "Hallo", start + timedelta(seconds=1))
    found = look(server, wanted("Hallo", start))
    assert isinstance(found, Found)
    assert found.remote_id == ours


def test_what_is_published_is_found_again(server: FakeX) -> None:
    start = clock.host_now()
    for text in TEXTS[:4]:
        NETWORK.publish(prepared(NETWORK, Content(text, key=KEY), account(server)), account(server))
        assert isinstance(look(server, wanted(text, start)), Found)


def test_a_link_without_its_beginning_is_as_it_was_written() -> None:
    urls = [{"url": "https://t.co/a", "expanded_url": "http://example.com/"}]
    post = {"text": "Zie https://t.co/a", "entities": {"urls": urls}}
    assert as_written(post, "Zie Example.com") == "Zie example.com"
    assert as_written(post, "Iets anders") == "Zie http://example.com/"
    assert as_written({"text": "x https://t.co/b", "entities": {"urls": "odd"}}, "x") == "x https://t.co/b"
