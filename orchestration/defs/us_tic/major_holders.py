"""Major holders of Treasury securities: the last thirteen months (table 5), and complete years.

Table 5 is wide, a column per month. `mfhhis01.txt` is older: a block per year, quotes, footnote marks and
months that come twice.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from orchestration.defs.us_tic.lines import (
    MONTH,
    NOT_AVAILABLE,
    Records,
    expect_title,
    lines_of,
    month_end,
    rows_above_notes,
)
from orchestration.errors import LayoutError
from orchestration.parsing import csv_records, decode, expect_width, squash, text_frame

MAJOR, HISTORY = "us_tic/major_holders", "us_tic/major_holders_history"
OTHERS, WORLD = "All Other", "Grand Total"
# Below the world: its official holders, and what they hold of it in bills and in bonds and notes.
OFFICIAL = tuple(f"Of Which: Foreign Official{part}" for part in ("", " Treasury Bills", " T-Bonds & Notes"))
OFFICIAL_IN_HISTORY = ("For. Official", "Treasury Bills", "T-Bonds & Notes")
# Rounding of some forty holders: half a billion in every month but one of the files seen. That one
# is the old series of June 2006, which is 2.5 off.
TOLERANCE = {"new": 1.0, "old": 3.0}
BILLIONS = r"[0-9]+\.[0-9]"
# There 1200.0 is printed as 1200 in some blocks, and a holder may be in one series only.
BILLIONS_IN_HISTORY = rf"[0-9]+(\.[0-9])?|{re.escape(NOT_AVAILABLE)}"
MAJOR_HEADER, MAJOR_MONTHS = 5, 13
MAJOR_COLUMNS = ("holder", "date", "holdings", "period_start", "period_end")

MONTH_NAMES = ("Dec", "Nov", "Oct", "Sep", "Aug", "Jul", "Jun", "May", "Apr", "Mar", "Feb", "Jan")
FIRST_YEAR, MONTHS_OF_FIRST_YEAR = 2000, 10
HISTORY_WIDTH = 14
SIGNATURE = "Department of the Treasury/Federal Reserve Board"
STAMP = r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})"
FOOTNOTE = r"(.+?) +(\d+)/"
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
HISTORY_COLUMNS = ("holder", "footnote", "date", "series", "holdings", "period_start", "period_end")


@dataclass(frozen=True)
class Column:
    """One month of a wide table; `old` is the series that a break ended, shown for comparison."""

    month: str
    series: str = "new"

    @property
    def period(self) -> dict[str, str]:
        """The month and its days."""
        return {
            "date": self.month,
            "period_start": f"{self.month}-01",
            "period_end": month_end(self.month),
        }


def recognise_major(payload: bytes) -> None:
    """Demand the title, the unit and the months."""
    _major_months(lines_of(payload, MAJOR))


def parse_major(payload: bytes) -> pd.DataFrame:
    """One row per holder and month: billions of dollars at the month's end, as published."""
    lines = lines_of(payload, MAJOR)
    columns = _major_months(lines)
    rows = rows_above_notes(lines, MAJOR_HEADER + 1, MAJOR)
    for number, row in enumerate(rows, start=MAJOR_HEADER + 2):
        if len(row) != 1 + len(columns):
            raise LayoutError(
                f"{MAJOR}: expected {1 + len(columns)} columns in line {number}, found {len(row)}. "
                "The file may be cut short or its layout changed; nothing was loaded."
            )
    holders = [(row[0].strip(), [cell.strip() for cell in row[1:]]) for row in rows]
    _expect_sound_holders(holders, columns, OFFICIAL, BILLIONS, MAJOR)
    frame = text_frame(
        [
            {"holder": holder, "holdings": cell, **column.period}
            for holder, cells in holders
            for column, cell in zip(columns, cells, strict=True)
        ],
        MAJOR,
    )
    return frame[list(MAJOR_COLUMNS)]


def _major_months(lines: Records) -> list[Column]:
    """The months of the header, newest first, once the title is the expected one."""
    expect_title(
        lines,
        (
            "Table 5: Major Foreign Holders of Treasury Securities",
            "Holdings at end of time period",
            "Billions of dollars",
        ),
        "slt_table5.txt",
        MAJOR,
    )
    header = [cell.strip() for cell in lines[MAJOR_HEADER]] if len(lines) > MAJOR_HEADER else []
    newest = header[1] if len(header) > 1 and re.fullmatch(MONTH, header[1]) else None
    if newest:
        months = pd.period_range(end=newest, periods=len(header) - 1, freq="M")[::-1]
        if header == ["Country", *(str(month) for month in months)] and len(months) >= MAJOR_MONTHS:
            return [Column(str(month)) for month in months]
    raise LayoutError(
        f"{MAJOR}: expected 'Country' and {MAJOR_MONTHS} months such as 2026-04, newest first and without "
        f"gap, in line {MAJOR_HEADER + 1}, found {len(header)} columns: {header[:4]}. The layout may have "
        "changed; nothing was loaded."
    )


def recognise_history(payload: bytes) -> None:
    """Demand the title, the unit and the stamp."""
    published_on_history(payload)


def published_on_history(payload: bytes) -> date:
    """The stamp below the blocks: '5/18/2026', in another year '3/18/26'."""
    records = _history_records(payload)
    signed = [n for n, record in enumerate(records) if squash(record[0]) == SIGNATURE]
    line = squash(records[signed[0] + 1][0]) if signed and signed[0] + 1 < len(records) else ""
    found = re.fullmatch(STAMP, line)
    if found:
        month, day, year = (int(group) for group in found.groups())
        with suppress(ValueError):  # a thirteenth month
            return date(year if year > 99 else 2000 + year, month, day)
    raise LayoutError(
        f"{HISTORY}: expected a stamp such as 5/18/2026 below '{SIGNATURE}', found '{line[:80]}'. "
        "The file may be cut short or another one; nothing was loaded."
    )


def parse_history(payload: bytes) -> pd.DataFrame:
    """One row per holder, month and series: billions of dollars at the month's end, as published.

    Where a month stands twice, the first column begins a new series and the second ends the old one.
    A footnote's number is taken off the holder's name, and '.0' off whole numbers: both come and go
    between files that say the same.
    """
    records = _history_records(payload)
    rows: list[dict[str, str]] = []
    at, year = 3, None
    while True:
        at = _after_blanks(records, at)
        if squash(records[at][0]) == SIGNATURE:
            break
        year, columns, at = _block_header(records, at, year)
        names, at = _block_rows(records, at)
        holders = [(squash(r[0]), [squash(r[c]) for c in range(1, 1 + len(columns))]) for r in names]
        _expect_sound_holders(holders, columns, OFFICIAL_IN_HISTORY, BILLIONS_IN_HISTORY, HISTORY)
        for label, cells in holders:
            marked = re.fullmatch(FOOTNOTE, label)
            holder, footnote = marked.groups() if marked else (label, "")
            rows += [
                {
                    "holder": holder,
                    "footnote": footnote,
                    "series": column.series,
                    "holdings": cell.removesuffix(".0"),
                    **column.period,
                }
                for column, cell in zip(columns, cells, strict=True)
            ]
    if year != FIRST_YEAR:
        raise LayoutError(
            f"{HISTORY}: expected years down to {FIRST_YEAR} above '{SIGNATURE}', found "
            f"{year or 'none'} as the last. The file may be cut short; nothing was loaded."
        )
    published_on_history(payload)
    return text_frame(rows, HISTORY)[list(HISTORY_COLUMNS)]


def _history_records(payload: bytes) -> Records:
    """The file's cells, once its title and unit are the expected ones."""
    records = csv_records(decode(payload, "utf-8", HISTORY), HISTORY, delimiter="\t")
    titles = (
        "MAJOR FOREIGN HOLDERS OF TREASURY SECURITIES",
        "(in billions of dollars)",
        "HOLDINGS 1/ AT END OF PERIOD",
    )
    for number, title in enumerate(titles):
        found = squash(" ".join(records[number])) if number < len(records) else "the end of the file"
        if found != title:
            raise LayoutError(
                f"{HISTORY}: expected '{title}' in line {number + 1}, found '{found[:100]}'. "
                "It is another file, or its unit has changed; nothing was loaded."
            )
    expect_width(records, HISTORY_WIDTH, HISTORY)
    return records


def _after_blanks(records: Records, at: int) -> int:
    """The place of the next record with a cell; a file that ends before it is cut short."""
    while at < len(records) and not any(cell.strip() for cell in records[at]):
        at += 1
    if at == len(records):
        raise LayoutError(
            f"{HISTORY}: expected years down to {FIRST_YEAR} and then '{SIGNATURE}', found the end of the "
            f"file after line {at}. It may be cut short; nothing was loaded."
        )
    return at


def _block_header(records: Records, at: int, newer: int | None) -> tuple[int, list[Column], int]:
    """A year, its columns and the place below the dashes.

    Above the months stand the names of the series where one ends: 'II' over the second of a month
    that comes twice, 'III' over the first.
    """
    top = at
    while at < len(records) and not records[at][0].strip():
        at += 1
    if at == top or at + 1 >= len(records) or squash(records[at][0]) != "Country":
        found = squash(records[min(at, len(records) - 1)][0])
        raise LayoutError(
            f"{HISTORY}: expected a line of months, then 'Country' and the year, in line {top + 1} or below, "
            f"found '{found}' in line {at + 1}. The layout may have changed; nothing was loaded."
        )
    months = [squash(cell) for cell in records[at - 1][1:]]
    names = [month for month in months if month]
    cells = [squash(cell) for cell in records[at][1:]]
    year = int(cells[0]) if re.fullmatch(r"(19|20)\d\d", cells[0]) else 0
    blank = [""] * (len(months) - len(names))
    dashes = [bool(re.fullmatch("-+", squash(cell))) for cell in records[at + 1][1:]]
    if (
        months != names + blank
        or cells != [str(year)] * len(names) + blank
        or dashes != [True] * len(names) + [False] * len(blank)
        or (newer is not None and year != newer - 1)
    ):
        raise LayoutError(
            f"{HISTORY}: expected months, below them {newer - 1 if newer else 'one year'} and dashes in "
            f"lines {at} to {at + 2}, found {months[:3]}, {cells[:3]}. The layout may have changed; "
            "nothing was loaded."
        )
    series = ["old" if n and name == names[n - 1] else "new" for n, name in enumerate(names)]
    expected = MONTH_NAMES[: MONTHS_OF_FIRST_YEAR if year == FIRST_YEAR else 12]
    if tuple(n for n, s in zip(names, series, strict=True) if s == "new") != expected:
        raise LayoutError(
            f"{HISTORY}: expected the months of {year} from Dec to {expected[-1]} in line {at}, found "
            f"{names}. The layout may have changed; nothing was loaded."
        )
    for n in (n for n, s in enumerate(series) if s == "old"):
        labels = [squash(record[n + side]) for record in records[at - 2 : at - 1] for side in (0, 1)]
        if labels not in [[new, old] for old, new in pairwise(ROMAN)]:
            raise LayoutError(
                f"{HISTORY}: expected two series such as 'XII' and 'XI' above the {names[n]} that comes "
                f"twice in line {at}, found {labels}. Which is the new one is not known; nothing was loaded."
            )
    columns = [
        Column(f"{year}-{12 - MONTH_NAMES.index(name):02}", s) for name, s in zip(names, series, strict=True)
    ]
    return year, columns, at + 2


def _block_rows(records: Records, at: int) -> tuple[Records, int]:
    """The rows of holders and those of official holders below 'Of which:', and the place below."""

    def rows(at: int) -> tuple[Records, int]:
        top = at
        while at < len(records) and any(cell.strip() for cell in records[at]):
            at += 1
        return records[top:at], at

    holders, at = rows(_after_blanks(records, at))
    official, at = rows(_after_blanks(records, at))
    if not official or [squash(cell) for cell in official[0] if cell.strip()] != ["Of which:"]:
        raise LayoutError(
            f"{HISTORY}: expected 'Of which:' below the holders in line {at - len(official) + 1}, found "
            f"'{squash(' '.join(official[0]))[:80]}'. The layout may have changed; nothing was loaded."
        )
    return [*holders, *official[1:]], at


def _expect_sound_holders(
    holders: Sequence[tuple[str, list[str]]],
    columns: Sequence[Column],
    official: Sequence[str],
    pattern: str,
    what: str,
) -> None:
    """Demand the rows that every table ends with, numbers, and the two sums, in every month."""
    names = [name for name, _ in holders]
    last = [OTHERS, WORLD, *official]
    span = f"{columns[-1].month} to {columns[0].month}"
    if names[-len(last) :] != last:
        raise LayoutError(
            f"{what}: expected {last} as the last rows of {span}, found {names[-len(last) :]}. "
            "The file may be cut short or its layout changed; nothing was loaded."
        )
    plain = [re.sub(FOOTNOTE, r"\1", name) for name in names]
    twice = sorted({name for name in plain if plain.count(name) > 1})
    if twice or "" in plain:
        raise LayoutError(
            f"{what}: expected each holder once in {span}, found {twice or 'one without a name'}; "
            "nothing was loaded."
        )
    for place, column in enumerate(columns):
        cells = {name: figures[place] for name, figures in holders}
        for name, cell in cells.items():
            if not re.fullmatch(pattern, cell):
                raise LayoutError(
                    f"{what}: expected billions of dollars such as 1134.5 for {name} in {column.month}, "
                    f"found '{cell}'; nothing was loaded."
                )
        numbers = [0.0 if cell == NOT_AVAILABLE else float(cell) for cell in cells.values()]
        *parts, world, whole, bills, bonds = numbers
        tolerance = TOLERANCE[column.series]
        for says, found, sum_of_parts, within in (
            (f"the holders and {OTHERS} = {WORLD}", world, sum(parts), tolerance),
            (f"{official[1]} + {official[2]} = {official[0]}", whole, bills + bonds, 0.15),
        ):
            if abs(found - sum_of_parts) > within:
                raise LayoutError(
                    f"{what}: expected {says} within {within}, found {sum_of_parts:,.1f} where it says "
                    f"{found:,.1f} in {column.month} ({column.series} series). Rows may have moved or be "
                    "missing; nothing was loaded."
                )
