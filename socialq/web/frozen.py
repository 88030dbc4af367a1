"""A frozen report as a page of its own: in a sandbox without our cookies, and with no script or style but those it was built with."""

import hashlib
import re
from base64 import b64encode
from functools import lru_cache

from flask import Response

from socialq.reports.render import SCRIPT_HERE, plotly_script, with_typeface

# Plotly makes style sheets and fills them rule by rule: to the policy each is the empty one.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads; default-src 'none'; script-src {scripts}; "
    "style-src {styles}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# In the frame of our page links lead out of it; and no browser asks for a /favicon.ico.
HEAD = '<head><base target="_blank"><link rel="icon" href="data:,">'
_MAPS = re.compile(r"""textContent='(\.maplibregl-map\{[^'\\]*)'""")
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def answer(html: str, plotly: str) -> Response:
    """`plotly` is the address of the one script that all reports share, on this site."""
    html = with_typeface(html)
    found = {"script": ["'self'"], "style": [EMPTY_STYLE, *_map_style()]}
    for kind, content in _INLINE.findall(html):
        found[kind].append(_hash(content))
    shown = html.replace(SCRIPT_HERE, f'<script src="{plotly}"></script>', 1)
    shown = shown.replace("<head>", HEAD, 1)
    policy = POLICY.format(scripts=" ".join(found["script"]), styles=" ".join(found["style"]))
    return Response(
        shown, headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}, mimetype="text/html"
    )


@lru_cache(maxsize=1)
def _map_style() -> list[str]:
    """The one sheet that plotly brings along whole, for maps; another in each of its versions."""
    return [_hash(content) for content in _MAPS.findall(plotly_script())]


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
