"""Signed addresses for networks that fetch: one file, for a while; anything else is not there, and looks the same."""

import re
from datetime import timedelta

import pytest

from socialq.crypto import load_keys
from socialq.services.storage.signed import LIVES, Signed
from socialq.wiring import Parts, signed_of
from tests.cast import VERA
from tests.factories import image_bytes
from tests.web.door import Browser, join

NONCE = re.compile(r"[\w-]{22,}")  # another one in every answer, and so is the token of a form
DATA = bytes(range(256)) * 1000


@pytest.fixture
def omar(parts: Parts, omar: Browser) -> Browser:
    """Nobody's browser, at a house that has had its first run."""
    join(parts, VERA)
    return omar


@pytest.fixture
def name(parts: Parts) -> str:
    return parts.storage.put(DATA, "mp4")


@pytest.fixture
def path(parts: Parts, name: str) -> str:
    return parts.signed.address(name, parts.db.now()).removeprefix(parts.settings.base_url)


@pytest.mark.abuse(25)
def test_abuse_25_who_has_the_address_gets_the_file_as_we_stored_it(omar: Browser, path: str) -> None:
    found = omar.get(path)
    assert (found.status_code, found.mimetype, found.data) == (200, "video/mp4", DATA)
    assert (
        found.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in found.headers["Content-Security-Policy"]
    )
    assert found.headers["X-Robots-Tag"] == "noindex" and "Set-Cookie" not in found.headers
    head = omar._open("HEAD", path)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(DATA)))
    assert head.headers["Accept-Ranges"] == "bytes"


def test_parts_of_it_can_be_asked_for(omar: Browser, path: str) -> None:
    part = omar.get(path, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.data) == (206, DATA[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(DATA)}"
    assert omar.get(path, headers={"Range": "bytes=-5"}).data == DATA[-5:]
    assert omar.get(path, headers={"Range": f"bytes={len(DATA)}-"}).status_code == 416


@pytest.mark.abuse(7)
def test_abuse_7_nobody_finds_another_file_or_a_longer_life(parts: Parts, omar: Browser, path: str, name: str) -> None:
    other, now = parts.storage.put(image_bytes(form="JPEG"), "jpg"), parts.db.now()
    _, where, until, signature, _ = path.split("/")
    theirs = Signed("", lambda: [b"another key"])
    wrong = [
        f"/{where}/{until}/{signature}/{other}",
        f"/{where}/{int(until) + 1}/{signature}/{name}",
        f"/{where}/{until}/{signature[:-1]}/{name}",
        f"/{where}/{until}/{'A' * 43}/{name}",
        f"/{where}/{until}/é/{name}",
        f"/{where}/x/{signature}/{name}",
        theirs.address(name, now),
        parts.signed.address(name, now - LIVES - timedelta(seconds=1)).removeprefix(parts.settings.base_url),
        parts.signed.address("a" * 32 + ".jpg", now).removeprefix(parts.settings.base_url),
    ]
    answers = [omar.get(one) for one in wrong]
    assert [one.status_code for one in answers] == [404] * len(wrong)
    assert len({NONCE.sub("", one.text) for one in answers}) == 1 and name not in answers[0].text
    for listing in (f"/{where}", f"/{where}/", f"/{where}/{until}/{signature}/", f"/{where}/{until}/{signature}"):
        assert omar.get(listing).status_code in (303, 404)
    assert omar.bare_post(path).status_code == 405


@pytest.mark.abuse(28)
@pytest.mark.parametrize("told", ["../keys", "..%2Fkeys", "%2e%2e%2fkeys", "%2Fetc%2Fpasswd", "a.jpg", "x" * 300])
def test_abuse_28_a_path_is_no_name_even_with_a_signature(parts: Parts, omar: Browser, path: str, told: str) -> None:
    """As if somebody had got us to sign it."""
    start = path.rpartition("/")[0]
    assert omar.get(f"{start}/{told}").status_code in (303, 404)
    key = load_keys(parts.settings.data_dir)[0]
    assert key.decode() not in omar.get(f"{start}/{told}").text


def test_a_file_that_has_gone_is_not_there(parts: Parts, omar: Browser, path: str, name: str) -> None:
    parts.storage.remove(name)
    assert omar.get(path).status_code == 404


def test_under_its_own_public_address_and_with_the_installations_key(parts: Parts, name: str) -> None:
    settings = parts.settings.model_copy(update={"media_url": "https://media.example.com/x", "secret_key": "k" * 40})
    now = parts.db.now()
    address = signed_of(settings).address(name, now)
    assert address.startswith("https://media.example.com/x/fetched/") and address.endswith(name)
    until, signature, _ = address.split("/")[-3:]
    assert signed_of(settings).genuine(until, signature, name)
    nearly = now + LIVES - timedelta(seconds=1)
    assert not signed_of(settings).over(until, nearly) and signed_of(settings).over(until, now + LIVES * 2)
    assert not parts.signed.genuine(until, signature, name)
