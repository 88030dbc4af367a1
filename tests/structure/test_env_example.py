""".env.example is made from the settings class: nothing missing, nothing of yesterday, every setting explained."""

import os
from pathlib import Path

import pytest

from socialq.settings import Settings
from tests.structure.tree import ROOT
from tests.tools.env_example import render


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new clone: the tree is the present folder, and the environment sets nothing."""
    monkeypatch.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("SOCIALQ_")]:
        monkeypatch.delenv(name)


def test_it_is_what_the_settings_say() -> None:
    assert (ROOT / ".env.example").read_text() == render(), "run `make env-example`"


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_program_reads_it_as_its_defaults(tmp_path: Path) -> None:
    """With every line made active, the program gets the settings that it has without the file."""
    settings = [line.removeprefix("# ") for line in render().splitlines() if line.startswith("# SOCIALQ_")]
    active = tmp_path / "active.env"
    active.write_text("\n".join(settings))
    read, plain = (Settings(_env_file=file).model_dump() for file in (active, None))
    assert read | {"data_dir": read["data_dir"].resolve()} == plain
    assert len(settings) == len(plain)
