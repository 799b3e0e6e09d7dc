"""Questions to the serving copy, which may be absent, or replaced by a newer one at any moment.

Each question opens the file and closes it again: a connection that stays open would keep the copy of when it
was opened. Answers are kept as long as the file is the same one. What is asked is in `queries/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

from orchestration.serving import FILE, MARK
from orchestration.settings import Settings

# Answers that are kept: some pages, each for a few dates and choices.
KEPT_ANSWERS = 200
# The marts are small: one thread answers as fast, and leaves the others to other readers.
THREADS = 1


@dataclass(frozen=True)
class Edition:
    """One serving copy: another file in its place is another edition, whatever its name."""

    path: str
    inode: int
    modified_ns: int


@dataclass(frozen=True)
class Narrowed:
    """A table function that shows a query fewer rows, also where other functions call it.

    Functions that compute over many series take as long as all of them together; what one page shows is a
    part of that. Their formulas stay those of the warehouse. The query names functions with their catalog,
    `served.`.

    Attributes:
        function: schema and name; its only parameter is `as_of`.
        only: an SQL condition on its rows, over the query's parameters.
    """

    function: str
    only: str


def _file() -> Path:
    """Where the serving copy is, or will be."""
    return Settings().serving / FILE


def edition() -> Edition | None:
    """The serving copy that is there now; None where there is none."""
    return edition_of(_file())


def edition_of(file: Path) -> Edition | None:
    """What tells a file from one that was put in its place; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return Edition(str(file), found.st_ino, found.st_mtime_ns)


class NoServingCopyError(Exception):
    """There is no serving copy to ask (yet, or any more)."""


def ask(sql: str, narrowed: Narrowed | None = None, **parameters: Any) -> pa.Table:  # noqa: ANN401 - bound values
    """The rows of a query, decimals as they are.

    Args:
        sql: one statement over the marts, with `$name` for each parameter.
        narrowed: a function that the query's functions shall see less of.
        parameters: the values of these names.

    Raises:
        NoServingCopyError: the file is not there.
    """
    return _kept_answer(_current(), sql, narrowed, parameters)


def ask_once(sql: str, **parameters: Any) -> pa.Table:  # noqa: ANN401 - bound values
    """The same, and the answer is not kept: for what is large and seldom asked for, such as a whole mart.

    Raises:
        NoServingCopyError: the file is not there.
    """
    return _answer(_current(), sql, None, parameters)


def _current() -> Edition:
    current = edition()
    if current is None:
        raise NoServingCopyError(f"no serving copy at {_file()}")
    return current


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _kept_answer(
    edition: Edition, sql: str, narrowed: Narrowed | None, parameters: Mapping[str, object]
) -> pa.Table:
    return _answer(edition, sql, narrowed, parameters)


def _answer(
    edition: Edition, sql: str, narrowed: Narrowed | None, parameters: Mapping[str, object]
) -> pa.Table:
    # A database of its own in memory, with the file beside: connections to one file share what was opened
    # first, so that another viewer's connection could answer from the edition before.
    with duckdb.connect(":memory:", config={"threads": THREADS}) as connection:
        try:
            connection.execute(f"attach '{edition.path.replace(chr(39), chr(39) * 2)}' as served (read_only)")
        except duckdb.IOException as error:
            if Path(edition.path).exists():
                raise
            raise NoServingCopyError(str(error)) from error
        connection.execute("use served")
        if narrowed:
            _narrow(connection, narrowed, parameters)
        connection.execute("set enable_external_access = false; set lock_configuration = true")
        return connection.execute(sql, parameters or None).to_arrow_table()


def _narrow(
    connection: duckdb.DuckDBPyConnection, narrowed: Narrowed, parameters: Mapping[str, object]
) -> None:
    """Put a function of the same name, over fewer rows, before the one of the file."""
    schema, name = narrowed.function.split(".")
    connection.execute(f"create schema memory.{schema}")
    used = {key: value for key, value in parameters.items() if f"${key}" in narrowed.only or key == "as_of"}
    connection.execute(
        f"create table memory.{schema}.rows_of_{name} as "
        f"select * from served.{narrowed.function}($as_of) where {narrowed.only}",
        used,
    )
    connection.execute(
        f"create macro memory.{narrowed.function}(as_of) as table from memory.{schema}.rows_of_{name}"
    )
    connection.execute("set search_path = 'memory,served'")


def may_be_passed_on(table: pa.Table) -> pa.Table:
    """The rows that may leave this desk: all, or those that say so, as in the exports of `make run`."""
    if MARK not in table.column_names:
        return table
    return table.filter(table[MARK].fill_null(False))


def is_made_up(table: pa.Table) -> bool:
    """Whether any row comes from the made-up sample; a table shown to people has the column `origin`."""
    return "sample" in table["origin"].unique().to_pylist()
