"""The commands at work: a client, a channel, posts; JSON for scripts, sentences for people."""

import importlib
import json
import sqlite3
from pathlib import Path

import click
import pytest

from socialq.cli import NOUNS
from tests.cli.desk import Terminal, inside, terminal
from tests.factories import image_bytes


@pytest.fixture
def vera(tmp_path: Path) -> Terminal:
    made = inside(tmp_path / "data")
    made.ok("client", "add", "Bakkerij", "--slot", "tue 09:00", "--slot", "thu 16:30")
    made.ok(
        "channel", "add", "--client", "1", "--network", "practice", "--handle", "vera", "--token-stdin", stdin="any"
    )
    return made


def test_help_is_quick_and_names_every_noun(tmp_path: Path) -> None:
    quick = "import sys, atexit; atexit.register(lambda: print(*(m for m in ('sqlalchemy', 'PIL', 'pandas') if m in sys.modules)));"
    said = terminal(tmp_path).run("--help", before=quick)
    assert said.code == 0
    assert said.out.splitlines()[-1] == ""  # nothing heavy was loaded
    assert all(f"  {noun} " in said.out for noun in NOUNS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun != "up"])
def test_every_command_answers_in_json(noun: str) -> None:
    command = getattr(importlib.import_module(f"socialq.cli.{noun}"), noun)
    leaves = command.commands.values() if isinstance(command, click.Group) else [command]
    assert all("as_json" in {option.name for option in leaf.params} for leaf in leaves)
    assert all(leaf.help for leaf in leaves)


def test_a_post_at_a_time(vera: Terminal) -> None:
    made = vera.ok(
        "post", "add", "--client", "1", "--channel", "1", "--text", "Hallo", "--at", "2031-10-07T09:00:00+02:00"
    )
    assert (made["id"], made["state"], made["scheduled_at"]) == (1, "scheduled", "2031-10-07T07:00:00+00:00")
    assert [(one["state"], one["channel_id"]) for one in made["deliveries"]] == [("scheduled", 1)]
    assert vera.ok("delivery", "list", "--client", "1", "--state", "scheduled")[0]["post_id"] == 1
    assert vera.ok("delivery", "list", "--state", "failed") == []
    said = vera.run(
        "post", "add", "--client", "1", "--channel", "1", "--text", "Nog een", "--at", "2031-10-07T09:30:00Z"
    )
    assert said.out == "Post 2 is scheduled for Tue 7 Oct 2031 11:30:00 (Europe/Amsterdam) on 1 channel.\n"
    assert [one["id"] for one in vera.ok("post", "list")] == [2, 1]


def test_now_next_slot_and_draft(vera: Terminal) -> None:
    def post(text: str, when: str) -> dict[str, object]:
        found: dict[str, object] = vera.ok("post", "add", "--client", "1", "--channel", "1", "--text", text, when)
        return found

    assert post("a", "--now")["state"] == "scheduled"
    first, second = post("b", "--next-slot"), post("c", "--next-slot")
    assert str(first["scheduled_at"]) < str(second["scheduled_at"])
    draft = post("d", "--draft")
    assert (draft["state"], draft["scheduled_at"], draft["deliveries"]) == ("draft", None, [])


def test_who_approves_first_has_it_in_review(vera: Terminal) -> None:
    vera.ok("client", "add", "Yoga", "--approval", "needed", "--slot", "mon 07:00")
    vera.ok(
        "channel", "add", "--client", "2", "--network", "practice", "--handle", "yoga", "--token-stdin", stdin="any"
    )
    made = vera.ok("post", "add", "--client", "2", "--channel", "2", "--text", "Adem in", "--next-slot")
    assert (made["state"], made["deliveries"]) == ("in_review", [])
    assert made["scheduled_at"]


def test_pictures_with_their_alt_texts_in_order(vera: Terminal, tmp_path: Path) -> None:
    for name, colour in (("een.png", "red"), ("twee.png", "blue")):
        (tmp_path / name).write_bytes(image_bytes(colour=colour))
    media = [
        word
        for name in ("een.png", "twee.png")
        for word in ("--media", str(tmp_path / name), "--alt", f"Dit is {name}")
    ]
    made = vera.ok("post", "add", "--client", "1", "--channel", "1", "--text", "", *media, "--now")
    assert made["state"] == "scheduled"
    rows, files = vera.holds()
    alts = [row for row in rows if row.startswith('INSERT INTO "revision_media"')]
    assert ["Dit is een.png" in alts[0], "Dit is twee.png" in alts[1]] == [True, True]
    assert len([name for name, _ in files if "/media/" in name]) == 2


def test_members_get_a_password_that_is_shown_once_or_their_own(vera: Terminal) -> None:
    made = vera.ok("user", "add", "Vera@Example.com", "--role", "owner")
    assert (made["email"], made["role"]) == ("vera@example.com", "owner")
    assert len(made["password"]) == 20
    own = vera.ok("user", "add", "stan@example.com", "--role", "assistant", "--password-stdin", stdin="a long canary\n")
    assert "password" not in own
    assert vera.ok("user", "reset", "stan@example.com")["password"]
    rows, _ = vera.holds()
    assert not any("canary" in row or made["password"] in row for row in rows)


def test_demo_fills_an_empty_installation_only(tmp_path: Path) -> None:
    vera = terminal(tmp_path / "data")
    made = vera.ok("demo")
    assert (made["state"], made["clients"]) == ("filled", 3)
    states = {one["state"] for one in vera.ok("post", "list")}
    assert states == {"scheduled", "in_review", "draft"}
    before = vera.holds()
    said = vera.run("demo")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert vera.holds() == before


def test_doctor_says_what_is_wrong_and_touches_nothing(tmp_path: Path, vera: Terminal) -> None:
    empty = terminal(tmp_path / "nothing")
    said = empty.run("doctor", "--json")
    assert said.code == 1
    assert not (tmp_path / "nothing").exists()
    before = vera.holds()
    told = {one["check"]: one for one in json.loads(vera.run("doctor", "--json").out)["checks"]}
    assert vera.holds() == before
    assert [told[name]["ok"] for name in ("data folder", "disk", "keys", "database", "clock", "incidents")] == [
        True
    ] * 6
    assert [told[name]["ok"] for name in ("scheduler", "publish worker")] == [False, False]
    (vera.folder / "keys").chmod(0o644)
    told = {one["check"]: one for one in json.loads(vera.run("doctor", "--json").out)["checks"]}
    assert "chmod 600" in told["keys"]["told"]


def test_numbers_and_a_report(vera: Terminal, tmp_path: Path) -> None:
    assert vera.ok("metrics", "pull", "--client", "1")[0]["state"] == "pulled"
    month = vera.ok("post", "add", "--client", "1", "--channel", "1", "--text", "nu", "--now")["scheduled_at"][:7]
    made = vera.ok("report", "build", "--client", "1", "--month", month, "--out", str(tmp_path / "out"))
    assert made["state"] == "ready"
    assert Path(made["file"]).read_text().lstrip().lower().startswith("<!doctype html>")
    assert vera.ok("report", "list")[0]["id"] == made["id"]


def test_a_network_that_gives_no_numbers_is_exit_1_and_json_still(vera: Terminal) -> None:
    made = vera.ok("post", "add", "--client", "1", "--channel", "1", "--text", "nu", "--now")
    connection = sqlite3.connect(vera.folder / "socialq.sqlite3")
    connection.execute("UPDATE deliveries SET state = 'published', remote_id = 'x', published_at = scheduled_at")
    connection.commit()
    connection.close()
    folder = vera.folder / "practice" / "vera"
    (folder / "x.json").mkdir(parents=True)
    said = vera.run("metrics", "pull", "--json")
    assert said.code == 1, made
    assert [one["state"] for one in json.loads(said.out)] == ["failed"]
