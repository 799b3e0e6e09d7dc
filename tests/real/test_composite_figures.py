"""The components of the composite, from the publishers' real files.

Skipped where the real files are absent (see conftest.py). Of the five components the files hold three, as
the IMF's gold by country and the Federal Reserve's custody are not there. The Treasury's split of
flows is twelve quarters old and has no score yet. So no quarter has a composite.
"""

from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

import pytest


def test_what_the_second_quarter_of_2025_says(real_marts) -> None:
    row = real_marts.execute(
        "select round(usd_active_flow_usd_m), round(nontraditional_share_pct, 2), tic_official_net_usd_m, "
        "gold_change_tonnes, fed_custody_change_13w_usd_m, components_available, composite_mean_zscore, "
        "dataset from reserves.dedollarisation_composite where period_end = '2025-06-30'"
    ).fetchone()
    assert row == (
        Decimal(70_767), Decimal("12.41"), Decimal(-12_367), None, None, 2, None,
        "imf/cofer, us_tic/treasuries_by_country",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "score", "sign"),
    [
        ("usd_active_flow_usd_m", "usd_active_flow_turned_zscore", -1),
        ("nontraditional_share_pct", "nontraditional_share_zscore", 1),
    ],
)
def test_scores_are_against_the_twelve_quarters_before(real_marts, value, score, sign) -> None:
    rows = real_marts.execute(
        f"select {value}, {score} from reserves.dedollarisation_composite "
        f"where {value} is not null order by period_end"
    ).fetchall()
    values = [figure for figure, _ in rows]
    for place, (figure, theirs) in enumerate(rows):
        if place < 12:
            assert theirs is None
            continue
        before = values[place - 12 : place]
        ours = sign * (figure - mean(before)) / stdev(before)
        assert ours.quantize(Decimal("0.0001"), ROUND_HALF_UP) == theirs
    assert len(rows) >= 48


def test_no_quarter_has_all_five(real_marts) -> None:
    most, composites = real_marts.execute(
        "select max(components_available), count(composite_mean_zscore) "
        "from reserves.dedollarisation_composite"
    ).fetchone()
    assert (most, composites) == (2, 0)


def test_the_share_was_not_known_by_this_method_before_it_was_published(real_marts) -> None:
    # The dollar's share of 2025-Q3, as printed first, is in no file held.
    for day, quarters in [("2025-12-18", 0), ("2025-12-19", 46)]:
        (known,) = real_marts.execute(
            "select count(nontraditional_share_pct) from "
            "reserves.dedollarisation_composite_as_of(cast(? as date))",
            [day],
        ).fetchone()
        assert known == quarters, day
