"""Members: an address, a role, and a hash that tells nobody the password."""

import pytest
from argon2 import PasswordHasher

from socialq.errors import BadInput, NotFound
from socialq.members import add_member, checked_email, hash_of, new_password, reset_password
from socialq.models import Member
from socialq.wiring import Parts
from tests.cast import OMAR, STAN, VERA
from tests.factories import dump

PASSWORD = "canary battery staple"
HASH = hash_of(PASSWORD)


def test_a_member_with_a_password(parts: Parts) -> None:
    with parts.db.begin() as session:
        made = add_member(session, " Vera@Example.com", VERA.role, HASH, "cli", "Vera")
    assert (made.email, made.role, made.name) == (VERA.email, "owner", "Vera")
    assert made.password_hash.startswith("$argon2id$")
    assert PasswordHasher().verify(made.password_hash, PASSWORD)
    assert "canary" not in repr(dump(parts))


def test_another_password(parts: Parts) -> None:
    with parts.db.begin() as session:
        add_member(session, STAN.email, STAN.role, HASH, "cli")
    with parts.db.begin() as session:
        reset_password(session, "STAN@example.com", hash_of("something else now"), "cli")
    with parts.db.read() as session:
        assert PasswordHasher().verify(session.get_one(Member, 1).password_hash, "something else now")
    with pytest.raises(NotFound), parts.db.begin() as session:
        reset_password(session, OMAR.email, HASH, "cli")


def test_who_cannot_be_added(parts: Parts) -> None:
    with parts.db.begin() as session:
        add_member(session, VERA.email, VERA.role, HASH, "cli")
    before = dump(parts)
    for email, role, told in (
        (VERA.email.upper(), "owner", "already"),
        (OMAR.email, "king", "no role"),
        ("x", "owner", "e-mail"),
    ):
        with pytest.raises(BadInput, match=told), parts.db.begin() as session:
            add_member(session, email, role, HASH, "cli")
    assert dump(parts) == before


@pytest.mark.parametrize(
    "text",
    ["", "vera", "vera@", "@example.com", "vera@localhost", "a b@example.com", "a@b@example.com", "vera@example..com",
     "vera@-example.com", "vera@example.com\nBcc: x@y.nl", "vera\x00@example.com", "x" * 65 + "@example.com",
     "vera@" + "x" * 250 + ".com", "<vera@example.com>", "vera@example.c", "vera,stan@example.com"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadInput, match="e-mail address"):
        checked_email(text)


@pytest.mark.parametrize(
    "text", ["vera@example.com", "vera.van-dijk+social@mail.example.co.uk", "véra@example.com", "o'neil@example.ie"]
)
def test_what_is_an_address(text: str) -> None:
    assert checked_email(text) == text


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 1025, "with\x00a nul inside", "two\nlines of text"])
def test_what_is_no_password(password: str) -> None:
    with pytest.raises(BadInput):
        hash_of(password)


def test_a_new_password_is_long_and_another_every_time() -> None:
    assert len({new_password() for _ in range(100)}) == 100
    assert all(len(new_password()) == 20 for _ in range(10))
