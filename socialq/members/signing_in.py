"""Signing in: the throttle, the password, a new session. The same answer and time whether the address is known or not."""

from sqlalchemy.orm import Session

from socialq.db import Database
from socialq.errors import BadInput, TooMany
from socialq.members import sessions, throttle
from socialq.members.access import set_password
from socialq.members.passwords import hash_of, matches, outdated
from socialq.members.people import active_member, member_of
from socialq.members.sessions import Browser, SignedIn
from socialq.members.throttle import Limit

PER_EMAIL = 10
PER_ADDRESS = 40


def sign_in(db: Database, email: str, password: str, browser: Browser) -> str:
    """The token of a new session. Raises BadInput when address and password do not belong together, TooMany."""
    _guard(db, email, browser)
    with db.read() as session:
        member = active_member(session, email)
    stored = member.password_hash if member else ""
    if not matches(stored, password) or member is None:
        raise BadInput(
            "The e-mail address and the password do not belong together. Try again, or choose a new password."
        )
    fresh = hash_of(password) if outdated(stored) else stored
    with db.begin() as session:
        found = member_of(session, member.id)
        if found.password_hash != stored:
            raise BadInput("The password was changed just now: sign in with the new one.")
        found.password_hash = fresh
        _forgive(session, email, browser)
        return sessions.start(session, member.id, browser)


def change_password(db: Database, me: SignedIn, old: str, new_hash: str, browser: Browser) -> str:
    """Ends every session of hers; returns the token of a new one for this browser. Raises BadInput, TooMany."""
    _guard(db, me.email, browser)
    with db.read() as session:
        member = active_member(session, me.email)
    stored = member.password_hash if member else ""
    if not matches(stored, old):
        raise BadInput("That is not your present password.")
    with db.begin() as session:
        found = member_of(session, me.id)
        if found.password_hash != stored:
            raise BadInput("The password was changed just now: sign in with the new one.")
        set_password(session, found, new_hash, me.actor)
        _forgive(session, me.email, browser)
        return sessions.start(session, me.id, browser)


def _guard(db: Database, email: str, browser: Browser) -> None:
    with db.begin() as session:
        wait = throttle.take(session, [
            Limit(throttle.of_email("sign-in", email), PER_EMAIL),
            Limit(throttle.of_address("sign-in", browser.address), PER_ADDRESS),
        ])  # fmt: skip
    if wait:
        raise TooMany(wait)


def _forgive(session: Session, email: str, browser: Browser) -> None:
    throttle.forgive(session, throttle.of_email("sign-in", email))
    throttle.give_back(session, throttle.of_address("sign-in", browser.address))
