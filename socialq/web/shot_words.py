"""What is said of pictures and videos in the reader's language: objections as the networks write them, notices of what changes."""

from socialq.services.i18n import mark

# As domain/objecting.py writes them in English.
OBJECTIONS = (
    mark("There are %(size)s pictures, %(network)s takes %(most)s."),
    mark("There are %(size)s videos, %(network)s takes %(most)s."),
    mark("There are %(size)s moving pictures, %(network)s takes %(most)s."),
    mark("Pictures and a video cannot stand in one post on %(network)s."),
    mark("A moving picture stands alone on %(network)s: leave the others out."),
    mark("%(network)s does not take picture %(number)s (%(type)s)."),
    mark("Picture %(number)s moves, and %(network)s would show it standing still."),
    mark("Picture %(number)s moves and has %(size)s MB, %(network)s takes %(most)s."),
    mark("socialq cannot post videos on %(network)s."),
    mark("%(network)s does not take video %(number)s (%(type)s)."),
    mark("Video %(number)s has %(size)s MB, %(network)s takes %(most)s."),
    mark("Video %(number)s lasts %(size)s seconds, %(network)s takes at most %(most)s."),
    mark("Video %(number)s lasts %(size)s seconds, %(network)s takes at least %(most)s."),
    mark("Video %(number)s is too wide for %(network)s: at most %(ratio)s."),
    mark("Video %(number)s is too tall for %(network)s: at most %(ratio)s."),
)
# As domain/fitting.py has them.
NOTICES = (
    mark("%(network)s shows picture %(number)s cropped to %(ratio)s."),
    mark("%(network)s shows only the middle of picture %(number)s: %(ratio)s, %(share)s%% of it."),
    mark("Picture %(number)s is made smaller for %(network)s: %(width)s × %(height)s pixels."),
    mark("Picture %(number)s is made smaller for %(network)s, to %(most)s MB at most."),
    mark("What shows through in picture %(number)s becomes white on %(network)s."),
)


def lasts(seconds: float) -> str:
    """ "0:32", "1:02:05"."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
