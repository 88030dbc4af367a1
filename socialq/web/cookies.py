"""The cookie that holds a session's token. `__Host-` and Secure when BASE_URL is https; scripts never see it."""

from typing import TypeVar

from flask import g, request
from werkzeug.wrappers import Response

from socialq.members.sessions import LASTS
from socialq.settings import Settings
from socialq.web import reach

Answer = TypeVar("Answer", bound=Response)


def name(settings: Settings) -> str:
    """With the prefix a browser takes it only from this very host, over TLS."""
    return "__Host-socialq" if secure(settings) else "socialq"


def secure(settings: Settings) -> bool:
    """Whether people reach this installation over TLS."""
    return settings.base_url.lower().startswith("https://")


def token() -> str:
    """What the browser sent; may be anything."""
    return request.cookies.get(name(reach.parts().settings), "")


def keep(answer: Answer, value: str) -> Answer:
    """Signed in from here on, for fourteen days from the last time she was seen."""
    settings = reach.parts().settings
    age = int(LASTS.total_seconds())
    answer.set_cookie(
        name(settings), value, max_age=age, path="/", secure=secure(settings), httponly=True, samesite="Lax"
    )
    return answer


def drop(answer: Answer) -> Answer:
    """Signed out."""
    settings = reach.parts().settings
    answer.delete_cookie(name(settings), path="/", secure=secure(settings), httponly=True, samesite="Lax")
    return answer


def renew(answer: Answer) -> Answer:
    """The browser's fourteen days slide with the row's, unless the view has just decided otherwise."""
    own = any(name(reach.parts().settings) + "=" in line for line in answer.headers.getlist("Set-Cookie"))
    return keep(answer, g.token) if g.get("renew") and not own else answer
