"""Uploads, the frozen record, and the one request that makes it public. What an answer means is said here, and only here."""

from collections.abc import Callable
from typing import Any

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks.base import Account, Attachment, Content, Remember
from socialq.networks.bluesky import session
from socialq.networks.bluesky.names import POST, rkey_of, uri, web_address
from socialq.networks.bluesky.read import own_record
from socialq.networks.bluesky.record import Unfit, record
from socialq.networks.bluesky.tid import tid
from socialq.networks.bluesky.xrpc import SHUT, Answer, Unexplained, ask, tell, upload
from socialq.networks.call import not_out, plainly
from socialq.networks.meaning import Refused, Row, Table, outcome

RELOGIN = "Bluesky no longer accepts the app password"
SHUT_OUT = "Bluesky has shut this account, or its owner has"
# The documented refusals, by XRPC's own names.
REFUSALS: Table = (
    Row("deferred", "the server takes no more requests for now", status=429),
    Row("disconnected", SHUT_OUT, code=SHUT),
    Row("disconnected", RELOGIN, status=(401, 403), worded=True),
)
BLOB = ("$type", "ref", "mimeType", "size")
Memory = dict[str, Any]
Keep = Callable[..., None]


class _Stop(Exception):
    """Preparation ends with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def prepare(post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
    """Repeatable: starts from what is remembered. A record, once made, is never made again; only its pictures are uploaded anew."""
    memory = dict(post.memory)

    def keep(**step: Any) -> None:
        memory.update(step)
        remember(step)

    try:
        return _prepared(post, session.certain(_within_chain(post, account)), memory, keep)
    except _Stop as stop:
        return stop.outcome
    except session.NotIn as refused:
        return _not_in(refused.answer)
    except Unfit as error:
        return Rejected(f"{error}.")
    except Exception as error:  # nothing of this makes a post public
        return NotSent(plainly(error))


def _within_chain(post: Content, account: Account) -> Account:
    if post.reply_to is not None and not post.reply_to.get("remote_id"):
        raise _Stop(NotSent("the post before it in the thread is not out yet"))
    return account


def _prepared(post: Content, account: Account, memory: Memory, keep: Keep) -> Prepared:
    if "record" in memory:
        _upload_again(post, account, memory["media"])
        return Prepared(memory["rkey"], memory)
    media = list(memory.get("media", []))
    for attachment in post.media[len(media) :]:
        media.append(_image(account, attachment))
        keep(media=list(media))
    at = post.promised_at or clock.host_now()
    begun = max(at, clock.host_now())
    made = record(post.text, begun, post.language, media, _reply(post, account), lambda handle: _did(account, handle))
    keep(rkey=tid(post.key, at), record=made, media=media)
    return Prepared(memory["rkey"], memory)


def _upload_again(post: Content, account: Account, before: list[dict[str, Any]]) -> None:
    """A server forgets pictures that no post uses. The same bytes get the same name, so the record holds."""
    for attachment, kept in zip(post.media, before, strict=True):
        if _image(account, attachment)["image"]["ref"] != kept["image"]["ref"]:
            raise _Stop(Rejected("A picture is no longer the one that was prepared; make the post anew."))


def _image(account: Account, attachment: Attachment) -> dict[str, Any]:
    try:
        data = attachment.path.read_bytes()  # a megabyte at most, see `limits`
    except OSError:
        raise _Stop(Rejected("A picture cannot be read or made small enough; add it again.")) from None
    answer = upload(account, session.host(account), data, attachment.media_type, token=session.token(account))
    blob = answer.fields.get("blob")
    if answer.status != 200 or not isinstance(blob, dict) or not isinstance(blob.get("ref"), dict):
        raise _Stop(_refused(answer, "The server refuses a picture"))
    image = {name: blob[name] for name in BLOB if name in blob}
    return {
        "image": image,
        "alt": attachment.alt,
        "aspectRatio": {"width": attachment.width, "height": attachment.height},
    }


def _reply(post: Content, account: Account) -> dict[str, Any] | None:
    """Parent and root as strong references. The parent's own record says what its root is."""
    if post.reply_to is None:
        return None
    rkey = rkey_of(str(post.reply_to["remote_id"]))
    answer = own_record(account, rkey)
    if answer.status != 200 or not isinstance(answer.fields.get("value"), dict) or not answer.fields.get("cid"):
        raise _Stop(_refused(answer, "The post before it in the thread cannot be read"))
    parent = {"uri": uri(account.remote_id, rkey), "cid": answer.fields["cid"]}
    above = answer.fields["value"].get("reply")
    return {"root": above["root"] if isinstance(above, dict) and "root" in above else parent, "parent": parent}


def _did(account: Account, handle: str) -> str | None:
    answer = ask(account, session.host(account), "com.atproto.identity.resolveHandle", handle=handle)
    if answer.status == 429:
        raise _Stop(Deferred(answer.again_at(), "the server takes no more requests for now"))
    did = answer.fields.get("did")
    return did if answer.status == 200 and isinstance(did, str) else None


def publish(prepared: Prepared, account: Account) -> Outcome:
    """One putRecord under our own key; the same again changes nothing. Raises when the answer is lost or cannot be explained."""
    rkey, made = prepared.memory["rkey"], prepared.memory["record"]
    body = {"repo": account.remote_id, "collection": POST, "rkey": rkey, "record": made}
    account.call.arm()
    try:
        answer = tell(
            account, session.host(account), "com.atproto.repo.putRecord", body, token=session.token(account)
        )  # fmt: skip
    except Exception as error:
        return not_out(account.call, error)
    if answer.status == 200:
        return _published(answer, account, rkey)
    if answer.stale or answer.error == "BlobNotFound":  # prepared anew, it gets a new token and its pictures back
        return NotSent("the preparation was too old")
    outcome = _known_refusal(answer, "The server refuses the post")
    if outcome is None:
        raise Unexplained(f"the server answered {answer.status}")
    return outcome


def _published(answer: Answer, account: Account, rkey: str) -> Published:
    expected = uri(account.remote_id, rkey)
    if answer.fields.get("uri") != expected or not isinstance(answer.fields.get("cid"), str):
        raise Unexplained("the server said yes, but not to what")
    return Published(expected, web_address(account, rkey))


def _not_in(answer: Answer) -> Outcome:
    """No session: the account is refused, unless the server itself is in trouble."""
    if answer.status in (200, 400, 401, 403) and (answer.error or answer.fields):
        shut = answer.status == 200 or answer.error in SHUT
        what = SHUT_OUT if shut else RELOGIN
        return Disconnected(f"{what}: {answer.words}" if answer.words else f"{what}.")
    return _refused(answer, RELOGIN)


def _refused(answer: Answer, what: str) -> Outcome:
    """In preparation nothing is out, so what is not understood may simply be tried again."""
    return _known_refusal(answer, what) or NotSent(f"the server answered {answer.status}")


def _known_refusal(answer: Answer, what: str) -> Outcome | None:
    """None: it is in no row of the table, or only the token is refused."""
    rows = (*REFUSALS, Row("rejected", what, status=(400, 413), worded=True))
    words = answer.words if answer.error else ""
    refused = Refused(answer.status, words, answer.error, again_at=answer.again_at())
    return None if answer.stale else outcome(rows, refused)
