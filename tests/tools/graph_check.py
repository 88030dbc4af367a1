"""Checks a Graph API request against Meta's own (trimmed) specification, which is not part of the project (SOCIALQ_SPECS_DIR): node,
edge, parameter names, rough types, enum values. What it does not know stands here: names of metrics, two requests without a node."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.structure.tree import ROOT

FILE = Path(os.environ.get("SOCIALQ_SPECS_DIR", ROOT.parent / "shared" / "specs")) / "graph" / "graph-trim.json"
COMMON = {
    "access_token", "appsecret_proof", "fields", "limit", "after", "before", "summary", "format", "debug", "locale", "source",
}  # fmt: skip
# Names of metrics of posts that were answered on a real Page on v25.0 (September 2026), and those that are dead.
LIVE = {
    "post_media_view", "post_total_media_view_unique", "post_clicks", "post_clicks_by_type", "post_activity_by_action_type",
    "post_activity_by_action_type_unique", "post_reactions_by_type_total", "post_video_views",
}  # fmt: skip
DEAD = {"post_impressions", "post_impressions_unique", "post_engaged_users", "page_fans", "page_impressions"}
EDGE_FIELDS = {"accounts": {"tasks"}}  # only of a Page as this edge gives it
PHASES = {"start", "transfer", "finish", "cancel", "START", "FINISH"}
# What is no node: the exchange of tokens and the look at one.
BESIDE = {
    "oauth/access_token": {"grant_type", "client_id", "client_secret", "fb_exchange_token", "code", "redirect_uri"},
    "debug_token": {"input_token"},
}
Params = dict[str, Any]


@cache
def spec() -> Any:
    """Raises FileNotFoundError where it is not there."""
    return json.loads(FILE.read_text())


def check(node: str, method: str, edge: str, params: Params) -> list[str]:
    """What the specification has against it; empty when it is fine."""
    if edge in BESIDE:
        return [f"unknown parameter {name}" for name in params if name not in COMMON | BESIDE[edge]]
    edges = spec()["nodes"][node]["apis"]
    apis = [one for one in edges if one["method"] == method and (one.get("endpoint") or "").strip("/") == edge]
    if not apis:
        return [f"{node} has no {method} /{edge}"]
    known = {one["name"]: one for api in apis for one in api["params"]}
    problems = [f"missing {one['name']}" for one in known.values() if one.get("required") and one["name"] not in params]
    for name, value in params.items():
        base = re.sub(r"\[.*$", "", name)  # attached_media[0]
        if base == "metric":
            problems += _metrics(str(value))
        elif base == "upload_phase":
            problems += [] if value in PHASES else [f"upload_phase: {value!r}"]
        elif base not in COMMON:
            problems += _wrong(name, value, known[base]["type"]) if base in known else [f"unknown parameter {name}"]
    return problems + check_fields(apis[0].get("return") or node, str(params.get("fields", "")), edge)


def check_fields(node: str, fields: str, edge: str = "") -> list[str]:
    """Fields of a node that it has not, and metrics inside that are not alive."""
    named = _metrics(",".join(re.findall(r"insights\.metric\(([^)]*)\)", fields)))
    nodes = spec()["nodes"].get(node)
    if not fields or nodes is None:
        return named
    known = {one["name"] for one in nodes["fields"]} | {(one.get("endpoint") or "").strip("/") for one in nodes["apis"]}
    bare = re.sub(r"\([^)]*\)|\{[^}]*\}", "", fields)
    odd = [one for one in bare.split(",") if one.split(".")[0] not in known | EDGE_FIELDS.get(edge, set())]
    return named + [f"{node} has no field {one}" for one in odd]


def _metrics(names: str) -> list[str]:
    return [f"{one} is no living metric" for one in names.split(",") if one and one not in LIVE]


def _wrong(name: str, value: Any, kind: str) -> list[str]:
    enum = re.search(r"(\w+_(?:enum_param|\w*param))", kind)
    if enum and enum.group(1) in spec()["enums"]:
        allowed = spec()["enums"][enum.group(1)]
        return [
            f"{name}: {one!r} not in {enum.group(1)}" for one in str(value).split(",") if one and one not in allowed
        ]
    if kind in ("int", "unsigned int") and not re.fullmatch(r"-?\d+", str(value)):
        return [f"{name}: {value!r} is not {kind}"]
    if kind == "bool" and str(value).lower() not in ("true", "false", "0", "1"):
        return [f"{name}: {value!r} is not bool"]
    return _not_json(name, value) if kind.startswith(("map", "list<Object>")) and isinstance(value, str) else []


def _not_json(name: str, value: str) -> list[str]:
    try:
        json.loads(value)
    except ValueError:
        return [f"{name}: not JSON"]
    return []
