"""How far the files of a post are on their way to its network, in the page of its delivery."""

from sqlalchemy import update

from socialq.models import Delivery
from socialq.wiring import Parts
from tests.factories import Practice
from tests.web.door import Browser


def test_how_far_its_files_are_stands_in_the_page(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled()
    with parts.db.read() as session:
        delivery = session.query(Delivery.id).filter_by(post_id=post.id).first()
    assert delivery is not None
    path = f"/deliveries/{delivery[0]}"
    said = "% is there"
    for memory, told in (
        ({"text": "x", "upload:1": {"sent": 1, "of": 4}, "upload:2": {"sent": 4, "of": 6}}, "50 % is there"),
        ({"upload:1": {"sent": 4, "of": 4}}, ""),
        ({"upload:1": {}, "known": {"a": 1}}, ""),
    ):
        with parts.db.begin() as session:
            session.execute(update(Delivery).values(memory=memory))
        page = vera.get(path).text
        assert (told in page) if told else (said not in page)
