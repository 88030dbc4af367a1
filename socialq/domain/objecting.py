"""Why a network would refuse pictures or videos, in sentences with the counts. What can be changed to fit is none: see `fitting`."""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor

from socialq.domain.shots import GIF, NEAR, Said, Shot, Takes, down, is_video, ratio, up, written_as

Found = Iterator[tuple[str, dict[str, object]]]

CODECS = {"hevc": "HEVC", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "mpeg4": "MPEG-4"}
MANY_PICTURES = "There are %(size)s pictures, %(network)s takes %(most)s."
MANY_VIDEOS = "There are %(size)s videos, %(network)s takes %(most)s."
MANY_MOVING = "There are %(size)s moving pictures, %(network)s takes %(most)s."
MIXED = "Pictures and a video cannot stand in one post on %(network)s."
ALONE = "A moving picture stands alone on %(network)s: leave the others out."
NO_TYPE = "%(network)s does not take picture %(number)s (%(type)s)."
STILL_ONLY = "Picture %(number)s moves, and %(network)s would show it standing still."
HEAVY_MOVING = "Picture %(number)s moves and has %(size)s MB, %(network)s takes %(most)s."
NO_VIDEOS = "socialq cannot post videos on %(network)s."
NO_VIDEO_TYPE = "%(network)s does not take video %(number)s (%(type)s)."
NO_CODEC = "Video %(number)s is encoded as %(codec)s, which %(network)s does not take: save it as H.264."
HEAVY_VIDEO = "Video %(number)s has %(size)s MB, %(network)s takes %(most)s."
LONG_VIDEO = "Video %(number)s lasts %(size)s seconds, %(network)s takes at most %(most)s."
SHORT_VIDEO = "Video %(number)s lasts %(size)s seconds, %(network)s takes at least %(most)s."
WIDE_VIDEO = "Video %(number)s is too wide for %(network)s: at most %(ratio)s."
TALL_VIDEO = "Video %(number)s is too tall for %(network)s: at most %(ratio)s."


def objections(shots: Sequence[Shot], takes: Takes, network: str) -> list[Said]:
    """Why the network would refuse them, each with its counts; empty when all of them can go, changed or not."""
    return [Said(msgid, values | {"network": network}) for msgid, values in _objections(shots, takes)]


def _objections(shots: Sequence[Shot], takes: Takes) -> Found:
    videos = [one for one in shots if is_video(one)]
    moving = [one for one in shots if one.media_type == GIF] if takes.gifs is not None else []
    pictures = len(shots) - len(videos) - len(moving)
    if pictures > takes.images:
        yield MANY_PICTURES, {"size": pictures, "most": takes.images}
    if takes.gifs is not None and len(moving) > takes.gifs:
        yield MANY_MOVING, {"size": len(moving), "most": takes.gifs}
    elif moving and len(shots) > len(moving) and not takes.mixed:
        yield ALONE, {}
    if videos and not takes.videos:
        yield NO_VIDEOS, {}
    elif len(videos) > takes.videos:
        yield MANY_VIDEOS, {"size": len(videos), "most": takes.videos}
    elif videos and pictures and not takes.mixed:
        yield MIXED, {}
    for msgid, number, values in _of_each(shots, takes):
        yield msgid, {"number": number} | values


def _of_each(shots: Iterable[Shot], takes: Takes) -> Iterator[tuple[str, int, dict[str, object]]]:
    """Pictures and videos are counted apart, as a person counts them."""
    pictures = videos = 0
    for one in shots:
        if is_video(one):
            videos += 1
            if takes.videos:
                yield from ((msgid, videos, values) for msgid, values in _of_video(one, takes))
        else:
            pictures += 1
            yield from ((msgid, pictures, values) for msgid, values in _of_picture(one, takes))


def _of_picture(one: Shot, takes: Takes) -> Found:
    if one.media_type == GIF:
        most = takes.gif_bytes or takes.image_bytes
        if GIF not in takes.image_types:
            yield STILL_ONLY, {}
        elif one.size > most:
            yield HEAVY_MOVING, {"size": up(one.size), "most": down(most)}
    elif written_as(one, takes) is None:
        yield NO_TYPE, {"type": one.media_type}


def _of_video(one: Shot, takes: Takes) -> Found:
    (least, most), codec = takes.video_seconds, one.codecs.partition(" ")[0]
    if one.media_type not in takes.video_types:
        yield NO_VIDEO_TYPE, {"type": one.media_type}
    elif codec and takes.video_codecs and codec not in takes.video_codecs:
        yield NO_CODEC, {"codec": CODECS.get(codec, codec)}
    if takes.video_bytes and one.size > takes.video_bytes:
        yield HEAVY_VIDEO, {"size": up(one.size), "most": down(takes.video_bytes)}
    if most and one.seconds > most:
        yield LONG_VIDEO, {"size": ceil(one.seconds), "most": floor(most)}
    if one.seconds < least:
        yield SHORT_VIDEO, {"size": round(one.seconds, 1), "most": least}
    if takes.video_ratio and one.height:
        low, high = takes.video_ratio
        if one.width / one.height > high * (1 + NEAR):
            yield WIDE_VIDEO, {"ratio": ratio(high)}
        if one.width / one.height < low * (1 - NEAR):
            yield TALL_VIDEO, {"ratio": ratio(low)}
