"""What stands above every page while something keeps mails from doing their work: no server, or links to this very computer."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import url_for

from socialq.domain.roles import Act, may
from socialq.errors import SocialqError
from socialq.services import mail_settings
from socialq.services.i18n import mark
from socialq.web import reach
from socialq.web.frame import Banner
from socialq.web.signs import signs

NO_SERVER = mark("Mails do not leave: no mail server is set.")
NOT_USABLE = mark("Mails do not leave: the mail server is not set right.")
HERE = mark("Links in mails point to this computer (%(address)s).")
SET_UP = mark("Set up mail")
WHY = mark("What does that mean?")


def banners() -> list[Banner]:
    """For members; both in one line."""
    me = reach.visitor()
    if me is None:
        return []
    words, base_url = reach.words(), reach.parts().settings.base_url
    silent = _silent()
    said = [words.text(silent)] if silent else []
    if local(base_url):
        said.append(words.text(HERE, address=urlsplit(base_url).netloc))
    if not said:
        return []
    text, more = said[0], " ".join(said[1:])
    if not may(me.role, Act.SETTINGS):
        return [Banner(text, more=more)]
    word, anchor = (SET_UP, "mail") if silent else (WHY, "address")
    return [Banner(text, "wait", url_for("settings.show", _anchor=anchor), words.text(word), more)]


def local(base_url: str) -> bool:
    """Whether only this computer can open it."""
    host = (urlsplit(base_url).hostname or "").lower()
    try:
        found = ip_address(host)
    except ValueError:
        return not host or host == "localhost" or host.endswith(".localhost")
    return found.is_loopback or found.is_unspecified


def at_this_computer(remote: str | None) -> bool:
    """Whether a request comes from the machine itself. False when nobody can tell."""
    try:
        found = ip_address(remote or "")
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def _silent() -> str:
    parts = reach.parts()
    try:
        with parts.db.read() as session:
            mail = mail_settings.of(parts.settings, signs(session).chosen, parts.secrets)
    except SocialqError:
        return NOT_USABLE
    return "" if mail.server else NO_SERVER
