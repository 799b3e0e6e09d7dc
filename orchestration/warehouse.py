"""Connections to the one DuckDB file, and the little that the pipeline remembers in it.

Only the pipeline opens this file; readers use the serving copy. What is remembered (`ops`) is about
work done, never about figures: delete the file, and a rebuild gives the same marts.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.errors import WarehouseError

log = logging.getLogger("tidemark")

# Seconds between tries: doubled to the long one, which is told; then again and again.
SHORT_S, LONG_S, AGAIN_S = 0.0625, 2.0, 1.0

SETUP = """
create schema if not exists raw;
create schema if not exists ops;
create table if not exists ops.table_versions (table_name varchar primary key, version varchar not null);
create table if not exists ops.built_models (model varchar primary key, fingerprint varchar not null);
create table if not exists ops.held_back (model varchar primary key, causes varchar[] not null);
"""


@contextmanager
def connect(path: Path, *, lock_timeout_s: float = 600) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, waiting while another process writes; always closed again.

    DuckDB lets one process have the file. Its lock is the kernel's, so that of a killed process is
    gone with it, and waiting is enough.

    Raises:
        WarehouseError: the file stayed locked, or is not a DuckDB file that this version can read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, lock_timeout_s)
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute(SETUP)
        yield connection
    finally:
        connection.close()


def _open(path: Path, lock_timeout_s: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + lock_timeout_s
    pause = SHORT_S
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as error:
            # Not just "lock": a corrupt file's message names a block.
            if "could not set lock" not in str(error).lower():
                raise WarehouseError(
                    f"{path} cannot be opened as a DuckDB {duckdb.__version__} file: {error} "
                    "It can be deleted: `make offline` builds it again from the archive."
                ) from error
            if time.monotonic() > deadline:
                raise WarehouseError(
                    f"{path} was still in use after {lock_timeout_s:g} s: {error} Close the program "
                    "that holds it; readers should use the serving copy instead."
                ) from error
            if pause == LONG_S:
                log.info(f"Waiting for the warehouse, which another process has open: {error}")
            time.sleep(pause)
            pause = LONG_S if pause == LONG_S / 2 else pause * 2 if pause < LONG_S else AGAIN_S


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def table_versions(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The content version of each raw table, by its name."""
    rows = connection.execute("select table_name, version from ops.table_versions").fetchall()
    return dict(rows)


def set_table_version(connection: duckdb.DuckDBPyConnection, table: str, version: str) -> None:
    """Remember a raw table's content version; belongs into the transaction that changes it."""
    connection.execute("insert or replace into ops.table_versions values (?, ?)", [table, version])


def built_models(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The fingerprint with which each dbt node was last built and tested."""
    return dict(connection.execute("select model, fingerprint from ops.built_models").fetchall())


def set_built_models(connection: duckdb.DuckDBPyConnection, fingerprints: Mapping[str, str]) -> None:
    """Remember the fingerprints of nodes that were built and whose tests passed."""
    for model, fingerprint in fingerprints.items():
        connection.execute("insert or replace into ops.built_models values (?, ?)", [model, fingerprint])


def forget_models(connection: duckdb.DuckDBPyConnection, models: Iterable[str]) -> None:
    """Forget that these nodes were built: they are about to be built again."""
    connection.execute("delete from ops.built_models where model in (select unnest(?))", [list(models)])


def models_held_back(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Why dbt nodes are not built and tested: what failed in the last build, in words."""
    return dict(connection.execute("select model, causes from ops.held_back").fetchall())


def set_models_held_back(connection: duckdb.DuckDBPyConnection, causes: Mapping[str, list[str]]) -> None:
    """Remember why nodes are held back, and forget it of all others."""
    connection.execute("delete from ops.held_back")
    for model, found in causes.items():
        connection.execute("insert into ops.held_back values (?, ?)", [model, found])


def table_exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether there is such a table or view."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
