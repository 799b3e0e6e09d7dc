"""The house style of charts: colours that everybody sees, figures that reach the drawing unharmed."""

import tomllib
from datetime import date
from decimal import Decimal
from itertools import combinations
from math import dist

import altair as alt
import pandas as pd
import pytest

from orchestration.dashboard import charts
from tests.desk import ROOT

THEME = tomllib.loads((ROOT / "orchestration/dashboard/.streamlit/config.toml").read_text(encoding="utf-8"))[
    "theme"
]
# Linear RGB as people without red or green cones see it (Machado, Oliveira and Fernandes 2009).
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
TO_XYZ = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0177, 0.1095, 0.8729))


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [min(1, max(0, sum(m * v for m, v in zip(row, vector, strict=True)))) for row in matrix]


def luminance(colour: str) -> float:
    return times(TO_XYZ, linear(colour))[1]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b*, in which distances are about as large as they look."""
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in times(TO_XYZ, rgb))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_stands_out_from_the_page(scheme: str) -> None:
    page = luminance(THEME[scheme]["backgroundColor"])
    for colour in charts.PALETTE:
        lighter, darker = sorted((luminance(colour), page), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 3, colour


@pytest.mark.parametrize("matrix", BLINDNESS.values(), ids=BLINDNESS)
def test_any_two_colours_are_told_apart(matrix: tuple[tuple[float, ...], ...]) -> None:
    seen = {colour: lab(times(matrix, linear(colour))) for colour in charts.PALETTE}
    for one, other in combinations(charts.PALETTE, 2):
        assert dist(seen[one], seen[other]) > 15, (one, other)


def test_decimals_become_numbers_only_when_they_are_drawn() -> None:
    rows = [
        {"date": date(2025, 4, 1), "value": Decimal("8.213"), "text": "¥8.21 trn"},
        {"date": None, "value": None},
    ]
    frame = charts.drawable(rows)
    assert frame["value"].tolist()[0] == 8.213
    assert pd.isna(frame["value"].tolist()[1])
    assert str(frame["date"].dt.tz) == "UTC"


def test_lines_are_interrupted_where_the_segment_changes_and_named_at_their_ends() -> None:
    rows = [
        {"date": date(2025, m, 1), "value": m, "series": "Dollar", "text": "", "period": "", "segment": m > 2}
        for m in (1, 2, 3)
    ]
    chart = charts.lines(charts.drawable(rows), "%", ["Dollar"]).to_dict()
    line = next(layer for layer in chart["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["detail"]["field"] == "segment"
    label = next(layer for layer in chart["layer"] if layer["mark"]["type"] == "text")
    (ends,) = [rows for name, rows in chart["datasets"].items() if name == label["data"]["name"]]
    assert [end["value"] for end in ends] == [3]


def test_a_line_of_one_point_is_drawn_as_a_point() -> None:
    rows = [
        {"date": date(2025, m, 1), "value": m, "series": "Dollar", "text": "", "period": "", "segment": m > 2}
        for m in (1, 2, 3)
    ]
    chart = charts.lines(charts.drawable(rows), "%", ["Dollar"]).to_dict()
    shown = [layer for layer in chart["layer"] if layer["mark"].get("opacity") == 1]
    (alone,) = [chart["datasets"][layer["data"]["name"]] for layer in shown]
    assert [row["value"] for row in alone] == [3]


def test_the_house_style_keeps_a_height_of_its_own() -> None:
    drawn = charts.bars(
        charts.drawable(
            [{"date": date(2025, 1, 1), "date_end": date(2025, 1, 9), "value": 1}], ("date", "date_end")
        ),
        "%",
    )
    assert charts.finished(drawn).to_dict()["height"] == charts.HEIGHT
    assert charts.finished(drawn.properties(height=50)).to_dict()["height"] == 50
    assert charts.finished(drawn).to_dict()["config"]["axisX"]["grid"] is False


FRAME = charts.drawable(
    [
        {
            "date": date(2025, month, 1), "date_end": date(2025, month, 20), "group": "All months",
            "value": month, "value_low": month, "value_high": month + 1, "value_x": month, "value_y": -month,
            "newest": month == 3, "stands": month == 3, "record": "stands", "segment": "",
            "series": "Dollar", "text": "1 %", "period": "2025",
        }
        for month in (1, 2, 3)
    ],
    ("date", "date_end"),
)  # fmt: skip
KINDS = {
    "bars": lambda: alt.layer(charts.bars(FRAME, "%"), charts.zero(), charts.records(FRAME)),
    "lines": lambda: alt.layer(
        charts.band(FRAME, "%", charts.BLUE),
        charts.lines(FRAME, "%", ["Dollar"]),
        charts.breaks([(date(2025, 2, 1), "other\nmethod")]),
    ),
    "spans": lambda: alt.layer(charts.bars(FRAME, "%"), charts.spans(FRAME, "%")),
    "stacks": lambda: charts.stacks(FRAME, "%", ["Dollar"]),
    "strip": lambda: charts.strip(FRAME, "%", ["All months"]),
    "scatter": lambda: charts.scatter(FRAME, "%", "%"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_chart_is_a_valid_specification(kind: str) -> None:
    finished = charts.finished(KINDS[kind]())
    finished.chart.to_dict(validate=True)
    assert "config" in finished.to_dict()


def test_labels_at_the_ends_of_lines_do_not_lie_on_each_other() -> None:
    assert charts.apart([5.0, 1.0, 9.0], 2) == [5, 1, 9]
    close = charts.apart([1.0, 1.2, 1.1], 2)
    assert sorted(close) == [close[0], close[2], close[1]]
    assert close[2] - close[0] == pytest.approx(2)
    assert close[1] - close[2] == pytest.approx(2)
    # Those that lie on each other make room around their values; others stay at theirs.
    assert charts.apart([34.7, 7.4, 5.8, 4.1, -51.9], 3) == pytest.approx(
        [34.7, 8.77, 5.77, 2.77, -51.9], abs=0.01
    )


def test_a_bar_has_four_fifths_of_its_period_and_its_mark_stands_in_the_middle() -> None:
    assert charts.bar(date(2026, 1, 1), date(2026, 3, 31)) == (date(2026, 1, 1), date(2026, 3, 14))
    assert charts.middle(date(2026, 4, 1), date(2026, 4, 30)) == date(2026, 4, 13)
