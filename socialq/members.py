"""Members: who may sign in. Keeps hashes only; prints and mails nothing."""

import re
import secrets

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.roles import Role
from socialq.errors import BadInput, NotFound
from socialq.models import Member
from socialq.services import events

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def add_member(session: Session, email: str, role: str, password_hash: str, by: str, name: str = "") -> Member:
    """`password_hash` comes from `hash_of`. Raises BadInput: no address, taken already, unknown role."""
    address = checked_email(email)
    if role not in set(Role):
        raise BadInput(f"There is no role “{role}”: use {' or '.join(Role)}.")
    if _find(session, address):
        raise BadInput(f"There is already a member with the address {address}.")
    member = Member(email=address, name=name, role=role, password_hash=password_hash, created_at=db.now(session))
    session.add(member)
    session.flush()
    events.record(session, by, "add_member", f"member:{member.id}", None, role=role)
    return member


def reset_password(session: Session, email: str, password_hash: str, by: str) -> Member:
    """A hash made by `hash_of`. Raises NotFound."""
    member = _find(session, checked_email(email))
    if member is None:
        raise NotFound("There is no member with that address.")
    member.password_hash = password_hash
    events.record(session, by, "reset_password", f"member:{member.id}", None)
    session.flush()
    return member


def checked_email(text: str) -> str:
    """The address in lower case. Raises BadInput."""
    address = text.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadInput("That is not an e-mail address: write it like vera@example.com.")
    return address


def hash_of(password: str) -> str:
    """Argon2id; takes 50 ms, so before the transaction. Raises BadInput on a password too short, too long or not typable."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if not password.isprintable():
        raise BadInput("The password holds characters that cannot be typed: use one line of text.")
    return PasswordHasher().hash(password)


def new_password() -> str:
    """A random one, 120 bits, to be shown once."""
    return secrets.token_urlsafe(15)


def _find(session: Session, address: str) -> Member | None:
    return session.scalars(select(Member).where(func.lower(Member.email) == address)).first()
