"""An S3 server of somebody else's making (moto), with one bucket; in an environment of its own (`make bucket`)."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from socialq.services.storage.bucket import Place
from tests.faults.waiting import wait_until
from tests.networks.pds import free_port

PYTHON = Path(sys.prefix) / "moto" / "bin" / "python"
BUCKET = "media-of-vera"


@contextmanager
def running(log: Path) -> Iterator[Place]:
    """Skips where it is not installed."""
    if not PYTHON.exists():
        pytest.skip("no moto: make bucket")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        server = subprocess.Popen([PYTHON, "-m", "moto.server", "-p", str(port)], stdout=out, stderr=out)
        try:
            wait_until(lambda: _answers(f"{url}/moto-api/data.json"), 60, "moto does not answer")
            with closing(urlopen(Request(f"{url}/{BUCKET}", method="PUT"), timeout=30)):
                yield Place(BUCKET, url, "us-east-1", "testing", "testing-and-secret")
        finally:
            server.kill()
            server.wait()


def _answers(url: str) -> bool:
    try:
        with closing(urlopen(url, timeout=5)) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
