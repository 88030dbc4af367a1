"""A stand-in for X on loopback, with the rules and refusals that X documents. Every request is held against X's own schema.

`python -m tests.networks.fake_x PORT`; GET /_fake/statuses, POST /_fake/behaviour {match, effect, count}, POST /_fake/reset."""

import base64
import itertools
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any

from tests.networks.fake_server import FakeServer, Reply
from tests.networks.fake_x_doors import Doors
from tests.networks.fake_x_posts import Posts, invalid, problem
from tests.tools import x_check

TOKEN = "fake-x-token"
ME = "12"
JSON = dict[str, Any]
RATE = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "99", "x-rate-limit-reset": "4102444800"}
judged: Counter[str] = Counter()  # requests of this process that were held against the schema


class Instance:
    """`pending`: how often a video's status says that X still works on it. `objections`: what the schema had against requests."""

    def __init__(self, url: str) -> None:
        self.url, self.pending, self.failing = url, 0, False
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Nothing posted, nothing uploaded; the first tokens are good."""
        with self.lock:
            self.posts, self.doors = Posts(), Doors(TOKEN)
            self.media: dict[str, JSON] = {}
            self.arrivals: list[JSON] = []
            self.objections: list[str] = []
            self.followers = 7
            self._ids = itertools.count(1_880_000_000_000_000_001)

    def record(self) -> list[JSON]:
        """Every post that came through the API, with the wall time of its arrival."""
        with self.lock:
            return [dict(one) for one in self.arrivals]

    def handle(self, method: str, path: str, query: Any, form: JSON, headers: dict[str, str], at: datetime) -> Reply:
        """One request. `headers` have lower-case names."""
        with self.lock:
            if path == "/i/oauth2/authorize":
                return self.doors.visit(query)
            if path in ("/2/oauth2/token", "/2/oauth2/revoke"):
                return self.doors.token(form, headers) if path.endswith("token") else self.doors.revoke(form)
            self._judge(method, path, query, form)
            if not self.doors.lets_in(method, self.url + path, query, headers):
                return problem(401, "Unauthorized", "Unauthorized")
            return self._answer(method, path, query, form, at)

    def _judge(self, method: str, path: str, query: Any, form: JSON) -> None:
        if x_check.there():
            wrong = x_check.check(method, path, form) if method == "POST" else x_check.check_query(method, path, query)
            judged[f"{method} {x_check.route(path)}"] += 1
            self.objections += wrong

    def _answer(self, method: str, path: str, query: Any, form: JSON, at: datetime) -> Reply:
        match method, path.split("/")[2:]:
            case "POST", ["tweets"]:
                return self._post(form, at)
            case "GET", ["tweets"]:
                return self.posts.lookup(query, at)
            case "GET", ["users", "me"]:
                return Reply(200, {"data": self._me(query)})
            case "GET", ["users", number, "tweets"]:
                return self.posts.timeline(number, query)
            case _, ["media", *rest]:
                return self._of_media(method, rest, query, form)
        return problem(404, "Not Found", "Not Found")

    def _post(self, form: JSON, at: datetime) -> Reply:
        reply = self.posts.create(form, self.media, ME, at)
        if reply.status == 201:
            ids = form.get("media", {}).get("media_ids", [])
            self.arrivals.append({
                "id": reply.body["data"]["id"], "text": form.get("text", ""), "arrived_at": at.isoformat(),
                "alts": [self.media[one].get("alt", "") for one in ids], "kinds": [self.media[one]["kind"] for one in ids],
                "in_reply_to_id": form.get("reply", {}).get("in_reply_to_tweet_id"),
            })  # fmt: skip
        reply.headers = dict(RATE)
        return reply

    def _me(self, query: Any) -> JSON:
        counts = {"followers_count": self.followers, "following_count": 3, "listed_count": 0}
        counts["post_count" if self.posts.new_names else "tweet_count"] = len(self.posts.kept)
        me = {"id": ME, "name": "Vera", "username": "vera"}
        return me | ({"public_metrics": counts} if "public_metrics" in query.get("user.fields", [""])[0] else {})

    def _of_media(self, method: str, rest: list[str], query: Any, form: JSON) -> Reply:
        match method, rest:
            case "POST", ["upload"]:
                size = len(base64.b64decode(form["media"], validate=True))
                return self._uploaded(self._new(form["media_category"], size, size))
            case "POST", ["upload", "initialize"]:
                number = self._new(form["media_category"], 0, form["total_bytes"])
                self.media[number]["state"] = "open"
                return self._said(number)
            case "POST", ["upload", number, "append"] if number in self.media:
                self.media[number]["size"] += len(base64.b64decode(form["media"], validate=True))
                self.media[number]["pieces"].append(form["segment_index"])
                return Reply(200, {"data": {"expires_at": 4102444800}})
            case "POST", ["upload", number, "finalize"] if number in self.media:
                return self._whole(number)
            case "GET", ["upload"] if query["media_id"][0] in self.media:
                return self._worked_on(query["media_id"][0])
            case "POST", ["metadata"] if form["id"] in self.media:
                self.media[form["id"]]["alt"] = form["metadata"]["alt_text"]["text"]
                return Reply(200, {"data": {"id": form["id"], "associated_metadata": form["metadata"]}})
        return invalid("The media id does not exist.", media_id=rest)

    def _new(self, kind: str, size: int, total: int) -> str:
        number = str(next(self._ids))
        self.media[number] = {
            "kind": kind,
            "size": size,
            "total": total,
            "pieces": [],
            "state": "succeeded",
            "waits": 0,
        }
        return number

    def _uploaded(self, number: str) -> Reply:
        if self.media[number]["size"] > 5_000_000:
            return invalid("File size exceeds 5242880 bytes.", media=[])
        return self._said(number)

    def _whole(self, number: str) -> Reply:
        one = self.media[number]
        if one["size"] != one["total"] or one["pieces"] != list(range(len(one["pieces"]))):
            return invalid("Segments do not add up to provided total file size.", media_id=[number])
        one["state"], one["waits"] = "pending", self.pending
        return self._said(number)

    def _worked_on(self, number: str) -> Reply:
        one = self.media[number]
        if one["state"] in ("pending", "in_progress"):
            one["state"] = "in_progress" if one["waits"] else "failed" if self.failing else "succeeded"
            one["waits"] -= 1
        return self._said(number)

    def _said(self, number: str) -> Reply:
        state = self.media[number]["state"]
        busy = {"check_after_secs": 1} if state in ("pending", "in_progress") else {}
        info = (
            {}
            if state == "open" or self.media[number]["kind"] == "tweet_image"
            else {"processing_info": {"state": state, **busy}}
        )
        return Reply(200, {"data": {"id": number, "media_key": f"3_{number}", "expires_after_secs": 86400, **info}})


class FakeX(FakeServer):
    """`instance` holds everything."""

    instance: Instance

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.instance = Instance(self.url)


def main() -> None:
    server = FakeX(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(server.url, flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever(0.05)


if __name__ == "__main__":
    main()
