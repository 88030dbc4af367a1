"""Every text that the product says, taken from templates and modules. `python -m tests.tools.texts` lists those without Dutch."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import babel_extract

from socialq.services.catalog import Catalog, load
from tests.structure.tree import PRODUCT, modules, name, parsed, under

SPOKEN = {
    "text": 1,
    "raw": 1,
    "plural": 2,
    "raw_plural": 2,
}  # methods of Words, and how many of their arguments are texts
IN_TEMPLATES = {"_": 1, "ngettext": 2, "pgettext": 2}


@dataclass(frozen=True)
class Text:
    """`plural` is empty for a text with one form."""

    msgid: str
    plural: str
    context: str | None
    where: str


def texts() -> list[Text]:
    """All of them, in the order of their files."""
    found = [
        text
        for file in under("templates", suffix=".html") + under("templates", suffix=".txt")
        for text in _template(file)
    ]
    return found + [text for file in modules(*PRODUCT) for text in in_module(parsed(file), name(file))]


def in_module(tree: ast.Module, file: str) -> Iterator[Text]:
    """What `words.text("…")`, `.plural(…)`, `.within(…)` and `mark("…")` say in a module, and its constants where it makes
    sentences of them with `Said`."""
    yield from _constants(tree, file)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            literal = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            receiver, _, method = called.rpartition(".")
            spoken = receiver.lower().endswith("words")
            where = f"{file}:{node.lineno}"
            if method == "mark" and literal:
                yield Text(literal[0], "", None, where)
            elif spoken and method in SPOKEN and len(literal) >= SPOKEN[method]:
                yield Text(literal[0], literal[1] if SPOKEN[method] == 2 else "", None, where)
            elif spoken and method == "within" and len(literal) >= 2:
                yield Text(literal[1], "", literal[0], where)


def _constants(tree: ast.Module, file: str) -> Iterator[Text]:
    imported = {one.name for node in tree.body if isinstance(node, ast.ImportFrom) for one in node.names}
    if "Said" not in imported or "mark" in imported:
        return
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value:
            yield Text(value.value, "", None, f"{file}:{node.lineno}")


def missing(found: list[Text], catalog: Catalog) -> list[str]:
    """One line for each text that has no translation."""
    return [
        f"{text.where}: {text.msgid}"
        for text in found
        if (catalog.plural(text.msgid, 2) if text.plural else catalog.text(text.msgid, text.context)) is None
    ]


def _template(file: Path) -> Iterator[Text]:
    with file.open("rb") as opened:
        for line, function, message, _comments in babel_extract(opened, list(IN_TEMPLATES), [], {"silent": "false"}):
            told = [one for one in ([message] if isinstance(message, str) else message or []) if one is not None]
            where = f"{name(file)}:{line}"
            if len(told) < IN_TEMPLATES[function]:
                continue  # a variable: whoever fills it has marked its texts
            if function == "pgettext":
                yield Text(told[1], "", told[0], where)
            else:
                yield Text(told[0], told[1] if function == "ngettext" else "", None, where)


if __name__ == "__main__":
    print("\n".join(missing(texts(), load("nl"))) or "Every text has a Dutch translation.")
