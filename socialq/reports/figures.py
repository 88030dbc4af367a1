"""The pictures of a report, made from its frozen numbers and from nothing else."""

from datetime import date
from typing import Any

from socialq.reports.words import Words
from socialq.services.charts import Axis, Figure, Series, engagement_by_day, followers

LINES = 4
ENOUGH_POINTS = 2


def figures(numbers: dict[str, Any], words: Words) -> dict[str, Figure]:
    """By name; a picture that would show nothing is left out."""
    days = [date.fromisoformat(day["on"]) for day in numbers["days"]]
    axis = Axis([day.isoformat() for day in days], [words.day(day) for day in days], words.separators)
    made: dict[str, Figure] = {}
    values = [day["engagements"] for day in numbers["days"]]
    if any(value is not None for value in values):
        made["engagements"] = engagement_by_day(axis, _series("", values, words), numbers["colour"])
    lines = [
        _line(channel, axis, words)
        for channel in numbers["channels"]
        if len(channel["followers_days"]) >= ENOUGH_POINTS
    ]
    if lines:
        made["followers"] = followers(axis, lines[:LINES], numbers["colour"])
    return made


def _line(channel: dict[str, Any], axis: Axis, words: Words) -> Series:
    known = dict(channel["followers_days"])
    return _series(channel["handle"] or channel["network"], [known.get(day) for day in axis.days], words)


def _series(name: str, values: list[int | None], words: Words) -> Series:
    return Series(name, values, [words.number(value) for value in values])
