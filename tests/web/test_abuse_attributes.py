"""Words that would be attributes: hx-*, x-*, on… and data-* of our own scripts, in every text that people or networks give."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import update

from socialq.models import Channel, Client, Member
from socialq.wiring import Parts
from tests.factories import Practice
from tests.web.desk import day, form, upload
from tests.web.door import Browser

CANARY = "c4n4ry"
WORDS = (
    f'" hx-post="/{CANARY}" hx-trigger="load" x-data="{CANARY}" x-on:click="{CANARY}" onmouseover="{CANARY}" autofocus="',
    f"' hx-get='/{CANARY}' x-init='{CANARY}' onfocus='{CANARY}' style='{CANARY}' x='",
    f"><form action=/{CANARY}><button data-submit data-live=/{CANARY} formaction=/{CANARY} @click={CANARY} :class={CANARY}>",
    f"`{CANARY}` onload={CANARY} hx-on::load={CANARY} data-every=1 srcdoc={CANARY} href=javascript:{CANARY}//",
)
# Where words stand by nature; nothing of these runs.
SPOKEN = {
    "value",
    "alt",
    "title",
    "aria-label",
    "content",
    "placeholder",
    "data-label",
    "data-plain",
    "data-told",
    "href",
}


class Attributes(HTMLParser):
    """Every attribute of a page, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs]


def attributes(page: str) -> list[tuple[str, str, str]]:
    parser = Attributes()
    parser.feed(page)
    parser.close()
    return parser.found


@pytest.mark.abuse(14)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is about what templates write
def test_abuse_14_words_never_become_attributes(parts: Parts, vera: Browser, practice: Practice) -> None:
    plain = {page: names(vera.get(page).text) for page in pages(practice)}
    words = " ".join(WORDS)
    media = upload(vera, practice.client.id)
    sent = form(practice, do="schedule", text=words, on=day(practice), at="09:00", media=[media["id"]], alt=[words])
    path = vera.post("/posts", sent).location
    with parts.db.begin() as session:
        session.execute(update(Client).values(name=words))
        session.execute(update(Channel).values(handle=words, disconnected_reason=words))
        session.execute(update(Member).values(name=words))
    seen = 0
    for page in [*pages(practice), path, f"{path}/edit", f"/calendar?month={day(practice)[:7]}"]:
        text = vera.get(page).text
        found = attributes(text)
        seen += CANARY in text
        assert [one for one in found if CANARY in one[2] and one[1] not in SPOKEN] == [], page
        assert [one for one in found if CANARY in one[2] and one[1] == "href" and not harmless(one[2])] == [], page
        assert names(text) <= plain.get(page, set()), page
    assert seen >= 8


ACTING = re.compile(r"on\w+|hx-.*|x-.*|[@:].*|style|srcdoc|formaction|autofocus")


def names(page: str) -> set[str]:
    """Attributes that make something happen."""
    return {name for _, name, _ in attributes(page) if ACTING.fullmatch(name)}


def harmless(link: str) -> bool:
    return link.startswith(("/", "http://", "https://"))


def pages(practice: Practice) -> list[str]:
    client = practice.client.id
    every = [
        "/",
        "/posts",
        "/calendar",
        "/clients",
        f"/clients/{client}",
        f"/clients/{client}/edit",
        "/posts/new",
        "/me",
    ]
    return [*every, "/settings/members", "/settings", "/reports", f"/channels/{practice.channels[0]}"]


@pytest.mark.abuse(14)
def test_abuse_14_the_eye_sees_an_attribute() -> None:
    assert names(f'<p title="{WORDS[0]}">') >= {"hx-post", "x-data", "onmouseover"}
    assert names(f"<p title='{WORDS[1]}'>") >= {"hx-get", "onfocus", "style"}
    assert names(WORDS[2]) >= {"formaction", "@click", ":class"}
    assert names(f"<p title={WORDS[3].replace('`', '')}>") >= {"onload", "hx-on::load", "srcdoc"}
