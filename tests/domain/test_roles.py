"""An owner may do everything; an assistant plans, resolves and reports for the clients that were given to her."""

from socialq.domain.roles import MAY, Act, Role, may, may_reach


def test_the_table() -> None:
    assert {act for act in Act if may(Role.OWNER, act)} == set(Act)
    assert {act for act in Act if may(Role.ASSISTANT, act)} == {Act.PLAN, Act.RESOLVE, Act.REPORT}
    assert set(MAY) == set(Role)


def test_whom_they_reach() -> None:
    assert may_reach(Role.OWNER, 7, frozenset())
    assert may_reach(Role.ASSISTANT, 7, frozenset({7}))
    assert not may_reach(Role.ASSISTANT, 8, frozenset({7}))
