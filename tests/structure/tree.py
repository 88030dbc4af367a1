"""What the structure tests look at: the project's own files and the syntax trees of its modules."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("socialq", "workers")


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git has, and what it would take."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted({ROOT / name for name in names if name and (ROOT / name).is_file()}))


def under(*folders: str, suffix: str) -> list[Path]:
    return [file for file in files() if file.suffix == suffix and file.relative_to(ROOT).parts[0] in folders]


def modules(*folders: str) -> list[Path]:
    """Python modules; migrations are left out, they grow with the tables and are never read again."""
    return [file for file in under(*folders, suffix=".py") if "versions" not in file.parts]


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports(file: Path) -> Iterator[str]:
    """Dotted names a module imports, wherever in the file; a relative import starts with its dots."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))
