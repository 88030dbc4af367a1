"""Does publishing run? From the heartbeats of scheduler and publishing workers: amber after a minute, red after three."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.models import Heartbeat
from socialq.services.i18n import Words
from socialq.web import reach
from socialq.web.frame import Beat
from socialq.web.house import House, house

AMBER = timedelta(seconds=60)
RED = timedelta(minutes=3)


def in_frame() -> Beat | None:
    """For every page of a member."""
    if reach.visitor() is None:
        return None
    with reach.parts().db.read() as session:
        return beat(last_sign(session), house(session), reach.words())


def last_sign(session: Session) -> datetime | None:
    """Both must live: whichever was heard of the longest ago. None: one of them never was, or not for a day."""
    newest = select(func.max(Heartbeat.beat_at))
    scheduler = session.scalar(newest.where(Heartbeat.name.startswith("scheduler:", autoescape=True)))
    worker = session.scalar(newest.where(Heartbeat.name == "queue:publish"))
    return min(scheduler, worker) if scheduler and worker else None


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
