"""Figures for analytics and reports, as plain dicts. Numbers and words come from the caller, drawing is left to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

NAVY, SKY, GREY = "#1F4E79", "#4C9ACB", "#8E9496"
INK, MUTED, LINE = "#1B1F24", "#5F6672", "#E5E5DF"
LAST_NUMBER = 56  # room for "12,345" behind the end of the line, on a phone too
FONT = "Inter, system-ui, -apple-system, 'Segoe UI', sans-serif"
Figure = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """Days as the reader writes them: one ISO date and one label each; every `step`-th label is shown. `separators`: ",." or ".,"."""

    days: Sequence[str]
    labels: Sequence[str]
    separators: str = ".,"
    step: int = 5


@dataclass(frozen=True)
class Series:
    """One line: None is a gap and stays one. `texts`: the numbers as the reader writes them."""

    name: str
    values: Sequence[int | None]
    texts: Sequence[str]


def engagement_by_day(axis: Axis, series: Series, colour: str) -> Figure:
    """Bars from zero, one a day; the highest carries its number."""
    hover = [f"{escape(label)}: {text}" for label, text in zip(axis.labels, series.texts, strict=True)]
    bars = go.Bar(
        x=list(axis.days),
        y=list(series.values),
        marker_color=colour,
        hovertext=hover,
        hoverinfo="text",
        name=escape(series.name),
    )
    figure = go.Figure([bars], _layout(axis))
    figure.update_yaxes(rangemode="tozero")
    given = [(value, -place) for place, value in enumerate(series.values) if value is not None]
    if given and max(given)[0] > 0:
        value, place = max(given)
        figure.add_annotation(
            x=axis.days[-place], y=value, text=series.texts[-place], showarrow=False, yshift=10, font_color=INK
        )
    return _plain(figure)


def followers(axis: Axis, several: Sequence[Series], colour: str) -> Figure:
    """A line a channel, named at its end, with its first and last number. The axis does not begin at zero: say so beside it."""
    figure = go.Figure(layout=_layout(axis))
    colours = [colour, NAVY, SKY]
    for number, series in enumerate(several):
        mine = colours[number] if number < len(colours) else GREY
        figure.add_trace(_line(axis, series, mine))
        _label_ends(figure, axis, series, mine, named=len(several) > 1)
    figure.update_xaxes(range=[-0.5, len(axis.days) + (len(axis.days) / 5 if len(several) > 1 else 0.5)])
    figure.update_layout(margin_r=LAST_NUMBER)
    return _plain(figure)


def _line(axis: Axis, series: Series, colour: str) -> go.Scatter:
    hover = [f"{escape(label)}: {text}" for label, text in zip(axis.labels, series.texts, strict=True)]
    return go.Scatter(
        x=list(axis.days), y=list(series.values), mode="lines+markers", connectgaps=False, hovertext=hover, hoverinfo="text",
        line={"color": colour, "width": 2}, marker={"color": colour, "size": 4}, name=escape(series.name),
    )  # fmt: skip


def _label_ends(figure: go.Figure, axis: Axis, series: Series, colour: str, *, named: bool) -> None:
    places = [place for place, value in enumerate(series.values) if value is not None]
    if not places:
        return
    first, last = places[0], places[-1]
    name = f" {escape(series.name)}" if named else ""
    ends = {first: ("right", "", -8), last: ("left", name, 8)}
    for place, (anchor, more, shift) in ends.items():
        figure.add_annotation(
            x=axis.days[place], y=series.values[place], text=series.texts[place] + more, showarrow=False,
            xanchor=anchor, xshift=shift, font_color=colour,
        )  # fmt: skip


def _layout(axis: Axis) -> Figure:
    shown = range(0, len(axis.days), axis.step)
    ticks = {"tickvals": [axis.days[n] for n in shown], "ticktext": [escape(axis.labels[n]) for n in shown]}
    along = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(axis.days),
        "showgrid": False,
        "fixedrange": True,
    }
    up = {"gridcolor": LINE, "zerolinecolor": MUTED, "nticks": 3, "fixedrange": True, "tickformat": ",d"}
    return {
        "template": "none",
        "font": {"family": FONT, "size": 12, "color": MUTED},
        "separators": axis.separators,
        "showlegend": False,
        "bargap": 0.25,
        "margin": {"l": 48, "r": 16, "t": 24, "b": 32},
        "height": 260,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {**along, **ticks},
        "yaxis": up,
    }


def _plain(figure: go.Figure) -> Figure:
    """Without plotly's own template, so that the same numbers give the same dict."""
    found: Figure = figure.to_plotly_json()
    found["layout"].pop("template", None)
    return found
