"""/metrics, for Prometheus: numbers from rows alone, so that any process may answer. Not there without the token of the settings."""

import hmac
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from socialq.domain.states import DeliveryState
from socialq.publishing.vitals import LATENESS, Lateness, Vitals, read_lateness, read_vitals
from socialq.services.incident_words import KINDS
from socialq.services.outbox import DROPPED, FAILED, NOT_SURE, QUEUED, SENDING, SENT
from socialq.web import reach

MAILS = (QUEUED, SENDING, SENT, NOT_SURE, FAILED, DROPPED)
ROLES = ("publish", "pull", "slow")

bp = Blueprint("measures", __name__)


@bp.get("/metrics")
@reach.without_member
def show() -> Response:
    """404 for whoever does not bring the token: the page does not say that it is there."""
    parts = reach.parts()
    wanted = f"Bearer {parts.settings.metrics_token}"
    given = request.headers.get("Authorization", "")
    if not parts.settings.metrics_token or not hmac.compare_digest(given.encode(), wanted.encode()):
        abort(404)
    with parts.db.read() as session:
        numbers = _Numbers(read_vitals(session), read_lateness(session), 12 * parts.settings.heartbeat)
    registry = CollectorRegistry()
    registry.register(numbers)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Numbers:
    """One answer. A state or kind of which there is none is 0, not absent: an alert rule can rely on it."""

    def __init__(self, vitals: Vitals, lateness: Lateness, longest: float) -> None:
        self._vitals, self._lateness, self._longest = vitals, lateness, longest

    def collect(self) -> Iterator[Metric]:
        """As Prometheus' client asks for it."""
        v = self._vitals
        yield _by("deliveries", "Deliveries by state.", "state", dict.fromkeys(DeliveryState, 0) | dict(v.deliveries))
        yield _one("due_unclaimed", "Deliveries that could go out now and have no claim.", v.due)
        yield _one("oldest_due_age_seconds", "Age of the oldest of them.", v.oldest_due)
        yield self._late()
        yield _by("queue_heartbeat_age_seconds", "Since a job last came through the queue.", "queue", v.queues)
        yield _one(
            "scheduler_heartbeat_age_seconds",
            "Of the scheduler heard of last.",
            min(v.schedulers.values(), default=None),
        )
        yield _one("redis_answer_age_seconds", "Since Redis last answered anybody.", v.redis_age)
        living = {role: sum(age <= self._longest for age in v.workers.get(role, [])) for role in ROLES}
        yield _by("workers_alive", "Worker processes that said lately that they live.", "role", living)
        yield _one("clock_offset_seconds", "Database ahead of the scheduler's machine.", v.clock_off)
        yield _by("incidents_open", "Open incidents by kind.", "kind", dict.fromkeys(KINDS, 0) | dict(v.incidents))
        yield _by("mails", "Mails by state.", "state", dict.fromkeys(MAILS, 0) | dict(v.mails))

    def _late(self) -> Metric:
        late = self._lateness
        buckets = [(str(limit), float(count)) for limit, count in zip(LATENESS, late.within, strict=True)]
        made = GaugeHistogramMetricFamily(
            "socialq_lateness_seconds", "Publication minus promise, of what went out in the last six hours."
        )
        made.add_metric([], buckets=[*buckets, ("+Inf", float(late.count))], gsum_value=late.total)
        return made


def _one(name: str, told: str, value: float | None) -> Metric:
    """Without a sample where nothing is known: missing is not zero."""
    made = GaugeMetricFamily(f"socialq_{name}", told)
    if value is not None:
        made.add_metric([], value)
    return made


def _by(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    made = GaugeMetricFamily(f"socialq_{name}", told, labels=[label])
    for key, value in sorted(values.items()):
        made.add_metric([str(key)], value)
    return made
