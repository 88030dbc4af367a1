"""Every page that is looked at. To add one: a line in PAGES (a path, or a function of the world's parts), and it is shot and checked."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from socialq.models import Delivery, Post, Report, Revision, RevisionMedia
from socialq.reports.build import build
from socialq.wiring import Parts

Path = str | Callable[[Parts], str]


@dataclass(frozen=True)
class Page:
    """`worlds`: in which installations (see worlds.py). `signed_in`: as the owner. `status`: what the server answers."""

    name: str
    path: Path
    worlds: tuple[str, ...] = ("empty", "demo", "long")
    signed_in: bool = True
    status: int = 200

    def at(self, parts: Parts, language: str) -> str:
        """The path in that installation. A style guide has no member: it is told the language."""
        path = self.path if isinstance(self.path, str) else self.path(parts)
        return path.replace("{language}", language)


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
        report_id = session.scalars(select(Report.id).order_by(Report.id)).first() or 0
    return f"/reports/{build(parts.db, report_id).id}"


def one_to_decide(state: str) -> Callable[[Parts], str]:
    """The page of a delivery that asks for a person."""

    def path(parts: Parts) -> str:
        with parts.db.read() as session:
            return f"/deliveries/{session.scalar(select(func.max(Delivery.id)).where(Delivery.state == state))}"

    return path


PAGES = [
    Page("today", "/"),
    Page("delivery-unknown", one_to_decide("unknown"), ("demo", "long")),
    Page("delivery-failed", one_to_decide("failed"), ("demo", "long")),
    Page("delivery-published", one_to_decide("published"), ("demo",)),
    Page("styleguide", "/styleguide?language={language}", ("empty",)),
    Page("styleguide-first", "/styleguide?language={language}&frame=first&toast=1", ("empty",)),
    Page("styleguide-rail", "/styleguide?language={language}&frame=rail", ("empty",)),
    Page("styleguide-bare", "/styleguide/bare?language={language}", ("empty",), signed_in=False),
    Page("first-run", "/first-run", ("new",), signed_in=False),
    Page("sign-in", "/sign-in", ("empty",), signed_in=False),
    Page("password-forgotten", "/password-resets/new", ("empty",), signed_in=False),
    Page("me", "/me"),
    Page("members", "/settings/members"),
    Page("clients", "/clients"),
    Page("client-new", "/clients/new", ("empty",)),
    Page("client", "/clients/1", ("demo", "long")),
    Page("client-edit", "/clients/1/edit", ("demo", "long")),
    Page("channel-new", "/clients/1/channels/new?network=mastodon", ("demo", "long")),
    Page("channel", "/channels/1", ("demo", "long")),
    Page("reports", "/reports"),
    Page("report", last_months_report, ("demo", "long")),
    Page("settings", "/settings"),
    Page("not-found", "/there-is-no-such-page", ("empty",), status=404),
    Page("posts", "/posts"),
    Page("posts-amiss", "/posts?state=amiss", ("demo", "long")),
    Page("post", the_newest_post, ("demo", "long")),
    Page("post-picture", one_with_a_picture, ("demo",)),
    Page("composer", "/posts/new", ("demo", "long")),
    Page("composer-edit", lambda parts: one_with_a_picture(parts) + "/edit", ("demo", "long")),
    Page("calendar", "/calendar"),
    Page("calendar-client", "/calendar?client=1", ("demo", "long")),
]
