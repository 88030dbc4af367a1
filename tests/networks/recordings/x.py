"""What can happen between us and X, played by the fake one on loopback, with the bodies that X documents."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from socialq.networks.base import Account
from tests.networks.contract import REMOTE, SECRET, Staged, call
from tests.networks.fake_x import ME, FakeX

KIND = REMOTE
POSTS = "/2/tweets"
RATE = {
    "Date": "Mon, 02 Nov 2026 10:00:00 GMT", "x-rate-limit-limit": "100", "x-rate-limit-remaining": "0",
    "x-rate-limit-reset": "1793614200",
}  # fmt: skip
BLANK = {"type": "about:blank"}
CAP = {
    "account_id": 1, "product_name": "pay-per-use", "title": "UsageCapExceeded", "period": "Monthly", "scope": "Product",
    "detail": "Usage cap exceeded: Monthly product cap", "type": "https://api.twitter.com/2/problems/usage-capped",
}  # fmt: skip


def status(code: int, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {"type": "status", "status": code, "body": body, "headers": headers}


EFFECTS: dict[str, dict[str, Any]] = {
    "rejected": status(403, BLANK | {"title": "Forbidden", "status": 403, "detail": f"You may not do this {SECRET}"}),
    "rate limited": status(
        429, BLANK | {"title": "Too Many Requests", "status": 429, "detail": "Too Many Requests"}, **RATE
    ),
    "usage cap": status(429, CAP),
    "revoked": status(401, BLANK | {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}),
    "server error": status(
        503, BLANK | {"title": "Service Unavailable", "status": 503, "detail": "Service Unavailable"}
    ),
    "timeout": {"type": "hang", "seconds": 30},
    "cut answer": {"type": "cut"},
    "unreadable": {"type": "garbage"},
    "dripping": {"type": "drip"},
}


@contextmanager
def stage(scenario: str, folder: Path) -> Iterator[Staged]:
    """An account on a fake server that behaves from the final call on as the scenario says."""
    server = FakeX().start()
    server.instance.doors.tokens = {SECRET}

    def spoil() -> None:
        if scenario == "nobody there":
            server.stop()
        elif scenario in EFFECTS:
            server.behave("POST", POSTS, EFFECTS[scenario])

    account = Account(server.url, ME, "@vera", {"access_token": SECRET}, call())
    yield Staged(account, lambda: len(server.instance.record()), spoil)
    assert server.instance.objections == []
    if scenario != "nobody there":
        server.stop()
