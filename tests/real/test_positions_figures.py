"""Positions of foreign holders in the serving copy, against figures that were published elsewhere.

Skipped where the real files are absent (see conftest.py).
"""

import csv
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

# What the press calls the net sales of the Treasury's releases.
NET = {"tic_treasury_net_transactions": "treasury", "tic_tbill_holdings_change": "short_term_treasury"}
HANDLES = {"published_figures.csv": ("tic_mfh_treasury_holdings", *NET)}
NAMES = {"Grand total": "Grand Total"}
LAST_MONTH = "2026-04"
# Figures of older files, revised in the one that is held.
REVISED_SINCE = {
    ("2025-09", "United Kingdom", "862.1"): "file with data to 2026-02",
    ("2025-04", "China, Mainland", "757.2"): "first print of 2025-06-18",
    ("2025-05", "China, Mainland", "756.3"): "print of 2025-08-15",
    ("2025-06", "China, Mainland", "756.4"): "first print of 2025-08-15",
    ("2025-05", "Grand total", "9050"): "print of 2025-08-15",
}


def test_every_published_holding_comes_out(real_marts, facts, record_property) -> None:
    ours = {
        (month, name): holdings
        for month, name, holdings in real_marts.execute(
            "select strftime(period_end, '%Y-%m'), holder_name, holdings_usd_m "
            "from flows.positions_by_holder where security_type = 'treasury'"
        ).fetchall()
    }
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["indicator"] == "tic_mfh_treasury_holdings"]
    seen: Counter[str] = Counter()
    different, revised = [], set()
    for row in rows:
        if row["period"] > LAST_MONTH:
            seen["not comparable: the period is in no file held"] += 1
            continue
        published = Decimal(row["value"])
        value = ours[row["period"], NAMES.get(row["geography"], row["geography"])] / 1000
        label = (row["period"], row["geography"], row["value"])
        if value.quantize(Decimal(1).scaleb(published.as_tuple().exponent), ROUND_HALF_UP) == published:
            seen["equal"] += 1
        elif label in REVISED_SINCE:
            seen["different: older file, revised since; that file is not held"] += 1
            revised.add(label)
        else:
            different.append(f"{label}: ours {value}")
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in sorted(seen.items())]
    record_property("said", "\n".join([f"{len(rows)} published holdings of Treasury securities:", *outcomes]))
    assert not different, "\n".join(different)
    assert revised == set(REVISED_SINCE)
    assert seen["equal"] >= 60


# By how much, in billions of dollars, the file held differs, and why as far as that is known.
APART = {
    "tic_treasury_net_transactions": (30, "of a release that is not held, and perhaps of another definition"),
    "tic_tbill_holdings_change": (1, "older print, revised since; that file is not held"),
}


def test_net_sales_were_printed_otherwise_at_first(real_marts, facts, record_property) -> None:
    """All of April 2025, bills of August and September: the releases are not held, and the file differs."""
    seen: Counter[str] = Counter()
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["indicator"] in NET]
    for row in rows:
        (net,) = real_marts.execute(
            "select net_usd_m from flows.positions_by_holder where holder_kind = 'world' "
            "and security_type = ? and strftime(period_end, '%Y-%m') = ?",
            [NET[row["indicator"]], row["period"]],
        ).fetchone()
        at_most, why = APART[row["indicator"]]
        assert Decimal("0.1") < abs(net / 1000 - Decimal(row["value"])) < at_most, row
        seen[f"different: {why}"] += 1
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in seen.items()]
    record_property(
        "said", "\n".join([f"{len(rows)} published net sales of Treasury securities:", *outcomes])
    )
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("kind", "split"),
    [
        ("official", (-16_003, -11_596, 19_740, -24_147)),
        ("non_official", (-37_165, -58_838, 3_724, 17_949)),
        ("world", (-53_168, -70_434, 23_464, -6_198)),
    ],
)
def test_april_2025_is_split_into_sales_prices_and_other(real_marts, kind, split) -> None:
    (found,) = real_marts.execute(
        "select change_usd_m, net_usd_m, valuation_change_usd_m, other_change_usd_m "
        "from flows.positions_by_holder where security_type = 'treasury' and holder_kind = ? "
        "and period_end = '2025-04-30'",
        [kind],
    ).fetchall()
    assert found == split


def test_china_with_belgium_is_their_sum_and_no_country(real_marts) -> None:
    rows = real_marts.execute(
        "select holder, holder_kind, holdings_usd_m from flows.positions_by_holder "
        "where period_end = '2025-04-30' and security_type = 'treasury' "
        "and holder in ('41408', '10251', 'china_and_belgium') order by 1"
    ).fetchall()
    assert rows == [
        ("10251", "country", 411_051),
        ("41408", "country", 743_560),
        ("china_and_belgium", "assumption", 1_154_611),
    ]


def test_the_split_begins_with_the_publishers_net_sales(real_marts) -> None:
    first = real_marts.execute(
        "select min(period_end), min(period_end) filter (where change_usd_m is not null), "
        "min(period_end) filter (where other_change_usd_m is not null) from flows.positions_by_holder "
        "where security_type = 'treasury'"
    ).fetchone()
    assert first == (date(2020, 1, 31), date(2020, 2, 29), date(2023, 2, 28))


def test_as_of_a_day_the_newest_month_is_the_one_that_was_known(real_marts) -> None:
    """All of the one file held is history: it counts from the scheduled releases, at 20:00 UTC in summer."""
    newest = {
        day: real_marts.execute(
            "select max(period_end), count(*) from flows.positions_by_holder_as_of(cast(? as date)) "
            "where holder_kind = 'world' and security_type = 'treasury'",
            [day],
        ).fetchone()
        for day in ("2025-06-17", "2025-06-18", "2026-06-17", "2026-07-01")
    }
    assert newest == {
        "2025-06-17": (date(2025, 3, 31), 63),
        "2025-06-18": (date(2025, 4, 30), 64),
        "2026-06-17": (date(2026, 3, 31), 75),
        "2026-07-01": (date(2026, 4, 30), 76),
    }
