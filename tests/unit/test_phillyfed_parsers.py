"""The Philadelphia Fed's survey: what a reader of the rows relies on, and what is refused.

The workbooks are the made-up ones, which have the real layout; two real ones are in tests/real.
"""

import random
from collections.abc import Callable

import pandas as pd
import pytest

from orchestration.defs.phillyfed.parsers import LABELS, SHEET
from orchestration.defs.phillyfed.sample import columns, surveys
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files, workbook
from tests.mutations import HTML, read

PARSER = find_parser("phillyfed", "spf")[0]
FILES = publisher_files("phillyfed")
FRAMES = {PARSER.part(file.payload): PARSER.parse(file.payload) for file in FILES}
ROWS = [[*LABELS, *columns("RGDP")], *surveys(random.Random("a few"), "RGDP")]

Rows = list[list[object]]


def edited(change: Callable[[Rows], object], sheet: str = SHEET) -> bytes:
    rows = [list(row) for row in ROWS]
    change(rows)
    return workbook({sheet: rows})


def put(row: int, column: int, cell: object) -> Callable[[Rows], object]:
    return lambda rows: rows[row].__setitem__(column, cell)


def swap(one: str, other: str, first: int) -> Callable[[Rows], object]:
    """Two columns change places, from a row on."""

    def change(rows: Rows) -> None:
        a, b = ROWS[0].index(one), ROWS[0].index(other)
        for row in rows[first:]:
            row[a], row[b] = row[b], row[a]

    return change


def test_each_variable_comes_in_a_file_of_its_own_and_is_told_by_its_headers() -> None:
    assert list(FRAMES) == ["RGDP", "CPI", "COREPCE"]
    for variable, frame in FRAMES.items():
        assert tuple(frame.columns) == PARSER.columns
        assert set(frame["variable"]) == {variable}
        assert (frame["period_start"].min(), frame["period_end"].max()) == ("2024-01-01", "2026-12-31")
    assert set(FRAMES["RGDP"]["horizon"]) == set("123456ABCD")
    assert set(FRAMES["CPI"]["horizon"]) == set("123456ABC")


def test_a_figure_is_kept_as_published_and_there_is_no_row_without_one() -> None:
    frame = read(PARSER, edited(put(2, 4, 19242.6174)))
    second = frame[(frame["year"] == "2024") & (frame["quarter"] == "2")].set_index("horizon")
    assert second.loc["3", ["value", "period_start", "period_end"]].tolist() == [
        "19242.6174", "2024-04-01", "2024-06-30",
    ]  # fmt: skip
    first = frame[(frame["year"] == "2024") & (frame["quarter"] == "1")]
    assert "6" not in set(first["horizon"]), "'#N/A' is no figure"


def test_columns_are_found_by_their_headers_and_blank_rows_below_are_no_surveys() -> None:
    plain = read(PARSER, edited(lambda rows: None))
    pd.testing.assert_frame_equal(read(PARSER, edited(swap("RGDP2", "RGDPA", 0))), plain)
    blank = edited(lambda rows: rows.extend([[None] * 12, [""] * 12]))
    pd.testing.assert_frame_equal(read(PARSER, blank), plain)


MUTATIONS = {
    "empty": (b"", r"expected an Excel workbook \(.xlsx\), found 0 bytes"),
    "the page of a wrong name": (HTML, "expected an Excel workbook .*DOCTYPE"),
    "cut in half": (
        FILES[0].payload[: len(FILES[0].payload) // 2],
        "expected an Excel workbook .* cut short",
    ),
    "another publisher's": (
        publisher_files("nyfed")[0].payload,
        "expected a sheet named 'Median_Level', found",
    ),
    "a sheet renamed": (
        edited(lambda rows: None, "Mean_Level"),
        "expected a sheet named 'Median_Level', found",
    ),
    "nothing in the sheet": (workbook({SHEET: []}), r"expected columns of RGDP, CPI, COREPCE .* found \[\]"),
    "another variable": (
        edited(lambda rows: rows[0].__setitem__(slice(2, None), [f"UNEMP{h}" for h in "123456ABCD"])),
        "expected columns of RGDP, CPI, COREPCE in row 1 .* found .*'UNEMP1'",
    ),
    "a header renamed": (edited(put(0, 3, "RGDP_2")), "expected the columns .*'RGDP2'.* found .*'RGDP_2'"),
    "a header twice": (
        edited(put(0, 3, "RGDP1")),
        "expected the columns .*'RGDP2'.* found .*'RGDP1', 'RGDP1'",
    ),
    "a column less": (
        edited(lambda rows: [row.pop(11) for row in rows]),
        "expected the columns .*'RGDPD'.* in row 1 .* found",
    ),
    "a column more": (
        edited(lambda rows: [row.append("RGDPE" if n == 0 else 1) for n, row in enumerate(rows)]),
        "expected the columns .* found .*'RGDPE'",
    ),
    "year and quarter swapped": (
        edited(swap("YEAR", "QUARTER", 1)),
        "expected a year and a quarter in row 2",
    ),
    "quarters swapped": (
        edited(swap("RGDP2", "RGDP3", 1)),
        "expected the level of horizon 3 above that of 2 in most surveys, found it in 0%",
    ),
    "years swapped": (edited(swap("RGDPA", "RGDPB", 1)), "expected the level of horizon B above that of A"),
    "percent instead of levels": (
        edited(lambda rows: [row.__setitem__(2, 2.1) for row in rows[1:]]),
        "expected a number from 300 to 100000 or #N/A in C2 .*RGDP1, 2024Q1.* found '2.1'.*unit",
    ),
    "millions instead of billions": (
        edited(lambda rows: [row.__setitem__(2, row[2] * 1000) for row in rows[1:]]),
        "expected a number from 300 to 100000 .* The unit or the columns may have changed",
    ),
    "no number": (edited(put(3, 4, "n.a.")), "expected a number .* in E4 .* found 'n.a.'"),
    "an empty cell": (edited(put(3, 4, None)), "expected a number .* in E4 .* found ''"),
    "a survey twice": (
        edited(lambda rows: rows.insert(4, rows[4])),
        "expected the survey of 2025Q1 in row 6 .* found '2024 and 4'",
    ),
    "a survey missing": (
        edited(lambda rows: rows.pop(4)),
        "expected the survey of 2024Q4 in row 5 .* found '2025 and 1'",
    ),
    "a blank row amid the surveys": (
        edited(lambda rows: rows.insert(4, [])),
        "expected no blank row among the surveys of 'Median_Level'",
    ),
    "no surveys": (edited(lambda rows: rows.__delitem__(slice(1, None))), r"\(RGDP\): expected rows of data"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused(mutation) -> None:
    payload, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, payload)
    assert str(caught.value).startswith("phillyfed/spf")


def test_inflation_cannot_be_taken_for_a_level_nor_the_reverse() -> None:
    levels = [[*LABELS, *columns("CPI")], *([*row[:-1]] for row in ROWS[1:])]
    with pytest.raises(LayoutError, match=r"expected a number from -30 to 30 .*CPI1.* found '19"):
        read(PARSER, workbook({SHEET: levels}))
