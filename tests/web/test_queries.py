"""What a page costs: ten queries at most (a delivery twelve), its frame included, and not one more with five times as much of all."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from socialq.members import sessions
from socialq.members.sessions import Browser as From
from socialq.models import Channel, Client, Incident, Member, Post, Revision, RevisionChannel, Slot
from socialq.models.base import Record
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.browser.pages import PAGES, Page
from tests.browser.worlds import FILLED
from tests.web.door import Browser, opened

MOST = 10
ANSWERED = 11  # Today, as long as a client's answer to "connect your account" stands on it
TO_DECIDE = 12  # the page on which a person decides about a delivery looks up what she must know first
TIMES = 5
WATCHED = [page for page in PAGES if "demo" in page.worlds and page.signed_in]
ASIDE = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The demo's installation, filled once for all pages."""
    parts = open_parts(Settings(data_dir=tmp_path_factory.mktemp("queries"), log_level="WARNING"))
    FILLED["demo"](parts)
    yield parts
    parts.db.dispose()


def path(page: Page, parts: Parts) -> str:
    return page.path if isinstance(page.path, str) else page.path(parts)


def counted(parts: Parts, addresses: list[str]) -> dict[str, int]:
    """How many statements each address takes, signed in as the owner."""
    asked: list[str] = []
    with opened(parts) as app, parts.db.begin() as session:
        owner = session.scalars(select(Member.id).where(Member.role == "owner")).one()
        token = sessions.start(session, owner, From("192.0.2.7"))
        session.commit()
        vera = Browser(app)
        vera.client.set_cookie("socialq", token, domain="localhost")
        engine = app.extensions["socialq"].db.engine
        event.listen(engine, "before_cursor_execute", lambda *said: asked.append(str(said[2])))
        found = {}
        for address in addresses:
            asked.clear()
            assert vera.get(address).status_code in (200, 404), address
            assert asked, address
            found[address] = len([one for one in asked if not one.startswith(ASIDE)])
    return found


def grow(parts: Parts) -> None:
    """Five times the clients, channels, slots, posts of the next days, and what is open."""
    with parts.db.begin() as session:
        client, channel = session.scalars(select(Client)).first(), session.scalars(select(Channel)).first()
        assert client and channel
        now = parts.db.now()
        for n in range(3 * TIMES):
            new = _copy(client, name=f"Klant {n:02}")
            client_id = session.scalar(insert(Client).values(new).returning(Client.id))
            session.add_all(
                Slot(client_id=client_id, weekday=day, at=now.time().replace(tzinfo=None)) for day in range(7)
            )
            here = _copy(channel, client_id=client_id, remote_id=f"copy-{n}")
            channel_id = session.scalar(insert(Channel).values(here).returning(Channel.id)) or 0
            for k in range(TIMES):
                post = Post(
                    client_id=client_id, state="in_review" if k % 2 else "draft", scheduled_at=now + timedelta(hours=k, days=n),
                    created_by="t", created_at=now,
                )  # fmt: skip
                session.add(post)
                session.flush()
                revision = Revision(post_id=post.id, number=1, text=f"Tekst {k}", created_by="t", created_at=now)
                revision.channels = [RevisionChannel(channel_id=channel_id)]
                session.add(revision)
                session.flush()
                post.revision_id = revision.id
        for one in list(session.scalars(select(Incident))):
            facts = _copy(one, subject=f"{one.subject.partition(':')[0]}:{900_000 + one.id}")
            session.execute(insert(Incident).values(facts))


def _copy(row: Record, **other: object) -> dict[str, object]:
    kept = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}
    return kept | other


def test_every_page_asks_ten_times_at_most_and_never_more_of_a_larger_practice(full: Parts) -> None:
    addresses = sorted({path(page, full) for page in WATCHED})
    small = counted(full, addresses)
    assert len(small) > 15
    most = {address: TO_DECIDE if address.startswith("/deliveries/") else MOST for address in small} | {"/": ANSWERED}
    assert {address: asked for address, asked in small.items() if asked > most[address]} == {}
    grow(full)
    large = counted(full, addresses)
    assert {address: asked for address, asked in large.items() if asked > small[address]} == {}
