"""The serving copy: marts only, written beside and swapped in whole; Parquet; a data package.

Readers open what is here, never the warehouse. What the marts are is dbt's business. The serving copy
is the desk's own and holds everything; exports are for passing on, and leave out what must not be.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from orchestration import publication
from orchestration.errors import PublishError
from orchestration.files import put_in_place, sync
from orchestration.manifest import functions_of, marts_of, public_of, table_of
from orchestration.publication import UNKNOWN, Version
from orchestration.serving import FILE, MARK, PACKAGE
from orchestration.settings import Settings
from orchestration.warehouse import built_models, connect, models_held_back

# An old format, so that old readers can open it: tried with DuckDB 1.1.3 to 2.0.0 (`make test-compat`).
STORAGE = "v1.0.0"
# Part of the version: raise it when what is published changes without a change of the marts.
FORMAT = 3
# Without these nobody can say what a copy holds, whose it is and what is late.
NEEDED = {"core.datasets", "core.snapshots", "quality.arrivals"}

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
    resources: dict[str, dict[str, Any]]
    versions: dict[str, Version]
    file: Path

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each mart, as exported."""
        return {name: resource["rows"] for name, resource in self.resources.items()}

    @property
    def kept(self) -> list[str]:
        """The marts of which no newer version could be published."""
        return sorted(name for name, version in self.versions.items() if version.causes)

    def in_words(self) -> str:
        """One line for a log."""
        size = self.file.stat().st_size / 1e6
        what = f"{len(self.rows)} tables, {sum(self.rows.values()):,} rows, {size:.1f} MB"
        kept = f"; {len(self.kept)} marts keep their last good version" if self.kept else ""
        return f"published {what}{kept}" if self.new else f"nothing to publish: {what} are current"


def publish(settings: Settings, manifest: Mapping[str, Any]) -> Published:
    """Copy the marts from the warehouse to the serving folder, if they differ from what is there.

    A mart that is not built and tested keeps its last good version, and says so; one that never was is left
    out. All that rests on it is kept or left out too, as it is not built and tested either.

    Raises:
        PublishError: a mart was not built without which there is no copy. The one that was there stays.
    """
    folder = settings.serving
    marts = marts_of(manifest)
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        current = _current(folder)
        built = built_models(connection)
        if current and any(node["unique_id"] not in built for node in public_of(manifest)):
            connection.execute(f"attach '{_quoted(folder / FILE)}' as held (read_only)")
        marks = _marks(built, marts, current)
        versions = _versions(built, models_held_back(connection), marts, marks, current, settings.now())
        functions = _functions(connection, manifest, built)
        causes = sorted((v.mart, v.causes) for v in versions.values() if v.causes)
        version = sha256(repr((FORMAT, sorted(marks.items()), functions, causes)).encode()).hexdigest()[:16]
        if current and current.version == version:
            return replace(current, versions=versions)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "parquet").mkdir(exist_ok=True)
        fresh = _beside(folder / FILE)
        fresh.unlink(missing_ok=True)
        # Of each file that goes along with it, where it is until then.
        along: dict[Path, Path] = {}
        resources = []
        (warehouse,) = connection.execute("select current_database()").fetchone()
        try:
            connection.execute(f"attach '{_quoted(fresh)}' as serving (storage_version '{STORAGE}')")
            for node in sorted((n for n in marts if table_of(n) in marks), key=_is_view):
                name = table_of(node)
                of = versions[name]
                _copy(connection, node, "held" if of.causes else warehouse)
                parquet = folder / "parquet" / f"{name}.parquet"
                along[parquet] = _beside(parquet)
                _parquet(connection, node, along[parquet])
                # What was kept is described as it was: its columns may be others than the model's are now.
                resource = current.resources[name] if of.causes else _resource(connection, node, parquet)
                _comment(connection, node, resource, of.label)
                about = _hash(along[parquet]) | {"fingerprint": marks[name]} | _about(of)
                resources.append(resource | about)
            for function in functions:
                connection.execute(function)
            publication.write(connection, "serving", versions.values())
            package = _package(connection, version, resources)
            along[folder / PACKAGE] = _beside(folder / PACKAGE)
            _write(package, along[folder / PACKAGE])
            connection.execute("detach serving")
            _swap(fresh, folder / FILE)
            # All are finished and on the disk: only a killed process can end this half way. The package is
            # the last; as long as it is the old one, the next call publishes again.
            for target, finished in along.items():
                finished.replace(target)
            sync(folder / "parquet")
            sync(folder)
        finally:
            if fresh.exists():
                connection.execute("detach database if exists serving")
                fresh.unlink()
            for finished in along.values():
                finished.unlink(missing_ok=True)
        for left in set((folder / "parquet").glob("*.parquet")) - {folder / r["path"] for r in resources}:
            left.unlink()  # of a mart that is no more
    return Published(version, True, {r["name"]: r for r in resources}, versions, folder / FILE)


def _marks(
    built: Mapping[str, str], marts: list[Mapping[str, Any]], current: Published | None
) -> dict[str, str]:
    """The fingerprint of each mart to publish.

    A mart that is not built and tested (its test failed, or another run is at it) is taken from the
    copy that is there.
    """
    held = {n: r["fingerprint"] for n, r in current.resources.items()} if current else {}
    marks = {table_of(n): built.get(n["unique_id"], held.get(table_of(n))) for n in marts}
    return {name: mark for name, mark in marks.items() if mark}


def _versions(
    built: Mapping[str, str],
    causes: Mapping[str, list[str]],
    marts: list[Mapping[str, Any]],
    marks: Mapping[str, str],
    current: Published | None,
    now: datetime,
) -> dict[str, Version]:
    """The version of each mart to publish: that of the copy that is there where it is the same."""
    found = {}
    for node in marts:
        name, model = table_of(node), node["unique_id"]
        there = current.resources.get(name, {}) if current else {}
        same = name in marks and there.get("fingerprint") == marks[name]
        since = datetime.fromisoformat(there["published_at"]) if same else now.replace(microsecond=0)
        found[name] = Version(
            name,
            since if name in marks else None,
            () if model in built else tuple(causes.get(model, [UNKNOWN])),
        )
    missing = {n: v.because for n, v in found.items() if n in NEEDED and v.published_at is None}
    if missing:
        told = "".join(f"\n  {name}: {because}" for name, because in missing.items())
        raise PublishError(
            f"Nothing can be published without these marts, which were never built and tested:{told}"
        )
    return found


def _about(version: Version) -> dict[str, str]:
    """What the data package says of it."""
    since = {"published_at": version.published_at.isoformat()}
    return since | {"kept_because": version.because} if version.causes else since


def _is_view(node: Mapping[str, Any]) -> bool:
    return node["config"]["materialized"] == "view"


def _current(folder: Path) -> Published | None:
    package, file = folder / PACKAGE, folder / FILE
    if not package.exists() or not file.exists():
        return None
    about = json.loads(package.read_text(encoding="utf-8"))
    # A copy of before there were such times: what is in it is served since then, or longer.
    swapped = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
    resources = {r["name"]: {"published_at": swapped} | r for r in about["resources"]}
    if any(not (folder / r["path"]).exists() for r in resources.values()):
        return None
    return Published(about["version"], False, resources, {}, file)


def _copy(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], catalog: str) -> None:
    """Copy a mart into the new file, from the warehouse or from the copy that is there."""
    schema, table = node["schema"], node["alias"]
    connection.execute(f'create schema if not exists serving."{schema}"')
    if _is_view(node):
        (sql,) = connection.execute(
            "select sql from duckdb_views() where schema_name = ? and view_name = ? and database_name = ?",
            [schema, table, catalog],
        ).fetchone()
        connection.execute(_for_serving(sql, catalog))
    else:
        connection.execute(
            f'create table serving."{schema}"."{table}" as select * from "{catalog}"."{schema}"."{table}"'
        )


def _functions(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], built: Mapping[str, str]
) -> list[str]:
    """The statements that make the functions in the serving copy: as they are built, or as they were."""
    made = []
    (warehouse,) = connection.execute("select current_database()").fetchone()
    for node in functions_of(manifest):
        found = connection.execute(
            "select parameters, macro_definition from duckdb_functions() where schema_name = ? "
            "and function_name = ? and database_name = ?",
            [node["schema"], node["alias"], warehouse if node["unique_id"] in built else "held"],
        ).fetchone()
        if found:
            parameters, definition = found
            name = f'serving."{node["schema"]}"."{node["alias"]}"'
            body = _without_file(definition, warehouse)
            made.append(f"create function {name}({', '.join(parameters)}) as table ({body})")
    return made


def _for_serving(sql: str, catalog: str) -> str:
    """A view of one file as a view of the serving copy."""
    return re.sub(r"(?i)^create view ", "create view serving.", _without_file(sql, catalog), count=1)


def _without_file(sql: str, catalog: str) -> str:
    """The same names, without that of the file: readers may call theirs what they like."""
    return re.sub(rf'("{catalog}"|\b{catalog})\.', "", sql)


def _comment(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], resource: Mapping[str, Any], label: str
) -> None:
    target = f'serving."{node["schema"]}"."{node["alias"]}"'
    kind = "view" if _is_view(node) else "table"
    text = _escaped(f"{resource['description']} {label}")
    connection.execute(f"comment on {kind} {target} is '{text}'")
    for field in resource["schema"]["fields"]:
        connection.execute(
            f"comment on column {target}.\"{field['name']}\" is '{_escaped(field['description'])}'"
        )


def _beside(target: Path) -> Path:
    """Where a file is until it is finished: one name, as there is one publisher at a time.

    What a killed one left is replaced.
    """
    return target.with_name(f".{target.name}.tmp")


def _parquet(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], path: Path) -> None:
    connection.execute(
        f"copy (select * from {_exported(connection, node)}) to '{_quoted(path)}' "
        "(format parquet, compression zstd)"
    )
    sync(path)


def _write(package: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False), encoding="utf-8")
    sync(path)


def _exported(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> str:
    """The rows of a published table that may be passed on, as a `from` clause.

    What the table itself has decides, not its model: one that was kept may have other columns.
    """
    table = f'serving."{node["schema"]}"."{node["alias"]}"'
    columns = {name for name, *_ in connection.execute(f"describe {table}").fetchall()}
    return f"{table} where {MARK}" if MARK in columns else table


def _resource(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], parquet: Path
) -> dict[str, Any]:
    table = f'serving."{node["schema"]}"."{node["alias"]}"'
    columns = connection.execute(f"describe select * from {table}").fetchall()
    rows, held = (
        connection.execute(f"select count(*) from {rows}").fetchone()[0]
        for rows in (_exported(connection, node), table)
    )
    note = f"Rows whose {MARK} is not true are left out of this file: {held - rows:,} of them."
    return {
        "name": table_of(node),
        "type": "table",
        "title": node["config"]["meta"].get("title", node["alias"]),
        "description": node["description"],
        "path": f"parquet/{parquet.name}",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "rows": rows,
        "schema": {
            "fields": [_field(node["columns"][name], kind) for name, kind, *_ in columns],
            "primaryKey": node["config"]["meta"]["key"],
        },
        **({"redistributable": note} if held > rows else {}),
    }


def _hash(parquet: Path) -> dict[str, Any]:
    # Not its size: the frictionless library counts no bytes of Parquet, and would call it another file.
    return {"hash": f"sha256:{sha256(parquet.read_bytes()).hexdigest()}"}


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
) -> dict[str, Any]:
    """A Frictionless data package: what each file holds, from whom, under which terms."""
    sources = connection.execute(
        "select dataset, title, page, licence, licence_url, credit from serving.core.datasets "
        "where newest_known_at is not null order by dataset"
    ).fetchall()
    (sample,) = connection.execute(
        "select coalesce(bool_or(origin = 'sample'), false) from serving.core.snapshots"
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
