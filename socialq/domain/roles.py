"""Who may do what. An owner may do everything; an assistant works for the clients that were given to her."""

from enum import StrEnum


class Role(StrEnum):
    """Of a member."""

    OWNER = "owner"
    ASSISTANT = "assistant"


class Act(StrEnum):
    """What a member does, as far as roles differ in it."""

    PLAN = "plan"  # draft, revise, submit, schedule, unschedule
    RESOLVE = "resolve"  # decide about a delivery that nobody knows about
    REPORT = "report"  # order and read reports
    CONNECT = "connect"  # connect and disconnect channels
    CLIENTS = "clients"  # add and change clients
    MEMBERS = "members"
    SETTINGS = "settings"


MAY: dict[Role, frozenset[Act]] = {
    Role.OWNER: frozenset(Act),
    Role.ASSISTANT: frozenset({Act.PLAN, Act.RESOLVE, Act.REPORT}),
}


def may(role: Role, act: Act) -> bool:
    """Whether the role allows it."""
    return act in MAY[role]


def may_reach(role: Role, client_id: int, given: frozenset[int]) -> bool:
    """Whether a member of that role may see the client; `given` are the clients of an assistant."""
    return role is Role.OWNER or client_id in given
