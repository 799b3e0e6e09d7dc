"""Real workbooks of the Philadelphia Fed's survey: what must come out, and what is refused.

Skipped where the real files are absent (see conftest.py).
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.phillyfed.parsers import SHEET
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from orchestration.sampling import workbook
from orchestration.spreadsheets import sheets
from tests.mutations import read

PARSER = find_parser("phillyfed", "spf")[0]
FILES = {
    "RGDP": "phillyfed/median_rgdp_level.2020Q4.xlsx",
    "COREPCE": "phillyfed/median_corepce_level.2020Q4.xlsx",
}
Rows = list[list[str]]


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {variable: (publishers / file).read_bytes() for variable, file in FILES.items()}


@pytest.fixture(scope="module")
def frames(payloads) -> dict[str, pd.DataFrame]:
    return {variable: read(PARSER, payload) for variable, payload in payloads.items()}


@pytest.fixture(scope="module")
def rows(payloads) -> dict[str, Rows]:
    return {variable: sheets(payload, "test", [SHEET])[SHEET] for variable, payload in payloads.items()}


def edited(rows: Rows, change: Callable[[Rows], object], sheet: str = SHEET) -> bytes:
    copied = [list(row) for row in rows]
    change(copied)
    return workbook({sheet: [[cell or None for cell in row] for row in copied]})


def test_every_survey_since_1968(payloads, frames) -> None:
    spans = {
        PARSER.part(payloads[name]): (len(f), f["period_start"].min(), f["period_end"].max())
        for name, f in frames.items()
    }
    assert spans == {
        "RGDP": (1659, "1968-10-01", "2020-12-31"),
        "COREPCE": (504, "2007-01-01", "2020-12-31"),
    }
    assert frames["RGDP"][["year", "quarter"]].drop_duplicates().shape[0] == 209


def test_the_survey_of_the_fourth_quarter_of_2020(frames) -> None:
    last = {
        name: frame[frame["period_end"] == "2020-12-31"].set_index("horizon")["value"].to_dict()
        for name, frame in frames.items()
    }
    assert last["RGDP"] == {
        "1": "18584", "2": "18767.1157", "3": "18915.6989", "4": "19077.5914", "5": "19242.6174",
        "6": "19401.3478", "A": "18414.6892", "B": "19152.1505", "C": "19725.7158", "D": "20148.15",
    }  # fmt: skip
    assert last["COREPCE"]["1"] == "3.5"
    assert last["COREPCE"]["C"] == "1.7377"


def test_levels_break_where_the_record_says_that_the_base_year_changed(frames) -> None:
    """The quarter before the survey's is known: from survey to survey it moves by more than growth."""
    frame = frames["RGDP"].assign(value=frames["RGDP"]["value"].astype(float))
    wide = frame.pivot(index="period_start", columns="horizon", values="value")
    step = wide["1"] / wide["2"].shift() - 1
    breaks = set(step.index[step.abs() > 0.055])
    methods = {str(m.from_period) for m in load_datasets()["phillyfed/spf"].methods}
    assert breaks == {day for day in methods if "1970" < day < "2021"}


MUTATIONS = {
    "figures swapped": (
        lambda r: [row.__setitem__(slice(3, 5), row[4:2:-1]) for row in r[1:]],
        "expected the level of horizon 3 above that of 2 in most surveys",
    ),
    "a header renamed": (lambda r: r[0].__setitem__(4, "RGDP_3"), "expected the columns .* found .*'RGDP_3'"),
    "a column less": (lambda r: [row.pop() for row in r], "expected the columns .* in row 1"),
    "percent": (
        lambda r: [row.__setitem__(2, "2.5") for row in r[1:200]],
        "expected a number from 300 to 100000 .* found '2.5'",
    ),
    "no number": (lambda r: r[9].__setitem__(2, "NA"), "expected a number .* in C10 .* found 'NA'"),
    "a survey twice": (lambda r: r.insert(9, r[9]), "expected the survey of 1971Q1 in row 11"),
    "a survey missing": (lambda r: r.pop(9), "expected the survey of 1970Q4 in row 10"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused(rows, mutation) -> None:
    change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PARSER, edited(rows["RGDP"], change))


def test_columns_that_change_places_with_their_headers_give_the_same_rows(rows, frames) -> None:
    for name, frame in frames.items():
        turned = edited(rows[name], lambda r: [row.reverse() for row in r])
        pd.testing.assert_frame_equal(read(PARSER, turned), frame)


def test_a_sheet_renamed_and_half_a_workbook_are_refused(payloads, rows) -> None:
    with pytest.raises(LayoutError, match=f"expected a sheet named '{SHEET}', found"):
        read(PARSER, edited(rows["RGDP"], lambda r: None, "Median_Growth"))
    for payload in payloads.values():
        with pytest.raises(LayoutError, match=r"expected an Excel workbook .* cut short"):
            read(PARSER, payload[: len(payload) // 2])
