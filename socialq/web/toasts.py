"""Leaves one sentence for the next page, with a way back. The sentence comes from `words`, in the reader's language."""

from flask import flash

from socialq.web.frame import CATEGORY


def toast(text: str, *, undo: str = "", undo_fields: dict[str, str] | None = None, bad: bool = False) -> None:
    """`undo`: the address that takes it back by POST, with `undo_fields` as hidden values."""
    flash({"text": text, "undo": undo, "undo_fields": undo_fields or {}, "bad": bad}, CATEGORY)  # type: ignore[arg-type]  # kept as JSON
