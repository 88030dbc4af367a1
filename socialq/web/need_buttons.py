"""What can be done about an incident, as buttons: the likely one first. A page that is not there yet has no button."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import url_for
from sqlalchemy.orm import Session

from socialq.models import Channel, Incident
from socialq.services.i18n import Words
from socialq.web.house import house, link, network


@dataclass(frozen=True)
class Button:
    """A link, or with `post` a form of its own; `outside`: another site, in a new tab."""

    word: str
    url: str
    kind: str = ""
    post: bool = False
    outside: bool = False
    fields: dict[str, str] = field(default_factory=dict)


def of(session: Session, incident: Incident, words: Words) -> tuple[Button, ...]:
    """At most three, those without an address left out."""
    found = _held(incident, words) if incident.kind == "delivery_repeat" else _wanted(session, incident, words)
    return tuple(button for button in found if button.url)[:3]


def delivery(facts: Mapping[str, Any], anchor: str = "") -> str:
    """The page of the delivery that the facts speak of."""
    known = facts.get("delivery_id")
    return url_for("deliveries.show", delivery_id=known, _anchor=anchor or None) if known else ""


def profile(channel: Channel | None) -> str:
    """Where the account's posts can be seen, as far as that can be told from what we know."""
    if channel is None:
        return ""
    handle = quote(channel.handle.lstrip("@"))
    if channel.network == "mastodon" and channel.server:
        server = channel.server if "://" in channel.server else f"https://{channel.server}"
        return f"{server.rstrip('/')}/@{handle.split('%40')[0]}"
    return f"https://bsky.app/profile/{handle}" if channel.network == "bluesky" else ""


def _wanted(session: Session, incident: Incident, words: Words) -> list[Button]:
    facts, kind = incident.facts, incident.kind
    name = network(str(facts.get("network", "")))[1]
    look = _look(session, facts, words.text("Open %(network)s", network=name)) if name else Button("", "")
    post = _post(incident)
    match kind:
        case "delivery_unsure":
            return [
                look, Button(words.text("It is online"), delivery(facts, "online"), "" if look.url else "soft"),
                Button(words.text("It is not there"), delivery(facts, "not-there")),
            ]  # fmt: skip
        case "delivery_rejected" | "delivery_missed":
            return [
                Button(words.text("Pick another time"), delivery(facts, "moment"), "soft"),
                Button(words.text("Publish now"), delivery(facts, "now")), _seen(incident, words.text("Leave it out")),
            ]  # fmt: skip
        case "second_copy" | "journal_unreadable":
            return [look, _seen(incident, words.text("Looked at"))]
        case "channel_missed" | "access_ends":
            seen = _seen(incident, words.text("Looked at"))
            return [Button(words.text("To the channel"), _channel(incident), "soft"), seen]
        case "channel_disconnected":
            return [Button(words.text("Reconnect"), _channel(incident), "soft")]
        case "approved_too_late" | "approved_not_scheduled":
            return [Button(words.text("Pick a time"), post, "soft"), _seen(incident, words.text("Leave it out"))]
        case "report_failed":
            return [
                Button(words.text("To the report"), _report(incident), "soft"),
                _seen(incident, words.text("Looked at")),
            ]
        case "mail_failed" | "mail_unsure":
            again = _seen(incident, words.text("Send it again"), "again", "soft")
            again = again if incident.subject.startswith("mail:") else Button("", "")
            return [again, _seen(incident, words.text("Leave it"))]
        case "mail_server":
            return [Button(words.text("To Settings"), link("settings.show"), "soft")]
    return _of_guard(incident, words)


def _of_guard(incident: Incident, words: Words) -> list[Button]:
    """Where something holds posts back until somebody has looked."""
    match incident.kind:
        case "moved":
            return [Button(words.text("Go through the list"), link("confirmations.index"), "soft")]
        case "not_approved":
            seen = _seen(incident, words.text("Looked at"))
            return [Button(words.text("To the post"), _post(incident), "soft"), seen]
        case "breaker":
            channel = Button(words.text("To the channel"), _channel(incident))
            return [Button(words.text("Let it go on"), _breaker(incident), "soft", post=True), channel]
    return []


def _held(incident: Incident, words: Words) -> list[Button]:
    """The page says once more what is there already, before anything goes out."""
    page = delivery(incident.facts, "anyway")
    return [Button(words.text("Post it anyway"), page, "soft"), Button(words.text("Leave it out"), page)]


def _look(session: Session, facts: Mapping[str, Any], word: str) -> Button:
    channel = house(session).channel(facts.get("channel_id"))
    return Button(word, str(facts.get("url") or "") or profile(channel), "soft", outside=True)


def _seen(incident: Incident, word: str, choice: str = "seen", kind: str = "") -> Button:
    address = url_for("incidents.resolve", incident_id=incident.id)
    return Button(word, address, kind, post=True, fields={"choice": choice})


def _breaker(incident: Incident) -> str:
    number = incident.subject.removeprefix("channel:")
    return link("confirmations.go_on", channel_id=int(number)) if number.isdecimal() else ""


def _post(incident: Incident) -> str:
    number = incident.subject.removeprefix("post:")
    return link("posts.show", post_id=int(number)) if number.isdecimal() else ""


def _report(incident: Incident) -> str:
    number = incident.subject.removeprefix("report:")
    return link("reports.show", report_id=int(number)) if number.isdecimal() else ""


def _channel(incident: Incident) -> str:
    number = incident.subject.removeprefix("channel:")
    own = link("channels.show", channel_id=int(number)) if number.isdecimal() else ""
    return own or link("clients.show", client_id=incident.client_id)
