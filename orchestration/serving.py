"""The serving copy as its readers find it: its files, and the questions that several of them ask.

How it is made is in `publish`; what the dashboard asks is in its own folder. Each look opens it anew, as a
newer copy takes its place at any moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.errors import PublishError
from orchestration.settings import Settings, short

FILE = "tidemark.duckdb"
PACKAGE = "datapackage.json"
# Whatever mart has this column: rows where it is not true stay in the serving copy and leave in no export.
MARK = "is_redistributable"


@dataclass(frozen=True)
class Held:
    """What is held of a dataset: its newest period, and why its newest file was refused, if it was."""

    newest: date | None = None
    refused_because: str = ""


def serving_file(settings: Settings) -> Path:
    """The serving copy.

    Raises:
        PublishError: there is none yet.
    """
    file = settings.serving / FILE
    if not file.exists():
        raise PublishError(
            f"There is no serving copy at {short(file)} yet. Make one: `make demo` (made-up figures), "
            "`make run` (the publishers), or `make import FROM=<mirror>` and `make offline`; "
            "`make offline` alone where the archive has files."
        )
    return file


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the serving copy, read-only; always closed again.

    Raises:
        PublishError: there is none yet.
    """
    with duckdb.connect(str(serving_file(settings)), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def is_made_up(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether its figures are those of the sample."""
    (made_up,) = connection.execute(
        "select coalesce(bool_or(origin = 'sample'), false) from core.snapshots"
    ).fetchone()
    return made_up


def held(connection: duckdb.DuckDBPyConnection) -> dict[str, Held]:
    """What is held of each dataset."""
    rows = connection.execute(
        "select dataset, newest_period_end, refused_because from quality.arrivals"
    ).fetchall()
    return {dataset: Held(newest, because) for dataset, newest, because in rows}
