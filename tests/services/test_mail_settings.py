"""What the VA decides about mail: kept, sealed, checked; the environment wins and shows as locked."""

import pytest
from sqlalchemy import text

from socialq.errors import BadInput
from socialq.services import preferences
from socialq.services.mail_settings import MailSettings, choose_sender, choose_server, effective, forget_server
from socialq.services.smtp import Server, from_url
from socialq.wiring import Parts

CANARY = "canary-7f3a"
CHOSEN = Server("smtp.vera.example", 587, "starttls", "vera@vera.example", CANARY)


def now(parts: Parts, **changed: str) -> MailSettings:
    with parts.db.read() as session:
        return effective(parts.settings.model_copy(update=changed), session, parts.secrets)


def choose(parts: Parts, server: Server, *, keep_password: bool = False) -> None:
    with parts.db.begin() as session:
        choose_server(session, parts.secrets, server, "member:1", keep_password=keep_password)


def test_nothing_decided_means_no_mail(parts: Parts) -> None:
    found = now(parts, base_url="https://desk.vera.example")
    assert (found.server, found.name, found.address, found.locked) == (
        None,
        "socialq",
        "socialq@desk.vera.example",
        False,
    )


def test_what_was_chosen_holds_and_the_password_is_sealed(parts: Parts) -> None:
    choose(parts, CHOSEN)
    assert now(parts).server == CHOSEN
    assert now(parts).address == "vera@vera.example", "the account's, until she chooses another"
    with parts.db.begin() as session:
        choose_sender(session, " Vera  Visser ", "hallo@vera.example", "member:1")
    assert (now(parts).name, now(parts).address, now(parts).domain) == (
        "Vera Visser",
        "hallo@vera.example",
        "vera.example",
    )
    with parts.db.read() as session:
        rows = session.execute(text("SELECT * FROM preferences")).all()
    assert len(rows) == 2
    assert CANARY not in repr(rows)
    assert CANARY not in repr(now(parts))


def test_an_empty_password_field_keeps_it_but_never_for_another_host(parts: Parts) -> None:
    choose(parts, CHOSEN)
    choose(parts, Server("smtp.vera.example", 465, "tls", "vera"), keep_password=True)
    assert now(parts).server == Server("smtp.vera.example", 465, "tls", "vera", CANARY)
    choose(parts, Server("smtp.omar.example", 465, "tls", "vera"), keep_password=True)
    assert now(parts).server == Server("smtp.omar.example", 465, "tls", "vera", "")
    with parts.db.begin() as session:
        forget_server(session)
    assert now(parts).server is None


def test_the_environment_wins_and_locks(parts: Parts) -> None:
    choose(parts, CHOSEN)
    found = now(parts, smtp_url="smtps://us%40er:p%2Fw@mail.example")
    assert (found.server, found.locked) == (Server("mail.example", 465, "tls", "us@er", "p/w"), True)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 587, "starttls")),
        ("smtp://localhost:1025", Server("localhost", 1025, "plain")),
        ("smtp://[::1]:1025", Server("::1", 1025, "plain")),
        ("smtp://relay:25?security=plain", Server("relay", 25, "plain")),
        ("smtp://localhost:587?security=starttls", Server("localhost", 587, "starttls")),
    ],
)
def test_addresses_of_servers(url: str, server: Server) -> None:
    assert from_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://vera:canary-7f3a@x", "smtp://", "smtp://x:99999", "smtp://[x", "smtp://x?security=no"],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(BadInput, match="SOCIALQ_SMTP_URL") as refused:
        from_url(url)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    "server",
    [
        Server("", 587, "starttls"), Server("mail example", 587, "tls"), Server("mail.example", 0, "tls"),
        Server("mail.example", 587, "none"), Server("mail.example", 25, "plain"), Server("x\r\ny", 25, "tls"),
        Server("mail.example", 587, "tls", "vera\r\nQUIT"),
    ],
)  # fmt: skip
def test_bad_choices_are_refused_and_nothing_is_stored(parts: Parts, server: Server) -> None:
    with pytest.raises(BadInput), parts.db.begin() as session:
        choose_server(session, parts.secrets, server, "member:1")
    assert now(parts).server is None


@pytest.mark.parametrize(
    "address", ["", "vera", "vera@", "vera@localhost", "ve ra@x.example", "<v@x.example>", "v@x.example,o@y.example"]
)
def test_a_sender_has_a_name_and_one_address(parts: Parts, address: str) -> None:
    for name, given in (("Vera", address), ("", "vera@vera.example"), ("V" * 201, "vera@vera.example")):
        with pytest.raises(BadInput), parts.db.begin() as session:
            choose_sender(session, name, given, "member:1")


def test_other_decisions_can_be_kept_too(parts: Parts) -> None:
    with parts.db.begin() as session:
        preferences.write(session, "network.mastodon", {"client_id": "abc"}, "member:1")
        preferences.seal(session, parts.secrets, "network.mastodon", {"client_secret": CANARY}, "member:1")
    with parts.db.read() as session:
        assert preferences.read(session, "network.mastodon") == {"client_id": "abc"}
        assert preferences.secret(session, parts.secrets, "network.mastodon") == {"client_secret": CANARY}
        assert preferences.read(session, "nothing") == {}
