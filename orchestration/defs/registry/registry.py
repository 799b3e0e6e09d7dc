"""The records, their calendars and the list of snapshots as raw tables."""

from collections.abc import Iterator

import dagster as dg

from orchestration.components.publisher import raw_key
from orchestration.parsing import find_parser
from orchestration.raw import SNAPSHOTS, ensure
from orchestration.records import OWNER, load_datasets, load_publishers
from orchestration.registry import TABLES, write
from orchestration.settings import Settings
from orchestration.warehouse import connect, table_versions

DESCRIPTIONS = {
    "tidemark__datasets": "One row per dataset: what its record says.",
    "tidemark__methods": "One row per dataset and method: from when figures are made which way.",
    "tidemark__releases": "One row per dataset and period: when it is due, and when it is late.",
    SNAPSHOTS: "One row per snapshot: what it is, and what it did to its raw table.",
}


@dg.definitions
def defs() -> dg.Definitions:
    """Four tables in one step, after all raw tables."""
    publishers = load_publishers()
    raw = [raw_key(dataset) for publisher in publishers for dataset in publisher.datasets]

    @dg.multi_asset(
        name="registry",
        specs=[
            dg.AssetSpec(
                ["raw", name],
                deps=raw,
                description=text,
                group_name="registry",
                kinds={"duckdb"},
                owners=[OWNER],
            )
            for name, text in DESCRIPTIONS.items()
        ],
    )
    def registry(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        settings = Settings()
        with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
            for dataset in load_datasets().values():
                ensure(connection, dataset, *find_parser(dataset.publisher, dataset.name))
            changed = write(connection, load_publishers())
            versions = table_versions(connection)
        for name in (*TABLES, SNAPSHOTS):
            yield dg.MaterializeResult(
                asset_key=["raw", name],
                data_version=dg.DataVersion(versions.get(name, "empty")),
                metadata={"changed": changed.get(name, False)},
            )

    return dg.Definitions(assets=[registry])
