"""Every page that is looked at. To add one: a line in PAGES (a path, or a function of the world's parts), and it is shot and checked."""

from collections.abc import Callable
from dataclasses import dataclass

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


PAGES = [
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
    Page("not-found", "/there-is-no-such-page", ("empty",), status=404),
]
