"""Figures are plain, the same for the same numbers, valid for plotly, and cost no pandas."""

import json
import subprocess
import sys

import plotly.graph_objects as go

from socialq.services.charts import GREY, Axis, Figure, Series, engagement_by_day, followers
from tests.structure.tree import ROOT

AXIS = Axis(["2026-10-01", "2026-10-02", "2026-10-03"], ["1 okt", "2 okt", "3 okt"], ",.", step=2)


def series(*values: int | None, name: str = "") -> Series:
    return Series(name, values, [str(value) for value in values])


def valid(figure: Figure) -> Figure:
    """Plotly refuses what it does not know; what it takes comes out as it went in."""
    taken = go.Figure(figure).to_plotly_json()
    taken["layout"].pop("template")
    assert json.dumps(taken, sort_keys=True) == json.dumps(figure, sort_keys=True)
    return figure


def test_bars_start_at_zero_and_the_highest_is_named() -> None:
    figure = valid(engagement_by_day(AXIS, series(3, None, 20), "#A8480F"))
    (bars,) = figure["data"]
    assert (bars["type"], bars["y"], bars["x"]) == ("bar", [3, None, 20], list(AXIS.days))
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert [(note["x"], note["text"]) for note in figure["layout"]["annotations"]] == [("2026-10-03", "20")]
    assert figure["layout"]["xaxis"]["ticktext"] == ["1 okt", "3 okt"]


def test_of_two_equal_peaks_the_first_is_named_and_of_none_none() -> None:
    figure = engagement_by_day(AXIS, series(7, 7, 1), "#A8480F")
    assert figure["layout"]["annotations"][0]["x"] == "2026-10-01"
    assert "annotations" not in engagement_by_day(AXIS, series(0, None, -2), "#A8480F")["layout"]
    assert "annotations" not in engagement_by_day(AXIS, series(None, None, None), "#A8480F")["layout"]


def test_a_gap_in_a_line_stays_a_gap() -> None:
    figure = valid(followers(AXIS, [series(100, None, 104)], "#A8480F"))
    (line,) = figure["data"]
    assert (line["y"], line["connectgaps"]) == ([100, None, 104], False)
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["100", "104"]


def test_several_lines_are_named_at_their_ends() -> None:
    lines = [series(1, 2, number, name=f"<b>{number}") for number in range(4)]
    figure = valid(followers(AXIS, lines, "#A8480F"))
    assert figure["data"][3]["line"]["color"] == GREY
    assert figure["layout"]["annotations"][1]["text"] == "0 &lt;b&gt;0"


def test_the_same_numbers_give_the_same_figure() -> None:
    both = [json.dumps(followers(AXIS, [series(1, 2, 3)], "#A8480F"), sort_keys=True) for _ in range(2)]
    assert both[0] == both[1]
    assert "template" not in both[0]


def test_figures_and_orders_load_no_pandas() -> None:
    code = "import sys, socialq.services.charts as c, socialq.reports.orders, socialq.reports.render\n" + (
        "c.engagement_by_day(c.Axis(['d'], ['d']), c.Series('', [1], ['1']), '#000000')\n"
        "raise SystemExit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False).returncode == 0
