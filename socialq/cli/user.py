"""`socialq user`: who may sign in. A password comes on standard input, or is made here and shown once."""

import sys

import click

from socialq.cli.shared import BY, json_flag, opened, tell


@click.group()
def user() -> None:
    """Members: the assistant and her stand-ins."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(["owner", "assistant"]), required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@json_flag
def add(email: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add a member."""
    from socialq.members import add_member, checked_email, hash_of

    checked_email(email)
    password, shown = _password(password_stdin)
    hashed = hash_of(password)
    with opened() as parts:
        with parts.db.begin() as session:
            made = add_member(session, email, role, hashed, BY)
        facts = {"id": made.id, "state": "active", "email": made.email, "role": made.role, **shown}
        tell(as_json, facts, f"Member {made.id} is {made.email}.{_told(shown)}")


@user.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@json_flag
def reset(email: str, password_stdin: bool, as_json: bool) -> None:
    """Give a member another password."""
    from socialq.members import checked_email, hash_of, reset_password

    checked_email(email)
    password, shown = _password(password_stdin)
    hashed = hash_of(password)
    with opened() as parts:
        with parts.db.begin() as session:
            made = reset_password(session, email, hashed, BY)
        facts = {"id": made.id, "state": "active", "email": made.email, "role": made.role, **shown}
        tell(as_json, facts, f"{made.email} has another password.{_told(shown)}")


def _password(from_stdin: bool) -> tuple[str, dict[str, str]]:
    """The password, and what of it is shown: one that was typed elsewhere never."""
    from socialq.members import new_password

    if from_stdin:
        return sys.stdin.buffer.read(10_000).decode("utf-8", "replace").rstrip("\r\n"), {}
    made = new_password()
    return made, {"password": made}


def _told(shown: dict[str, str]) -> str:
    return f" The password, shown only now: {shown['password']}" if shown else ""
