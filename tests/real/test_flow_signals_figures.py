"""Signals of the ministry's real flows, against figures that were computed elsewhere from the same files.

Skipped where the real files are absent (see conftest.py). The checks' ranks among all months are of a
file to August 2026; the newest one held ends with July.
"""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

HEADLINE = date(2025, 5, 12)
APRIL = date(2025, 4, 30)
CLASSES = {
    "equity": ["equity"],
    "longterm": ["long_term_debt"],
    "shortterm": ["short_term_debt"],
    "subtotal": ["equity_and_long_term_debt"],
    "total": ["total"],
    "longterm_plus_shortterm": ["long_term_debt", "short_term_debt"],
}
# Column of the signals, and how many of its units are one of the check's.
MEASURES = {
    "rank_desc": ("rank_to_date", 1),
    "rank_desc_fullsample": ("rank", 1),
    "z60_prior": ("zscore_60m", 1),
    "sum3m": ("net_3m_m", 100),
    "sum12m": ("net_12m_m", 100),
    "cytd": ("net_calendar_ytd_m", 100),
    "same_month_mean_20y": ("seasonal_mean_20y_m", 100),
    "same_month_ratio_20y": ("seasonal_ratio_20y", 1),
    "p90": ("p90_to_date_m", 100),
    "net_to_gross": ("net_to_gross_pct", 100),
}
HANDLES = {"derived_checks.csv": (*MEASURES, "joint_strong_buy_months")}
ELSEWHERE = {"flow_to_stock.longterm": "not a signal: a flow over a stock, of another mart"}
Signals = dict[tuple, dict]


def read(marts: duckdb.DuckDBPyConnection, relation: str) -> Signals:
    """Signals of the flows into Japan by basis, asset class and end of the period."""
    found = marts.execute(
        f"select * from {relation} where direction = 'inward' "
        "and basis in ('jp_itn_weekly', 'jp_itn_monthly')"
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {(row["basis"], row["asset_class"], row["period_end"]): row for row in rows}


@pytest.fixture(scope="module")
def then(real_marts) -> Signals:
    """What a reader had on the day of the headline."""
    return read(real_marts, f"flows.flow_signals_as_of(date '{HEADLINE}')")


@pytest.fixture(scope="module")
def now(real_marts) -> Signals:
    """What the newest files say."""
    return read(real_marts, "flows.flow_signals")


def ours(check: dict[str, str], then: Signals, now: Signals) -> Decimal:
    """Our figure for a check, in its unit."""
    name, period = check["test"], check["period"]
    if name == "joint_strong_buy_months":
        return Decimal(sum(row["is_strong_joint_buying"] or False for row in then.values()))
    measure, cls = name.split(".")
    if measure == "weekly_sum":
        weeks, last = int(period[0]), date.fromisoformat(period.split(" to ")[1])
        ends = [last - timedelta(weeks=back) for back in range(weeks)]
        net_m = sum(now["jp_itn_weekly", c, end]["net_m"] for c in CLASSES[cls] for end in ends)
        if weeks == 4:
            assert net_m == sum(now["jp_itn_weekly", c, last]["net_4w_m"] for c in CLASSES[cls])
        return net_m / 100
    column, units = MEASURES[measure]
    world = now if measure == "rank_desc_fullsample" else then
    return Decimal(world["jp_itn_monthly", CLASSES[cls][0], APRIL][column]) / units


def test_every_check_of_the_ministry_comes_out(then, now, facts, record_property) -> None:
    with (facts / "derived_checks.csv").open(encoding="utf-8", newline="") as file:
        checks = [row for row in csv.DictReader(file) if row["inputs"].startswith("mof")]
    seen: Counter[str] = Counter()
    different = []
    for check in checks:
        if reason := ELSEWHERE.get(check["test"]):
            seen[reason] += 1
            continue
        value, told = ours(check, then, now), Decimal(check["value"])
        if value.quantize(told, ROUND_HALF_UP) == told:
            seen["equal"] += 1
        else:
            different.append(f"{check['test']} {check['period']}: {told}, ours {value}")
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in sorted(seen.items())]
    record_property("said", "\n".join([f"{len(checks)} checks of the ministry's flows:", *outcomes]))
    assert not different, "\n".join(different)
    assert seen["equal"] >= 23


@pytest.mark.parametrize(
    ("asset_class", "rank_then", "rank_now", "zscore", "ratio"),
    [
        ("equity", 3, 5, "1.8909", "2.2835"),
        ("long_term_debt", 2, 3, "2.0647", "5.9160"),
        ("short_term_debt", 23, 24, "0.9407", "359.6539"),
        ("equity_and_long_term_debt", 1, 2, "2.6845", "3.4556"),
        ("total", 2, 3, "2.3639", "4.9221"),
    ],
)
def test_april_2025_is_what_its_aggregate_is(
    then, now, asset_class, rank_then, rank_now, zscore, ratio
) -> None:
    """First, of equity and long-term debt alone; the same z-score whether asked then or now."""
    april, today = (world["jp_itn_monthly", asset_class, APRIL] for world in (then, now))
    assert (april["rank"], april["rank_to_date"], april["periods_to_date"]) == (rank_then, rank_then, 244)
    assert (today["rank"], today["rank_to_date"], today["periods"]) == (rank_now, rank_then, 259)
    assert april["zscore_60m"] == today["zscore_60m"] == Decimal(zscore)
    assert april["seasonal_ratio_20y"] == today["seasonal_ratio_20y"] == Decimal(ratio)


def test_the_record_of_april_2025_stood_until_april_2026(then, now) -> None:
    def records(signals: Signals, asset_class: str) -> list[tuple]:
        return [
            (key[2], row["net_m"])
            for key, row in signals.items()
            if key[:2] == ("jp_itn_monthly", asset_class) and row["is_record"]
        ]

    both = "equity_and_long_term_debt"
    assert records(then, both) == [(APRIL, 8_213_000)]
    assert records(now, both) == [(date(2026, 4, 30), 10_423_800)]
    april = now["jp_itn_monthly", both, APRIL]
    assert (april["was_record"], april["is_record"]) == (True, False)
    assert april["beaten_by_period_end"] == date(2026, 4, 30)
    assert records(then, "total") == [(date(2022, 7, 31), 12_139_600)]


def test_the_move_of_funds_in_2014_is_a_break_of_the_classes_and_of_no_sum(now) -> None:
    """The publisher says so: the subtotal, short-term debt and the total are unaffected."""
    flags = ("zscore_mixes_methods", "seasonal_mixes_methods", "rank_mixes_methods")
    told = {key[1:]: tuple(now[key][flag] for flag in flags) for key in now if key[0] == "jp_itn_monthly"}
    december_2018, april_2025 = date(2018, 12, 31), APRIL
    for asset_class in ("equity", "long_term_debt"):
        assert told[asset_class, december_2018] == (True, False, True)
        assert told[asset_class, april_2025] == (False, True, True)
    for asset_class in ("short_term_debt", "equity_and_long_term_debt", "total"):
        assert not any(any(found) for key, found in told.items() if key[0] == asset_class)


def test_the_newest_month_was_published_and_looks_back_at_the_schedule(now, then) -> None:
    """Of the newest file the last month is its stamp's; all before it is older than the first file held."""
    both = "equity_and_long_term_debt"
    newest, april = now["jp_itn_monthly", both, date(2026, 7, 31)], then["jp_itn_monthly", both, APRIL]
    assert (newest["known_at_basis"], newest["rests_on_schedule"]) == ("published", True)
    assert (april["known_at_basis"], april["rests_on_schedule"]) == ("scheduled", True)


def test_both_are_often_bought_and_strongly_only_in_april_2025(then, now) -> None:
    """The base rates beside the flags; early 2026 has two more such months."""

    def months(signals: Signals, flag: str) -> list[date]:
        return sorted(row["period_end"] for row in signals.values() if row[flag])

    assert len(months(then, "is_joint_buying")) == 77
    assert months(then, "is_strong_joint_buying") == [APRIL]
    april = then["jp_itn_monthly", "equity_and_long_term_debt", APRIL]
    assert april["joint_buying_base_rate_pct"] == Decimal("31.5574"), "77 of 244 months"
    assert april["strong_joint_buying_base_rate_pct"] == Decimal("0.5405"), "1 of 185 months"
    assert months(now, "is_strong_joint_buying") == [APRIL, date(2026, 1, 31), date(2026, 2, 28)]
