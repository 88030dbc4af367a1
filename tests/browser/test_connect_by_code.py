"""The shared OAuth flow in a real Chromium against oauth2-mock-server: yes, no, wrong and used ways back, another browser, a code
that is too old; and a choice among accounts."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from socialq.connecting import apps
from socialq.members import sessions
from socialq.members.sessions import Browser as From
from socialq.models import ConnectChoice
from tests.browser.circles import circles_of, way_back
from tests.browser.looks import look, with_axe
from tests.browser.worlds import World
from tests.factories import dump
from tests.networks.circles import OAuthServer


def to_login(page: Page, vera: World, path: str = "/clients/1/channels/new?network=circles") -> None:
    page.goto(vera.address + path)
    page.get_by_role("button", name="Log in on Circles").click()
    page.wait_for_url("**/login?**")


def test_yes_and_a_choice_among_accounts(page: Page, vera: World, circles: OAuthServer) -> None:
    to_login(page, vera)
    page.click("#yes")
    page.wait_for_url("**/clients/1/choice")
    assert look(page) == [] and with_axe(page) == []
    person = page.get_by_label("Nadia Bloem")
    expect(person).to_be_disabled()
    expect(page.get_by_text("only pages can be posted to")).to_be_visible()
    page.get_by_role("button", name="Connect what is ticked").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one account")
    cookies = str(page.context.cookies())
    stored = str(dump(vera.parts))
    page.get_by_label("Bakkerij Bloem").check()
    page.get_by_label("Bloem Catering").check()
    page.get_by_role("button", name="Connect what is ticked").click()
    expect(page.locator(".toast").first).to_contain_text("2 channels are connected.")
    one, two = circles_of(vera)
    assert [(row.handle, row.remote_id) for row in (one, two)] == [("Bakkerij Bloem", "11"), ("Bloem Catering", "12")]
    opened = vera.parts.secrets.open(two.owner, two.credentials or b"")
    assert opened["account_id"] == "12" and two.expires_at is not None
    sent = circles.seen()[-1]
    for secret in (opened["access_token"], opened["refresh_token"], sent["code_verifier"], sent["client_secret"]):
        assert secret not in cookies and secret not in stored
    with vera.parts.db.read() as session:
        assert session.scalar(select(func.count(ConnectChoice.id))) == 0
    page.goto(f"{vera.address}/clients/1/choice")
    expect(page.locator(".toast").first).to_contain_text("made already")


def test_no_is_said_and_nothing_is_kept(page: Page, vera: World) -> None:
    to_login(page, vera)
    page.click("#no")
    expect(page.locator(".toast").first).to_contain_text("On Circles the answer was no")
    assert circles_of(vera) == []


def test_a_way_back_that_is_wrong_used_or_another_browsers(browser: Browser, page: Page, vera: World) -> None:
    to_login(page, vera)
    back = way_back(page)
    state = back.partition("state=")[2].partition("&")[0]
    answer = page.goto(back.replace(state, "A" * 43))
    assert answer is not None and answer.status == 400
    expect(page.get_by_role("main")).to_contain_text("Nothing was connected")
    with browser.new_context() as other, browser.new_context() as nobodys:
        other.add_cookies(another_session(vera))
        for profile, status in ((other, 400), (nobodys, 410)):
            answer = profile.new_page().goto(back)
            assert answer is not None and answer.status == status
    assert circles_of(vera) == []
    page.goto(back)
    page.wait_for_url("**/clients/1/choice")
    answer = page.goto(back)
    assert answer is not None and answer.status == 400


def another_session(vera: World) -> list[object]:
    """The same owner, in another browser."""
    with vera.parts.db.begin() as session:
        token = sessions.start(session, vera.owner or 0, From("192.0.2.8", "Chromium"))
    return [{**cookie, "value": token} for cookie in vera.cookies("en")]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, {"error": "invalid_grant"}, "perhaps it took too long; start again"),
        (401, {"error": "invalid_client"}, "copy both codes again"),
        (200, {"access_token": "eyJ", "scope": "read"}, "post is missing"),
    ],
    ids=["the code is too old", "the app is another", "a permission is missing"],
)
def test_what_is_wrong_is_said(
    page: Page, vera: World, circles: OAuthServer, status: int, body: dict[str, str], told: str
) -> None:
    to_login(page, vera)
    circles.answer_next(status, body)
    page.click("#yes")
    page.wait_for_url("**/clients/1/channels/new?**")
    expect(page.locator(".toast").first).to_contain_text(told)
    assert circles_of(vera) == []


def test_without_an_app_the_page_says_where_to_make_one(page: Page, vera: World) -> None:
    with vera.parts.db.begin() as session:
        apps.remove(session, "circles", "cli")
    page.goto(f"{vera.address}/clients/1/channels/new?network=circles")
    page.get_by_role("link", name="Network apps").last.click()
    page.wait_for_url("**/settings/networks#app-circles")
