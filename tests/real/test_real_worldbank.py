"""The World Bank's real files: what is in them, against each other and against China's own figures.

Skipped where the real files are absent (see conftest.py).
"""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.spreadsheets import Sheet
from tests.mutations import read
from tests.mutations.workbooks import edited_workbook
from tests.mutations.worldbank import ANSWER_MUTATIONS, SHEET_MUTATIONS, edited_answer, swap_prices

RESERVES = find_parser("worldbank", "reserves")[0]
PRICES = find_parser("worldbank", "commodity_prices")[0]
SHEET = "Monthly Prices"


@pytest.fixture(scope="module")
def answers(publishers: Path) -> dict[str, bytes]:
    return {of: (publishers / "worldbank" / f"FI_RES_{of}_CD.json").read_bytes() for of in ("TOTL", "XGLD")}


@pytest.fixture(scope="module")
def gold(answers) -> dict[tuple[str, str], Decimal]:
    """Dollars of gold by country and year: reserves with gold less those without."""
    frames = [read(RESERVES, answers[of]).set_index(["countryiso3code", "date"]) for of in ("TOTL", "XGLD")]
    with_gold, without = (frame["value"].map(Decimal) for frame in frames)
    return dict(with_gold - without)


@pytest.fixture(scope="module")
def pink_sheet(publishers: Path) -> bytes:
    return (publishers / "worldbank" / "pink_sheet_monthly.xlsx").read_bytes()


@pytest.fixture(scope="module")
def prices(pink_sheet) -> pd.DataFrame:
    return read(PRICES, pink_sheet)


def shortened(pink_sheet: bytes, first: int, last: int, year: int) -> bytes:
    """Some months of oil and precious metals: enough where a sheet is read again and again."""

    def shorten(cells: Sheet) -> None:
        cells[1][0] = cells[1][0].replace("1960", str(year))
        cells[:] = [[*row[:5], *row[69:73]] for row in cells[:6] + cells[first:last]]

    return edited_workbook(pink_sheet, shorten, SHEET)


@pytest.fixture(scope="module")
def short(pink_sheet) -> bytes:
    return shortened(pink_sheet, -24, 798, 2024)


def test_reserves_are_those_of_six_countries_since_2010(answers) -> None:
    for of, indicator in (("TOTL", "FI.RES.TOTL.CD"), ("XGLD", "FI.RES.XGLD.CD")):
        frame = read(RESERVES, answers[of])
        assert len(frame) == 6 * 16 - 1, "Russia had not reported 2025"
        assert set(frame["countryiso3code"]) == {"CHN", "IND", "POL", "RUS", "SAU", "TUR"}
        assert (frame["period_start"].min(), frame["period_end"].max()) == ("2010-01-01", "2025-12-31")
        assert RESERVES.part(answers[of]) == indicator
        assert RESERVES.published_on(answers[of]).isoformat() == "2026-07-01"
        assert RESERVES.follow("https://x/?format=json", answers[of]) is None
        assert frame.loc[frame["countryiso3code"] == "CHN", "value"].iloc[0] == (
            "3748744952817.94" if of == "TOTL" else "3424872582817.94"
        )


def test_gold_is_the_ounces_that_china_reports_at_the_years_last_price(publishers, gold) -> None:
    """Two publishers agree to the dollar: the price that follows is the same on both sides of the ocean."""
    safe = find_parser("cn_safe", "official_reserve_assets")[0]
    implied = {}
    for year in ("2022", "2023", "2025"):
        payload = (publishers / "cn_safe" / f"official_reserve_assets.{year}.xlsx").read_bytes()
        frame = safe.parse(payload)
        last = frame[(frame["unit"] == "万盎司") & (frame["period_end"] == f"{year}-12-31")]
        implied[year] = gold["CHN", year] / (Decimal(last["value"].iloc[0]) * 10_000)
    assert {year: round(price, 4) for year, price in implied.items()} == {
        "2022": Decimal("1812.3500"),
        "2023": Decimal("2062.4000"),
        "2025": Decimal("4367.8000"),
    }


def test_every_country_has_gold_and_more_of_it_in_2024_than_in_2010(gold) -> None:
    assert all(dollars > 0 for dollars in gold.values())
    countries = {country for country, _ in gold}
    assert all(gold[country, "2024"] > gold[country, "2010"] for country in countries)
    assert gold["TUR", "2025"] == Decimal("113947166400.0000")


def test_the_pink_sheet_has_71_commodities_since_1960(prices) -> None:
    assert len(prices) == 49_827
    assert prices["commodity"].nunique() == 71
    assert (prices["period_start"].min(), prices["period_end"].max()) == ("1960-01-01", "2025-12-31")
    assert not prices["commodity"].str.contains(r"\*|\s$").any()
    gold = prices[prices["commodity"] == "Gold"].set_index("period_start")
    assert len(gold) == 66 * 12
    assert set(gold["unit"]) == {"($/troy oz)"}
    assert [gold.loc[f"{month}-01", "price"] for month in ("1960-01", "2024-12", "2025-04", "2025-12")] == [
        "35.27",
        "2648.01",
        "3217.64",
        "4309.23",
    ]


def test_its_stamp_is_a_year_too_early_and_does_not_count(pink_sheet) -> None:
    """'Updated on January 06, 2025' above prices of December 2025."""
    assert PRICES.published_on(pink_sheet) is None


def test_the_last_two_years_have_the_rows_of_the_whole(short, prices) -> None:
    some = set(read(PRICES, short).itertuples(index=False, name=None))
    assert len(some) == 24 * 7
    assert some < set(prices.itertuples(index=False, name=None))


@pytest.mark.parametrize("mutation", ANSWER_MUTATIONS)
def test_an_answer_that_went_wrong_is_refused_with_what_was_expected_and_where(answers, mutation) -> None:
    change, words = ANSWER_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(RESERVES, edited_answer(answers["TOTL"], change))


@pytest.mark.parametrize("mutation", SHEET_MUTATIONS)
def test_a_sheet_that_went_wrong_is_refused_with_what_was_expected_and_where(short, mutation) -> None:
    change, words = SHEET_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PRICES, edited_workbook(short, change, SHEET))


def test_gold_and_platinum_swapped_below_their_headers_are_told_apart_by_the_parity(pink_sheet) -> None:
    early = shortened(pink_sheet, 6, 18, 1960)
    assert len(read(PRICES, early)) == 12 * 6, "WTI has no price yet"
    with pytest.raises(LayoutError, match=r"expected gold between 34 and 36 dollars before .*, found 83\.5"):
        read(PRICES, edited_workbook(early, swap_prices("Gold", "Platinum"), SHEET))
