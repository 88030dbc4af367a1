"""What a post says: checked against every channel before anything of it is stored. Knows no time and no state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.message import fingerprint, normalise
from socialq.domain.shots import Said
from socialq.domain.words import storable
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Client, Media, Revision
from socialq.networks.base import Content, Networks
from socialq.networks.besides import chains
from socialq.planning.found import Desk, channels_of, client_of
from socialq.services.i18n import mark
from socialq.services.media import attachment
from socialq.services.refusals import all_of

LONGEST_TEXT = 100_000  # no network takes as much; more is a mistake of the clipboard
UNKNOWN = mark("%(handle)s belongs to a network that this installation does not know (%(network)s).")
MOST_PARTS = 25
MANY_PARTS = mark("The post has %(size)s parts: it may have %(most)s.")
NO_PARTS = mark("%(network)s takes only one part: leave that channel out, or what follows the post.")
IN_PART = mark("Part %(part)s: %(problem)s")
TOO_LONG = mark("The text has %(size)s characters: no network takes that many.")
EMPTY = mark("The post is empty: give it a text or a picture.")
NO_PICTURE = mark("There is no picture %(picture)s of this client.")


@dataclass(frozen=True)
class Picture:
    """A stored picture of the client, and what it shows for those who cannot see it."""

    media_id: int
    alt: str = ""


@dataclass(frozen=True)
class Draft:
    """What a person typed: text, pictures in their order, ids of channels."""

    text: str
    channels: tuple[int, ...]
    pictures: tuple[Picture, ...] = ()
    parts: tuple[str, ...] = ()  # what follows it: a thread, or a first comment; empty ones are left out

    @property
    def following(self) -> list[str]:
        """The parts as they are kept."""
        return [one.strip() for one in self.parts if one.strip()]


@dataclass(frozen=True)
class Checked:
    """A draft that every one of its channels would take."""

    text: str
    channels: list[Channel]
    pictures: list[tuple[Media, str]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text, [media.sha256 for media, _ in self.pictures])

    def fingerprint_of(self, part: int) -> str:
        """Of the post, or of what follows it: the same words under another post are no repetition."""
        return fingerprint(self.parts[part - 2], [self.fingerprint, str(part)]) if part > 1 else self.fingerprint


def check(session: Session, desk: Desk, client_id: int, draft: Draft) -> Checked:
    """Raises BadInput (with the networks' own counts) or NotFound; stores nothing."""
    client = client_of(session, client_id)
    channels = channels_of(session, client_id, draft.channels)
    text = _fit(draft.text, "The text")
    if len(text) > LONGEST_TEXT:
        raise BadInput(TOO_LONG, size=len(text))
    if not normalise(text) and not draft.pictures:
        raise BadInput(EMPTY)
    parts = [_fit(one, "The text") for one in draft.following]
    if len(parts) >= MOST_PARTS:
        raise BadInput(MANY_PARTS, size=len(parts) + 1, most=MOST_PARTS)
    checked = Checked(text, channels, _pictures(session, client_id, draft.pictures), parts)
    refuse(checked, client, desk)
    return checked


def refuse(checked: Checked, client: Client, desk: Desk) -> None:
    """Raises BadInput with what the networks have against it, as one line."""
    media = tuple(attachment(desk.media, row, alt) for row, alt in checked.pictures)
    content = Content(checked.text, media, client.language)
    found = [problem for channel in checked.channels for problem in _problems(content, channel, desk)]
    found += [one.problem for one in of_parts(checked.parts, checked.channels, desk.networks, client.language)]
    if found:
        raise all_of(found)


@dataclass(frozen=True)
class OfPart:
    """What a network has against one of the parts that follow a post."""

    part: int
    problem: Said


def of_parts(parts: Sequence[str], channels: Sequence[Channel], networks: Networks, language: str) -> Iterable[OfPart]:
    """Against each part on each of the channels; a network that knows no answers of one's own takes none."""
    for channel in channels:
        network = networks.get(channel.network)
        if network is None:
            continue
        if parts and not chains(network):
            yield OfPart(2, Said(NO_PARTS, {"network": network.name}))
            continue
        for part, text in enumerate(parts, 2):
            for problem in network.problems(Content(text, (), language), network.limits.updated(channel.limits)):
                yield OfPart(part, Said(IN_PART, {"part": part, "problem": problem}))


def of_revision(session: Session, revision: Revision, client_id: int) -> Checked:
    """What a stored revision says."""
    channels = channels_of(session, client_id, [one.channel_id for one in revision.channels])
    pictures = [(session.get_one(Media, one.media_id), one.alt) for one in revision.media]
    return Checked(revision.text, channels, pictures, [one.text for one in revision.parts])


def _problems(content: Content, channel: Channel, desk: Desk) -> Iterable[Said]:
    network = desk.networks.get(channel.network)
    if network is None:
        return [Said(UNKNOWN, {"handle": channel.handle, "network": channel.network})]
    return network.problems(content, network.limits.updated(channel.limits))


def _pictures(session: Session, client_id: int, wanted: Sequence[Picture]) -> list[tuple[Media, str]]:
    ids = {one.media_id for one in wanted}
    rows = session.scalars(select(Media).where(Media.id.in_(ids), Media.client_id == client_id))
    found = {row.id: row for row in rows}
    if missing := sorted(ids - set(found)):
        raise NotFound(NO_PICTURE, picture=missing[0])
    return [(found[one.media_id], _fit(one.alt, "The alt text").strip()) for one in wanted]


def _fit(text: str, what: str) -> str:
    try:
        return storable(text, what)
    except ValueError as error:
        raise BadInput(str(error)) from None
