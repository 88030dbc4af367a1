"""What a network says goes into rows, mails and pages: without what it repeats of our secrets."""

from dataclasses import fields, replace
from typing import Any, TypeVar

from socialq.crypto import without_secrets
from socialq.domain.outcomes import Look, Outcome

Said = TypeVar("Said", bound=Outcome | Look)


def spoken(said: Said) -> Said:
    """The same, every text in it cleaned."""
    texts = {field.name: getattr(said, field.name) for field in fields(said)}
    clean: Any = {name: without_secrets(text) for name, text in texts.items() if isinstance(text, str)}
    return replace(said, **clean)
