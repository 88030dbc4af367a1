"""The import contracts: kept by the tree, and each one seen to fail when it is broken on purpose."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests.structure.tree import PRODUCT, ROOT

CONTRACTS = {
    one["id"]: one["name"]
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# contract, then modules of which each imports the next (made where they are not there)
BREAKS = [
    ("rooms", "socialq.clock", "socialq.settings"),
    ("rooms", "socialq.planning.slip", "socialq.publishing"),
    ("rooms", "socialq.models.slip", "socialq.networks.base"),
    ("rooms", "socialq.wiring", "socialq.web"),
    ("rooms", "socialq.domain.slip", "socialq.models"),
    ("workers-above", "socialq.publishing.slip", "workers"),
    ("no-web-below", "workers.slip", "flask"),
    ("no-web-below", "socialq.cli.slip", "socialq.app"),
    ("no-cli-in-workers", "workers.slip", "socialq.cli"),
    ("services", "socialq.services.storage", "socialq.services.incidents"),
    ("networks", "socialq.networks.practice", "socialq.networks.mastodon"),
    ("flask", "socialq.models.slip", "flask"),
    ("queue", "socialq.planning.slip", "rq"),
    ("light-web", "socialq.web.slip", "pandas"),
    ("light-web", "socialq.web.slip", "socialq.planning.slip", "pandas"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The two packages and the contracts, to be broken."""
    for package in PRODUCT:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "versions"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path) -> Mapping[str, bool]:
    """Name of contract → kept. Empty when the linter could not even start to compare."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, env={"COLUMNS": "500"})
    found = re.findall(r"(?m)^(.+?) (KEPT|BROKEN)\b", done.stdout)
    assert found or done.returncode, done.stderr
    return {contract: word == "KEPT" for contract, word in found}


def add_import(tree: Path, module: str, target: str) -> None:
    base = tree / module.replace(".", "/")
    file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    with file.open("a") as text:
        text.write(f"\nimport {target}\n")


def test_the_tree_keeps_every_contract() -> None:
    assert lint(ROOT) == dict.fromkeys(CONTRACTS.values(), True)


@pytest.mark.parametrize("broken", BREAKS, ids="-".join)
def test_a_break_is_seen(copy: Path, broken: tuple[str, ...]) -> None:
    contract, *chain = broken
    for module, target in pairwise(chain):
        add_import(copy, module, target)
    assert lint(copy)[CONTRACTS[contract]] is False


@pytest.mark.parametrize("room", ["socialq/attic.py", "socialq/services/attic.py"])
def test_a_module_without_a_room_is_seen(copy: Path, room: str) -> None:
    (copy / room).write_text("")
    contract = "services" if "services" in room else "rooms"
    assert lint(copy).get(CONTRACTS[contract]) is not True


def test_every_contract_is_broken_here() -> None:
    assert {contract for contract, *_ in BREAKS} == set(CONTRACTS)
