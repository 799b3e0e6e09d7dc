"""China's official reserve assets: what a reader of the rows relies on, and what is refused.

The workbooks are made up, with the real layout; the real ones are in tests/real.
"""

from datetime import date

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from orchestration.sampling import publisher_files, workbook
from orchestration.sources import linked
from orchestration.spreadsheets import sheets
from tests.mutations import HTML, read
from tests.mutations.cn_safe import SAFE_MUTATIONS
from tests.mutations.workbooks import cells_of, edited_workbook

DATASET = load_datasets()["cn_safe/official_reserve_assets"]
PARSER = find_parser("cn_safe", "official_reserve_assets")[0]
COMPLETE, BEFORE, NEWEST = (file.payload for file in publisher_files("cn_safe"))
FRAME = PARSER.parse(COMPLETE)


def value(frame: pd.DataFrame, item: str, unit: str, start: str) -> str:
    (found,) = frame[(frame["item"] == item) & (frame["unit"] == unit) & (frame["period_start"] == start)][
        "value"
    ]
    return found


def test_each_month_has_its_items_in_both_units_and_gold_in_ounces() -> None:
    assert len(FRAME) == 12 * (6 * 2 + 1)
    assert tuple(FRAME.columns) == PARSER.columns
    assert set(zip(FRAME["period_start"], FRAME["period_end"], strict=True)) == {
        (f"2025-{month:02}-01", f"2025-{month:02}-{pd.Period(f'2025-{month:02}').days_in_month}")
        for month in range(1, 13)
    }
    assert set(FRAME.loc[FRAME["unit"] == "万盎司", "item"]) == {"Gold"}


def test_october_is_october_though_its_header_may_read_2025_1() -> None:
    """As text, the number 2025.10 is '2025.1'; its place says that it is no January."""
    as_number = edited_workbook(COMPLETE, lambda cells: cells[3].__setitem__(19, "2025.1"))
    assert cells_of(COMPLETE)[3][19] == "2025.10"
    assert PARSER.parse(as_number).equals(FRAME)
    january, october = (value(FRAME, "Total", "100million USD", f"2025-{m}-01") for m in ("01", "10"))
    assert january != october


def test_figures_lose_blanks_and_the_apostrophe_and_nothing_else() -> None:
    shown = {(row, column): cells_of(COMPLETE)[row][column] for row in (7, 16, 18) for column in (9, 19)}
    assert shown[16, 9].startswith("'-")
    assert shown[7, 9].endswith("\xa0")
    assert not shown[18, 19].endswith("\xa0"), "October's total is a number"
    for (row, column), item in (((16, 9), "Other reserve assets"), ((7, 9), "Foreign currency reserves")):
        start = f"2025-{(column + 1) // 2:02}-01"
        assert value(FRAME, item, "100million USD", start) == shown[row, column].strip("'\xa0")
    assert FRAME["value"].str.fullmatch(r"-?\d+(\.\d+)?").all()


def test_months_to_come_have_no_rows() -> None:
    assert PARSER.parse(NEWEST)["period_start"].max() == "2026-10-01"
    assert len(PARSER.parse(NEWEST)) == len(PARSER.parse(BEFORE)) + 13


def test_the_year_is_the_part_and_nothing_says_when_it_was_published() -> None:
    assert [PARSER.part(payload) for payload in (COMPLETE, BEFORE, NEWEST)] == ["2025", "2026", "2026"]
    assert PARSER.published_on(NEWEST) is None


def test_the_sheet_is_found_whatever_its_name() -> None:
    assert PARSER.parse(workbook({"Reserves": cells_of(COMPLETE), "Sheet1": []})).equals(FRAME)


def test_a_month_of_which_nothing_is_left_is_refused_with_its_rate_still_in_the_note() -> None:
    def clear(cells: list[list[str]]) -> None:
        for row in cells[7:20]:
            row[23:25] = ["", ""]

    with pytest.raises(LayoutError, match=r"figures for \[1, .*, 11\] and rates for \[1, .*, 12\]"):
        PARSER.parse(edited_workbook(COMPLETE, clear))


@pytest.mark.parametrize("mutation", SAFE_MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    change, words = SAFE_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, edited_workbook(COMPLETE, change))
    assert str(caught.value).startswith("cn_safe/official_reserve_assets: expected ")


OTHERS = {
    "empty": (b"", "expected an Excel workbook"),
    "a page": (HTML, "expected an Excel workbook .* begin with .*DOCTYPE"),
    "cut in half": (COMPLETE[: len(COMPLETE) // 2], "expected an Excel workbook .* cut short"),
    "no cells": (workbook({"Sheet1": []}), "expected one sheet with cells and the others empty, found none"),
    "two tables": (
        workbook({"Sheet1": cells_of(COMPLETE), "Sheet2": cells_of(NEWEST)}),
        r"expected one sheet with cells and the others empty, found \['Sheet1', 'Sheet2'\]",
    ),
    "another publisher's workbook": (
        publisher_files("worldbank")[-1].payload,
        "expected '官方储备资产' in cell A1, found 'World Bank Commodity Price Data",
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_file_is_refused_before_it_is_kept(other) -> None:
    payload, words = OTHERS[other]
    with pytest.raises(LayoutError, match=words):
        PARSER.recognise(payload)


def test_the_index_page_gives_workbooks_since_2022_and_nothing_else() -> None:
    (source,) = DATASET.sources
    upload = "/en/file/file/{}/0123456789abcdef0123456789abcdef.{}"
    page = "".join(
        f'<a href="{upload.format(*of)}">x</a>'
        for of in (
            ("20260507", "xlsx"),
            ("20260507", "pdf"),
            ("20230131", "xlsx?n=xlsx"),
            ("20220128", "xlsx"),
        )
    )
    page += '<a href="https://elsewhere.example/en/file/file/20260507/0.xlsx">x</a>'
    assert [
        link.removeprefix("https://www.safe.gov.cn")
        for link in linked(page.encode(), source.url, source.links, DATASET.id)
    ] == [upload.format("20260507", "xlsx"), upload.format("20230131", "xlsx?n=xlsx")]


@pytest.mark.parametrize(
    ("ends", "due"),
    [
        ("2023-12-31", "2024-01-08"),  # a Sunday the 7th
        ("2024-11-30", "2024-12-09"),
        ("2025-12-31", "2026-01-07"),
        ("2026-04-30", "2026-05-07"),
        ("2026-09-30", "2026-10-08"),  # National Day
    ],
)
def test_the_rule_gives_the_days_on_which_workbooks_were_last_saved(ends, due) -> None:
    assert DATASET.release.release_day(date.fromisoformat(ends)).isoformat() == due


def test_the_sheets_that_excel_makes_by_itself_are_there_and_empty() -> None:
    assert [name for name, rows in sheets(NEWEST, "x").items() if not rows] == ["Sheet2", "Sheet3"]
