"""Members: who may sign in, in which browsers, and how often somebody may guess."""

from socialq.members.access import reset_password
from socialq.members.passwords import hash_of, new_password
from socialq.members.people import add_member, checked_email

__all__ = ["add_member", "checked_email", "hash_of", "new_password", "reset_password"]
