"""Reports: a month over all clients, ordering them, and reading one. A worker builds; here are rows only."""

from importlib.metadata import version

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.errors import BadInput, NotFound
from socialq.models import Report
from socialq.reports import orders, render, shelf
from socialq.services.i18n import mark
from socialq.web import forms, frozen, reach, report_list, security
from socialq.web.forms import Form, Given, Id, Line
from socialq.web.house import house
from socialq.web.toasts import toast

bp = Blueprint("reports", __name__, url_prefix="/reports")

NOBODY = mark("Choose at least one client.")
FOR_EVER = 31_536_000


class Order(Form):
    """A month like "2026-10", for these clients."""

    month: Line
    clients: list[Id] = []


@bp.get("")
@reach.only(Act.REPORT)
def index() -> str:
    """The month that was over last, or the one that is asked for."""
    return _month(request.args.get("month", ""), forms.blank())


@bp.post("")
@reach.only(Act.REPORT)
def create() -> Response | tuple[str, int]:
    """A new version where there is one already."""
    given = forms.given(Order)
    try:
        made = _order(given.form) if given.form else 0
    except BadInput as error:
        if isinstance(error, NotFound):
            abort(404)
        given.refuse(error)
    if given.form is None:
        return _month(given.value("month"), given), 422
    words = reach.words()
    toast(words.plural("%(n)s report is being made.", "%(n)s reports are being made.", made))
    return redirect(url_for("reports.index", month=given.form.month), 303)


@bp.get("/<int:report_id>")
@reach.only(Act.REPORT)
def show(report_id: int) -> Response:
    """What it says in short, and the report itself in a frame."""
    with reach.parts().db.read() as session:
        report = reach.report(session, report_id)
        versions = shelf.versions(session, report)
        home = house(session)
    line = report_list.line(home.of(report.client_id), next(v for v in versions if v.id == report_id), reach.words())
    template = "reports/_state.html" if "X-Live" in request.headers else "reports/show.html"
    html = render_template(template, line=line, versions=versions, report=report, over=report.ends_on < home.now.date())
    policy = f"{security.POLICY.format(nonce=security.csp_nonce())}; frame-src 'self'"
    return Response(html, headers={"Content-Security-Policy": policy}, mimetype="text/html")


@bp.get("/<int:report_id>/page")
@reach.only(Act.REPORT)
def page(report_id: int) -> Response:
    """The frozen report."""
    return frozen.answer(_ready(report_id).html, url_for("reports.plotly", v=version("plotly")))


@bp.get("/<int:report_id>/file")
@reach.only(Act.REPORT)
def file(report_id: int) -> Response:
    """The same as one file that needs nothing from outside."""
    report = _ready(report_id)
    named = f'attachment; filename="{render.name_of(report)}"'
    return Response(render.standalone(report.html), headers={"Content-Disposition": named}, mimetype="text/html")


@bp.get("/plotly.js")
@reach.without_member
def plotly() -> Response:
    """The same for all and nobody's secret; a sandboxed page sends no cookie for it."""
    answer = Response(render.plotly_script(), mimetype="text/javascript")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    return answer


def _month(written: str, given: Given[Order]) -> str:
    with reach.parts().db.read() as session:
        shown = report_list.page(session, house(session), written, reach.words())
    template = "reports/_list.html" if "X-Live" in request.headers else "reports/index.html"
    return render_template(template, page=shown, given=given)


def _order(wanted: Order) -> int:
    if not wanted.clients:
        raise BadInput(NOBODY)
    with reach.parts().db.begin() as session:
        for client_id in dict.fromkeys(wanted.clients):
            orders.order(session, reach.client(session, client_id).id, wanted.month, reach.member().actor)
    return len(set(wanted.clients))


def _ready(report_id: int) -> Report:
    with reach.parts().db.read() as session:
        report = reach.report(session, report_id)
    if report.state != orders.READY:
        abort(404)
    return report
