"""Of which columns a mart's columns are made, traced in its SQL."""

import duckdb
import pytest

from orchestration.lineage import held_columns, in_words, lineages, remember, remembered, traced
from orchestration.settings import Settings


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema staging")
    connection.execute("create table staging.flows (basis varchar, day date, bought double, sold double)")
    connection.execute("create view staging.rates as select date '2025-01-01' as day, 150.0 as rate")
    return connection


@pytest.mark.parametrize(
    ("sql", "made_of"),
    [
        ("select bought as x from staging.flows", ["staging.flows.bought"]),
        ("select bought - sold as x from staging.flows", ["staging.flows.bought", "staging.flows.sold"]),
        # Without a table's name before it, and through a step of its own.
        (
            "with a as (select *, bought - sold as net from staging.flows) "
            "select net / rate as x from a inner join staging.rates as r on a.day = r.day",
            ["staging.flows.bought", "staging.flows.sold", "staging.rates.rate"],
        ),
        (
            "select bought as x from staging.flows union all select rate from staging.rates",
            ["staging.flows.bought", "staging.rates.rate"],
        ),
        # What is only filtered by is no source; what a window is cut by is.
        ("select sold as x from staging.flows where basis = 'a'", ["staging.flows.sold"]),
        (
            "select sum(sold) over (partition by basis) as x from staging.flows",
            ["staging.flows.basis", "staging.flows.sold"],
        ),
        ("select (select max(rate) from staging.rates) as x from staging.flows", ["staging.rates.rate"]),
        ("select 'usd' as x from staging.flows", []),
        ("select count(*) as x from staging.flows", []),
    ],
)
def test_a_column_is_made_of_what_enters_it(sql: str, made_of: list[str], warehouse) -> None:
    assert traced(sql, ["x"], held_columns(warehouse)) == {"x": made_of}


@pytest.mark.parametrize(
    "sql",
    [
        "select x from staging.nowhere_to_be_found, staging.flows",
        "select y from staging.flows",
        "select bought as y from staging.flows",
        "this is no SQL",
    ],
)
def test_what_cannot_be_traced_is_not_guessed(sql: str, warehouse) -> None:
    assert traced(sql, ["x"], held_columns(warehouse)) == {"x": None}


def test_people_are_told_in_a_line() -> None:
    assert in_words(["staging.flows.bought", "staging.flows.sold", "staging.rates.rate"]) == (
        "Made of staging.flows: bought, sold; staging.rates: rate."
    )
    assert in_words([]) == "Made of no column: a constant or a count of rows."
    assert in_words(None) == "What it is made of could not be traced."


def test_lineages_are_those_of_marts_and_kept_until_they_are_built_again(warehouse, tmp_path) -> None:
    def model(name: str, *path: str) -> dict:
        return {
            "unique_id": name, "resource_type": "model", "fqn": ["tidemark", *path], "schema": "flows",
            "alias": name, "columns": {"x": {}}, "config": {"materialized": "table"},
        }  # fmt: skip

    manifest = {"nodes": {m["unique_id"]: m for m in (model("a", "marts"), model("b", "marts"), model("c"))}}
    settings = Settings(data=tmp_path)
    assert remembered(settings) == {}
    for column in ("bought", "sold"):
        sql = f"select {column} as x from staging.flows"
        fresh = ("a", "b", "c") if column == "bought" else ("b",)
        remember(settings, lineages(warehouse, manifest, dict.fromkeys(fresh, sql)))
    assert remembered(settings) == {
        "flows.a": {"x": ["staging.flows.bought"]},
        "flows.b": {"x": ["staging.flows.sold"]},
    }
