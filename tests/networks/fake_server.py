"""A server on loopback, threaded and scripted: it hangs, drips and cuts its answers as told. What it answers is its instance's."""

import json
import threading
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from socialq import clock


@dataclass
class Reply:
    """What is sent back."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class FakeServer(ThreadingHTTPServer):
    """`instance(url)` holds all state and answers `handle`; behaviours are taken in order, each for `count` requests.

    effect: {"type": "status", "status": 503, "body": {...}, "headers": {...}} answers so and does nothing;
    "hang", "drip", "cut", "garbage", "empty" spoil the answer after the effect ("after": true, the default) or instead of it;
    "latency" with "seconds" answers late."""

    daemon_threads = True
    request_queue_size = 256

    instance: Any

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.port: int = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests: list[tuple[str, str]] = []
        self.stopping = threading.Event()
        self._behaviours: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def behave(self, method: str, path: str, effect: dict[str, Any], count: int = 1) -> None:
        """The next `count` requests of this method whose path begins so get this effect."""
        with self._lock:
            self._behaviours.append({"match": {"method": method, "path": path}, "effect": effect, "count": count})

    def effect(self, method: str, path: str) -> dict[str, Any]:
        """The effect for this request; used up by being taken."""
        with self._lock:
            self.requests.append((method, path))
            for one in self._behaviours:
                if one["count"] > 0 and one["match"]["method"] == method and path.startswith(one["match"]["path"]):
                    one["count"] -= 1
                    return dict(one["effect"])
        return {}

    def reset(self) -> None:
        """As new: nothing posted, no behaviours."""
        with self._lock:
            self._behaviours.clear()
            self.requests.clear()
        self.instance.reset()

    def start(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._serve(_form(self.headers.get("Content-Type", ""), body))

    def _serve(self, form: dict[str, Any]) -> None:
        arrived = clock.host_now()
        parts = urlsplit(self.path)
        path = parts.path.rstrip("/")
        if path.startswith("/_fake/"):
            self._answer(self._control(path, form))
            return
        effect = self.server.effect(self.command, path)
        if effect.get("type") == "status":
            self._answer(Reply(effect["status"], effect.get("body", {"error": "scripted"}), effect.get("headers", {})))
            return
        reply = Reply(200, {})
        if effect.get("after", True):
            query = parse_qs(parts.query)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = self.server.instance.handle(self.command, path, query, form, headers, arrived)
        self._spoil(effect, reply)

    def _control(self, path: str, form: dict[str, Any]) -> Reply:
        if path == "/_fake/statuses":
            return Reply(200, self.server.instance.record())
        if path == "/_fake/behaviour":
            match = form["match"]
            self.server.behave(match["method"], match["path"], form["effect"], form.get("count", 1))
        elif path == "/_fake/reset":
            self.server.reset()
        else:
            return Reply(404, {"error": "unknown control"})
        return Reply(200, {})

    def _spoil(self, effect: dict[str, Any], reply: Reply) -> None:
        """The effect, if any, on an answer that is otherwise right."""
        match effect.get("type"):
            case "hang":
                self.server.stopping.wait(effect.get("seconds", 3600))
                self.close_connection = True
            case "cut":
                self.close_connection = True
            case "drip":
                self._drip(json.dumps(reply.body).encode())
            case "garbage":
                self._send(200, b"<html>this is no answer", {"Content-Type": "text/html"})
            case "empty":
                self._answer(Reply(200, {}))
            case "latency":
                self.server.stopping.wait(effect["seconds"])
                self._answer(reply)
            case _:
                self._answer(reply)

    def _drip(self, body: bytes) -> None:
        """One byte at a time, for as long as somebody listens."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            if self.server.stopping.wait(0.1):
                break
        self.close_connection = True

    def _answer(self, reply: Reply) -> None:
        self._send(reply.status, json.dumps(reply.body).encode(), {"Content-Type": "application/json", **reply.headers})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _form(kind: str, body: bytes) -> dict[str, Any]:
    """JSON, urlencoded or multipart; lists under names that end in []; a file as {"type", "size"}, a bare picture with its bytes."""
    if kind.startswith("application/json"):
        found: dict[str, Any] = json.loads(body or b"{}")
        return found
    if kind.startswith("image/"):
        return {"type": kind, "bytes": body}
    if not kind.startswith("multipart/"):
        return {k: v if k.endswith("[]") else v[0] for k, v in parse_qs(body.decode(), keep_blank_values=True).items()}
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    form: dict[str, Any] = {}
    for part in message.iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        is_file = part.get_filename() is not None
        form[str(name)] = {"type": part.get_content_type(), "size": len(content)} if is_file else content.decode()
    return form
