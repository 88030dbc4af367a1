"""The network against Bluesky's own server: what is stored there, byte by byte, and one copy whatever is lost."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from socialq.domain.fitting import fits
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Disconnected, Found, NotSent, Outcome, Published
from socialq.networks.base import AccessLost, Account, Attachment, ConnectFailed, Content, ReadFailed
from socialq.networks.bluesky import NETWORK
from socialq.services import variants
from tests.networks.desk import call, picture, prepared
from tests.networks.pds import Pds, running
from tests.tools.lossy_proxy import LossyProxy

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEXT = "Goedemorgen! 👩‍👩‍👧 Dank aan @stan.test: één #taart op https://www.example.com/pad?x=1."
HEARD = Wanted(TEXT, 0, AT)


@pytest.fixture(scope="module")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with running(tmp_path_factory.mktemp("pds")) as server:
        server.app_password("stan.test")
        yield server


@pytest.fixture(scope="module")
def password(pds: Pds) -> str:
    return pds.app_password("vera.test")


@pytest.fixture(scope="module")
def connected(pds: Pds, password: str) -> Account:
    """One log-in for all tests, as in life: the server counts them."""
    kept: dict[str, Any] = {"access_token": password}
    typed = Account(pds.url, "", "@vera.test", kept, call(), kept.update)
    found = NETWORK.connect(typed)
    assert (found.handle, found.server) == ("vera.test", pds.url)
    return replace(typed, remote_id=found.remote_id, handle=found.handle)


@pytest.fixture
def account(connected: Account) -> Account:
    return replace(connected, call=call())


def stored(account: Account, remote_id: str) -> dict[str, Any]:
    rkey = remote_id.rpartition("/")[2]
    where = {"repo": account.remote_id, "collection": "app.bsky.feed.post", "rkey": rkey}
    url = f"{account.server}/xrpc/com.atproto.repo.getRecord"
    found: dict[str, Any] = account.call.session().get(url, params=where).json()
    return found


def copies(account: Account, text: str) -> int:
    where: dict[str, Any] = {"repo": account.remote_id, "collection": "app.bsky.feed.post", "limit": 100}
    found = account.call.session().get(f"{account.server}/xrpc/com.atproto.repo.listRecords", params=where).json()
    return sum(one["value"]["text"] == text for one in found["records"])


def publish(account: Account, post: Content) -> Outcome:
    ready = prepared(NETWORK, post, account)
    return NETWORK.publish(ready, replace(account, call=call()))


def test_a_post_whole_with_picture_alt_and_facets_by_byte(account: Account, tmp_path: Path) -> None:
    post = Content(TEXT, (picture(tmp_path, alt="Een groen vlak"),), "nl", key="1" * 32, promised_at=AT)
    assert NETWORK.problems(post, NETWORK.limits) == []
    ready = prepared(NETWORK, post, account)
    first = NETWORK.publish(ready, replace(account, call=call()))
    assert isinstance(first, Published)
    record = stored(account, first.remote_id)
    again = NETWORK.publish(ready, replace(account, call=call()))
    assert again == first
    assert stored(account, first.remote_id) == record
    assert copies(account, TEXT) == 1
    assert first.url == f"https://bsky.app/profile/vera.test/post/{ready.identity}"
    written = TEXT.encode()
    shown = [written[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode() for one in record["value"]["facets"]]
    assert shown == ["@stan.test", "#taart", "https://www.example.com/pad?x=1"]
    (image,) = record["value"]["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == ("Een groen vlak", {"width": 20, "height": 10})
    assert record["value"]["langs"] == ["nl"]
    assert datetime.fromisoformat(record["value"]["createdAt"]) >= AT


def test_a_picture_that_is_too_large_arrives_smaller_and_whole(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    Image.frombytes("RGB", (1500, 1000), os.urandom(4_500_000)).save(path)
    noise = fitted(Attachment(path, "image/png", "Ruis", width=1500, height=1000, size=path.stat().st_size))
    outcome = publish(account, Content("ruis", (noise,), key="2" * 32, promised_at=AT))
    assert isinstance(outcome, Published)
    (image,) = stored(account, outcome.remote_id)["value"]["embed"]["images"]
    assert image["image"]["size"] <= 1_000_000
    where = {"did": account.remote_id, "cid": image["image"]["ref"]["$link"]}
    blob = account.call.session().get(f"{account.server}/xrpc/com.atproto.sync.getBlob", params=where).content
    shown = Image.open(io.BytesIO(blob))
    assert {"width": shown.width, "height": shown.height} == image["aspectRatio"]
    assert abs(shown.width / shown.height - 1.5) < 0.01


def fitted(picture: Attachment) -> Attachment:
    """As the worker hands it over."""
    (fit,) = fits([picture], NETWORK.limits, NETWORK.name)
    assert fit.recipe is not None
    data = variants.made(picture.path.read_bytes(), fit.recipe)
    picture.path.write_bytes(data)
    with Image.open(io.BytesIO(data)) as image:
        return replace(
            picture, media_type=fit.recipe.media_type, width=image.width, height=image.height, size=len(data)
        )


def test_a_lost_answer_is_found_and_the_same_call_makes_one_copy(pds: Pds, account: Account) -> None:
    proxy = LossyProxy(("127.0.0.1", pds.port)).start()
    through = replace(account, credentials=dict(account.credentials) | {"pds": f"http://127.0.0.1:{proxy.port}"})
    post = Content("één keer, wat er ook gebeurt", key="3" * 32, promised_at=AT)
    ready = prepared(NETWORK, post, through)
    assert isinstance(NETWORK.find(ready, HEARD, account), Absent)
    proxy.drop = lambda line: b"putRecord" in line
    final = call()
    with pytest.raises(OSError):
        NETWORK.publish(ready, replace(through, call=final))
    proxy.stop()
    assert final.wrote
    assert proxy.dropped == 1
    found = NETWORK.find(ready, HEARD, replace(account, call=call()))
    assert isinstance(found, Found)
    again = NETWORK.publish(ready, replace(account, call=call()))
    assert again == Published(found.remote_id, found.url)
    assert copies(account, post.text) == 1


def test_a_thread_names_its_parent_and_its_root(account: Account) -> None:
    parts: list[Published] = []
    for number in range(3):
        before = {"remote_id": parts[-1].remote_id} if parts else None
        post = Content(f"deel {number}", key=str(number) * 31 + "t", promised_at=AT, reply_to=before)
        outcome = publish(account, post)
        assert isinstance(outcome, Published)
        parts.append(outcome)
    first, second, third = (stored(account, one.remote_id) for one in parts)
    assert third["value"]["reply"]["root"] == {"uri": first["uri"], "cid": first["cid"]}
    assert third["value"]["reply"]["parent"] == {"uri": second["uri"], "cid": second["cid"]}


def test_a_wrong_password_is_one_sentence(pds: Pds, password: str) -> None:
    typed = Account(pds.url, "", "vera.test", {"access_token": "aaaa-bbbb-cccc-dddd"}, call())
    with pytest.raises(ConnectFailed, match="does not accept this handle and app password") as caught:
        NETWORK.connect(typed)
    assert "aaaa-bbbb" not in str(caught.value)


def test_tokens_that_are_refused_lead_back_to_preparation_and_a_session(account: Account) -> None:
    ready = prepared(NETWORK, Content("hoi", key="4" * 32, promised_at=AT), account)
    broken = replace(account, credentials=dict(account.credentials) | {"access_jwt": "x.y.z", "refresh_jwt": "x.y.z"})
    assert isinstance(NETWORK.publish(ready, replace(broken, call=call())), NotSent)
    kept: dict[str, Any] = {}
    repaired = replace(broken, renewed=kept.update)
    assert isinstance(NETWORK.prepare(Content("hoi", memory=ready.memory), repaired, lambda step: None), type(ready))
    assert kept["access_jwt"].count(".") == 2
    lost = replace(broken, credentials=dict(broken.credentials) | {"access_token": "revoked"})
    assert isinstance(NETWORK.prepare(Content("hoi", memory=ready.memory), lost, lambda step: None), Disconnected)
    with pytest.raises(AccessLost):
        NETWORK.account_metrics(lost)


def test_refreshing_gives_a_new_pair_that_works(account: Account) -> None:
    from socialq.networks.bluesky import session

    kept: dict[str, Any] = {}
    newer = session.renewed(replace(account, renewed=kept.update))
    assert kept["refresh_jwt"] != account.credentials["refresh_jwt"]
    assert isinstance(publish(newer, Content("na het vernieuwen", key="5" * 32, promised_at=AT)), Published)


def test_without_an_appview_numbers_cannot_be_read(account: Account) -> None:
    with pytest.raises(ReadFailed) as caught:
        NETWORK.metrics(["3mk2222222222"], account)
    assert not isinstance(caught.value, AccessLost)


def test_a_session_given_back_is_worth_nothing(pds: Pds) -> None:
    kept: dict[str, Any] = {"access_token": pds.app_password("nadia.test")}
    typed = Account(pds.url, "", "nadia.test", kept, call(), kept.update)
    mine = replace(typed, remote_id=NETWORK.connect(typed).remote_id, call=call())
    NETWORK.withdraw(mine, None)
    refresh = {"Authorization": f"Bearer {kept['refresh_jwt']}"}
    answer = call().session().post(f"{pds.url}/xrpc/com.atproto.server.refreshSession", headers=refresh)
    assert (answer.status_code, answer.json()["error"]) == (400, "ExpiredToken")
