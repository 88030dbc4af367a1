"""How mails leave and in whose name: what the environment says, else what the VA chose on the Settings page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from socialq.crypto import Secrets
from socialq.domain.words import one_line
from socialq.errors import BadInput
from socialq.models import Preference
from socialq.services import preferences, smtp
from socialq.services.smtp import Server
from socialq.settings import Settings

SENDER, SERVER = KEYS = ("mail.sender", "mail.server")
LONGEST = 200


@dataclass(frozen=True)
class MailSettings:
    """`server` None: no mail leaves, and pages say so. `locked`: the environment set the server, a page only shows it."""

    server: Server | None
    name: str
    address: str
    locked: bool = False

    @property
    def domain(self) -> str:
        """For Message-IDs."""
        return self.address.rpartition("@")[2]


def effective(settings: Settings, session: Session, secrets: Secrets) -> MailSettings:
    """What holds now. Raises BadInput when SOCIALQ_SMTP_URL is no address, Unavailable when the password cannot be opened."""
    return of(settings, preferences.several(session, KEYS), secrets)


def of(settings: Settings, chosen: Mapping[str, Preference], secrets: Secrets) -> MailSettings:
    """The same, from the rows of KEYS."""
    sender = chosen[SENDER].value if SENDER in chosen else {}
    server = smtp.from_url(settings.smtp_url) if settings.smtp_url else _chosen(chosen.get(SERVER), secrets)
    address = sender.get("address") or _address(settings, server)
    return MailSettings(server, sender.get("name") or "socialq", address, bool(settings.smtp_url))


def choose_sender(session: Session, name: str, address: str, by: str) -> None:
    """Whose name and address mails carry. Raises BadInput."""
    try:
        shown = one_line(name, "The sender's name", LONGEST)
    except ValueError:
        raise BadInput("The name is one line of 1 to %(longest)s characters.", longest=LONGEST) from None
    if not _is_address(address.strip()):
        raise BadInput("That is not an e-mail address: write it like vera@example.com.")
    preferences.write(session, SENDER, {"name": shown, "address": address.strip()}, by)


def choose_server(session: Session, secrets: Secrets, server: Server, by: str, *, keep_password: bool = False) -> None:
    """How mails leave. `keep_password`: the field was left empty, the one that is stored stays. Raises BadInput."""
    host = server.host.strip().lower()
    if not host or not host.isascii() or any(not (letter.isalnum() or letter in ".-:") for letter in host):
        raise BadInput("Type the name of the mail server, like smtp.example.com.")
    if not 0 < server.port < 65536:
        raise BadInput("The port is a number from 1 to 65535; 587 and 465 are the usual ones.")
    if server.security not in smtp.SECURITIES:
        raise BadInput(f"The security of a mail server is one of {', '.join(smtp.SECURITIES)}.")
    if server.security == "plain" and not smtp.on_this_computer(host):
        raise BadInput("Without encryption mails may only go to a server on this computer: choose STARTTLS or TLS.")
    if not (server.user + server.password).isprintable():
        raise BadInput("The user name or password holds characters that cannot be typed: use one line of text.")
    value = {"host": host, "port": server.port, "security": server.security, "user": server.user}
    stays = keep_password and preferences.read(session, SERVER).get("host") == host  # another host never gets it
    preferences.write(session, SERVER, value, by)
    if not stays:
        preferences.seal(session, secrets, SERVER, {"password": server.password} if server.password else {}, by)


def forget_server(session: Session) -> None:
    """No mail leaves any more, unless the environment sets a server."""
    preferences.forget(session, SERVER)


def _chosen(row: Preference | None, secrets: Secrets) -> Server | None:
    if row is None or not row.value:
        return None
    return Server(**row.value, password=preferences.opened(row, secrets).get("password", ""))


def _address(settings: Settings, server: Server | None) -> str:
    """Nobody has chosen one: the account's, else one at the address under which people reach this installation."""
    if server is not None and _is_address(server.user):
        return server.user
    return f"socialq@{urlsplit(settings.base_url).hostname or 'localhost'}"


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    sound = text.isascii() and text.isprintable() and not set(text) & set(' <>()[],;:\\"')
    return bool(local) and "." in domain.strip(".") and sound and len(text) <= 254
