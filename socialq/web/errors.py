"""Error pages: what happened, whether anything was changed, what to do; in the reader's language. Asks no database."""

import secrets

import structlog
from flask import Flask, render_template
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from socialq.db import told
from socialq.errors import NotAllowed, NotFound, SocialqError, TooMany, Unavailable
from socialq.services.i18n import mark
from socialq.web import reach
from socialq.web.csrf import Forged
from socialq.web.forms import say
from socialq.web.security import WrongHost
from socialq.wiring import require_up_to_date

TITLES = {
    400: mark("This request cannot be understood"), 404: mark("There is nothing here"), 405: mark("That is not possible here"),
    409: mark("That is not possible now"), 410: mark("This link does not work any more"), 413: mark("That is too large"),
    422: mark("Something is not right yet"), 429: mark("Wait a moment"), 503: mark("socialq cannot answer now"),
}  # fmt: skip
ADVICE = {
    400: mark("Nothing was changed. Go back, reload the page and try again."),
    404: mark(
        "The page does not exist, or it is not one of yours. Check the address, or start again from the first page."
    ),
    405: mark("Nothing was changed. Go back and use the buttons on the page."),
    413: mark("Nothing was changed. Send something smaller."),
}
OTHER = mark("Nothing was changed. Go back and try again.")
FAULT_TITLE = mark("Something went wrong in socialq")
FAULT = mark(
    "This is a fault of the program. Look whether it was done before you try again. "
    "If it stays, look in the log for %(number)s."
)
FORGED = mark(
    "This form has expired, or it was sent from another site. Nothing was changed: "
    "go back, reload the page and try again."
)
HOST = mark("socialq is not reached under this address. Use the one that is set as SOCIALQ_BASE_URL.")
STARTING = mark("The database does not answer, or is being brought up to date. Nothing was changed. Try again in a moment.")  # fmt: skip
AGAIN = 10  # seconds

log = structlog.get_logger()


def keep(app: Flask) -> None:
    """For everything that can be raised."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SocialqError, _refusal)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _fault)


def page(code: int, advice: str, title: str = "", wait: int = 0) -> Response:
    """`advice` is in the reader's language already; `wait` seconds become Retry-After."""
    heading = reach.words().text(title or TITLES.get(code, TITLES[400]))
    answer = Response(status=code, headers={"Retry-After": str(wait)} if wait else None, mimetype="text/html")
    try:
        answer.data = render_template("errors/show.html", code=code, title=heading, advice=advice)
    except Exception as error:  # the last resort: the sentence without the page (the styles are not built, say)
        log.error("the error page could not be made", exc_info=error)
        answer.mimetype, answer.data = "text/plain", f"{heading}\n\n{advice}\n"
    return answer


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error.get_response()
    special = FORGED if isinstance(error, Forged) else HOST if isinstance(error, WrongHost) else ADVICE.get(code, OTHER)
    answer = _fault(error) if code == 500 else page(code, reach.words().text(special))
    if isinstance(error, RequestEntityTooLarge):
        answer.headers["Connection"] = "close"  # the rest is not read
    answer.headers.update({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    return answer


def _refusal(error: SocialqError) -> Response:
    """A use case that no view caught."""
    if isinstance(error, TooMany):
        return page(429, say(error), wait=error.wait)
    if isinstance(error, NotFound):
        return page(404, reach.words().text(ADVICE[404]))
    if isinstance(error, Unavailable):
        log.warning("not available", reason=str(error))
        return page(503, say(error), wait=AGAIN)
    return page(409 if isinstance(error, NotAllowed) else 422, say(error))


def _database(error: DBAPIError) -> Response:
    """Not there, or not yet of this version; all else is a fault."""
    if isinstance(error, OperationalError):
        log.warning("database", reason=told(error))
        return page(503, reach.words().text(STARTING), wait=AGAIN)
    try:
        require_up_to_date(reach.parts().db)
    except Unavailable:
        return page(503, reach.words().text(STARTING), wait=AGAIN)
    return _fault(error)


def _fault(error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("fault", number=number, exc_info=error)
    return page(500, reach.words().text(FAULT, number=number), FAULT_TITLE)
