"""What a job may ask for: these functions, with ids, and nothing else. The row decides; a job carries no authority."""

from collections.abc import Callable
from typing import Any

from workers.bench import Bench

MOST_IDS = 100
LARGEST_ID = 2**31 - 1


class Refused(Exception):
    """A job that this program did not write."""


def publish(bench: Bench, ids: list[int]) -> None:
    """Deliveries that are due."""
    from socialq.publishing.publish import publish as use_case

    bench.by_channel("publish", ids, use_case)


def prepare(bench: Bench, ids: list[int]) -> None:
    """Deliveries whose uploads may begin ahead of time."""
    from socialq.publishing.prepare import prepare as use_case

    bench.by_channel("prepare", ids, use_case)


def reconcile(bench: Bench, ids: list[int]) -> None:
    """Deliveries of which nobody knows whether they are out."""
    from socialq.publishing.reconcile import reconcile as use_case

    bench.by_channel("reconcile", ids, use_case)


def poll(bench: Bench, ids: list[int]) -> None:
    """Deliveries that a network has taken and still works on."""
    from socialq.publishing.poll import poll as use_case

    bench.by_channel("poll", ids, use_case)


def pull(bench: Bench, ids: list[int]) -> None:
    """Channels whose numbers are due."""
    from socialq.metrics.pull import pull as use_case

    parts, renew = bench.parts, bench.refused
    bench.channels("pull", ids, lambda one: use_case(parts.db, parts.networks, bench.open_account, one, refused=renew))


def refresh(bench: Bench, ids: list[int]) -> None:
    """Channels whose access is renewed ahead of its end."""
    bench.channels("refresh", ids, lambda one: bench.refresher.refresh(one))


def build(bench: Bench, ids: list[int]) -> None:
    """Reports that are ordered."""
    bench.one_by_one("report", ids, lambda one: _build(bench, one))


def mail(bench: Bench, ids: list[int]) -> None:
    """Mails that may leave."""
    bench.one_by_one("mail", ids, lambda one: _mail(bench, one))


def ping(bench: Bench, _ids: list[int]) -> None:
    """Says that the queue works from end to end."""
    bench.pulse()


JOBS: dict[str, Callable[[Bench, list[int]], None]] = {
    f"workers.jobs.{function.__name__}": function
    for function in (publish, prepare, reconcile, poll, pull, refresh, build, mail, ping)
}


def run(bench: Bench, payload: Any) -> None:
    """Runs `[name, None, [ids], {}]` as RQ stores a call. Raises Refused when the name or an id is not one of ours."""
    function, ids = _checked(payload)
    bench.persist(lambda: function(bench, ids))


def _build(bench: Bench, report_id: int) -> None:
    """The drawing libraries take a second to load: in the thread that draws, not in the one that listens."""
    from socialq.reports.build import build as use_case

    use_case(bench.parts.db, report_id)


def _mail(bench: Bench, mail_id: int) -> None:
    from socialq.alerting.send import send as use_case

    use_case(bench.parts.db, bench.parts.settings, bench.parts.secrets, mail_id)


def _checked(payload: Any) -> tuple[Callable[[Bench, list[int]], None], list[int]]:
    match payload:
        case [str(name), None, [*ids], {**named}] if not named and name in JOBS:
            if len(ids) > MOST_IDS or not all(type(one) is int and 0 < one <= LARGEST_ID for one in ids):
                raise Refused("its ids are not ids")
            return JOBS[name], ids
        case _:
            raise Refused("it names no job of ours")
