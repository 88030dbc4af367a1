"""Every route of the application with ids filled in, taken from its URL map: a route that comes later is walked too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from socialq.db import now
from socialq.models import Client, ConnectLink, Delivery, Incident, MemberSession, NetworkApp, Record, Report
from socialq.services.incidents import open_incident
from socialq.wiring import Parts
from tests.factories import Practice, dump, make_practice

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Without a member by design: health for machines, files for everybody, the door itself. Whoever adds one, thinks twice.
OPEN = {
    "health.healthz", "health.readyz", "measures.show", "static", "fetched.show", "reports.plotly", "session.new", "session.create",
    "first_run.show", "first_run.create",
    "password_resets.new", "password_resets.create", "password_resets.asked", "password_resets.edit", "password_resets.update",
    "by_link.show", "by_link.create", "by_link.choice", "by_link.choose", "by_link.thanks", "authorizations.callback",
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One method of one route."""

    endpoint: str
    method: str
    path: str
    named: bool  # whether an id stands in it


def calls(app: Flask, ids: Mapping[str, object]) -> Iterator[Call]:
    """KeyError for a kind of id that `Belongings.ids` does not have yet: add it there."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: ids[name] for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            path = adapter.build(rule.endpoint, values, method=method)
            yield Call(rule.endpoint, method, path, bool(rule.arguments))


@dataclass
class Belongings:
    """Vera's practice with one of everything, and a client that is Stan's."""

    practice: Practice
    other: int
    ids: Mapping[str, object]

    def form(self) -> dict[str, object]:
        """What somebody would send who wants at these records."""
        told = {name: str(value) for name, value in self.ids.items() if name.endswith("_id")}
        many = {
            name.removesuffix("_id") + "s": [str(value)] for name, value in self.ids.items() if name.endswith("_id")
        }
        return {
            **told,
            **many,
            "role": "owner",
            "state": "approved",
            "approved_at": "2026-01-01T00:00:00Z",
            "text": "Hallo",
        }


def belongings(parts: Parts, member_id: int) -> Belongings:
    """The ids are those of URL parameters; `member_id` is Vera's."""
    practice = make_practice(parts)
    post = practice.scheduled()
    picture = practice.picture()
    with parts.db.begin() as session:
        other = Client(name="Eigen", timezone="Europe/Amsterdam", language="nl", created_at=now(session))
        session.add(other)
        open_incident(session, "failed", "delivery:1", practice.client.id, {})
        session.flush()
        incident = session.scalars(select(Incident.id)).first()
        delivery = session.scalars(select(Delivery.id).where(Delivery.post_id == post.id)).first()
        signed_in = session.scalars(select(MemberSession.id).where(MemberSession.member_id == member_id)).first()
        report = Report(
            client_id=practice.client.id, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31), due_at=now(session),
            created_at=now(session),
        )  # fmt: skip
        app = NetworkApp(
            network="mastodon", server="https://m.example", client_id="c", client_secret=b"s", returns_to="", created_at=now(session)
        )  # fmt: skip
        link = ConnectLink(
            token_hash="0" * 64, client_id=practice.client.id, network="mastodon", email="nadia@bakkerij.example", language="nl",
            asked_by="member:1", asked_at=now(session), expires_at=now(session) + timedelta(days=7),
        )  # fmt: skip
        session.add_all([report, app, link])
        session.flush()
        ids = {
            "client_id": practice.client.id, "channel_id": practice.channels[0], "post_id": post.id, "media_id": picture.media_id,
            "delivery_id": delivery, "incident_id": incident, "member_id": member_id, "session_id": signed_in,
            "report_id": report.id, "app_id": app.id, "link_id": link.id, "key": "needing", "token": "A" * 43, "filename": "none.css",
            "until": "1", "signature": "A" * 43, "name": f"{'a' * 32}.jpg",
        }  # fmt: skip
    return Belongings(practice, other.id, ids)


def rows(parts: Parts, but: tuple[str, ...] = ()) -> dict[str, list[tuple[object, ...]]]:
    """Everything stored; `but` names tables that may change."""
    assert set(but) <= set(Record.metadata.tables)
    return {name: found for name, found in dump(parts).items() if name not in but}
