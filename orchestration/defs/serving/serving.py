"""The serving copy as an asset behind every mart, the check that turns a run red at its end; PostgreSQL."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.components.dbt_translator import SchemaAndTable
from orchestration.components.warehouse_dbt import WarehouseDbt
from orchestration.errors import PostgresError
from orchestration.failed_looks import failed_looks
from orchestration.instance import BLOCKED, REFUSALS, SERVING, TOLD
from orchestration.locks import models_to_oneself
from orchestration.manifest import marts_of, table_of
from orchestration.morning import counts, standings, table
from orchestration.postgres import load
from orchestration.publication import in_words
from orchestration.publish import publish
from orchestration.records import OWNER, load_datasets
from orchestration.serving import reading
from orchestration.settings import Settings
from orchestration.staleness import resting_on

log = logging.getLogger("tidemark")

# More marts than these in a message are counted.
NAMED = 6
POSTGRES = dg.AssetKey(["serving", "postgres"])
LOADED = "loaded"
IN_POSTGRES = dg.AssetSpec(
    POSTGRES,
    deps=[SERVING],
    description="The marts in the PostgreSQL database of `TIDEMARK_POSTGRES`, for tools that need a server.",
    group_name="serving",
    kinds={"postgres"},
    owners=[OWNER],
    # It has nothing new where the server could not be had.
    skippable=True,
)
IS_LOADED = dg.AssetCheckSpec(
    LOADED,
    asset=POSTGRES,
    description="The server holds what was published. Where it does not, it holds what it held before.",
)


@dg.definitions
def defs(context: dg.ComponentLoadContext) -> dg.Definitions:
    """The serving copy, after all marts; behind it PostgreSQL, where the settings name a server.

    One step: a failure that turns the run red keeps no newer mart from either.
    """
    to_postgres = Settings().postgres is not None
    transform = context.component_tree.load_component("transform", WarehouseDbt)
    translator = SchemaAndTable()
    marts = [translator.get_asset_key(node) for node in marts_of(transform.manifest())]
    accepted = dg.AssetCheckSpec(
        BLOCKED,
        asset=SERVING,
        blocking=True,
        description="No download failed, no file was refused, and every mart was built and passed its tests. "
        "What could be was published all the same; the others keep their last good version.",
    )

    @dg.multi_asset(
        name="serving",
        specs=[
            dg.AssetSpec(
                SERVING,
                deps=marts,
                description="The read-only copy of all marts, Parquet files and a data package; below, what "
                "is late or was not taken, of all datasets.",
                group_name="serving",
                kinds={"duckdb", "parquet"},
                owners=[OWNER],
            ),
            *([IN_POSTGRES] if to_postgres else []),
        ],
        check_specs=[accepted, *([IS_LOADED] if to_postgres else [])],
    )
    def serving(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        settings, manifest = Settings(), transform.manifest()
        with models_to_oneself(settings):
            published = publish(settings, manifest)
        log.info(published.in_words())
        refused = refused_in(context)
        yield dg.MaterializeResult(
            asset_key=SERVING,
            data_version=dg.DataVersion(published.version),
            metadata={
                **morning(settings),
                "published": published.new,
                "tables": len(published.rows),
                "rows": sum(published.rows.values()),
                "file": str(published.file),
                "datasets without news": ", ".join(refused) or "none",
                "marts kept as they were": ", ".join(published.kept) or "none",
            },
        )
        told = [f"{why}{without_news(manifest, raw_table)}" for raw_table, why in refused.items()]
        told += in_words(published.versions.values())
        yield dg.AssetCheckResult(
            asset_key=SERVING,
            check_name=BLOCKED,
            passed=not told,
            description="\n\n".join(told) or "All that was asked for was accepted, built and published.",
            metadata={TOLD: told},
        )
        if to_postgres:
            yield from loaded(settings)

    return dg.Definitions(assets=[serving])


def loaded(settings: Settings) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Give PostgreSQL what was published.

    Raises:
        PostgresError: it could not be given that; the run ends red, after all else that it is about.
    """
    try:
        done = load(settings)
    except PostgresError as error:
        yield dg.AssetCheckResult(asset_key=POSTGRES, check_name=LOADED, passed=False, description=str(error))
        # Without its cause: a run tells the innermost, which is the driver's.
        raise PostgresError(str(error)) from None
    log.info(done.in_words())
    yield dg.MaterializeResult(
        asset_key=POSTGRES,
        data_version=dg.DataVersion(done.version),
        metadata={
            "loaded": done.new,
            "tables": done.tables,
            "rows loaded": done.rows,
            "seconds": done.seconds,
            "milliseconds of the swap": done.swap_ms,
            "old versions that could not be dropped": "\n".join(done.left) or "none",
        },
    )
    yield dg.AssetCheckResult(
        asset_key=POSTGRES,
        check_name=LOADED,
        passed=True,
        description=f"It holds version {done.version} of the marts.",
    )


def morning(settings: Settings) -> dict[str, Any]:
    """How all datasets stand, whichever of them this run is about: what needs a look, and counts."""
    datasets, now = load_datasets(), settings.now()
    with reading(settings) as connection:
        found = standings(connection, datasets, failed_looks(settings, datasets.values()), now)
    return {"needs a look": dg.MetadataValue.md(table(found, now)), **counts(found)}


def refused_in(context: dg.AssetExecutionContext) -> dict[str, str]:
    """The datasets whose download or structure check failed in this run, by table, with what it said."""
    records = context.instance.get_records_for_run(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    found: dict[str, list[str]] = {}
    for record in records:
        check = record.event_log_entry.dagster_event.asset_check_evaluation_data
        if check.check_name in REFUSALS and not check.passed:
            found.setdefault(check.asset_key.path[-1], []).append(check.description or check.check_name)
    return {raw_table: "\n".join(said) for raw_table, said in found.items()}


def without_news(manifest: Mapping[str, Any], raw_table: str) -> str:
    """The marts that rest on a dataset's raw table, as a line below why it has nothing new; or nothing."""
    behind = resting_on(manifest, raw_table)
    # A mart of all versions is told with that of the newest ones.
    marts = sorted(
        {table_of(m).removesuffix("_vintages") for m in marts_of(manifest) if m["unique_id"] in behind}
    )
    if not marts:
        return ""
    more = f" and {len(marts) - NAMED} more" if len(marts) > NAMED else ""
    return f"\n  Without newer figures of it: {', '.join(marts[:NAMED])}{more}."
