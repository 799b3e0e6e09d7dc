"""The serving copy: marts only, written beside and swapped in whole; Parquet; a data package.

Readers open what is here, never the warehouse. What the marts are is dbt's business.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import PublishError
from orchestration.files import put_in_place, write_whole
from orchestration.settings import Settings
from orchestration.warehouse import built_models, connect

FILE = "tidemark.duckdb"
PACKAGE = "datapackage.json"
# Read by DuckDB 1.0 and newer, whatever version writes it.
STORAGE = "v1.0.0"
# Part of the version: raise it when what is published changes without a change of the marts.
FORMAT = 1

FIELD_TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "BOOLEAN": "boolean",
    "DOUBLE": "number",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "HUGEINT": "integer",
}


@dataclass(frozen=True)
class Published:
    """What is in the serving folder now, and whether this call put it there."""

    version: str
    new: bool
    rows: dict[str, int]
    file: Path

    def in_words(self) -> str:
        """One line for a log."""
        size = self.file.stat().st_size / 1e6
        what = f"{len(self.rows)} tables, {sum(self.rows.values()):,} rows, {size:.1f} MB"
        return f"published {what}" if self.new else f"nothing to publish: {what} are current"


def marts_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The models that people see: those below `models/marts/`."""
    return [
        node
        for _, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    ]


def publish(settings: Settings, manifest: Mapping[str, Any]) -> Published:
    """Copy the marts from the warehouse to the serving folder, if they differ from what is there.

    Raises:
        PublishError: a mart was not built, or a view reads what is not published. The copy that
            was there stays.
    """
    folder = settings.serving
    marts = marts_of(manifest)
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        version = _version(connection, marts)
        current = _current(folder)
        if current and current.version == version:
            return current
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "parquet").mkdir(exist_ok=True)
        fresh = folder / f".{FILE}.{os.getpid()}.tmp"
        fresh.unlink(missing_ok=True)
        rows: dict[str, int] = {}
        resources = []
        try:
            connection.execute(f"attach '{_quoted(fresh)}' as serving (storage_version '{STORAGE}')")
            for node in sorted(marts, key=lambda n: n["config"]["materialized"] == "view"):
                name = f"{node['schema']}.{node['alias']}"
                rows[name] = _copy(connection, node)
                parquet = folder / "parquet" / f"{name}.parquet"
                _parquet(connection, name, parquet)
                resources.append(_resource(connection, node, rows[name], parquet))
            package = _package(connection, version, resources, rows)
            connection.execute("detach serving")
            _swap(fresh, folder / FILE)
        finally:
            if fresh.exists():
                connection.execute("detach database if exists serving")
                fresh.unlink()
    write_whole(folder / PACKAGE, json.dumps(package, indent=2, ensure_ascii=False).encode())
    return Published(version, True, rows, folder / FILE)


def _version(connection: duckdb.DuckDBPyConnection, marts: list[Mapping[str, Any]]) -> str:
    built = built_models(connection)
    missing = [f"{n['schema']}.{n['alias']}" for n in marts if n["unique_id"] not in built]
    if missing:
        raise PublishError(
            f"These marts are not built and tested yet: {', '.join(missing)}. "
            "Run `make offline`, then publish again; the serving copy stays as it was."
        )
    marks = sorted((n["unique_id"], built[n["unique_id"]]) for n in marts)
    return sha256(repr((FORMAT, marks)).encode()).hexdigest()[:16]


def _current(folder: Path) -> Published | None:
    package, file = folder / PACKAGE, folder / FILE
    if not package.exists() or not file.exists():
        return None
    about = json.loads(package.read_text(encoding="utf-8"))
    rows = {r["name"]: r["rows"] for r in about["resources"]}
    if any(not (folder / r["path"]).exists() for r in about["resources"]):
        return None
    return Published(about["version"], False, rows, file)


def _copy(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> int:
    schema, table = node["schema"], node["alias"]
    connection.execute(f'create schema if not exists serving."{schema}"')
    view = node["config"]["materialized"] == "view"
    if view:
        (sql,) = connection.execute(
            "select sql from duckdb_views() where schema_name = ? and view_name = ? "
            "and database_name = current_database()",
            [schema, table],
        ).fetchone()
        connection.execute(_for_serving(sql, connection))
    else:
        connection.execute(f'create table serving."{schema}"."{table}" as select * from "{schema}"."{table}"')
    _comment(connection, schema, table, "view" if view else "table", node)
    return connection.execute(f'select count(*) from serving."{schema}"."{table}"').fetchone()[0]


def _for_serving(sql: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A view of the warehouse as a view of the serving copy: the same names in the other file."""
    (here,) = connection.execute("select current_database()").fetchone()
    plain = re.sub(rf'("{here}"|\b{here})\.', "", sql)
    return re.sub(r"(?i)^create view ", "create view serving.", plain, count=1)


def _comment(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    kind: str,
    node: Mapping[str, Any],
) -> None:
    target = f'serving."{schema}"."{table}"'
    connection.execute(f"comment on {kind} {target} is '{_escaped(node['description'])}'")
    for column in node["columns"].values():
        connection.execute(
            f"comment on column {target}.\"{column['name']}\" is '{_escaped(column['description'])}'"
        )


def _parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    schema, table = name.split(".")
    connection.execute(
        f'copy (select * from "{schema}"."{table}") to \'{_quoted(temporary)}\' '
        "(format parquet, compression zstd)"
    )
    put_in_place(temporary, path)


def _resource(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], rows: int, parquet: Path
) -> dict[str, Any]:
    columns = connection.execute(f'describe select * from "{node["schema"]}"."{node["alias"]}"').fetchall()
    return {
        "name": f"{node['schema']}.{node['alias']}",
        "type": "table",
        "title": node["config"]["meta"].get("title", node["alias"]),
        "description": node["description"],
        "path": f"parquet/{parquet.name}",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": parquet.stat().st_size,
        "hash": f"sha256:{sha256(parquet.read_bytes()).hexdigest()}",
        "rows": rows,
        "schema": {
            "fields": [_field(node["columns"][name], kind) for name, kind, *_ in columns],
            "primaryKey": node["config"]["meta"]["key"],
        },
    }


def _field(column: Mapping[str, Any], kind: str) -> dict[str, str]:
    field = {
        "name": column["name"],
        "type": "number" if kind.startswith("DECIMAL") else FIELD_TYPES[kind],
        "description": column["description"],
    }
    unit = column["config"]["meta"].get("unit")
    return field | {"unit": unit} if unit else field


def _package(
    connection: duckdb.DuckDBPyConnection,
    version: str,
    resources: list[dict[str, Any]],
    rows: Mapping[str, int],
) -> dict[str, Any]:
    """A Frictionless data package: what each file holds, from whom, under which terms."""
    sources = connection.execute(
        "select dataset, title, page, licence, licence_url, credit from core.datasets "
        "where newest_known_at is not null order by dataset"
    ).fetchall()
    (sample,) = connection.execute(
        "select coalesce(bool_or(origin = 'sample'), false) from core.snapshots"
    ).fetchone()
    title = "Tidemark: cross-border portfolio flows and reserve diversification"
    return {
        "name": "tidemark",
        "title": f"{title} (made-up sample figures)" if sample else title,
        "version": version,
        "origin": "sample" if sample else "publishers",
        "sources": [
            {"title": f"{title} ({dataset})", "path": page, "credit": credit}
            for dataset, title, page, _, _, credit in sources
        ],
        "licenses": [
            {"title": name, "path": url}
            for name, url in sorted({(licence, url) for _, _, _, licence, url, _ in sources})
        ],
        "resources": sorted(resources, key=lambda r: r["name"]),
    }


def _swap(fresh: Path, target: Path) -> None:
    """Put a finished file in the place of the one that readers open.

    A write-ahead log left beside the old file would be replayed into the new one.
    """
    fresh.chmod(0o444)
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
    put_in_place(fresh, target)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("'", "''")
