"""The same network against mastodon-mock, a server of somebody else's making: what the fake may have got wrong."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Disconnected, Found, Published, Rejected
from socialq.networks.base import Account, ConnectFailed, Content
from socialq.networks.mastodon import NETWORK
from tests.networks.desk import KEY, call, picture, prepared, send

TEXT = "Goedemorgen! 👩‍👩‍👧 Nieuw: appeltaart & koffie <3\n\nZie https://www.example.com/een/heel/lang/pad?met=veel&dingen=1 #taart"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer(seed=DEFAULT_TEST_SEED).start()
    yield made
    made.stop()


@pytest.fixture
def account(server: MockServer) -> Account:
    typed = Account(server.base_url, "", "", {"access_token": "alice_token"}, call())
    found = NETWORK.connect(typed)
    return replace(typed, remote_id=found.remote_id, handle=found.handle, call=call())


def test_a_post_whole_with_picture_and_alt_text(account: Account, tmp_path: Path) -> None:
    started_at = clock.host_now()
    post = Content(TEXT, (picture(tmp_path, alt="Een groen vlak"),), "nl", key=KEY)
    ready = prepared(NETWORK, post, account)
    first = NETWORK.publish(ready, replace(account, call=call()))
    again = NETWORK.publish(ready, replace(account, call=call()))
    assert isinstance(first, Published)
    assert again == first
    status = account.call.session().get(f"{account.server}/api/v1/statuses/{first.remote_id}").json()
    assert [one["description"] for one in status["media_attachments"]] == ["Een groen vlak"]
    assert (status["language"], status["visibility"]) == ("nl", "public")
    found = NETWORK.find(ready, Wanted(TEXT, 1, started_at), account)
    assert found == Found(first.remote_id, first.url)


def test_a_thread_and_its_numbers(account: Account) -> None:
    first = send(NETWORK, Content("een", key="1" * 32), account)
    assert isinstance(first, Published)
    send(NETWORK, Content("twee", reply_to={"remote_id": first.remote_id}, key="2" * 32), account)
    headers = {"Authorization": "Bearer alice_token"}
    account.call.session().post(f"{account.server}/api/v1/statuses/{first.remote_id}/favourite", headers=headers)
    found = NETWORK.metrics([first.remote_id, "999999"], account)
    numbers = found[first.remote_id]
    assert numbers is not None
    assert (numbers.common["likes"], numbers.common["comments"], numbers.common["shares"]) == (1, 1, 0)
    assert found["999999"] is None
    assert NETWORK.account_metrics(account).followers is not None


def test_refusals(account: Account) -> None:
    assert isinstance(send(NETWORK, Content("x" * 501, key="3" * 32), account), Rejected)
    ready = prepared(NETWORK, Content("hoi", key="4" * 32), account)
    stranger = replace(account, credentials={"access_token": "wrong"}, call=call())
    assert isinstance(NETWORK.publish(ready, stranger), Disconnected)
    with pytest.raises(ConnectFailed, match="does not accept this token"):
        NETWORK.connect(stranger)
