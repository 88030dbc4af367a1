"""The practice network keeps a real network's promises: once, whole, found again, numbers that only grow."""

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, LookFailed, NotSent, Prepared, Published
from socialq.networks.base import Account, CanFind, CanRepeat, ConnectFailed, Content, ReadFailed
from socialq.networks.call import TooLate
from socialq.networks.practice import NETWORK
from tests.networks.desk import KEY, call, picture, send

WANTED = Wanted("hoi", 0, datetime(2026, 11, 2, tzinfo=UTC))


@pytest.fixture
def account(tmp_path: Path) -> Account:
    typed = Account(str(tmp_path / "practice"), "", "@Vera", {"access_token": "anything"}, call())
    found = NETWORK.connect(typed)
    assert (found.remote_id, found.server) == ("vera", typed.server)
    return replace(typed, remote_id=found.remote_id, handle=found.handle)


def posts(account: Account) -> list[Path]:
    return sorted(Path(account.server, account.remote_id).iterdir())


def test_a_post_is_one_file_with_all_of_it(account: Account, tmp_path: Path) -> None:
    post = Content("Hoi 👩‍👩‍👧", (picture(tmp_path, alt="Een groen vlak"),), "nl", key=KEY)
    outcome = send(NETWORK, post, account)
    assert isinstance(outcome, Published)
    (file,) = posts(account)
    assert unquote(urlsplit(outcome.url).path) == str(file)
    written = json.loads(file.read_text())
    assert written["text"] == "Hoi 👩‍👩‍👧"
    assert [(one["path"], one["alt"]) for one in written["media"]] == [("picture.png", "Een groen vlak")]
    assert datetime.fromisoformat(written["published_at"]) <= clock.host_now()


def test_the_same_post_at_once_from_many_is_one_file(account: Account) -> None:
    ready = Prepared(KEY, {"text": "hoi", "media": []})
    told: list[object] = []
    senders = [
        threading.Thread(target=lambda: told.append(NETWORK.publish(ready, replace(account, call=call()))))
        for _ in range(10)
    ]
    for one in senders:
        one.start()
    for one in senders:
        one.join(10)
    assert len(set(told)) == 1
    assert len(told) == 10
    assert len(posts(account)) == 1


def test_it_is_found_by_its_identity_only(account: Account) -> None:
    assert isinstance(NETWORK, CanFind)
    assert isinstance(NETWORK, CanRepeat)
    ready = Prepared(KEY, {"text": "hoi", "media": []})
    assert isinstance(NETWORK.find(ready, WANTED, account), Absent)
    outcome = NETWORK.publish(ready, account)
    assert isinstance(outcome, Published)
    assert NETWORK.find(ready, WANTED, account) == Found(KEY, outcome.url)
    assert isinstance(NETWORK.find(Prepared("b" * 32), WANTED, account), Absent)
    assert isinstance(NETWORK.find(ready, WANTED, replace(account, server="/nowhere")), LookFailed)
    assert NETWORK.repeatable(ready, WANTED.started_at, WANTED.started_at + timedelta(days=3650))


def test_the_gate_holds_here_too(account: Account) -> None:
    def late() -> None:
        raise TooLate

    final = call(gate=late)
    assert isinstance(NETWORK.publish(Prepared(KEY, {"text": "hoi"}), replace(account, call=final)), NotSent)
    assert posts(account) == []
    assert not final.wrote


def test_a_folder_that_cannot_be_written_is_not_sent(account: Account) -> None:
    Path(account.server, "vera").rmdir()
    Path(account.server, "vera").write_text("")
    assert isinstance(NETWORK.publish(Prepared(KEY, {"text": "hoi"}), account), NotSent)
    with pytest.raises(ConnectFailed, match="cannot be written"):
        NETWORK.connect(account)


@pytest.mark.parametrize("handle", ["", "..", "../../etc", "a/b", ".hidden", "x" * 65, "vera stan", "\0"])
def test_a_handle_must_name_a_folder(account: Account, handle: str) -> None:
    with pytest.raises(ConnectFailed):
        NETWORK.connect(replace(account, handle=handle))
    with pytest.raises(ValueError):
        NETWORK.publish(Prepared("../" + KEY, {}), account)


def test_numbers_belong_to_the_post_and_grow_with_its_age(account: Account) -> None:
    outcome = send(NETWORK, Content("hoi", key=KEY), account)
    assert isinstance(outcome, Published)
    (file,) = posts(account)
    written = json.loads(file.read_text())
    series = []
    for days in (0, 1, 3, 30, 300):
        then = clock.host_now() - timedelta(days=days)
        file.write_text(json.dumps(written | {"published_at": then.isoformat()}))
        numbers = NETWORK.metrics([KEY, "gone"], account)
        found = numbers[KEY]
        assert numbers["gone"] is None
        assert found is not None
        assert found.raw["practice"] is True
        assert set(found.common) | {"followers"} == NETWORK.metrics_given
        series.append([found.common[name] for name in sorted(found.common)])
    assert series == sorted(series)
    assert series[0] == [0, 0, 0, 0]
    assert series[-1] > series[1]


def test_followers_grow_with_the_posts(account: Account) -> None:
    before = NETWORK.account_metrics(account).followers
    send(NETWORK, Content("hoi", key=KEY), account)
    after = NETWORK.account_metrics(account).followers
    assert before is not None
    assert after == before + 3


def test_a_broken_file_is_no_number(account: Account) -> None:
    send(NETWORK, Content("hoi", key=KEY), account)
    posts(account)[0].write_text("{")
    with pytest.raises(ReadFailed):
        NETWORK.metrics([KEY], account)


def test_nothing_is_left_of_an_interrupted_try(account: Account) -> None:
    send(NETWORK, Content("hoi", key=KEY), account)
    send(NETWORK, Content("hoi", key=KEY), account)
    assert [file.name for file in posts(account)] == [f"{KEY}.json"]
    assert os.stat(posts(account)[0]).st_nlink == 1
