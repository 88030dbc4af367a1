"""Pictures, moving pictures and videos brought to X before the post: each step remembered, nothing made public."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq import clock
from socialq.domain.outcomes import Deferred, NotOut, NotSent, Rejected
from socialq.domain.shots import GIF, is_video
from socialq.networks.base import Account, Attachment
from socialq.networks.call.pieces import Piece, forgotten, send_pieces
from socialq.networks.x.client import Answer, Client
from socialq.networks.x.refusals import meaning

UPLOAD = "/2/media/upload"
EACH = 4_000_000  # bytes of a piece: 128 of them are the largest video, X counts to 999
LIVES = timedelta(hours=20)  # X keeps an upload for a day
SOON, LATEST = 3, 60  # seconds until a look at what X still works on
Memory = dict[str, Any]
Keep = Callable[..., None]


def bring(client: Client, media: Sequence[Attachment], memory: Memory, keep: Keep, account: Account) -> NotOut | None:
    """None: all of it is there, ready and described. Starts from what is remembered."""
    moment = clock.host_now()
    for place, one in enumerate(media):
        there = memory.get("media", [])
        if place < len(there) and over(there[place:], moment):  # they stand in order: what comes after goes again too
            keep(media=there[:place])
        stopped = _Way(client, one, place, memory, keep, account).go(moment)
        if stopped is not None:
            return stopped
    return None


def over(media: Sequence[Mapping[str, Any]], moment: datetime) -> bool:
    """X has forgotten one of them, or soon will."""
    return any(one["ends"] <= moment.timestamp() for one in media)


class _Way:
    """One of them, from the file to a description at X."""

    def __init__(
        self, client: Client, one: Attachment, place: int, memory: Memory, keep: Keep, account: Account
    ) -> None:
        self.client, self.one, self.place, self.memory, self.keep, self.account = (
            client, one, place, memory, keep, account,
        )  # fmt: skip
        self.begun, self.pieces = f"begun{place}", f"pieces{place}"

    def go(self, moment: datetime) -> NotOut | None:
        whole = not is_video(self.one) and self.one.media_type != GIF
        if len(self.memory.get("media", [])) <= self.place:
            stopped = self._at_once(moment) if whole else self._in_pieces(moment)
            if stopped is not None:
                return stopped
        return self._await() or self._describe()

    @property
    def kept(self) -> Mapping[str, Any]:
        return dict(self.memory["media"][self.place])

    def _at_once(self, moment: datetime) -> NotOut | None:
        data = base64.b64encode(self.one.path.read_bytes()).decode()
        answer = self.client.post(UPLOAD, {"media": data, "media_category": "tweet_image"})
        return self._there(answer, moment + LIVES)

    def _in_pieces(self, moment: datetime) -> NotOut | None:
        if stopped := self._begin(moment):
            return stopped
        said = send_pieces(
            self.one.path, EACH, self._piece, memory=self.memory, remember=lambda step: self.keep(**step),
            name=self.pieces,
        )  # fmt: skip
        if said is not None:
            return said
        begun = self.memory[self.begun]
        answer = self.client.post(f"{UPLOAD}/{begun['id']}/finalize")
        if answer.status in (400, 404):
            return self._anew()
        return self._there(answer, datetime.fromtimestamp(begun["ends"], UTC))

    def _begin(self, moment: datetime) -> NotOut | None:
        begun = self.memory.get(self.begun)
        if begun and begun["ends"] > moment.timestamp():
            return None
        answer = self.client.post(f"{UPLOAD}/initialize", {
            "media_type": self.one.media_type, "total_bytes": self.one.path.stat().st_size,
            "media_category": "tweet_gif" if self.one.media_type == GIF else "tweet_video",
        })  # fmt: skip
        if not _is_id(answer):
            return self._refused(answer)
        begun = {"id": answer.object["id"], "ends": int((moment + LIVES).timestamp())}
        self.keep(**{self.begun: begun}, **forgotten(self.pieces))
        return None

    def _piece(self, piece: Piece) -> NotOut | None:
        body = {"media": base64.b64encode(piece.data()).decode(), "segment_index": piece.number}
        answer = self.client.post(f"{UPLOAD}/{self.memory[self.begun]['id']}/append", body)
        if answer.status in (400, 404):
            return self._anew()
        return None if 200 <= answer.status < 300 else self._refused(answer)

    def _anew(self) -> NotOut:
        """X has lost its side of it."""
        self.keep(**{self.begun: None}, **forgotten(self.pieces))
        return NotSent("the server has lost a picture; it is uploaded again")

    def _there(self, answer: Answer, ends: datetime) -> NotOut | None:
        if not _is_id(answer):
            return self._refused(answer)
        added = {"id": answer.object["id"], "ends": int(ends.timestamp()), "state": _state(answer), "described": False}
        self.keep(media=[*self.memory.get("media", []), added])
        return Deferred(_look_again(answer), STILL) if added["state"] == "working" else None

    def _await(self) -> NotOut | None:
        """One question at most."""
        if self.kept["state"] == "ready":
            return None
        answer = self.client.get(UPLOAD, {"command": "STATUS", "media_id": self.kept["id"]})
        if not _is_id(answer):
            return self._refused(answer)
        match _state(answer):
            case "working":
                return Deferred(_look_again(answer), STILL)
            case "failed":
                self.keep(media=self.memory["media"][: self.place], **{self.begun: None}, **forgotten(self.pieces))
                return Rejected("X cannot use this video or picture: make it anew, as MP4 with H.264 and AAC.")
        self._mark(state="ready")
        return None

    def _describe(self) -> NotOut | None:
        if not self.one.alt or self.kept["described"]:
            return None
        told = {"id": self.kept["id"], "metadata": {"alt_text": {"text": self.one.alt}}}
        answer = self.client.post("/2/media/metadata", told)
        if answer.status != 200:
            return self._refused(answer)
        self._mark(described=True)
        return None

    def _mark(self, **what: Any) -> None:
        media = [dict(one) for one in self.memory["media"]]
        media[self.place] |= what
        self.keep(media=media)

    def _refused(self, answer: Answer) -> NotOut:
        """Nothing is out, so what is not understood may simply be tried again."""
        found = meaning(answer, self.account)
        return found if isinstance(found, NotOut) else NotSent(f"the server answered {answer.status}")


STILL = "the server still works on a picture"


def _is_id(answer: Answer) -> bool:
    found = answer.object.get("id")
    return answer.status in (200, 201, 202) and isinstance(found, str) and found.isascii() and found.isdecimal()


def _processing(answer: Answer) -> Mapping[str, Any]:
    found = answer.object.get("processing_info")
    return found if isinstance(found, dict) else {}


def _state(answer: Answer) -> str:
    match _processing(answer).get("state", "succeeded"):
        case "succeeded":
            return "ready"
        case "failed":
            return "failed"
    return "working"


def _look_again(answer: Answer) -> datetime:
    wait = _processing(answer).get("check_after_secs")
    seconds = wait if isinstance(wait, int) and 0 < wait <= LATEST else SOON
    return clock.host_now() + timedelta(seconds=seconds)
