"""What a dataset's page shows of its newest figures: one line, a small table and a chart, as Markdown.

The series that is shown is the record's `headline`. Figures are as published, in the publisher's unit.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import duckdb

from orchestration.formats import MINUS, exact
from orchestration.records import Dataset, Headline

SHOWN_IN_TABLE = 6
SHOWN_IN_CHART = 36
# Pixels of what is drawn, and above it; beside it and below it there is room for a few words.
WIDTH, HEIGHT, TOP = 252, 72, 8
# As dark as they are light, and apart for the colour-blind: readable on white and on black.
GAIN, LOSS, QUIET = "steelblue", "chocolate", "gray"
# What an address in Markdown may hold as it is.
UNQUOTED = "/:=,;'<>"


@dataclass(frozen=True)
class Figure:
    """A figure of one period, as published."""

    period_end: date
    value: Decimal


def newest_figures(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[Figure]:
    """The newest figures of a dataset's headline, the oldest first; none where it has no headline.

    Of each row the newest version counts; what is retracted or no number is left out.
    """
    headline = dataset.headline
    if headline is None:
        return []
    conditions = "".join(f' and "{column}" = ?' for column in headline.where)
    rows = connection.execute(
        f"""
        with newest as (
            select *, try_cast(replace(trim("{headline.column}"), ',', '') as decimal(38, 10)) as figure
            from raw.{dataset.table}
            where true{conditions}
            qualify row_number() over (partition by _key order by _snapshot desc) = 1
        )
        select cast(period_end as date), figure from newest
        where not _retracted and figure is not null
        order by period_end desc limit {SHOWN_IN_CHART}
        """,
        list(headline.where.values()),
    ).fetchall()
    return [Figure(end, value) for end, value in reversed(rows)]


def unit(dataset: Dataset, headline: Headline) -> str:
    """The headline's unit: its own, or the dataset's."""
    return headline.unit or dataset.unit


def in_one_line(dataset: Dataset, figures: list[Figure]) -> str:
    """The newest figure in words, the figure itself first: pages cut long lines at their right."""
    newest, headline = figures[-1], dataset.headline
    return f"{exact(newest.value)} ({unit(dataset, headline)}), {newest.period_end}: {headline.what}"


def table(figures: list[Figure]) -> str:
    """The newest few figures, the newest first, with the change to each from the one before it."""
    lines = ["| period to | figure | change |", "|---|---:|---:|"]
    before = [None, *figures][-SHOWN_IN_TABLE - 1 : -1]
    for earlier, figure in reversed(list(zip(before, figures[-SHOWN_IN_TABLE:], strict=True))):
        change = exact(figure.value - earlier.value, signed=True) if earlier else ""
        lines.append(f"| {figure.period_end} | {exact(figure.value)} | {change} |")
    return "\n".join(lines)


def chart(dataset: Dataset, figures: list[Figure]) -> str:
    """The figures as an image in Markdown: flows as bars from zero, levels as a line, a dot on the newest.

    Short enough, whatever the figures are, for Dagster to show it in its place and not behind a link: that it
    does with Markdown of less than a thousand characters.
    """
    headline, shown = dataset.headline, figures[-SHOWN_IN_CHART:]
    flow = headline.kind == "flow"
    values = [figure.value for figure in shown]
    highest, lowest = (end([*values, *([Decimal(0)] if flow else [])]) for end in (max, min))

    def y(value: Decimal) -> int:
        return TOP + round(HEIGHT * ((highest - value) / (highest - lowest) if highest > lowest else 0))

    step = WIDTH // len(shown)
    points = [(step * at + step // 2, y(value)) for at, value in enumerate(values)]
    (x, newest), below = points[-1], TOP + HEIGHT + 16
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH + 108}' height='{below + 4}' fill='{QUIET}'"
        f" style='font:10px sans-serif' stroke-width='{min(step - 3, 30) if flow else 2}'>"
        f"{_bars(points, y(Decimal(0))) if flow else _line(points)}"
        f"<circle cx='{x}' cy='{newest}' r='4' fill='{LOSS if flow and values[-1] < 0 else GAIN}'/>"
        f"<text x='{WIDTH + 6}' y='{y(highest) + 4}'>{_brief(highest)}</text>"
        f"<text x='{WIDTH + 6}' y='{TOP + HEIGHT + 4}'>{_brief(lowest) if lowest < highest else ''}</text>"
        f"<text y='{below}'>{shown[0].period_end}</text>"
        f"<text x='{WIDTH - 54}' y='{below}'>{shown[-1].period_end}</text></svg>"
    )
    return f"![{headline.what}; {unit(dataset, headline)}](data:image/svg+xml,{quote(svg, safe=UNQUOTED)})"


def _bars(points: list[tuple[int, int]], zero: int) -> str:
    """A path per sign, so that negative flows have a colour of their own, and the line of zero."""
    inward, outward = (
        "".join(f"M{x},{zero}V{y}" for x, y in points if (y > zero) is below) for below in (False, True)
    )
    return (
        f"<path stroke='{GAIN}' d='{inward}'/><path stroke='{LOSS}' d='{outward}'/>"
        f"<rect y='{zero}' width='{WIDTH}' height='1'/>"
    )


def _line(points: list[tuple[int, int]]) -> str:
    through = ",".join(f"{x},{y}" for x, y in points)
    return f"<polyline fill='none' stroke='{GAIN}' points='{through}'/>"


def _brief(value: Decimal) -> str:
    """A number without the decimals of thousands: trillions have to fit beside the picture.

    With a hyphen: a minus takes nine characters of an address.
    """
    return exact(Decimal(round(value)) if abs(value) >= 1000 else value).replace(MINUS, "-")
