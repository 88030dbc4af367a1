"""The steps to one post: made unpublished (POST /{page}/feed, published=false), then made public (POST /{post}, is_published=true), the
one call that counts. Both stand in Meta's specification, and Meta writes that what is public cannot be made unpublished again: so the
same call once more publishes the same post, or nothing, and its number alone says whether it is out."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from socialq.domain.outcomes import NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks.base import Account, Attachment, Content, Remember
from socialq.networks.call import not_out, plainly
from socialq.networks.facebook.client import Answer, Client, Unexplained, client_of
from socialq.networks.facebook.links import address
from socialq.networks.facebook.refusals import FINAL, PREPARING, meant
from socialq.networks.text import links

Keep = Callable[..., None]
ID = re.compile(r"\d{1,30}(_\d{1,30})?", re.ASCII)
NO_THREADS = "Facebook knows no threads: only the first part can be a post there."
POST_GONE = "The post that was made ready on Facebook is not there any more; make it anew."
LOST_PICTURE = "the server has lost a picture; it is uploaded again"
TWICE = "Facebook says that the Page's last post is the same"


def prepare(post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
    """Repeatable: starts from what is remembered. An unpublished post whose number was lost stays behind where nobody sees it."""
    memory = dict(post.memory)

    def keep(**step: Any) -> None:
        memory.update(step)
        remember(step)

    try:
        return _steps(client_of(account), post, account, memory, keep) or Prepared(memory["post"], memory)
    except Exception as error:  # nothing of this makes a post public
        return NotSent(plainly(error))


def _steps(client: Client, post: Content, account: Account, memory: dict[str, Any], keep: Keep) -> Outcome | None:
    if post.reply_to:
        return Rejected(NO_THREADS)
    if "post" not in memory:
        outcome = _pictures(client, post, account, memory, keep) or _make(client, post, account, memory, keep)
        if outcome:
            return outcome
    return _read_back(client, account, memory, keep)


def _pictures(client: Client, post: Content, account: Account, memory: dict[str, Any], keep: Keep) -> Outcome | None:
    for attachment in post.media[len(memory.get("photos", [])) :]:
        answer = _upload(client, account.remote_id, attachment)
        if not ID.fullmatch(str(answer.fields.get("id"))):
            return _refused(answer, account)
        keep(photos=[*memory.get("photos", []), str(answer.fields["id"])])
    return None


def _upload(client: Client, page: str, attachment: Attachment) -> Answer:
    described = {"alt_text_custom": attachment.alt} if attachment.alt else {}
    with ExitStack() as opened:
        file = opened.enter_context(attachment.path.open("rb"))
        return client.ask("put_photo", file, f"{page}/photos", published="false", **described)


def _make(client: Client, post: Content, account: Account, memory: dict[str, Any], keep: Keep) -> Outcome | None:
    """Without pictures the first link of the text gets its preview."""
    found = links(post.text)
    what = {"link": found[0]} if found and not post.media else {}
    photos = memory.get("photos", [])
    what |= {f"attached_media[{place}]": json.dumps({"media_fbid": one}) for place, one in enumerate(photos)}
    if post.text:
        what["message"] = post.text
    answer = client.ask("put_object", account.remote_id, "feed", published="false", **what)
    number = str(answer.fields.get("id"))
    if ID.fullmatch(number):
        keep(post=number)
        return None
    if answer.code == 100 and len(post.memory.get("photos", [])):
        keep(photos=[])
        return NotSent(LOST_PICTURE)
    return _refused(answer, account)


def _read_back(client: Client, account: Account, memory: dict[str, Any], keep: Keep) -> Outcome | None:
    """What cannot be read now could not be looked at after a lost answer either."""
    answer = client.ask("get_object", memory["post"], fields="id,is_published,permalink_url")
    if answer.gone:
        return Rejected(POST_GONE)
    if not isinstance(answer.fields.get("is_published"), bool):
        return _refused(answer, account)
    keep(url=address(answer.fields.get("permalink_url"), memory["post"]))
    return None


def _refused(answer: Answer, account: Account) -> Outcome:
    """In preparation nothing is public, so what is not understood may simply be tried again."""
    return meant(answer, PREPARING, account.call) or NotSent(f"the server answered {answer.status}")


def publish(prepared: Prepared, account: Account) -> Outcome:
    """One POST to the unpublished post. Raises when the answer is lost or cannot be explained."""
    memory = prepared.memory
    account.call.arm()
    try:
        answer = client_of(account).ask("change", memory["post"], is_published="true")
    except Exception as error:
        return not_out(account.call, error)
    if answer.fields.get("success") is True:
        return Published(memory["post"], memory.get("url", ""))
    outcome = meant(answer, FINAL, account.call)
    if outcome is None:
        raise Unexplained(TWICE if answer.code == 506 else f"the server answered {answer.status}")
    return outcome
