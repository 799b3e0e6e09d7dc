"""Parser of the Philadelphia Fed's Survey of Professional Forecasters: medians of levels.

One workbook per variable, with one sheet: year and quarter of the survey, and a column per horizon.
`RGDP1` is the quarter before the survey's (known by then), `RGDP2` the survey's own, `RGDP3` to `RGDP6`
the four after it; letters are years, `A` the survey's. '#N/A' is text. A wrong file name is answered by
a page with status 200.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, text_frame

if TYPE_CHECKING:
    from orchestration.spreadsheets import Sheet

WHAT = "phillyfed/spf"
SHEET = "Median_Level"
LABELS = ("YEAR", "QUARTER")
QUARTERS = "123456"
# The years that each variable is asked for, and how large its figures are: levels in billions of
# dollars, inflation in percent.
VARIABLES = {
    "RGDP": ("ABCD", 300.0, 100_000.0),
    "CPI": ("ABC", -30.0, 30.0),
    "COREPCE": ("ABC", -30.0, 30.0),
}
LEVELS = ("RGDP",)
MISSING = "#N/A"
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
# An economy is expected to grow: a quarter's level is above the one before in nine surveys of ten.
GROWS = 0.75
COLUMNS = ("variable", "year", "quarter", "horizon", "value", "period_start", "period_end")


def recognise(payload: bytes) -> None:
    """Demand a workbook with the sheet, and the header of one of the variables."""
    _variable(_sheet(payload)[0])


def part(payload: bytes) -> str:
    """The variable, from the headers: each comes in a file of its own."""
    return _variable(_sheet(payload)[0])


def parse(payload: bytes) -> pd.DataFrame:
    """One row per survey and horizon with a figure, as published; the period is the survey's quarter."""
    from orchestration.spreadsheets import columns_by_header, place

    sheet = _sheet(payload)
    variable = _variable(sheet[0])
    years, lowest, highest = VARIABLES[variable]
    horizons = {h: f"{variable}{h}" for h in (*QUARTERS, *years)}
    places = columns_by_header(
        sheet[0], {name: name for name in LABELS} | horizons, WHAT, f"row 1 of the sheet '{SHEET}'"
    )
    filled = [number for number in range(1, len(sheet)) if any(sheet[number])]
    if filled != list(range(1, len(filled) + 1)):
        raise LayoutError(
            f"{WHAT}: expected no blank row among the surveys of '{SHEET}', found figures below one; nothing "
            "was loaded."
        )
    rows, index = [], None
    for number in filled:
        cells = sheet[number]
        found = (cells[places["YEAR"]], cells[places["QUARTER"]])
        if index is None:
            index = _index(found, number)
        year, quarter = str(index // 4), str(index % 4 + 1)
        index += 1
        if found != (year, quarter):
            raise LayoutError(
                f"{WHAT}: expected the survey of {year}Q{quarter} in row {number + 1} of the sheet "
                f"'{SHEET}', found {' and '.join(found)!r}. Surveys may be missing or in another order; "
                "nothing was loaded."
            )
        start = f"{year}-{3 * int(quarter) - 2:02}-01"
        end = (pd.Timestamp(start) + pd.offsets.QuarterEnd()).date().isoformat()
        for horizon in horizons:
            text = cells[places[horizon]]
            if text == MISSING:
                continue
            if not re.fullmatch(NUMBER, text) or not lowest <= float(text) <= highest:
                raise LayoutError(
                    f"{WHAT}: expected a number from {lowest:g} to {highest:g} or {MISSING} in "
                    f"{place(number, places[horizon])} of the sheet '{SHEET}' ({horizons[horizon]}, "
                    f"{year}Q{quarter}), found '{text}'. The unit or the columns may have changed; nothing "
                    "was loaded."
                )
            rows.append(
                {
                    "variable": variable,
                    "year": year,
                    "quarter": quarter,
                    "horizon": horizon,
                    "value": text,
                    "period_start": start,
                    "period_end": end,
                }
            )
    frame = text_frame(rows, f"{WHAT} ({variable})")[list(COLUMNS)]
    if variable in LEVELS:
        _demand_growth(frame, (QUARTERS, years))
    return frame


def _sheet(payload: bytes) -> "Sheet":
    # openpyxl takes a while to import, and every start of the program loads this module.
    from orchestration.spreadsheets import sheets

    return sheets(payload, WHAT, [SHEET])[SHEET] or [[""]]


def _index(found: tuple[str, str], number: int) -> int:
    """The survey of a file's first row, in quarters from the year 0."""
    year, quarter = found
    if not re.fullmatch(r"(19|20)\d\d", year) or quarter not in tuple("1234"):
        raise LayoutError(
            f"{WHAT}: expected a year and a quarter in row {number + 1} of the sheet '{SHEET}', found "
            f"{' and '.join(found)!r}; nothing was loaded."
        )
    return int(year) * 4 + int(quarter) - 1


def _variable(header: list[str]) -> str:
    """Demand the columns of one of the variables, in whatever order, and no others."""
    names = [cell for cell in header if cell]
    for variable, (years, _, _) in VARIABLES.items():
        expected = [*LABELS, *(f"{variable}{h}" for h in (*QUARTERS, *years))]
        if f"{variable}1" in names or f"{variable}2" in names:
            if sorted(names) != sorted(expected):
                raise LayoutError(
                    f"{WHAT}: expected the columns {expected} in row 1 of the sheet '{SHEET}', found "
                    f"{names}. The layout may have changed; nothing was loaded."
                )
            return variable
    raise LayoutError(
        f"{WHAT}: expected columns of {', '.join(VARIABLES)} in row 1 of the sheet '{SHEET}', found "
        f"{names[:12]}. It is another file or another layout; nothing was loaded."
    )


def _demand_growth(frame: pd.DataFrame, runs: tuple[str, ...]) -> None:
    """Demand that levels rise from one horizon to the next in most surveys: swapped columns do not."""
    wide = frame.assign(value=frame["value"].astype(float)).pivot(
        index="period_end", columns="horizon", values="value"
    )
    for run in runs:
        for one, other in pairwise(run):
            both = wide[[one, other]].dropna()
            rises = (both[other] > both[one]).mean()
            if len(both) and rises < GROWS:
                raise LayoutError(
                    f"{WHAT}: expected the level of horizon {other} above that of {one} in most surveys, "
                    f"found it in {rises:.0%} of {len(both)}. Columns may have moved; nothing was loaded."
                )


PARSERS = {"spf": Parser(columns=COLUMNS, recognise=recognise, parse=parse, part=part)}
