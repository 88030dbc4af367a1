"""A token server on loopback whose refresh tokens serve once, as X's do: one that comes a second time ends its whole family."""

import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from socialq import clock

WORD = "canary"  # in every token, so that one can be found wherever it went


@dataclass
class Family:
    """One account's tokens, in the order in which they were given; the last one counts."""

    tokens: list[dict[str, str]] = field(default_factory=list)
    revoked: bool = False
    reused: int = 0
    posts: list[str] = field(default_factory=list)

    def give(self) -> dict[str, str]:
        made = {name: f"{WORD}-{name}-{secrets.token_hex(12)}" for name in ("access_token", "refresh_token")}
        self.tokens.append(made)
        return made


class TokenServer:
    """`lives`: seconds of an access token. `cut`: so many next answers are lost after the work is done; `trouble`: so many 503."""

    def __init__(self, lives: int = 7200) -> None:
        self.lives, self.cut, self.trouble, self.empty = lives, 0, 0, 0
        self.takes = 0.0  # seconds
        self.families: dict[str, Family] = {}
        self.requests = 0
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> "TokenServer":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def family(self, name: str) -> Family:
        return self.families.setdefault(name, Family())

    def answer(self, path: str, bearer: str, body: str) -> tuple[int, dict[str, Any]]:
        """Of one request, under the lock: what a real one keeps in its database."""
        _, name, what = path.split("/")
        with self.lock:
            family = self.family(name)
            if what == "token":
                self.requests += 1
                return self._renew(family, parse_qs(body).get("refresh_token", [""])[0])
            if family.revoked or not family.tokens or bearer != family.tokens[-1]["access_token"]:
                return 401, {"error": f"Bearer {bearer} is not valid"}  # some servers do say it
            if what == "posts":
                family.posts.append(body)
            return 200, {"id": f"{name}-{len(family.posts)}"}

    def _renew(self, family: Family, token: str) -> tuple[int, dict[str, Any]]:
        if self.trouble:
            self.trouble -= 1
            return 503, {}
        if family.revoked or token != family.tokens[-1]["refresh_token"]:
            family.reused += not family.revoked
            family.revoked = True
            return 400, {"error": "invalid_grant", "error_description": f"{token} was used"}
        made = family.give()
        if self.empty:
            self.empty -= 1
            return 200, made | {"refresh_token": "", "expires_in": self.lives}
        return 200, made | {"expires_in": self.lives}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status, fields = server.answer(self.path, bearer, body)
                if server.takes:
                    clock.sleep(server.takes)
                if server.cut and self.path.endswith("/token"):
                    server.cut -= 1
                    self.close_connection = True
                    return
                data = json.dumps(fields).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the test looks at the families."""

        return Handler
