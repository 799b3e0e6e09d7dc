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


def figures(staging: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return staging.execute(query).fetchall()


def known_on(day: str) -> str:
    """The newest version of a row on the evening of a day."""
    return f"cast(snapshot_known_at as date) <= date '{day}'"


def test_us_treasuries_of_japan_britain_and_china_in_april_2025(staging) -> None:
    rows = figures(
        staging,
        """
        select country, holdings_usd_m / 1000 from stg_us_tic__treasury_holdings_by_country
        where period_start = date '2025-04-01' and country_code in ('42609', '13005', '41408')
        """,
    )
    billions = {country: round(value, 1) for country, value in rows}
    assert sorted(billions.values()) == [743.6, 807.7, 1134.5]


def test_officials_and_others_sold_us_treasuries_in_april_2025(staging) -> None:
    rows = figures(
        staging,
        """
        select country_code, net_usd_m from stg_us_tic__treasury_holdings_by_country
        where period_start = date '2025-04-01' and country_code in ('99990', '99991')
        """,
    )
    assert dict(rows) == {"99990": Decimal(-11_596), "99991": Decimal(-58_838)}
