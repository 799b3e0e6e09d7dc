"""Exchange rates and survey readings in the serving copy, against figures that were published elsewhere.

Skipped where the real files are absent (see conftest.py).
"""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb

HANDLES = {
    "published_figures.csv": (
        "fx_change",
        "bofa_fms_most_crowded_trade_short_usd",
        "bofa_fms_net_underweight_usd",
    ),
    "derived_checks.csv": ("usd_implied_rate",),
}
# Question and answer, and the sign: who is net underweight is overweight by less than nothing.
READINGS = {
    "bofa_fms_most_crowded_trade_short_usd": ("most_crowded_trade", "short US dollar", 1),
    "bofa_fms_net_underweight_usd": ("usd_overweight", "USD", -1),
}


def rows_of(file: Path, *kinds: str) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return [row for row in csv.DictReader(text) if next(iter(row.values())).split(".")[0] in kinds]


def quarters_change(marts: duckdb.DuckDBPyConnection, quote: str) -> Decimal:
    """By how much the dollar moved in the second quarter of 2025, in percent."""
    (change,) = marts.execute(
        "select 100 * (max(case when period_end = '2025-06-30' then rate_end end) "
        "/ max(case when period_end = '2025-03-31' then rate_end end) - 1) from fx.rates_monthly "
        "where base_currency = 'USD' and quote_currency = ?",
        [quote],
    ).fetchone()
    return Decimal(str(change))


def test_published_changes_of_the_dollar_are_near(real_marts, facts, record_property) -> None:
    """The Fund took market rates of the day's end, the central bank's are of the afternoon: all differ."""
    rows = rows_of(facts / "published_figures.csv", "fx_change")
    seen: Counter[str] = Counter()
    for row in rows:
        ours = quarters_change(real_marts, row["indicator"].removeprefix("fx_change.USD_vs_"))
        assert Decimal("0.05") < abs(ours - Decimal(row["value"])) < Decimal("0.2"), row
        seen["different: at rates of another source and hour"] += 1
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in seen.items()]
    record_property("said", "\n".join([f"{len(rows)} published changes of exchange rates:", *outcomes]))
    assert len(rows) == 2


def test_published_readings_of_the_fund_managers_come_out(real_marts, facts, record_property) -> None:
    rows = rows_of(facts / "published_figures.csv", *READINGS)
    for row in rows:
        question, answer, sign = READINGS[row["indicator"]]
        (reading,) = real_marts.execute(
            "select reading from surveys.readings where is_chosen and survey_id = 'bofa_global_fms' "
            "and question_id = ? and answer = ? and survey_period = ?",
            [question, answer, row["period"]],
        ).fetchone()
        assert sign * reading == Decimal(row["value"]), row
    record_property("said", f"{len(rows)} published readings of fund managers:\n  {len(rows):4d} equal")
    assert len(rows) == 2


def test_the_presss_dollars_imply_its_rate(real_marts, facts) -> None:
    """57 billion dollars for 8.213 trillion yen; at the month's average it was 56.95 billion."""
    (row,) = rows_of(facts / "derived_checks.csv", "usd_implied_rate")
    (net_m,) = real_marts.execute(
        "select net_m from flows.portfolio_flows where basis = 'jp_itn_monthly' and direction = 'inward' "
        "and asset_class = 'equity_and_long_term_debt' and period_start = '2025-04-01'"
    ).fetchone()
    assert round(net_m / 57_000, 2) == Decimal(row["value"])
