"""A real SMTP server on loopback that does what a test tells it: take, refuse, put off, cut the line, or keep silent after DATA."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

TAKEN = "250 OK"
CUT, SILENT = "cut", "silent"  # after the last byte of the mail


@dataclass
class PostOffice:
    """`after_data` and `after_recipient` are used up one by one; then everything is taken."""

    after_data: list[str] = field(default_factory=list)
    after_recipient: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)  # whatever came in whole, taken or not
    recipients: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.after_recipient.pop(0) if self.after_recipient else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        answer = self.after_data.pop(0) if self.after_data else TAKEN
        self.reached.set()
        if answer == CUT:
            server.transport.abort()
        if answer in (CUT, SILENT):
            await asyncio.Event().wait()
        return answer

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        user, password = given.login.decode(), given.password.decode()
        return AuthResult(success=self.passwords.get(user) == password, handled=False)


@contextmanager
def open_office(**options: Any) -> Iterator[PostOffice]:
    """`options` are those of aiosmtpd's SMTP, and `ssl` for TLS from the first byte."""
    office, loop, tls = PostOffice(), asyncio.new_event_loop(), options.pop("ssl", None)
    made = {
        "hostname": "post.example",
        "authenticator": office.check,
        "auth_require_tls": False,
        "loop": loop,
    } | options
    starting = loop.create_server(lambda: SMTP(office, **made), "127.0.0.1", 0, ssl=tls)
    server = loop.run_until_complete(starting)
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
