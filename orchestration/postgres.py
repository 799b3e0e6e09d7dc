"""The marts in a PostgreSQL server: tables with types, keys and comments, put in place by renaming.

For tools that need ODBC, JDBC, users or connections that stay open. The server is the desk's own, and a
second serving copy: it holds all rows, also those that no export may hold. What is loaded is the serving
copy that is there; what a mart is, and when it is published, is decided elsewhere.
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp

from orchestration import publication
from orchestration.errors import PostgresError
from orchestration.serving import PACKAGE, reading
from orchestration.settings import Settings

if TYPE_CHECKING:
    import psycopg

ROLE = "tidemark_read"
"""Who may read: a role without a login, granted to those who have one."""
# Part of the version: raise it when what is loaded changes without a change of the serving copy.
FORMAT = 1
# The beginning of the comment of each schema that is ours; nothing else is ever renamed or dropped.
OURS = "Tidemark, version "
NEW, OLD = "__new", "__old_"
LOCK = 7_108_437
"""The number of the lock that loads take in a database: one after the other."""
LOCK_TIMEOUT_S = 60
"""Seconds to wait for another load; what it waits for is seconds long."""
DROP_TIMEOUT_S = 2
"""Seconds to wait for readers of an old version: it can as well be dropped the next time."""
CHUNK = 1 << 20

TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    # Without a zone, as in DuckDB: the marts' times are in UTC.
    "TIMESTAMP": "timestamp",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric(39,0)",
    "DOUBLE": "double precision",
}
# The macro `now_utc` of the dbt project, as DuckDB keeps it in a view and as PostgreSQL has it.
NOW = "make_timestamp(epoch_us(current_timestamp))"
NOW_THERE = "cast(current_timestamp at time zone 'UTC' as timestamp)"


@dataclass(frozen=True)
class Column:
    """A column of a mart, with DuckDB's type."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True)
class Mart:
    """A table or view of the serving copy; of a view, its statement in DuckDB's dialect."""

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    view: str | None = None

    @property
    def loaded_as(self) -> str:
        """Its name until it is in place."""
        return f"{identifier(self.schema + NEW)}.{identifier(self.name)}"


@dataclass(frozen=True)
class Loaded:
    """What the server holds now, and whether this call put it there.

    `left` says of each old version that is still there why it could not be dropped.
    """

    version: str
    new: bool
    tables: int
    rows: int
    seconds: float
    swap_ms: float
    left: tuple[str, ...]

    def in_words(self) -> str:
        """A line for a log, and one per old version that is still there."""
        what = f"{self.tables} tables, {self.rows:,} rows"
        told = (
            f"PostgreSQL: loaded {what} in {self.seconds:.1f} s, put in place in {self.swap_ms:.0f} ms"
            if self.new
            else f"PostgreSQL: nothing to load, {self.tables} tables are current"
        )
        return "\n".join([told, *self.left])


def load(settings: Settings) -> Loaded:
    """Load the serving copy into the server of the settings, if it holds another version.

    All of it is one transaction, which readers see from its end on: a load that is killed leaves nothing.
    Readers wait for nothing, as no table of theirs is locked; the old version is dropped afterwards.

    Raises:
        PostgresError: the server does not answer or refuses, or cannot hold what is to be loaded. What it
            held stays.
    """
    with _connected(settings) as connection:
        connection.execute(f"set lock_timeout = '{LOCK_TIMEOUT_S}s'")
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        # Read while no other load can put an older version over a newer one. The package before the file,
        # which is swapped in first: figures may be newer than the version they are loaded as, never older.
        package = _package(settings)
        version = f"{package['version']}.{FORMAT}"
        with reading(settings) as copy:
            marts = marts_of(copy, package)
            schemas = sorted({mart.schema for mart in marts})
            there = _schemas(connection)
            tables = [mart for mart in marts if not mart.view]
            if there.ours == dict.fromkeys(schemas, version):
                return Loaded(version, False, len(tables), 0, 0, 0, _drop(connection, there.old))
            if strangers := there.others & set(schemas):
                raise PostgresError(
                    f"Expected to find no schemas in {_where(settings)} that Tidemark has not made, found: "
                    f"{', '.join(sorted(strangers))}. Nothing was loaded: give it a database of its own."
                )
            if package["origin"] == "sample" and _holds_real_figures(connection, there):
                raise PostgresError(
                    f"{_where(settings)} holds publishers' real figures; refused to put made-up sample "
                    "figures in their place. Nothing was loaded: give them a database of their own, or leave "
                    "TIDEMARK_POSTGRES empty. If it is meant, drop Tidemark's schemas there first: "
                    f"{', '.join(sorted(there.ours))}."
                )
            about = f"{OURS}{version}. Loaded {settings.now():%Y-%m-%d %H:%M} UTC. {package['title']}."
            started = time.monotonic()
            with connection.transaction():
                _setup(connection, schemas, about)
                rows = sum(_copied(copy, connection, mart) for mart in tables)
                for mart in marts:
                    connection.execute("; ".join(finished(mart)))
                connection.execute("; ".join(granted(schemas)))
                (number,) = connection.execute("select txid_current()").fetchone()
                swapping = time.monotonic()
                connection.execute("; ".join(swapped(sorted(there.ours), schemas, number)))
            ended = time.monotonic()
        left = _drop(connection, _schemas(connection).old)
        return Loaded(version, True, len(tables), rows, ended - started, 1000 * (ended - swapping), left)


def marts_of(copy: duckdb.DuckDBPyConnection, package: Mapping[str, Any]) -> list[Mart]:
    """The tables of a serving copy and then its views, with units from its data package.

    Raises:
        PostgresError: the package is not that of this copy.
    """
    described = {resource["name"]: resource["schema"] for resource in package["resources"]}
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, table, column, kind, comment in copy.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal order by schema_name, table_name, column_index"
    ).fetchall():
        fields = described.get(f"{schema}.{table}", {}).get("fields", [])
        unit = next((f["unit"] for f in fields if f["name"] == column and "unit" in f), None)
        text = f"{comment} Unit: {unit}." if unit else comment
        columns.setdefault((schema, table), []).append(Column(column, kind, text))
    keys = {name: schema["primaryKey"] for name, schema in described.items()}
    keys[publication.TABLE] = publication.KEY
    found = copy.execute(
        "select schema_name, table_name, comment, null from duckdb_tables() where not internal union all "
        "select schema_name, view_name, comment, sql from duckdb_views() where not internal order by 1, 2"
    ).fetchall()
    if unknown := sorted({f"{schema}.{name}" for schema, name, *_ in found} - set(keys)):
        raise PostgresError(
            f"Expected the data package to describe every table of the serving copy, found none of: "
            f"{', '.join(unknown)}. A newer copy is being put in place: try again in a moment."
        )
    marts = [
        Mart(schema, name, comment, tuple(columns[schema, name]), tuple(keys[f"{schema}.{name}"]), view)
        for schema, name, comment, view in found
    ]
    return sorted(marts, key=lambda mart: mart.view is not None)


def column_type(kind: str) -> str:
    """PostgreSQL's type for one of DuckDB's: the same values, decimals with the same digits.

    Raises:
        PostgresError: no mart has had such a type yet.
    """
    if kind.startswith("DECIMAL("):
        return kind.replace("DECIMAL", "numeric")
    if kind not in TYPES:
        raise PostgresError(
            f"Expected a column of one of the types {', '.join(['DECIMAL', *TYPES])}; found {kind}. "
            "Say in orchestration/postgres.py what it is in PostgreSQL."
        )
    return TYPES[kind]


def created(mart: Mart) -> str:
    """The statement that makes a table, empty."""
    columns = ", ".join(f"{identifier(c.name)} {column_type(c.kind)}" for c in mart.columns)
    return f"create table {mart.loaded_as} ({columns})"


def finished(mart: Mart) -> Iterator[str]:
    """The statements for a table that has its rows, or for a view whose tables are there."""
    if mart.view:
        yield f"create view {mart.loaded_as} as {view_there(mart.view)}"
    else:
        yield f"alter table {mart.loaded_as} add primary key ({', '.join(map(identifier, mart.key))})"
        yield f"analyze {mart.loaded_as}"
    yield f"comment on {'view' if mart.view else 'table'} {mart.loaded_as} is {literal(mart.comment)}"
    for column in mart.columns:
        yield f"comment on column {mart.loaded_as}.{identifier(column.name)} is {literal(column.comment)}"


def view_there(sql: str) -> str:
    """The query of one of DuckDB's views in PostgreSQL's dialect, on the tables that are being loaded."""
    query = sqlglot.parse_one(sql.replace(NOW, NOW_THERE), read="duckdb").expression
    for table in query.find_all(exp.Table):
        if table.db:
            table.set("db", exp.to_identifier(table.db + NEW))
    return query.sql("postgres")


def granted(schemas: list[str]) -> Iterator[str]:
    """The statements that let the role read what was loaded, and nothing else."""
    for schema in schemas:
        yield f"grant usage on schema {identifier(schema + NEW)} to {ROLE}"
        yield f"grant select on all tables in schema {identifier(schema + NEW)} to {ROLE}"


def withdrawn(schema: str) -> Iterator[str]:
    """The statements that hide an old version which stays from those who may read."""
    yield f"revoke usage on schema {identifier(schema)} from {ROLE}"
    yield f"revoke select on all tables in schema {identifier(schema)} from {ROLE}"


def swapped(there: list[str], schemas: list[str], number: int) -> Iterator[str]:
    """The statements that rename the old version away and the new one in.

    Args:
        there: our schemas that are in place.
        schemas: those that were loaded.
        number: sets this old version apart from others that could not be dropped.
    """
    for schema in there:
        yield f"alter schema {identifier(schema)} rename to {identifier(f'{schema}{OLD}{number}')}"
    for schema in schemas:
        yield f"alter schema {identifier(schema + NEW)} rename to {identifier(schema)}"


def identifier(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it; PostgreSQL's comments take no parameters."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class _Schemas:
    """The schemas of a database: ours in place with their versions, ours of old, and others."""

    ours: dict[str, str]
    old: list[str]
    others: set[str]


def _schemas(connection: "psycopg.Connection") -> _Schemas:
    found = connection.execute(
        "select nspname, coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace order by 1"
    ).fetchall()
    versions = {name: re.match(rf"{OURS}(\w+\.\w+)\.", comment) for name, comment in found}
    ours = {name: mark[1] for name, mark in versions.items() if mark}
    old = [name for name in ours if re.search(rf"{OLD}\d+$", name)]
    return _Schemas(
        {name: version for name, version in ours.items() if name not in old}, old, versions.keys() - ours
    )


def _holds_real_figures(connection: "psycopg.Connection", there: _Schemas) -> bool:
    """Whether what is in place came from publishers."""
    if "core" not in there.ours:
        return False
    (real,) = connection.execute(
        "select count(*) > 0 from core.snapshots where origin <> 'sample'"
    ).fetchone()
    return real


@contextmanager
def _connected(settings: Settings) -> Iterator["psycopg.Connection"]:
    """A connection in which each statement is a transaction; what goes wrong in it is told for people."""
    if settings.postgres is None:
        raise PostgresError(
            "Expected TIDEMARK_POSTGRES to name a PostgreSQL database, found none: see .env.example."
        )
    if not find_spec("psycopg"):
        raise PostgresError(
            "TIDEMARK_POSTGRES names a PostgreSQL database; expected the package psycopg, found none: "
            "install the lock (`make setup`), or leave the setting empty."
        )
    import psycopg

    try:
        with psycopg.connect(
            str(settings.postgres.get_secret_value()),
            autocommit=True,
            client_encoding="utf8",
            application_name="tidemark",
            connect_timeout=max(2, round(settings.connect_timeout_s)),  # libpq takes no less
            # A server that is gone without a word is noticed after a minute, not after hours.
            keepalives_idle=30,
            tcp_user_timeout=60_000,
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise PostgresError(
            f"PostgreSQL ({_where(settings)}) was not given the newest marts: {str(error).strip()}\n"
            "What it held stays, and the serving copy is another matter. The next run tries again, and "
            "`make postgres` does at once."
        ) from error


def _where(settings: Settings) -> str:
    """The server and database of the settings, without user and password."""
    url = settings.postgres.get_secret_value()
    return f"{url.host or 'this machine'}:{url.port or 5432}{url.path or ''}"


def _package(settings: Settings) -> dict[str, Any]:
    package = settings.serving / PACKAGE
    if not package.exists():
        raise PostgresError(
            f"Expected a serving copy in {settings.serving}, found none: `make run` or `make demo` makes one."
        )
    return json.loads(package.read_text(encoding="utf-8"))


def _setup(connection: "psycopg.Connection", schemas: list[str], about: str) -> None:
    """The role, if there is none, and the schemas to load into."""
    import psycopg

    if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
        try:
            connection.execute(f"create role {ROLE} nologin")
        except psycopg.errors.InsufficientPrivilege as error:
            raise PostgresError(
                f"Expected the role {ROLE}, or the right to make it, found neither. "
                f"As an administrator of the server: create role {ROLE} nologin;"
            ) from error
    for schema in schemas:
        connection.execute(f"create schema {identifier(schema + NEW)}")
        connection.execute(f"comment on schema {identifier(schema + NEW)} is {literal(about)}")


def _copied(copy: duckdb.DuckDBPyConnection, connection: "psycopg.Connection", mart: Mart) -> int:
    """Make a table and fill it; its number of rows.

    As text on both sides, so that decimals are what they were: a missing value is nothing, an empty text is
    quoted. Frozen rows are seen by transactions that began earlier, too: to those the table would be empty.
    """
    connection.execute(created(mart))
    with tempfile.TemporaryDirectory(prefix="tidemark-postgres-") as folder:
        file = Path(folder) / "rows.csv"
        source = f"{identifier(mart.schema)}.{identifier(mart.name)}"
        copy.execute(f"copy {source} to {literal(str(file))} (format csv, header false)")
        with file.open("rb") as rows, connection.cursor() as cursor:
            with cursor.copy(f"copy {mart.loaded_as} from stdin (format csv, freeze)") as target:
                while chunk := rows.read(CHUNK):
                    target.write(chunk)
            return cursor.rowcount


def _drop(connection: "psycopg.Connection", schemas: list[str]) -> tuple[str, ...]:
    """Drop old versions; of those that readers hold or other people's objects rest on, why they stay."""
    import psycopg

    left = []
    for schema in schemas:
        name = identifier(schema)
        relations = connection.execute(
            "select relkind = 'v', relname from pg_class "
            "where relnamespace = %s::regnamespace and relkind in ('v', 'r') order by 1 desc, 2",
            [name],
        ).fetchall()
        statements = [
            # Never `cascade`: a view of somebody else's may rest on it.
            *(f"drop {'view' if v else 'table'} {name}.{identifier(r)}" for v, r in relations),
            f"drop schema {name}",
        ]
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{DROP_TIMEOUT_S}s'")
                connection.execute("; ".join(statements))
            continue
        except psycopg.errors.LockNotAvailable:
            left.append(f"{schema} is still being read; the next load drops it.")
        except psycopg.errors.DependentObjectsStillExist as error:
            left.append(f"{schema} cannot be dropped: {error.diag.message_detail}")
        # No tool lists it any more. Not earlier: rights are looked at when a query starts, names before that.
        connection.execute("; ".join(withdrawn(schema)))
    return tuple(left)
