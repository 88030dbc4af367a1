"""Who is odd among this machine, the database and the networks."""

import pytest

from socialq.domain.clocks import odd


@pytest.mark.parametrize(
    ("machine", "networks", "who"),
    [
        (0.0, [], None),
        (1.9, [0.5, -0.5], None),
        (2.1, [], "unsure"),
        (2.1, [0.3], "machine"),
        (-3600.0, [1.0, -1.0, 0.0], "machine"),
        (-5.0, [-5.5, -4.5], "database"),
        (-5.0, [40.0], "unsure"),
        (0.1, [5.0], None),  # one server alone is not believed against two of ours
        (0.1, [5.0, 5.5], "house"),
        (0.1, [900.0, 0.4, -0.4], None),  # one odd server among others
        (2.5, [900.0, 0.4, -0.4], "machine"),
    ],
)
def test_the_odd_one_is_named(machine: float, networks: list[float], who: str | None) -> None:
    found = odd(machine, networks)
    assert (found.who if found else None) == who


def test_the_number_is_that_of_the_odd_one() -> None:
    database = odd(-5.0, [-5.0])
    assert database is not None
    assert (database.who, database.seconds) == ("database", 5.0)
