"""Connecting by link over the test client, on both databases: the mail, what a link may and may not, Bluesky's app password, connecting
again, and what the assistant can do about a link."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from mastodon_mock.testing import MockServer
from sqlalchemy import select

from socialq.models import Client, ConnectLink, ConnectWay, Event, OutboxMail
from socialq.publishing.record import disconnect as lose
from socialq.services import outbox
from socialq.services.smtp import Answer, Result
from socialq.wiring import Parts
from tests.cast import NADIA, VERA
from tests.factories import dump
from tests.networks.fake_bluesky import PASSWORD, FakeBluesky
from tests.web.door import Browser, join, opened
from tests.web.ways import CALLBACK, channels, out, state_of, yes

MAIL = {"smtp_url": "smtp://127.0.0.1:1", "base_url": "http://127.0.0.1:8000"}
CHANGING = ("sessions", "throttles")


@pytest.fixture
def app(parts: Parts) -> Iterator[Flask]:
    """With a mail server that nobody asks."""
    with opened(parts, **MAIL) as app:
        yield app


@pytest.fixture
def nadia(app: Flask) -> Browser:
    """The client's: nobody's."""
    return Browser(app, address="203.0.113.5")


@contextmanager
def closing_server() -> Iterator[FakeBluesky]:
    made = FakeBluesky().start()
    yield made
    made.stop()


def links(parts: Parts) -> list[ConnectLink]:
    with parts.db.read() as session:
        return list(session.scalars(select(ConnectLink).order_by(ConnectLink.id)))


def mails(parts: Parts) -> list[OutboxMail]:
    with parts.db.read() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def ask(parts: Parts, vera: Browser, client: Client, network: str = "mastodon", **more: object) -> str:
    """The path that stands in the mail."""
    form = {"network": network, "email": NADIA.email, "language": "nl", **more}
    assert vera.post(f"/clients/{client.id}/links", form).status_code == 303
    return path_in(mails(parts)[-1])


def path_in(mail: OutboxMail) -> str:
    found = re.search(r"http://127.0.0.1:8000(/connect/[A-Za-z0-9_-]{43})\s", mail.text)
    assert found and found[1] in mail.html
    return found[1]


def test_the_mail_is_in_her_language_and_its_words_go_once_it_left(parts: Parts, vera: Browser, client: Client) -> None:
    path = ask(parts, vera, client)
    (mail,) = mails(parts)
    assert (mail.kind, mail.recipient, mail.state) == ("connect", NADIA.email, "queued")
    assert mail.subject == "Vera vraagt je Mastodon te verbinden"
    assert "Mag ik voor je plaatsen op Mastodon?" in mail.text and 'lang="nl"' in mail.html
    assert path.rpartition("/")[2] not in str([vars(one) for one in links(parts)])
    with parts.db.begin() as session:
        letter = outbox.reserve(session, mail.id)
    assert letter is not None
    with parts.db.begin() as session:
        outbox.settle(session, letter, Answer(Result.SENT, ""))
    assert (mails(parts)[0].state, mails(parts)[0].text, mails(parts)[0].html) == ("sent", "", "")


@pytest.mark.abuse(8)
def test_abuse_8_looking_uses_nothing_up_and_tells_nobody(
    parts: Parts, vera: Browser, nadia: Browser, client: Client
) -> None:
    path = ask(parts, vera, client)
    before = dump(parts)
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = nadia.bare_post(path, method=method)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"] and answer.headers["Cache-Control"] in ("no-store", None)
    assert dump(parts) == before
    page = nadia.get(path).text
    assert "Planning van Vera" in page and client.name in page
    assert "http" not in page.replace("http://www.w3.org", "").partition("<body>")[2].partition("</body>")[0]


@pytest.mark.abuse(7)
def test_abuse_7_guesses_are_one_page_and_tries_are_counted(
    parts: Parts, vera: Browser, nadia: Browser, client: Client
) -> None:
    path = ask(parts, vera, client)
    told = {nadia.get(f"/connect/{'AB'[n % 2] * 43}").text.partition("<body")[2] for n in range(4)}
    assert len({re.sub(r"nonce-\S+|[0-9a-f]{64}", "", one) for one in told}) == 1
    assert {nadia.get(f"/connect/{one}").status_code for one in ("x", "A" * 43, "%00", "A" * 300)} == {404}
    codes = [nadia.post(path, {"server": ""}).status_code for _ in range(21)]
    assert codes == [422] * 20 + [429]


def test_bluesky_by_an_app_password_that_nobody_else_sees(
    parts: Parts, vera: Browser, nadia: Browser, client: Client
) -> None:
    path = ask(parts, vera, client, "bluesky")
    with closing_server() as server:
        form = {"handle": "vera.test", "password": PASSWORD, "server": server.url}
        wrong = nadia.post(path, {**form, "password": "zzzz-zzzz-zzzz-zzzz"})
        assert (wrong.status_code, "zzzz-zzzz" in wrong.text) == (422, False)
        assert links(parts)[0].used_at is None
        answer = nadia.post(path, form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}/thanks")
    (channel,) = channels(parts)
    assert channel.handle in nadia.get(f"{path}/thanks").text
    assert PASSWORD not in str(dump(parts))
    for page in (vera.get("/"), vera.get(f"/clients/{client.id}"), vera.get(f"/channels/{channel.id}")):
        assert PASSWORD not in page.text
    assert "has connected" in vera.get("/").text
    assert vera.post(f"/links/{links(parts)[0].id}/seen").status_code == 303
    assert "has connected" not in vera.get("/").text
    with parts.db.read() as session:
        verbs = session.execute(select(Event.actor, Event.verb)).all()
    assert ("link:1", "connect") in verbs and ("link:1", "connect_by_link") in verbs
    again = nadia.post(path, form)
    assert (again.status_code, "werkt niet meer" in again.text) == (410, True)
    assert len(channels(parts)) == 1


@pytest.mark.abuse(10)
def test_abuse_10_withdrawn_sent_anew_or_too_old_it_opens_nothing(
    parts: Parts, vera: Browser, nadia: Browser, client: Client
) -> None:
    first = ask(parts, vera, client)
    assert vera.post(f"/links/{links(parts)[0].id}/mail").status_code == 303
    second = path_in(mails(parts)[-1])
    assert [one.state for one in mails(parts)] == ["dropped", "queued"]
    assert [nadia.get(one).status_code for one in (first, second)] == [404, 200]
    with parts.db.begin() as session:
        row = session.scalars(select(ConnectLink)).one()
        row.expires_at = parts.db.now() - timedelta(seconds=1)
    assert [nadia.get(second).status_code, nadia.post(second, {"server": "x"}).status_code] == [410, 410]
    assert "The link has run out" in vera.get(f"/clients/{client.id}").text
    assert vera.post(f"/links/{links(parts)[0].id}/mail").status_code == 303
    third = path_in(mails(parts)[-1])
    assert nadia.get(third).status_code == 200
    assert vera.post(f"/links/{links(parts)[0].id}/end").status_code == 303
    before = dump(parts)
    for path in (third, f"{third}/choice", f"{third}/thanks"):
        assert nadia.get(path).status_code == 410, path
    assert nadia.post(third, {"server": "mastodon.social"}).status_code == 410
    assert dump(parts) == before
    assert vera.post(f"/links/{links(parts)[0].id}/end").status_code == 404


@pytest.mark.abuse(30)
def test_abuse_30_her_way_back_works_once_and_in_her_browser(
    app: Flask, parts: Parts, vera: Browser, nadia: Browser, omar: Browser, client: Client, server: MockServer
) -> None:
    path = ask(parts, vera, client)
    address = out(nadia, path, server.base_url, by_link=True)
    back, state = yes(address), state_of(address)
    kept = str({name: rows for name, rows in dump(parts).items() if name != "outbox"})
    assert state not in kept and path.rpartition("/")[2] not in kept
    for wrong in (back.replace(state, "A" * 43), f"{CALLBACK}?code=x", back.replace("/mastodon/", "/bluesky/")):
        assert nadia.get(wrong).status_code == 410, wrong
        address = out(nadia, path, server.base_url, by_link=True)
        back, state = yes(address), state_of(address)
    assert (omar.get(back).status_code, vera.get(back).status_code) == (410, 400)
    assert channels(parts) == []
    assert nadia.get(back).headers["Location"] == f"{path}/thanks"
    assert [one.client_id for one in channels(parts)] == [client.id]
    assert nadia.get(back).status_code == 410
    with parts.db.read() as session:
        assert session.scalars(select(ConnectWay)).all() == []


def test_no_is_no_and_the_link_stays(
    parts: Parts, vera: Browser, nadia: Browser, client: Client, server: MockServer
) -> None:
    path = ask(parts, vera, client)
    state = state_of(out(nadia, path, server.base_url, by_link=True))
    answer = nadia.get(f"{CALLBACK}?{urlencode({'error': 'access_denied', 'state': state})}", follow_redirects=True)
    assert "was het antwoord nee" in answer.text
    assert nadia.get(path).status_code == 200


def test_connecting_again_keeps_the_channel_and_takes_no_other_account(
    parts: Parts, vera: Browser, nadia: Browser, client: Client, server: MockServer
) -> None:
    form = {"network": "mastodon", "server": server.base_url, "password": "alice_token"}
    vera.post(f"/clients/{client.id}/channels", form)
    (channel,) = channels(parts)
    with parts.db.begin() as session:
        lose(session, channel.id, "The server no longer accepts the token.", client.id, {})
    page = vera.get(f"/channels/{channel.id}").text
    assert f"channel={channel.id}" in page
    path = ask(parts, vera, client, channel=channel.id)
    assert channel.handle in nadia.get(path).text
    other = nadia.get(yes(out(nadia, path, "", by_link=True), "bob"), follow_redirects=True)
    assert "een ander account" in other.text and channels(parts)[0].disconnected_at is not None
    assert nadia.get(yes(out(nadia, path, "", by_link=True))).headers["Location"] == f"{path}/thanks"
    (again,) = channels(parts)
    assert (again.id, again.disconnected_at) == (channel.id, None)


def test_what_cannot_be_asked_is_said(parts: Parts, vera: Browser, client: Client) -> None:
    good = {"network": "mastodon", "email": NADIA.email, "language": "nl"}
    for form, told in (
        ({**good, "email": "nadia"}, "not an e-mail address"), ({**good, "network": "practice"}, "Choose a network"),
        ({**good, "network": ""}, "Choose a network"), ({**good, "language": "xx"}, "Choose one"),
    ):  # fmt: skip
        answer = vera.post(f"/clients/{client.id}/links", form)
        assert (answer.status_code, told in answer.text) == (422, True), form
    assert vera.post(f"/clients/{client.id}/links", {**good, "channel": 99}).status_code in (404, 422)
    assert links(parts) == [] and mails(parts) == []


def test_without_a_mail_server_she_hands_the_link_over(parts: Parts) -> None:
    with opened(parts) as app:
        join(parts, VERA)
        vera = Browser(app)
        vera.sign_in(VERA.email)
        with parts.db.begin() as session:
            made = Client(name="Bakkerij", timezone="Europe/Amsterdam", language="nl", created_at=parts.db.now())
            session.add(made)
        form = {"network": "mastodon", "email": NADIA.email, "language": "nl"}
        answer = vera.post(f"/clients/{made.id}/links", form)
        found = re.search(r"<code>(\S+)</code>", answer.text)
        assert found and mails(parts) == []
        assert Browser(app).get(urlsplit(found[1]).path).status_code == 200
