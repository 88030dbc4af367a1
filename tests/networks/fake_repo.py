"""The state and the rules of the fake Bluesky server: one account, its sessions, blobs and records. Knows nothing of sockets.

What it answers was copied from the real one (tests/networks/test_bluesky_pds.py holds both to the same)."""

import base64
import hashlib
import itertools
import json
import threading
from datetime import datetime, timedelta
from typing import Any

from tests.networks.fake_server import Reply

DID, HANDLE = "did:plc:fakefakefakefakefakefake", "vera.test"
POST = "app.bsky.feed.post"
JSON = dict[str, Any]


class Repo:
    """`lives` is how long access tokens live; `pds` is what the DID document names. Used refresh tokens die at once."""

    def __init__(self, url: str, password: str, lives: timedelta = timedelta(hours=2)) -> None:
        self.url, self.pds, self.password, self.lives = url, url, password, lives
        self.lock = threading.RLock()
        self.appview = True
        self.reset()

    def reset(self) -> None:
        """No posts, no sessions."""
        with self.lock:
            self.records: dict[str, JSON] = {}
            self.blobs: dict[str, bytes] = {}
            self.refused: set[str] = set()
            self.refresh = ""
            self.shut = ""
            self.logins = 0
            self.counts: JSON = {}
            self.handles = {HANDLE: DID, "stan.test": "did:plc:stanstanstanstanstanstan"}
            self._serial = itertools.count(1)

    def record(self) -> list[JSON]:
        """Every post, for those who count copies."""
        with self.lock:
            return list(self.records.values())

    def session(self, at: datetime) -> JSON:
        """A new pair of tokens, as createSession gives it."""
        with self.lock:
            access, self.refresh = self._jwt(at + self.lives), self._jwt(at + timedelta(days=60))
            return {
                "did": DID, "handle": HANDLE, "accessJwt": access, "refreshJwt": self.refresh, "active": not self.shut,
                "didDoc": {"id": DID, "service": [{"id": "#atproto_pds", "serviceEndpoint": self.pds}]},
            }  # fmt: skip

    def handle(self, method: str, path: str, query: Any, form: JSON, headers: dict[str, str], at: datetime) -> Reply:
        """One request. `headers` have lower-case names."""
        name = path.removeprefix("/xrpc/").replace(".", "_")
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        given = {key: values if key == "uris" else values[0] for key, values in query.items()}
        with self.lock:
            open_to_all = getattr(self, f"open_{name}", None)
            if open_to_all is not None:
                return open_to_all(form | given, bearer, at)  # type: ignore[no-any-return]
            return self._refused(bearer, at) or getattr(self, f"own_{name}", self._nothing)(form | given)  # type: ignore[no-any-return]

    def open_com_atproto_server_createSession(self, form: JSON, _bearer: str, at: datetime) -> Reply:
        self.logins += 1
        if form["identifier"] not in (DID, HANDLE) or form["password"] != self.password:
            return _error(401, "AuthenticationRequired", "Invalid identifier or password")
        return _error(401, self.shut, "Account is shut") if self.shut else Reply(200, self.session(at))

    def open_com_atproto_server_refreshSession(self, _form: JSON, bearer: str, at: datetime) -> Reply:
        if bearer != self.refresh:
            return _error(400, "ExpiredToken", "Token has been revoked")
        return Reply(200, self.session(at))

    def open_com_atproto_server_deleteSession(self, _form: JSON, bearer: str, _at: datetime) -> Reply:
        if bearer != self.refresh:
            return _error(400, "ExpiredToken", "Token has been revoked")
        self.refresh = ""
        return Reply(200, {})

    def open_com_atproto_identity_resolveHandle(self, form: JSON, _bearer: str, _at: datetime) -> Reply:
        did = self.handles.get(form["handle"])
        return Reply(200, {"did": did}) if did else _error(400, "InvalidRequest", "Unable to resolve handle")

    def open_com_atproto_repo_getRecord(self, form: JSON, _bearer: str, _at: datetime) -> Reply:
        found = self.records.get(form["rkey"])
        if found is None or form["repo"] != DID:
            return _error(400, "RecordNotFound", f"Could not locate record: at://{DID}/{POST}/{form['rkey']}")
        return Reply(200, found)

    def own_com_atproto_server_getSession(self, _form: JSON) -> Reply:
        return Reply(200, {"did": DID, "handle": HANDLE, "active": not self.shut})

    def own_com_atproto_repo_uploadBlob(self, form: JSON) -> Reply:
        link = f"bafkrei{hashlib.sha256(form['bytes']).hexdigest()[:52]}"
        self.blobs[link] = form["bytes"]
        size = len(form["bytes"])
        return Reply(
            200, {"blob": {"$type": "blob", "ref": {"$link": link}, "mimeType": form["type"], "size": size, "extra": 1}}
        )

    def own_com_atproto_repo_putRecord(self, form: JSON) -> Reply:
        record, rkey = form["record"], form["rkey"]
        for image in record.get("embed", {}).get("images", []):
            link = image["image"]["ref"]["$link"]
            if link not in self.blobs:
                return _error(400, "BlobNotFound", f"Could not find blob: {link}")
        if len(record["text"].encode()) > 3000:
            return _error(400, "InvalidRequest", "Invalid app.bsky.feed.post record: too long")
        cid = "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:52]
        self.records[rkey] = {"uri": f"at://{DID}/{POST}/{rkey}", "cid": cid, "value": record}
        return Reply(200, {"uri": f"at://{DID}/{POST}/{rkey}", "cid": cid, "validationStatus": "valid"})

    def own_app_bsky_feed_getPosts(self, form: JSON) -> Reply:
        if not self.appview:
            return _error(502, "UpstreamFailure", "Upstream service unreachable")
        if len(form["uris"]) > 25:
            return _error(400, "InvalidRequest", "uris must not have more than 25 elements")
        known = [one for one in self.records.values() if one["uri"] in form["uris"]]
        return Reply(200, {"posts": [{"uri": one["uri"], "cid": one["cid"], **self.counts} for one in known]})

    def own_app_bsky_actor_getProfile(self, form: JSON) -> Reply:
        if not self.appview:
            return _error(502, "UpstreamFailure", "Upstream service unreachable")
        return Reply(
            200, {"did": form["actor"], "followersCount": 7, "followsCount": 3, "postsCount": len(self.records)}
        )

    def _refused(self, bearer: str, at: datetime) -> Reply | None:
        if not bearer:
            return _error(401, "AuthMissing", "Authentication Required")
        try:
            body = bearer.split(".")[1]
            ends = json.loads(base64.urlsafe_b64decode(body + "=="))["exp"]
        except (IndexError, ValueError):
            return _error(400, "InvalidToken", "Token could not be verified")
        if bearer in self.refused:
            return _error(400, "InvalidToken", "Token could not be verified")
        return _error(400, "ExpiredToken", "Token has expired") if ends < at.timestamp() else None

    def _jwt(self, ends: datetime) -> str:
        claims = json.dumps({"exp": int(ends.timestamp()), "jti": next(self._serial)}).encode()
        return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.sig"

    def _nothing(self, _form: JSON) -> Reply:
        return _error(501, "MethodNotImplemented", "Method Not Implemented")


def _error(status: int, name: str, message: str) -> Reply:
    return Reply(status, {"error": name, "message": message})
