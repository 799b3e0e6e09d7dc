"""The serving copy as an asset behind every mart, and the check that turns a run red at its end."""

import logging
from collections.abc import Iterator

import dagster as dg

from orchestration.components.warehouse_dbt import SchemaAndTable, WarehouseDbt
from orchestration.instance import REFUSALS
from orchestration.publish import marts_of, publish
from orchestration.settings import Settings
from orchestration.warehouse import models_to_oneself

log = logging.getLogger("tidemark")

KEY = dg.AssetKey(["serving", "tidemark"])


@dg.definitions
def defs(context: dg.ComponentLoadContext) -> dg.Definitions:
    """One asset, after all marts."""
    transform = context.component_tree.load_component("transform", WarehouseDbt)
    translator = SchemaAndTable()
    marts = [translator.get_asset_key(node) for node in marts_of(transform.manifest())]
    accepted = dg.AssetCheckSpec(
        "every_dataset_accepted",
        asset=KEY,
        blocking=True,
        description="No download failed and no file was refused in this run. The others were "
        "published all the same.",
    )

    @dg.multi_asset(
        name="serving",
        specs=[
            dg.AssetSpec(
                KEY,
                deps=marts,
                description="The read-only copy of all marts, Parquet files and a data package.",
                group_name="serving",
                kinds={"duckdb", "parquet"},
            )
        ],
        check_specs=[accepted],
    )
    def serving(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        settings = Settings()
        with models_to_oneself(settings.data):
            published = publish(settings, transform.manifest())
        log.info(published.in_words())
        yield dg.MaterializeResult(
            asset_key=KEY,
            data_version=dg.DataVersion(published.version),
            metadata={
                "published": published.new,
                "tables": len(published.rows),
                "rows": sum(published.rows.values()),
                "file": str(published.file),
            },
        )
        refused = refused_in(context)
        refused += [f"{name} is not built and tested; its last good version stays" for name in published.kept]
        yield dg.AssetCheckResult(
            asset_key=KEY,
            check_name="every_dataset_accepted",
            passed=not refused,
            description="\n".join(refused) or "Every dataset that was asked for was accepted.",
        )

    return dg.Definitions(assets=[serving])


def refused_in(context: dg.AssetExecutionContext) -> list[str]:
    """What the download and structure checks of this run refused, with their messages."""
    records = context.instance.get_records_for_run(
        context.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    found = []
    for record in records:
        evaluation = record.event_log_entry.dagster_event.asset_check_evaluation_data
        if evaluation.check_name in REFUSALS and not evaluation.passed:
            found.append(f"{evaluation.asset_key.to_user_string()}: {evaluation.description}")
    return found
