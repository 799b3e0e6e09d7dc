"""Figures that must come out of staging exactly, each from the publisher's real file.

The warehouse's own file is read, as staging is not published; nothing writes to it here.
"""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from tests.desk import Desk


@pytest.fixture(scope="module")
def staging(real_desk: Desk) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the real files, read-only, at rest."""
    with duckdb.connect(real_desk.data / "warehouse" / "tidemark.duckdb", read_only=True) as connection:
        connection.execute("use staging")
        yield connection


def figures(staging: duckdb.DuckDBPyConnection, query: str) -> dict:
    """The query's first column to its second."""
    return dict(staging.execute(query).fetchall())


def figure(staging: duckdb.DuckDBPyConnection, query: str) -> Decimal:
    (row,) = staging.execute(query).fetchall()
    return row[0]


def as_known_on(day: str, key: str) -> str:
    """Of the versions of each key, the one that was the newest at the end of a day."""
    return (
        f"cast(snapshot_known_at as date) <= date '{day}' "
        f"qualify row_number() over (partition by {key} order by snapshot desc) = 1"
    )


@pytest.mark.parametrize(
    ("table", "holder", "billions"),
    [
        (
            "stg_us_tic__treasury_holdings_by_country",
            "country",
            "cast(holdings_usd_m / 1000 as decimal(9, 1))",
        ),
        ("stg_us_tic__major_holders", "holder", "cast(holdings_usd_bn as decimal(9, 1))"),
    ],
)
def test_us_treasuries_held_by_japan_britain_and_china_in_april_2025(
    staging, table, holder, billions
) -> None:
    assert figures(
        staging,
        f"""
        select {holder}, {billions} from {table}
        where period_start = date '2025-04-01' and {holder} in ('Japan', 'United Kingdom', 'China, Mainland')
        """,
    ) == {
        "Japan": Decimal("1134.5"),
        "United Kingdom": Decimal("807.7"),
        "China, Mainland": Decimal("743.6"),
    }


def test_officials_and_others_sold_us_treasuries_in_april_2025(staging) -> None:
    assert figures(
        staging,
        """
        select aggregate, net_usd_m from stg_us_tic__treasury_holdings_by_country
        where period_start = date '2025-04-01' and country_code in ('99990', '99991')
        """,
    ) == {"official": Decimal(-11_596), "non_official": Decimal(-58_838)}


@pytest.mark.parametrize(("day", "billions"), [("2026-04-12", "866.0"), ("2026-07-01", "863.1")])
def test_the_united_kingdoms_holdings_of_december_2025_as_known_on_a_day(staging, day, billions) -> None:
    assert figure(
        staging,
        f"""
        select holdings_usd_bn from stg_us_tic__major_holders
        where dataset = 'us_tic/major_holders_history' and holder = 'United Kingdom'
            and series = 'new' and period_start = date '2025-12-01' and {as_known_on(day, "period_start")}
        """,
    ) == Decimal(billions)


@pytest.mark.parametrize(
    ("quarter_end", "day", "share"),
    [
        ("2026-03-31", "2026-07-01", "57.13"),
        ("2025-12-31", "2026-03-27", "56.77"),
        ("2025-12-31", "2026-07-01", "56.42"),
    ],
)
def test_the_dollars_share_of_reserves_as_known_on_a_day(staging, quarter_end, day, share) -> None:
    found = figure(
        staging,
        f"""
        select share_pct from stg_imf__cofer
        where reporter = 'G001' and indicator = 'AFXRA' and currency = 'USD' and measure = 'share'
            and frequency = 'quarterly' and period_end = date '{quarter_end}'
            and {as_known_on(day, "period_end")}
        """,
    )
    assert round(found, 2) == Decimal(share)


def test_what_asset_managers_held_of_the_yen_and_the_dollar_in_april_2025(staging) -> None:
    found = staging.execute(
        """
        select contract_code, cast(report_date as varchar), net_contracts from stg_cftc__positions
        where trader_group = 'asset_manager' and contract_code in ('097741', '098662')
            and report_date in (date '2025-04-01', date '2025-04-29')
        """
    ).fetchall()
    assert {(code, day): net for code, day, net in found} == {
        ("097741", "2025-04-01"): 76_649,
        ("097741", "2025-04-29"): 127_275,
        ("098662", "2025-04-01"): 4_228,
        ("098662", "2025-04-29"): -3_052,
    }


def test_longs_and_spreads_and_shorts_and_spreads_make_open_interest_in_every_currency(staging) -> None:
    reports, longs, shorts = staging.execute(
        """
        with sums as (
            select
                any_value(open_interest_contracts) as open_interest,
                sum(long_contracts) + sum(coalesce(spread_contracts, 0)) as longs,
                sum(short_contracts) + sum(coalesce(spread_contracts, 0)) as shorts
            from stg_cftc__positions
            where contract_subgroup in ('F10', 'F15', 'F90') and not contract_code like '%+%'
            group by contract_code, report_date, snapshot
        )
        select count(*), count(*) filter (where longs <> open_interest),
            count(*) filter (where shorts <> open_interest)
        from sums
        """
    ).fetchone()
    assert reports > 500
    assert (longs, shorts) == (0, 0)


def test_what_the_united_states_hold_of_japanese_securities(staging) -> None:
    assert (
        figure(
            staging,
            """
            select positions_usd from stg_imf__portfolio_positions
            where reporter = 'USA' and counterpart = 'JPN' and period_end = date '2025-06-30'
            """,
        )
        == 1_344_145_000_000
    )


def test_chinas_gold_in_april_2026(staging) -> None:
    assert figure(
        staging,
        """
        select gold_m_oz from stg_cn_safe__reserve_assets
        where item = 'gold' and unit = 'troy_oz' and period_start = date '2026-04-01'
        """,
    ) == Decimal("74.64")
