"""The way to a Mastodon server and back, as a browser goes it: out by our page, yes over there, back with a code."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import select

from socialq.models import Channel
from socialq.wiring import Parts
from tests.web.door import Browser

CALLBACK = "/connect/mastodon/callback"


def out(browser: Browser, path: str, server: str, *, by_link: bool = False) -> str:
    """Where the page sends her; the same as its link. `by_link`: the page that a client has, which knows its network."""
    form = {"server": server} if by_link else {"network": "mastodon", "server": server}
    page = browser.post(path, form)
    assert page.status_code == 200, page.text
    address = page.headers["Refresh"].partition("url=")[2]
    assert urlsplit(address).path == "/oauth/authorize"
    assert address.replace("&", "&amp;") in page.text
    return address


def yes(address: str, username: str = "alice") -> str:
    """Says yes on the server; the path with which its browser comes back to us."""
    asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"])
    picker = httpx.get(address, trust_env=False)
    assert picker.status_code == 200
    form = {name: asked[name] for name in ("redirect_uri", "client_id", "scope", "state")} | {"username": username}
    answer = httpx.post(address.partition("?")[0], data=form, trust_env=False)
    assert answer.headers["Location"].startswith("http://127.0.0.1:8000" + CALLBACK)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


def channels(parts: Parts) -> list[Channel]:
    """What is connected by now."""
    with parts.db.read() as session:
        return list(session.scalars(select(Channel).order_by(Channel.id)))
