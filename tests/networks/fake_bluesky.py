"""A Bluesky server on loopback, threaded and scripted: for what the real one does not do on demand (hang, drip, cut, revoke, expire)."""

from datetime import timedelta

from tests.networks.fake_repo import Repo
from tests.networks.fake_server import FakeServer

PASSWORD = "aaaa-bbbb-cccc-dddd"
PUT = "/xrpc/com.atproto.repo.putRecord"
REFRESH = "/xrpc/com.atproto.server.refreshSession"
LOG_IN = "/xrpc/com.atproto.server.createSession"


class FakeBluesky(FakeServer):
    """Log-in service, account server and AppView in one."""

    instance: Repo

    def __init__(self, port: int = 0, lives: timedelta = timedelta(hours=2)) -> None:
        super().__init__(port)
        self.instance = Repo(self.url, PASSWORD, lives)

    def paths(self) -> list[str]:
        """The methods that were called, without their prefix."""
        return [path.rpartition(".")[2] for _, path in self.requests]
