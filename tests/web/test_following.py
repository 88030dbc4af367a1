"""A thread or a first comment in the composer: parts are added, counted, checked, kept and shown."""

from socialq.models import Delivery
from socialq.wiring import Parts
from tests.factories import Practice
from tests.web.desk import day, form, posts, the_post
from tests.web.door import Browser


def test_a_part_is_added_without_a_script_and_what_is_typed_stays(
    parts: Parts, vera: Browser, practice: Practice
) -> None:
    assert "Add a part" in vera.get(f"/posts/new?client={practice.client.id}").text
    page = vera.post("/posts", form(practice, do="part", part=["En dan"])).text
    assert posts(parts) == [] and page.count('name="part"') == 2
    assert (
        ">\nEn dan</textarea>" in page
        and 'id="part-3"' in page
        and "Part 3" in page
        and ">\nVers brood</textarea>" in page
    )


def test_each_part_has_its_own_counts_and_is_checked(parts: Parts, vera: Browser, practice: Practice) -> None:
    sent = form(practice, do="schedule", on=day(practice), at="09:00", part=["", "y" * 501])
    answer = vera.post("/posts", sent)
    assert answer.status_code == 422 and posts(parts) == []
    assert "Part 2: The text has 501 characters, Practice takes 500." in answer.text and 'href="#part-3"' in answer.text
    assert answer.text.count("data-part-counter") == 4 and "501</span> / 500" in answer.text


def test_kept_shown_and_edited(parts: Parts, vera: Browser, practice: Practice) -> None:
    sent = form(practice, do="schedule", on=day(practice), at="09:00", part=["Eerste reactie", " "])
    shown = vera.get(vera.post("/posts", sent).location).text
    assert "Eerste reactie" in shown
    post = the_post(parts)
    with parts.db.read() as session:
        second = session.query(Delivery).filter(Delivery.part == 2).first()
    assert second is not None and len(practice.deliveries(post.id)) == 4
    assert "Eerste reactie" in vera.get(f"/deliveries/{second.id}").text
    edit = vera.get(f"/posts/{post.id}/edit").text
    assert ">\nEerste reactie</textarea>" in edit and edit.count('name="part"') == 1
    changed = form(practice, do="schedule", on=day(practice), at="09:00", part=[""], revision=post.revision_id)
    assert vera.post(f"/posts/{post.id}", changed).status_code == 303
    alive = [one for one in practice.deliveries(post.id) if one.state == "scheduled"]
    assert [one.part for one in alive] == [1, 1] and "Eerste reactie" not in vera.get(f"/posts/{post.id}").text
