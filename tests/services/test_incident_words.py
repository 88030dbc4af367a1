"""Every incident that the code can open has words in both languages: what happened, where, whether it is out, what to do."""

import ast
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from socialq.errors import Moment, Repeats
from socialq.services.i18n import LANGUAGES, Words
from socialq.services.incident_words import KINDS, Case, told
from socialq.services.reasons import KNOWN, reason
from socialq.services.refusals import kept
from tests.structure.tree import PRODUCT, modules, name, parsed

AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)
NAMES = {"mastodon": "Mastodon"}
DELIVERY = {
    "delivery_id": 9, "post_id": 7, "client": "De Korenaar", "channel": "korenaar", "channel_id": 3, "network": "mastodon",
    "scheduled_at": AT.isoformat(), "reason": "the server answered 500", "url": "https://mastodon.example/@korenaar/1",
}  # fmt: skip
CHANNEL = {name: DELIVERY[name] for name in ("client", "channel", "channel_id", "network")}
FACTS: dict[str, dict[str, Any]] = {
    "nothing_going_out": {"since": AT.isoformat(), "waiting": 3},
    "clock_off": {"seconds": -12.5},
    "report_failed": {"report_id": 4, "reason": "it was begun 3 times and never ended"},
    "approved_too_late": {"reason": "its time was 2026-12-03T08:00+00:00"},
    "approved_not_scheduled": {"reason": "The text has 12 characters too many."},
    "mail_failed": {"recipient": "nadia@bakkerij.example", "mail_subject": "Vijf berichten", "reason": ""},
    "mail_unsure": {"recipient": "nadia@bakkerij.example", "mail_subject": "Vijf berichten", "reason": ""},
    "moved": {"waiting": 3, "since": AT.isoformat()},
    "host_silent": {"host": "mastodon.example"},
    "breaker": {**DELIVERY, "limit": 25},
    "access_ends": {**CHANNEL, "step": "day", "ends_at": AT.isoformat()},
    "channel_missed": {**CHANNEL, "missed": 2, "deliveries": []},
    "budget_spent": {**DELIVERY, "until": AT.isoformat()},
    "money_spent": {"client": "De Korenaar", "currency": "USD", "cap": 2500, "month": "2026-12"},
    "not_approved": {"step": "hours", "state": "in_review", "scheduled_at": AT.isoformat()},
    "journal_unreadable": {"file": "0a1b.json", "folder": "/srv/data/journal"},
    "mail_server": {"reason": "mail.example does not answer at port 587."},
}
EMPTY = {
    "nothing_going_out",
    "clock_off",
    "mail_failed",
    "mail_unsure",
    "mail_server",
    "journal_unreadable",
    "moved",
    "host_silent",
}  # of no client


def case(kind: str, **facts: Any) -> Case:
    known = FACTS.get(kind, DELIVERY)
    return Case(kind, "delivery:9", known | facts, AT, "" if kind in EMPTY else "De Korenaar", "Europe/Amsterdam")


def opened() -> dict[str, str]:
    """Kinds that the code opens, and where. What is no literal is followed to the one place that names it."""
    found = {}
    for file in modules(*PRODUCT):
        tree = parsed(file)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).rpartition(".")[2] == "open_incident":
                found |= {kind: f"{name(file)}:{call.lineno}" for kind in kinds(tree, call.args[1])}
    return found


def kinds(tree: ast.Module, given: ast.expr) -> list[str]:
    match ast.unparse(given):
        case "settlement.incident":  # domain.delivery decides it
            return [kind for file in modules(*PRODUCT) for kind in arguments(parsed(file), "Settlement", 2)]
        case "kind":
            return arguments(tree, "_without_time", 2)
        case written if isinstance(given, ast.Constant):
            return [ast.literal_eval(written)]
        case written:
            pairs = [
                (target, node.value)
                for node in tree.body
                if isinstance(node, ast.Assign)
                for target in node.targets
            ]  # fmt: skip
            return [constant(written, target, value) for target, value in pairs if written in ast.unparse(target)]


def constant(wanted: str, target: ast.expr, value: ast.expr) -> str:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        names = [ast.unparse(one) for one in target.elts]
        return str(ast.literal_eval(value.elts[names.index(wanted)]))
    return str(ast.literal_eval(value))


def arguments(tree: ast.Module, function: str, place: int) -> list[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == function]
    given = [call.args[place] for call in calls if len(call.args) > place]
    return [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_every_kind_that_the_code_can_open_has_words() -> None:
    found = opened()
    assert {"delivery_rejected", "approved_too_late", "nothing_going_out", "clock_off", "second_copy"} <= found.keys()
    assert {kind: where for kind, where in found.items() if kind not in KINDS} == {}
    assert KINDS.keys() - found.keys() == set(), "words for what cannot happen"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_words_are_whole_sentences_without_jargon(kind: str, language: str) -> None:
    said = told(Words(language), case(kind), NAMES)
    assert said.title
    assert said.title[-1] not in ".!?"
    assert said.advice.endswith(".")
    assert said.body.endswith((".", "/1"))
    whole = f"{said.title} {said.where} {said.body} {said.advice}"
    assert "!" not in whole
    assert not {"%(", "None", "_", "{", "T08:00"} & {
        part for part in ("%(", "None", "_", "{", "T08:00") if part in whole
    }
    if kind not in EMPTY:
        assert "De Korenaar" in said.where


def test_the_words_of_the_mock_ups() -> None:
    said = told(Words("nl"), case("delivery_unsure", reason="the server did not answer in time"), NAMES)
    assert said.title == "Controleer of hij online staat"
    assert said.where == "De Korenaar, Mastodon @korenaar, do 3 dec, 09:00 (Amsterdam)"
    assert said.body == (
        "De server antwoordde niet op tijd. Misschien staat hij er al; er gaat niets opnieuw uit tot jij kijkt."
    )
    assert told(Words("en"), case("delivery_missed"), NAMES).title == "Missed its slot, not published"


def test_reasons_are_said_in_the_readers_language_and_foreign_words_are_quoted() -> None:
    dutch = Words("nl")
    assert reason(dutch, "the server answered 503") == "De server antwoordde 503."
    assert reason(dutch, "The server refuses the post: Text <b>too long</b>") == (
        "De server weigert het bericht: “Text <b>too long</b>”."
    )
    assert reason(dutch, "it could not be read back: the server did not answer in time") == (
        "We konden niet nakijken of het er staat: de server antwoordde niet op tijd."
    )
    assert reason(dutch, "Quota exceeded %(x)s") == "Het antwoord was: “Quota exceeded %(x)s”."
    assert reason(dutch, "") == ""
    assert all(Words("nl").knows(known) for known in KNOWN)


def test_why_it_was_not_scheduled_is_said_in_the_readers_language() -> None:
    moment = Moment(AT, "Europe/Amsterdam")
    error = Repeats("The same text went out on %(channel)s: %(moment)s.", channel="@brood", moment=moment)
    stored = json.loads(json.dumps(kept(error)))
    said = told(Words("nl"), case("approved_not_scheduled", reason=str(error), refusal=stored), NAMES)
    assert said.body.startswith("Dezelfde tekst is al geplaatst op @brood: do 3 dec, 09:00 (Amsterdam). ")
    assert str(error) == "The same text went out on @brood: Thu 3 Dec, 09:00 (Amsterdam)."


def test_a_kind_without_words_is_told_all_the_same() -> None:
    said = told(Words("nl"), case("surprise"), NAMES)
    assert (said.title, "surprise" in said.body) == ("Iets vraagt je aandacht", True)
