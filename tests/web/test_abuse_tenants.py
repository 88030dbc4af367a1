"""Who is nobody, and who works for another client, over the whole URL map: nothing is found, nothing is changed."""

import pytest
from flask import Flask

from socialq.models import MemberClient
from socialq.wiring import Parts
from tests.cast import OMAR, STAN, VERA
from tests.factories import dump
from tests.web.door import HASH, PASSWORD, Browser, join, member
from tests.web.routes import OPEN, UNSAFE, belongings, calls, rows

OWN = ("sessions", "throttles")  # last seen, and tries at the door


@pytest.mark.abuse(1)
def test_abuse_1_omar_finds_a_closed_door_on_every_url(app: Flask, parts: Parts, vera: Browser, omar: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    before, seen = rows(parts, OWN), set()
    for call in calls(app, things.ids):
        form = {"csrf_token": omar.token(), **things.form()} if call.method in UNSAFE else None
        answer = omar.bare_post(call.path, form, method=call.method)
        if call.endpoint not in OPEN:
            seen.add(call.endpoint)
            comes_back = call.method == "POST" and hasattr(app.view_functions[call.endpoint], "comes_back")
            assert answer.status_code == (401 if comes_back else 303), call
            assert comes_back or answer.headers["Location"].startswith("/sign-in"), call
        assert answer.status_code in (200, 303, 401, 404, 410, 422, 503), call
        assert "Bakkerij" not in answer.text, call
    assert seen
    assert rows(parts, OWN) == before


@pytest.mark.abuse(1)
def test_abuse_1_what_is_open_to_all_is_on_a_list(app: Flask) -> None:
    views = app.view_functions.items()
    found = {
        name for name, view in views if getattr(view, "open_to_all", False) or getattr(view, "without_member", False)
    }
    assert found <= OPEN


@pytest.mark.abuse(1)
@pytest.mark.parametrize("with_one", [True, False], ids=["one client", "no client"])
def test_abuse_1_stan_reaches_nothing_of_a_client_that_is_not_hers(
    app: Flask, parts: Parts, vera: Browser, with_one: bool
) -> None:
    """With a client of her own what names no record may act on that one, so there only records are walked."""
    things = belongings(parts, member(parts, VERA).id)
    join(parts, STAN, [things.other] if with_one else [])
    stan = Browser(app)
    stan.sign_in(STAN.email)
    token, before = stan.token(), rows(parts, OWN)
    for call in calls(app, things.ids):
        if call.endpoint in OPEN | {"session.end", "person.end_sessions"} or (with_one and not call.named):
            continue  # these act on nobody but herself
        form = {"csrf_token": token, **things.form()} if call.method in UNSAFE else None
        answer = stan.bare_post(call.path, form, method=call.method)
        assert answer.status_code == 404 or (not call.named and answer.status_code < 500), (call, answer.status_code)
        assert "Bakkerij" not in answer.text, call
        assert rows(parts, OWN) == before, call
    assert stan.get("/me").status_code == 200


@pytest.mark.abuse(1)
def test_abuse_1_an_assistant_has_no_members_page(app: Flask, parts: Parts, vera: Browser) -> None:
    stan_id = join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    for path in ("/settings/members", f"/settings/members/{stan_id}"):
        assert stan.get(path).status_code == 404
        assert stan.post(path, {"role": "owner"}).status_code == 404
    assert member(parts, STAN).role == "assistant"


@pytest.mark.abuse(1)
def test_abuse_1_no_number_is_too_large(vera: Browser) -> None:
    for number in (2**31, 2**63, 10**40, 0):
        assert vera.get(f"/settings/members/{number}").status_code == 404
        assert vera.post(f"/me/sessions/{number}/end").status_code == 404


@pytest.mark.abuse(3)
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/me", {"name": "Vera", "language": "nl", "role": "owner"}),
        ("/me", {"name": "Vera", "language": "nl", "email": OMAR.email}),
        ("/me", {"name": "Vera", "language": "nl", "password_hash": HASH}),
        ("/me", {"name": ["Vera", "Omar"], "language": "nl"}),
        ("/me/password", {"password_now": PASSWORD, "password": "x" * 12, "password_again": "x" * 12, "id": "1"}),
        ("/settings/members", {"name": "O", "email": OMAR.email, "role": "assistant", "language": "nl", "id": "1"}),
        ("/settings/members", {"name": "O", "email": OMAR.email, "role": "assistant", "language": "nl", "clients": "x"}),
        ("/settings/members", {"name": "O", "email": OMAR.email, "role": "assistant", "language": "nl", "clients": "99"}),
        ("/settings/members", {"name": "O", "email": OMAR.email, "role": "king", "language": "nl"}),
        ("/session", {"email": VERA.email, "password": PASSWORD, "member_id": "1"}),
    ],
)  # fmt: skip
def test_abuse_3_what_is_not_on_the_form_refuses_it_whole(
    parts: Parts, vera: Browser, path: str, form: dict[str, object]
) -> None:
    before = dump(parts)
    assert vera.post(path, form).status_code == 422
    assert dump(parts) == before


@pytest.mark.abuse(3)
def test_abuse_3_clients_of_an_assistant_are_those_of_the_form(parts: Parts, vera: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    stan_id = join(parts, STAN)
    form = {"role": "assistant", "clients": [str(things.other)]}
    assert vera.post(f"/settings/members/{stan_id}", form).status_code == 303
    with parts.db.read() as session:
        assert [(row.member_id, row.client_id) for row in session.query(MemberClient)] == [(stan_id, things.other)]
