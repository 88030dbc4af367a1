"""One-time rights to choose a password, by a link: asked for, handed out to a new member, used once. Mails nothing itself."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.errors import NotFound
from socialq.members.access import set_password, withdraw_links
from socialq.members.people import member_of
from socialq.members.tokens import hashed, new_token
from socialq.models import Member, PasswordReset

ASKED = timedelta(hours=1)
INVITED = timedelta(days=7)


def allow(session: Session, member_id: int, lasts: timedelta) -> str:
    """Returns the token for the link, which nobody can get again; older ones of hers end. Raises NotFound."""
    member = member_of(session, member_id)
    withdraw_links(session, member.id)
    token, now = new_token(), db.now(session)
    session.add(
        PasswordReset(token_hash=hashed(token), member_id=member.id, created_at=now, expires_at=now + lasts)
    )  # fmt: skip
    session.flush()
    return token


def whose(session: Session, token: str) -> int:
    """The member's id; changes nothing. Raises NotFound: unknown, used, or run out."""
    row = session.scalars(select(PasswordReset).where(PasswordReset.token_hash == hashed(token))).first()
    if row is None or row.used_at is not None or row.expires_at <= db.now(session):
        raise NotFound("This link does not work any more. Ask for a new one.")
    return row.member_id


def use(session: Session, token: str, password_hash: str) -> Member:
    """Of two at once one comes through; signs her out everywhere. Raises NotFound."""
    now = db.now(session)
    taken = update(PasswordReset).where(PasswordReset.token_hash == hashed(token), PasswordReset.used_at.is_(None))
    taken = taken.where(PasswordReset.expires_at > now).values(used_at=now)
    member_id = session.scalar(taken.returning(PasswordReset.member_id))
    if member_id is None:
        raise NotFound("This link does not work any more. Ask for a new one.")
    member = member_of(session, member_id)
    set_password(session, member, password_hash, f"member:{member.id}")
    return member
