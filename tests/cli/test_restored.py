"""`socialq restored`, `socialq delivery confirm`, `socialq channel limit`: in this process, on the installation of a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from socialq.cli import main
from tests.usecases.line import Line, make_line


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    made = make_line(tmp_path / "data", "")
    monkeypatch.setenv("SOCIALQ_DATA_DIR", str(tmp_path / "data"))
    yield made
    made.worker.close()
    made.parts.db.dispose()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int | str | None, Any, str]:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    told = capsys.readouterr()
    return ended.value.code, json.loads(told.out) if told.out else None, told.err


def test_yes_and_no_on_the_command_line(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    go, leave, looking = (line.schedule(text, late=-60) for text in ("ga", "weg", "nog niet"))
    assert said(capsys, "restored") == (0, {"waiting": 3}, "")
    code, _, told = said(capsys, "delivery", "confirm", str(go))
    assert code == 2 and "looked up" in told
    for one in (go, leave):
        line.set(one, confirm_found="absent")
    assert said(capsys, "delivery", "confirm", str(leave), "--leave")[1] == {"confirmed": [], "left": [leave]}
    line.set(looking, confirm_found="near")
    assert said(capsys, "delivery", "confirm", "--all")[1] == {"confirmed": [go], "left": []}, (
        "what is not certain is named"
    )
    states = [(line.get(one).state, line.get(one).confirm_at is None) for one in (go, leave, looking)]
    assert states == [("scheduled", True), ("failed", True), ("scheduled", False)]
    code, _, told = said(capsys, "delivery", "confirm", str(go))
    assert code == 2 and "does not wait" in told
    assert said(capsys, "delivery", "confirm")[0] == said(capsys, "delivery", "confirm", "1", "--all")[0] == 2


def test_a_channel_may_have_more_posts(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "channel", "limit", str(line.channel_id), "40")[1]["posts_an_hour"] == 40
    code, _, told = said(capsys, "channel", "limit", str(line.channel_id), "0")
    assert code == 2 and "from 1 to" in told
