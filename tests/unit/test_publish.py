"""What is published of a warehouse of a few small marts, what stays in the serving copy, and what is kept."""

import errno
import json
import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import PublishError
from orchestration.publication import in_words
from orchestration.publish import Published, publish
from orchestration.settings import Settings
from orchestration.warehouse import connect, forget_models, set_built_models, set_models_held_back

MARTS = {
    "core.datasets": "select 'p/d' as dataset, 'T' as title, 'https://p.example' as page, 'L' as licence, "
    "'https://p.example/l' as licence_url, 'C' as credit, timestamp '2026-01-01' as newest_known_at",
    "core.snapshots": "select 'live' as origin",
    "quality.arrivals": "select 'p/d' as dataset",
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
    assert published.kept == ["surveys.readings"]
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

    def made(condition: str, *, good: bool = True) -> list[tuple]:
        with connect(settings.warehouse) as warehouse:
            warehouse.execute("delete from ops.built_models where model = 'model.t.readings_above'")
            set_built_models(warehouse, {model["unique_id"]: "built"} if good else {})
            warehouse.execute(
                "create or replace function surveys.readings_above(least) as table "
                f"(select reading from surveys.readings where {condition})"
            )
        publish(settings, with_function)
        with duckdb.connect(str(settings.serving / "tidemark.duckdb"), read_only=True) as marts:
            return marts.execute("from surveys.readings_above(3) order by all").fetchall()

    assert made("reading >= least") == [(3,), (4,)]
    assert made("reading > least") == [(4,)]
    assert made("reading = least", good=False) == [(4,)], "as it was when it was good"
    assert "surveys.readings_above" not in resources(settings), "it is no table"


WHY = "stg.readings failed unique_readings (Got 1 result)"
DAYS = [f"2026-11-{day}T09:00:00Z" for day in (20, 21, 22, 23)]


def published_on(
    settings: Settings, day: int, failed: dict[str, str] | None = None, **built: str
) -> Published:
    """Publish on a day, after a build that built some models anew and in which others failed."""
    with connect(settings.warehouse) as warehouse:
        set_built_models(warehouse, {f"model.t.{model}": mark for model, mark in built.items()})
        causes = {f"model.t.{model}": [why] for model, why in (failed or {}).items()}
        forget_models(warehouse, causes)
        set_models_held_back(warehouse, causes)
    return publish(settings.model_copy(update={"clock": datetime.fromisoformat(DAYS[day])}), manifest())


def publication(settings: Settings) -> dict[str, tuple]:
    with duckdb.connect(str(settings.serving / "tidemark.duckdb"), read_only=True) as marts:
        rows = marts.execute("from quality.publication order by mart").fetchall()
    return {mart: rest for mart, *rest in rows}


def at(day: int) -> datetime:
    return datetime.fromisoformat(DAYS[day]).replace(tzinfo=None)


def comment(settings: Settings) -> str:
    with duckdb.connect(str(settings.serving / "tidemark.duckdb"), read_only=True) as marts:
        return marts.execute("select comment from duckdb_tables() where table_name = 'readings'").fetchone()[
            0
        ]


def test_each_mart_says_since_when_it_is_served_and_an_unchanged_one_goes_on_doing_so(
    settings: Settings,
) -> None:
    published_on(settings, 0)
    assert publication(settings)["surveys.readings"] == [4, at(0), True, ""]
    published_on(settings, 1, snapshots="built anew")
    told = publication(settings)
    assert told["surveys.readings"] == [4, at(0), True, ""]
    assert told["core.snapshots"] == [1, at(1), True, ""]
    assert resources(settings)["core.snapshots"]["published_at"] == "2026-11-21T09:00:00+00:00"
    assert published_on(settings, 2).new is False


def test_a_mart_that_failed_is_labelled_with_its_version_and_the_reason_until_it_is_good(
    settings: Settings,
) -> None:
    """The others go on; the same failure again publishes nothing; the good build clears the label."""
    published_on(settings, 0)
    failed = {"readings": WHY}
    assert published_on(settings, 1, failed, snapshots="built anew").new
    told = publication(settings)
    assert told["surveys.readings"] == [4, at(0), False, WHY]
    assert told["core.snapshots"] == [1, at(1), True, ""]
    label = f"A mart. This is its version of 2026-11-20 09:00 UTC, without newer figures: {WHY}"
    assert comment(settings) == label
    resource = resources(settings)["surveys.readings"]
    assert (resource["published_at"], resource["kept_because"]) == ("2026-11-20T09:00:00+00:00", WHY)
    assert "kept_because" not in resources(settings)["core.snapshots"]

    again = published_on(settings, 2, failed)
    assert (again.new, again.kept) == (False, ["surveys.readings"])
    assert published_on(settings, 2, {"readings": "another reason"}).new

    published_on(settings, 3, readings="built anew")
    assert publication(settings)["surveys.readings"] == [4, at(3), True, ""]
    assert comment(settings) == "A mart."
    assert "kept_because" not in resources(settings)["surveys.readings"]


def test_a_mart_that_is_good_again_as_it_was_is_the_version_that_it_was(settings: Settings) -> None:
    """As when the code that failed is taken back."""
    published_on(settings, 0)
    published_on(settings, 1, {"readings": WHY})
    published_on(settings, 2, readings="built")
    assert publication(settings)["surveys.readings"] == [4, at(0), True, ""]


def test_a_mart_that_never_was_good_is_left_out_and_named(settings: Settings) -> None:
    first = published_on(settings, 0, {"readings": WHY})
    assert first.new
    assert "surveys.readings" not in resources(settings)
    assert publication(settings)["surveys.readings"] == [None, None, False, WHY]
    (told,) = in_words(first.versions.values())
    assert told == f"{WHY}\n  Not published, as they have no good version yet: surveys.readings."
    published_on(settings, 1, readings="built")
    assert publication(settings)["surveys.readings"] == [4, at(1), True, ""]


def test_nothing_is_published_without_what_says_what_is_held(settings: Settings) -> None:
    with pytest.raises(PublishError, match=r"core\.snapshots: stg\.readings failed"):
        published_on(settings, 0, {"snapshots": WHY})
    assert not (settings.serving / "tidemark.duckdb").exists()


def test_a_reason_is_told_once_with_all_marts_behind_it(settings: Settings) -> None:
    published_on(settings, 0)
    told = in_words(published_on(settings, 1, {"readings": WHY, "arrivals": WHY}).versions.values())
    assert told == [f"{WHY}\n  Their last good version stays: quality.arrivals, surveys.readings."]


def test_what_is_not_built_for_no_known_reason_says_so(settings: Settings) -> None:
    published_on(settings, 0)
    with connect(settings.warehouse) as warehouse:
        forget_models(warehouse, ["model.t.readings"])
    (told,) = in_words(publish(settings, manifest()).versions.values())
    assert "interrupted, or another run is at it" in told


def contents(settings: Settings) -> dict[str, bytes]:
    """Every file of the serving folder, also one that is not finished."""
    files = (path for path in settings.serving.rglob("*") if path.is_file())
    return {str(path.relative_to(settings.serving)): path.read_bytes() for path in files}


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_full_disk_at_any_file_leaves_all_of_the_copy_that_was_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """The database, the Parquet files and the package with their hashes are of one version, always."""
    published_on(settings, 0)
    before = contents(settings)
    with connect(settings.warehouse) as warehouse:
        warehouse.execute("update surveys.readings set reading = reading + 10")

    def is_file(path: object) -> bool:
        return Path(f"/proc/self/fd/{path}" if isinstance(path, int) else str(path)).is_file()

    works = {"fsync": os.fsync, "replace": Path.replace}[broken]
    to_go = 0

    def fail(path: object, *more: object) -> object:
        nonlocal to_go
        if is_file(path):
            if to_go == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            to_go -= 1
        return works(path, *more)

    # Four Parquet files and the package are synced, then the database is; it is renamed before the others.
    for succeed in range(6 if broken == "fsync" else 1):
        to_go = succeed
        with monkeypatch.context() as patch:
            patch.setattr(os if broken == "fsync" else Path, broken, fail)
            with pytest.raises(OSError, match="No space left"):
                published_on(settings, 1, readings="built anew")
        assert contents(settings) == before, f"after {succeed} that went well"
    assert published_on(settings, 1, readings="built anew").new
    assert exported(settings, "surveys.readings") == [(11, True), (13, True)]
    for resource in resources(settings).values():
        digest = sha256((settings.serving / resource["path"]).read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}"
