"""What a dataset's page shows of its newest figures: one line, a small table and a chart, as Markdown.

The series that is shown is the record's `headline`. Figures are as published, in the publisher's unit.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.records import Dataset, Headline

SHOWN_IN_TABLE = 6
SHOWN_IN_CHART = 60
# One blue, a quiet grid: readable on light and on dark.
BLUE, GREY = "#2b6ca3", "#8a8f98"


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
    """The newest figure in words: what it is, of which period, in which unit."""
    newest, headline = figures[-1], dataset.headline
    return f"{headline.what}, {newest.period_end}: {number(newest.value)} ({unit(dataset, headline)})"


def table(figures: list[Figure]) -> str:
    """The newest few figures, the newest first, with the change to each from the one before it."""
    lines = ["| period to | figure | change |", "|---|---:|---:|"]
    before = [None, *figures][-SHOWN_IN_TABLE - 1 : -1]
    for earlier, figure in reversed(list(zip(before, figures[-SHOWN_IN_TABLE:], strict=True))):
        change = number(figure.value - earlier.value, signed=True) if earlier else ""
        lines.append(f"| {figure.period_end} | {number(figure.value)} | {change} |")
    return "\n".join(lines)


def chart(dataset: Dataset, figures: list[Figure]) -> str:
    """The figures as an image inside Markdown: flows as bars from zero, levels as a line."""
    # Imported where a chart is drawn: definitions load this module at every start.
    import pygal
    from pygal.style import Style

    style = Style(
        background="transparent", plot_background="transparent", colors=(BLUE,), foreground=GREY,
        foreground_strong=GREY, foreground_subtle=GREY, font_family="sans-serif", title_font_size=13,
        label_font_size=11, major_label_font_size=11, major_guide_stroke_dasharray="1,4",
        guide_stroke_dasharray="1,4",
    )  # fmt: skip
    headline = dataset.headline
    flow = headline.kind == "flow"
    values = [float(figure.value) for figure in figures]
    drawn = (pygal.Bar if flow else pygal.Line)(
        style=style, width=720, height=240, explicit_size=True, js=[], show_legend=False, margin=8,
        margin_right=44, spacing=4, show_dots=len(figures) < 3, show_minor_x_labels=False,
        truncate_label=-1, x_labels_major_count=6, title=f"{headline.what}; {unit(dataset, headline)}",
        value_formatter=lambda value: number(Decimal(str(value))), no_prefix=True,
        disable_xml_declaration=True,
    )  # fmt: skip
    drawn.y_labels = sorted({min(values), max(values), *([0] if flow else [])})
    drawn.x_labels = [str(figure.period_end) for figure in figures]
    drawn.add("", values, stroke_style={"width": 2})
    encoded = b64encode(drawn.render().encode()).decode()
    return f"![{headline.what}](data:image/svg+xml;base64,{encoded})"


def number(value: Decimal, *, signed: bool = False) -> str:
    """A number as people write it: thousands apart, no more digits than it has."""
    plain = value.normalize()
    digits = max(0, -plain.as_tuple().exponent)
    return f"{plain:{'+' if signed else ''},.{min(digits, 4)}f}"
