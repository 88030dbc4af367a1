"""Error pages: a sentence in the reader's language with what to do, whatever happens; never a trace, never a bare 500."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update

from socialq.db import now
from socialq.errors import Unavailable
from socialq.models import MemberSession
from socialq.services.catalog import load
from socialq.web import assets
from socialq.wiring import Parts
from tests.cast import VERA
from tests.structure.tree import ROOT, parsed
from tests.web.door import Browser, join, opened

REFUSE_SQLITE = ["CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'disk is full'); END"]
REFUSE_POSTGRESQL = [
    "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER full_disk BEFORE UPDATE ON sessions EXECUTE FUNCTION refuse()",
]


def test_not_found_in_both_languages(parts: Parts, vera: Browser, omar: Browser) -> None:
    assert "There is nothing here" in omar.get("/nothing").text
    dutch = omar.get("/nothing", headers={"Accept-Language": "nl"})
    assert (dutch.status_code, "Hier is niets" in dutch.text) == (404, True)
    assert vera.get("/me/sessions/end").status_code == 405


def test_too_large(vera: Browser) -> None:
    answer = vera.post("/me", {"name": "x" * (2 << 20), "language": "nl"})
    assert (answer.status_code, "too large" in answer.text) == (413, True)


def test_a_fault_has_a_number_and_no_trace(app: Flask, vera: Browser) -> None:
    def broken() -> str:
        raise RuntimeError("canary")

    app.view_functions["person.show"] = broken
    answer = vera.get("/me")
    assert (answer.status_code, "fault of the program" in answer.text) == (500, True)
    assert "canary" not in answer.text and "Traceback" not in answer.text


def test_even_without_styles_the_sentence_comes(monkeypatch: pytest.MonkeyPatch, vera: Browser) -> None:
    def missing() -> dict[str, str]:
        raise Unavailable("The styles are not built.")

    monkeypatch.setattr(assets, "_addresses", missing)
    answer = vera.get("/me")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "The styles are not built." in answer.text


def test_a_database_that_is_not_ready_is_said(parts: Parts, omar: Browser) -> None:
    join(parts, VERA)
    with parts.db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        if not parts.db.sqlite:
            session.execute(text("DROP TABLE connect_choices, connect_ways"))
        session.execute(text("DROP TABLE sessions"))
    omar.client.set_cookie("socialq", "A" * 43)
    answer = omar.get("/sign-in")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "being brought up to date" in answer.text


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path, parts: Parts) -> None:
    url = "postgresql+psycopg://vera:canary@127.0.0.1:1/none"
    with opened(parts, data_dir=tmp_path, database_url=url) as app:
        answer = Browser(app).get("/sign-in")
    assert answer.status_code == 503
    assert "canary" not in answer.text


def test_when_last_seen_cannot_be_written_she_still_gets_in(parts: Parts, vera: Browser) -> None:
    """A full disk, say: the page that tells her so must be readable."""
    with parts.db.begin() as session:
        session.execute(update(MemberSession).values(seen_at=now(session) - timedelta(days=1)))
        for statement in REFUSE_SQLITE if parts.db.sqlite else REFUSE_POSTGRESQL:
            session.execute(text(statement))
    answer = vera.get("/me")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_what_use_cases_of_members_say_has_a_dutch_sentence() -> None:
    dutch, said = load("nl"), []
    refusals = {"BadInput", "NotFound", "NotAllowed", "Unavailable"}
    for file in [*(ROOT / "socialq" / "members").glob("*.py"), ROOT / "socialq" / "errors.py"]:
        for node in ast.walk(parsed(file)):
            named = isinstance(node, ast.Call) and ast.unparse(node.func) in refusals | {"super().__init__"}
            if named and isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                said.append(node.args[0].value)
    assert len(said) > 15
    assert [one for one in said if dutch.text(one) is None] == []
