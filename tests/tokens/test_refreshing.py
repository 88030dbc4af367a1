"""Access is renewed once, kept whole, and told when only a person can."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from socialq.connecting import refreshing
from socialq.connecting.refreshing import LOST
from socialq.db import Database
from socialq.domain.access import Access
from socialq.models import Channel
from socialq.publishing.journals import apply_journals
from socialq.services import journal_files
from socialq.services import tokens as store
from socialq.services.journal_files import folder
from tests.tokens.desk import Tokens


def test_it_is_renewed_ahead_of_its_end(tokens: Tokens) -> None:
    assert refreshing.due(tokens.parts.db, 60, 10) == [tokens.line.channel_id]
    before = tokens.channel()
    assert tokens.refresh() is Access.RENEWED
    after = tokens.channel()
    assert tokens.whole() and after.credentials_version == before.credentials_version + 1
    assert (after.refreshing_until, after.refresh_tries) == (None, 0)
    assert after.expires_at is not None and after.refresh_at is not None
    assert after.expires_at - tokens.parts.db.now() > timedelta(seconds=7000)
    assert timedelta(seconds=1300) < after.expires_at - after.refresh_at < timedelta(seconds=1810), (
        "half an hour before"
    )
    assert refreshing.due(tokens.parts.db, 60, 10) == []
    assert tokens.refresh() is Access.RENEWED and tokens.server.requests == 1, "not due: nothing is asked"
    assert list(folder(tokens.parts.settings.data_dir).glob("*")) == [], "the journal is empty again"


def test_many_at_once_and_one_asks(tokens: Tokens) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tokens.refresh(), range(16)))
    assert tokens.server.requests == 1 and tokens.whole()
    assert set(found) <= {Access.RENEWED, Access.BUSY}


def test_an_empty_field_is_never_kept(tokens: Tokens) -> None:
    tokens.server.empty = 1
    before = tokens.stored()
    assert tokens.refresh() is Access.LATER
    assert tokens.stored() == before


def test_a_renewal_that_ends_after_a_new_connect_writes_nothing(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connected_meanwhile(*given: Any) -> bool:
        with tokens.parts.db.begin() as session:
            channel = session.get_one(Channel, tokens.line.channel_id)
            channel.credentials = tokens.parts.secrets.seal(
                channel.owner, {"access_token": "new", "refresh_token": "new"}
            )
            channel.credentials_version += 1
        return wrote(*given)

    wrote = store._write
    monkeypatch.setattr(store, "_write", connected_meanwhile)
    assert tokens.refresh() is Access.RENEWED
    assert tokens.stored() == {"access_token": "new", "refresh_token": "new"}


def test_trouble_there_is_waited_out(tokens: Tokens) -> None:
    tokens.server.trouble = 2
    for tries in (1, 2):
        assert tokens.refresh() is Access.LATER
        channel = tokens.channel()
        assert (channel.refresh_tries, channel.refreshing_until) == (tries, None)
        assert channel.refresh_at is not None and channel.refresh_at > tokens.parts.db.now()
        assert refreshing.due(tokens.parts.db, 60, 10) == []
        tokens.set(refresh_at=tokens.in_seconds(-1))
    assert tokens.refresh() is Access.RENEWED and tokens.whole()
    assert tokens.incidents() == {}


def test_a_lost_answer_is_told_as_what_it_is(tokens: Tokens) -> None:
    """The server has renewed it and we never heard the new token: the old one is worth nothing, and nobody can know before asking."""
    tokens.server.cut = 1
    assert tokens.refresh() is Access.LATER
    assert tokens.refresh() is Access.RENEWED and tokens.server.requests == 1, "not before the lease is over"
    tokens.set(refresh_at=tokens.in_seconds(-1), refreshing_until=tokens.in_seconds(-1))
    assert tokens.refresh() is Access.OVER
    told = tokens.incidents()["channel_disconnected"]
    assert (told.facts["reason"], tokens.channel().disconnected_reason) == (LOST, LOST)
    assert refreshing.due(tokens.parts.db, 60, 10) == [], "and it is not tried again"


def test_an_access_that_was_taken_away_is_told_once(tokens: Tokens) -> None:
    tokens.server.family("brood").revoked = True
    assert tokens.refresh() is Access.OVER and tokens.refresh() is Access.OVER
    assert tokens.server.requests == 1
    assert list(tokens.incidents()) == ["channel_disconnected"]
    assert tokens.channel().disconnected_reason == "The server refuses: (hidden) was used", "it repeated our token"
    assert tokens.stored()["refresh_token"], "nothing is deleted"


def test_a_mark_in_the_future_is_none_and_a_living_one_holds(tokens: Tokens) -> None:
    tokens.set(refreshing_until=tokens.in_seconds(30))
    assert tokens.refresh() is Access.BUSY and refreshing.due(tokens.parts.db, 60, 10) == []
    tokens.set(refreshing_until=tokens.in_seconds(3600))
    assert refreshing.due(tokens.parts.db, 60, 10) == [tokens.line.channel_id]
    assert tokens.refresh() is Access.RENEWED and tokens.whole()


def test_what_a_killed_process_left_is_applied(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the journal and the row: the file holds it, sealed."""

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> bool:
        raise Killed

    wrote = store._write
    monkeypatch.setattr(store, "_write", killed)
    with pytest.raises(Killed):
        tokens.refresh()
    monkeypatch.setattr(store, "_write", wrote)
    assert not tokens.whole()
    data_dir = tokens.parts.settings.data_dir
    (left,) = journal_files.waiting(data_dir)
    assert "canary" not in left.read_text() and json.loads(left.read_text())["ends"]["expires_at"]
    tokens.set(refreshing_until=tokens.in_seconds(-1))
    assert tokens.refresh() is Access.BUSY and tokens.server.requests == 1, (
        "the old token is worth nothing: it is not used"
    )
    assert apply_journals(tokens.parts.db, data_dir, tokens.sender.times) == 1
    assert tokens.whole() and tokens.channel().refreshing_until is None
    assert tokens.channel().expires_at is not None


def test_wrong_keys_change_nothing(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tokens.channel().credentials
    with tokens.parts.db.begin() as session:
        session.get_one(Channel, tokens.line.channel_id).credentials = b"gAAAAA-of-another-house"
    assert tokens.refresh() is Access.LATER
    assert tokens.server.requests == 0 and tokens.channel().credentials != before


def test_nothing_is_open_while_the_server_answers(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    open_, seen = [0], []
    begin, answer = Database.begin, tokens.server.answer

    def counted(db: Database) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def around() -> Any:
            with begin(db) as session:
                open_[0] += 1
                try:
                    yield session
                finally:
                    open_[0] -= 1

        return around()

    def asked(*given: str) -> Any:
        seen.append(open_[0])
        return answer(*given)

    monkeypatch.setattr(Database, "begin", counted)
    monkeypatch.setattr(tokens.server, "answer", asked)
    assert tokens.refresh() is Access.RENEWED
    assert seen == [0]
