"""The one way to make pages, mails and reports from templates/: escaped, nothing undefined, in the reader's language."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import escape

from socialq.services.i18n import Words, filled

TEMPLATES = Path(__file__).parents[2] / "templates"
FILTERS = {  # in a template: the method of Words
    "date": "date", "time": "time", "moment": "moment", "month": "month", "weekday": "weekday", "span": "span",
    "city": "city", "number": "number", "signed": "signed", "percent": "percent", "listed": "list",
}  # fmt: skip


def render(name: str, words: Words, **values: Any) -> str:
    """The template in that language, for mails and whatever else is no page. Values are escaped, except in a `.txt`."""
    return _shared(words.language).get_template(name).render(**values)


def environment(language: str | None = None) -> Environment:
    """A new one. With a language, `words` is there in imported macros too; else it comes with `render(words=…)`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=escaped, undefined=StrictUndefined, trim_blocks=True
    )
    equip(made)
    if language is not None:
        made.globals["words"] = Words(language)
    return made


def equip(environment: Environment) -> None:
    """Gives any environment (Flask's too) `_`, `ngettext`, `pgettext` and the filters. They look for `words` in the context,
    then among the environment's globals; it may be anything that has the methods of Words (a proxy, say)."""
    environment.globals |= {"_": _text, "ngettext": _plural, "pgettext": _within}
    environment.filters |= {name: _filter(method) for name, method in FILTERS.items()}


def escaped(name: str | None) -> bool:
    """Everything but plain text (the other half of a mail)."""
    return not (name or "").endswith(".txt")


@lru_cache(maxsize=8)
def _shared(language: str) -> Environment:
    return environment(language)


@pass_context
def _text(context: Context, msgid: str, **values: Any) -> str:
    return _fill(context, _words(context).raw(msgid), values)


@pass_context
def _plural(context: Context, one: str, many: str, n: int, **values: Any) -> str:
    words = _words(context)
    return _fill(context, words.raw_plural(one, many, n), {"n": words.number(n), **values})


@pass_context
def _within(context: Context, within: str, msgid: str, **values: Any) -> str:
    return _fill(context, _words(context).raw(msgid, within), values)


def _filter(method: str) -> Callable[..., str]:
    @pass_context
    def call(context: Context, value: Any, *more: Any, **options: Any) -> str:
        said: str = getattr(_words(context), method)(value, *more, **options)
        return said

    return call


def _fill(context: Context, raw: str, values: dict[str, Any]) -> str:
    """The translation is escaped before its values come in, and each value by itself: one that is Markup stays as it is."""
    text = _words(context).wrapped(raw)
    return filled(escape(text), values) if context.eval_ctx.autoescape else filled(text, values)


def _words(context: Context) -> Words:
    words = context.get("words")
    if words is None:
        raise TypeError(
            "no `words` here: hand them to render(), make them a global, or import the macro `with context`"
        )
    found: Words = words
    return found
