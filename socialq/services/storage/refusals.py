"""What a disk says when it refuses, as a sentence that a person can act on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from socialq.errors import Unavailable
from socialq.services.i18n import mark

FULL = mark("The disk is full: nothing was stored. Make room and try again.")
NOT_STORED = mark("The file could not be stored (%(reason)s): look at the data folder and try again.")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def refused() -> Iterator[None]:
    """What the disk refuses inside is Unavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(FULL) from None
        raise Unavailable(NOT_STORED, reason=error.strerror or type(error).__name__) from None
