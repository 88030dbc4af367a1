"""What the scheduler tells the world outside the database: owners when it is away, and a watchman while all is well."""

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from socialq import clock
from socialq.alerting.outage import Outage
from socialq.errors import SocialqError, Unavailable
from socialq.networks.call import Call, plainly
from socialq.publishing.vitals import read_vitals, trouble
from workers.desk import Desk

MINUTE = 12  # beats
LONGEST = 10.0  # seconds for each half of a ping

log = structlog.get_logger()


class Outside:
    """Entries of the timetable, beside the desk's. What talks to other machines does so in a thread: a tick waits for nobody."""

    def __init__(self, desk: Desk) -> None:
        parts = desk.parts
        self.outage = Outage(parts.db, parts.settings, parts.secrets, MINUTE * parts.settings.heartbeat)
        self.calling: threading.Thread | None = None
        self._desk = desk
        self._said = ""

    def beat(self) -> None:
        """The desk's own, and whether it could be written."""
        started = clock.boottime()
        try:
            self._desk.beat()
        except (SQLAlchemyError, Unavailable) as error:
            self.outage.failed(error, started)
            raise
        self.outage.answered()

    def remember(self) -> None:
        """Whom to tell when the database is away."""
        self.outage.remember()

    def tell_watchman(self) -> None:
        """Fetches the ping URL while the database, Redis and the publish workers answer and nothing waits that could go out."""
        settings = self._desk.parts.settings
        if not settings.ping_url or (self.calling is not None and self.calling.is_alive()):
            return
        with self._desk.parts.db.read() as session:
            why = trouble(read_vitals(session), settings.times)
        why = why or ("" if self._desk.bell.answers() else "Redis does not answer")
        if why != self._said:
            log.info(
                "the watchman outside hears again" if not why else "the watchman outside hears nothing", because=why
            )
            self._said = why
        if not why:
            self.calling = threading.Thread(target=_fetch, args=(settings.ping_url,), name="watchman", daemon=True)
            self.calling.start()


def _fetch(url: str) -> None:
    """The address comes from the settings, so it may be a private one. It holds a secret, so no line names it."""
    call = Call(connect_within=LONGEST, total=LONGEST, allow_private=True)
    try:
        answer = call.session().get(url)
        if answer.status_code >= 300:
            log.warning("the ping URL does not answer as it should", status=answer.status_code)
    except (OSError, SocialqError) as error:  # what requests raises is an OSError
        log.warning("the ping URL cannot be fetched", because=plainly(error))
    finally:
        call.close()
