"""The house style, in Altair: what each kind of chart looks like.

Encodings are written as Altair's classes, which it otherwise looks for, longer than it draws.
The words around a chart are those of `furniture.chart`. Functions take frames whose figures are numbers to
draw, beside the exact figure as text for the tooltip, and give charts without a width. Days are in UTC, so
that no viewer's time zone moves a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd

from orchestration.palette import BLUE, GREEN, GREY, ORANGE, PALETTE, PURPLE

HEIGHT = 300
# A label's height with a little air, in pixels.
LABEL_HEIGHT = 24
UTC = alt.Scale(type="utc", nice=False)
# The axis is that of the layer that calls `time`.
DATE = alt.X("date:T", scale=UTC)

TOOLTIP = [
    alt.Tooltip("period:N", title="Period"),
    alt.Tooltip("series:N", title="Series"),
    alt.Tooltip("text:N", title="Figure"),
]


def drawable(rows: Sequence[dict[str, object]], dates: Sequence[str] = ("date",)) -> pd.DataFrame:
    """Rows as a frame to draw: decimals become floats, days become instants in UTC.

    This is the only place where a decimal is given up.
    """
    frame = pd.DataFrame(list(rows))
    for name in frame.columns:
        if name in dates:
            frame[name] = pd.to_datetime(frame[name], utc=True)
        elif name.startswith("value"):
            frame[name] = frame[name].astype("float64")
    return frame


def bar(start: date, end: date) -> tuple[date, date]:
    """The edges of a period's bar: four fifths of the period, so that bars stand apart."""
    return start, start + (end - start + timedelta(days=1)) * 0.8


def middle(start: date, end: date) -> date:
    """Where a mark stands that belongs to the period's bar."""
    left, right = bar(start, end)
    return left + (right - left) / 2


def time(frame: pd.DataFrame, title: str | None = None) -> alt.X:
    """The axis of time for a frame with `date`: years, or months where there are few, in UTC."""
    days = (frame["date"].max() - frame["date"].min()).days
    interval, written = ("year", "%Y") if days > 3 * 366 else ("month", "%b %Y")
    axis = alt.Axis(
        labelExpr=f"utcFormat(datum.value, '{written}')", tickCount={"interval": interval, "step": 1}
    )
    return alt.X("date:T", title=title, axis=axis, scale=UTC)


def zero() -> alt.Chart:
    """The line between buying and selling, more and less."""
    return (
        alt.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color=GREY, strokeWidth=1)
        .encode(y=alt.Y("zero:Q"))
    )


def breaks(days: Sequence[tuple[date, str]]) -> alt.LayerChart:
    """Dashed lines where a series changes its method, with a word beside each."""
    frame = pd.DataFrame(
        {"date": pd.to_datetime([d for d, _ in days], utc=True), "what": [w for _, w in days]}
    )
    base = alt.Chart(frame).encode(x=DATE)
    line = base.mark_rule(color=GREY, strokeDash=[4, 4])
    words = base.mark_text(color=GREY, align="left", dx=4, fontSize=11, lineBreak="\n").encode(
        y=alt.YValue(8), text=alt.Text("what:N")
    )
    return alt.layer(line, words)


def bars(frame: pd.DataFrame, value_title: str) -> alt.Chart:
    """One bar for each period: what is above zero in one colour, what is below in another.

    Args:
        frame: `date` and `date_end` (the bar's edges), `value`, `text`, `period`, `series`.
        value_title: the unit, on the axis.
    """
    return (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=time(frame),
            x2=alt.X2("date_end:T"),
            y=alt.Y("value:Q", title=value_title),
            y2=alt.Y2Datum(0),
            color=alt.ColorValue(BLUE, condition={"test": "datum.value < 0", "value": ORANGE}),
            tooltip=TOOLTIP,
        )
    )


def records(frame: pd.DataFrame) -> alt.Chart:
    """Marks above the bars that were records: filled while they stand, open since they were beaten.

    Args:
        frame: `date` (of the mark), `value`, `stands` (true or false), `record` (in words), `text`, `period`,
            `series`.
    """
    return (
        alt.Chart(frame)
        .mark_point(shape="diamond", size=70, yOffset=-9, strokeWidth=1.5, color=GREEN, opacity=1)
        .encode(
            x=DATE,
            y=alt.Y("value:Q"),
            fill=alt.FillValue("transparent", condition={"test": "datum.stands", "value": GREEN}),
            tooltip=[*TOOLTIP, alt.Tooltip("record:N", title="Record")],
        )
    )


def lines(
    frame: pd.DataFrame, value_title: str, order: Sequence[str], with_zero: bool = True
) -> alt.LayerChart:
    """Lines over time, each named at its end; where `segment` changes, the line is interrupted.

    Args:
        frame: `date`, `value`, `series`, `text`, `period`; optionally `segment`, such as the method.
        value_title: the unit, on the axis.
        order: the names of the series: their colours, in this order.
        with_zero: whether the axis reaches zero and zero is drawn; not for levels far away from it.
    """
    if "segment" not in frame:
        frame = frame.assign(segment="")
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=list(order), range=list(PALETTE[: len(order)])), legend=None
    )
    y = alt.Y("value:Q", title=value_title, scale=alt.Scale(zero=with_zero))
    base = alt.Chart(frame).encode(x=time(frame), y=y, color=colour)
    line = base.mark_line(strokeWidth=1.8).encode(detail=alt.Detail("segment:N"))
    # Wide and invisible, so that a pointer need not hit the line.
    hover = base.mark_point(size=80, opacity=0, filled=True).encode(tooltip=TOOLTIP)
    last = frame.loc[frame.groupby("series")["date"].idxmax()]
    room = (frame["value"].max() - frame["value"].min()) / HEIGHT * LABEL_HEIGHT
    last = last.assign(value=apart(last["value"].tolist(), room))
    label = (
        alt.Chart(last)
        .mark_text(align="left", dx=6, fontSize=12, fontWeight="bold", clip=False)
        .encode(x=DATE, y=alt.Y("value:Q"), text=alt.Text("series:N"), color=colour)
    )
    layers = [line, hover, label]
    alone = frame[frame.groupby(["series", "segment"])["date"].transform("size") == 1]
    if len(alone):
        # A line of one point draws nothing.
        layers.append(base.mark_point(size=30, filled=True, opacity=1).properties(data=alone))
    return alt.layer(*([zero(), *layers] if with_zero else layers))


def apart(values: Sequence[float], least: float) -> list[float]:
    """Places for labels near their values, each at least so far from the next, as they were in order.

    Labels that would lie on each other form a stack around the mean of their values; others stay.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    # Of each stack from below: how many labels, and where the first of all would be at the same distances.
    stacks: list[tuple[int, float]] = []
    for rank, index in enumerate(order):
        size, base = 1, values[index] - rank * least
        while stacks and stacks[-1][1] > base:
            below, lower = stacks.pop()
            size, base = size + below, (size * base + below * lower) / (size + below)
        stacks.append((size, base))
    bases = [base for size, base in stacks for _ in range(size)]
    places = dict(zip(order, (base + rank * least for rank, base in enumerate(bases)), strict=True))
    return [places[index] for index in range(len(values))]


def band(frame: pd.DataFrame, value_title: str, colour: str) -> alt.Chart:
    """What lies between two treatments of one figure, to be layered with `lines` of its ends.

    Args:
        frame: `date`, `value_low`, `value_high`, `segment`.
        value_title: the unit, on the axis: the same as that of the lines.
        colour: of the lines.
    """
    return (
        alt.Chart(frame)
        .mark_area(color=colour, opacity=0.3)
        .encode(
            x=DATE,
            y=alt.Y("value_low:Q", title=value_title, scale=alt.Scale(zero=False)),
            y2=alt.Y2("value_high:Q"),
            detail=alt.Detail("segment:N"),
        )
    )


def spans(frame: pd.DataFrame, value_title: str) -> alt.LayerChart:
    """Both ends of a range in each period, joined, over `bars` of the same periods.

    Args:
        frame: `date` (of the mark), `value_low`, `value_high`, `text`, `period`, `series`.
        value_title: the unit, on the axis: the same as that of the bars.
    """
    base = alt.Chart(frame).encode(x=DATE, y=alt.Y("value_low:Q", title=value_title), tooltip=TOOLTIP)
    joined = base.mark_rule(color=PURPLE, strokeWidth=2).encode(y2=alt.Y2("value_high:Q"))
    low = base.mark_point(shape="stroke", size=60, strokeWidth=2.5, color=PURPLE, opacity=1)
    return alt.layer(joined, low, low.encode(y=alt.Y("value_high:Q", title=value_title)))


def stacks(frame: pd.DataFrame, value_title: str, order: Sequence[str]) -> alt.Chart:
    """Parts of a change on each other, those above zero up and those below it down.

    Args:
        frame: `date` and `date_end` (the bar's edges), `value_low` and `value_high` (the part's edges),
            `series` (the part), `text`, `period`.
        value_title: the unit, on the axis.
        order: the parts: their colours, in this order.
    """
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=list(order), range=list(PALETTE[: len(order)])),
        legend=alt.Legend(orient="top", title=None, labelFontSize=12, labelLimit=0),
    )
    return (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=time(frame),
            x2=alt.X2("date_end:T"),
            y=alt.Y("value_low:Q", title=value_title),
            y2=alt.Y2("value_high:Q"),
            color=colour,
            tooltip=TOOLTIP,
        )
    )


def strip(frame: pd.DataFrame, value_title: str, order: Sequence[str]) -> alt.LayerChart:
    """Where one figure stands among others: a tick for each, the median, and the one that matters marked.

    Args:
        frame: `group` (a row of ticks), `value`, `newest` (true for the one that matters), `text`, `period`,
            `series`.
        value_title: the unit, on the axis.
        order: the groups from above.
    """
    y = alt.Y(
        "group:N", sort=list(order), title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False)
    )
    x = alt.X("value:Q", title=value_title)
    zero_line = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=GREY).encode(x=alt.X("zero:Q"))
    ticks = (
        alt.Chart(frame[~frame["newest"]])
        .mark_tick(thickness=1.5, size=30, opacity=0.55, color=BLUE)
        .encode(x=x, y=y, tooltip=TOOLTIP)
    )
    median = (
        alt.Chart(frame)
        .mark_point(shape="triangle-up", size=60, yOffset=24, filled=True, color=GREY, opacity=1)
        .encode(x=alt.X("median(value):Q", title=value_title), y=y)
    )
    newest = (
        alt.Chart(frame[frame["newest"]])
        .mark_point(shape="diamond", size=160, filled=True, color=ORANGE, opacity=1)
        .encode(x=x, y=y, tooltip=TOOLTIP)
    )
    label = (
        alt.Chart(frame[frame["newest"]])
        .mark_text(dy=-22, fontSize=12, fontWeight="bold", color=ORANGE)
        .encode(x=x, y=y, text=alt.Text("period:N"))
    )
    return alt.layer(zero_line, ticks, median, newest, label).properties(height=alt.Step(78))


def scatter(frame: pd.DataFrame, title_x: str, title_y: str) -> alt.LayerChart:
    """One figure against another, a point for each period, the newest marked; zero lines cross.

    Args:
        frame: `value_x`, `value_y`, `newest` (true for one), `text`, `period`, `series`.
        title_x: what goes right, with its unit.
        title_y: what goes up, with its unit.
    """
    x, y = alt.X("value_x:Q", title=title_x), alt.Y("value_y:Q", title=title_y)
    nothing = pd.DataFrame({"zero": [0.0]})
    cross = [
        alt.Chart(nothing).mark_rule(color=GREY).encode(x=alt.X("zero:Q")),
        alt.Chart(nothing).mark_rule(color=GREY).encode(y=alt.Y("zero:Q")),
    ]
    others = (
        alt.Chart(frame[~frame["newest"]])
        .mark_circle(size=36, opacity=0.55, color=BLUE)
        .encode(x=x, y=y, tooltip=TOOLTIP)
    )
    newest = alt.Chart(frame[frame["newest"]]).encode(x=x, y=y)
    point = newest.mark_point(shape="diamond", size=160, filled=True, color=ORANGE, opacity=1).encode(
        tooltip=TOOLTIP
    )
    label = newest.mark_text(dy=-16, fontSize=12, fontWeight="bold", color=ORANGE).encode(
        text=alt.Text("period:N")
    )
    return alt.layer(*cross, others, point, label)


# The house style: quiet grid, no frame.
CONFIG = {
    "view": {"stroke": None},
    "axis": {
        "gridOpacity": 0.35,
        "domain": False,
        "tickSize": 4,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    # Each label stands at its tick: two that are pushed inwards would lie on each other on a phone.
    "axisX": {"grid": False, "labelFlush": False, "labelOverlap": "parity"},
    "axisXQuantitative": {"tickCount": 6},
    "axisY": {
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleY": -16,
        "titleX": -34,
        "tickCount": 6,
        # A label stands at its line, also at the ends.
        "labelFlush": False,
    },
}


@dataclass(frozen=True)
class Finished:
    """A chart as Streamlit takes it: it asks for the specification and nothing else.

    The specification is not checked against the schema of Vega-Lite again: tests do, and it takes as long as
    all else on a page.
    """

    chart: alt.Chart | alt.LayerChart

    def to_dict(self) -> dict[str, Any]:
        """The specification."""
        return self.chart.to_dict(validate=False)


def finished(chart: alt.Chart | alt.LayerChart) -> Finished:
    """The chart itself, now in the house style; the text's colour is the page's."""
    # Altair's own ways to set these copy the whole chart each time, which takes longer than to draw it.
    if chart.height is alt.Undefined:
        chart.height = HEIGHT
    chart.config = CONFIG
    return Finished(chart)
