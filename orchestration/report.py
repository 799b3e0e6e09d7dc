"""What the command line shows after its work: tables that are read in a minute.

Reads the serving copy and the archive, as any reader would; decides nothing.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestration.errors import PublishError
from orchestration.mirror import ImportReport
from orchestration.publish import FILE
from orchestration.records import load_datasets
from orchestration.registry import awaited_release
from orchestration.releases import Arrival, arrival
from orchestration.settings import PROJECT_ROOT, Settings

COLOURS = {
    Arrival.FRESH: "green",
    Arrival.DUE: "yellow",
    Arrival.LATE: "red",
    Arrival.NOTHING: "magenta",
}

HEADLINE = """
select basis, asset_class, period_start, period_end, net_m, net_usd_m, origin
from flows.portfolio_flows
where basis in ('jp_itn_monthly', 'jp_itn_weekly') and direction = 'inward'
qualify row_number() over (partition by basis, asset_class order by period_end desc) = 1
order by basis, list_position(
    ['equity', 'long_term_debt', 'equity_and_long_term_debt', 'short_term_debt', 'total'], asset_class
)
"""

RECORDS = """
select asset_class, period_start, net_m, net_usd_m,
    (select min(period_start) from flows.portfolio_flows where basis = 'jp_itn_monthly') as since
from flows.portfolio_flows
where basis = 'jp_itn_monthly' and direction = 'inward'
qualify row_number() over (partition by asset_class order by net_m desc, period_start) = 1
order by list_position(
    ['equity', 'long_term_debt', 'equity_and_long_term_debt', 'short_term_debt', 'total'], asset_class
)
"""

LOADED = """
select datasets.dataset, snapshots, rows_held, coalesce(revised, 0), first_period, last_period,
    cast(newest_known_at as date)
from core.datasets
left join (
    select dataset, cast(sum(rows_revised + rows_retracted) as bigint) as revised
    from core.snapshots group by dataset
) using (dataset)
order by dataset
"""

CREDITS = "select distinct publisher, credit from core.datasets where snapshots > 0 order by all"

MADE_UP = "select coalesce(bool_or(origin = 'sample'), false) from core.snapshots"

REVISIONS = """
select count(*) from flows.portfolio_flows_vintages where valid_to is not null
"""


def clock_of(mirror: Path) -> str:
    """The day on which a made-up mirror plays, so that its summary is the same on every day."""
    return json.loads((mirror / "mirror.json").read_text(encoding="utf-8"))["clock"]


def serving_file(settings: Settings) -> Path:
    """The serving copy.

    Raises:
        PublishError: there is none yet.
    """
    file = settings.serving / FILE
    if not file.exists():
        raise PublishError(
            f"There is no serving copy at {short(file)} yet. Make one: `make demo` (made-up figures), "
            "`make run` (the publishers), or `make import FROM=<mirror>` and `make offline`."
        )
    return file


def imported(mirror: Path, outcome: ImportReport) -> RenderableType:
    """What became of a mirror's files."""
    text = Text.from_markup(
        f"[bold]Import of {short(mirror)}[/bold]: {len(outcome.added)} new, "
        f"{len(outcome.known)} already held, {len(outcome.left_out)} without a record, "
        f"{len(outcome.refused)} refused"
    )
    for snapshot in outcome.added:
        text.append(
            f"\n  + {snapshot.dataset}  known {snapshot.known_at:%Y-%m-%d %H:%M} UTC "
            f"({snapshot.known_at_basis}), {snapshot.bytes:,} bytes"
        )
    left_out = sorted({entry.dataset for entry in outcome.left_out})
    if left_out:
        text.append(f"\n  no record yet for: {', '.join(left_out)}", style="dim")
    for entry, reason in outcome.refused:
        text.append(f"\n  ✗ {entry.file}: {reason}", style="red")
    return text


def status(settings: Settings) -> RenderableType:
    """Freshness of every dataset, by the clock and the same calendars as the arrival checks."""
    datasets = load_datasets()
    held = _held(settings)
    now = settings.now()
    table = _table("Dataset", "Held to", "Awaited", "Due (UTC)", "State")
    late = empty = 0
    for dataset_id, dataset in sorted(datasets.items()):
        newest = held.get(dataset_id)
        release = awaited_release(dataset, newest)
        state = arrival(release, now, newest)
        late += state is Arrival.LATE
        nothing = state is Arrival.NOTHING
        empty += nothing
        colour = COLOURS[state]
        table.add_row(
            dataset_id,
            str(newest or ""),
            "" if nothing else _span(release.period_start, release.period_end),
            "" if nothing else f"{release.due_at:%Y-%m-%d %H:%M}",
            f"[{colour}]{state.value}[/{colour}]",
        )
    whose = " of the made-up sample" if _is_made_up(settings) else ""
    title = f"[bold]Status[/bold]{whose} at {now:%Y-%m-%d %H:%M} UTC: "
    title += f"{late} of {len(datasets)} datasets late" if late else "nothing is late"
    title += f", nothing held yet of {empty}" if empty else ""
    return Group(Text.from_markup(title), table)


def summary(settings: Settings) -> RenderableType:
    """What was loaded, the newest figures, records, what is late, where the files are."""
    file = serving_file(settings)
    with duckdb.connect(str(file), read_only=True) as connection:
        newest = connection.execute(HEADLINE).fetchall()
        records = connection.execute(RECORDS).fetchall()
        (revisions,) = connection.execute(REVISIONS).fetchone()
    made_up = _is_made_up(settings)
    parts: list[RenderableType] = [Text()]
    if made_up:
        parts.append(Text.from_markup("[bold yellow]Made-up sample figures, not data.[/bold yellow]"))
    parts += [Text.from_markup("[bold]Loaded[/bold]"), _loaded(file)]
    if newest and records:
        parts += [
            Text.from_markup(
                "[bold]Newest figures[/bold]: non-residents' net purchases of Japanese securities"
            ),
            _newest(newest),
            Text.from_markup(
                f"[bold]Records[/bold]: the largest month since {records[0][-1]:%B %Y}, as known now"
            ),
            _records(records),
            Text(f"Figures revised or retracted: {revisions}"),
        ]
    parts += [Text(), status(settings), Text(), _credits(file), Text(), _where(settings, made_up)]
    return Group(*parts)


def _loaded(file: Path) -> Table:
    table = _table("Dataset", "Files", "Rows", "Revised", "From", "To", "Newest version")
    with duckdb.connect(str(file), read_only=True) as connection:
        for row in connection.execute(LOADED).fetchall():
            table.add_row(*(_cell(c) for c in row))
    return table


def _credits(file: Path) -> Text:
    """The lines that the publishers ask for, wherever their data are."""
    with duckdb.connect(str(file), read_only=True) as connection:
        lines = connection.execute(CREDITS).fetchall()
    return Text("\n".join(credit for _, credit in lines), style="dim")


def _newest(rows: list[tuple[Any, ...]]) -> Table:
    table = _table("Basis", "Period", "Asset class", "Net, ¥ trn", "Net, $ bn")
    for basis, asset_class, start, end, net_m, net_usd_m, _ in rows:
        table.add_row(
            basis,
            _span(start, end),
            asset_class.replace("_", " "),
            _trillions(net_m),
            _billions(net_usd_m),
        )
    return table


def _records(rows: list[tuple[Any, ...]]) -> Table:
    table = _table("Asset class", "Month", "Net, ¥ trn", "Net, $ bn")
    for asset_class, start, net_m, net_usd_m, _ in rows:
        table.add_row(
            asset_class.replace("_", " "), f"{start:%b %Y}", _trillions(net_m), _billions(net_usd_m)
        )
    return table


def _where(settings: Settings, made_up: bool) -> Text:
    lines = [
        f"[bold]Serving copy[/bold]  {short(settings.serving / FILE)}",
        f"[bold]Parquet[/bold]       {short(settings.serving / 'parquet')}, "
        f"described by {short(settings.serving / 'datapackage.json')}",
        f"[bold]Archive[/bold]       {short(settings.archive_root)}",
        "",
    ]
    prefix = f"TIDEMARK_DATA={short(settings.data)} " if made_up else ""
    lines += [
        f"[bold]Next[/bold]  {prefix}make sql   a SQL prompt: from flows.portfolio_flows limit 10;",
        f"      {prefix}make ui    the Dagster UI: assets, checks, schedules",
    ]
    if made_up:
        lines.append("      make run   the real publishers, into data/")
    return Text.from_markup("\n".join(lines))


def _is_made_up(settings: Settings) -> bool:
    file = settings.serving / FILE
    if not file.exists():
        return False
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(MADE_UP).fetchone()[0]


def _held(settings: Settings) -> dict[str, date]:
    """Newest period per dataset, from the serving copy; empty before the first publication."""
    file = settings.serving / FILE
    if not file.exists():
        return {}
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select dataset, newest_period_end from quality.arrivals where newest_period_end is not null"
        ).fetchall()
    return dict(rows)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold dim", padding=(0, 1))
    numeric = ("Files", "Rows", "Revised", "Net, ¥ trn", "Net, $ bn")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", no_wrap=True)
    return table


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a query returns
    if value is None:
        return "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _span(start: date, end: date) -> str:
    if start == end:
        return str(start)
    if start.day == 1 and (end.year, end.month) == (start.year, start.month):
        return f"{start:%b %Y}"
    return f"{start} to {end}"


def _trillions(millions: Any) -> str:  # noqa: ANN401 - a Decimal, or None
    return "" if millions is None else f"{float(millions) / 1e6:+,.3f}"


def _billions(millions: Any) -> str:  # noqa: ANN401 - a Decimal, or None
    return "" if millions is None else f"{float(millions) / 1e3:+,.2f}"


def short(path: Any) -> str:  # noqa: ANN401 - a Path or UPath
    """A path as it is seen from the project; an address as it is."""
    if "://" in str(path):
        return str(path)
    try:
        return str(Path(str(path)).resolve().relative_to(PROJECT_ROOT))
    except ValueError:
        return str(path)
