"""The web's composition root: settings → a Flask application. Starts whatever the state of the database, so that /readyz can say it."""

from flask import Flask, Response

from socialq.db import Database
from socialq.settings import Settings, load_settings
from socialq.web import health

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def create_app(settings: Settings | None = None) -> Flask:
    """One a process. Raises BadInput when the settings are not right."""
    settings = settings or load_settings()
    app = Flask("socialq", static_folder=None, template_folder=None)
    app.extensions["socialq"] = health.Site(settings, Database(settings.database))
    app.register_blueprint(health.bp)
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
