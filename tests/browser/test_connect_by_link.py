"""Connecting by link in a real Chromium: a client with a phone and no account, over Circles (oauth2-mock-server) and mastodon-mock."""

import re

from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from sqlalchemy import select

from socialq.models import ConnectLink, ConnectWay, OutboxMail
from tests.browser.chromium import Window
from tests.browser.circles import circles_of, way_back
from tests.browser.looks import LISTEN, look, with_axe
from tests.browser.worlds import World

PHONE = Window("phone", "light", "nl")


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


def phone(browser: Browser, vera: World, complaints: list[str]) -> BrowserContext:
    """Nadia's: no cookie of ours. `complaints`: what our pages had to say on the console."""
    profile = browser.new_context(**PHONE.options)
    profile.add_init_script(LISTEN)

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and said.location["url"].startswith(vera.address):
            complaints.append(said.text)

    profile.on("console", hear)
    return profile


def test_by_a_link_on_a_phone_with_a_choice(browser: Browser, page: Page, vera: World) -> None:
    link, complaints = asked(page, vera, "circles"), list[str]()
    with phone(browser, vera, complaints) as nadias:
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
    with phone(browser, vera, []) as nadias:
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
    with phone(browser, vera, []) as nadias, phone(browser, vera, []) as omars:
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
    with phone(browser, vera, []) as nadias:
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
