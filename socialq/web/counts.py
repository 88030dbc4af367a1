"""How much waits behind each place of the frame: what needs a person on Today."""

from socialq.web import reach
from socialq.web.signs import signs

Counts = dict[str, tuple[int, bool]]


def in_frame() -> Counts:
    """By endpoint: (how many rows, whether it is bad)."""
    if reach.visitor() is None:
        return {}
    with reach.parts().db.read() as session:
        return {"today.show": (signs(session).needs, True)}
