"""Vera's desk on the web: forms of the composer as a browser sends them, pictures, what is stored afterwards."""

from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import select
from werkzeug.test import TestResponse

from socialq.models import Client, Post
from socialq.wiring import Parts
from tests.factories import Practice, image_bytes
from tests.web.door import Browser


def form(practice: Practice, **values: object) -> dict[str, object]:
    given = {
        "client": practice.client.id,
        "channels": list(practice.channels),
        "text": "Vers brood",
        "form_token": "t" * 32,
    }
    return given | values


def day(practice: Practice, ahead: int = 3) -> str:
    return f"{practice.parts.db.now() + timedelta(days=ahead):%Y-%m-%d}"


def posts(parts: Parts) -> list[Post]:
    with parts.db.read() as session:
        return list(session.scalars(select(Post).order_by(Post.id)))


def the_post(parts: Parts) -> Post:
    (one,) = posts(parts)
    return one


def upload(browser: Browser, client_id: int) -> dict[str, object]:
    answer = send_picture(browser, client_id)
    assert answer.status_code == 201
    made: dict[str, object] = answer.get_json()
    return made


def send_picture(browser: Browser, client_id: int, data: bytes | None = None, name: str = "brood.png") -> TestResponse:
    path = f"/media?{urlencode({'client': client_id, 'name': name})}"
    headers = {"X-CSRF-Token": browser.token(), "Content-Type": "application/octet-stream"}
    return browser.bare_post(path, data or image_bytes(), headers=headers)  # type: ignore[arg-type]


def another(parts: Parts) -> int:
    with parts.db.begin() as session:
        other = Client(name="Kapsalon", timezone="Europe/Amsterdam", language="nl", created_at=parts.db.now())
        session.add(other)
        session.flush()
        return other.id
