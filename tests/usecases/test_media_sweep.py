"""What nobody uses goes after a day, file and row; what is used stays, and the same picture lies there once. No more than its share."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.errors import BadInput
from socialq.models import Media
from socialq.planning.content import Draft
from socialq.planning.creating import Later, create
from socialq.services.media import drop_spare, keeping, record, sweep
from socialq.services.storage import Storage
from socialq.wiring import Parts
from tests.factories import image_bytes, make_practice


def older(parts: Parts, hours: int) -> None:
    """As if everything had lain there for so long."""
    past = parts.db.now() - timedelta(hours=hours)
    with parts.db.begin() as session:
        session.execute(update(Media).values(created_at=past))
    for file in parts.media.iterdir():
        os.utime(file, (past.timestamp(), past.timestamp()))


def lying(parts: Parts) -> set[str]:
    return {file.name for file in parts.media.iterdir() if file.is_file()}


def rows(parts: Parts) -> set[str]:
    with parts.db.read() as session:
        return set(session.scalars(select(Media.name)))


def test_a_day_unused_and_it_goes(parts: Parts) -> None:
    vera, storage = make_practice(parts), Storage(parts.media)
    used, unused = vera.picture(colour="orange"), vera.picture(colour="green")
    with parts.db.begin() as session:
        create(session, vera.desk, vera.client.id, Draft("Brood", tuple(vera.channels), (used,)), Later())
    stray, half = parts.media / f"{'a' * 32}.png", parts.media / f"{'b' * 32}.part"
    for file in (stray, half, parts.media / "hers.txt"):
        file.write_bytes(b"x")
    assert sweep(parts.db, storage) == 0
    older(parts, 23)
    assert sweep(parts.db, storage) == 0
    older(parts, 25)
    fresh = parts.media / f"{'c' * 32}.png"
    fresh.write_bytes(b"x")
    assert sweep(parts.db, storage) == 2
    with parts.db.read() as session:
        assert session.get(Media, unused.media_id) is None
        assert session.get(Media, used.media_id) is not None
    assert lying(parts) == rows(parts) | {fresh.name, "hers.txt"} and len(rows(parts)) == 1


def test_the_same_picture_lies_there_once_for_a_client_and_has_its_day_again(parts: Parts) -> None:
    vera, storage = make_practice(parts), Storage(parts.media)
    first = vera.picture()
    older(parts, 25)
    with keeping(storage) as intake:
        accepted = [intake.accept(image_bytes(colour="orange"), "again.png")]
        with parts.db.begin() as session:
            found = [record(session, vera.client.id, one) for one in accepted]
    drop_spare(storage, accepted, found)
    assert found[0].id == first.media_id and lying(parts) == rows(parts)
    assert sweep(parts.db, storage) == 0


def test_no_client_has_more_than_its_share(parts: Parts) -> None:
    vera = make_practice(parts)
    vera.picture()
    before = lying(parts)
    with pytest.raises(BadInput, match="SOCIALQ_CLIENT_MEDIA_MB"), keeping(Storage(parts.media)) as intake:
        accepted = intake.accept(image_bytes(colour="green"), "more.png")
        with parts.db.begin() as session:
            record(session, vera.client.id, accepted, most=accepted.size)
    assert lying(parts) == before
