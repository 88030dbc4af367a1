"""A browser at the door of one installation: keeps cookies, sends the CSRF token of the page, signs in as one of the cast."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from socialq.app import create_app
from socialq.members import add_member, hash_of
from socialq.models import Member, MemberClient
from socialq.wiring import Parts
from tests.cast import Person
from tests.compiled import keep_compiled

PASSWORD = "canary battery staple"
HASH = hash_of(PASSWORD)
keep_compiled()
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


class Browser:
    """One browser. `post` brings the token unless told not to; `address` is from where it asks."""

    def __init__(self, app: Flask, base_url: str = "http://localhost", address: str = "192.0.2.7") -> None:
        self.client: FlaskClient = app.test_client()
        self.base_url, self.address = base_url, address
        self._token = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._open("GET", path, **options)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        return self._open("POST", path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def bare_post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Without a token."""
        return self._open(options.pop("method", "POST"), path, data=data, **options)

    def token(self) -> str:
        """From the pages that everybody has."""
        if not self._token:
            found = _TOKEN.search(self.get("/me").text) or _TOKEN.search(self.get("/sign-in").text)
            found = found or _TOKEN.search(self.get("/first-run").text)
            assert found, "no page with a form"
            self._token = found[1]
        return self._token

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        answer = self.post("/session", {"email": email, "password": password})
        self._token = ""
        return answer

    def forget_token(self) -> None:
        """After something that changed the session."""
        self._token = ""

    def cookie(self, name: str = "socialq") -> str:
        found = self.client.get_cookie(name, "localhost")
        return found.value if found else ""

    def _open(self, method: str, path: str, **options: Any) -> TestResponse:
        options.setdefault("base_url", self.base_url)
        environment = {"REMOTE_ADDR": self.address, **options.pop("environ_overrides", {})}
        return self.client.open(path, method=method, environ_overrides=environment, **options)


@contextmanager
def opened(parts: Parts, **settings: Any) -> Iterator[Flask]:
    """The application on these parts; settings may differ."""
    app = create_app(parts.settings.model_copy(update=settings))
    app.testing = False
    yield app
    app.extensions["socialq"].db.dispose()


def join(parts: Parts, person: Person, clients: Iterable[int] = ()) -> int:
    """A member of the cast, with PASSWORD; `clients` of an assistant."""
    with parts.db.begin() as session:
        made = add_member(session, person.email, person.role, HASH, "cli", person.name)
        session.add_all(MemberClient(member_id=made.id, client_id=one) for one in clients)
        return made.id


def member(parts: Parts, person: Person) -> Member:
    with parts.db.read() as session:
        return session.scalars(select(Member).where(Member.email == person.email)).one()
