"""Entries for pages: each post once, with its places and marks, in a number of queries that does not grow. On both databases."""

from datetime import timedelta

from sqlalchemy import event, update

from socialq.domain.marks import Mark
from socialq.domain.outcomes import Rejected
from socialq.models import Client, Post
from socialq.planning import agenda, overview
from tests.usecases.line import Line


def test_a_day_as_it_went(line: Line) -> None:
    out, failed, ahead = line.schedule("een", late=120), line.schedule("twee", late=60), line.schedule("drie", late=-60)
    line.publish(out)
    line.network.script = [lambda *_: Rejected("no")]
    line.publish(failed)
    with line.parts.db.begin() as session:
        for delivery in (out, failed, ahead):
            post = update(Post).where(Post.id == line.get(delivery).post_id)
            session.execute(post.values(scheduled_at=line.get(delivery).scheduled_at))
    with line.parts.db.read() as session:
        day = agenda.between(session, [line.client_id], line.now() - timedelta(days=1), line.now() + timedelta(days=1))
        assert [(one.text, one.mark) for one in day] == [
            ("een", Mark.LATE),
            ("twee", Mark.FAILED),
            ("drie", Mark.SCHEDULED),
        ]
        assert [(p.network, p.handle, p.delivery_id) for p in day[0].places] == [("fake", "bakkerij", out)]
        assert day[0].late >= timedelta(seconds=119) and day[0].places[0].url == "https://fake.example/1"
        (whole,) = overview.standing(session, Client.id == line.client_id, line.now())
        assert (whole.planned, [waiting for _, waiting in whole.channels]) == (1, [1])
        assert agenda.count(session, [line.client_id]) == 3 and agenda.count(session, []) == 0
        assert agenda.between(session, [], line.now() - timedelta(days=1), line.now() + timedelta(days=1)) == []
        assert [one.text for one in agenda.newest(session, [line.client_id], 2)] == ["drie", "twee"]
    with line.parts.db.begin() as session:
        session.execute(update(Client).values(paused_at=line.now()))
    with line.parts.db.read() as session:
        found = agenda.entry(session, line.get(ahead).post_id)
        assert found is not None and found.mark == Mark.HELD
        assert agenda.entry(session, 999) is None


def test_the_number_of_queries_does_not_grow(line: Line) -> None:
    def queries(posts: int) -> int:
        for number in range(posts):
            line.schedule(f"tekst {posts} {number}")
        seen: list[str] = []
        event.listen(line.parts.db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        with line.parts.db.read() as session:
            agenda.newest(session, [line.client_id], 200)
        return len([one for one in seen if one.startswith("SELECT")])

    few = queries(1)
    assert few <= 5 and queries(20) - few <= few
