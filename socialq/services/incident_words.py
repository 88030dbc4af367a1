"""What an incident says to a person: what happened, where, whether it is out, what to do. The same in mails and on pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from socialq.services import access_words, held_words
from socialq.services.consequences import behind, cut
from socialq.services.i18n import Words
from socialq.services.reasons import reason
from socialq.services.refusals import told as told_refusal

log = structlog.get_logger()


@dataclass(frozen=True)
class Case:
    """An incident as its words need it. `client` is empty for one of the whole installation; `zone` is the client's."""

    kind: str
    subject: str
    facts: Mapping[str, Any]
    opened_at: datetime
    client: str
    zone: str


@dataclass(frozen=True)
class Told:
    """`where`: "De Korenaar, Instagram, do 3 dec, 09:00 (Amsterdam)"; `body`: what happened and whether it is out."""

    title: str
    where: str
    body: str
    advice: str


def told(words: Words, case: Case, names: Mapping[str, str]) -> Told:
    """In the reader's language. `names`: what networks are called ({"mastodon": "Mastodon"})."""
    key = str(case.facts.get("network", ""))
    said = KINDS.get(case.kind, _unknown)(words, case, names.get(key, key.capitalize()))
    return Told(said[0], _where(words, case, names.get(key, key.capitalize())), said[1], said[2])


Said = tuple[str, str, str]


def _rejected(words: Words, case: Case, network: str) -> Said:
    return (
        words.text("Not published on %(network)s", network=network),
        _why(words, case, words.text("On %(network)s there is nothing.", network=network)),
        words.text("Change the post or leave it out."),
    )


def _missed(words: Words, case: Case, network: str) -> Said:
    outside = words.text(
        "It did not go out within the time that this client allows, so it stays in. There is nothing online."
    )
    known = str(case.facts.get("reason", ""))
    return (
        words.text("Missed its slot, not published"),
        outside if known in ("", "its slot passed") else _why(words, case, outside),
        words.text("Pick another time or leave it out."),
    )


def _repeat(words: Words, case: Case, _network: str) -> Said:
    moment = words.moment(datetime.fromisoformat(case.facts.get("other_at", case.opened_at.isoformat())), case.zone)
    return (
        words.text("Held: the same text is online already"),
        words.text(
            "It went out here before: %(moment)s. This one waits, so that it is not there twice.", moment=moment
        ),
        words.text("Post it anyway or leave it out."),
    )


def _unsure(words: Words, case: Case, network: str) -> Said:
    may_be = words.text("It may be online already; nothing goes out again until you have looked.")
    return (
        words.text("Check whether it is online"),
        _why(words, case, f"{may_be} {behind(words, case.facts)}".strip()),
        words.text("Look at %(network)s and say in socialq whether it is there.", network=network),
    )


def _second_copy(words: Words, case: Case, network: str) -> Said:
    url = case.facts.get("url")
    return (
        words.text("Perhaps published twice on %(network)s", network=network),
        words.text("The post is online, and another attempt turned out to have arrived too: %(url)s", url=url)
        if url
        else words.text("The post is online, and another attempt turned out to have arrived too."),
        words.text("Look at %(network)s and delete one of the two there.", network=network),
    )


def _disconnected(words: Words, case: Case, network: str) -> Said:
    return (
        words.text("%(network)s is no longer connected", network=network),
        _why(
            words,
            case,
            words.text("Posts for this channel wait and are not online. What is not out in time misses its slot."),
        ),
        words.text("Reconnect the channel."),
    )


def _silent(words: Words, case: Case, _network: str) -> Said:
    since = case.facts.get("since")
    moment = words.moment(datetime.fromisoformat(since) if since else case.opened_at, case.zone)
    return (
        words.text("Nothing is going out"),
        words.plural(
            "%(n)s post should have gone out and waits, since %(moment)s. It is not online.",
            "%(n)s posts should have gone out and wait, since %(moment)s. They are not online.",
            int(case.facts.get("waiting", 1)),
            moment=moment,
        ),
        words.text("See whether socialq and its workers are running, and start them again."),
    )


def _report(words: Words, case: Case, _network: str) -> Said:
    return (
        words.text("A report was not made"),
        _why(words, case, words.text("The client has got nothing.")),
        words.text("Make the report again."),
    )


def _too_late(words: Words, _case: Case, _network: str) -> Said:
    return (
        words.text("Approved after its time"),
        words.text("The approval came when the time of the post had passed. The approval holds, nothing is online."),
        words.text("Pick another time."),
    )


def _not_scheduled(words: Words, case: Case, _network: str) -> Said:
    why = told_refusal(words, case.facts.get("refusal", {}))
    holds = words.text("The approval holds, nothing is online.")
    return (
        words.text("Approved, but not scheduled"),
        f"{why} {holds}" if why else _why(words, case, holds),
        words.text("Put that right and pick a time."),
    )


def _mail_failed(words: Words, case: Case, _network: str) -> Said:
    return (
        words.text("A mail did not arrive"),
        _why(words, case, _mail(words, case, "failed")),
        words.text("See whether the address is right, and send it again."),
    )


def _mail_unsure(words: Words, case: Case, _network: str) -> Said:
    return (
        words.text("Perhaps a mail did not arrive"),
        _why(words, case, _mail(words, case, "unsure")),
        words.text("Ask whether it is there, or send it again."),
    )


def _mail_server(words: Words, case: Case, _network: str) -> Said:
    return (
        words.text("Mails do not leave"),
        _why(words, case, words.text("Mails wait and leave as soon as it works. Posts go out all the same.")),
        words.text("Look at the mail server in Settings and send a test mail."),
    )


def _journal(words: Words, case: Case, _network: str) -> Said:
    return (
        words.text("A file with an answer cannot be read"),
        words.text(
            "A network had answered while the database was away; socialq kept that in the file %(place)s and "
            "cannot use it. Whether the post is online is looked up again, or you are asked.",
            place=f"{case.facts.get('folder', '')}/unreadable/{case.facts.get('file', '')}",
        ),
        words.text("Look at the posts of that moment, and give the file to whoever looks after socialq."),
    )


def _unknown(words: Words, case: Case, _network: str) -> Said:
    """A kind without words is a fault of the program; a person hears of the incident all the same."""
    log.error("an incident has no words", kind=case.kind)
    return (
        words.text("Something needs you"),
        _why(words, case, words.text("socialq noted it as “%(kind)s”.", kind=case.kind)),
        words.text("Look at Today."),
    )


def _holding(say: Callable[[Words, Mapping[str, Any], str, str], Said]) -> Callable[[Words, Case, str], Said]:
    return lambda words, case, network: say(words, case.facts, network, case.zone)


KINDS: dict[str, Callable[[Words, Case, str], Said]] = {
    "delivery_rejected": _rejected,
    "delivery_missed": _missed,
    "delivery_unsure": _unsure,
    "delivery_repeat": _repeat,
    "second_copy": _second_copy,
    "channel_disconnected": _disconnected,
    "nothing_going_out": _silent,
    "report_failed": _report,
    "approved_too_late": _too_late,
    "approved_not_scheduled": _not_scheduled,
    "mail_failed": _mail_failed,
    "mail_unsure": _mail_unsure,
    "mail_server": _mail_server,
    "journal_unreadable": _journal,
    **{kind: _holding(say) for kind, say in (held_words.KINDS | access_words.KINDS).items()},
}


def _why(words: Words, case: Case, after: str) -> str:
    return f"{reason(words, str(case.facts.get('reason', '')))} {after} {cut(words, case.facts)}".strip()


def _mail(words: Words, case: Case, how: str) -> str:
    values = {"subject": case.facts.get("mail_subject", ""), "recipient": case.facts.get("recipient", "")}
    if how == "failed":
        return words.text("The mail “%(subject)s” has not reached %(recipient)s.", **values)
    return words.text(
        "%(recipient)s may have the mail “%(subject)s” already; it is not sent again by itself.", **values
    )


def _where(words: Words, case: Case, network: str) -> str:
    at = case.facts.get("scheduled_at")
    handle = str(case.facts.get("channel", ""))
    channel = f"{network} {handle if handle.startswith('@') else '@' + handle}" if network and handle else network
    moment = words.moment(datetime.fromisoformat(at), case.zone) if at else ""
    return ", ".join(part for part in (case.client, channel, moment) if part)
