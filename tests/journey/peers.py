"""The two servers of the walk as their other users see them: what arrived there, byte by byte, and people who like it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.journey.instance import BLOEM, FANS, Instance
from tests.networks.appview import POST, counting, react
from tests.networks.pds import Pds


@dataclass(frozen=True)
class There:
    """A post as its server has it; `pictures` as their bytes."""

    id: str
    text: str
    alts: list[str]
    pictures: list[bytes]


class Peer(Protocol):
    """`figures` are what `applaud` leads to: likes, comments, shares, followers."""

    figures: dict[str, int]

    def posts(self) -> list[There]: ...

    def applaud(self, post: There) -> None: ...


@dataclass
class Mastodon:
    """@bloem on mastodon-mock."""

    instance: Instance
    figures = {"likes": 3, "comments": 2, "shares": 1, "followers": 2}

    def posts(self) -> list[There]:
        return [self._there(one) for one in self.instance.posts(BLOEM)]

    def applaud(self, post: There) -> None:
        ask = self.instance.ask
        for fan in FANS[:3]:
            ask(fan, "POST", f"statuses/{post.id}/favourite")
        for fan in FANS[:2]:
            ask(fan, "POST", "statuses", status="Ik kom!", in_reply_to_id=post.id)
            ask(fan, "POST", f"accounts/{self.instance.me(BLOEM)}/follow")
        ask(FANS[0], "POST", f"statuses/{post.id}/reblog")

    def _there(self, status: Any) -> There:
        media = status["media_attachments"]
        text = self.instance.ask(BLOEM, "GET", f"statuses/{status['id']}/source")["text"]
        return There(status["id"], text, [one["description"] for one in media], [_bytes(one["url"]) for one in media])


@dataclass
class Bluesky:
    """bloem.test on Bluesky's own server."""

    pds: Pds
    handle: str
    password: str
    figures = {"likes": 1, "comments": 1, "shares": 2, "followers": 1}

    def posts(self) -> list[There]:
        return [self._there(one) for one in self._records()]

    def applaud(self, post: There) -> None:
        (record,) = [one for one in self._records() if one["uri"] == post.id]
        react(self.pds, {"uri": record["uri"], "cid": record["cid"]}, self._did)
        self.pds.indexed()

    @property
    def _did(self) -> str:
        return str(self._get("com.atproto.identity.resolveHandle", handle=self.handle)["did"])

    def _records(self) -> list[Any]:
        found: list[Any] = self._get("com.atproto.repo.listRecords", repo=self._did, collection=POST)["records"]
        return found

    def _there(self, record: Any) -> There:
        value = record["value"]
        images = value.get("embed", {}).get("images", [])
        way = f"{self.pds.url}/xrpc/com.atproto.sync.getBlob?did={self._did}&cid="
        pictures = [_bytes(way + one["image"]["ref"]["$link"]) for one in images]
        return There(record["uri"], value["text"], [one["alt"] for one in images], pictures)

    def _get(self, name: str, **query: str) -> Any:
        answer = httpx.get(f"{self.pds.url}/xrpc/{name}", params=query, trust_env=False, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def bluesky(folder: Path, database_url: str) -> Iterator[Bluesky]:
    """Counting, with one account."""
    with counting(folder, database_url) as pds:
        yield Bluesky(pds, "bloem.test", pds.app_password("bloem.test"))


def _bytes(url: str) -> bytes:
    answer = httpx.get(url, trust_env=False, timeout=20)
    assert answer.status_code == 200, url
    return answer.content
