"""The World Bank's reserves and Pink Sheet: what a reader of the rows relies on, and what is refused.

The files are made up, with the real layout; the real ones are in tests/real.
"""

import json
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import bundle, find_parser
from orchestration.records import load_datasets
from orchestration.sampling import publisher_files
from orchestration.sources import linked, wanted
from tests.mutations import HTML, read
from tests.mutations.workbooks import cells_of, edited_workbook, set_cell, swap_columns
from tests.mutations.worldbank import (
    ANSWER_MUTATIONS,
    SHEET_MUTATIONS,
    column_of,
    edited_answer,
    in_page,
    in_record,
)

RESERVES = find_parser("worldbank", "reserves")[0]
PRICES = find_parser("worldbank", "commodity_prices")[0]
WITH_GOLD, WITHOUT, BEFORE, NEWEST = (file.payload for file in publisher_files("worldbank"))
FRAME = PRICES.parse(NEWEST)
SHEET = "Monthly Prices"
ADDRESS = "https://api.worldbank.org/v2/country/CHN;IND/indicator/FI.RES.TOTL.CD?format=json&per_page=1000"


def in_pages(payload: bytes, size: int) -> list[bytes]:
    """The answer as the service gives it where a page holds fewer records."""
    page, records = json.loads(payload)
    pages = [records[at : at + size] for at in range(0, len(records), size)]
    return [
        json.dumps([{**page, "page": number, "pages": len(pages), "per_page": str(size)}, found]).encode()
        for number, found in enumerate(pages, start=1)
    ]


def prices(frame: pd.DataFrame) -> set[tuple[str, ...]]:
    return set(frame.itertuples(index=False, name=None))


def test_reserves_are_a_row_per_country_and_year_with_a_figure() -> None:
    frame = RESERVES.parse(WITH_GOLD)
    assert len(frame) == 7 * 7 - 1, "one country has not reported its last year"
    assert not ((frame["countryiso3code"] == "RUS") & (frame["date"] == "2025")).any()
    assert set(zip(frame["period_start"], frame["period_end"], strict=True)) == {
        (f"{year}-01-01", f"{year}-12-31") for year in range(2019, 2026)
    }


@pytest.mark.parametrize("number", ["3748744952817.94", "700073798240.701", "86000000000", "1.5E+11", "0.10"])
def test_a_number_keeps_the_digits_in_which_it_was_written(number) -> None:
    first = json.loads(WITH_GOLD)[1][0]["value"]
    written = WITH_GOLD.replace(f'"value":{first},'.encode(), f'"value":{number},'.encode(), 1)
    assert written != WITH_GOLD
    assert RESERVES.parse(written)["value"].iloc[0] == number


def test_the_indicator_is_the_part_and_the_update_of_the_database_the_stamp() -> None:
    assert RESERVES.part(WITH_GOLD) == "FI.RES.TOTL.CD"
    assert RESERVES.part(WITHOUT) == "FI.RES.XGLD.CD"
    assert RESERVES.published_on(WITH_GOLD) == date(2026, 7, 1)


def test_reserves_without_gold_are_less_than_those_with_it() -> None:
    both = RESERVES.parse(WITH_GOLD).merge(RESERVES.parse(WITHOUT), on=["countryiso3code", "date"])
    assert len(both) == 48
    assert all(Decimal(a) > Decimal(b) for a, b in zip(both["value_x"], both["value_y"], strict=True))


def test_pages_are_followed_to_the_last_and_read_as_one() -> None:
    pages = in_pages(WITH_GOLD, 20)
    assert len(pages) == 3
    address, visited = ADDRESS, []
    for page in pages:
        RESERVES.recognise(page)
        visited.append(address)
        address = RESERVES.follow(address, page)
    assert visited == [ADDRESS, f"{ADDRESS}&page=2", f"{ADDRESS}&page=3"]
    assert address is None
    whole = bundle(pages)
    RESERVES.recognise(whole)
    assert RESERVES.parse(whole).equals(RESERVES.parse(WITH_GOLD))
    assert RESERVES.parse(bundle([WITH_GOLD])).equals(RESERVES.parse(WITH_GOLD))
    assert (RESERVES.part(whole), RESERVES.published_on(whole)) == ("FI.RES.TOTL.CD", date(2026, 7, 1))


def test_pages_that_do_not_belong_together_are_refused() -> None:
    one, two, three = in_pages(WITH_GOLD, 20)
    with pytest.raises(
        LayoutError, match=r"expected the pages 1 to 3 with 49 .* found the pages 1, 3 with 29"
    ):
        RESERVES.parse(bundle([one, three]))
    with pytest.raises(LayoutError, match=r"expected the pages 1 to 3 .* found the pages 2, 1, 3 with 49"):
        RESERVES.parse(bundle([two, one, three]))
    later = edited_answer(three, in_page("lastupdated", "2026-07-13"))
    with pytest.raises(LayoutError, match=r"one day .* on all 3 pages, found \['2026-07-01', '2026-07-13'\]"):
        RESERVES.published_on(bundle([one, two, later]))
    other = in_pages(WITHOUT, 20)[2]
    with pytest.raises(
        LayoutError, match=r"expected the indicator .* found .*FI.RES.XGLD.CD.*, in record 41"
    ):
        RESERVES.parse(bundle([one, two, other]))


def test_the_record_asks_for_both_indicators() -> None:
    (source,) = load_datasets()["worldbank/reserves"].sources
    asked = [file.addresses[0] for file in wanted(source, date(2026, 11, 20))]
    assert [address.split("/")[-1] for address in asked] == [
        f"{indicator}?format=json&per_page=1000" for indicator in ("FI.RES.TOTL.CD", "FI.RES.XGLD.CD")
    ]


REFUSAL = b'[{"message":[{"id":"120","key":"Invalid value","value":"The parameter value is not valid"}]}]'
OTHER_ANSWERS = {
    "empty": (b"", "expected an answer in JSON, found 0 bytes"),
    "a page": (HTML, "expected an answer in JSON, found .* begin with '<!DOCTYPE"),
    "cut in half": (WITH_GOLD[: len(WITH_GOLD) // 2], "expected an answer in JSON, .* cut short"),
    "cut after a record": (
        WITH_GOLD[: WITH_GOLD.rindex(b',{"indicator"')],
        "expected an answer in JSON, .* cut short",
    ),
    "a request refused with status 200": (
        REFUSAL,
        "expected records, but the service refused .*Invalid value",
    ),
    "an object": (b'{"data": []}', "expected a list of a page's page, pages, total, lastupdated"),
    "another encoding": (WITH_GOLD.decode().encode("utf-16"), "expected text in utf-8-sig, found byte 0xff"),
    "another dataset": (NEWEST, "expected an answer, or a zip of answers named page-0001"),
    "a status that is no text": (
        WITH_GOLD.replace(b'"obs_status":""', b'"obs_status":NaN', 1),
        "expected no unit and a status in text, found '' and nan",
    ),
}


@pytest.mark.parametrize("other", OTHER_ANSWERS)
def test_another_answer_is_refused(other) -> None:
    payload, words = OTHER_ANSWERS[other]
    with pytest.raises(LayoutError, match=words):
        read(RESERVES, payload)


@pytest.mark.parametrize("mutation", ANSWER_MUTATIONS)
def test_an_answer_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    change, words = ANSWER_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(RESERVES, edited_answer(WITH_GOLD, change))
    assert str(caught.value).startswith("worldbank/reserves: expected ")


def test_names_of_countries_and_decimals_may_change() -> None:
    other = edited_answer(WITH_GOLD, in_record(0, "country", {"id": "CN", "value": "China, Mainland"}))
    assert RESERVES.parse(other).equals(RESERVES.parse(WITH_GOLD))


def test_prices_are_a_row_per_commodity_and_month_with_a_price() -> None:
    assert tuple(FRAME.columns) == PRICES.columns
    counts = FRAME.groupby("commodity").size()
    assert counts.pop("Coal, South African") == 12, "an ellipsis is no price; stars are no name"
    assert set(counts) == {46}
    assert {"Gold", "Urea", "Plywood"} < set(counts.index)
    last = FRAME[FRAME["commodity"] == "Gold"].iloc[-1]
    assert (last["unit"], last["period_start"], last["period_end"]) == (
        "($/troy oz)",
        "2026-10-01",
        "2026-10-31",
    )
    assert last["price"] == cells_of(NEWEST, SHEET)[-1][column_of(cells_of(NEWEST, SHEET), "Gold")]


def test_an_edition_restates_a_month_and_adds_one() -> None:
    changed = prices(FRAME) - prices(PRICES.parse(BEFORE))
    assert {start for *_, start, _ in changed} == {"2026-09-01", "2026-10-01"}
    assert {commodity for commodity, *_, start, _ in changed if start == "2026-09-01"} == {"Plywood"}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Updated on November 04, 2026", date(2026, 11, 4)),
        ("Updated on December 1, 2026", date(2026, 12, 1)),
        ("Updated on November 04, 2025", None),  # a year too early, as an edition of January was
        ("Updated on October 31, 2026", None),
        ("Updated on November 04, 2027", None),
        ("Updated on Smarch 40, 2026", None),
        ("Updated monthly", None),
        ("", None),
    ],
)
def test_the_stamp_counts_unless_it_cannot_be(line, day) -> None:
    """An edition is not from before the end of its newest month."""
    assert PRICES.published_on(edited_workbook(NEWEST, set_cell(3, 0, line), SHEET)) == day


def test_columns_are_read_by_their_names() -> None:
    """Swapped with their headers, added or dropped: commodities come and go, and stars with them."""
    swapped = edited_workbook(NEWEST, swap_columns(1, 9), SHEET)
    assert prices(read(PRICES, swapped)) == prices(FRAME)
    dropped = edited_workbook(NEWEST, lambda cells: [row.pop(11) for row in cells], SHEET)
    assert prices(read(PRICES, dropped)) == {row for row in prices(FRAME) if row[0] != "Silver"}
    starred = edited_workbook(NEWEST, set_cell(4, 9, "Gold **"), SHEET)
    assert prices(read(PRICES, starred)) == prices(FRAME)


def test_gold_had_a_price_by_law_and_no_other_column_has_it() -> None:
    """What swapped figures would otherwise hide."""

    def of_1960(price: str) -> bytes:
        head = cells_of(NEWEST, SHEET)[:6]
        head[1][0] = "monthly prices in nominal US dollars, 1960 to present"
        row = ["1960M01", *["1"] * 11, *[""] * (len(head[4]) - 12)]
        row[column_of(head, "Gold")] = price

        def change(cells: list[list[str]]) -> None:
            cells[:] = [*head, row]

        return edited_workbook(NEWEST, change, SHEET)

    assert len(PRICES.parse(of_1960("35.27"))) == 11
    with pytest.raises(
        LayoutError, match=r"expected gold between 34 and 36 dollars before 1968-01-01, found 83\.5"
    ):
        PRICES.parse(of_1960("83.5"))


OTHER_SHEETS = {
    "empty": (b"", "expected an Excel workbook"),
    "a page": (HTML, "expected an Excel workbook .* begin with .*DOCTYPE"),
    "cut in half": (NEWEST[: len(NEWEST) // 2], "expected an Excel workbook .* cut short"),
    "the sheet renamed": (
        edited_workbook(NEWEST, lambda _: None, SHEET, name="Prices"),
        r"expected a sheet named 'Monthly Prices', found \['Prices'\]",
    ),
    "another dataset": (WITH_GOLD, "expected an Excel workbook"),
    "another publisher's workbook": (
        publisher_files("cn_safe")[0].payload,
        "expected a sheet named 'Monthly Prices', found .'Sheet1'",
    ),
}


@pytest.mark.parametrize("other", OTHER_SHEETS)
def test_another_workbook_is_refused_before_it_is_kept(other) -> None:
    payload, words = OTHER_SHEETS[other]
    with pytest.raises(LayoutError, match=words):
        PRICES.recognise(payload)


@pytest.mark.parametrize("mutation", SHEET_MUTATIONS)
def test_a_sheet_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    change, words = SHEET_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PRICES, edited_workbook(NEWEST, change, SHEET))
    assert str(caught.value).startswith("worldbank/commodity_prices: expected ")


def test_the_page_gives_the_monthly_workbook_and_nothing_else() -> None:
    dataset = load_datasets()["worldbank/commodity_prices"]
    (source,) = dataset.sources
    docs = "https://thedocs.worldbank.org/en/doc/74e8be41-0050012026/related"
    page = "".join(
        f'<a href="{address}">x</a>'
        for address in (
            f"{docs}/CMO-Historical-Data-Annual.xlsx",
            f"{docs}/CMO-Historical-Data-Monthly.xlsx",
            f"{docs}/CMO-Pink-Sheet-November-2026.pdf",
            "https://elsewhere.example/CMO-Historical-Data-Monthly.xlsx",
        )
    )
    assert linked(page.encode(), source.url, source.links, dataset.id) == [
        f"{docs}/CMO-Historical-Data-Monthly.xlsx"
    ]


@pytest.mark.parametrize(
    ("ends", "due"),
    [("2013-12-31", "2014-01-06"), ("2025-12-31", "2026-01-06"), ("2026-10-31", "2026-11-04")],
)
def test_the_pink_sheet_is_due_on_the_third_working_day(ends, due) -> None:
    rule = load_datasets()["worldbank/commodity_prices"].release
    assert rule.release_day(date.fromisoformat(ends)).isoformat() == due
