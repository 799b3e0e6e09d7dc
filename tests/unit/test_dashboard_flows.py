"""What the page *Flows* says of a figure's place."""

from datetime import date
from decimal import Decimal

import pytest

from orchestration.dashboard.views.flows import Choice, place

SERIES = [{"period_start": date(2005, 1, 1)}]


@pytest.mark.parametrize(
    ("net_m", "rank", "unit", "words"),
    [
        ("10423800", 1, "JPY", "the largest month since January 2005"),
        ("1300000", 47, "JPY", "the 47th largest of 259 months"),
        ("1300000", 47, "USD", "the 47th largest of 259 months in yen"),
        ("-18400", 166, "JPY", "the 94th lowest of 259 months"),
        ("-9000000", 259, "USD", "the lowest month since January 2005"),
    ],
)
def test_purchases_are_counted_from_the_largest_and_sales_from_the_lowest(net_m, rank, unit, words) -> None:
    choice = Choice("inward", "equity", "monthly", unit, None)
    row = {"net_m": Decimal(net_m), "rank": rank, "periods": 259}
    assert place(choice, row, SERIES) == words
