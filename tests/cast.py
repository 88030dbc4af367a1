"""The people of all tests, always the same: Vera the assistant, Stan her stand-in, Nadia who approves, Omar the outsider."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`actor` is how rows name her; `role` is a member's, empty for those who are none."""

    name: str
    email: str
    actor: str
    role: str = ""


VERA = Person("Vera", "vera@example.com", "member:1", "owner")
STAN = Person("Stan", "stan@example.com", "member:2", "assistant")
NADIA = Person("Nadia", "nadia@bakkerij.example", "approver:nadia")
OMAR = Person("Omar", "omar@elsewhere.example", "member:99")
