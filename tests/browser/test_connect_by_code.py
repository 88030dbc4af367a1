"""The shared OAuth flow in a real Chromium against oauth2-mock-server: yes, no, wrong and used ways back, another browser, a code
that is too old; a choice among accounts; and by a link, on a phone, without an account."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete, func, select

from socialq.connecting import apps
from socialq.members import sessions
from socialq.members.sessions import Browser as From
from socialq.models import Channel, ConnectChoice, ConnectLink, ConnectWay, OutboxMail
from tests.browser.chromium import Window
from tests.browser.looks import LISTEN, look, with_axe
from tests.browser.served import served
from tests.browser.worlds import World
from tests.factories import dump
from tests.networks.circles import Circles, OAuthServer, flow, oauth_server

PHONE = Window("phone", "light", "nl")


@pytest.fixture(scope="module")
def circles() -> Iterator[OAuthServer]:
    with oauth_server() as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, circles: OAuthServer) -> Iterator[World]:
    """The demo, with Circles, and a mail server that nobody asks."""
    networks = {"circles": Circles(flow=flow(circles.address))}
    with served(tmp_path_factory.mktemp("house"), networks, smtp_url="smtp://127.0.0.1:1") as made:
        yield made


@pytest.fixture
def vera(house: World) -> World:
    """As if nothing had been asked or connected yet; with an app for Circles."""
    with house.parts.db.begin() as session:
        session.execute(delete(ConnectLink))
        session.execute(delete(OutboxMail))
        session.execute(delete(Channel).where(Channel.network == "circles"))
        apps.keep(session, house.parts.secrets, "circles", "the-app", "canary-5ecret", "cli")
    return house


@pytest.fixture
def page(browser: Browser, vera: World) -> Iterator[Page]:
    """The owner's."""
    with browser.new_context() as profile:
        profile.add_cookies(vera.cookies("en"))
        yield profile.new_page()


def to_login(page: Page, vera: World, path: str = "/clients/1/channels/new?network=circles") -> None:
    page.goto(vera.address + path)
    page.get_by_role("button", name="Log in on Circles").click()
    page.wait_for_url("**/login?**")


def way_back(page: Page) -> str:
    """Says yes there, and stays on the way: the address to which the network sends her."""
    path = page.get_attribute("#yes", "href") or ""
    return str(httpx.get(urljoin(page.url, path), trust_env=False).headers["Location"])


def circles_of(vera: World) -> list[Channel]:
    with vera.parts.db.read() as session:
        return list(session.scalars(select(Channel).where(Channel.network == "circles").order_by(Channel.id)))


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


def asked(page: Page, vera: World, network: str) -> str:
    """By mail, to Nadia; the link in it."""
    page.goto(f"{vera.address}/clients/1")
    page.get_by_role("link", name="Ask the client to connect").first.click()
    page.get_by_label("Network").select_option(network)
    page.get_by_label("E-mail address of your client").fill("nadia@bakkerij.example")
    page.get_by_label("Nederlands").check()
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator(".toast").first).to_contain_text("on its way to nadia@bakkerij.example")
    with vera.parts.db.read() as session:
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail is not None and mail.kind == "connect"
    found = re.search(r"http://\S+", mail.text)
    assert found and found[0] in mail.html
    return found[0]


def phone(browser: Browser, complaints: list[str]) -> BrowserContext:
    """Nadia's: no cookie of ours."""
    profile = browser.new_context(**PHONE.options)
    profile.add_init_script(LISTEN)
    profile.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    return profile


def test_by_a_link_on_a_phone_with_a_choice(browser: Browser, page: Page, vera: World) -> None:
    link, complaints = asked(page, vera, "circles"), list[str]()
    with phone(browser, complaints) as nadias:
        there = nadias.new_page()
        answer = there.goto(link)
        assert answer is not None and answer.headers["referrer-policy"] == "no-referrer"
        expect(there.get_by_role("heading", level=1)).to_contain_text("Verbind Circles")
        assert look(there) == [] and with_axe(there) == []
        there.get_by_role("button", name="Verder naar Circles").click()
        there.wait_for_url("**/login?**")
        there.click("#no")
        expect(there.locator(".toast").first).to_contain_text("Op Circles was het antwoord nee")
        there.get_by_role("button", name="Verder naar Circles").click()
        there.wait_for_url("**/login?**")
        there.click("#yes")
        there.wait_for_url("**/choice")
        assert look(there) == [] and with_axe(there) == []
        there.get_by_label("Bakkerij Bloem").check()
        there.get_by_role("button", name="Verbind wat is aangevinkt").click()
        there.wait_for_url("**/thanks")
        expect(there.get_by_role("main")).to_contain_text("Bakkerij Bloem op Circles")
        assert look(there) == [] and with_axe(there) == []
        answer = there.goto(link)
        assert answer is not None and answer.status == 410
        expect(there.get_by_role("main")).to_contain_text("Deze link werkt niet meer")
    assert [one for one in complaints if "410" not in one] == []
    assert [one.remote_id for one in circles_of(vera)] == ["11"]
    page.goto(vera.address)
    banner = page.locator(".banner", has_text="has connected Bakkerij Bloem on Circles")
    expect(banner).to_be_visible()
    banner.get_by_role("button").click()
    expect(page.get_by_text("has connected Bakkerij Bloem on Circles")).to_have_count(0)
    with vera.parts.db.read() as session:
        assert session.scalars(select(ConnectWay.id)).all() == []
        assert session.scalars(select(ConnectLink)).one().seen_at is not None


def test_by_a_link_to_a_mastodon_server(browser: Browser, page: Page, vera: World) -> None:
    server = MockServer(seed=DEFAULT_TEST_SEED).start()
    link = asked(page, vera, "mastodon")
    with phone(browser, []) as nadias:
        there = nadias.new_page()
        there.goto(link)
        there.get_by_label("Jouw server").fill(server.base_url)
        there.get_by_role("button", name="Verder naar Mastodon").click()
        there.wait_for_url(f"{server.base_url}/oauth/authorize**")
        there.click("text=@alice")
        there.wait_for_url("**/thanks")
        expect(there.get_by_role("main")).to_contain_text("@alice@")
    server.stop()


def test_another_browser_does_not_come_back_with_her_way(browser: Browser, page: Page, vera: World) -> None:
    link = asked(page, vera, "circles")
    with phone(browser, []) as nadias, phone(browser, []) as omars:
        there = nadias.new_page()
        there.goto(link)
        there.get_by_role("button", name="Verder naar Circles").click()
        there.wait_for_url("**/login?**")
        back = way_back(there)
        answer = omars.new_page().goto(back)
        assert answer is not None and answer.status == 410
        assert circles_of(vera) == []
        there.goto(back)
        there.wait_for_url("**/choice")


def test_withdrawn_while_she_is_on_the_way(browser: Browser, page: Page, vera: World) -> None:
    link = asked(page, vera, "circles")
    with phone(browser, []) as nadias:
        there = nadias.new_page()
        there.goto(link)
        there.get_by_role("button", name="Verder naar Circles").click()
        there.wait_for_url("**/login?**")
        page.locator("summary", has_text="").and_(
            page.get_by_label("More for the link of nadia@bakkerij.example")
        ).click()
        page.get_by_role("button", name="Withdraw").click()
        expect(page.locator(".toast").first).to_contain_text("Withdrawn")
        there.click("#yes")
        expect(there.get_by_role("main")).to_contain_text("Er is niets verbonden")
        there.goto(link)
        expect(there.get_by_role("main")).to_contain_text("Deze link werkt niet meer")
    assert circles_of(vera) == []
