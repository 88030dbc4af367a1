"""Settings → Members, as owners use it; and a member's own page."""

import threading

from flask import Flask

from socialq.wiring import Parts
from tests.cast import STAN, VERA, Person
from tests.factories import dump
from tests.web.door import PASSWORD, Browser, join, member

ANNE = Person("Anne", "anne@example.com", "member:9", "owner")


def test_add_list_change_remove_and_take_back(parts: Parts, vera: Browser) -> None:
    form = {"name": "Stan", "email": STAN.email, "role": "assistant", "language": "en"}
    assert vera.post("/settings/members", form).status_code == 200
    again = vera.post("/settings/members", form)
    assert again.status_code == 422
    assert f"There is already a member with the address {STAN.email}" in again.text
    stan_id = member(parts, STAN).id
    assert "has not chosen a password yet" in vera.get("/settings/members").text
    assert vera.get(f"/settings/members/{stan_id}").status_code == 200
    told = vera.get(vera.post(f"/settings/members/{stan_id}/end").headers["Location"]).text
    assert "Stan was removed and signed out everywhere." in told
    assert vera.get(f"/settings/members/{stan_id}").status_code == 404
    assert vera.post("/settings/members", form | {"role": "owner"}).status_code == 200
    assert (member(parts, STAN).id, member(parts, STAN).role) == (stan_id, "owner")


def test_an_owner_cannot_take_herself_away(parts: Parts, vera: Browser) -> None:
    me, before = member(parts, VERA).id, dump(parts)
    assert vera.post(f"/settings/members/{me}", {"role": "assistant"}).status_code == 422
    refused = vera.post(f"/settings/members/{me}/end")
    assert (refused.status_code, "ask another owner" in refused.text) == (409, True)
    assert dump(parts) == before


def test_of_two_owners_who_remove_each_other_at_once_one_stays(app: Flask, parts: Parts, vera: Browser) -> None:
    anne_id = join(parts, ANNE)
    anne = Browser(app)
    anne.sign_in(ANNE.email)
    vera.token()
    anne.token()
    ready = threading.Barrier(2)

    def remove(browser: Browser, other: int) -> None:
        ready.wait()
        browser.post(f"/settings/members/{other}/end")

    pairs = ((vera, anne_id), (anne, member(parts, VERA).id))
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [member(parts, who).left_at is None for who in (VERA, ANNE)].count(True) == 1


def test_her_own_page(parts: Parts, vera: Browser) -> None:
    page = vera.get("/me").text
    assert VERA.email in page and "This browser" in page
    assert vera.post("/me", {"name": "Vera Smit", "language": "nl"}).status_code == 303
    dutch = vera.get("/me").text
    assert "Vera Smit" in dutch and "Bewaard." in dutch and '<html lang="nl"' in dutch
    assert PASSWORD not in dutch
    assert vera.post("/me", {"name": "x" * 300, "language": "nl"}).status_code == 422
    assert vera.post("/me", {"name": "a\x00b", "language": "nl"}).status_code == 422
