"""Parser of the New York Fed's Survey of Consumer Expectations: inflation that households expect.

A workbook of some 45 sheets, of which one or two are read. The five-year horizon had a sheet of its own;
since October 2026 its column is in the sheet of the other two, after an empty one. So columns are found
by the text of their header. Sheets whose name ends in 'Demo' split the same figures by groups of people.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, squash, text_frame

if TYPE_CHECKING:
    from orchestration.spreadsheets import Sheet

WHAT = "nyfed/sce"
SHEET = "Inflation expectations"
FIVE_YEARS_SHEET = "Five-year ahead Infl Exp"
SOURCE = "Source: Survey of Consumer Expectations"
HORIZONS = ("one", "three", "five")
MEDIAN = "Median {}-year ahead expected inflation rate"
QUARTILES = {
    "p25": "25th Percentile {}-year ahead expected inflation rate",
    "p75": "75th Percentile {}-year ahead expected inflation rate",
}
# Quartiles five years ahead are not kept: where they stand since October 2026 has not been seen.
FIGURES = (
    *(f"{name}_{horizon}_year" for horizon in ("one", "three") for name in ("median", *QUARTILES)),
    "median_five_year",
)
COLUMNS = ("survey_month", *FIGURES, "period_start", "period_end")
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
FIRST_MONTH = "201306"
# One year ahead was above all of these in 2022, three years ahead never was: history, which tells the two
# horizons apart where nothing else does.
THREE_YEARS_UNTIL_2023 = {"p25_three_year": 3.0, "median_three_year": 4.75, "p75_three_year": 9.25}
# The oldest file seen has the five-year horizon; files from before 2022 cannot have it.
FIVE_YEARS_BY = "202504"


def recognise(payload: bytes) -> None:
    """Demand a workbook with the sheet, and the header of its first column of figures."""
    sheet = _sheet(payload, SHEET)
    _header_row(sheet, "one", SHEET)


def parse(payload: bytes) -> pd.DataFrame:
    """One row per month of the survey, in percent as published; '' where a horizon was not asked."""
    sheet = _sheet(payload, SHEET)
    if squash(sheet[0][0])[: len(SOURCE)] != SOURCE or squash(sheet[1][0]) != SHEET:
        raise LayoutError(
            f"{WHAT}: expected '{SOURCE}' and the title '{SHEET}' in the first two rows of the sheet "
            f"'{SHEET}', found '{sheet[0][0][:60]}' and '{sheet[1][0][:60]}'; nothing was loaded."
        )
    found = _figures(sheet, ("one", "three"), SHEET)
    months = list(found)
    if months[0] != FIRST_MONTH:
        raise LayoutError(
            f"{WHAT}: expected the months of '{SHEET}' to begin with {FIRST_MONTH}, found {months[0]}. Rows "
            "may be missing; nothing was loaded."
        )
    for month, figures in _five_years(payload, sheet, months[-1]).items():
        if month not in found:
            raise LayoutError(
                f"{WHAT}: expected the five-year horizon in months of the other two, up to {months[-1]}, "
                f"found it in {month} too; nothing was loaded."
            )
        found[month] |= figures
    rows = []
    for month, figures in found.items():
        _demand_order(month, figures)
        first = pd.Timestamp(f"{month[:4]}-{month[4:]}-01")
        rows.append(
            {"survey_month": month}
            | {name: figures.get(name, "") for name in FIGURES}
            | {
                "period_start": first.date().isoformat(),
                "period_end": (first + pd.offsets.MonthEnd()).date().isoformat(),
            }
        )
    return text_frame(rows, WHAT)[list(COLUMNS)]


def _sheet(payload: bytes, name: str) -> "Sheet":
    # openpyxl takes a while to import, and every start of the program loads this module.
    from orchestration.spreadsheets import sheets

    return sheets(payload, WHAT, [name])[name]


def _five_years(payload: bytes, sheet: "Sheet", last: str) -> dict[str, dict[str, str]]:
    """The five-year horizon by month: from the sheet of the others, or from its own."""
    label = MEDIAN.format("five")
    if any(squash(cell) == label for cells in sheet for cell in cells):
        return _figures(sheet, ("five",), SHEET)
    if last < FIVE_YEARS_BY:
        return {}
    try:
        own = _sheet(payload, FIVE_YEARS_SHEET)
    except LayoutError as error:
        raise LayoutError(
            f"{WHAT}: expected a column headed '{label}' in the sheet '{SHEET}', or a sheet named "
            f"'{FIVE_YEARS_SHEET}', found neither. The layout may have changed; nothing was loaded."
        ) from error
    return _figures(own, ("five",), FIVE_YEARS_SHEET)


def _header_row(sheet: "Sheet", horizon: str, name: str) -> int:
    from orchestration.spreadsheets import find_cell

    row, column = find_cell(sheet, MEDIAN.format(horizon), WHAT, f"the sheet '{name}'")
    if sheet[row][0] or column == 0:
        raise LayoutError(
            f"{WHAT}: expected an empty cell above the months in row {row + 1} of the sheet '{name}', found "
            f"'{sheet[row][0]}'. The layout may have changed; nothing was loaded."
        )
    return row


def _figures(sheet: "Sheet", horizons: tuple[str, ...], name: str) -> dict[str, dict[str, str]]:
    """Figures by month, below the header; each month once, one after the other."""
    from orchestration.spreadsheets import columns_by_header, place

    header = _header_row(sheet, horizons[0], name)
    labels = {
        f"{figure}_{horizon}_year": label.format(horizon)
        for horizon in horizons
        for figure, label in {"median": MEDIAN, **QUARTILES}.items()
        if figure == "median" or horizon != "five" or name == FIVE_YEARS_SHEET
    }
    places = columns_by_header(sheet[header], labels, WHAT, f"row {header + 1} of the sheet '{name}'")
    found: dict[str, dict[str, str]] = {}
    below = [number for number in range(header + 1, len(sheet)) if any(sheet[number])]
    for number in below:
        month = sheet[number][0]
        if not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", month):
            raise LayoutError(
                f"{WHAT}: expected a month such as {FIRST_MONTH} in {place(number, 0)} of the sheet "
                f"'{name}', found '{month}'; nothing was loaded."
            )
        figures = {figure: sheet[number][column] for figure, column in places.items()}
        if horizons == ("five",) and not any(figures.values()):
            continue
        for figure, text in figures.items():
            if not re.fullmatch(NUMBER, text):
                raise LayoutError(
                    f"{WHAT}: expected a number in {place(number, places[figure])} of the sheet '{name}' "
                    f"('{labels[figure]}', {month}), found '{text}'; nothing was loaded."
                )
        if month in found:
            raise LayoutError(f"{WHAT}: expected {month} once in the sheet '{name}', found it again.")
        found[month] = figures
    if not found:
        raise LayoutError(
            f"{WHAT}: expected months below row {header + 1} of the sheet '{name}', found none; nothing was "
            "loaded."
        )
    for one, other in pairwise(found):
        if int(other) - int(one) not in (1, 89) or (int(other) - int(one) == 89) != one.endswith("12"):
            raise LayoutError(
                f"{WHAT}: expected each month after the one before in the sheet '{name}', found {other} "
                f"after {one}; nothing was loaded."
            )
    _demand_percent(found, labels, name)
    return found


def _demand_percent(found: dict[str, dict[str, str]], labels: dict[str, str], name: str) -> None:
    """No unit is given; a share of one would be below a half in every month."""
    for figure, label in labels.items():
        if not figure.startswith("median"):
            continue
        largest = max(abs(float(figures[figure])) for figures in found.values())
        if not 0.5 <= largest <= 20:
            raise LayoutError(
                f"{WHAT}: expected percent in the column '{label}' of the sheet '{name}', found "
                f"{largest:g} as the largest. The unit may have changed; nothing was loaded."
            )


def _demand_order(month: str, figures: dict[str, str]) -> None:
    """A median lies between the quartiles, and horizons are where they were: swapped columns would not be."""
    for horizon in HORIZONS:
        names = [f"{name}_{horizon}_year" for name in ("p25", "median", "p75")]
        if all(figures.get(name) for name in names):
            low, middle, high = (float(figures[name]) for name in names)
            if not low <= middle <= high:
                raise LayoutError(
                    f"{WHAT}: expected the median of the {horizon}-year horizon between its quartiles in "
                    f"{month}, found {low:g}, {middle:g} and {high:g}. Columns may have moved; nothing was "
                    "loaded."
                )
    for figure, highest in THREE_YEARS_UNTIL_2023.items():
        if month < "202401" and float(figures[figure]) > highest:
            raise LayoutError(
                f"{WHAT}: expected {figure} below {highest:g} until 2023, found {figures[figure]} in "
                f"{month}. Horizons may have changed places; nothing was loaded."
            )


PARSERS = {"sce": Parser(columns=COLUMNS, recognise=recognise, parse=parse)}
