"""A Mastodon server on loopback, threaded and scripted: what mastodon-mock lacks (URL = 23, 202 and 206, hanging, dripping, cutting).

`python -m tests.networks.fake_mastodon PORT`; GET /_fake/statuses, POST /_fake/behaviour {match, effect, count}, POST /_fake/reset."""

import sys
from contextlib import suppress
from typing import Any

from tests.networks.fake_instance import Instance
from tests.networks.fake_server import FakeServer

TOKEN = "fake-token"


class FakeMastodon(FakeServer):
    """`settings` are those of Instance."""

    instance: Instance

    def __init__(self, port: int = 0, **settings: Any) -> None:
        super().__init__(port)
        self.instance = Instance(self.url, TOKEN, **settings)


def main() -> None:
    server = FakeMastodon(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(server.url, flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever(0.05)


if __name__ == "__main__":
    main()
