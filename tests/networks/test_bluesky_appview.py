"""Numbers as Bluesky's own AppView counts them, asked through the account's server."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialq.domain.outcomes import Published
from socialq.networks.base import Account, Content
from socialq.networks.bluesky import NETWORK
from tests.networks.appview import counting, react
from tests.networks.desk import call, send

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_counts_of_a_post_and_of_the_account(empty_postgres_url: str, tmp_path: Path) -> None:
    with counting(tmp_path, empty_postgres_url) as pds:
        kept: dict[str, Any] = {"access_token": pds.app_password("vera.test")}
        typed = Account(pds.url, "", "vera.test", kept, call(), kept.update)
        account = replace(typed, remote_id=NETWORK.connect(typed).remote_id, call=call())
        outcome = send(NETWORK, Content("Vers brood", key="a" * 32, promised_at=AT), account)
        assert isinstance(outcome, Published)
        where = {"repo": account.remote_id, "collection": "app.bsky.feed.post", "rkey": outcome.remote_id[-13:]}
        found = call().session().get(f"{pds.url}/xrpc/com.atproto.repo.getRecord", params=where).json()
        react(pds, {"uri": found["uri"], "cid": found["cid"]}, account.remote_id)
        pds.indexed()
        gone = f"at://{account.remote_id}/app.bsky.feed.post/3mk2222222222"
        numbers = NETWORK.metrics([outcome.remote_id, gone], account)
        told = numbers[outcome.remote_id]
        assert told is not None
        assert told.common == {"likes": 1, "comments": 1, "shares": 2, "saves": 0}
        assert numbers[gone] is None
        assert NETWORK.account_metrics(account).followers == 1
