"""Templates: escaped by default, in the reader's language, nothing undefined; the finder of untranslated text."""

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from socialq.services import i18n
from socialq.services.catalog import Catalog
from socialq.services.i18n import Words
from socialq.services.templates import environment
from tests.web.untranslated import untranslated

AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Catalog(
        "nl", {(None, "Hello <b> %(name)s"): "Hoi <b> %(name)s"}, {"%(n)s post": ("%(n)s bericht", "%(n)s berichten")}
    )
    monkeypatch.setattr(i18n, "_dutch", lambda: found)


def made(source: str, language: str = "nl", **values: object) -> str:
    return environment().from_string(source).render(words=Words(language), **values)


@pytest.mark.abuse(16)
def test_translations_and_values_are_escaped_abuse() -> None:
    said = made('{{ _("Hello <b> %(name)s", name=name) }}', name="<script>{{ 7*7 }}%(x)s")
    assert said == "Hoi &lt;b&gt; &lt;script&gt;{{ 7*7 }}%(x)s"
    assert made('{{ _("Hello <b> %(name)s", name=name) }}', name=Markup("<i>V</i>")) == "Hoi &lt;b&gt; <i>V</i>"


def test_plurals_and_filters() -> None:
    assert made('{{ ngettext("%(n)s post", "%(n)s posts", 1200) }}') == "1.200 berichten"
    assert made('{{ at | moment("Europe/Amsterdam") }} {{ 31480 | number }} {{ ["a", "b"] | listed }}', at=AT) == (
        "do 3 dec, 09:00 (Amsterdam) 31.480 a en b"
    )


def test_nothing_undefined_and_no_language_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        made("{{ nobody }}")
    with pytest.raises(TypeError, match="no `words` here"):
        environment().from_string('{{ _("Hello") }}').render()
    assert environment("en").from_string('{{ _("Hello") }}').render() == "Hello"


def test_untranslated_text_is_found() -> None:
    page = """<html><head><title>⟦Today⟧</title><style>a{}</style></head><body>
      <h1>⟦Hello <b data-text>Vera</b>, how <a href="/x">is it</a>⟧</h1><p>Forgotten</p><p data-text>Bakkerij <b>Jansen</b></p>
      <img alt="a loaf" src="x"><input type="text" value="Bakkerij" placeholder="⟦Name⟧"><input type="submit" value="Send">
      <button title="⟦Close⟧">×</button><span>12:30 · 4</span><p>socialq</p><script>let here</script>
      <p>⟦Scheduled for ⟦Thu 3 Dec⟧⟧ soon</p></body></html>"""
    assert untranslated(page) == ["Forgotten", "a loaf", "Send", "soon"]
    assert untranslated(made('<p>{{ _("Hello") }}, {{ at | moment("UTC") }}</p>', "xx", at=AT)) == []
