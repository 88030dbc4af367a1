"""The Graph API on loopback: one person, her Pages, their posts, unpublished until told. Meta's specification judges every request.

`python -m tests.networks.fake_graph PORT`; GET /_fake/statuses, POST /_fake/behaviour {match, effect, count}, POST /_fake/reset."""

import hashlib
import hmac
import itertools
import json
import re
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any

from tests.networks.fake_server import FakeServer, Reply
from tests.tools import graph_check

JSON = dict[str, Any]
TOKEN, SHORT, LONG = "page-token", "short-token", "long-token"
APP, SECRET = "app-1", "app-s3cret"
PAGE, NAME = "1001", "Bakkerij De Korst"
VERSION = "/v25.0"
ENDS = 1_900_000_000  # of the access to data
JUDGED: Counter[str] = Counter()
NODES = {"feed": "Page", "photos": "Page", "insights": "PagePost", "comments": "PagePost", "accounts": "User"}


class Graph:
    """`dead`: names of metrics that make Facebook refuse a request. `proofs`: the app demands them."""

    def __init__(self, url: str) -> None:
        self.url, self.lock = url, threading.RLock()
        self.reset()

    def reset(self) -> None:
        """No posts, no pictures, one Page."""
        with self.lock:
            self.token, self.proofs, self.followers = TOKEN, True, 12
            self.pages = [{"id": PAGE, "name": NAME, "access_token": TOKEN, "tasks": ["CREATE_CONTENT", "ANALYZE"]}]
            self.posts: dict[str, JSON] = {}
            self.photos: dict[str, JSON] = {}
            self.numbers: JSON = {}
            self.dead: set[str] = set()
            self.denied: set[str] = set()
            self.wrong: list[str] = []
            self.made: list[JSON] = []
            self._ids = itertools.count(5001)

    def record(self) -> list[JSON]:
        """What everybody sees."""
        with self.lock:
            return [dict(one) for one in self.posts.values() if one["is_published"]]

    def handle(self, method: str, path: str, query: Any, form: JSON, headers: dict[str, str], at: datetime) -> Reply:
        """One request. `headers` have lower-case names."""
        given = form | {name: values[0] for name, values in query.items()}
        with self.lock:
            self._judge(method, path, given)
            bearer = headers.get("authorization", "").removeprefix("Bearer ")
            if path == f"{VERSION}/oauth/access_token":
                return self._token(given)
            return self._refused(bearer, given) or self._answer(method, path.removeprefix(VERSION), bearer, given)

    def _judge(self, method: str, path: str, given: JSON) -> None:
        if "access_token" in given or "?" in path or not path.startswith(VERSION):
            self.wrong.append(f"{method} {path}: version or token")
        number, _, edge = path.removeprefix(f"{VERSION}/").partition("/")
        if f"{number}/{edge}".strip("/") in graph_check.BESIDE:
            node, edge = "", f"{number}/{edge}".strip("/")
        else:
            node = NODES.get(edge, "PagePost" if "_" in number else "Page")
        if graph_check.FILE.exists():
            JUDGED[f"{method} {node} /{edge}"] += 1
            self.wrong += graph_check.check(node, method, edge, given)

    def _refused(self, bearer: str, given: JSON) -> Reply | None:
        if bearer == f"{APP}|{SECRET}":
            return None
        if bearer not in (self.token, LONG, *(one["access_token"] for one in self.pages)):
            return error(190, 463, "Error validating access token: Session has expired", status=401)
        right = hmac.new(SECRET.encode(), bearer.encode(), hashlib.sha256).hexdigest()
        if self.proofs and given.get("appsecret_proof") != right:
            return error(100, None, "Invalid appsecret_proof provided in the API argument")
        return None

    def _token(self, given: JSON) -> Reply:
        if given.get("client_secret") != SECRET or given.get("client_id") != APP:
            return error(101, None, "Error validating client secret.")
        if given["grant_type"] == "fb_exchange_token" and given["fb_exchange_token"] == SHORT:
            return Reply(200, {"access_token": LONG, "token_type": "bearer", "expires_in": 5_184_000})
        if given["grant_type"] == "authorization_code" and given["code"] == "the-code":
            return Reply(200, {"access_token": SHORT, "token_type": "bearer", "expires_in": 5_000})
        return error(100, 36009, "This authorization code has been used.")

    def _answer(self, method: str, path: str, bearer: str, given: JSON) -> Reply:
        _, number, *edge = path.split("/")
        if number == "debug_token":
            return Reply(200, {"data": {"is_valid": True, "expires_at": 0, "data_access_expires_at": ENDS}})
        if edge == ["accounts"]:
            return self._accounts(given)
        if number in ("me", *(one["id"] for one in self.pages)):
            return self._page(method, number, edge, bearer, given)
        post = self.posts.get(number)
        if post is None:
            return error(100, 33, f"Object with ID '{number}' does not exist, or you may not see it")
        if method == "POST" and not edge:
            post["is_published"] = post["is_published"] or given.get("is_published") == "true"
            return Reply(200, {"success": True})
        return self._insights(given["metric"]) if edge == ["insights"] else self._fields(post, given["fields"])

    def _accounts(self, given: JSON) -> Reply:
        start = int(given.get("after", 0))
        there = self.pages[start : start + int(given["limit"])]
        return Reply(200, {"data": there, "paging": {"cursors": {"after": str(start + len(there))}}})

    def _page(self, method: str, number: str, edge: list[str], bearer: str, given: JSON) -> Reply:
        if edge == ["photos"] and method == "POST":
            return self._photo(given)
        if edge == ["feed"] and method == "POST":
            return self._feed(number, given)
        if bearer == LONG and number == "me":
            return error(100, None, "(#100) Tried accessing nonexisting field (category) on node type (User)")
        page = next(one for one in self.pages if number == one["id"] or one["access_token"] == bearer)
        counts = {"followers_count": self.followers, "fan_count": self.followers}
        return Reply(200, {"id": page["id"], "name": page["name"], "category": "Bakery", **counts})

    def _photo(self, given: JSON) -> Reply:
        if not given.get("source", {}).get("size"):
            return error(324, None, "(#324) Requires upload file")
        number = str(next(self._ids))
        self.photos[number] = {"alt": given.get("alt_text_custom"), "published": given.get("published")}
        return Reply(200, {"id": number})

    def _feed(self, page: str, given: JSON) -> Reply:
        media = [json.loads(value)["media_fbid"] for name, value in given.items() if name.startswith("attached_media[")]
        if any(one not in self.photos for one in media):
            return error(100, None, "(#100) Invalid parameter: attached_media")
        if not given.get("message") and not media:
            return error(100, None, "(#100) Missing message or attachment")
        number = f"{page}_{next(self._ids)}"
        shown = {"id": number, "message": given.get("message", ""), "link": given.get("link"), "media": media}
        address = f"https://www.facebook.com/{page}/posts/{number.partition('_')[2]}"
        public = given.get("published", "true") == "true"
        self.posts[number] = {**shown, "is_published": public, "permalink_url": address}
        return Reply(200, {"id": number})

    def _fields(self, post: JSON, fields: str) -> Reply:
        names = set(re.sub(r"\([^)]*\)|\{[^}]*\}|\.", " ", fields).replace(",", " ").split())
        if names & self.denied:
            return error(10, None, "(#10) This endpoint requires the 'pages_read_user_content' permission", status=403)
        found = {name: post[name] for name in ("id", "is_published", "permalink_url") if name in names}
        found |= {name: value for name, value in self.numbers.items() if name in names}
        if metrics := re.findall(r"insights\.metric\(([^)]*)\)", fields):
            insights = self._insights(metrics[0])
            if insights.status != 200:
                return insights
            found["insights"] = insights.body
        return Reply(200, found)

    def _insights(self, names: str) -> Reply:
        if "insights" in self.denied:
            return error(200, None, "(#200) read_insights is missing", status=403)
        wanted = names.split(",")
        if self.dead & set(wanted):
            return error(100, None, "(#100) The value must be a valid insights metric")
        rows = [
            {"name": one, "period": "lifetime", "values": [{"value": self.numbers[one]}]}
            for one in wanted
            if one in self.numbers
        ]
        return Reply(200, {"data": rows})


def error(code: int, subcode: int | None, message: str, *, status: int = 400, **more: Any) -> Reply:
    """A refusal in Graph's own form."""
    found = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Abc123", **more}
    return Reply(status, {"error": found | ({} if subcode is None else {"error_subcode": subcode})})


class FakeGraph(FakeServer):
    instance: Graph

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.instance = Graph(self.url)


def main() -> None:
    server = FakeGraph(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(server.url, flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever(0.05)


if __name__ == "__main__":
    main()
