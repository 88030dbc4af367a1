"""Pictures and videos as the composer shows them, with what each chosen network will change. Refuses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialq.domain.fitting import fits
from socialq.domain.shots import is_video
from socialq.models import Channel
from socialq.networks.base import Attachment
from socialq.services import refusals
from socialq.services.i18n import Words
from socialq.web import reach
from socialq.web.shown import called


@dataclass(frozen=True)
class Notice:
    """What a network changes; `crop` is what it shows, for the picture's address, empty when that is all of it."""

    text: str
    crop: str = ""


@dataclass(frozen=True)
class Shot:
    """`number` counts pictures and videos apart; `length` is a video's ("0:32"), empty for a picture."""

    id: int
    alt: str
    number: int
    length: str
    notices: list[Notice]


def shown(ids: Sequence[int], files: Sequence[Attachment], channels: Sequence[Channel]) -> list[Shot]:
    """In their order; `files` as the networks are shown them."""
    words = reach.words()
    notices = _notices(files, channels, words)
    found, counted = [], {True: 0, False: 0}
    for one_id, one, said in zip(ids, files, notices, strict=True):
        video = is_video(one)
        counted[video] += 1
        found.append(Shot(one_id, one.alt, counted[video], _lasts(one.seconds) if video else "", said))
    return found


def _notices(files: Sequence[Attachment], channels: Sequence[Channel], words: Words) -> list[list[Notice]]:
    """For each file, every sentence once."""
    said: list[dict[Notice, None]] = [{} for _ in files]
    for channel in channels:
        if network := reach.parts().networks.get(channel.network):
            name = called(channel.network, reach.parts().networks, words)
            for place, fit in enumerate(fits(files, network.limits.updated(channel.limits), name)):
                crop = "-".join(map(str, fit.recipe.box)) if fit.recipe and fit.recipe.box else ""
                for number, one in enumerate(fit.notices):  # the crop is what comes first
                    said[place][Notice(refusals.said(words, one) or str(one), "" if number else crop)] = None
    return [list(one) for one in said]


def _lasts(seconds: float) -> str:
    """ "0:32", "1:02:05"."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
