"""What went wrong, in one line for a terminal. Whatever is not meant for people is raised again: it is a fault of ours."""

import errno

import click

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = "The disk is full: nothing was stored. Make room and try again."


def one_line(error: Exception) -> str:
    """The sentence. Raises the error itself when it has none."""
    return " ".join(_sentence(error).split()).encode("utf-8", "backslashreplace").decode()


def _sentence(error: Exception) -> str:
    from socialq.errors import SocialqError

    if isinstance(error, SocialqError):
        return str(error)
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, OSError):
        return DISK_FULL if error.errno in FULL else f"That did not work: {error.strerror or type(error).__name__}."
    return _database(error)


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" See `{context.command_path} --help`." if context else ""
    return error.format_message() + hint


def _database(error: Exception) -> str:
    """Only what the outside world does to a database; a wrong statement of ours is no sentence."""
    from sqlalchemy.exc import OperationalError

    from socialq.db import told

    if not isinstance(error, OperationalError):
        raise error
    return told(error)
