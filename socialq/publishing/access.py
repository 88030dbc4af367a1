"""Access that lasts until a post is out: renewed in time, and once more when a network has refused it. Asks no network itself."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from socialq.domain.access import Access
from socialq.domain.outcomes import Disconnected, NotOut, NotSent, Outcome
from socialq.errors import Unavailable
from socialq.models import Channel
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work
from socialq.services.tokens import open_renewable

ENDS = "The access to this account ends too soon to post with it."
RENEWING = "the access to this account is being renewed"


def lasting(sender: Sender, work: Work) -> Work | NotOut:
    """The same work with access that does not end under way: an answer then could be explained by nobody."""
    if _lasts(sender, work):
        return work
    if sender.renewals is None:
        return Disconnected(ENDS)
    match sender.renewals.refresh(work.channel_id, work.version):
        case Access.RENEWED:
            fresh = _read_again(sender, work)
            return fresh if _lasts(sender, fresh) else Disconnected(ENDS)
        case Access.OVER:
            return Disconnected(ENDS)
    return NotSent(RENEWING)


def may_renew(sender: Sender, work: Work, outcome: Outcome) -> bool:
    """The account was refused, but perhaps only this token of it. False when that cannot be asked: the answer goes first."""
    if not isinstance(outcome, Disconnected) or sender.renewals is None:
        return False
    try:
        return sender.renewals.may(work.channel_id, work.version)
    except (SQLAlchemyError, Unavailable):
        return False


def renew(sender: Sender, work: Work) -> bool:
    """After a refusal. False: only a person can."""
    if sender.renewals is None:
        return False
    return sender.renewals.refresh(work.channel_id, work.version, refused=True) is not Access.OVER


def _lasts(sender: Sender, work: Work) -> bool:
    until = work.access_ends_at
    return until is None or until >= sender.db.now() + timedelta(seconds=sender.times.token_lasts)


def _read_again(sender: Sender, work: Work) -> Work:
    with sender.db.read() as session:
        channel = session.get_one(Channel, work.channel_id)
    call = work.account.call
    account = open_renewable(sender.db, sender.parts.secrets, sender.journal, channel, call)
    return replace(work, account=account, access_ends_at=channel.expires_at, version=channel.credentials_version)
