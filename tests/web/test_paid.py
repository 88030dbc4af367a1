"""Money on the pages: about how much before scheduling, the month so far on the client's page, a cap that is set there."""

import pytest
from sqlalchemy import update

from socialq.models import Client, Cost
from socialq.networks.practice import Practice as PracticeNetwork
from socialq.networks.quotas import Prices
from socialq.wiring import Parts
from tests.factories import Practice
from tests.web.desk import form
from tests.web.door import Browser


@pytest.fixture
def paid(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The practice network asks for money."""
    monkeypatch.setattr(PracticeNetwork, "prices", Prices("USD", 15_000, 200_000), raising=False)


def typed(practice: Practice, cap: str) -> dict[str, object]:
    return {
        "name": practice.client.name, "timezone": "Amsterdam", "language": "nl", "colour": 1, "approval": "not-needed",
        "lateness_limit": 7200, "monthly_cap": cap,
    }  # fmt: skip


def test_where_nothing_is_paid_no_page_speaks_of_money(vera: Browser, practice: Practice) -> None:
    for address in (f"/clients/{practice.client.id}", f"/clients/{practice.client.id}/edit"):
        assert "paid networks" not in vera.get(address).text.lower()
    assert "About $" not in vera.post("/posts", form(practice, do="look")).text


@pytest.mark.usefixtures("paid")
def test_the_composer_says_about_how_much(vera: Browser, practice: Practice, parts: Parts) -> None:
    one = list(practice.channels[:1])
    assert "About $0.015 for this post on Practice" in vera.post("/posts", form(practice, channels=one)).text
    linked = form(practice, channels=one, text="Zie https://brood.example", part=["En dit"])
    assert "About $0.215 for this post on Practice" in vera.post("/posts", linked).text
    with parts.db.begin() as session:
        session.execute(update(Client).values(monthly_cap=10))
    assert "Of this month&#39;s money $0.10 is left" in vera.post("/posts", linked).text


@pytest.mark.usefixtures("paid")
def test_the_client_s_page_has_the_month_and_the_cap(vera: Browser, practice: Practice, parts: Parts) -> None:
    with parts.db.begin() as session:
        session.add(Cost(client_id=practice.client.id, currency="USD", micros=1_215_000, spent_at=parts.db.now()))
    address = f"/clients/{practice.client.id}"
    assert "$1.215 this month" in vera.get(address).text
    assert vera.post(address, typed(practice, "25,5")).status_code == 303
    assert "$1.215 this month, $25.50 at most" in vera.get(address).text
    assert 'value="25.50"' in vera.get(f"{address}/edit").text
    refused = vera.post(address, typed(practice, "veel"))
    assert refused.status_code == 422 and "an amount like 25 or 25.50" in refused.text
    assert vera.post(address, typed(practice, "")).status_code == 303
    assert "at most" not in vera.get(address).text.split("Paid networks")[1][:80]
