"""The records and their calendars as raw tables, so that SQL can join what only YAML says.

Whole tables, written again only where their content differs. What publishers sent is not here.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

import duckdb

from orchestration.arrivals import awaited_release, dataset_calendar, rule_in_words
from orchestration.raw import held_periods
from orchestration.records import Dataset, PublisherRecord, release_time
from orchestration.releases import Release
from orchestration.warehouse import set_table_version, table_versions, transaction

TABLES = {
    "tidemark__datasets": (
        "dataset varchar, publisher varchar, publisher_title varchar, title varchar, "
        "description varchar, address varchar, page varchar, licence varchar, licence_url varchar, "
        "credit varchar, unit varchar, sign varchar, frequency varchar, release_rule varchar, "
        "timezone varchar, full_history boolean, raw_table varchar"
    ),
    "tidemark__methods": (
        "dataset varchar, method varchar, from_period date, to_period date, what varchar, "
        "first_published_at timestamp, touches varchar"
    ),
    "tidemark__releases": (
        "dataset varchar, period_start date, period_end date, due_at timestamp, "
        "late_after timestamp, reason varchar"
    ),
}


def write(connection: duckdb.DuckDBPyConnection, publishers: Sequence[PublisherRecord]) -> dict[str, bool]:
    """Write the registry's tables; says of each whether its content changed."""
    held = held_periods(connection)
    rows: dict[str, list[tuple]] = {name: [] for name in TABLES}
    for publisher in publishers:
        for dataset in publisher.datasets:
            rows["tidemark__datasets"].append(_dataset_row(publisher, dataset))
            rows["tidemark__methods"] += _method_rows(dataset)
            first, newest = held.get(dataset.id, (None, None))
            rows["tidemark__releases"] += [
                (
                    dataset.id,
                    r.period_start,
                    r.period_end,
                    _naive(r.due_at),
                    _naive(r.late_after),
                    r.reason,
                )
                for r in _releases(dataset, first, newest)
            ]
    versions = table_versions(connection)
    changed = {}
    with transaction(connection):
        for name, columns in TABLES.items():
            version = sha256(repr((columns, rows[name])).encode()).hexdigest()[:16]
            changed[name] = versions.get(name) != version
            if changed[name]:
                _replace(connection, name, columns, rows[name])
                set_table_version(connection, name, version)
    return changed


def _releases(dataset: Dataset, first: str | None, newest: str | None) -> list[Release]:
    if first is None or newest is None:
        return [awaited_release(dataset, None)]
    return dataset_calendar(dataset, date.fromisoformat(first), date.fromisoformat(newest))


def _dataset_row(publisher: PublisherRecord, dataset: Dataset) -> tuple:
    return (
        dataset.id,
        publisher.id,
        publisher.title,
        dataset.title,
        dataset.description,
        " ".join(source.url for source in dataset.sources),
        dataset.page,
        dataset.licence.text,
        dataset.licence.url,
        dataset.credit,
        dataset.unit,
        dataset.sign,
        dataset.frequency.value,
        rule_in_words(dataset),
        dataset.release.timezone,
        dataset.full_history,
        f"raw.{dataset.table}",
    )


def _method_rows(dataset: Dataset) -> Iterable[tuple]:
    starts = [m.from_period for m in dataset.methods]
    for method in dataset.methods:
        following = min((s for s in starts if s > method.from_period), default=None)
        first = release_time(method.first_published, dataset)
        yield (
            dataset.id,
            method.id,
            method.from_period,
            following - timedelta(days=1) if following else None,
            method.what,
            _naive(first) if first else None,
            ", ".join(method.touches) if method.touches else None,
        )


def _replace(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple]) -> None:
    connection.execute(f"create or replace table raw.{name} ({columns})")
    if not rows:
        return
    # Column-wise: one statement for thousands of releases, where executemany takes seconds.
    names = [c.split()[0] for c in columns.split(", ")]
    values = {n: [row[i] for row in rows] for i, n in enumerate(names)}
    selected = ", ".join(f"unnest(${n})" for n in names)
    connection.execute(f"insert into raw.{name} select {selected}", values)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
