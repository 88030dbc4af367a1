"""Talks SMTP: one mail, one connection, one total deadline. Says plainly what became of it; stores nothing, decides nothing."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from socialq.errors import BadInput
from socialq.services.i18n import mark

EACH = 20.0  # seconds for one answer of the server
TOTAL = 60.0  # seconds for all of it
LONGEST_REASON = 300
SECURITIES = ("starttls", "tls", "plain")
PORTS = {"starttls": 587, "tls": 465, "plain": 25}


class Result(StrEnum):
    """What became of a mail. UNSURE: it was handed over, and the server's answer never came."""

    SENT = "sent"
    LATER = "later"  # the server takes it later
    REFUSED = "refused"  # it never will
    NO_SERVER = "no_server"  # there was no talking to the server: says nothing about this mail
    UNSURE = "unsure"
    STOPPED = "stopped"  # `before_data` said no


@dataclass(frozen=True)
class Answer:
    """`said` is a text of the catalog, filled in with `values`."""

    result: Result
    said: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """In English, for rows and logs."""
        return (self.said % self.values)[:LONGEST_REASON]


@dataclass(frozen=True)
class Server:
    """How mails leave. `security`: starttls, tls (from the first byte) or plain (a server on this computer)."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Envelope:
    """Addresses as the server gets them, and the finished message."""

    sender: str
    recipient: str
    content: bytes


def from_url(url: str) -> Server:
    """smtp://user:password@host:587 (STARTTLS; plain on this computer), smtps://… (TLS); `?security=plain` says otherwise.

    Raises BadInput, without repeating the address: a password stands in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadInput("SOCIALQ_SMTP_URL is not an address like smtp://user:password@mail.example.com:587.")
    usual = "tls" if parts.scheme == "smtps" else "plain" if on_this_computer(parts.hostname) else "starttls"
    security = parse_qs(parts.query).get("security", [usual])[-1]
    if security not in SECURITIES:
        raise BadInput(f"SOCIALQ_SMTP_URL: security is one of {', '.join(SECURITIES)}.")
    try:
        port = parts.port or PORTS[security]
    except ValueError:
        raise BadInput("SOCIALQ_SMTP_URL: the port is a number below 65536.") from None
    return Server(parts.hostname, port, security, unquote(parts.username or ""), unquote(parts.password or ""))


def on_this_computer(host: str) -> bool:
    """By its name; nothing is looked up."""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


def deliver(server: Server, mail: Envelope, before_data: Callable[[], bool] = lambda: True) -> Answer:
    """One try. `before_data` is asked when the server has taken the addresses, right before the mail is handed over.

    Raises nothing of smtplib's or the socket's."""
    step = _Step()
    if not (mail.sender + mail.recipient).isascii():
        return Answer(Result.REFUSED, mark("Addresses with letters beyond a to z cannot be mailed."))
    try:
        with _connected(server, mail.sender.rpartition("@")[2], step) as smtp:
            return _hand_over(smtp, mail, before_data, step)
    except smtplib.SMTPResponseException as error:
        return _answered(step, server, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        offered = mark("The server does not offer what is set: %(what)s.")
        return Answer(Result.NO_SERVER, offered, {"what": str(error)})
    except (OSError, smtplib.SMTPException) as error:  # a time-out and a cut connection are OSErrors
        return _broken(step, server, error)


def knock(server: Server) -> Answer:
    """Whether it lets us in, user name and password included; hands over nothing."""
    step = _Step()
    try:
        with _connected(server, "localhost", step) as smtp:
            smtp.ehlo_or_helo_if_needed()
            smtp.noop()
    except smtplib.SMTPResponseException as error:
        return _answered(step, server, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Answer(Result.NO_SERVER, mark("The server does not offer what is set: %(what)s."), {"what": str(error)})
    except (OSError, smtplib.SMTPException) as error:
        return _broken(step, server, error)
    return Answer(Result.SENT, mark("The mail server lets us in."))


@dataclass
class _Step:
    """How far it has come: before "envelope" nothing was said about this mail, from "data" on it may have arrived."""

    name: str = "reach"


@contextmanager
def _connected(server: Server, greeting: str, step: _Step) -> Iterator[smtplib.SMTP]:
    """Signed in; cut off, whatever it is doing, when TOTAL is over."""
    context = ssl.create_default_context()
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, greeting, timeout=EACH, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, greeting, timeout=EACH)
    watch = threading.Timer(TOTAL, _cut, (smtp,))
    watch.daemon = True
    watch.start()
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            step.name = "login"
            smtp.login(server.user, server.password)
        yield smtp
    finally:
        watch.cancel()
        smtp.close()


def _hand_over(smtp: smtplib.SMTP, mail: Envelope, before_data: Callable[[], bool], step: _Step) -> Answer:
    smtp.ehlo_or_helo_if_needed()
    step.name = "envelope"
    for code, words in (smtp.mail(mail.sender), smtp.rcpt(mail.recipient)):
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, words)
    if not before_data():
        return Answer(Result.STOPPED, "somebody else has it")
    step.name = "data"
    code, words = smtp.data(mail.content)
    if code != 250:
        raise smtplib.SMTPResponseException(code, words)
    return Answer(Result.SENT, mark("The mail server has taken the mail."))


def _answered(step: _Step, server: Server, code: int, words: bytes | str) -> Answer:
    values = {"code": code, "words": _plain(words), "host": server.host}
    if step.name == "login":
        return Answer(
            Result.NO_SERVER, mark("%(host)s does not accept the user name and password (%(code)s %(words)s)."), values
        )
    if step.name == "reach":
        return Answer(Result.NO_SERVER, mark("%(host)s does not let us in (%(code)s %(words)s)."), values)
    if 400 <= code < 500:
        return Answer(Result.LATER, mark("The mail server does not take it now (%(code)s %(words)s)."), values)
    return Answer(Result.REFUSED, mark("The mail server refuses it (%(code)s %(words)s)."), values)


def _broken(step: _Step, server: Server, error: Exception) -> Answer:
    values = {"host": server.host, "port": server.port}
    if step.name == "data":
        return Answer(
            Result.UNSURE,
            mark("The connection broke after the mail was handed over; %(host)s did not say whether it took it."),
            values,
        )
    if step.name == "envelope":
        return Answer(Result.LATER, mark("The connection to %(host)s broke before the mail was handed over."), values)
    if step.name == "login":
        return Answer(Result.NO_SERVER, mark("The connection to %(host)s broke while signing in."), values)
    if isinstance(error, ssl.SSLError):
        return Answer(
            Result.NO_SERVER,
            mark("The certificate of %(host)s cannot be trusted, or it speaks no TLS at port %(port)s."),
            values,
        )
    return Answer(Result.NO_SERVER, mark("%(host)s does not answer at port %(port)s."), values)


def _plain(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_REASON]


def _cut(smtp: smtplib.SMTP) -> None:
    """Wakes the thread that reads; on the plain socket, or an SSLSocket would drop its state under the reader."""
    if smtp.sock is not None:
        try:
            socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)
        except OSError:
            return  # gone already: the reader has noticed
