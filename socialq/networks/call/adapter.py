"""requests over our own connections: one exchange a request, the whole answer read under limits, the socket closed at once."""

import ssl
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util import Retry
from urllib3.util.ssl_ import create_urllib3_context

from socialq.networks import guard
from socialq.networks.call.connection import PlainConnection, TlsConnection
from socialq.networks.call.exchange import Exchange
from socialq.networks.call.witness import WITNESS

BLOCK = 65536


class Heard(Protocol):
    """Told after each request: whether it was answered, or ran out of time."""

    def __call__(self, *, answered: bool) -> None: ...


class Overrun(requests.exceptions.ReadTimeout):
    """The call was ended by our own watchdog. What the peer has done is not known."""


class TooBig(requests.exceptions.RequestException):
    """The answer is larger than anything that a network sends."""


class Session(requests.Session):
    """Uses nothing of the environment and goes nowhere else than it was sent."""

    def __init__(self, adapter: "Adapter") -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        for scheme in guard.SCHEMES:
            self.mount(f"{scheme}://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Never: an answer that points elsewhere is handed back as it is, whatever a library asked for."""
        return None


class Adapter(HTTPAdapter):
    """`exchange` makes the bounds of one request; `trust` is the file of authorities; `body_limit` counts unpacked bytes; `heard`
    is told how each request ended."""

    def __init__(self, exchange: Callable[[], Exchange], *, trust: str, body_limit: int, heard: Heard) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=Retry(0, read=False, redirect=False))
        self._make = exchange
        self._heard = heard
        self._exchange = exchange()
        self._trust = trust
        self._body_limit = body_limit

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Time-outs, proxies and verification are ours; what a library asks for is not heard."""
        try:
            response = self._exchanged(request)
        except requests.exceptions.Timeout:
            self._heard(answered=False)
            raise
        self._heard(answered=True)
        return response

    def _exchanged(self, request: requests.PreparedRequest) -> requests.Response:
        exchange = self._exchange = self._make()
        guard.check_scheme((request.url or "").partition(":")[0], allow_private=exchange.allow_private)
        request.headers["Connection"] = "close"
        try:
            response = super().send(request, stream=True, timeout=exchange.total, verify=True, proxies={})
            WITNESS.hear(
                urlsplit(str(request.url)).netloc, response.headers.get("Date", ""), response.elapsed.total_seconds()
            )
            _read(response, self._body_limit)
        except Exception as error:
            if exchange.overran and not isinstance(error, TooBig):
                raise Overrun("the server did not finish its answer in time", request=request) from None
            raise
        finally:
            exchange.close()
            self.poolmanager.clear()
        if exchange.overran:
            raise Overrun("the server did not finish its answer in time", request=request)
        return response

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> HTTPConnectionPool:
        """A pool for one request, whose only connection is ours."""
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*args, **options)  # type: ignore[assignment]
        kind = TlsConnection if pool.scheme == "https" else PlainConnection
        pool.ConnectionCls = partial(kind, exchange=self._exchange)  # type: ignore[assignment]
        return pool

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: str | tuple[str, str] | None = None
    ) -> Any:
        """With the context that is made once a process: reading the authorities costs more than a whole call."""
        host, _tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": _context(self._trust)} if host["scheme"] == "https" else {}

    def cert_verify(self, conn: Any, *_: Any) -> None:
        """Certificates are always required; the context knows the authorities."""
        conn.cert_reqs = "CERT_REQUIRED"


@cache
def _context(trust: str) -> ssl.SSLContext:
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(trust)
    return context


def _read(response: requests.Response, limit: int) -> None:
    """The whole body, unpacked, into the response. Raises TooBig past the limit: a bomb is not unpacked further."""
    found = bytearray()
    for block in response.iter_content(BLOCK):
        found += block
        if len(found) > limit:
            raise TooBig(f"the answer is larger than {limit} bytes", response=response)
    response._content = bytes(found)
