"""CI's gate: a skipped test, a failed one, or none at all, is a red run."""

from pathlib import Path

import pytest

from tests.tools.no_skips import main


@pytest.mark.parametrize(
    ("cases", "code", "said"),
    [
        ('<testcase name="a"/>', 0, "1 passed, 0 failed, 0 skipped"),
        ('<testcase name="a"/><testcase name="b"><skipped message="no server"/></testcase>', 1, "no server"),
        ('<testcase name="a"><failure/></testcase>', 1, "0 passed, 1 failed, 0 skipped"),
        ("", 1, "no test ran"),
    ],
)
def test_the_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str], cases: str, code: int, said: str) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    assert main(file) == code
    assert said in capsys.readouterr().out
