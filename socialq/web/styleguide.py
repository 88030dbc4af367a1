"""Every component in every state, for those who build pages. Only there when the setting `styleguide` says so; shows made-up data."""

from flask import Blueprint, render_template, request

from socialq.services.i18n import LANGUAGES, Words
from socialq.web import reach, samples

bp = Blueprint("styleguide", __name__, url_prefix="/styleguide")


@bp.get("")
@reach.without_member
def show() -> str:
    """`?language=nl|en`, `?theme=light|dark`, `?frame=first` as a newcomer sees it, `?frame=rail` narrow, `?toast=1`."""
    words = Words(request.args.get("language", request.accept_languages.best_match(LANGUAGES) or "en"))
    return render_template("styleguide/show.html", words=words, **_sample(words))


@bp.get("/bare")
@reach.without_member
def bare() -> str:
    """A page without a frame."""
    words = Words(request.args.get("language", request.accept_languages.best_match(LANGUAGES) or "en"))
    return render_template("styleguide/bare.html", words=words, **_sample(words))


def _sample(words: Words) -> dict[str, object]:
    kind = request.args.get("frame", "")
    frame = samples.SampleFrame(
        words, first=kind == "first", theme=request.args.get("theme", ""), toast="toast" in request.args
    )
    return {
        "frame": frame,
        "narrow": kind == "rail",
        "sample": samples.day(words),
        "states": samples.said(words).items(),
    }
