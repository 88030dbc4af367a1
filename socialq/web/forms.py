"""Forms as people send them: read through a pydantic schema, every problem a sentence beside its field. Does nothing with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from socialq.errors import SocialqError
from socialq.services import refusals
from socialq.services.i18n import mark
from socialq.web import reach
from socialq.web.csrf import FIELD

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
# No database takes U+0000, not even to look for it.
Line = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1)]

NEEDED = mark("Fill this in.")
CHOOSE = mark("Choose one of the list.")
SENTENCES = {
    "missing": NEEDED, "string_too_short": NEEDED, "literal_error": CHOOSE, "enum": CHOOSE, "int_parsing": CHOOSE,
    "greater_than_equal": CHOOSE, "less_than_equal": CHOOSE,
}  # fmt: skip
TOO_LONG = mark("At most %(n)s characters.")
UNFIT = mark("This cannot be used: check it.")
FOREIGN = mark(
    "The form held something that does not belong in it. Nothing was changed: reload the page and try again."
)


class Form(BaseModel):
    """What a form may hold; anything else refuses the whole (nobody sets what is not on the page)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


F = TypeVar("F", bound=Form)


@dataclass
class Given(Generic[F]):
    """`form` is None when something is wrong; `values` as typed (no passwords); `errors` by field, "" for the whole."""

    form: F | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """For the box on top of the form: (field or "", sentence)."""
        return list(self.errors.items())

    def value(self, name: str, default: Any = "") -> Any:
        """What the field shows."""
        return self.values.get(name, default)

    def at(self, name: str) -> list[str]:
        """What is said beside the field."""
        return [self.errors[name]] if name in self.errors else []

    def refuse(self, error: SocialqError, beside: str = "") -> None:
        """A use case said no: the sentence, in the reader's language."""
        self.form = None
        self.errors[beside] = say(error)


def blank(**values: Any) -> Given[Any]:
    """A form not filled in yet, or with what is stored now."""
    return Given(values=values)


def given(schema: type[F]) -> Given[F]:
    """What was sent with this request."""
    sent = {name: _value(schema, name) for name in request.form if name != FIELD}
    sent = {name: value for name, value in sent.items() if value != "" or _text(schema, name)}
    shown = {name: value for name, value in sent.items() if "password" not in name}
    try:
        return Given(schema.model_validate(sent), shown)
    except ValidationError as error:
        return Given(None, shown, _sentences(error))


def say(error: SocialqError) -> str:
    """The error's sentence in the reader's language; one that has no translation yet as the detail of one that has."""
    words = reach.words()
    return refusals.said(words, error) or words.text("This could not be done: %(detail)s", detail=str(error))


def _value(schema: type[Form], name: str) -> str | list[str]:
    """A list where the schema says so; a second value of any other is as if the field were foreign."""
    kept = schema.model_fields.get(name)
    values = request.form.getlist(name)
    if kept is not None and get_origin(kept.annotation) in (list, tuple, set, frozenset):
        return values
    return values[0] if len(values) == 1 else values


def _text(schema: type[Form], name: str) -> bool:
    """Whether the empty string is a value there, rather than none."""
    kept = schema.model_fields.get(name)
    return kept is None or kept.annotation is str


def _sentences(error: ValidationError) -> dict[str, str]:
    words = reach.words()
    found = {}
    for one in error.errors():
        name, kind = str(one["loc"][0]) if one["loc"] else "", one["type"]
        if kind == "extra_forbidden":
            found[""] = words.text(FOREIGN)
        elif kind == "string_too_long":
            found[name] = words.text(TOO_LONG, n=words.number(one["ctx"]["max_length"]))
        else:
            found[name] = words.text(SENTENCES.get(kind, UNFIT))
    return found
