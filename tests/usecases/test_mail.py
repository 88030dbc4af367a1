"""Mails over a real server: taken, put off, refused, cut, killed in the middle; once for clients, repeated for alerts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from socialq.alerting.send import send_test
from socialq.errors import BadInput, NotAllowed
from socialq.services import mail_settings, outbox, smtp
from socialq.services.i18n import Words
from socialq.services.smtp import Server
from socialq.wiring import Parts
from tests.networks.certificates import authority_and_context
from tests.postoffice import CUT, SILENT, open_office
from tests.usecases.post import NADIA, VERA, Post, post

CLIENT_MAIL = "approval"
SENDING = """
from socialq.alerting.send import send
from socialq.wiring import open_parts
parts = open_parts()
"""


@pytest.fixture
def desk(parts: Parts) -> Iterator[Post]:
    with post(parts) as made:
        yield made


def states(desk: Post) -> list[str]:
    return [mail.state for mail in desk.mails()]


def test_a_mail_arrives_as_it_was_written(desk: Post) -> None:
    with desk.parts.db.begin() as session:
        mail_settings.choose_sender(session, "Vera Visser, café “De Zon”", "vera@vera.example", "member:1")
    mail_id = desk.queue(CLIENT_MAIL, NADIA.email, "Vijf berichten, graag vóór vrijdag 🥐", html="<p>Één</p>")
    assert desk.deliver() == 1
    (mail,) = desk.office.mails
    assert (mail["To"], mail["Subject"]) == (NADIA.email, "Vijf berichten, graag vóór vrijdag 🥐")
    assert mail["From"] == '"Vera Visser, café “De Zon”" <vera@vera.example>'
    assert mail["Message-ID"] == desk.mail(mail_id).message_id
    assert str(mail["Message-ID"]).endswith("@vera.example>")
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["Tekst", "<p>Één</p>"]  # type: ignore[union-attr, attr-defined]
    assert mail["Auto-Submitted"] is None
    assert (desk.mail(mail_id).state, desk.deliver()) == ("sent", 0)


@pytest.mark.parametrize("answers", ["after_data", "after_recipient"])
def test_put_off_then_taken_with_the_same_message_id(desk: Post, answers: str) -> None:
    mail_id = desk.queue()
    getattr(desk.office, answers).append("451 Try again later")
    desk.deliver()
    assert (desk.mail(mail_id).state, desk.deliver()) == ("queued", 0)
    assert "451 Try again later" in desk.mail(mail_id).reason
    desk.later(minutes=2)
    desk.deliver()
    assert desk.mail(mail_id).state == "sent"
    assert set(desk.office.ids()) == {desk.mail(mail_id).message_id}


def test_refused_is_told_and_an_alert_about_an_alert_is_not_mailed(desk: Post) -> None:
    desk.member(VERA.email, "owner", "nl")
    desk.queue(CLIENT_MAIL, NADIA.email)
    desk.queue("alert", VERA.email)
    desk.office.after_recipient += ["550 No such user", "550 No such user"]
    desk.deliver()
    assert states(desk) == ["failed", "failed"]
    assert [(one.kind, one.facts["recipient"]) for one in desk.incidents()] == [
        ("mail_failed", NADIA.email), ("mail_failed", VERA.email),
    ]  # fmt: skip
    assert desk.tell() == 1, "the one about Nadia's mail"


def test_a_cut_line_repeats_alerts_and_asks_about_what_a_client_gets(desk: Post) -> None:
    alert, letter = desk.queue(), desk.queue(CLIENT_MAIL, NADIA.email)
    desk.office.after_data += [CUT, CUT]
    desk.deliver()
    assert states(desk) == ["queued", "not_sure"]
    assert [(one.kind, one.subject) for one in desk.incidents()] == [("mail_unsure", f"mail:{letter}")]
    desk.later(minutes=2)
    assert desk.deliver() == 1, "only the alert"
    assert states(desk) == ["sent", "not_sure"]
    assert desk.office.ids().count(desk.mail(alert).message_id) == 2
    assert desk.office.ids().count(desk.mail(letter).message_id) == 1
    with desk.parts.db.begin() as session:
        outbox.decide(session, letter, again=True, by="member:1")
    assert desk.incidents() == []
    desk.deliver()
    assert states(desk) == ["sent", "sent"]
    with pytest.raises(NotAllowed), desk.parts.db.begin() as session:
        outbox.decide(session, letter, again=True, by="member:1")


@pytest.mark.parametrize(("kind", "state"), [("alert", "queued"), (CLIENT_MAIL, "not_sure")])
def test_killed_between_the_mail_and_the_answer(desk: Post, kind: str, state: str) -> None:
    mail_id = desk.queue(kind)
    desk.office.after_data.append(SILENT)
    settings = desk.parts.settings
    code = f"{SENDING}send(parts.db, parts.settings, parts.secrets, {mail_id})"
    given = {name: str(getattr(settings, name)) for name in ("data_dir", "database_url", "smtp_url")}
    environment = os.environ | {f"SOCIALQ_{name.upper()}": value for name, value in given.items()}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    assert desk.office.reached.wait(60)
    assert desk.mail(mail_id).state == "sending", "committed before the mail was handed over"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert outbox.give_up(desk.parts.db) == 0, "not before its time"
    desk.later(minutes=4)
    assert outbox.give_up(desk.parts.db) == 1
    assert desk.mail(mail_id).state == state
    desk.deliver()
    assert len(desk.office.mails) == (2 if kind == "alert" else 1)
    assert len(set(desk.office.ids())) == 1


def test_killed_before_the_mail_was_handed_over_is_simply_sent(desk: Post) -> None:
    letter = desk.queue(CLIENT_MAIL, NADIA.email)
    with desk.parts.db.begin() as session:
        assert outbox.reserve(session, letter) is not None
    assert desk.deliver() == 0, "somebody has it"
    desk.later(minutes=4)
    assert (desk.deliver(), states(desk), len(desk.office.mails)) == (1, ["sent"], 1)


def test_what_an_alert_said_is_not_kept_what_a_client_got_is(desk: Post) -> None:
    alert, letter = desk.queue(html="<p>link</p>"), desk.queue(CLIENT_MAIL, NADIA.email)
    desk.deliver()
    assert (desk.mail(alert).text, desk.mail(alert).html, desk.mail(letter).text) == ("", "", "Tekst\n")


def test_ten_workers_send_it_once(desk: Post) -> None:
    mail_id = desk.queue(CLIENT_MAIL, NADIA.email)
    workers = [threading.Thread(target=desk.send, args=(mail_id,)) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (len(desk.office.mails), states(desk)) == (1, ["sent"])


def test_late_good_news_settles_what_was_given_up(desk: Post) -> None:
    letter = desk.queue(CLIENT_MAIL, NADIA.email)
    with desk.parts.db.begin() as session:
        held = outbox.reserve(session, letter)
        assert held is not None
        assert outbox.fence(session, held)
    desk.later(minutes=4)
    outbox.give_up(desk.parts.db)
    assert states(desk) == ["not_sure"]
    with desk.parts.db.begin() as session:
        outbox.settle(session, held, smtp.Answer(smtp.Result.SENT, "taken"))
    assert (states(desk), desk.incidents()) == (["sent"], [])


def test_without_a_server_mails_wait_for_days_and_it_is_told(desk: Post) -> None:
    mail_id = desk.queue(CLIENT_MAIL, NADIA.email)
    gone = desk.parts.settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    away = Post(replace(desk.parts, settings=gone), desk.office)
    for _ in range(3):
        away.deliver()
        away.later(hours=2)
    assert (away.mail(mail_id).tries, away.mail(mail_id).state) == (3, "queued")
    assert [one.kind for one in desk.incidents()] == ["mail_server"]
    desk.deliver()
    assert (states(desk), desk.incidents()) == (["sent"], [])
    late = desk.queue(CLIENT_MAIL, NADIA.email)
    desk.later(days=5)
    away.deliver()
    assert away.mail(late).state == "failed"
    assert [one.kind for one in desk.incidents()] == ["mail_failed"]


@pytest.mark.abuse(18)
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r", "\x85", "\u2028", "\0"])
def test_line_ends_in_subject_address_or_name_are_refused_abuse(desk: Post, ends: str) -> None:
    inside = f"Hallo{ends}Bcc: omar@elsewhere.example"
    with desk.parts.db.begin() as session:
        for recipient, subject in ((VERA.email, inside), (f"{VERA.email}{ends}omar@elsewhere.example", "Hallo")):
            with pytest.raises(BadInput):
                outbox.queue(session, "alert", recipient, subject, "Tekst")
        with pytest.raises(BadInput):
            mail_settings.choose_sender(session, "Vera", f"vera@vera.example{ends}x", "member:1")
    mail_id = desk.queue()
    with desk.parts.db.begin() as session:  # whoever writes rows himself does not get it over the wire either
        session.get_one(outbox.OutboxMail, mail_id).subject = inside.replace("\0", "\n")
    desk.deliver()
    assert all(
        "omar@elsewhere.example" not in desk.office.recipients and mail["Bcc"] is None for mail in desk.office.mails
    )


def test_a_test_mail_says_what_happened(desk: Post) -> None:
    parts, words = desk.parts, Words("nl")
    assert send_test(parts.db, parts.settings, parts.secrets, VERA.email, words) == (
        True, f"127.0.0.1 heeft de mail aangenomen. Kijk of hij bij {VERA.email} aankomt, en niet als spam.",
    )  # fmt: skip
    assert desk.office.mails[0]["Subject"] == "Testmail van socialq"
    for url, said in (
        ("smtp://127.0.0.1:1", "127.0.0.1 antwoordt niet op poort 1."),
        ("", "Er is nog geen mailserver ingesteld."),
    ):
        changed = parts.settings.model_copy(update={"smtp_url": url})
        assert send_test(parts.db, changed, parts.secrets, VERA.email, words) == (False, said)
    desk.office.after_recipient.append("550 Weg ermee")
    left, said = send_test(parts.db, parts.settings, parts.secrets, VERA.email, words)
    assert (left, said) == (False, "De mailserver weigert hem (550 Weg ermee).")
    wrong = parts.settings.model_copy(update={"smtp_url": desk.office.url.replace("//", "//vera:wrong@")})
    assert "gebruikersnaam en het wachtwoord niet" in send_test(parts.db, wrong, parts.secrets, VERA.email, words)[1]
    assert desk.mails() == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    authority, context = authority_and_context(tmp_path, "localhost")
    options = {"ssl": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    mail = smtp.Envelope("vera@vera.example", NADIA.email, b"Subject: Hallo\r\n\r\nTekst\r\n")
    with open_office(**options) as office:
        office.passwords["vera"] = "geheim"
        server = Server("localhost", office.port, security, "vera", "geheim")
        assert smtp.deliver(server, mail).result == "no_server", "a certificate that nobody vouches for"
        monkeypatch.setenv("SSL_CERT_FILE", authority)
        assert smtp.deliver(server, mail).result == "sent"
        assert smtp.deliver(Server("localhost", office.port, security, "vera", "mis"), mail).result == "no_server"
        assert len(office.mails) == 1
        assert "geheim" not in repr(server)
