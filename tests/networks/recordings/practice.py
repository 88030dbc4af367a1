"""What can happen to the practice network: it has no peer, only a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from socialq.networks.base import Account
from tests.networks.contract import LOCAL, SECRET, Staged, call

KIND = LOCAL


@contextmanager
def stage(scenario: str, folder: Path) -> Iterator[Staged]:
    """A practice account; "unwritable" puts a file where its folder should be."""
    place = folder / "practice" / "vera"
    account = Account(str(folder / "practice"), "vera", "vera", {"access_token": SECRET}, call())

    def spoil() -> None:
        if scenario == "unwritable":
            place.parent.mkdir()
            place.write_text("")

    yield Staged(account, lambda: len(list(place.glob("[!.]*.json"))) if place.is_dir() else 0, spoil)
