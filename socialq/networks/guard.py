"""Which addresses may be called: the guard for every server that a person types. Looks names up, never connects."""

import re
import socket
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address as IPv4
from ipaddress import IPv6Address as IPv6
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from socialq.errors import BadInput

SCHEMES = {"https": 443, "http": 80}
GLOBAL_V6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")
CLOSED = [  # closed whatever this Python's own lists say
    ip_network(text)
    for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "3fff::/20")
]


class Blocked(BadInput):
    """This address must not be called; the text is one sentence for a person."""


@dataclass(frozen=True)
class Target:
    """One resolved address: what `socket.socket` and `connect` want. Connecting to it asks no name server again."""

    family: int
    address: tuple[Any, ...]


def clean_server(text: str, *, allow_private: bool = False) -> str:
    """What a person typed ("mastodon.social", "https://mastodon.social/") as a base URL without a slash at its end.

    Raises Blocked with one sentence; `allow_private` also lets http and private names through. Asks no name server."""
    typed = text.strip()
    if not typed or re.search(r"[\s\\\x00-\x1f\x7f]", typed):
        raise Blocked("Give the address of the server, for example mastodon.social.")
    parts = _split(typed if "://" in typed else f"https://{typed}")
    check_scheme(parts.scheme, allow_private=allow_private)
    if (
        "@" in parts.netloc
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or "?" in typed
        or "#" in typed
    ):
        raise Blocked("Give only the address of the server, for example mastodon.social.")
    host = check_name(parts.hostname or "", allow_private=allow_private)
    port = _port(parts)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, SCHEMES[parts.scheme]) else f":{port}")


def check_scheme(scheme: str, *, allow_private: bool) -> None:
    """Only https; http where private hosts are allowed. Raises Blocked."""
    if scheme.lower() != "https" and not (allow_private and scheme.lower() == "http"):
        raise Blocked("Only addresses that begin with https:// can be called.")


def check_name(host: str, *, allow_private: bool) -> str:
    """The host in its one right spelling (lower case, no dot at the end, punycode). Raises Blocked for odd or private ones."""
    plain = _ascii(host)
    number = _literal(plain)
    if number is None and not re.fullmatch(
        r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", plain
    ):
        raise Blocked("This is not the address of a server; check its spelling.")
    if not allow_private and (number is not None and not is_public(number) or _is_local(plain)):
        raise Blocked("This address lies in a private network and cannot be called.")
    return str(number) if number is not None else plain


def resolve(host: str, port: int, *, allow_private: bool) -> list[Target]:
    """Look the name up, once. Every address must be public, or none is given.

    Raises Blocked, and socket.gaierror when the name does not exist."""
    name = check_name(host, allow_private=allow_private)
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    targets = [
        Target(family, address) for family, _, _, _, address in found if family in (socket.AF_INET, socket.AF_INET6)
    ]
    if not targets:
        raise Blocked("This server has no address on the internet.")
    if not allow_private and not all(is_public(_address(str(target.address[0]))) for target in targets):
        raise Blocked("This address lies in a private network and cannot be called.")
    return targets


def is_public(address: IPv4 | IPv6) -> bool:
    """Reachable on the internet and nobody's own: every IPv4 address that hides in an IPv6 one is judged too."""
    if any(address in network for network in CLOSED if network.version == address.version):
        return False
    if isinstance(address, IPv6):
        hidden = _hidden(address)
        if hidden:
            return all(is_public(one) for one in hidden)
        if address not in GLOBAL_V6:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _hidden(address: IPv6) -> list[IPv4]:
    """The IPv4 addresses inside: mapped, compatible, 6to4, Teredo, NAT64."""
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    if address in NAT64 or address in COMPATIBLE:
        return [IPv4(int(address) & 0xFFFFFFFF)]
    return []


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise Blocked("This is not the address of a server; check its spelling.") from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise Blocked("The port behind the server's address is not a number up to 65535.") from None


def _ascii(host: str) -> str:
    """Full-width digits and letters folded, then punycode."""
    folded = unicodedata.normalize("NFKC", host).strip("[]").lower().rstrip(".")
    if folded.isascii():
        return folded
    try:
        return folded.encode("idna").decode("ascii")
    except UnicodeError:
        raise Blocked("This is not the address of a server; check its spelling.") from None


def _literal(host: str) -> IPv4 | IPv6 | None:
    """The address that the host spells out. Raises Blocked for decimal, octal, hexadecimal and shortened spellings."""
    if ":" in host:
        return _address(host)
    last = host.rpartition(".")[2]
    if not re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        return None
    return _address(host)


def _address(text: str) -> IPv4 | IPv6:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        raise Blocked("This is not the address of a server; check its spelling.") from None


def _is_local(name: str) -> bool:
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".localdomain", ".home.arpa"))
