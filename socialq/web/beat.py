"""Does publishing run? From the heartbeats of scheduler and publishing workers: amber after a minute, red after three."""

from datetime import datetime, timedelta

from socialq.services.i18n import Words
from socialq.web import reach
from socialq.web.frame import Beat
from socialq.web.house import House, house
from socialq.web.signs import signs

AMBER = timedelta(seconds=60)
RED = timedelta(minutes=3)


def in_frame() -> Beat | None:
    """For every page of a member."""
    if reach.visitor() is None:
        return None
    with reach.parts().db.read() as session:
        return beat(signs(session).beat_at, house(session), reach.words())


def beat(last: datetime | None, home: House, words: Words) -> Beat:
    """In the reader's language."""
    if last is None:
        return Beat(words.text("Publishing does not run"), words.text("Stands still"), "bad")
    time = home.when(last, words)
    if home.now - last > RED:
        return Beat(words.text("Publishing stands still since %(time)s", time=time), words.text("Stands still"), "bad")
    if home.now - last > AMBER:
        return Beat(words.text("No sign of publishing since %(time)s", time=time), words.text("Silent"), "wait")
    return Beat(words.text("Publishing runs, last sign %(time)s", time=time), words.text("Runs"))
