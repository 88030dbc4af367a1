"""What a member may get into, changed: password, role, clients, leaving. Whatever is taken away ends at once."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.roles import Role
from socialq.errors import NotAllowed, NotFound
from socialq.members import sessions, throttle
from socialq.members.people import active_member, check, checked_email, give_clients, member_of
from socialq.models import Member, MemberClient, PasswordReset
from socialq.services import events


def reset_password(session: Session, email: str, password_hash: str, by: str) -> Member:
    """A hash made by `hash_of`. Opens the door that guesses had closed, too. Raises NotFound."""
    member = active_member(session, checked_email(email))
    if member is None:
        raise NotFound("There is no member with that address.")
    set_password(session, member, password_hash, by)
    return member


def set_password(session: Session, member: Member, password_hash: str, by: str) -> None:
    """Whatever was signed in with the old one ends, and so do links to choose another."""
    member.password_hash = password_hash
    sessions.end_all(session, member.id)
    withdraw_links(session, member.id)
    throttle.forgive(session, throttle.of_email("sign-in", member.email))
    events.record(session, by, "reset_password", f"member:{member.id}", None)
    session.flush()


def change_member(session: Session, member_id: int, role: str, clients: Collection[int], by: str) -> Member:
    """Role and, for an assistant, the clients she sees. Another role signs her out. Raises NotFound, BadInput, NotAllowed."""
    _by_an_owner(session, by)
    member = member_of(session, member_id)
    check(role, member.language)
    if member.role != role:
        _not_oneself(member, by)
        sessions.end_all(session, member.id)
    member.role = role
    give_clients(session, member, clients)
    events.record(session, by, "change_member", f"member:{member.id}", None, role=role, clients=sorted(set(clients)))
    return member


def remove_member(session: Session, member_id: int, by: str) -> Member:
    """She leaves: signed out everywhere, at once. What she did stays hers. Raises NotFound, NotAllowed."""
    _by_an_owner(session, by)
    member = member_of(session, member_id)
    _not_oneself(member, by)
    member.left_at, member.password_hash = db.now(session), ""
    sessions.end_all(session, member.id)
    withdraw_links(session, member.id)
    session.execute(delete(MemberClient).where(MemberClient.member_id == member.id))
    events.record(session, by, "remove_member", f"member:{member.id}", None)
    return member


def withdraw_links(session: Session, member_id: int) -> None:
    """Links to choose a password that were not used work no more."""
    session.execute(delete(PasswordReset).where(PasswordReset.member_id == member_id, PasswordReset.used_at.is_(None)))


def _by_an_owner(session: Session, by: str) -> None:
    """Asked again under a lock on all owners: of two who remove each other at once, one comes through."""
    owners = select(Member.id).where(Member.role == Role.OWNER, Member.left_at.is_(None)).order_by(Member.id)
    if by.removeprefix("member:") not in {str(one) for one in session.scalars(owners.with_for_update())}:
        raise NotAllowed("Only an owner can do that.")


def _not_oneself(member: Member, by: str) -> None:
    """So there is always an owner: whoever may do this is one, and stays."""
    if by == f"member:{member.id}":
        raise NotAllowed("You cannot do that to yourself: ask another owner.")
