"""What becomes of a picture on its way to a network: as it is, or cropped and made smaller, which is said. Never stretched."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

from socialq.domain.shots import GIF, NEAR, Range, Said, Shot, Takes, down, is_video, ratio, written_as

SCRAP = 50  # of a hundred: less than so much left is said in another way

CROPPED = "%(network)s shows picture %(number)s cropped to %(ratio)s."
SCRAP_LEFT = "%(network)s shows only the middle of picture %(number)s: %(ratio)s, %(share)s%% of it."
FEWER_PIXELS = "Picture %(number)s is made smaller for %(network)s: %(width)s × %(height)s pixels."
FEWER_BYTES = "Picture %(number)s is made smaller for %(network)s, to %(most)s MB at most."
WHITE = "What shows through in picture %(number)s becomes white on %(network)s."


@dataclass(frozen=True)
class Recipe:
    """How a variant is made of a picture: what is cut out (left, top, right, bottom), how large it may be, as what."""

    box: tuple[int, int, int, int] | None
    width: int
    height: int
    media_type: str
    most: int  # bytes

    @property
    def key(self) -> str:
        """The same for every network that asks for the same."""
        cut = "-".join(map(str, self.box)) if self.box else "whole"
        return f"{cut}.{self.width}x{self.height}.{self.media_type.partition('/')[2]}.{self.most}"


@dataclass(frozen=True)
class Fit:
    """`recipe` None: it goes as it is. `notices` is what she is told of the change."""

    recipe: Recipe | None = None
    notices: tuple[Said, ...] = ()


def fits(shots: Sequence[Shot], takes: Takes, network: str) -> list[Fit]:
    """What becomes of each. Only for what has no objections; videos and moving pictures go as they are."""
    found, number = [], 0
    for one in shots:
        number += not is_video(one)
        fit = Fit() if is_video(one) or one.media_type == GIF else _fit(one, takes)
        named = {"number": number, "network": network}
        found.append(Fit(fit.recipe, tuple(Said(said.msgid, said.values | named) for said in fit.notices)))
    return found


def _fit(one: Shot, takes: Takes) -> Fit:
    box = _box(one, takes.image_ratio)
    width, height = (box[2] - box[0], box[3] - box[1]) if box else (one.width, one.height)
    notices = [_cropped(one, takes.image_ratio, width * height)] if box and takes.image_ratio else []
    if (pixels := width * height) > takes.image_pixels:
        side = sqrt(takes.image_pixels / pixels)
        width, height = max(1, floor(width * side)), max(1, floor(height * side))
        notices.append(Said(FEWER_PIXELS, {"width": width, "height": height}))
    elif one.size > takes.image_bytes:
        notices.append(Said(FEWER_BYTES, {"most": down(takes.image_bytes)}))
    written = written_as(one, takes) or one.media_type
    if written != one.media_type:
        notices.append(Said(WHITE, {}))
    recipe = Recipe(box, width, height, written, takes.image_bytes)
    return Fit(recipe, tuple(notices)) if notices else Fit()


def _cropped(one: Shot, wanted: Range, left: int) -> Said:
    edge = wanted[1] if one.width / one.height > wanted[1] else wanted[0]
    share = floor(100 * left / (one.width * one.height))
    if share < SCRAP:
        return Said(SCRAP_LEFT, {"ratio": ratio(edge), "share": share})
    return Said(CROPPED, {"ratio": ratio(edge)})


def _box(one: Shot, wanted: Range | None) -> tuple[int, int, int, int] | None:
    """The largest part in the middle that has a ratio the network takes; None when the whole has one."""
    if wanted is None or not one.width or not one.height:
        return None
    low, high = wanted
    is_now = one.width / one.height
    if is_now > high * (1 + NEAR):
        width = max(1, floor(one.height * high))
        left = (one.width - width) // 2
        return left, 0, left + width, one.height
    if is_now < low * (1 - NEAR):
        height = max(1, floor(one.width / low))
        top = (one.height - height) // 2
        return 0, top, one.width, top + height
    return None
