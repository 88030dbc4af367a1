"""The HTML of a status back into the text as it was written. Knows how Mastodon shortens links; trusts nothing in it."""

from html.parser import HTMLParser

BREAKS = {"p": "\n\n", "div": "\n", "li": "\n", "blockquote": "\n"}


def as_written(content: str) -> str:
    """Paragraphs and breaks as newlines, links in full, mentions and hashtags as their text."""
    parser = _Writer()
    parser.feed(content)
    parser.close()
    parser.handle_endtag("a")  # a link that nobody closed
    return "".join(parser.parts).strip()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._href: str | None = None
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "br":
            self.handle_data("\n")
        elif tag == "a":
            marked = {"mention", "hashtag"} & set((found.get("class") or "").split())
            self._href, self._inside = ("" if marked else found.get("href") or ""), []

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            text, href, self._href = "".join(self._inside), self._href, None
            self.parts.append(_link(text, href))
        elif tag in BREAKS:
            self.parts.append(BREAKS[tag])

    def handle_data(self, data: str) -> None:
        (self.parts if self._href is None else self._inside).append(data)


def _link(text: str, href: str) -> str:
    """Mastodon hides parts of a link but keeps them in its text; others shorten it, then the address itself is meant."""
    if text.startswith(("http://", "https://")) and not text.endswith("…"):
        return text
    shortened = text.rstrip("…").strip()
    return href if href.startswith(("http://", "https://")) and shortened and shortened in href else text
