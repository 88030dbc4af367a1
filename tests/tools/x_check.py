"""Requests to X against X's own openapi.json, which is not part of the project: it lies in SOCIALQ_SPECS_DIR.

`check("POST", "/2/tweets", {"text": "hoi"})` and `check_query("GET", "/2/tweets", {"ids": ["1,2"]})` say what is wrong."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

NAME = "x/x-openapi-2.167.json"
MISSING = f"SOCIALQ_SPECS_DIR is not set or has no {NAME}"
# The spec has the names that X is changing to; requests still carry those that every document of X has.
RENAMED = {"tweet.fields": "post.fields"}


def there() -> bool:
    """Whether there is anything to check against."""
    return _file().is_file()


def route(path: str) -> str:
    """The path as the spec names it: `/2/users/12/tweets` is `/2/users/{id}/tweets`. Empty for one that X does not have."""
    paths = _spec()["paths"]
    if path in paths:
        return path
    shapes = {one: re.compile(re.sub(r"\\\{\w+\\\}", r"\\d{1,19}", re.escape(one))) for one in paths if "{" in one}
    return next((one for one, shape in shapes.items() if shape.fullmatch(path)), "")


def check(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a JSON body."""
    operation = _operation(method, path)
    if operation is None:
        return [f"X has no {method} {path}"]
    wanted = operation.get("requestBody")
    if wanted is None:
        return [f"{method} {path} takes no body"] if body else []
    schema = wanted["content"]["application/json"]["schema"]
    return [f"{method} {path} {said}" for said in _wrong(schema, body)]


def check_query(method: str, path: str, query: dict[str, list[str]]) -> list[str]:
    """What is wrong with the parameters behind the question mark."""
    operation = _operation(method, path)
    if operation is None:
        return [f"X has no {method} {path}"]
    known = {one["name"]: one for one in map(_whole, operation.get("parameters", [])) if one["in"] == "query"}
    given = {RENAMED.get(name, name): values[0] for name, values in query.items()}
    wrong = [f"{method} {path} knows no {name}" for name in given if name not in known]
    wrong += [
        f"{method} {path} needs {name}" for name, one in known.items() if one.get("required") and name not in given
    ]
    for name, value in given.items():
        if name in known:
            schema = _whole(known[name]["schema"])
            wrong += [f"{method} {path} {name}: {said}" for said in _wrong(schema, _typed(schema, value))]
    return wrong


def _typed(schema: dict[str, Any], value: str) -> Any:
    match schema.get("type"):
        case "integer":
            return int(value) if value.isdecimal() else value
        case "array":
            return value.split(",")
    return value


def _wrong(schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": _spec()["components"]})
    return [f"{'/'.join(map(str, one.path))}: {one.message[:160]}" for one in validator.iter_errors(value)]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = _spec()["paths"].get(route(path), {}).get(method.lower())
    return found


def _whole(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = _spec()
        for step in part["$ref"].split("/")[1:]:
            found = found[step]
        part = found
    return part


def _file() -> Path:
    return (
        Path(os.environ.get("SOCIALQ_SPECS_DIR", "")) / NAME
        if os.environ.get("SOCIALQ_SPECS_DIR")
        else Path("/nowhere")
    )


@cache
def _spec() -> Any:
    return json.loads(_file().read_text())
