"""The New York Fed's survey of households: what a reader of the rows relies on, and what is refused.

The workbook is the made-up one, in the layout since October 2026; the real one, in the layout before, is
in tests/real.
"""

import random
from collections.abc import Callable

import pandas as pd
import pytest

from orchestration.defs.nyfed.parsers import FIVE_YEARS_SHEET, MEDIAN, QUARTILES, SHEET
from orchestration.defs.nyfed.sample import SOURCE, header, months
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files, workbook
from tests.mutations import HTML, read

PARSER = find_parser("nyfed", "sce")[0]
(FILE,) = publisher_files("nyfed")
FRAME = PARSER.parse(FILE.payload)
ROWS = [[SOURCE], [SHEET], [], header(), *months(random.Random("a few"))]

Rows = list[list[object]]


def edited(change: Callable[[Rows], object], **more: Rows) -> bytes:
    rows = [list(row) for row in ROWS]
    change(rows)
    return workbook({SHEET: rows} | more)


def put(row: int, column: int, cell: object) -> Callable[[Rows], object]:
    return lambda rows: rows[row].__setitem__(column, cell)


def swap(one: int, other: int, first: int) -> Callable[[Rows], object]:
    """Two columns change places, from a row on."""

    def change(rows: Rows) -> None:
        for row in rows[first:]:
            row[one], row[other] = row[other], row[one]

    return change


def in_a_sheet_of_its_own(rows: Rows) -> bytes:
    """The layout before October 2026."""
    five = [[None, *(label.format("five") for label in (MEDIAN, *QUARTILES.values()))]]
    five += [[row[0], row[-1], row[-1] - 2, row[-1] + 2] for row in rows[4:] if row[-1] is not None]
    return workbook(
        {
            SHEET: [row[:7] for row in rows],
            FIVE_YEARS_SHEET: [[SOURCE], ["Five-year ahead inflation expectations"], [], *five],
        }
    )


def test_every_month_has_its_figures_and_five_years_ahead_since_2022() -> None:
    assert tuple(FRAME.columns) == PARSER.columns
    assert len(FRAME) == 161
    assert FRAME.iloc[0][["survey_month", "period_start", "period_end"]].tolist() == [
        "201306", "2013-06-01", "2013-06-30",
    ]  # fmt: skip
    assert FRAME.iloc[-1]["period_end"] == "2026-10-31"
    asked = FRAME.loc[FRAME["median_five_year"] != "", "survey_month"]
    assert (asked.min(), len(asked)) == ("202201", 58)
    assert not (FRAME.drop(columns="median_five_year") == "").any().any()


def test_a_figure_is_kept_as_published() -> None:
    frame = read(PARSER, edited(lambda rows: rows[-1].__setitem__(1, 3.634883165359497)))
    assert frame.iloc[-1]["median_one_year"] == "3.634883165359497"


def test_the_five_year_horizon_is_found_in_either_layout() -> None:
    """Moving a column to another sheet is no revision of its figures."""
    pd.testing.assert_frame_equal(
        read(PARSER, in_a_sheet_of_its_own(ROWS)), read(PARSER, edited(lambda rows: None))
    )


def test_columns_are_found_by_their_headers() -> None:
    plain = read(PARSER, edited(lambda rows: None))
    pd.testing.assert_frame_equal(read(PARSER, edited(swap(1, 6, 3))), plain)
    moved = edited(lambda rows: [row.insert(3, None) for row in rows[3:]] and rows.insert(2, []))
    pd.testing.assert_frame_equal(read(PARSER, moved), plain)


def test_files_from_before_the_five_year_horizon_are_read() -> None:
    old = [row[:7] for row in ROWS if not row or not isinstance(row[0], int) or row[0] < 202201]
    frame = read(PARSER, workbook({SHEET: old}))
    assert set(frame["median_five_year"]) == {""}


MUTATIONS = {
    "empty": (b"", r"expected an Excel workbook \(.xlsx\), found 0 bytes"),
    "a page": (HTML, "expected an Excel workbook .*DOCTYPE"),
    "cut in half": (FILE.payload[: len(FILE.payload) // 2], "expected an Excel workbook .* cut short"),
    "another publisher's": (
        publisher_files("phillyfed")[0].payload,
        f"expected a sheet named '{SHEET}', found",
    ),
    "a sheet renamed": (workbook({"Expected inflation": ROWS}), f"expected a sheet named '{SHEET}', found"),
    "another title": (edited(put(1, 0, "Home prices")), "expected .* the title .* found .*'Home prices'"),
    "another source": (edited(put(0, 0, "A survey")), "expected 'Source: Survey of Consumer Expectations'"),
    "a header renamed": (
        edited(put(3, 1, "Mean one-year ahead expected inflation rate")),
        "expected one cell 'Median one-year ahead expected inflation rate' in the sheet .* nowhere",
    ),
    "a quartile's header renamed": (
        edited(put(3, 3, "20th Percentile")),
        "expected one column headed '25th Percentile one-year ahead expected inflation rate' in row 4",
    ),
    "a column less": (
        edited(lambda rows: [row.pop(2) for row in rows[3:]]),
        "expected one column headed 'Median three-year ahead .* found 0",
    ),
    "five years gone": (
        edited(lambda rows: [row.pop() for row in rows[3:]]),
        "expected a column headed 'Median five-year .*or a sheet named 'Five-year .*', found neither",
    ),
    "median and quartile swapped": (
        edited(swap(1, 3, 4)),
        "expected the median of the one-year horizon between its quartiles in 201306, found",
    ),
    "quartiles swapped": (edited(swap(4, 6, 4)), "expected the median of the three-year horizon between"),
    "months and figures swapped": (edited(swap(0, 1, 4)), "expected a month such as 201306 in A5"),
    "shares of one": (
        edited(lambda rows: [row.__setitem__(n, row[n] / 100) for row in rows[4:] for n in range(1, 7)]),
        r"expected percent in the column 'Median one-year .* found 0.0\d+ as the largest",
    ),
    "no number": (edited(put(9, 2, "n.a.")), "expected a number in C10 of the sheet .* found 'n.a.'"),
    "an empty cell": (edited(put(9, 2, None)), "expected a number in C10 of the sheet .* found ''"),
    "a month that is none": (edited(put(9, 0, 201313)), "expected a month such as 201306 in A10 .* '201313'"),
    "a month twice": (edited(lambda rows: rows.insert(9, rows[9])), "expected 201311 once .* found it again"),
    "a month missing": (
        edited(lambda rows: rows.pop(9)),
        "expected each month after the one before .* found 201312 after 201310",
    ),
    "the first year missing": (
        edited(lambda rows: rows.__delitem__(slice(4, 16))),
        "expected the months of 'Inflation expectations' to begin with 201306, found 201406",
    ),
    "no months": (
        edited(lambda rows: rows.__delitem__(slice(4, None))),
        "expected months below row 4 .* found none",
    ),
    "a label above the months": (
        edited(put(3, 0, "Date")),
        "expected an empty cell above the months in row 4",
    ),
    "notes below": (edited(lambda rows: rows.append(["Note"])), "expected a month .* found 'Note'"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused(mutation) -> None:
    payload, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, payload)
    assert str(caught.value).startswith("nyfed/sce")
