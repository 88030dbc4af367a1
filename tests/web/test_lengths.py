"""One number everywhere: what the counters ask for, what the page shows, and what the networks' objection says."""

import re
from html import unescape

import pytest
from sqlalchemy import update

from socialq.models import Channel
from socialq.networks.text import size
from socialq.networks.text.ways import _WAYS as WAYS
from socialq.networks.text.ways import Way
from socialq.wiring import Parts
from tests.factories import Practice
from tests.networks.texts import some
from tests.web.desk import form, posts
from tests.web.door import Browser

MOST = 100


def shown(number: str) -> int:
    return int(number.replace(",", ""))


def counted(parts: Parts, practice: Practice, way: Way) -> str:
    """The first channel counts that way from now on; its id."""
    with parts.db.begin() as session:
        limits = {"counted": way, "url_characters": 23, "characters": MOST}
        session.execute(update(Channel).where(Channel.id == practice.channels[0]).values(limits=limits))
    return str(practice.channels[0])


@pytest.mark.parametrize("way", WAYS)
def test_one_number(parts: Parts, vera: Browser, practice: Practice, way: Way) -> None:
    channel = counted(parts, practice, way)
    for text in (one.replace("\0", "") for one in some(seed=len(way), number=12)):
        answer = vera.post("/posts/lengths", {"client": practice.client.id, "text": text})
        told = answer.get_json()[channel]
        long = size(re.sub("\r\n|[\r\v\f\x85]", "\n", text).strip(), way, 23)
        assert (shown(told["size"]), told["tone"] == "bad") == (long, long > MOST)
        page = vera.post("/posts", form(practice, do="look", text=text, channels=[practice.channels[0]])).text
        numbers = re.findall(
            rf'data-counter="{channel}"[^>]*>(?:<svg.*?</svg>)?.*?<span data-size>([\d,]+)</span>', page
        )
        assert [shown(one) for one in numbers] == [long, long]
        objection = re.search(r"The text has ([\d,]+) characters, Practice takes 100\.", unescape(page))
        assert (shown(objection[1]) if objection else None) == (long if long > MOST else None)


def test_what_is_sent_is_what_is_counted(parts: Parts, vera: Browser, practice: Practice) -> None:
    """Browsers send two characters for the end of a line; space around the text is not kept."""
    channel = counted(parts, practice, "bytes")
    told = vera.post("/posts/lengths", {"client": practice.client.id, "text": " a\r\nb\r\n"}).get_json()
    assert told[channel] == {"size": "3", "tone": ""}
    lines = "\r\n".join("x" * 50)  # 99 as it is kept
    assert (
        vera.post("/posts", form(practice, do="draft", text=lines, channels=[practice.channels[0]])).status_code == 303
    )
    long = "\r\n".join("x" * 51)
    refused = vera.post("/posts", form(practice, do="draft", text=long, form_token="", channels=[practice.channels[0]]))
    assert refused.status_code == 422 and "The text has 101 characters, Practice takes 100." in refused.text
    assert len(posts(parts)) == 1


def test_several_objections_are_said_in_dutch(parts: Parts, vera: Browser, practice: Practice) -> None:
    limits = {"hashtags": 1, "mentions": 1, "text_bytes": 20, "counted": "x"}
    with parts.db.begin() as session:
        session.execute(update(Channel).values(limits=limits))
    vera.post("/me", {"name": "Vera", "language": "nl"})
    text = "#een #twee @stan @omar \ufeff " + "é" * 600
    page = vera.post("/posts", form(practice, do="draft", text=text, form_token="")).text
    assert "De tekst heeft 626 tekens, Practice neemt er 500." in unescape(page), re.findall(r"De tekst[^<]*", page)
    assert "De tekst heeft 2 hashtags, Practice neemt er 1." in unescape(page)
    assert "De tekst noemt 2 accounts, Practice neemt er 1." in unescape(page)
    assert "(U+FEFF)" in page and "This could not be done" not in page and "Dit kon niet" not in page


def test_only_of_her_own_clients_and_only_what_the_form_holds(parts: Parts, vera: Browser, practice: Practice) -> None:
    assert vera.post("/posts/lengths", {"client": 999, "text": "x"}).status_code == 404
    assert vera.post("/posts/lengths", {"client": practice.client.id}).status_code == 400
    assert vera.post("/posts/lengths", {"client": practice.client.id, "text": "x", "more": "y"}).status_code == 400
