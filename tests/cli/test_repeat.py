"""`--repeat` and `delivery resolve`: asked first, done when it is said; in one process, for the words are the same."""

import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from socialq.cli import main

Run = Callable[..., tuple[int, str, str]]
POST = ("post", "add", "--client", "1", "--channel", "1", "--text", "Vers brood", "--at")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("SOCIALQ_DATA_DIR", str(tmp_path))

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as done:
            main(arguments)
        said = capsys.readouterr()
        return int(str(done.value.code)), said.out, said.err

    assert command("client", "add", "Bakkerij")[0] == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"any")))
    channel = "channel", "add", "--client", "1", "--network", "practice", "--handle", "brood", "--token-stdin"
    assert command(*channel)[0] == 0
    return command


def test_the_same_text_is_asked_about(run: Run, tmp_path: Path) -> None:
    assert run(*POST, "2031-10-07T09:00:00+02:00")[0] == 0
    code, _, err = run(*POST, "2031-10-07T12:00:00+02:00")
    assert code == 2 and err == (
        "The same text is scheduled on @brood already: Tue 7 Oct, 09:00 (Amsterdam). "
        "Nothing was done: add --repeat to plan it all the same.\n"
    )
    assert len(json.loads(run("post", "list", "--json")[1])) == 1
    assert run(*POST, "2031-10-07T12:00:00+02:00", "--repeat")[0] == 0
    rows = sqlite3.connect(tmp_path / "socialq.sqlite3")
    rows.execute("UPDATE deliveries SET state = 'failed' WHERE id = 1")
    rows.commit()
    assert "add --repeat to send it" not in run("delivery", "resolve", "1", "retry", "--attempt", "1")[2]  # stale
    rows.execute("UPDATE deliveries SET scheduled_at = '2026-01-01 00:00:00.000000' WHERE id = 2")
    rows.execute(
        "UPDATE deliveries SET state = 'published', remote_id = '9', "
        "published_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = 2"
    )
    rows.commit()
    rows.close()
    code, _, err = run("delivery", "resolve", "1", "retry", "--attempt", "0")
    assert code == 2 and "The same text went out on @brood" in err and "add --repeat to send it" in err
    assert json.loads(run("delivery", "resolve", "1", "retry", "--repeat", "--json")[1])["state"] == "scheduled"
