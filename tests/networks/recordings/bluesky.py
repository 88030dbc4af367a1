"""What can happen between us and a Bluesky server, played by the fake one on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from socialq import clock
from socialq.networks.base import Account
from tests.networks.contract import REMOTE, SECRET, Staged, call
from tests.networks.fake_bluesky import PUT, FakeBluesky
from tests.networks.fake_repo import DID, HANDLE

KIND = REMOTE
RATE = {"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "ratelimit-reset": "1793613780"}
EFFECTS: dict[str, dict[str, Any]] = {
    "rejected": {"status": 400, "body": {"error": "InvalidRequest", "message": "Invalid app.bsky.feed.post record"}},
    "rate limited": {"status": 429, "body": {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, "headers": RATE},
    "revoked": {"status": 401, "body": {"error": "AuthenticationRequired", "message": "Authentication Required"}},
    "server error": {"status": 502, "body": {"error": "UpstreamFailure", "message": "Upstream service unreachable"}},
    "timeout": {"type": "hang", "seconds": 30},
    "cut answer": {"type": "cut"},
    "unreadable": {"type": "garbage"},
    "dripping": {"type": "drip"},
}  # fmt: skip


@contextmanager
def stage(scenario: str, folder: Path) -> Iterator[Staged]:
    """An account with a session on a fake server that behaves from the final call on as the scenario says."""
    server = FakeBluesky().start()
    server.instance.password = SECRET
    opened = server.instance.session(clock.host_now())
    credentials = {
        "access_token": SECRET, "access_jwt": opened["accessJwt"], "refresh_jwt": opened["refreshJwt"], "handle": HANDLE, "pds": server.url,
    }  # fmt: skip

    def spoil() -> None:
        if scenario == "nobody there":
            server.stop()
        elif scenario in EFFECTS:
            server.behave("POST", PUT, {"type": "status"} | EFFECTS[scenario])

    account = Account(server.url, DID, HANDLE, credentials, call(), credentials.update)
    yield Staged(account, lambda: len(server.instance.record()), spoil)
    if scenario != "nobody there":
        server.stop()
