"""Members: who may sign in, and which clients an assistant sees. Keeps hashes only; prints and mails nothing."""

import re
from collections.abc import Collection

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.roles import Role
from socialq.domain.words import one_line
from socialq.errors import BadInput, NotAllowed, NotFound
from socialq.models import Client, Event, Member, MemberClient
from socialq.services import events

LANGUAGES = ("nl", "en")
LONGEST_NAME = 200
DEMO = "demo"  # who made the member of the demo
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def add_member(
    session: Session, email: str, role: str, password_hash: str, by: str, name: str = "", language: str = "en"
) -> Member:
    """`password_hash` comes from `hash_of`; empty: she chooses one by a link. Who had left comes back.

    Raises BadInput: no address, taken already, unknown role or language."""
    address = checked_email(email)
    check(role, language)
    member = _find(session, address, left=True)
    if member is not None and member.left_at is None:
        raise BadInput("There is already a member with the address %(email)s.", email=address)
    if member is None:
        member = Member(email=address, created_at=db.now(session))
        session.add(member)
    member.left_at, member.password_hash = None, password_hash
    member.name, member.role, member.language = checked_name(name), role, language
    session.flush()
    events.record(session, by, "add_member", f"member:{member.id}", None, role=role)
    return member


def add_first_owner(session: Session, email: str, name: str, password_hash: str, language: str) -> Member:
    """Of two that try at once one comes through. Raises NotAllowed when there is a member, BadInput."""
    if session.get_bind().dialect.name != "sqlite":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE members IN SHARE ROW EXCLUSIVE MODE"))
    if anybody(session):
        raise NotAllowed("This socialq has an owner already: sign in.")
    if not name.strip():
        raise BadInput("Type your name: clients and colleagues see it.")
    return add_member(session, email, Role.OWNER, password_hash, "first-run", name, language)


def anybody(session: Session) -> bool:
    """Whether there is any member, also one that has left."""
    return session.scalar(select(Member.id).limit(1)) is not None


def change_self(session: Session, member_id: int, name: str, language: str) -> None:
    """Her own name and language. Raises BadInput."""
    member = member_of(session, member_id)
    check(member.role, language)
    member.name, member.language = checked_name(name), language


def greet(session: Session, member_id: int, language: str) -> None:
    """The demo's member speaks as the first browser does in which she signs in; from then on her own choice holds."""
    hers = (Event.actor == DEMO, Event.subject == f"member:{member_id}")
    done = set(session.scalars(select(Event.verb).where(*hers)))
    if done != {"add_member"}:
        return
    member_of(session, member_id).language = language
    events.record(session, DEMO, "greet", f"member:{member_id}", None, language=language)


def give_clients(session: Session, member: Member, clients: Collection[int]) -> None:
    """These and no others; an owner sees all and has no list. Raises BadInput."""
    wanted = set() if member.role == Role.OWNER else set(clients)
    known = set(session.scalars(select(Client.id).where(Client.id.in_(wanted))))
    if wanted - known:
        raise BadInput("One of the chosen clients is not there any more: choose again.")
    session.execute(delete(MemberClient).where(MemberClient.member_id == member.id))
    session.add_all(MemberClient(member_id=member.id, client_id=one) for one in sorted(wanted))
    session.flush()


def member_of(session: Session, member_id: int) -> Member:
    """Held against others who change her. Raises NotFound, also when she has left."""
    member = session.get(Member, member_id, with_for_update=True)
    if member is None or member.left_at is not None:
        raise NotFound("There is no such member.")
    return member


def active_member(session: Session, email: str) -> Member | None:
    """By address, in whatever case; None when unknown, left, or no address at all."""
    return _find(session, email.strip().lower())


def checked_email(text: str) -> str:
    """The address in lower case. Raises BadInput."""
    address = text.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadInput("That is not an e-mail address: write it like vera@example.com.")
    return address


def checked_name(text: str) -> str:
    """One line; may be empty. Raises BadInput."""
    try:
        return one_line(text, "The name", LONGEST_NAME) if text.strip() else ""
    except ValueError as error:
        raise BadInput(str(error)) from None


def check(role: str, language: str) -> None:
    """Raises BadInput on one that is not there."""
    if role not in set(Role):
        raise BadInput("There is no role “%(role)s”: use %(roles)s.", role=role, roles=" or ".join(Role))
    if language not in LANGUAGES:
        raise BadInput("The language “%(language)s” is not there.", language=language)


def _find(session: Session, address: str, *, left: bool = False) -> Member | None:
    query = select(Member).where(func.lower(Member.email) == address)
    return session.scalars(query if left else query.where(Member.left_at.is_(None))).first()
