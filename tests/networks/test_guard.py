"""Every spelling of a private address is refused, by name and by resolution, and what was judged is what is called."""

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.networks import guard
from socialq.networks.call import Call
from socialq.networks.guard import Blocked, clean_server, is_public
from tests.networks.peers import answering, peer

PUBLIC = "93.184.216.34"
SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "127.0.0.1.",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1:0:0:80ff:fffe]",
    "[fe80::1%25eth0]",
    "[fd00::1]",
    "[ff02::1]",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
    "\u2460\u2461\u2466.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "anything.localhost",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0251.0376.0251.0376",
    "224.0.0.1",
    "255.255.255.255",
    "134744072",
    "user@127.0.0.1",
    "mastodon.social@127.0.0.1",
    "mastodon.social\\@127.0.0.1",
    "127.0.0.1#@mastodon.social",
]


def call() -> Call:
    return Call(connect_within=0.5, total=2)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives these addresses, one list a question; the names that were asked come back."""
    asked: list[str] = []
    waiting = list(answers)

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.abuse(21)
@pytest.mark.parametrize("host", SPELLINGS)
def test_abuse_21_every_spelling_is_blocked(host: str) -> None:
    with pytest.raises(Blocked):
        clean_server(host)
    with pytest.raises(Blocked):
        clean_server(f"https://{host}/")
    with peer(answering()) as server:
        with pytest.raises((Blocked, OSError, ValueError)):
            call().session().get(f"https://{host}:{server.port}/")
        assert server.lines == []


@pytest.mark.abuse(22)
def test_abuse_22_a_name_is_resolved_once_and_the_judged_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
    with peer(answering()) as server:
        with pytest.raises(OSError):
            call().session().get(f"https://rebound.example:{server.port}/")
        assert asked == ["rebound.example"]
        assert server.lines == []


@pytest.mark.abuse(22)
@pytest.mark.parametrize(
    "found", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["fd00::1"], ["::ffff:10.0.0.1"], ["2002:a00:1::"]]
)
def test_abuse_22_one_private_address_among_public_ones_blocks_all(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    resolving(monkeypatch, found)
    with pytest.raises(Blocked):
        call().session().get("https://both.example/")


@pytest.mark.abuse(22)
def test_abuse_22_only_ipv6_is_judged_like_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["2606:4700::6810:85e5"])
    assert guard.resolve("six.example", 443, allow_private=False)[0].family == socket.AF_INET6
    resolving(monkeypatch, ["::1"])
    with pytest.raises(Blocked):
        guard.resolve("six.example", 443, allow_private=False)


@pytest.mark.abuse(22)
@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://mastodon.social/", "gopher://mastodon.social/", "http://mastodon.social/"]
)
def test_abuse_22_only_https(url: str) -> None:
    with pytest.raises((Blocked, ValueError)):
        call().session().get(url)
    with pytest.raises(Blocked):
        clean_server(url)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://Mastodon.Social/ ", "https://mastodon.social"),
        ("mastodon.social.", "https://mastodon.social"),
        ("mastodon.social:443", "https://mastodon.social"),
        ("mastodon.social:8443", "https://mastodon.social:8443"),
        ("b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("8.8.8.8", "https://8.8.8.8"),
        ("[2606:4700:0:0::1]", "https://[2606:4700::1]"),
    ],
)
def test_what_people_type_gets_one_spelling(typed: str, base: str) -> None:
    assert clean_server(typed) == base
    assert clean_server(base) == base


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "a b.example", "https://", "mastodon.social/@vera", "@vera@mastodon.social", "mastodon.social?x=1",
     "mastodon.social:port", "mastodon.social:99999", "-", "a..example", "[::1", "x" * 300 + ".example"],
)  # fmt: skip
def test_what_is_no_server_gets_one_sentence(typed: str) -> None:
    with pytest.raises(Blocked) as caught:
        clean_server(typed)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_private_hosts_where_they_are_allowed() -> None:
    assert clean_server("http://127.0.0.1:3000/", allow_private=True) == "http://127.0.0.1:3000"
    assert clean_server("localhost", allow_private=True) == "https://localhost"
    assert guard.resolve("localhost", 80, allow_private=True)
    with pytest.raises(Blocked):
        clean_server("file:///etc/passwd", allow_private=True)


def embedded(number: int) -> list[ipaddress.IPv6Address]:
    """All IPv6 forms that carry this IPv4 address."""
    mapped, nat64 = 0xFFFF << 32 | number, 0x64FF9B << 96 | number
    sixtofour, teredo = 0x2002 << 112 | number << 80, 0x20010000 << 96 | 0x08080808 << 64 | (number ^ 0xFFFFFFFF)
    return [ipaddress.IPv6Address(one) for one in (number, mapped, nat64, sixtofour, teredo)]


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8")
       | st.ip_addresses(v=4, network="100.64.0.0/10") | st.ip_addresses(v=4, network="169.254.0.0/16"))  # fmt: skip
def test_no_disguise_makes_a_private_address_public(address: ipaddress.IPv4Address) -> None:
    assert not any(is_public(one) for one in [address, *embedded(int(address))])


@given(st.ip_addresses())
def test_every_address_gets_a_verdict(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_public(address) in (True, False)


@given(st.text())
def test_any_text_gets_a_base_url_or_a_sentence(text: str) -> None:
    try:
        base = clean_server(text)
    except Blocked:
        return
    assert clean_server(base) == base


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_let_through(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
