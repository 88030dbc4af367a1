"""What a pasted link says about a post, per network: its id on this very account, or nothing."""

from pathlib import Path

import pytest

from socialq.networks.base import discover
from socialq.networks.besides import CanRecognize

DID = "did:plc:fakefakefakefakefakefake"
RKEY = "3mk2222222222"
MASTODON = ("mastodon", "https://social.example", "77", "@Vera@example")
BLUESKY = ("bluesky", "https://bsky.social", DID, "vera.test")
PAGE = f"https://bsky.app/profile/vera.test/post/{RKEY}"
URI = f"at://{DID}/app.bsky.feed.post/{RKEY}"


@pytest.mark.parametrize(
    ("of", "link", "remote_id", "url"),
    [
        (MASTODON, "https://social.example/@vera/1091", "1091", ""),
        (MASTODON, " https://SOCIAL.example/@Vera/1091/?x=1#a ", "1091", ""),
        (MASTODON, "https://social.example/@vera@example/1091", "1091", ""),
        (MASTODON, "https://social.example/deck/@vera/1091", "1091", ""),
        (MASTODON, "https://social.example/users/vera/statuses/1091", "1091", ""),
        (MASTODON, "https://social.example/ap/users/77/statuses/1091", "1091", ""),
        (BLUESKY, PAGE, URI, PAGE),
        (BLUESKY, f"https://bsky.app/profile/{DID}/post/{RKEY}", URI, PAGE),
        (BLUESKY, URI, URI, PAGE),
    ],
)
def test_links_of_this_account(of: tuple[str, str, str, str], link: str, remote_id: str, url: str) -> None:
    found = recognized(of, link)
    assert found and (found.remote_id, found.url) == (remote_id, url or link.strip())


@pytest.mark.parametrize(
    ("of", "link"),
    [
        (MASTODON, ""),
        (MASTODON, "https://social.example/@stan/1091"),
        (MASTODON, "https://social.example/@vera@elsewhere.example/1091"),
        (MASTODON, "https://elsewhere.example/@vera@example/1091"),
        (MASTODON, "https://social.example.evil.example/@vera/1091"),
        (MASTODON, "https://vera@social.example/@vera/1091"),
        (MASTODON, "https://social.example/ap/users/78/statuses/1091"),
        (MASTODON, "https://social.example/@vera/1091/../2"),
        (MASTODON, "https://social.example/@vera"),
        (MASTODON, "https://[social.example/@vera/1"),
        (MASTODON, "javascript://social.example/@vera/1091"),
        (BLUESKY, PAGE.replace("vera", "stan")),
        (BLUESKY, PAGE.replace("bsky.app", "bsky.app.evil.example")),
        (BLUESKY, PAGE[:-1]),
        (BLUESKY, f"at://{DID}/app.bsky.feed.like/{RKEY}"),
        (BLUESKY, f"at://{DID[:-1]}/app.bsky.feed.post/{RKEY}"),
        (BLUESKY, "https://[bsky.app/"),
    ],
)
def test_anything_else_shows_no_post_of_it(of: tuple[str, str, str, str], link: str) -> None:
    assert recognized(of, link) is None


def test_a_practice_post_is_its_file(tmp_path: Path) -> None:
    of = ("practice", str(tmp_path), "vera", "vera")
    link = (tmp_path / "vera" / "abc.json").as_uri()
    found = recognized(of, link)
    assert found and (found.remote_id, found.url) == ("abc", link)
    assert recognized(of, (tmp_path / "stan" / "abc.json").as_uri()) is None
    assert recognized(of, (tmp_path / "vera").as_uri() + "/../stan/abc.json") is None


def recognized(of: tuple[str, str, str, str], link: str):  # type: ignore[no-untyped-def]
    network = discover()[of[0]]
    assert isinstance(network, CanRecognize)
    return network.recognize(link, *of[1:])
