"""What `up --demo` says on the terminal: a line for each change, none for what was so before."""

import pytest

from socialq.models import Delivery
from socialq.wiring import Parts
from tests.workers.installation import add_channel, schedule
from workers.aloud import Aloud


def test_a_change_is_said_once(installed: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    old = schedule(installed, add_channel(installed, "bakker"), "Vers")
    aloud = Aloud(installed.db)
    aloud.look()
    aloud.look()
    assert capsys.readouterr().out == "", "it was so already"
    with installed.db.begin() as session:
        session.get_one(Delivery, old).state = "failed"
    schedule(installed, add_channel(installed, "slager"), "Worst", ahead=9)
    aloud.look()
    aloud.look()
    [failed, scheduled] = capsys.readouterr().out.splitlines()
    assert failed.endswith("FAILED    bakker: bakker on practice")
    assert scheduled.endswith("scheduled slager: slager on practice")
