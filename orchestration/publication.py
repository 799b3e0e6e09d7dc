"""Which version of each mart is served, since when, and why it is not a newer one.

The words and the one table that a copy says it with. What is copied, and from where, is `publish`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

TABLE = "quality.publication"
KEY = ["mart"]
TITLE = "Which version of each mart is served"
DESCRIPTION = (
    "Which version of each mart this copy holds, and why no newer one. Written with the copy, whose history "
    "it tells: a copy that is rebuilt from the archive has other times in it. One row per mart."
)
COLUMNS = {
    "mart": ("varchar", "Schema and name of the mart."),
    "rows_held": ("bigint", "Rows of it in this copy; missing where it is not in it."),
    "published_at": ("timestamp", "Since when this version is served, UTC; missing where it is not served."),
    "is_current": (
        "boolean",
        "Whether it is all that the files held give. Whether a newer file is out, `quality.freshness` says.",
    ),
    "kept_because": (
        "varchar",
        "Where it is not current: what failed, so that newer figures are not in it; else empty.",
    ),
}
# A mart that is not built and tested although nothing is known to have failed.
UNKNOWN = "its build was interrupted, or another run is at it"


@dataclass(frozen=True)
class Version:
    """The version of a mart in a copy: since when it is served, and what keeps a newer one back."""

    mart: str
    published_at: datetime | None
    causes: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """What failed; empty where this is the newest version."""
        return "; ".join(self.causes)

    @property
    def label(self) -> str:
        """A sentence for those who read the mart; empty where this is the newest version."""
        if not self.causes or self.published_at is None:
            return ""
        since = f"{self.published_at:%Y-%m-%d %H:%M} UTC"
        return f"This is its version of {since}, without newer figures: {self.because}"


def write(connection: duckdb.DuckDBPyConnection, catalog: str, versions: Iterable[Version]) -> None:
    """Write the table into a copy that has all marts in it."""
    target = f"{catalog}.{TABLE}"
    connection.execute(f"create schema if not exists {catalog}.{TABLE.split('.')[0]}")
    connection.execute(f"create table {target} ({', '.join(f'{c} {t}' for c, (t, _) in COLUMNS.items())})")
    connection.execute(f"comment on table {target} is '{DESCRIPTION}'")
    for column, (_, description) in COLUMNS.items():
        connection.execute(f"comment on column {target}.{column} is '{description}'")
    for version in sorted(versions, key=lambda v: v.mart):
        rows = None
        if version.published_at:
            (rows,) = connection.execute(f"select count(*) from {catalog}.{version.mart}").fetchone()
        connection.execute(
            f"insert into {target} values (?, ?, ?::timestamptz at time zone 'UTC', ?, ?)",
            [version.mart, rows, version.published_at, not version.causes, version.because],
        )


def in_words(versions: Iterable[Version]) -> list[str]:
    """What failed and which marts it keeps back: a text per failure, none where all marts are current."""
    kept: dict[str, list[str]] = {}
    absent: dict[str, list[str]] = {}
    for version in sorted(versions, key=lambda v: v.mart):
        for cause in version.causes:
            (kept if version.published_at else absent).setdefault(cause, []).append(version.mart)
    told = []
    for cause in dict.fromkeys([*kept, *absent]):
        lines = [cause]
        if cause in kept:
            lines.append(f"  Their last good version stays: {', '.join(kept[cause])}.")
        if cause in absent:
            lines.append(f"  Not published, as they have no good version yet: {', '.join(absent[cause])}.")
        told.append("\n".join(lines))
    return told
