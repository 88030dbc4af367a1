"""Reports on the web: a month over all clients, ordering, watching a worker build, and the frozen page in its sandbox."""

import hashlib
import re
from base64 import b64encode

import pytest
from flask import Flask

from socialq.domain.period import ONE_DAY
from socialq.reports.build import build
from socialq.wiring import Parts
from tests.cast import STAN
from tests.factories import Practice, make_practice
from tests.web.door import Browser, join


@pytest.fixture
def practice(parts: Parts) -> Practice:
    return make_practice(parts)


@pytest.fixture
def month(parts: Parts) -> str:
    """The one that was over last."""
    return f"{parts.db.now().date().replace(day=1) - ONE_DAY:%Y-%m}"


def order(vera: Browser, practice: Practice, month: str) -> int:
    answer = vera.post("/reports", {"month": month, "clients": practice.client.id})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/reports?month={month}")
    return 1


def test_a_month_is_ordered_built_and_opened(vera: Browser, parts: Parts, practice: Practice, month: str) -> None:
    assert "Not made yet" in vera.get(f"/reports?month={month}").text
    report_id = order(vera, practice, month)
    waiting = vera.get(f"/reports?month={month}").text
    assert "Waits for its turn" in waiting and "data-live" in waiting
    assert build(parts.db, report_id).state == "ready"
    part = vera.get(f"/reports?month={month}", headers={"X-Live": "1"}).text
    assert "Ready" in part and "data-live" not in part and "<html" not in part
    shown = vera.get(f"/reports/{report_id}")
    assert f"/reports/{report_id}/page" in shown.text
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]


def test_without_a_month_it_is_the_one_that_was_over_last(vera: Browser, practice: Practice, month: str) -> None:
    for asked in ("/reports", "/reports?month=nonsense", "/reports?month=9000-01"):
        assert f'name="month" value="{month}"' in vera.get(asked).text


def test_the_frozen_page_runs_only_what_it_was_built_with(
    vera: Browser, parts: Parts, practice: Practice, month: str
) -> None:
    report_id = order(vera, practice, month)
    assert vera.get(f"/reports/{report_id}/page").status_code == 404
    build(parts.db, report_id)
    answer = vera.get(f"/reports/{report_id}/page")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("sandbox allow-scripts") and "allow-same-origin" not in policy
    for inline in re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", answer.text, re.DOTALL):
        assert b64encode(hashlib.sha256(inline.encode()).digest()).decode() in policy
    source = re.search(r'<script src="([^"]+)"', answer.text)
    assert source is not None
    script = vera.get(source[1])
    assert (script.status_code, script.headers["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    assert "immutable" in script.headers["Cache-Control"]
    assert "Set-Cookie" not in script.headers


def test_the_file_needs_nothing_from_outside(vera: Browser, parts: Parts, practice: Practice, month: str) -> None:
    report_id = order(vera, practice, month)
    build(parts.db, report_id)
    answer = vera.get(f"/reports/{report_id}/file")
    assert re.fullmatch(rf'attachment; filename="[a-z0-9-]+-{month}-v1\.html"', answer.headers["Content-Disposition"])
    assert "Plotly" in answer.text and " src=" not in answer.text.replace("(src=", "")[-20000:]


def test_what_cannot_be_made_is_said_and_nothing_is_ordered(vera: Browser, practice: Practice) -> None:
    for form, told in (
        ({"month": "2999-01", "clients": practice.client.id}, "has not begun yet"),
        ({"month": "2026-10"}, "Choose at least one client"),
        ({"month": "2026-13", "clients": practice.client.id}, "is not a month"),
    ):
        answer = vera.post("/reports", form)
        assert answer.status_code == 422
        assert told in answer.text
    assert vera.post("/reports", {"month": "2026-10", "clients": 999}).status_code == 404
    assert vera.get("/reports/1").status_code == 404


def test_abuse_an_assistant_sees_and_orders_only_for_her_clients(
    app: Flask, parts: Parts, vera: Browser, practice: Practice, month: str
) -> None:
    report_id = order(vera, practice, month)
    build(parts.db, report_id)
    join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    assert practice.client.name not in stan.get("/reports").text
    for path in ("", "/page", "/file"):
        assert stan.get(f"/reports/{report_id}{path}").status_code == 404
    assert stan.post("/reports", {"month": month, "clients": practice.client.id}).status_code == 404
