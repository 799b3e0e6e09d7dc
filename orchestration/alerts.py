"""Alerts: what a person should hear of without looking, from the serving copy and the clock.

Failed runs are Dagster's to tell (`defs/operations.py`); how alerts are sent is in `channels`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from orchestration.arrivals import freshness
from orchestration.formats import exact
from orchestration.records import Dataset
from orchestration.releases import Arrival
from orchestration.serving import Held, held, is_made_up

# What became known longer ago is history: a new installation does not tell it all over again.
RECENT = timedelta(days=7)

REFUSED = """
select dataset, snapshot, reason from core.snapshots
where status = 'refused' and retrieved_at >= $since order by all
"""

# Of each file that revised figures by so much, how many, and the one that changed the most for its size.
# Licensed figures go to nobody else.
LARGE_PCT = 10
REVISED = f"""
with large as (
    select *,
        count(*) over (partition by dataset, revised_at) as revisions,
        row_number() over (
            partition by dataset, revised_at order by abs(change_pct) desc, series, measure, period_end
        ) as place
    from quality.revisions
    where revised_at >= $since and not is_method_change and is_redistributable
        and abs(change_pct) >= {LARGE_PCT}
)
select dataset, revised_at, revisions, series, measure, unit, period_end, figure_before, figure_after
from large where place = 1 order by all
"""

# A first few periods are records of nothing. What counts is when the figure itself became known: a signal is
# new with each revision of the figures before it.
RECORD_OF = 60
RECORDS = f"""
select signals.dataset, basis, direction, asset_class, period_start, period_end, signals.net_m,
    signals.currency, periods_to_date
from flows.flow_signals as signals
inner join flows.portfolio_flows as flows
    using (basis, direction, investor_sector, counterpart, asset_class, period_start, period_end)
where was_record and flows.known_at >= $since and periods_to_date >= {RECORD_OF}
    and investor_sector = 'all' and counterpart = 'W1'
order by all
"""

MARTS = "select table_schema || '.' || table_name from information_schema.tables"


@dataclass(frozen=True)
class Alert:
    """One event. The same event has the same `id`, whenever it is looked at."""

    id: str
    title: str
    text: str
    link: str


def found(
    connection: duckdb.DuckDBPyConnection, datasets: dict[str, Dataset], now: datetime, ui: str
) -> list[Alert]:
    """What the serving copy has to tell now: late datasets, refused files, large revisions, records."""
    since = {"since": (now - RECENT).replace(tzinfo=None)}
    titles = {dataset.id: dataset.title for dataset in datasets.values()}
    alerts = [
        *_late(datasets, held(connection), now, ui),
        *_refused(titles, connection.execute(REFUSED, since).fetchall(), ui),
    ]
    # A first copy may lack a mart that failed; what is late and refused is told all the same.
    marts = {name for (name,) in connection.execute(MARTS).fetchall()}
    if "quality.revisions" in marts:
        alerts += _revised(titles, connection.execute(REVISED, since).fetchall(), ui)
    if {"flows.flow_signals", "flows.portfolio_flows"} <= marts:
        alerts += _records(connection.execute(RECORDS, since).fetchall(), ui)
    if is_made_up(connection):
        return [replace(alert, title=f"Made-up sample: {alert.title}") for alert in alerts]
    return alerts


def _late(datasets: dict[str, Dataset], there: dict[str, Held], now: datetime, ui: str) -> Iterator[Alert]:
    for dataset in datasets.values():
        answer = freshness(dataset, there.get(dataset.id, Held()).newest, now)
        if answer.state is Arrival.LATE:
            yield Alert(
                f"late:{dataset.id}:{answer.awaited.period_end}",
                f"Late: {dataset.title}",
                answer.in_words(),
                page(ui, dataset.id),
            )


def _refused(titles: dict[str, str], rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, snapshot, reason in rows:
        yield Alert(
            f"refused:{dataset}:{snapshot}",
            f"Not loaded, as its structure is another: {titles.get(dataset, dataset)}",
            reason,
            page(ui, dataset),
        )


def _revised(titles: dict[str, str], rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, revised_at, revisions, series, measure, unit, period_end, before, after in rows:
        yield Alert(
            f"revised:{dataset}:{revised_at.isoformat()}",
            f"Large revision: {titles.get(dataset, dataset)}",
            f"Revised by {LARGE_PCT} % or more on {revised_at:%Y-%m-%d}: {revisions:,}. The largest: "
            f"{series}, {measure}, {period_end}: {exact(before)} became {exact(after)} ({unit}). "
            "All are in quality.revisions.",
            page(ui, dataset),
        )


def _records(rows: list[tuple], ui: str) -> Iterator[Alert]:
    for dataset, basis, direction, asset_class, start, end, net_m, currency, periods in rows:
        yield Alert(
            f"record:{basis}:{direction}:{asset_class}:{end}",
            f"A record: {direction}, {asset_class.replace('_', ' ')}, {start} to {end}",
            f"Net {exact(net_m)} million {currency} ({basis}): the largest of {periods:,} periods, as known "
            "now. Of this aggregate and this basis only; flows.flow_signals has the others.",
            page(ui, dataset),
        )


def page(ui: str, dataset_id: str) -> str:
    """A dataset's page in the Dagster UI."""
    return f"{ui}/assets/raw/{dataset_id.replace('/', '__')}"
