"""Dollars of foreign officials and yen of foreigners in the serving copy, against figures from elsewhere.

Skipped where the real files are absent (see conftest.py). Each row of the lists that is about them is
accounted for; those that cannot be compared say why.
"""

import csv
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from tests.desk import Desk

PRESS = "not comparable: the Treasury's press release, with bank liabilities; no dataset"
WHY_NOT = {
    "tic_net_official_flow": PRESS,
    "tic_net_private_flow": PRESS,
    "tic_net_total_flow": PRESS,
    "tic_lt_us_securities_net_purchases": "not comparable: no file of TIC's table 1 is held",
    "tic_lt_us_securities_net_purchases_official": "not comparable: no file of TIC's table 1 is held",
    "fed_custody_marketable_treasuries_WMTSECL1": "not comparable: no file of the series is held",
    "fed_custody_treasuries_table3_13": "not comparable: months of the Fed's table 3.13; no dataset",
}
# What officials hold of Treasury securities, by term.
TERMS = {
    "tic_mfh_foreign_official": "treasury",
    "tic_mfh_foreign_official_bills": "short_term_treasury",
    "tic_mfh_foreign_official_bonds_notes": "long_term_treasury",
}
HANDLES = {
    "published_figures.csv": (*TERMS, *WHY_NOT, "jgb_and_tbill_foreign_share"),
    "derived_checks.csv": ("flow_to_stock",),
}
NO_FILE = "not comparable: the period is in no file held"
# Ours is 11.8: what foreigners held was revised from 138 trillion yen to 140.6.
FIRST_PRINT = {("jgb_and_tbill_foreign_share", "2025-03-31", "11.6")}
REVISED = "different: first print of 2025-06-27, revised since; that file is not held"


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def rows_of(file: Path, name: str) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return [row | {"name": row[name]} for row in csv.DictReader(text)]


def ours(marts: duckdb.DuckDBPyConnection, row: dict[str, str]) -> Decimal | None:
    """The figure of the marts for a published one, in its unit; None where they have none."""
    if row["name"] in TERMS:
        found = marts.execute(
            "select holdings_usd_m / 1000 from flows.positions_by_holder where holder_kind = 'official' "
            "and security_type = ? and strftime(period_end, '%Y-%m') = ?",
            [TERMS[row["name"]], row["period"]],
        ).fetchone()
    else:
        found = marts.execute(
            "select foreign_share_incl_bills_pct from reserves.jgb_foreign_share "
            "where basis = 'jp_fof_workbook' and period_end = cast(? as date)",
            [row["period"]],
        ).fetchone()
    return found and Decimal(str(found[0]))


def test_published_figures_of_officials_and_foreigners_are_accounted_for(
    real_marts, facts, record_property
) -> None:
    compared = {*TERMS, "jgb_and_tbill_foreign_share"}
    seen: Counter[str] = Counter()
    unexplained, revised = [], set()
    rows = [
        row
        for row in rows_of(facts / "published_figures.csv", "indicator")
        if row["name"] in compared | set(WHY_NOT)
    ]
    for row in rows:
        label = (row["name"], row["period"], row["value"])
        if row["name"] in WHY_NOT:
            seen[WHY_NOT[row["name"]]] += 1
        elif (value := ours(real_marts, row)) is None:
            assert not "2023-12" <= row["period"][:7] <= "2026-04", f"{label} should be held"
            seen[NO_FILE] += 1
        elif rounded(value, -Decimal(row["value"]).as_tuple().exponent) == Decimal(row["value"]):
            seen["equal"] += 1
        elif label in FIRST_PRINT:
            seen[REVISED] += 1
            revised.add(label)
        else:
            unexplained.append(f"{label}: ours {value}")
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in sorted(seen.items())]
    record_property(
        "said", "\n".join([f"{len(rows)} published figures of officials and foreigners:", *outcomes])
    )
    assert not unexplained, "\n".join(unexplained)
    assert revised == FIRST_PRINT
    assert sum(seen.values()) == len(rows) == 34


def test_what_cannot_be_compared_is_held_in_no_file(real_marts) -> None:
    """As soon as one is, its figures above are to be compared."""
    bases = real_marts.execute(
        "select basis, min(period_end), max(period_end), count(*), count(other_change_usd_m) "
        "from reserves.official_dollar_holdings group by basis"
    ).fetchall()
    assert bases == [("tic_foreign_official", date(2020, 1, 31), date(2026, 4, 30), 76, 39)]


def test_officials_in_april_2025(real_marts) -> None:
    """Of the fall by 16 billion dollars, 11.6 were sold; prices rose by 19.7, and 24.1 are neither."""
    rows = real_marts.execute(
        "select holdings_usd_m, change_usd_m, net_usd_m, valuation_change_usd_m, other_change_usd_m, "
        "change_4w_usd_m, change_13w_usd_m, valuation, known_at_basis from reserves.official_dollar_holdings "
        "where basis = 'tic_foreign_official' and period_end = '2025-04-30'"
    ).fetchall()
    assert rows == [
        (3_907_379, -16_003, -11_596, 19_740, -24_147, None, None, "market value", "scheduled")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "newest"), [("2025-06-17", date(2025, 3, 31)), ("2025-06-18", date(2025, 4, 30))]
)
def test_officials_as_of_a_day(real_marts, day, newest) -> None:
    assert real_marts.execute(
        "select max(period_end) from reserves.official_dollar_holdings_as_of(cast(? as date)) "
        "where basis = 'tic_foreign_official'",
        [day],
    ).fetchone() == (newest,)


@pytest.mark.parametrize(
    ("end", "foreign", "incl_bills", "excl_bills"),
    [
        ("2025-03-31", 140_605_000, "11.8043", "6.2693"),
        ("2026-03-31", 157_770_300, "13.7185", "8.0900"),
    ],
)
def test_foreigners_hold_more_of_the_bills_than_of_the_bonds(
    real_marts, end, foreign, incl_bills, excl_bills
) -> None:
    rows = real_marts.execute(
        "select foreign_incl_bills_jpy_m, foreign_share_incl_bills_pct, foreign_share_excl_bills_pct "
        "from reserves.jgb_foreign_share where period_end = cast(? as date)",
        [end],
    ).fetchall()
    assert rows == [(foreign, Decimal(incl_bills), Decimal(excl_bills))]


def test_bonds_and_bills_together_are_what_the_bank_prints_for_both(real_desk: Desk) -> None:
    path = real_desk.data / "warehouse" / "tidemark.duckdb"
    with duckdb.connect(path, read_only=True) as connection:
        published = connection.execute(
            "select period_end, max(case when sector = 'overseas' then amount_jpy_m end), "
            "max(case when sector = 'total' then amount_jpy_m end) from staging.stg_jp_boj__flow_of_funds "
            "where workbook = 'time_series' and statement = 'stocks' "
            "and instrument = 'government_bonds_and_treasury_bills' and published_table like 'Issued by %' "
            "group by period_end order by period_end"
        ).fetchall()
    with real_desk.marts() as marts:
        summed = marts.execute(
            "select period_end, foreign_incl_bills_jpy_m, outstanding_incl_bills_jpy_m "
            "from reserves.jgb_foreign_share where basis = 'jp_fof_workbook' order by period_end"
        ).fetchall()
    assert summed == published
    assert len(summed) == 10


def test_april_2025_beside_the_stock_of_march(real_marts, facts) -> None:
    """The check took the first print of the stock, 138 trillion yen; 140.6 are held now."""
    (check,) = [
        row
        for row in rows_of(facts / "derived_checks.csv", "test")
        if row["name"] == "flow_to_stock.longterm"
    ]
    (found,) = real_marts.execute(
        "select long_term_debt_net_jpy_m, stock_period_end, jgb_and_bill_stock_jpy_m, "
        "long_term_debt_net_to_jgb_and_bill_stock_pct from flows.scaled_flows "
        "where period_start = '2025-04-01'"
    ).fetchall()
    net, *_ = found
    assert found == (4_537_100, date(2025, 3, 31), 140_605_000, Decimal("3.2268"))
    assert rounded(100 * net / 138_000_000, 3) == Decimal(check["value"])


def test_flows_have_a_stock_only_where_that_of_the_quarter_before_is_held(real_marts) -> None:
    months = real_marts.execute(
        "select min(period_start), max(period_start), count(*), "
        "count(*) filter (where long_term_debt_net_jpy_m < 0) from flows.scaled_flows"
    ).fetchone()
    assert months[:2] == (date(2024, 1, 1), date(2026, 6, 1))
    assert months[2] == 30
    assert months[3] > 0


def test_a_stock_is_known_three_months_after_its_quarter(real_marts) -> None:
    """April's flow came out on 12 May 2025, the stock of March on 27 June, on the evening before in UTC."""
    months = {
        day: real_marts.execute(
            "select max(period_start) from flows.scaled_flows_as_of(cast(? as date))", [day]
        ).fetchone()
        for day in ("2025-05-12", "2025-06-25", "2025-06-26")
    }
    assert months == {
        "2025-05-12": (date(2025, 3, 1),),
        "2025-06-25": (date(2025, 3, 1),),
        "2025-06-26": (date(2025, 5, 1),),
    }


@pytest.mark.parametrize(
    "mart", ["reserves.official_dollar_holdings", "reserves.jgb_foreign_share", "flows.scaled_flows"]
)
def test_as_of_the_newest_file_a_mart_is_what_it_is_now(real_marts, mart) -> None:
    now, then = f"select * from {mart}", f"select * from {mart}_as_of(date '2026-12-31')"
    for rows in (f"{now} except {then}", f"{then} except {now}"):
        assert real_marts.execute(f"select count(*) from ({rows})").fetchone() == (0,)
