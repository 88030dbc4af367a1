"""Prints .env.example from the settings class: `python -m tests.tools.env_example > .env.example`."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from socialq.settings import Settings

HEAD = """\
# Settings of socialq, made by `make env-example`. Copy to .env and change what differs; every line shows its default.
# A value may also come from a file: SOCIALQ_<NAME>_FILE=path. Times are seconds.
"""


def render() -> str:
    return HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    prefix = Settings.model_config.get("env_prefix", "")
    for name, field in Settings.model_fields.items():
        yield "\n" + textwrap.fill(field.description or "", 118, initial_indent="# ", subsequent_indent="# ")
        yield f"\n# {prefix}{name.upper()}={_shown(field)}\n"


def _shown(field: FieldInfo) -> str:
    """The default as the environment would spell it. A folder is shown from where the program is started."""
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Path):
        return str(value.relative_to(Path.cwd()) if value.is_relative_to(Path.cwd()) else value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.stdout.write(render())
