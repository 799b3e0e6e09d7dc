"""How dbt's models, seeds and tests look as assets and checks: their keys, groups, descriptions and lineage.

How they are built is `warehouse_dbt`'s business.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from orchestration.lineage import Columns, in_words

# What dbt's own tests demand; those of the project are described beside their SQL.
DBT_TESTS = {
    "accepted_values": "Nothing but these values occurs.",
    "not_null": "There is a value in every row.",
    "relationships": "Each value is one that the other table has.",
    "unique": "No value occurs twice.",
}


class SchemaAndTable(DagsterDbtTranslator):
    """An asset's key is its schema and table, everywhere; its group is its schema.

    Args:
        made_of: of which columns each column of a mart is made, by schema and table; for the pages.
    """

    def __init__(self, made_of: Mapping[str, Columns] | None = None) -> None:
        super().__init__()
        self.made_of = made_of or {}

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Schema and table of a source, seed or model."""
        name = dbt_resource_props.get("identifier") or dbt_resource_props["alias"]
        return dg.AssetKey([dbt_resource_props["schema"], name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema; staging and intermediate models have theirs too."""
        return dbt_resource_props["schema"]

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Dagster's own, and for a mart that was built, of what each column is made."""
        metadata = super().get_metadata(dbt_resource_props)
        columns = self.made_of.get(".".join(self.get_asset_key(dbt_resource_props).path))
        return metadata if columns is None else {**metadata, **lineage_metadata(metadata, columns)}

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Dagster's own, with what the test demands; it stops no other model."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(blocking=False, description=demand_of(manifest, unique_id))


def lineage_metadata(metadata: Mapping[str, Any], columns: Columns) -> Mapping[str, Any]:
    """A mart's columns with their sources: told in their descriptions, and as Dagster's own lineage.

    Pages of Dagster's open source show the descriptions alone.
    """
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                "\n\n".join(filter(None, [column.description, in_words(columns[column.name])])),
                column.constraints,
                column.tags,
            )
            if column.name in columns
            else column
            for column in metadata["dagster/column_schema"].columns
        ]
    )
    sources = {column: [source.split(".") for source in found or ()] for column, found in columns.items()}
    lineage = dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(dg.AssetKey(key), name) for *key, name in found]
            for column, found in sources.items()
        }
    )
    return {"dagster/column_schema": schema, "dagster/column_lineage": lineage}


def demand_of(manifest: Mapping[str, Any], unique_id: str) -> str:
    """What a dbt test demands: its own description, else that of its kind, and what it is given."""
    test = manifest["nodes"][unique_id]
    kind = test["test_metadata"]
    described = f"macro.{test['package_name']}.test_{kind['name']}"
    demands = (
        test["description"] or DBT_TESTS.get(kind["name"]) or manifest["macros"][described]["description"]
    )
    given = [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in kind["kwargs"].items()
        if name != "model"
    ]
    return " ".join([demands.strip(), *([f"({'; '.join(given)})"] if given else [])])
