"""Where X sees a link: npm twitter-text 3.1.0 rule by rule, over UTF-16 code units as there. Works on what `units` makes."""

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache

from socialq.networks.text.x_data import DOMAINS, DOMAINS_BESIDES

LONGEST = 4096  # of a link
_LONGEST_LABEL, _LONGEST_SLUG = 63, 40
# In more than that without a space only links with https:// are looked for: all others would take seconds.
_LONGEST_RUN = 2000

_SPACE = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVALID = r"\ufffe\ufeff\uffff"
_MARKS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_OUT = rf"!'#%&()*+,\\./:;<=>?@\[\]\^{{|}}~${_SPACE}{_INVALID}{_MARKS}"
_CHAR = rf"[^{_OUT}_\-]"
_LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    r"\u02bb\u0300-\u036f\u1e00-\u1eff"
)
# Letters whose capital is among those of the classes: they match where case does not count.
_ALIKE = r"\u2c65\u2c66\u2c7e\u2c7f\u0399\u03b9\u1fbe\u1c80-\u1c87"
_LETTERS = rf"a-z0-9\u0400-\u04ff{_LATIN}{_ALIKE}"
_PATH = rf"[{_LETTERS}!*';:=+,.$/%#\[\]\-\u2013_~@|&]"
_PARENS = rf"\((?:{_PATH}+|{_PATH}*\({_PATH}+\){_PATH}*)\)"
_PATHS = rf"(?:{_PATH}*(?:{_PARENS}{_PATH}*)*[{_LETTERS}+\-=_#/]|{_PARENS}|@{_PATH}+/)"
_QUERY = r"\?[a-z0-9!?*'@():;&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"
_PUNYCODE = r"xn--[\-0-9a-z]+"


def _one_of(names: list[str]) -> str:
    """In the order of the list, tried by their first letter."""
    by_first: dict[str, list[str]] = {}
    for name in names:
        by_first.setdefault(name[0], []).append(re.escape(name[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())


_ENDING = (
    rf"(?:(?:{_one_of(DOMAINS.split())}|(?u:{_one_of(DOMAINS_BESIDES.split())}))(?=[^0-9a-zA-Z@+-]|\Z)|{_PUNYCODE})"
)
_SUBDOMAINS = rf"(?:(?:{_CHAR}[^{_OUT}]*)?{_CHAR}\.)*"
_DOMAIN = rf"{_SUBDOMAINS}(?:{_CHAR}[^{_OUT}_]*)?{_CHAR}\.{_ENDING}"
_FLAGS = re.IGNORECASE | re.ASCII

_SHORTENED = re.compile(rf"https?://t\.co/([a-z0-9]+)(?:{_QUERY})?", _FLAGS)
_PROTOCOL = re.compile("https?://", _FLAGS)
_RUN = re.compile(rf"[{_SPACE}]?[^{_SPACE}]+")  # the space before it may be what stands before a link
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


# With 1,500 endings these three take a moment to make ready: only in a process that counts for X.
@lru_cache(maxsize=1)
def _link() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<before>[^A-Za-z0-9@\uff20$#\uff03{_INVALID}]|^)"
        rf"(?P<url>(?P<protocol>https?://)?(?P<domain>{_DOMAIN})(?::[0-9]+)?(?P<path>/{_PATHS}*)?(?:{_QUERY})?)",
        _FLAGS,
    )


@lru_cache(maxsize=1)
def _ascii_domain() -> re.Pattern[str]:
    return re.compile(rf"(?:[\-a-z0-9{_LATIN}{_ALIKE}]+\.)+{_ENDING}", _FLAGS)


@lru_cache(maxsize=1)
def _dot_ending() -> re.Pattern[str]:
    return re.compile(rf"\.{_ENDING}", _FLAGS)


def units(text: str) -> str:
    """The text with every code unit of UTF-16 as a character of its own."""
    return "".join(map(chr, array("H", text.encode("utf-16", "surrogatepass"))[1:]))


def links(text: str) -> Iterator[tuple[int, int]]:
    """Start and length of each, in order."""
    for run in _RUN.finditer(text):
        for found in _found(run.group()):
            yield from ((run.start() + start, length) for start, length in _of(found))


def _found(run: str) -> Iterator[re.Match[str]]:
    if not _dot_ending().search(run):
        return
    if len(run) <= _LONGEST_RUN:
        yield from _link().finditer(run)
        return
    end = 0
    for protocol in _PROTOCOL.finditer(run):
        found = _link().match(run, max(end, protocol.start() - 1))
        if found and found["protocol"]:
            end = found.end()
            yield found


def _of(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    url, domain, protocol = found["url"], found["domain"], found["protocol"]
    if not _valid(domain) or len(protocol or "https://") + len(url) > LONGEST:
        return
    if not protocol:
        if not found["before"].endswith(("-", "_", ".", "/")):
            yield from _bare(found)
        return
    shortened = _SHORTENED.match(url)
    if shortened is None:
        yield found.start("url"), len(url)
    elif len(shortened[1]) <= _LONGEST_SLUG:
        yield found.start("url"), shortened.end()


def _bare(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Without https://, only the ASCII domains in it are links; the last one has the path."""
    domain, url = found["domain"], found["url"]
    spans = [(one.start(), len(one.group())) for one in _ascii_domain().finditer(domain)]
    if spans and found["path"]:
        spans[-1] = (spans[-1][0], len(url) - len(domain) + spans[-1][1])
    yield from ((found.start("domain") + start, length) for start, length in spans)


def _valid(domain: str) -> bool:
    if domain.startswith("xn--") and not _ascii_domain().search(domain):
        return False
    return all(_encoded(label) <= _LONGEST_LABEL for label in domain.split("."))


def _encoded(label: str) -> int:
    """The length that a name server would be asked with."""
    if len(label) > 2 * _LONGEST_LABEL:
        return len(label)
    whole = array("H", map(ord, label)).tobytes().decode("utf-16-le" if _LITTLE else "utf-16-be", "surrogatepass")
    return len(".".join(_name(one) for one in _DOTS.split(whole)))


def _name(part: str) -> str:
    printable = all(" " <= char <= "~" for char in part)
    return part if printable else "xn--" + part.encode("punycode").decode("ascii")


_LITTLE = array("H", b"\x01\x00")[0] == 1
