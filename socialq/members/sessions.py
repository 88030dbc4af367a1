"""Sessions: the browsers in which a member is signed in. Knows tokens as hashes only; checks no password."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.roles import Role
from socialq.members.tokens import hashed, new_token
from socialq.models import Member, MemberSession

LASTS = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)  # last seen is not written more often
LONGEST_AGENT = 200


@dataclass(frozen=True)
class Browser:
    """From where somebody asks."""

    address: str
    agent: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A member in one browser, as plain values. `actor` is how rows name her."""

    id: int
    name: str
    email: str
    role: Role
    language: str
    session_id: int
    stale: bool  # last seen should be written again

    @property
    def actor(self) -> str:
        return f"member:{self.id}"


def start(session: Session, member_id: int, browser: Browser) -> str:
    """Signs her in; returns the token for the cookie, which nobody can get again. Clears what has run out."""
    token, now = new_token(), db.now(session)
    session.execute(delete(MemberSession).where(MemberSession.seen_at < now - LASTS))
    row = MemberSession(
        token_hash=hashed(token), member_id=member_id, created_at=now, seen_at=now, memory={},
        address=browser.address[:64], agent=_shown(browser.agent),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return token


def who(session: Session, token: str) -> SignedIn | None:
    """Whose token it is; None when unknown, ended, run out, or of one who has left."""
    now = db.now(session)
    query = (
        select(Member, MemberSession.id, MemberSession.seen_at)
        .join(MemberSession, MemberSession.member_id == Member.id)
        .where(MemberSession.token_hash == hashed(token), Member.left_at.is_(None))
        .where(MemberSession.seen_at >= now - LASTS)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    member, session_id, seen_at = found
    stale = now - seen_at > SEEN_EVERY
    return SignedIn(member.id, member.name, member.email, Role(member.role), member.language, session_id, stale)


def seen(session: Session, session_id: int) -> None:
    """She is here now: the fourteen days start again."""
    session.execute(update(MemberSession).where(MemberSession.id == session_id).values(seen_at=db.now(session)))


def all_of(session: Session, member_id: int) -> list[MemberSession]:
    """Those that still count, the latest seen first."""
    query = select(MemberSession).where(
        MemberSession.member_id == member_id, MemberSession.seen_at >= db.now(session) - LASTS
    )
    return list(session.scalars(query.order_by(MemberSession.seen_at.desc(), MemberSession.id.desc())))


def end(session: Session, member_id: int, session_id: int) -> bool:
    """Ends one of hers; False when it is not hers, or gone."""
    query = delete(MemberSession).where(MemberSession.id == session_id, MemberSession.member_id == member_id)
    return session.scalar(query.returning(MemberSession.id)) is not None


def end_all(session: Session, member_id: int, but: int = 0) -> None:
    """Signs her out everywhere; `but` is the session that stays."""
    session.execute(delete(MemberSession).where(MemberSession.member_id == member_id, MemberSession.id != but))


def _shown(agent: str) -> str:
    return "".join(letter for letter in agent if letter.isprintable())[:LONGEST_AGENT]
