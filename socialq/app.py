"""The web's composition root: settings → a Flask application. Starts whatever the state of the database, so that /readyz can say it."""

from flask import Flask

from socialq.settings import Settings, load_settings
from socialq.web import (
    address,
    asking,
    authorizations,
    beat,
    by_link,
    calendar,
    channels,
    choosing,
    clients,
    confirmations,
    counts,
    deliveries,
    errors,
    fetched,
    first_run,
    frame,
    health,
    incidents,
    measures,
    media,
    members,
    network_apps,
    password_resets,
    pauses,
    person,
    posts,
    reports,
    security,
    session,
    sidebar,
    slots,
    styleguide,
    today,
)
from socialq.web import settings as settings_page
from socialq.web.pages import Web
from socialq.wiring import assemble

ROOMS = (
    health,
    measures,
    today,
    deliveries,
    incidents,
    confirmations,
    pauses,
    first_run,
    session,
    password_resets,
    person,
    members,
    media,
    fetched,
    posts,
    calendar,
    reports,
    settings_page,
    network_apps,
    clients,
    slots,
    channels,
    authorizations,
    choosing,
    asking,
    by_link,
)


def create_app(settings: Settings | None = None) -> Flask:
    """One a process. Raises BadInput when the settings are not right, Unavailable when the data folder cannot be used."""
    settings = settings or load_settings()
    app = Web()
    app.extensions["socialq"] = assemble(settings)
    security.secure(app, settings)
    errors.keep(app)
    first_run.announce(app, settings)
    frame.install(app)
    frame.provide(app, "member", person.in_frame)
    sidebar.install(app)
    frame.provide(app, "compose", posts.in_frame)
    frame.provide(app, "beat", beat.in_frame)
    frame.provide(app, "counts", counts.in_frame)
    frame.provide(app, "banners", address.banners)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    if settings.styleguide:
        app.register_blueprint(styleguide.bp)
    return app
