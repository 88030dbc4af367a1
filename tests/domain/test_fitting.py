"""What becomes of pictures and videos: cropped and made smaller as declared, never stretched; refused with the counts."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.fitting import Recipe, fits
from socialq.domain.objecting import objections
from socialq.networks.limits import Limits

VIDEOS = Limits(100, videos=1, video_bytes=100_000_000, video_seconds=(3, 60), video_ratio=(0.5, 2))


@dataclass(frozen=True)
class Thing:
    media_type: str = "image/jpeg"
    width: int = 1000
    height: int = 1000
    size: int = 1000
    seconds: float = 0
    codecs: str = ""


def told(things: list[Thing], takes: Limits) -> list[str]:
    return [str(one) for one in objections(things, takes, "X")]


def noticed(thing: Thing, takes: Limits) -> tuple[Recipe | None, list[str]]:
    (fit,) = fits([thing], takes, "X")
    return fit.recipe, [str(one) for one in fit.notices]


@pytest.mark.parametrize(
    ("things", "takes", "said"),
    [
        ([Thing()] * 4, Limits(9), []),
        ([Thing()] * 5, Limits(9), ["There are 5 pictures, X takes 4."]),
        ([Thing("image/gif")] * 2, Limits(9, gifs=1), ["There are 2 moving pictures, X takes 1."]),
        ([Thing("image/gif"), Thing()], Limits(9, gifs=1), ["A moving picture stands alone on X: leave the others out."]),
        ([Thing("image/gif")], Limits(9, image_types=("image/jpeg",)), ["Picture 1 moves, and X would show it standing still."]),
        ([Thing("image/gif", size=6_100_000)], Limits(9, gif_bytes=5_000_000), ["Picture 1 moves and has 7 MB, X takes 5."]),
        ([Thing("image/png")], Limits(9, image_types=("image/webp",)), ["X does not take picture 1 (image/png)."]),
        ([Thing("video/mp4")], Limits(9), ["socialq cannot post videos on X."]),
        ([Thing("video/mp4", seconds=4)] * 2, VIDEOS, ["There are 2 videos, X takes 1."]),
        ([Thing(), Thing("video/mp4", seconds=4)], VIDEOS, ["Pictures and a video cannot stand in one post on X."]),
        ([Thing(), Thing("video/mp4", seconds=4)], replace(VIDEOS, mixed=True), []),
        ([Thing("video/webm", seconds=4)], VIDEOS, ["X does not take video 1 (video/webm)."]),
        ([Thing("video/mp4", seconds=4, codecs="hevc aac")], replace(VIDEOS, video_codecs=("h264",)),
         ["Video 1 is encoded as HEVC, which X does not take: save it as H.264."]),
        ([Thing("video/mp4", seconds=4, codecs="h264 aac")], replace(VIDEOS, video_codecs=("h264",)), []),
        ([Thing("video/mp4", seconds=61)], VIDEOS, ["Video 1 lasts 61 seconds, X takes at most 60."]),
        ([Thing("video/mp4", seconds=1.25)], VIDEOS, ["Video 1 lasts 1.2 seconds, X takes at least 3."]),
        ([Thing("video/mp4", size=100_000_001, seconds=4)], VIDEOS, ["Video 1 has 101 MB, X takes 100."]),
        ([Thing("video/mp4", 2100, 1000, seconds=4)], VIDEOS, ["Video 1 is too wide for X: at most 2:1."]),
        ([Thing("video/mp4", 400, 1000, seconds=4)], VIDEOS, ["Video 1 is too tall for X: at most 1:2."]),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_with_its_counts(things: list[Thing], takes: Limits, said: list[str]) -> None:
    assert told(things, takes) == said


@pytest.mark.parametrize(
    ("thing", "takes", "size", "said"),
    [
        (Thing(), Limits(9), None, []),
        (Thing(800, 1000).__class__("image/jpeg", 800, 1000), Limits(9, image_ratio=(0.8, 1.91)), None, []),
        (Thing(height=2000), Limits(9, image_ratio=(0.8, 1.91)), (1000, 1250), ["X shows picture 1 cropped to 4:5."]),
        (Thing(width=8000), Limits(9, image_ratio=(0.8, 1.91)), (1910, 1000),
         ["X shows only the middle of picture 1: 1.91:1, 23% of it."]),
        (Thing(), Limits(9, image_pixels=250_000), (500, 500), ["Picture 1 is made smaller for X: 500 × 500 pixels."]),
        (Thing(size=3_000_000), Limits(9, image_bytes=1_000_000), (1000, 1000),
         ["Picture 1 is made smaller for X, to 1 MB at most."]),
        (Thing("image/png"), Limits(9, image_types=("image/jpeg",)), (1000, 1000),
         ["What shows through in picture 1 becomes white on X."]),
    ],
)  # fmt: skip
def test_what_changes_is_said(thing: Thing, takes: Limits, size: tuple[int, int] | None, said: list[str]) -> None:
    recipe, notices = noticed(thing, takes)
    assert notices == said
    assert (recipe and (recipe.width, recipe.height)) == size
    assert recipe is None or recipe.media_type in takes.image_types


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from([(0.8, 1.91), (1.0, 1.0), (0.5, 3.0)]))
def test_a_crop_is_the_middle_inside_the_picture_and_never_stretched(
    width: int, height: int, wanted: tuple[float, float]
) -> None:
    takes = Limits(9, image_ratio=wanted, image_pixels=1_000_000)
    recipe, _ = noticed(Thing(width=width, height=height), takes)
    if recipe is None:
        return
    left, top, right, bottom = recipe.box or (0, 0, width, height)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height
    assert abs(left - (width - right)) <= 1 and abs(top - (height - bottom)) <= 1
    assert recipe.width * recipe.height <= takes.image_pixels
    # Two sides that shrink alike differ by the rounding to whole pixels only.
    assert abs(recipe.width * (bottom - top) - recipe.height * (right - left)) <= max(bottom - top, right - left)
    again, _ = noticed(Thing(width=right - left, height=bottom - top), replace(takes, image_pixels=10**9))
    assert again is None or min(right - left, bottom - top) < 300, "what was cropped is not cropped once more"


def test_channels_that_ask_for_the_same_share_a_recipe() -> None:
    one, two = Limits(9, image_bytes=100), Limits(500, image_bytes=100, images=9)
    first, second = noticed(Thing(), one)[0], noticed(Thing(), two)[0]
    assert first is not None and second is not None and first.key == second.key
