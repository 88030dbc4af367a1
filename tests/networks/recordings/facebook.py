"""What can happen between us and Facebook, played by the fake Graph API on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from socialq.networks.base import Account
from socialq.networks.facebook.connect import proof
from tests.networks.contract import REMOTE, SECRET, Staged, call
from tests.networks.fake_graph import NAME, PAGE, VERSION, FakeGraph, error
from tests.networks.fake_graph import SECRET as APP_SECRET

KIND = REMOTE
BUSY = '{"1001": [{"type": "pages", "call_count": 100, "total_time": 9, "estimated_time_to_regain_access": 7}]}'
EFFECTS: dict[str, dict[str, Any]] = {
    "rejected": {"status": 400, "body": error(100, None, f"(#100) Invalid parameter {SECRET}").body},
    "rate limited": {
        "status": 400, "body": error(80001, None, "There have been too many calls to this Page").body,
        "headers": {"X-Business-Use-Case-Usage": BUSY},
    },
    "revoked": {"status": 401, "body": error(190, 460, "The session has been invalidated").body},
    "server error": {"status": 500, "body": error(1, None, "An unknown error occurred", is_transient=True).body},
    "timeout": {"type": "hang", "seconds": 30},
    "cut answer": {"type": "cut"},
    "unreadable": {"type": "garbage"},
    "dripping": {"type": "drip"},
}  # fmt: skip


@contextmanager
def stage(scenario: str, folder: Path) -> Iterator[Staged]:
    """A Page on a fake server that behaves from the final call on as the scenario says."""
    server = FakeGraph().start()
    server.instance.token = SECRET

    def spoil() -> None:
        if scenario == "nobody there":
            server.stop()
        elif scenario in EFFECTS:
            server.behave("POST", f"{VERSION}/{PAGE}_", {"type": "status"} | EFFECTS[scenario])

    kept = {"access_token": SECRET, "account_id": PAGE, "appsecret_proof": proof(SECRET, APP_SECRET)}
    yield Staged(Account(server.url, PAGE, NAME, kept, call()), lambda: len(server.instance.record()), spoil)
    if scenario != "nobody there":
        server.stop()
    assert server.instance.wrong == [], "; ".join(server.instance.wrong)
