"""The one request that makes a post public, and what is made ready before it. X knows no identity: what is lost is read back."""

import re
from typing import Any

from socialq import clock
from socialq.domain.outcomes import NotSent, Outcome, Prepared, Published
from socialq.networks.base import Account, Content, Remember
from socialq.networks.call import not_out, plainly
from socialq.networks.x import links, media
from socialq.networks.x.client import Answer, Client, Unexplained
from socialq.networks.x.refusals import meaning


def prepare(post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
    """Repeatable: starts from what is remembered. A text alone needs no request: each of X's costs money."""
    memory = dict(post.memory)
    parent = post.reply_to.get("remote_id") if post.reply_to is not None else None
    if post.reply_to is not None and not parent:
        return NotSent("the post before it in the thread is not out yet")
    memory.update(text=post.text, reply_to=str(parent) if parent else None)

    def keep(**step: Any) -> None:
        memory.update(step)
        remember(step)

    try:
        stopped = media.bring(Client(account), post.media, memory, keep, account) if post.media else None
    except Exception as error:  # nothing of this makes a post public
        return NotSent(plainly(error))
    return stopped or Prepared(post.key, memory)


def publish(prepared: Prepared, account: Account) -> Outcome:
    """Exactly one request. Raises when the answer is lost or cannot be explained."""
    memory = prepared.memory
    attached = memory.get("media", [])
    if media.over(attached, clock.host_now()):  # prepared anew, they are uploaded again
        return NotSent("the preparation was too old")
    reply_to = memory.get("reply_to")
    account.call.arm()
    try:
        answer = Client(account).create(memory["text"], [one["id"] for one in attached], reply_to)
    except Exception as error:
        return not_out(account.call, error)
    if answer.status in (200, 201):
        return _published(answer, account)
    found = meaning(answer, account, again=prepared.again, answers=bool(reply_to))
    if found is None:
        raise Unexplained(f"the server answered {answer.status}")
    return found


def _published(answer: Answer, account: Account) -> Published:
    remote_id = answer.object.get("id")
    if not isinstance(remote_id, str) or not re.fullmatch(r"\d{1,19}", remote_id, re.ASCII):
        raise Unexplained("the server said yes, but not to what")
    return Published(remote_id, links.address(account.handle, remote_id))
