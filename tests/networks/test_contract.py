"""The contract over the folder: a network that is added there fails here until it brings its recordings."""

import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from socialq.domain.outcomes import NotSent, Outcome, Published
from socialq.networks.base import CanRepeat, Content, Network, discover
from tests.networks.contract import KEY, SECRET, play, recordings

NETWORKS = discover()


CASES = [(key, scenario) for key in NETWORKS for scenario in recordings(key).KIND]


def content() -> Content:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    return Content(text="Goedemorgen! Vandaag nieuw in de winkel.", language="nl", key=KEY, promised_at=at)


@pytest.mark.parametrize(("key", "scenario"), CASES)
def test_every_network_says_what_happened(key: str, scenario: str, tmp_path: Path) -> None:
    brought = recordings(key)
    with brought.stage(scenario, tmp_path) as staged:
        outcome, error = play(NETWORKS[key], staged, scenario, content())
        assert type(outcome) is brought.KIND[scenario], outcome
        assert staged.copies() <= 1
        assert isinstance(outcome, Outcome)
        if not isinstance(outcome, Published) and error is None:
            assert staged.copies() == 0, "it says that nothing is out"
        told = repr(outcome) + "".join(traceback.format_exception(error) if error else [])
        assert SECRET not in told


@pytest.mark.parametrize("key", NETWORKS)
def test_the_same_call_again_makes_no_second_post(key: str, tmp_path: Path) -> None:
    network = NETWORKS[key]
    if not isinstance(network, CanRepeat):
        return
    with recordings(key).stage("ok", tmp_path) as staged:
        memory: dict[str, Any] = {}
        first, _ = play(network, staged, "ok", content(), memory)
        again, _ = play(network, staged, "ok", content(), memory)
        assert isinstance(first, Published)
        assert first == again
        assert staged.copies() == 1


@pytest.mark.parametrize("key", NETWORKS)
def test_what_is_declared_holds(key: str) -> None:
    network: Network = NETWORKS[key]
    assert network.key == key
    assert network.problems(content(), network.limits) == []
    assert network.problems(Content(text=""), network.limits)
    long = "x" * (network.limits.characters + 1)
    (told,) = network.problems(Content(text=long), network.limits)
    assert str(len(long)) in str(told)
    assert str(network.limits.characters) in str(told)


def test_a_network_without_recordings_fails() -> None:
    with pytest.raises(AssertionError, match="brings no recordings"):
        recordings("not_there")


def test_nothing_left_means_not_sent_and_not_more() -> None:
    assert all(recordings(key).KIND["too late"] is NotSent for key in NETWORKS)
