"""What can be said to a person. Anything else that is raised is a fault of the program."""


class SocialqError(Exception):
    """A refusal in plain words: what is wrong and what to do. Nothing was written."""


class BadInput(SocialqError):
    """Somebody typed or sent something that cannot be accepted."""


class NotFound(BadInput):
    """A thing that does not exist, or not for this person."""


class NotAllowed(SocialqError):
    """It exists, but this move is not open from its present state."""


class OutOfDate(NotAllowed):
    """The page or command speaks of an attempt that is no longer the newest."""


class Unavailable(SocialqError):
    """Something that is needed (database, disk, server) does not answer now."""
