"""Uploads, and the one request that makes a post public. What an answer means for the delivery is said here, and only here."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from socialq import clock
from socialq.domain.outcomes import Deferred, NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks.base import Account, Attachment, Content, Remember
from socialq.networks.call import not_out, plainly
from socialq.networks.mastodon.client import Answer, Client, Unexplained
from socialq.networks.meaning import Refused, Row, Table, outcome

LOOK_AGAIN = timedelta(seconds=3)  # a picture that the server still works on
# The documented refusals, in Mastodon's own form (which a proxy before it does not have).
REFUSALS: Table = (
    Row("disconnected", "The server no longer accepts the token", status=401),
    Row("disconnected", "The server does not let this account post", status=403, worded=True),
    Row("rejected", "The server refuses the post", status=(400, 404, 410, 413, 422), worded=True),
    Row("deferred", "the server takes no more requests for now", status=429),
)


def prepare(post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
    """Repeatable: starts from what is remembered. Only an upload is worth remembering before the next step; the rest is asked again."""
    memory = dict(post.memory)

    def keep(**step: Any) -> None:
        memory.update(step)
        remember(step)

    try:
        client = Client(account)
        return _steps(client, post, account, memory, keep) or Prepared(post.key, memory)
    except Exception as error:  # nothing of this makes a post public
        return NotSent(plainly(error))


def _steps(client: Client, post: Content, account: Account, memory: dict[str, Any], keep: Any) -> Outcome | None:
    if "text" not in memory:
        reply_to = post.reply_to.get("remote_id") if post.reply_to else None
        memory.update(text=post.text, language=post.language, reply_to=reply_to)
    if "known" not in memory:
        answer = client.ask("account_statuses", account.remote_id, exclude_reblogs=True, limit=1)
        if answer.status != 200 or not isinstance(answer.body, list):
            return _refused(answer)
        memory.update(known=str(answer.body[0]["id"]) if answer.body else None)
    for attachment in post.media[len(memory.get("media", [])) :]:
        answer = _upload(client, attachment)
        if answer.status not in (200, 202) or not answer.fields.get("id"):
            return _refused(answer)
        ready = answer.status == 200 and bool(answer.fields.get("url"))
        keep(media=[*memory.get("media", []), {"id": str(answer.fields["id"]), "ready": ready}])
    return _await_media(client, memory, keep)


def _upload(client: Client, attachment: Attachment) -> Answer:
    kind = attachment.media_type.partition("/")[2]
    return client.ask(
        "media_post", attachment.path.read_bytes(), attachment.media_type, attachment.alt or None, file_name=f"picture.{kind}"
    )  # fmt: skip


def _await_media(client: Client, memory: Mapping[str, Any], keep: Any) -> Outcome | None:
    """Asks once for each picture that was not ready. None: all are."""
    media = [dict(one) for one in memory.get("media", [])]
    for place, one in enumerate(media):
        if one["ready"]:
            continue
        answer = client.ask("media", one["id"])
        if answer.status == 206:
            return Deferred(clock.host_now() + LOOK_AGAIN, "the server still works on a picture")
        if answer.status == 404:
            keep(media=media[:place])
            return NotSent("the server has lost a picture; it is uploaded again")
        if answer.status != 200:
            return _refused(answer)
        one["ready"] = True
        keep(media=media)
    return None


def publish(prepared: Prepared, account: Account) -> Outcome:
    """One POST under the identity as its Idempotency-Key. Raises when the answer is lost or cannot be explained."""
    memory = prepared.memory
    account.call.arm()
    try:
        answer = Client(account).ask(
            "status_post",
            memory["text"],
            in_reply_to_id=memory.get("reply_to"),
            media_ids=[one["id"] for one in memory.get("media", [])] or None,
            visibility="public",
            language=memory.get("language") or None,
            idempotency_key=prepared.identity,
        )
    except Exception as error:
        return not_out(account.call, error)
    if answer.status == 200:
        return _published(answer)
    return _known_refusal(answer) or _unexplained(answer)


def _published(answer: Answer) -> Published:
    remote_id = answer.fields.get("id")
    if not isinstance(remote_id, str) or not re.fullmatch(r"[\w-]{1,64}", remote_id) or "content" not in answer.fields:
        raise Unexplained("the server said yes, but not to what")
    url = answer.fields.get("url")
    return Published(remote_id, url if isinstance(url, str) and url.startswith(("https://", "http://")) else "")


def _unexplained(answer: Answer) -> Outcome:
    raise Unexplained(f"the server answered {answer.status}")


def _refused(answer: Answer) -> Outcome:
    """In preparation nothing is out, so what is not understood may simply be tried again."""
    if answer.status == 413:
        return Rejected("The server refuses a picture: it is too large.")
    return _known_refusal(answer) or NotSent(f"the server answered {answer.status}")


def _known_refusal(answer: Answer) -> Outcome | None:
    """None: it is in no row of the table."""
    return outcome(REFUSALS, Refused(answer.status, answer.words, again_at=answer.again_at()))
