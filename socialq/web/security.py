"""What every answer carries (CSP with a nonce, and the other headers), and which hosts are answered at all. Knows no page."""

import hashlib
import hmac
import re
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from socialq.crypto import load_keys
from socialq.settings import Settings
from socialq.web import cookies, csrf, gate, reach

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
LARGEST_ID = 2**31 - 1
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
YEAR = 31_536_000


class WrongHost(BadRequest):
    """Asked under a name that is not ours."""


class Id(IntegerConverter):
    """`<int:…>` in a URL: what no database holds is not found, before anybody asks one."""

    def __init__(self, map: Map, max: int = LARGEST_ID) -> None:
        super().__init__(map, max=max)


def secure(app: Flask, settings: Settings) -> None:
    """Host, gate and CSRF before every view, in this order; headers after it."""
    app.url_map.converters["int"] = Id
    kept = [hmac.digest(key, b"cookies", hashlib.sha256) for key in load_keys(settings.data_dir)]
    app.secret_key, *older = [settings.secret_key] if settings.secret_key else kept
    app.config["SECRET_KEY_FALLBACKS"] = older  # after a rotation
    app.config.update(
        SESSION_COOKIE_NAME=f"{cookies.name(settings)}-page", SESSION_COOKIE_SECURE=cookies.secure(settings),
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", MAX_FORM_MEMORY_SIZE=gate.FORM_BYTES,
    )  # fmt: skip
    if settings.trusted_proxies:  # never the host: links come from BASE_URL
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    app.before_request(_check_host)
    gate.keep(app)
    csrf.keep(app)
    app.after_request(_with_headers)


def csp_nonce() -> str:
    """For `<script nonce=…>` and `<style nonce=…>`; another one for every answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _check_host() -> None:
    """BASE_URL's and loopback's; health may be asked under any, it makes no links."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "without_member", False):
        return
    asked = _HOST.fullmatch(request.environ.get("HTTP_HOST", ""))
    own = urlsplit(reach.parts().settings.base_url).hostname or ""
    if asked is None or asked[1].strip("[]").lower() not in {*LOOPBACK, own}:
        raise WrongHost


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    if cookies.secure(reach.parts().settings):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("Cookie", "Accept-Language"))
    return response
