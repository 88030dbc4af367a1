"""What needs a person, as rows for the white sheet: open incidents in words, with what can be done about each. Changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.models import Incident
from socialq.publishing import unreached
from socialq.services.i18n import Words
from socialq.services.incident_words import Case, Told, told
from socialq.web import need_buttons, reach
from socialq.web.house import House, house, network
from socialq.web.need_buttons import Button
from socialq.web.shown import Who

KINDS = {  # as the macro `need` calls them, in the order in which they stand on the sheet
    "nothing_going_out": "failed", "moved": "unknown", "breaker": "failed",
    "delivery_unsure": "unknown", "second_copy": "unknown", "delivery_rejected": "failed",
    "delivery_repeat": "held",
    "delivery_missed": "missed", "channel_missed": "missed",
    "channel_disconnected": "disconnected", "host_silent": "disconnected", "budget_spent": "expires", "money_spent": "expires",
    "access_ends": "expires", "not_approved": "waits", "approved_too_late": "approved",
    "approved_not_scheduled": "approved", "report_failed": "failed", "mail_unsure": "unknown", "mail_failed": "failed",
    "mail_server": "failed", "clock_off": "expires", "journal_unreadable": "failed",
}  # fmt: skip
ADVISED = frozenset(
    {
        "nothing_going_out",
        "host_silent",
        "budget_spent",
        "money_spent",
        "clock_off",
        "mail_server",
        "journal_unreadable",
    }
)  # nothing here to press: the advice is said


@dataclass(frozen=True)
class Need:
    """One row. `parts`: (when and where, address) of what is folded into it."""

    id: str
    kind: str
    title: str
    text: str
    client: Who
    when: str
    network: tuple[str, str] | None = None
    buttons: tuple[Button, ...] = ()
    parts: list[tuple[str, str]] = field(default_factory=list)


def needs(session: Session, home: House, words: Words) -> list[Need]:
    """The member's, the gravest kind first. A client's missed slots are one row, whatever their number."""
    query = select(Incident).where(Incident.resolved_at.is_(None), reach.seen_by(Incident.client_id))
    found = sorted(session.scalars(query), key=_rank)
    rows = []
    for key, group in groupby(found, key=_row_of):
        same = list(group)
        rows.append(_need(session, same[0], home, words) if len(same) == 1 else _folded(key[0], same, home, words))
    return rows


def missed_there(session: Session, channel_id: int, words: Words) -> list[tuple[str, str]]:
    """What missed its slot while the channel was not connected: (when, address)."""
    mine = (
        Incident.subject == f"channel:{channel_id}",
        Incident.kind == unreached.KIND,
        Incident.resolved_at.is_(None),
    )
    incident = session.scalars(select(Incident).where(*mine)).first()
    return _listed(session, incident, house(session), words) if incident else []


def stands_still(last: datetime | None, home: House, words: Words) -> Need:
    """Nobody else can open an incident then: whoever would is what stands still."""
    since = home.when(last, words) if last else ""
    return Need(
        "need-beat", "failed", words.text("Publishing stands still"),
        words.text("Nothing goes out until socialq and its workers run again: start them."), home.of(None),
        words.text("since %(time)s", time=since) if since else "",
    )  # fmt: skip


def _rank(incident: Incident) -> tuple[int, int, int]:
    kinds = list(KINDS)
    kind = kinds.index(incident.kind) if incident.kind in KINDS else len(kinds)
    missed = incident.client_id or 0 if incident.kind == "delivery_missed" else 0
    return kind, missed, incident.id


def _row_of(incident: Incident) -> tuple[str, int, int]:
    if incident.kind == "delivery_missed":
        return incident.kind, incident.client_id or 0, 0
    return incident.kind, incident.client_id or 0, incident.id


def _need(session: Session, incident: Incident, home: House, words: Words) -> Need:
    said = _told(incident, home, words)
    buttons = need_buttons.of(session, incident, words)
    text = f"{said.body} {said.advice}" if incident.kind in ADVISED or not buttons else said.body
    parts = _listed(session, incident, home, words)
    return Need(
        f"need-{incident.id}", KINDS.get(incident.kind, "unknown"), said.title, text, home.of(incident.client_id),
        _when(incident, home, words), _network(incident.facts), buttons, parts,
    )  # fmt: skip


def _listed(session: Session, incident: Incident, home: House, words: Words) -> list[tuple[str, str]]:
    """What missed its slot with its channel, and still wants a decision."""
    open_ = unreached.failed(session, incident.facts)
    found = [one for one in incident.facts.get("deliveries", []) if one["delivery_id"] in open_]
    at = [(datetime.fromisoformat(one["scheduled_at"]), one) for one in found]
    by_time = sorted(at, key=lambda one: one[0])
    return [(home.when(moment, words), need_buttons.delivery(one)) for moment, one in by_time]


def _told(incident: Incident, home: House, words: Words) -> Told:
    who = home.of(incident.client_id)
    case = Case(incident.kind, incident.subject, incident.facts, incident.opened_at, who.name, home.zone)
    return told(words, case, {key: network(key)[1] for key in reach.parts().networks})


def _folded(kind: str, same: list[Incident], home: House, words: Words) -> Need:
    title = words.plural("%(n)s post missed its slot", "%(n)s posts missed their slot", len(same))
    text = words.text("There is nothing online. Pick another time for each, or leave it out.")
    by_time = sorted(same, key=lambda one: str(one.facts.get("scheduled_at", "")))
    parts = [(_part(one, home, words), need_buttons.delivery(one.facts)) for one in by_time]
    who = home.of(same[0].client_id)
    return Need(f"need-{kind}-{who.id}", KINDS[kind], title, text, who, _since(same, home, words), parts=parts)


def _part(incident: Incident, home: House, words: Words) -> str:
    known = _network(incident.facts)
    return ", ".join(part for part in (_when(incident, home, words), known[1] if known else "") if part)


def _since(same: Iterable[Incident], home: House, words: Words) -> str:
    return words.text("since %(time)s", time=home.when(min(one.opened_at for one in same), words))


def _when(incident: Incident, home: House, words: Words) -> str:
    """The time that was promised; of what has none, since when it is so."""
    at = incident.facts.get("scheduled_at")
    if at and incident.kind != "channel_disconnected":
        return home.when(datetime.fromisoformat(at), words)
    return words.text("since %(time)s", time=home.when(incident.opened_at, words))


def _network(facts: dict[str, Any]) -> tuple[str, str] | None:
    key = facts.get("network")
    return network(str(key)) if key else None
