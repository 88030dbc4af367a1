"""How much waits behind each place of the frame: what needs a person on Today. One query a page."""

from sqlalchemy import select

from socialq.models import Incident
from socialq.web import reach

Counts = dict[str, tuple[int, bool]]


def in_frame() -> Counts:
    """By endpoint: (how many rows, whether it is bad)."""
    if reach.visitor() is None:
        return {}
    with reach.parts().db.read() as session:
        query = select(Incident.id, Incident.kind, Incident.client_id).where(Incident.resolved_at.is_(None))
        found = session.execute(query.where(reach.seen_by(Incident.client_id))).all()
    rows = {(kind, client_id, 0 if kind == "delivery_missed" else one) for one, kind, client_id in found}
    return {"today.show": (len(rows), True)}
