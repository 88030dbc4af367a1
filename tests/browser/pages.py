"""Every page that is looked at. To add one: a line in PAGES (a path, or a function of the world's parts), and it is shot and checked."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab

from socialq.wiring import Parts
from tests.browser import places
from tests.browser.places import one_to_decide, opened, sent

Path = str | Callable[[Parts], str]
EVERY = ("empty", "begun", "demo", "long")
CLIENTS = ("begun", "demo", "long")
POSTS = ("demo", "long")


@dataclass(frozen=True)
class Page:
    """`worlds`: in which installations (see worlds.py). `signed_in`: as the owner. `status`: what the server answers.

    `then`: what is done on the page before it is looked at; `status` is then the last answer's."""

    name: str
    path: Path
    worlds: tuple[str, ...] = EVERY
    signed_in: bool = True
    status: int = 200
    then: Callable[[Tab], None] | None = None

    def on(self, parts: Parts) -> str:
        """The path in that installation; "{language}" may stand in it."""
        return self.path if isinstance(self.path, str) else self.path(parts)


PAGES = [
    Page("today", "/"),
    Page("today-menu", "/", then=opened(".more, .side .switcher")),
    Page("delivery-unknown", one_to_decide("unknown"), POSTS),
    Page("delivery-failed", one_to_decide("failed"), POSTS),
    Page("delivery-published", one_to_decide("published"), POSTS),
    Page("delivery-scheduled", one_to_decide("scheduled"), POSTS),
    Page("confirmations", "/confirmations", ("empty",)),
    Page("confirmations-waiting", places.some_to_confirm, POSTS),
    Page("styleguide", "/styleguide?language={language}", ("empty",)),
    Page("styleguide-first", "/styleguide?language={language}&frame=first&toast=1", ("empty",)),
    Page("styleguide-rail", "/styleguide?language={language}&frame=rail", ("empty",)),
    Page("styleguide-bare", "/styleguide/bare?language={language}", ("empty",), signed_in=False),
    Page("first-run", "/first-run", ("new",), signed_in=False),
    Page("first-run-refused", "/first-run", ("new",), signed_in=False, status=422, then=sent("main form")),
    Page("sign-in", "/sign-in", ("empty",), signed_in=False),
    Page("sign-in-refused", "/sign-in", ("empty",), signed_in=False, status=422, then=sent("main form")),
    Page("password-forgotten", "/password-resets/new", ("empty",), signed_in=False),
    Page("password-asked", "/password-resets/asked", ("empty",), signed_in=False),
    Page("password-new", places.a_password_link, ("empty",), signed_in=False),
    Page("password-late", "/password-resets/used-or-made-up", ("empty",), signed_in=False, status=410),
    Page("me", "/me"),
    Page("members", "/settings/members"),
    Page("member", places.the_assistant, ("begun", "demo", "long")),
    Page("clients", "/clients"),
    Page("client-new", "/clients/new"),
    Page("client-new-refused", "/clients/new", ("empty",), status=422, then=sent("main form")),
    Page("client", "/clients/1", CLIENTS),
    Page("client-edit", "/clients/1/edit", CLIENTS),
    Page("channel-new", "/clients/1/channels/new?network=mastodon", CLIENTS),
    Page("channel-new-bluesky", "/clients/1/channels/new?network=bluesky", ("begun",)),
    Page("channel", "/channels/1", POSTS),
    Page("ask-client", "/clients/1/links/new", ("begun", "long")),
    Page("ask-client-refused", "/clients/1/links/new", ("begun",), status=422, then=sent("main form")),
    Page("client-asked", places.an_open_link, ("begun", "long")),
    Page("connect-link", lambda parts: places.a_connect_link(parts, "mastodon"), ("begun", "long"), signed_in=False),
    Page("connect-link-bluesky", lambda parts: places.a_connect_link(parts, "bluesky"), ("begun",), signed_in=False),
    Page(
        "connect-link-refused",
        lambda parts: places.a_connect_link(parts, "bluesky"),
        ("begun",),
        signed_in=False,
        status=422,
        then=sent("main form"),
    ),
    Page("connect-link-late", "/connect/used-or-made-up", ("begun",), signed_in=False, status=404),
    Page("connect-thanks", places.a_used_link, ("begun", "long"), signed_in=False),
    Page("today-answered", places.answered, ("demo",)),
    Page("reports", "/reports"),
    Page("report", places.last_months_report, POSTS),
    Page("report-page", lambda parts: places.last_months_report(parts) + "/page", POSTS),
    Page("settings", "/settings"),
    Page("network-apps", "/settings/networks", ("empty", "demo")),
    Page("not-found", "/there-is-no-such-page", ("empty",), status=404),
    Page("posts", "/posts"),
    Page("posts-amiss", "/posts?state=amiss"),
    Page("post", places.the_newest_post, POSTS),
    Page("post-picture", places.one_with_a_picture, POSTS),
    Page("composer", "/posts/new", CLIENTS),
    Page("composer-refused", "/posts/new", CLIENTS, status=422, then=sent("[data-compose]", "[value=schedule]")),
    Page("composer-sure", "/posts/new", POSTS, then=places.asked_whether_now),
    Page("composer-thread", "/posts/new", POSTS, then=places.with_a_part),
    Page("composer-edit", lambda parts: places.one_with_a_picture(parts) + "/edit", POSTS),
    Page("calendar", "/calendar"),
    Page("calendar-client", "/calendar?client=1", CLIENTS),
]
