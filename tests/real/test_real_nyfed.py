"""The real workbook of the New York Fed's survey: what must come out, and what is refused.

Skipped where the real file is absent (see conftest.py).
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.nyfed.parsers import FIVE_YEARS_SHEET, SHEET
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import workbook
from orchestration.spreadsheets import sheets
from tests.mutations import read

PARSER = find_parser("nyfed", "sce")[0]
FILE = "nyfed/frbny-sce-data.2025-05.xlsx"
Book = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def payload(publishers: Path) -> bytes:
    return (publishers / FILE).read_bytes()


@pytest.fixture(scope="module")
def frame(payload) -> pd.DataFrame:
    return read(PARSER, payload)


@pytest.fixture(scope="module")
def cut(payload) -> Book:
    """The sheets that are read; the others make the workbook slow to change."""
    return sheets(payload, "test", [SHEET, FIVE_YEARS_SHEET])


def edited(cut: Book, change: Callable[[Book], object]) -> bytes:
    book = {name: [list(row) for row in rows] for name, rows in cut.items()}
    change(book)
    return workbook({name: [[cell or None for cell in row] for row in rows] for name, rows in book.items()})


def test_every_month_since_june_2013(frame) -> None:
    assert len(frame) == 143
    assert (frame["period_start"].min(), frame["period_end"].max()) == ("2013-06-01", "2025-04-30")
    last = frame.iloc[-1]
    assert last["survey_month"] == "202504"
    assert last["median_one_year"] == "3.634883165359497"
    assert last["median_three_year"] == "3.166463613510132"
    assert last["median_five_year"] == "2.742110729217529"
    asked = frame.loc[frame["median_five_year"] != "", "survey_month"]
    assert (asked.min(), len(asked)) == ("202201", 40)


def test_the_figures_that_the_press_printed_for_march_and_april_2025(frame) -> None:
    """One, three and five years ahead; the May release spoke of 3.6, 3.2 and 2.7 percent."""
    medians = frame.set_index("survey_month")[["median_one_year", "median_three_year", "median_five_year"]]
    printed = medians.loc[["202503", "202504"]].astype(float).round(1).to_numpy().tolist()
    assert printed == [[3.6, 3.0, 2.9], [3.6, 3.2, 2.7]]


def test_the_layout_of_october_2026_gives_the_same_figures(cut, frame) -> None:
    """The five-year column stands in the sheet of the others, after an empty one."""

    def merge(book: Book) -> None:
        own = {row[0]: row[1] for row in book.pop(FIVE_YEARS_SHEET)[3:]}
        book[SHEET] = [[*row, "", own.get(row[0], "") if n > 2 else ""] for n, row in enumerate(book[SHEET])]

    pd.testing.assert_frame_equal(read(PARSER, edited(cut, merge)), frame)
    pd.testing.assert_frame_equal(read(PARSER, edited(cut, lambda book: None)), frame)


def swap(sheet: str, one: int, other: int, first: int) -> Callable[[Book], object]:
    def change(book: Book) -> None:
        for row in book[sheet][first:]:
            row[one], row[other] = row[other], row[one]

    return change


def test_columns_that_change_places_with_their_headers_give_the_same_rows(cut, frame) -> None:
    pd.testing.assert_frame_equal(read(PARSER, edited(cut, swap(SHEET, 1, 5, 3))), frame)


MUTATIONS = {
    "figures swapped": (
        swap(SHEET, 1, 5, 4),
        "expected the median of the one-year horizon between its quartiles",
    ),
    "medians of two horizons swapped": (
        swap(SHEET, 1, 2, 4),
        "expected (the median of the .* horizon between|median_three_year below 4.75 until 2023, found)",
    ),
    "lower quartiles of two horizons swapped": (
        swap(SHEET, 3, 4, 4),
        "expected p25_three_year below 3 until 2023, found",
    ),
    "upper quartiles of two horizons swapped": (
        swap(SHEET, 5, 6, 4),
        "expected (the median of the .* between|p75_three_year below 9.25 until 2023, found)",
    ),
    "two horizons swapped": (
        lambda book: [swap(SHEET, at, at + 1, 4)(book) for at in (1, 3, 5)],
        "expected (p25|median|p75)_three_year below .* until 2023, found",
    ),
    "full-width digits": (
        lambda book: book[SHEET][9].__setitem__(1, "３.1"),
        "expected a number in B10 .* found '３.1'",
    ),
    "ten times as much": (
        lambda book: [
            row.__setitem__(at, f"{10 * float(row[at]):.6f}") for row in book[SHEET][4:] for at in range(1, 7)
        ],
        "expected percent in the column .* found .* as the largest",
    ),
    "five years swapped": (
        swap(FIVE_YEARS_SHEET, 1, 3, 4),
        "expected the median of the five-year horizon between",
    ),
    "a header renamed": (
        lambda book: book[SHEET][3].__setitem__(2, "Mean three-year ahead expected inflation rate"),
        "expected one column headed 'Median three-year ahead expected inflation rate' in row 4",
    ),
    "a column less": (
        lambda book: [row.pop(1) for row in book[SHEET]],
        "expected one cell 'Median one-year ahead expected inflation rate'",
    ),
    "a sheet renamed": (
        lambda book: book.__setitem__("Infl. expectations", book.pop(SHEET)),
        f"expected a sheet named '{SHEET}', found",
    ),
    "five years gone": (
        lambda book: book.pop(FIVE_YEARS_SHEET),
        "expected a column headed 'Median five-year",
    ),
    "shares of one": (
        lambda book: [row.__setitem__(1, str(float(row[1]) / 100)) for row in book[SHEET][4:]],
        "expected (percent|a number|the median)",
    ),
    "no number": (
        lambda book: book[SHEET][9].__setitem__(1, "n.a."),
        "expected a number in B10 .* found 'n.a.'",
    ),
    "a month twice": (
        lambda book: book[SHEET].insert(9, book[SHEET][9]),
        "expected 201311 once in the sheet",
    ),
    "a month missing": (lambda book: book[SHEET].pop(9), "expected each month after the one before"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused(cut, mutation) -> None:
    change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PARSER, edited(cut, change))


def test_a_workbook_cut_in_half_is_refused(payload) -> None:
    with pytest.raises(LayoutError, match=r"expected an Excel workbook .* cut short"):
        read(PARSER, payload[: len(payload) // 2])
