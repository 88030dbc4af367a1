"""What a delivery means for others: the parts after it in its chain, its post, and what waits because it says the same."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState, Move, PostState, sources, target
from socialq.models import Delivery, Post
from socialq.services.events import record as record_event

NO_PARENT = "the post before it in the thread has no link to answer to"


def parts_after(session: Session, delivery_id: int) -> list[Delivery]:
    """Those that still wait, in their order; whatever waits for one of them waits with it."""
    found: list[Delivery] = []
    ahead = [delivery_id]
    while ahead:
        waits = select(Delivery).where(Delivery.after_id.in_(ahead), Delivery.state == DeliveryState.SCHEDULED)
        parts = list(session.scalars(waits.order_by(Delivery.part, Delivery.id)))
        found += parts
        ahead = [one.id for one in parts]
    return found


def cancel_after(session: Session, delivery: Delivery, client_id: int, actor: str) -> None:
    """It does not go out, as somebody wished: so no part after it can."""
    for part in parts_after(session, delivery.id):
        values = {"state": target(Move.CANCEL), "reason": "the post before it in the thread does not go out"}
        waits = (Delivery.id == part.id, Delivery.state.in_(sources(Move.CANCEL)))
        session.execute(update(Delivery).where(*waits).values(values))
        record_event(session, actor, Move.CANCEL.value, f"delivery:{part.id}", client_id, reason=values["reason"])


def let_post_go(session: Session, delivery: Delivery) -> None:
    """A scheduled post of which nothing is left to send, is out or has failed is approved again: it can be planned anew."""
    left = select(Delivery.id).where(Delivery.post_id == Post.id, Delivery.state != DeliveryState.CANCELLED)
    scheduled = (Post.id == delivery.post_id, Post.state == PostState.SCHEDULED)
    gone = update(Post).where(*scheduled, ~left.correlate(Post).exists()).values(state=PostState.APPROVED)
    session.execute(gone.execution_options(synchronize_session="fetch"))


def waiting_behind(session: Session, delivery: Delivery) -> int:
    """How many deliveries with the same text wait on its channel until it is settled."""
    waits = select(func.count()).where(
        Delivery.channel_id == delivery.channel_id, Delivery.fingerprint == delivery.fingerprint,
        Delivery.state == DeliveryState.SCHEDULED, Delivery.id != delivery.id,
    )  # fmt: skip
    return session.scalar(waits) or 0
