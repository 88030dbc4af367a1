"""Where the pages of pages.py are in an installation, and what is done on some of them first."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page as Tab
from sqlalchemy import func, select

from socialq.connecting import links
from socialq.connecting.links import Asked
from socialq.db import now
from socialq.members import resets
from socialq.models import ConnectLink, Delivery, Member, Post, Report, Revision, RevisionMedia
from socialq.reports.build import build
from socialq.reports.orders import READY
from socialq.wiring import Parts


def the_newest_post(parts: Parts) -> str:
    """Its page."""
    with parts.db.read() as session:
        return f"/posts/{session.scalar(select(func.max(Post.id)))}"


def one_with_a_picture(parts: Parts) -> str:
    """A post's page."""
    with parts.db.read() as session:
        found = select(func.max(Revision.post_id)).join(RevisionMedia, RevisionMedia.revision_id == Revision.id)
        return f"/posts/{session.scalar(found)}"


def last_months_report(parts: Parts) -> str:
    """The first that the demo ordered, built."""
    with parts.db.read() as session:
        report = session.scalars(select(Report).order_by(Report.id)).first()
    assert report is not None
    return f"/reports/{report.id if report.state == READY else build(parts.db, report.id).id}"


def one_to_decide(state: str) -> Callable[[Parts], str]:
    """The page of a delivery in that state."""

    def path(parts: Parts) -> str:
        with parts.db.read() as session:
            return f"/deliveries/{session.scalar(select(func.max(Delivery.id)).where(Delivery.state == state))}"

    return path


def the_assistant(parts: Parts) -> str:
    """The page of the member who is not the owner."""
    with parts.db.read() as session:
        return f"/settings/members/{session.scalar(select(Member.id).where(Member.role == 'assistant'))}"


def a_password_link(parts: Parts) -> str:
    """What stands in the mail."""
    with parts.db.begin() as session:
        owner = session.scalars(select(Member.id)).first() or 0
        return f"/password-resets/{resets.allow(session, owner, timedelta(days=1))}"


def a_connect_link(parts: Parts, network: str) -> str:
    """What stands in the mail to a client."""
    with parts.db.begin() as session:
        owner = session.scalars(select(Member.id)).first()
        _, token = links.ask(session, Asked(1, network, "nadia@bakkerij.example", "nl"), f"member:{owner}")
    return f"/connect/{token}"


def an_open_link(parts: Parts) -> str:
    """The client's page, with somebody asked and somebody who was too late."""
    for network in ("mastodon", "bluesky"):
        a_connect_link(parts, network)
    with parts.db.begin() as session:
        late = session.scalars(select(ConnectLink).order_by(ConnectLink.id.desc()).limit(1)).one()
        late.expires_at = now(session) - timedelta(hours=1)
    return "/clients/1"


def a_used_link(parts: Parts) -> str:
    """The page that says thanks."""
    path = a_connect_link(parts, "mastodon")
    with parts.db.begin() as session:
        link = session.scalars(select(ConnectLink).order_by(ConnectLink.id.desc()).limit(1)).one()
        link.used_at, link.connected = now(session), "@bakkerij@mastodon.example"
    return f"{path}/thanks"


def answered(parts: Parts) -> str:
    """Today, with good news."""
    a_used_link(parts)
    return "/"


def sent(form: str, button: str = "[type=submit]") -> Callable[[Tab], None]:
    """The form is sent as it is."""

    def then(tab: Tab) -> None:
        with tab.expect_navigation():
            tab.locator(form).first.locator(button).last.click()

    return then


def opened(menu: str) -> Callable[[Tab], None]:
    """The menu that this window shows is open."""

    def then(tab: Tab) -> None:
        tab.locator(f":is({menu}) > summary").locator("visible=true").first.click()

    return then


def asked_whether_now(tab: Tab) -> None:
    """The composer asks once, for what leaves the house cannot be called back."""
    tab.fill("#text", "Vandaag vers uit de oven: speculaas, taaitaai en een mand vol warme broodjes.")
    tab.locator("[name=channels]").first.check(force=True)
    sent("[data-compose]", "[value=now]")(tab)


def some_to_confirm(parts: Parts) -> str:
    """As after a restore: one of each finding. No other page shows it."""
    with parts.db.begin() as session:
        moment = now(session)
        waiting = select(Delivery).where(Delivery.state == "scheduled").order_by(Delivery.id).limit(5)
        for delivery, found in zip(
            session.scalars(waiting), ("found", "absent", "near", "unreadable", ""), strict=False
        ):
            delivery.confirm_at = delivery.confirm_since = moment
            delivery.confirm_found, delivery.confirm_url = found, "https://mastodon.example/@vera/1" if found else ""
    return "/confirmations"


def with_a_part(tab: Tab) -> None:
    """A thread of two, the second part too long."""
    tab.fill("#text", "Vandaag vers uit de oven: speculaas en taaitaai.")
    tab.locator("[name=channels]").first.check(force=True)
    sent("[data-compose]", "[value=part]")(tab)
    tab.fill("#part-2", "Bestellen kan tot twaalf uur. " * 20)
    sent("[data-compose]", "[value=part]")(tab)
