"""Every kind of request that socialq makes of X, held against X's own schema; and a request that is wrong on purpose."""

from pathlib import Path

import pytest

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Found, Published
from socialq.networks.base import Content
from socialq.networks.x import NETWORK
from socialq.networks.x.client import Client
from tests.networks.desk import KEY, picture, prepared, send
from tests.networks.fake_x import judged
from tests.networks.test_x_media import film
from tests.networks.x_desk import account, fake_x
from tests.tools import x_check

pytestmark = pytest.mark.skipif(not x_check.there(), reason=x_check.MISSING)
ALL = {
    "POST /2/tweets", "GET /2/tweets", "GET /2/users/me", "GET /2/users/{id}/tweets", "POST /2/media/upload",
    "GET /2/media/upload", "POST /2/media/upload/initialize", "POST /2/media/upload/{id}/append",
    "POST /2/media/upload/{id}/finalize", "POST /2/media/metadata",
}  # fmt: skip


def test_every_request_is_as_x_writes_it(tmp_path: Path) -> None:
    judged.clear()
    with fake_x() as server:
        who, start = account(server), clock.host_now()
        NETWORK.connect(who)
        first = send(NETWORK, Content("een", (picture(tmp_path, alt="a"), picture(tmp_path, "b.png")), key=KEY), who)
        assert isinstance(first, Published)
        parent = {"remote_id": first.remote_id}
        second = Content("twee", (film(tmp_path, alt="b"),), key=KEY, reply_to=parent)
        assert isinstance(send(NETWORK, second, who), Published)
        ready = prepared(NETWORK, second, who)
        assert isinstance(NETWORK.find(ready, Wanted("twee", 1, start, known="1880000000000000000"), who), Found)
        NETWORK.metrics([first.remote_id, "1000"], who)
        NETWORK.account_metrics(who)
    print(f"\n{sum(judged.values())} requests to X held against its schema, 0 objections:")
    print("\n".join(f"  {count:3} {name}" for name, count in sorted(judged.items())))
    assert set(judged) == ALL


def test_a_request_that_is_wrong_on_purpose_is_seen() -> None:
    with pytest.raises(AssertionError, match="everyone"), fake_x() as server:
        client = Client(account(server))
        client.post("/2/tweets", {"text": "hoi", "reply_settings": "everyone"})
    with pytest.raises(AssertionError, match="media_ids"), fake_x() as server:
        Client(account(server)).post("/2/tweets", {"text": "hoi", "media": {"media_ids": [5]}})
    with pytest.raises(AssertionError, match="max_results"), fake_x() as server:
        Client(account(server)).get("/2/users/12/tweets", {"max_results": 3})


def test_names_that_x_does_not_have_are_seen() -> None:
    assert x_check.check("POST", "/2/tweets", {"text": "hoi", "visibility": "public"})
    assert x_check.check("POST", "/2/statuses", {})
    assert x_check.check("POST", "/2/media/upload", {"media": "aGk="})
    assert x_check.check_query("GET", "/2/tweets", {"tweet.fields": ["public_metrics"]})
    assert x_check.check_query("GET", "/2/tweets", {"ids": ["1"], "tweet.fields": ["favourites"]})
    assert x_check.check_query("GET", "/2/users/me", {"expand": ["x"]})
    assert x_check.check_query("GET", "/2/tweets", {"ids": ["1,2"], "tweet.fields": ["public_metrics"]}) == []
