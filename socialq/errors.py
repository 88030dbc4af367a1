"""What can be said to a person. Anything else that is raised is a fault of the program."""


class SocialqError(Exception):
    """A refusal in plain words: what is wrong and what to do. Nothing was written.

    With values, the sentence is a msgid ("There is no role %(role)s.") that the web can say in the reader's language."""

    def __init__(self, msgid: str = "", **values: object) -> None:
        super().__init__(msgid % values if values else msgid)
        self.msgid = msgid
        self.values = values


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


class TooMany(NotAllowed):
    """Tried too often: open again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("That was tried too often. Wait %(minutes)s min, then try again.", minutes=-(-wait // 60))
        self.wait = wait
