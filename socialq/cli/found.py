"""One answer of `doctor`, and asking so that a question that fails is an answer too."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from socialq.errors import SocialqError

Answer = tuple[bool | None, str]
"""True: well. False: red, and the sentence says what to do. None: worth knowing, nothing is broken."""


@dataclass(frozen=True)
class Found:
    """What was looked at, whether it is well, and one sentence. `note`: well, but worth knowing."""

    check: str
    ok: bool
    told: str
    note: bool = False


def ask(check: str, look: Callable[[], Answer]) -> Found:
    """Raises nothing that the outside world can cause."""
    try:
        well, told = look()
    except SocialqError as error:
        return Found(check, False, str(error))
    except SQLAlchemyError as error:
        return Found(check, False, f"The database does not answer ({type(error).__name__}): is it running?")
    except OSError as error:
        return Found(check, False, f"It cannot be looked at: {error.strerror or type(error).__name__}.")
    return Found(check, well is not False, told, note=well is None)
