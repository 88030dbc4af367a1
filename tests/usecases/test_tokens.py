"""Renewed credentials: kept once, whoever is first; never an empty one; and used by the very next call."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialq import clock
from socialq.domain.states import DeliveryState
from socialq.metrics.pull import pull
from socialq.models import Channel
from socialq.networks.bluesky import NETWORK
from socialq.networks.call import Call
from socialq.publishing.prepare import prepare
from socialq.services.tokens import Keeper, open_renewable
from tests.networks.fake_bluesky import PASSWORD, FakeBluesky
from tests.networks.fake_repo import DID, HANDLE
from tests.usecases.line import Line


@pytest.fixture
def server() -> Iterator[FakeBluesky]:
    made = FakeBluesky().start()
    yield made
    made.stop()


@pytest.fixture
def bluesky(line: Line, server: FakeBluesky) -> Line:
    """The line with its one channel on the fake Bluesky."""
    settings = line.parts.settings.model_copy(update={"allow_private_hosts": True})
    line.parts = replace(line.parts, networks={"bluesky": NETWORK}, settings=settings)
    opened = server.instance.session(clock.host_now())
    with line.parts.db.begin() as session:
        channel = session.get_one(Channel, line.channel_id)
        channel.network, channel.server, channel.remote_id, channel.handle = "bluesky", server.url, DID, HANDLE
        kept = {"access_token": PASSWORD, "access_jwt": opened["accessJwt"], "refresh_jwt": opened["refreshJwt"]}
        channel.credentials = line.parts.secrets.seal(channel.owner, kept)
    return line


def channel(line: Line) -> Channel:
    with line.parts.db.read() as session:
        return session.get_one(Channel, line.channel_id)


def stored(line: Line) -> dict[str, Any]:
    found = channel(line)
    assert found.credentials is not None
    return line.parts.secrets.open(found.owner, found.credentials)


def account(line: Line, read: Channel) -> Any:
    return open_renewable(line.parts.db, line.parts.secrets, line.parts.journal, read, Call(connect_within=1, total=1))


def test_two_renewals_at_once_and_the_first_stands(line: Line) -> None:
    read = channel(line)
    one, two = account(line, read), account(line, read)
    one.renewed({"access_token": "one"})
    two.renewed({"access_token": "two"})
    assert stored(line) == {"access_token": "one"}
    assert channel(line).credentials_version == read.credentials_version + 1
    assert (one.credentials["access_token"], two.credentials["access_token"]) == ("one", "two")
    one.renewed({"access_token": "three"})
    assert stored(line) == {"access_token": "three"}


def test_two_threads_at_once_and_one_writes(line: Line) -> None:
    read = channel(line)
    keepers = [Keeper(line.parts.db, line.parts.secrets, line.parts.journal, read) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        wrote = list(pool.map(lambda n: keepers[n].keep({"access_token": str(n)}), range(4)))
    assert sum(wrote) == 1
    assert stored(line) == {"access_token": str(wrote.index(True))}


@pytest.mark.parametrize("gap", [{}, {"access_token": ""}, {"access_token": "a", "refresh_token": None}])
def test_an_empty_token_is_never_written(line: Line, gap: dict[str, Any]) -> None:
    before = stored(line)
    with pytest.raises(ValueError, match="not kept"):
        Keeper(line.parts.db, line.parts.secrets, line.parts.journal, channel(line)).keep(gap)
    assert stored(line) == before


def test_a_late_renewal_never_overwrites_a_new_connect(line: Line) -> None:
    late = Keeper(line.parts.db, line.parts.secrets, line.parts.journal, channel(line))
    with line.parts.db.begin() as session:
        found = session.get_one(Channel, line.channel_id)
        found.credentials = line.parts.secrets.seal(found.owner, {"access_token": "connected anew"})
        found.credentials_version += 1
    assert late.keep({"access_token": "late"}) is False
    assert stored(line) == {"access_token": "connected anew"}


def test_a_session_renewed_in_preparation_is_kept_and_sends_the_post(bluesky: Line, server: FakeBluesky) -> None:
    server.instance.refused.add(str(stored(bluesky)["access_jwt"]))
    before = stored(bluesky)
    delivery = bluesky.schedule("Vers brood")
    bluesky.publish(delivery)
    assert bluesky.get(delivery).state == DeliveryState.PUBLISHED
    assert stored(bluesky)["access_jwt"] != before["access_jwt"]
    assert stored(bluesky)["access_token"] == PASSWORD
    assert (len(server.instance.record()), server.instance.logins) == (1, 0)


def test_a_token_that_dies_between_preparation_and_the_final_call_leads_back(
    bluesky: Line, server: FakeBluesky
) -> None:
    delivery = bluesky.schedule("Vers brood", late=-600)
    prepare(bluesky.sender, [delivery])
    prepared = bluesky.get(delivery)
    assert prepared.prepared_at is not None
    server.instance.refused.add(str(stored(bluesky)["access_jwt"]))
    bluesky.set(delivery, due_at=bluesky.now() - timedelta(seconds=1))
    bluesky.publish(delivery)
    back = bluesky.get(delivery)
    assert (back.state, back.prepared_at, back.identity) == (DeliveryState.SCHEDULED, None, prepared.identity)
    assert server.instance.record() == []
    bluesky.set(delivery, due_at=bluesky.now() - timedelta(seconds=1))
    bluesky.publish(delivery)
    done = bluesky.get(delivery)
    assert done.state == DeliveryState.PUBLISHED
    assert done.remote_id == f"at://{DID}/app.bsky.feed.post/{prepared.identity}"
    assert (len(server.instance.record()), server.instance.logins) == (1, 0)
    assert server.instance.record()[0]["value"] == prepared.memory["record"]


def test_a_lost_answer_is_found_and_there_is_one_copy(bluesky: Line, server: FakeBluesky) -> None:
    delivery = bluesky.schedule("Vers brood")
    server.behave("POST", "/xrpc/com.atproto.repo.putRecord", {"type": "cut"})
    bluesky.publish(delivery)
    assert bluesky.get(delivery).state == DeliveryState.UNKNOWN
    bluesky.look(delivery)
    found = bluesky.get(delivery)
    assert found.state == DeliveryState.PUBLISHED
    assert found.url.startswith(f"https://bsky.app/profile/{HANDLE}/post/")
    assert len(server.instance.record()) == 1


def test_numbers_renew_the_session_too(bluesky: Line, server: FakeBluesky) -> None:
    server.instance.refused.add(str(stored(bluesky)["access_jwt"]))
    before = channel(bluesky)

    def opened(read: Channel) -> Any:
        call = Call(connect_within=1, total=1, allow_private=True)
        return open_renewable(bluesky.parts.db, bluesky.parts.secrets, bluesky.parts.journal, read, call)

    told = pull(bluesky.parts.db, bluesky.parts.networks, opened, bluesky.channel_id, everything=True)
    assert told.problem == ""
    assert told.account
    assert channel(bluesky).credentials_version == before.credentials_version + 1
