"""What can happen between us and a Mastodon server, played by the fake one on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from socialq.networks.base import Account
from tests.networks.contract import REMOTE, SECRET, Staged, call
from tests.networks.fake_mastodon import FakeMastodon

KIND = REMOTE
STATUSES = "/api/v1/statuses"
RATE = {"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": "2026-11-02T10:03:00.000000Z"}
EFFECTS: dict[str, dict[str, Any]] = {
    "rejected": {"type": "status", "status": 422, "body": {"error": f"Validation failed {SECRET}"}},
    "rate limited": {"type": "status", "status": 429, "body": {"error": "Too many requests"}, "headers": RATE},
    "revoked": {"type": "status", "status": 401, "body": {"error": "The access token was revoked"}},
    "server error": {"type": "status", "status": 503, "body": {"error": "Remote data could not be fetched"}},
    "timeout": {"type": "hang", "seconds": 30},
    "cut answer": {"type": "cut"},
    "unreadable": {"type": "garbage"},
    "dripping": {"type": "drip"},
}


@contextmanager
def stage(scenario: str, folder: Path) -> Iterator[Staged]:
    """An account on a fake server that behaves from the final call on as the scenario says."""
    server = FakeMastodon().start()
    server.instance.token = SECRET

    def spoil() -> None:
        if scenario == "nobody there":
            server.stop()
        elif scenario in EFFECTS:
            server.behave("POST", STATUSES, EFFECTS[scenario])

    account = Account(server.url, "1", "@vera@fake.example", {"access_token": SECRET}, call())
    yield Staged(account, lambda: len(server.instance.record()), spoil)
    if scenario != "nobody there":
        server.stop()
