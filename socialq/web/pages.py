"""Flask's templates made by the one factory: in the reader's language, with what every page needs. Looks up nothing itself."""

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy

from socialq.domain.roles import Act, may
from socialq.services.templates import TEMPLATES, equip, escaped
from socialq.web import csrf, reach, security

OPTIONS: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "autoescape": escaped}


class Web(Flask):
    """Templates and files from the top of the tree."""

    jinja_options = OPTIONS

    def __init__(self) -> None:
        static = TEMPLATES.parent / "static"
        super().__init__("socialq", static_folder=str(static), template_folder=str(TEMPLATES))
        reach.without_member(self.view_functions["static"])
        equip(self.jinja_env)
        # Globals, not context: imported macros see them too.
        self.jinja_env.globals |= {
            "words": LocalProxy(reach.words), "me": LocalProxy(reach.visitor), "may": _may,
            "csrf_field": csrf.csrf_field, "csrf_token": csrf.csrf_token, "csp_nonce": security.csp_nonce,
        }  # fmt: skip


def _may(act: str) -> bool:
    """Whether the one who reads may do it: `{% if may("members") %}`."""
    me = reach.visitor()
    return me is not None and may(me.role, Act(act))
