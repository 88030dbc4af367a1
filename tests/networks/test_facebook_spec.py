"""Every kind of request that the Facebook module makes, against Meta's own specification; and a wrong one of each kind, seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from socialq.networks.base import App, Content, Visit
from socialq.networks.facebook import NETWORK, metrics, sdk, send
from tests.networks.desk import KEY, call, picture, prepared
from tests.networks.desk import send as send_it
from tests.networks.facebook_desk import account, graph
from tests.networks.fake_graph import APP, JUDGED, SECRET
from tests.tools import graph_check

pytestmark = pytest.mark.skipif(not graph_check.FILE.exists(), reason="SOCIALQ_SPECS_DIR has no graph/graph-trim.json")
WHOLE = Visit("", "http://127.0.0.1:9/back", "the-state", "v" * 64)


def test_every_request_is_as_meta_specifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    JUDGED.clear()
    with graph() as server:  # which ends with nothing wrong
        kept = NETWORK.token(App(APP, SECRET), Visit(server.url, WHOLE.returns_to, "s", "v"), "the-code", call())
        (offer,) = NETWORK.accounts(server.url, kept, call())
        ours = account(server, credentials=offer.credentials)
        NETWORK.connect(ours)
        post = Content(
            "hoi https://example.com", tuple(picture(tmp_path, f"{n}.png", "foto") for n in range(10)), key=KEY
        )
        outcome = send_it(NETWORK, post, ours)
        send_it(NETWORK, Content("hoi https://example.com", key=KEY), ours)
        server.instance.dead = {"post_clicks"}
        NETWORK.metrics([str(getattr(outcome, "remote_id", ""))], ours)
        NETWORK.account_metrics(ours)
        made = len(server.requests)
    assert sum(JUDGED.values()) == made
    with capsys.disabled():
        print(f"\n{made} Graph requests judged: {dict(JUDGED)}")


def test_a_name_that_is_not_metas_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The break on purpose: the description under the name that people believe it has."""
    asked = sdk.Graph.put_photo

    def misnamed(self: sdk.Graph, file: Any, path: str, alt_text_custom: str, **more: str) -> Any:
        return asked(self, file, path, alt_text=alt_text_custom, **more)

    monkeypatch.setattr(sdk.Graph, "put_photo", misnamed)
    with pytest.raises(AssertionError, match="unknown parameter alt_text"), graph() as server:
        prepared(NETWORK, Content("hoi", (picture(tmp_path, alt="foto"),), key=KEY), account(server))


def test_a_metric_that_died_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(metrics.INSIGHTS, "post_impressions", "views")
    with pytest.raises(AssertionError, match="post_impressions is no living metric"), graph() as server:
        NETWORK.metrics(["1001_1"], account(server))


@pytest.mark.parametrize(
    ("node", "method", "edge", "params", "says"),
    [
        ("Page", "POST", "feeds", {}, "Page has no POST /feeds"),
        ("Page", "POST", "feed", {"published": "maybe"}, "is not bool"),
        ("Page", "POST", "feed", {"attached_media[0]": "{"}, "not JSON"),
        ("Page", "POST", "feed", {"unpublished_content_type": "HIDDEN"}, "not in"),
        ("PagePost", "POST", "", {"is_public": "true"}, "unknown parameter is_public"),
        ("PagePost", "GET", "", {"fields": "id,views"}, "has no field views"),
        ("PagePost", "GET", "insights", {"metric": "post_engaged_users"}, "no living metric"),
        ("Page", "POST", "video_reels", {"upload_phase": "begin"}, "upload_phase"),
        ("", "GET", "debug_token", {"token": "x"}, "unknown parameter token"),
    ],
)
def test_the_judge_sees_breaks(node: str, method: str, edge: str, params: Mapping[str, str], says: str) -> None:
    assert any(says in problem for problem in graph_check.check(node, method, edge, dict(params)))


def test_the_numbers_of_a_post_are_ids() -> None:
    assert send.ID.fullmatch("1001_5001")
    assert not any(send.ID.fullmatch(one) for one in ("", "None", "1_2_3", "1001/feed", "../1", "1 2"))
