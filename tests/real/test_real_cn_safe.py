"""China's real workbooks: what is in them, and the mutations of the made-up one.

Skipped where the real files are absent (see conftest.py).
"""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from tests.mutations import read
from tests.mutations.cn_safe import SAFE_MUTATIONS
from tests.mutations.workbooks import edited_workbook

PARSER = find_parser("cn_safe", "official_reserve_assets")[0]
YEARS = range(2022, 2027)


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[int, bytes]:
    return {
        year: (publishers / "cn_safe" / f"official_reserve_assets.{year}.xlsx").read_bytes() for year in YEARS
    }


@pytest.fixture(scope="module")
def frame(payloads) -> pd.DataFrame:
    return pd.concat([read(PARSER, payload) for payload in payloads.values()])


def of(frame: pd.DataFrame, item: str, unit: str, month: str) -> str:
    (found,) = frame.loc[
        (frame["item"] == item) & (frame["unit"] == unit) & (frame["period_start"] == f"{month}-01"), "value"
    ]
    return found


def test_each_year_is_a_part_and_no_month_comes_twice(payloads, frame) -> None:
    assert [PARSER.part(payload) for payload in payloads.values()] == [str(year) for year in YEARS]
    assert not frame.duplicated(["item", "unit", "period_start"]).any()
    months = sorted(set(frame["period_start"].str[:7]))
    assert (len(months), months[0], months[-1]) == (51, "2022-01", "2026-04")
    assert set(pd.period_range("2022-01", "2026-04", freq="M").astype(str)) - set(months) == {"2024-12"}, (
        "the file of 2024 that is held was saved before December came out"
    )
    assert len(frame) == 51 * 13


def test_figures_are_the_ones_that_were_published(frame) -> None:
    assert of(frame, "Foreign currency reserves", "100million USD", "2026-04") == "34105.47"
    assert of(frame, "Foreign currency reserves", "100million USD", "2026-01") == "33990.78"
    assert of(frame, "Gold", "万盎司", "2026-04") == "7464"
    assert of(frame, "Total", "100million SDR", "2022-01") == "24416.46"
    # With an apostrophe before it, and as a number among texts.
    assert of(frame, "Other reserve assets", "100million USD", "2025-05") == "-3.00"
    assert of(frame, "Total", "100million USD", "2025-10") == "37068.44"


def test_gold_is_valued_near_its_market_price(frame) -> None:
    """The band of the parser holds every month, with room on both sides."""
    dollars = frame[(frame["item"] == "Gold") & (frame["unit"] == "100million USD")].set_index("period_start")
    ounces = frame[frame["unit"] == "万盎司"].set_index("period_start")
    prices = dollars["value"].map(Decimal) * 10_000 / ounces["value"].map(Decimal)
    assert (round(min(prices)), round(max(prices))) == (1639, 5222)


@pytest.mark.parametrize("mutation", SAFE_MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused_with_what_was_expected_and_where(payloads, mutation) -> None:
    change, words = SAFE_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PARSER, edited_workbook(payloads[2022], change))
