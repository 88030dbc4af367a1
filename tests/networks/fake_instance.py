"""The state and the rules of the fake Mastodon server: accounts, statuses, media, idempotency. Knows nothing of sockets."""

import html
import itertools
import re
import threading
from datetime import datetime, timedelta
from typing import Any

import regex

from tests.networks.fake_server import Reply

KEY_LIVES = timedelta(hours=1)
LINK = re.compile(r"https?://[^\s<>()\"]+[^\s<>()\".,:;!?]")
MENTION = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+\w")
JSON = dict[str, Any]


class Instance:
    """`pending` is how many times a picture's GET answers 206 before it is ready; ids grow, as on a real server."""

    def __init__(self, url: str, token: str, *, pending: int = 0, characters: int = 500, old: bool = False) -> None:
        self.url, self.token, self.pending, self.characters, self.old = url, token, pending, characters, old
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """No statuses, no media."""
        with self.lock:
            self.statuses: list[JSON] = []
            self.arrivals: list[JSON] = []
            self.media: dict[str, JSON] = {}
            self.keys: dict[str, tuple[str, datetime]] = {}
            self.followers = 7
            self._ids = itertools.count(109_000_000_000_000_001)

    def record(self) -> list[JSON]:
        """Every status with the wall time of its arrival and its Idempotency-Key, for those who count copies."""
        with self.lock:
            return [dict(one) for one in self.arrivals]

    def handle(self, method: str, path: str, query: Any, form: JSON, headers: dict[str, str], at: datetime) -> Reply:
        """One request. `headers` have lower-case names."""
        if path == "/api/v2/instance" and not self.old:
            return Reply(200, {"domain": "fake.example", "configuration": self._configuration()})
        if path == "/api/v1/instance":
            return Reply(200, {"uri": "fake.example", "configuration": self._configuration()})
        if headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401, {"error": "The access token is invalid"})
        with self.lock:
            if method == "POST" and path == "/api/v1/statuses":
                return self._post(form, headers.get("idempotency-key", ""), at)
            if method == "POST" and path == "/api/v2/media":
                return self._upload(form)
            return self._read(path, query)

    def add_status(self, text: str, at: datetime, media: int = 0) -> str:
        """A status that somebody made in another way; its id."""
        with self.lock:
            status = self._status(text, at, [{"id": str(n)} for n in range(media)], None, "")
            self.statuses.append(status)
            return str(status["id"])

    def _configuration(self) -> JSON:
        return {
            "statuses": {
                "max_characters": self.characters,
                "max_media_attachments": 4,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": [
                    "image/jpeg",
                    "image/png",
                    "image/gif",
                    "image/heic",
                    "image/webp",
                    "video/mp4",
                ],
                "image_size_limit": 16_777_216,
                "image_matrix_limit": 33_177_600,
                "description_limit": 1500,
            },
        }

    def _post(self, form: JSON, key: str, at: datetime) -> Reply:
        if key in self.keys and at - self.keys[key][1] < KEY_LIVES:
            return Reply(200, next(one for one in self.statuses if one["id"] == self.keys[key][0]))
        text, ids = form.get("status", ""), form.get("media_ids[]", form.get("media_ids", []))
        if not text and not ids:
            return Reply(422, {"error": "Validation failed: Text can't be blank"})
        counted = regex.findall(r"\X", MENTION.sub(r"@\1", LINK.sub("x" * 23, text)))
        if len(counted) > self.characters:
            return Reply(422, {"error": f"Validation failed: Text character limit of {self.characters} exceeded"})
        if any(one not in self.media or self.media[one]["waits"] for one in ids):
            return Reply(
                422, {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}
            )
        status = self._status(
            text, at, [self.media[one] for one in ids], form.get("in_reply_to_id"), form.get("language", "")
        )
        self.statuses.append(status)
        if key:
            self.keys[key] = (status["id"], at)
        alts = [self.media[one]["description"] for one in ids]
        self.arrivals.append(
            {"id": status["id"], "text": text, "key": key, "arrived_at": at.isoformat(), "alts": alts,
             "visibility": form.get("visibility"), "in_reply_to_id": form.get("in_reply_to_id")}
        )  # fmt: skip
        return Reply(200, status)

    def _status(self, text: str, at: datetime, media: list[JSON], reply_to: str | None, language: str) -> JSON:
        number = str(next(self._ids))
        return {
            "id": number, "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "content": rendered(text),
            "url": f"{self.url}/@vera/{number}", "media_attachments": media, "in_reply_to_id": reply_to,
            "visibility": "public", "language": language, "account": {"id": "1", "acct": "vera", "username": "vera"},
            "favourites_count": 0, "reblogs_count": 0, "replies_count": 0,
        }  # fmt: skip

    def _upload(self, form: JSON) -> Reply:
        if not form.get("file", {}).get("size"):
            return Reply(422, {"error": "Validation failed: File can't be blank"})
        number = str(next(self._ids))
        self.media[number] = {
            "id": number,
            "type": "image",
            "description": form.get("description"),
            "waits": self.pending,
        }
        return self._medium(number, 202)

    def _medium(self, number: str, waiting: int) -> Reply:
        medium = self.media[number]
        ready = not medium["waits"]
        url = f"{self.url}/media/{number}" if ready else None
        return Reply(200 if ready else waiting, {**medium, "url": url})

    def _read(self, path: str, query: Any) -> Reply:
        name = path.rpartition("/")[2]
        if path == "/api/v1/accounts/verify_credentials":
            counts = {"followers_count": self.followers, "following_count": 3, "statuses_count": len(self.statuses)}
            return Reply(200, {"id": "1", "username": "vera", "acct": "vera", **counts})
        if path == "/api/v1/accounts/1/statuses":
            below = int(query.get("max_id", ["9" * 20])[0])
            limit = min(40, int(query.get("limit", ["20"])[0]))
            return Reply(200, [one for one in reversed(self.statuses) if int(one["id"]) < below][:limit])
        if path.startswith("/api/v1/media/") and name in self.media:
            reply = self._medium(name, 206)
            self.media[name]["waits"] = max(0, self.media[name]["waits"] - 1)
            return reply
        found = [one for one in self.statuses if path == f"/api/v1/statuses/{one['id']}"]
        return Reply(200, found[0]) if found else Reply(404, {"error": "Record not found"})


def rendered(text: str) -> str:
    """HTML as Mastodon makes it: long links hidden in part, mentions and hashtags as links."""
    escaped = html.escape(text, quote=False)
    escaped = LINK.sub(_shown, escaped)
    escaped = re.sub(
        r"(?<![\w/@])@(\w+)@([\w.-]+\w)",
        r'<span class="h-card"><a href="https://\2/@\1" class="u-url mention">@<span>\1</span></a></span>',
        escaped,
    )
    escaped = re.sub(
        r"(?<![\w/&])#(\w+)", r'<a href="/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>', escaped
    )
    paragraphs = re.split(r"\n{2,}", escaped)
    return "".join("<p>" + one.replace("\n", "<br />") + "</p>" for one in paragraphs)


def _shown(found: re.Match[str]) -> str:
    link = found.group()
    prefix = (re.match(r"https?://(www\.)?", link) or [""])[0]
    shown, rest = link[len(prefix) : len(prefix) + 30], link[len(prefix) + 30 :]
    kind = "ellipsis" if rest else ""
    return (
        f'<a href="{link}" rel="nofollow" target="_blank"><span class="invisible">{prefix}</span>'
        f'<span class="{kind}">{shown}</span><span class="invisible">{rest}</span></a>'
    )
