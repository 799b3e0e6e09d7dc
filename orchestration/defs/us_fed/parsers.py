"""Parsers of the Federal Reserve's series as FRED's graph download gives them, one series per file.

CSV with a header that was DATE until 2024 and is observation_date since; days without an
observation were '.' and are empty now. An overloaded server sends an HTML page with status 200.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, csv_records, decode

DATE_HEADERS = ("observation_date", "DATE")
MISSING = ("", ".")
WEDNESDAY, FRIDAY = 2, 4
JANUARY_2006 = "2006-01"

Observations = list[tuple[str, str]]


@dataclass(frozen=True)
class Series:
    """One series of FRED, and how its figures are written.

    Attributes:
        name: of the dataset.
        id: at FRED; the header of the column of figures.
        column: what that column is called here.
        figure: what one figure is, for messages.
        pattern: how it is written.
        between: what it can be; another unit, or its inverse, is not.
        every_weekday: whether days without a figure are listed too, so that none may be missing.
        weekly: whether a figure stands for the week that ends on its day, a Wednesday.
        zeros_until: zeros up to that day are no observations.
        expect: a further demand on all observations.
    """

    name: str
    id: str
    column: str
    figure: str
    pattern: str
    between: tuple[float, float]
    every_weekday: bool = False
    weekly: bool = False
    zeros_until: str = ""
    expect: Callable[["Series", Observations], None] = lambda *_: None

    @property
    def what(self) -> str:
        """The dataset, as messages name it."""
        return f"us_fed/{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the frame."""
        return ("observation_date", self.column, "period_start", "period_end")


def recognise(payload: bytes, series: Series) -> None:
    """Demand the header of the series."""
    _records(payload, series)


def parse(payload: bytes, series: Series) -> pd.DataFrame:
    """One row per day, or week, with an observation, as published."""
    observations = _observations(payload, series)
    if not observations:
        raise LayoutError(
            f"{series.what}: expected observations of {series.id}, found none; nothing was loaded."
        )
    series.expect(series, observations)
    length = timedelta(days=6 if series.weekly else 0)
    rows = [(day, cell, (date.fromisoformat(day) - length).isoformat(), day) for day, cell in observations]
    return pd.DataFrame(rows, columns=list(series.columns), dtype="str")


def _observations(payload: bytes, series: Series) -> Observations:
    """Days and figures, without those that are no observations."""
    found: Observations = []
    before = ""
    for number, record in enumerate(_records(payload, series)[1:], start=2):
        if len(record) != 2:
            raise LayoutError(
                f"{series.what}: expected a date and {series.figure} in line {number}, found {record}. "
                "The file may be cut short; nothing was loaded."
            )
        day, cell = _day(record[0], number, series), record[1].strip()
        if day <= before:
            raise LayoutError(
                f"{series.what}: expected each day once and the oldest first, found {day} below {before} in "
                f"line {number}; nothing was loaded."
            )
        if series.every_weekday and before and day != (due := _next_weekday(before)):
            raise LayoutError(
                f"{series.what}: expected every weekday, with a rate or without, and {due} in line {number}, "
                f"found {day}. Lines may be missing; nothing was loaded."
            )
        before = day
        if cell in MISSING or (day <= series.zeros_until and re.fullmatch(r"0(\.0+)?", cell)):
            continue
        if not re.fullmatch(series.pattern, cell):
            raise LayoutError(
                f"{series.what}: expected {series.figure}, '.' or nothing on {day}, found '{cell}' in line "
                f"{number}; nothing was loaded."
            )
        lowest, highest = series.between
        if not lowest <= float(cell) <= highest:
            raise LayoutError(
                f"{series.what}: expected {series.figure} between {lowest:g} and {highest:g} on {day}, found "
                f"'{cell}' in line {number}. The unit may have changed; nothing was loaded."
            )
        found.append((day, cell))
    return found


def _next_weekday(day: str) -> str:
    given = date.fromisoformat(day)
    return (given + timedelta(days=3 if given.weekday() == FRIDAY else 1)).isoformat()


def _records(payload: bytes, series: Series) -> list[list[str]]:
    text = decode(payload, "utf-8-sig", series.what)
    records = csv_records(text, series.what)
    header = [cell.strip() for cell in records[0]] if records else []
    if len(header) != 2 or header[0] not in DATE_HEADERS or header[1] != series.id:
        raise LayoutError(
            f"{series.what}: expected the header 'observation_date,{series.id}' (or DATE), found "
            f"{header[:4]}. It is another file or another layout; nothing was loaded."
        )
    if not text.endswith("\n"):
        raise LayoutError(f"{series.what}: expected a line break at the end; the file may be cut short.")
    return records


def _day(cell: str, number: int, series: Series) -> str:
    try:
        day = date.fromisoformat(cell.strip())
    except ValueError:
        raise LayoutError(
            f"{series.what}: expected a date YYYY-MM-DD in line {number}, found '{cell}'; nothing was loaded."
        ) from None
    if series.weekly and day.weekday() != WEDNESDAY:
        raise LayoutError(
            f"{series.what}: expected a Wednesday in line {number}, found {day}, a {day:%A}. Weekly "
            "averages are another series; nothing was loaded."
        )
    return day.isoformat()


def _expect_base(series: Series, observations: Observations) -> None:
    """Demand that January 2006, where the file reaches back to it, is 100: a new base has no other mark."""
    base = [float(cell) for day, cell in observations if day.startswith(JANUARY_2006)]
    if base and abs(sum(base) / len(base) - 100) > 1:
        raise LayoutError(
            f"{series.what}: expected an average of 100 in January 2006, found {sum(base) / len(base):.2f}. "
            "The index may have another base; nothing was loaded."
        )


SERIES = (
    Series(
        "fx_h10",
        "DEXJPUS",
        column="rate",
        figure="a rate",
        pattern=r"[0-9]+(\.[0-9]+)?",
        # It was between 75 and 360 since 1971.
        between=(40, 400),
        every_weekday=True,
    ),
    Series(
        "broad_dollar_index",
        "DTWEXBGS",
        column="index_level",
        figure="an index level",
        pattern=r"[0-9]+(\.[0-9]+)?",
        between=(50, 250),
        expect=_expect_base,
    ),
    Series(
        "custody_treasuries",
        "WMTSECL1",
        column="holdings",
        # As many digits as millions of dollars have had since 2007: billions would be shorter.
        figure="holdings in millions",
        pattern=r"[1-9][0-9]{5,7}(\.0+)?",
        between=(1e5, 1e8),
        weekly=True,
        zeros_until="2007-07-31",
    ),
)

PARSERS = {
    series.name: Parser(
        columns=series.columns,
        recognise=partial(recognise, series=series),
        parse=partial(parse, series=series),
    )
    for series in SERIES
}
