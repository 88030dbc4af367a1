"""The demo served under its own BASE_URL, so that other sites can send a browser back; with networks that are only in tests."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from socialq.app import create_app
from socialq.networks.base import Network
from socialq.settings import Settings
from socialq.wiring import open_parts
from tests.browser.worlds import FILLED, Quiet, World
from tests.cli.desk import closed_port


@contextmanager
def served(folder: Path, networks: Mapping[str, Network] | None = None, **settings: Any) -> Iterator[World]:
    """Its address is what it calls itself in links."""
    address = f"http://127.0.0.1:{(port := closed_port())}"
    chosen: dict[str, Any] = {
        "data_dir": folder,
        "allow_private_hosts": True,
        "base_url": address,
        "log_level": "WARNING",
    }
    parts = open_parts(Settings(**chosen | settings))
    owner = FILLED["demo"](parts)
    app = create_app(parts.settings)
    inside = app.extensions["socialq"]
    app.extensions["socialq"] = replace(inside, networks={**inside.networks, **(networks or {})})
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield World("demo", address, parts, owner)
    server.shutdown()
    thread.join()
    server.server_close()
    inside.db.dispose()
    parts.db.dispose()
