"""What leaves with an export and what stays in the serving copy, on a warehouse of three small marts."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import publish
from orchestration.settings import Settings
from orchestration.warehouse import connect, set_built_models

MARTS = {
    "core.datasets": "select 'p/d' as dataset, 'T' as title, 'https://p.example' as page, 'L' as licence, "
    "'https://p.example/l' as licence_url, 'C' as credit, timestamp '2026-01-01' as newest_known_at",
    "core.snapshots": "select 'live' as origin",
    "surveys.readings": "select * from (values (1, true), (2, false), (3, true), (4, null)) as t(reading, "
    "is_redistributable)",
}


def manifest(**changed: dict[str, Any]) -> dict[str, Any]:
    nodes = {}
    for name in MARTS:
        schema, alias = name.split(".")
        with duckdb.connect() as connection:
            columns = [c for c, *_ in connection.execute(f"describe {MARTS[name]}").fetchall()]
        nodes[f"model.t.{alias}"] = {
            "unique_id": f"model.t.{alias}",
            "resource_type": "model",
            "fqn": ["t", "marts", schema, alias],
            "schema": schema,
            "alias": alias,
            "description": "A mart.",
            "config": {"materialized": "table", "meta": {"key": columns[:1]}} | changed.get(alias, {}),
            "columns": {c: {"name": c, "description": "A column.", "config": {"meta": {}}} for c in columns},
        }
    return {"nodes": nodes}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path)
    with connect(made.warehouse) as warehouse:
        for name, rows in MARTS.items():
            warehouse.execute(f"create schema if not exists {name.split('.')[0]}")
            warehouse.execute(f"create table {name} as {rows}")
        set_built_models(warehouse, {f"model.t.{name.split('.')[1]}": "built" for name in MARTS})
    return made


def exported(settings: Settings, name: str) -> list[tuple]:
    file = settings.serving / "parquet" / f"{name}.parquet"
    return duckdb.sql(f"select * from read_parquet('{file}') order by 1").fetchall()


def resources(settings: Settings) -> dict[str, dict[str, Any]]:
    package = json.loads((settings.serving / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def held(settings: Settings) -> int:
    with duckdb.connect(str(settings.serving / "tidemark.duckdb"), read_only=True) as marts:
        return marts.execute("select count(*) from surveys.readings").fetchone()[0]


def test_rows_that_are_not_for_redistribution_stay_in_the_serving_copy(settings: Settings) -> None:
    """A row of which nobody says that it may be passed on is not passed on."""
    publish(settings, manifest())
    assert exported(settings, "surveys.readings") == [(1, True), (3, True)]
    assert held(settings) == 4


def test_the_package_says_that_rows_were_left_out_and_counts_those_that_are_there(settings: Settings) -> None:
    publish(settings, manifest())
    told = resources(settings)
    assert told["surveys.readings"]["rows"] == 2
    assert told["surveys.readings"]["redistributable"] == (
        "Rows whose is_redistributable is not true are left out of this file: 2 of them."
    )
    assert told["core.datasets"]["rows"] == 1
    assert "redistributable" not in told["core.datasets"]


def test_a_mart_of_which_all_may_be_passed_on_has_no_such_note(settings: Settings) -> None:
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("delete from surveys.readings where is_redistributable is distinct from true")
    publish(settings, manifest())
    assert resources(settings)["surveys.readings"]["rows"] == 2
    assert "redistributable" not in resources(settings)["surveys.readings"]


def test_a_view_leaves_the_same_rows_out(settings: Settings) -> None:
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("drop table surveys.readings")
        warehouse.execute(f"create view surveys.readings as {MARTS['surveys.readings']}")
    meta = {"materialized": "view", "meta": {"key": ["reading"]}}
    publish(settings, manifest(readings=meta))
    assert exported(settings, "surveys.readings") == [(1, True), (3, True)]


def test_a_mart_that_keeps_its_last_good_version_leaves_them_out_too(settings: Settings) -> None:
    publish(settings, manifest())
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("delete from ops.built_models where model = 'model.t.readings'")
        set_built_models(warehouse, {"model.t.snapshots": "built anew"})
    published = publish(settings, manifest())
    assert published.kept == ("surveys.readings",)
    assert exported(settings, "surveys.readings") == [(1, True), (3, True)]
    assert resources(settings)["surveys.readings"]["rows"] == 2
    assert "redistributable" in resources(settings)["surveys.readings"]
    assert held(settings) == 4


def test_a_function_goes_along_and_a_changed_one_is_published_anew(settings: Settings) -> None:
    model = {
        "unique_id": "model.t.readings_above",
        "resource_type": "model",
        "fqn": ["t", "marts", "surveys", "readings_above"],
        "schema": "surveys",
        "alias": "readings_above",
        "config": {"materialized": "table_function", "parameters": ["least"]},
    }
    with_function = manifest()
    with_function["nodes"][model["unique_id"]] = model

    def made(condition: str) -> list[tuple]:
        with connect(settings.warehouse) as warehouse:
            warehouse.execute(
                "create or replace function surveys.readings_above(least) as table "
                f"(select reading from surveys.readings where {condition})"
            )
        publish(settings, with_function)
        with duckdb.connect(str(settings.serving / "tidemark.duckdb"), read_only=True) as marts:
            return marts.execute("from surveys.readings_above(3) order by all").fetchall()

    assert made("reading >= least") == [(3,), (4,)]
    assert made("reading > least") == [(4,)]
    assert "surveys.readings_above" not in resources(settings), "it is no table"
