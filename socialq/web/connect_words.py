"""What connecting and the networks have against an account, as they write it in English, said in the reader's language."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from socialq.connecting.channels import BY_HAND
from socialq.connecting.choices import Choice
from socialq.connecting.ending import Ended
from socialq.errors import BadInput
from socialq.networks.base import Network
from socialq.services import reasons
from socialq.services.i18n import mark
from socialq.web import forms, reach
from socialq.web.forms import Given

KNOWN = (
    # any server
    mark("Give the address of the server, for example mastodon.social."),
    mark("Give only the address of the server, for example mastodon.social."),
    mark("Only addresses that begin with https:// can be called."),
    mark("This is not the address of a server; check its spelling."),
    mark("This address lies in a private network and cannot be called."),
    mark("This server has no address on the internet."),
    mark("The port behind the server's address is not a number up to 65535."),
    mark("The certificate of %(host)s could not be verified; check the address."),
    mark("%(host)s does not answer in time; try again later."),
    mark("%(host)s cannot be reached; check the address of the server."),
    mark("%(host)s cannot be reached; try again later."),
    mark("%(host)s does not answer like a %(network)s server; check its address."),
    mark("%(host)s takes no more requests for now; try again in a few minutes."),
    mark("%(host)s has trouble of its own (error %(status)s); try again later."),
    # Mastodon
    mark("Give an access token; the server shows one under Preferences, Development."),
    mark("%(host)s does not accept this token; make a new one there under Preferences, Development."),
    mark("%(host)s no longer knows socialq; start again, and socialq registers itself anew."),
    mark("%(host)s did not accept the way back, perhaps it took too long; start again."),
    mark("The server sent you back without a usable answer; start again."),
    # every network with an app of its own
    mark("%(host)s gave no answer that can be used; try again later."),
    mark("%(network)s needs an app, which somebody makes there by hand."),
    mark("%(network)s did not accept the way back, perhaps it took too long; start again."),
    mark("%(network)s gave no token that can be used; start again."),
    mark(
        "%(network)s was not told to allow everything (%(missing)s is missing): start again and leave all boxes ticked there."
    ),
    mark(
        "%(network)s does not know socialq's app or its secret is another one by now: copy both codes again from there, "
        "under Settings, Network apps."
    ),
    # Bluesky
    mark("Give an app password; make one in Bluesky under Settings, Privacy and security, App passwords."),
    mark("Give the account's handle, for example vera.bsky.social."),
    mark(
        "This is the account's own password, which asks for a code by mail; make an app password "
        "in Bluesky under Settings, Privacy and security, App passwords."
    ),
    mark("%(host)s takes no more log-ins for now; try again in an hour."),
    mark("Bluesky has shut this account, or its owner has; open it there first."),
    mark(
        "%(host)s does not accept this handle and app password; check the handle, or make a new one "
        "in Bluesky under Settings, Privacy and security, App passwords."
    ),
    # X
    mark("Log in on X, or give an access token of it."),
    mark("X's older tokens have four parts: consumer key and secret, access token and secret."),
    mark("X does not accept this token: log in there again, or copy it anew."),
    mark("The app's credit at X is used up: add to it in X's developer console, then try again."),
    mark("The app at X may not read and write: allow that in X's developer console, then log in there again."),
    # Facebook
    mark("Facebook does not accept this access: log in there again."),
    mark(
        "This access belongs to a person, and socialq can only post to Pages: log in with the button, or give the token of the Page."
    ),
    mark("Your task on this Page does not let you post: ask who manages it to let you create content."),
    # practice
    mark("Give the practice account a handle of letters, digits, dots and dashes, for example vera."),
    mark("The practice folder cannot be written: %(why)s."),
    # what was typed
    mark("The token is empty: give it on standard input."),
    mark("That is too long for a token."),
    mark("A token is one line without spaces: copy it again."),
    mark("This account is connected already: it is channel %(channel)s of %(client)s."),
    mark("%(network)s needs a server: give its address."),
    mark("%(network)s has one server for all: leave the server out."),
    mark("%(network)s needs the account's handle."),
    mark("%(network)s calls this account something that cannot be stored."),
    mark("This is %(other)s, another account than %(handle)s: log in as %(handle)s, or connect it as a new channel."),
)  # fmt: skip
DECLINED = mark("On %(host)s the answer was no, so nothing was connected. Try again when you do want to.")
REFUSED = mark("%(host)s sent you back without a usable answer. Nothing was connected: try again.")
NOT_ALLOWED = mark(
    "%(host)s has not allowed socialq's app yet to ask for what it needs. Nothing was connected: the app needs that permission "
    "on the site for developers, under Settings, Network apps stands where."
)
NOT_SET_UP = mark(
    "%(host)s does not know socialq's app as it is set up. Nothing was connected: compare both codes under Settings, Network apps, "
    "and put this redirect address into the app there: %(address)s"
)
LATER = mark("%(host)s has trouble of its own. Nothing was connected: try again later.")
ANSWERS = {
    "access_denied": DECLINED, "user_denied": DECLINED, "user_cancelled_login": DECLINED,
    "user_cancelled_authorize": DECLINED, "invalid_scope": NOT_ALLOWED, "unauthorized_scope_error": NOT_ALLOWED,
    "insufficient_scope": NOT_ALLOWED, "unauthorized_client": NOT_SET_UP, "invalid_client": NOT_SET_UP,
    "invalid_redirect_uri": NOT_SET_UP, "redirect_uri_mismatch": NOT_SET_UP, "invalid_request": NOT_SET_UP,
    "server_error": LATER, "temporarily_unavailable": LATER,
}  # fmt: skip
EMPTY = "The token is empty: give it on standard input."
PASTE = mark("Fill this in: paste it as you copied it.")
HAND = mark("You disconnected it yourself.")
GONE = mark("%(channel)s is disconnected. Its posts and numbers stay.")
NOT_TOLD = mark(
    "%(channel)s is disconnected here, but %(host)s could not be told. Take socialq's access away there yourself%(where)s."
)
WHERE = {  # a person takes access away, behind NOT_TOLD
    "mastodon": mark(", under Preferences, Account, Authorized apps"),
    "bluesky": mark(", under Settings, Privacy and security, App passwords"),
    "x": mark(", under Settings, Security and account access, Connected apps"),
}
PASSWORD_STAYS = mark(
    "Its app password stays valid until you delete it in Bluesky: Settings, Privacy and security, App passwords."
)
BESIDE = (
    ("handle and app password", "password"),
    ("handle", "handle"),
    ("token", "password"),
    ("password", "password"),
)
_HOLE = re.compile(r"%\\?\((\w+)\\?\)s")


def refuse(given: Given[Any], error: BadInput) -> None:
    """Says it beside the field that it is about."""
    field = next((name for word, name in BESIDE if word in str(error)), "server" if "server" in given.values else "")
    given.form = None
    given.errors["" if "connected already" in str(error) else field] = said(error)


def said(error: BadInput) -> str:
    """The sentence in the reader's language."""
    words, english = reach.words(), str(error)
    if english == EMPTY:
        return words.text(PASTE)
    for known in KNOWN:
        if found := _pattern(known).fullmatch(english):
            return words.text(known, **found.groupdict())
    return forms.say(error)


def offered(choice: Choice) -> Choice:
    """With what is against each account in the reader's language."""
    offers = [replace(one, why_not=said(BadInput(one.why_not))) if one.why_not else one for one in choice.offers]
    return replace(choice, offers=offers)


def answered(error: str, network: Network, server: str, returns_to: str) -> str:
    """What the network said instead of yes (`error` of OAuth), and what to do."""
    told, host = ANSWERS.get(error, REFUSED), place(network, server)
    more = {"address": returns_to} if told is NOT_SET_UP else {}
    return reach.words().text(told, host=host, **more)


def place(network: Network, server: str) -> str:
    """Where she logs in, as she would call it: a server that she named, else the network."""
    return server.partition("://")[2] or server if network.asks_server else network.name


def ended(what: Ended) -> str:
    """After disconnecting: done, and what is left for a person to do."""
    words = reach.words()
    if what.withdrawn is False:
        where = words.text(WHERE[what.network]) if what.network in WHERE else ""
        return words.text(NOT_TOLD, channel=what.handle, host=what.server.partition("://")[2], where=where)
    told = words.text(GONE, channel=what.handle)
    return f"{told} {words.text(PASSWORD_STAYS)}" if what.network == "bluesky" else told


def reason(written: str) -> str:
    """Why a channel is not connected, as it was written down."""
    words = reach.words()
    return words.text(HAND) if written == BY_HAND else reasons.reason(words, written)


@lru_cache(maxsize=64)
def _pattern(known: str) -> re.Pattern[str]:
    """A hole that comes twice holds the same both times."""
    seen: set[str] = set()

    def hole(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+?)"

    return re.compile(_HOLE.sub(hole, re.escape(known)), re.DOTALL)
