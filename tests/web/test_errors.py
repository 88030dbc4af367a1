"""Error pages: a sentence in the reader's language with what to do, whatever happens; never a trace, never a bare 500."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from socialq.errors import Unavailable
from socialq.services.catalog import load
from socialq.web import assets
from socialq.wiring import Parts
from tests.cast import VERA
from tests.structure.tree import ROOT, parsed
from tests.web.door import Browser, join, opened


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

    app.view_functions["home.show"] = broken
    answer = vera.get("/")
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


def test_a_full_disk_does_not_lock_her_out(parts: Parts, vera: Browser) -> None:
    """Last seen cannot be written; the page that says so can be read."""
    with parts.db.begin() as session:
        session.execute(text("UPDATE sessions SET seen_at = '2026-01-01'" if parts.db.sqlite else "SELECT 1"))
    assert vera.get("/me").status_code in (200, 303)


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
