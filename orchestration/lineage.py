"""Of which columns each column of a mart is made: traced in the SQL that dbt has compiled, for the pages.

A column is made of those columns of the direct parents whose values enter it; what rows are joined, filtered
and ordered by does not count. sqlglot reads the SQL. What cannot be traced is said to be so.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import MappingSchema, exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from orchestration.files import write_whole
from orchestration.manifest import marts_of, table_of
from orchestration.settings import Settings

# Per column those that it is made of, as schema.table.column; None where that is not known.
Columns = dict[str, list[str] | None]


def lineages(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], compiled: Mapping[str, str]
) -> dict[str, Columns]:
    """The lineage of each mart among these compiled models, by schema and table.

    Args:
        connection: the warehouse that they were built in.
        manifest: dbt's manifest.
        compiled: the SQL of each model, by dbt's unique id.
    """
    held = held_columns(connection)
    return {
        table_of(mart): traced(compiled[mart["unique_id"]], list(mart["columns"]), held)
        for mart in marts_of(manifest)
        if mart["unique_id"] in compiled
    }


def held_columns(connection: duckdb.DuckDBPyConnection) -> MappingSchema:
    """The columns of all tables and views of the warehouse, for `traced`."""
    tables: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for database, schema, table, column, kind in connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and not internal"
    ).fetchall():
        tables.setdefault(database, {}).setdefault(schema, {}).setdefault(table, {})[column] = kind
    return MappingSchema(tables, dialect="duckdb")


def traced(sql: str, columns: list[str], held: MappingSchema) -> Columns:
    """The sources of these columns of a query; an empty list for what is made of none."""
    try:
        # Not trimmed: a picture of each step is what takes the time.
        found = lineage(None, sql, held, dialect="duckdb", trim_selects=False)
        return {column: _sources(found[column]) if column in found else None for column in columns}
    except (SqlglotError, ValueError):  # sqlglot raises both
        return dict.fromkeys(columns)


def _sources(node: Node) -> list[str] | None:
    names = set()
    for leaf in _leaves(node):
        if isinstance(leaf.expression, exp.Table):
            names.add(f"{leaf.expression.db}.{leaf.expression.name}.{exp.to_column(leaf.name).name}")
        elif not isinstance(leaf.expression, exp.Alias) or leaf.expression.find(exp.Column):
            return None
    return sorted(names)


def _leaves(node: Node) -> Iterator[Node]:
    seen: set[int] = set()
    left = [node]
    while left:
        at = left.pop()
        if id(at) not in seen:
            seen.add(id(at))
            left += at.downstream
            if not at.downstream:
                yield at


def in_words(sources: list[str] | None) -> str:
    """A column's sources for people, by table: pages do not break a long name, and cut what is beside it."""
    if sources is None:
        return "What it is made of could not be traced."
    if not sources:
        return "Made of no column: a constant or a count of rows."
    tables: dict[str, list[str]] = {}
    for table, _, column in (source.rpartition(".") for source in sources):
        tables.setdefault(table, []).append(column)
    return "Made of " + "; ".join(f"{table}: {', '.join(columns)}" for table, columns in tables.items()) + "."


def remember(settings: Settings, fresh: Mapping[str, Columns]) -> None:
    """Keep these marts' lineages beside those that are kept already."""
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(remembered(settings) | dict(fresh), indent=1).encode())


def remembered(settings: Settings) -> dict[str, Columns]:
    """The lineage of each mart, by schema and table, as it was when the mart was built last."""
    file = _file(settings)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _file(settings: Settings) -> Path:
    # Not in the warehouse: pages are drawn while a run has it open.
    return settings.data.resolve() / "dbt" / "lineage.json"
