"""Finds text that no catalog went through: of a page in the pseudo-language xx, whatever a person sees or hears outside ⟦…⟧."""

from html.parser import HTMLParser

SPOKEN = (
    "alt",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "title",
    "label",
)
SPOKEN_OF_INPUTS = {"submit", "button", "reset"}  # their value is what stands on them
SILENT = {"script", "style", "template", "noscript"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FOREIGN = "data-text"  # on an element whose text comes from people: names, posts, addresses
NAMES = frozenset({"socialq"})


def untranslated(html: str, names: frozenset[str] = NAMES) -> list[str]:
    """Pieces of text with letters in them, in order; `names` are words that stay the same in every language."""
    page = _Page()
    page.feed(html)
    page.close()
    return [left for piece in page.pieces if any(map(str.isalpha, left := _outside(piece, names)))]


def _outside(piece: str, names: frozenset[str]) -> str:
    """What stands outside ⟦…⟧ (they may stand inside one another), without the names."""
    depth, kept = 0, ""
    for letter in piece:
        depth += (letter == "⟦") - (letter == "⟧")
        kept += letter if depth == 0 and letter != "⟧" else ""
    for name in names:
        kept = kept.replace(name, "")
    return " ".join(kept.split())


class _Page(HTMLParser):
    """Collects the pieces; a text that is broken by inline elements comes as several."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []  # element, whether its text is left out
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        quiet = self._quiet() or FOREIGN in given
        if not quiet:
            self._attributes(tag, given)
        if tag not in VOID:
            self._open.append((tag, quiet or tag in SILENT))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._quiet() and FOREIGN not in dict(attrs):
            self._attributes(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        """A bracket that opened before an inline element (a link inside a sentence) is still open in it."""
        if self._quiet():
            return
        self.pieces.append("⟦" * self._depth + data + "⟧" * max(0, self._depth + data.count("⟦") - data.count("⟧")))
        self._depth = max(0, self._depth + data.count("⟦") - data.count("⟧"))

    def _attributes(self, tag: str, given: dict[str, str | None]) -> None:
        self.pieces += [value for name in SPOKEN if (value := given.get(name))]
        if tag == "input" and given.get("type") in SPOKEN_OF_INPUTS:
            self.pieces.append(given.get("value") or "")
        if tag == "meta" and given.get("name") == "description":
            self.pieces.append(given.get("content") or "")

    def _quiet(self) -> bool:
        return bool(self._open) and self._open[-1][1]
