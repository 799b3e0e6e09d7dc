"""Weeks, months and years of Japan's flows side by side, from the real files, against figures from elsewhere.

Skipped where the real files are absent (see conftest.py). Of the balance of payments no real file is held.
"""

import csv
import re
from datetime import date, timedelta

import pytest

HANDLES = {"derived_checks.csv": ("weekly_sum",)}
CLASSES = {
    "equity": ["equity"],
    "longterm": ["long_term_debt"],
    "longterm_plus_shortterm": ["long_term_debt", "short_term_debt"],
}


def test_the_sums_of_weeks_of_the_press_come_out(real_marts, facts) -> None:
    with (facts / "derived_checks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["test"].startswith("weekly_sum.")]
    assert len(rows) == 4
    for row in rows:
        weeks, last = re.fullmatch(r"(\d)w to (\d{4}-\d\d-\d\d)", row["period"]).groups()
        end = date.fromisoformat(last)
        (net_m,) = real_marts.execute(
            "select sum(net_m) from flows.portfolio_flows where basis = 'jp_itn_weekly' "
            "and direction = 'inward' and asset_class in (select unnest(?)) and period_end between ? and ?",
            [CLASSES[row["test"].split(".")[1]], end - timedelta(weeks=int(weeks) - 1), end],
        ).fetchone()
        assert net_m == int(row["value"]) * 100, row


@pytest.mark.parametrize(
    ("asset_class", "month", "overlapping", "ending"),
    [
        # Five weeks, 30 March to 3 May, and the four that end by 26 April; 100 million yen.
        ("equity", 36_759, 47_828, 38_148),
        ("long_term_debt", 45_371, 52_549, 61_676),
        ("equity_and_long_term_debt", 82_130, 100_376, 99_823),
        ("total", 117_466, 135_470, 133_953),
    ],
)
def test_the_weeks_of_april_2025_are_not_the_month(
    real_marts, asset_class, month, overlapping, ending
) -> None:
    row = real_marts.execute(
        "select net_monthly_m, net_overlapping_weeks_m, net_ending_weeks_m, "
        "overlapping_weeks_less_monthly_m, ending_weeks_less_monthly_m, overlapping_weeks, ending_weeks, "
        "days_in_weeks, net_balance_of_payments_m from flows.flow_reconciliation "
        "where direction = 'inward' and asset_class = ? and period_start = date '2025-04-01'",
        [asset_class],
    ).fetchone()
    sums = [month, overlapping, ending, overlapping - month, ending - month]
    assert row == (*(100 * s for s in sums), 5, 4, 30, None)


def test_a_straddling_week_counts_by_its_days(real_marts) -> None:
    """April 2025 has five days of the week from 30 March and four of the one from 27 April."""
    by_days, by_hand = real_marts.execute(
        "select (select net_day_weighted_weeks_m from flows.flow_reconciliation where direction = 'inward' "
        "and asset_class = 'equity_and_long_term_debt' and period_start = date '2025-04-01'), "
        "round(sum(net_m * case period_end when date '2025-04-05' then 5 when date '2025-05-03' then 4 "
        "else 7 end) / 7, 2) from flows.portfolio_flows where basis = 'jp_itn_weekly' "
        "and direction = 'inward' and asset_class = 'equity_and_long_term_debt' "
        "and period_end between date '2025-04-05' and date '2025-05-03'"
    ).fetchone()
    assert float(by_days) == by_hand == 8_704_671.43


def test_weeks_cover_the_months_from_february_2005_to_july_2026(real_marts) -> None:
    uncovered = real_marts.execute(
        "select distinct period_start, days_in_weeks, net_ending_weeks_m from flows.flow_reconciliation "
        "where not weeks_cover_month order by period_start"
    ).fetchall()
    assert uncovered == [(date(2005, 1, 1), 30, None), (date(2026, 8, 1), 8, None)]


def test_the_weeks_of_may_2025_were_out_before_the_month(real_marts) -> None:
    """The report on May came on 9 June in Tokyo; the weeks to the 31st on the 5th."""
    known = [
        real_marts.execute(
            "select net_monthly_m is not null, net_overlapping_weeks_m "
            "from flows.flow_reconciliation_as_of(cast(? as date)) where direction = 'inward' "
            "and asset_class = 'total' and period_start = date '2025-05-01'",
            [day],
        ).fetchone()
        for day in ("2025-06-03", "2025-06-04", "2025-06-30")
    ]
    assert known == [(False, None), (False, -97_900), (True, -97_900)]


def test_the_net_of_both_directions_is_the_ministrys(real_marts, facts) -> None:
    """As of the day of the headline, too; the file's last columns, in 100 million yen."""
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        published = {
            row["indicator"]: int(row["value"]) * 100
            for row in csv.DictReader(file)
            if row["indicator"].endswith("_outward_minus_inward")
        }
    for relation in ("", "_as_of(date '2025-05-12')"):
        ours = dict(
            real_marts.execute(
                "select case asset_class when 'total' then 'total' else 'subtotal' end, net_outflow_m "
                f"from flows.net_portfolio_investment{relation} where basis = 'jp_itn_monthly' "
                "and asset_class in ('equity_and_long_term_debt', 'total') "
                "and period_start = date '2025-04-01'"
            ).fetchall()
        )
        assert {f"mof_its_monthly.net_{c}_outward_minus_inward": v for c, v in ours.items()} == published


def test_months_add_up_to_the_ministrys_years(real_marts) -> None:
    """Within one basis of reporting they do, but for rounding: twelve months, and the year itself."""
    years, apart = real_marts.execute(
        "with months as (select year.basis, year.direction, year.asset_class, year.period_start, "
        "year.net_m, sum(month.net_m) as net_of_months_m from flows.portfolio_flows as year "
        "inner join flows.portfolio_flows as month on month.basis = 'jp_itn_monthly' "
        "and year.direction = month.direction and year.asset_class = month.asset_class "
        "and month.period_start >= year.period_start and month.period_end <= year.period_end "
        "where year.basis in ('jp_itn_calendar_year', 'jp_itn_fiscal_year') group by all) "
        "select count(*), max(abs(net_m - net_of_months_m)) from months"
    ).fetchone()
    assert years == 420
    assert apart <= 300


def test_sectors_without_parts_add_up_to_all_residents(real_marts) -> None:
    rows = real_marts.execute(
        "select leaves, min(period_start), max(period_start), max(apart) from ("
        "select period_start, count(*) as leaves, abs(sum(net_m) - max(net_of_all_m)) as apart "
        "from flows.resident_flows_by_sector where is_leaf and frequency = 'monthly' "
        "group by asset_class, period_start) group by leaves order by leaves"
    ).fetchall()
    assert rows == [
        (9, date(2005, 1, 1), date(2013, 12, 1), 200),
        (11, date(2014, 1, 1), date(2026, 7, 1), 300),
    ]


def test_all_residents_are_those_of_the_outward_flows(real_marts) -> None:
    compared, different = real_marts.execute(
        "select count(*), count(*) filter (where sectors.net_m <> flows.net_m) "
        "from flows.resident_flows_by_sector as sectors inner join flows.portfolio_flows as flows "
        "on sectors.basis = flows.basis || '_by_sector' and flows.direction = 'outward' "
        "and sectors.asset_class = flows.asset_class and sectors.period_start = flows.period_start "
        "where sectors.investor_sector = 'all'"
    ).fetchone()
    assert (compared, different) == (903, 0)
