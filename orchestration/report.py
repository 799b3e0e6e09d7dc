"""What the command line shows after its work: tables that are read in a minute.

Reads the serving copy and the archive, as any reader would; decides nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestration import formats
from orchestration.archive import MARKER, Snapshot
from orchestration.arrivals import freshness
from orchestration.failed_looks import failed_looks
from orchestration.mirror import ImportReport
from orchestration.records import load_datasets
from orchestration.releases import Arrival
from orchestration.serving import FILE, PACKAGE, Held, held, is_made_up, reading, serving_file
from orchestration.settings import PROJECT_ROOT, Settings, short

COLOURS = {Arrival.FRESH: "green", Arrival.DUE: "yellow", Arrival.LATE: "red"}

HEADLINE = """
select basis, asset_class, period_start, period_end, net_m, net_usd_m, origin
from flows.portfolio_flows
where basis in ('jp_itn_monthly', 'jp_itn_weekly') and direction = 'inward'
qualify row_number() over (partition by basis, asset_class order by period_end desc) = 1
order by basis, list_position(
    ['equity', 'long_term_debt', 'equity_and_long_term_debt', 'short_term_debt', 'total'], asset_class
)
"""

RESERVES = """
select currency, period_end, holdings_usd_m / 1000, share_pct
from reserves.currency_composition
where currency_kind = 'currency'
-- Of a quarter by two methods, the one that was published last.
qualify period_end = max(period_end) over ()
    and row_number() over (partition by currency, period_end order by known_at desc, method) = 1
order by holdings_usd_m desc limit 4
"""

HOLDERS = """
select holder_name, period_end, holdings_usd_m / 1000, net_usd_m / 1000
from flows.positions_by_holder
where security_type = 'treasury' and holder_kind = 'country' qualify period_end = max(period_end) over ()
order by holdings_usd_m desc limit 4
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

SERVED = """
select
    (select count(*) from quality.publication where published_at is not null),
    (select max(newest_known_at) from core.datasets)
"""

KEPT = "select mart from quality.publication where not is_current order by mart"

REVISIONS = """
select count(*) from quality.revisions
"""


def imported(mirror: Path, outcome: ImportReport) -> RenderableType:
    """What became of a mirror's files: a row per dataset with new ones, and every file that was not taken."""
    parts: list[RenderableType] = [
        Text.from_markup(
            f"[bold]Import of {short(mirror)}[/bold]: {len(outcome.added)} new, "
            f"{len(outcome.known)} already held, {len(outcome.left_out)} without a record, "
            f"{len(outcome.refused)} refused"
        )
    ]
    if outcome.added:
        table = _table("Dataset", "New files", "Bytes", "Oldest, known", "Newest, known", "By")
        for dataset, added in groupby(sorted(outcome.added, key=lambda s: (s.dataset, s.id)), _dataset):
            files = list(added)
            table.add_row(
                dataset,
                str(len(files)),
                f"{sum(file.bytes for file in files):,}",
                f"{files[0].known_at:%Y-%m-%d}",
                f"{files[-1].known_at:%Y-%m-%d}",
                ", ".join(sorted({file.known_at_basis.value for file in files})),
            )
        parts.append(table)
    left_out = sorted({entry.dataset for entry in outcome.left_out})
    if left_out:
        parts.append(Text(f"  no record yet for: {', '.join(left_out)}", style="dim"))
    parts += [Text(f"  ✗ {entry.file}: {reason}", style="red") for entry, reason in outcome.refused]
    return Group(*parts)


def _dataset(snapshot: Snapshot) -> str:
    return snapshot.dataset


def status(settings: Settings) -> RenderableType:
    """Freshness of every dataset, as the arrival checks say it, and what is unusual about it."""
    datasets, now = dict(sorted(load_datasets().items())), settings.now()
    there: dict[str, Held] = {}
    made_up, kept = False, []
    published = (settings.serving / FILE).exists()  # not before the first publication
    if published:
        with reading(settings) as connection:
            there, made_up, kept = held(connection), is_made_up(connection), _kept(connection)
    answers = [freshness(dataset, there.get(name, Held()).newest, now) for name, dataset in datasets.items()]
    table = _table("Dataset", "Held to", "Awaited", "Due (UTC)", "there", "State")
    # Two times of day side by side: the widest zone's name must still fit.
    table.show_edge, table.padding = False, (0, 1, 0, 0)
    for answer in answers:
        release, state = answer.awaited, answer.state
        if state is Arrival.NOTHING:
            table.add_row(answer.dataset.id, "nothing", "", "", "", "")
            continue
        table.add_row(
            answer.dataset.id,
            str(answer.newest_held),
            formats.period(release.period_start, release.period_end),
            f"{release.due_at:%Y-%m-%d %H:%M}",
            f"{answer.due_there:%a %H:%M %Z}",
            f"[{COLOURS[state]}]{state.value}[/{COLOURS[state]}]",
        )
    late, empty = (sum(a.state is state for a in answers) for state in (Arrival.LATE, Arrival.NOTHING))
    whose = " of the made-up sample" if made_up else ""
    title = f"[bold]Status[/bold]{whose} at {now:%Y-%m-%d %H:%M} UTC: "
    title += f"{late} of {len(answers)} datasets late" if late else "nothing is late"
    title += f", nothing held yet of {empty}" if empty else ""
    if not published and (settings.archive_root / MARKER).exists():
        # Nothing can be said, which is not that nothing is late.
        title = (
            f"[bold]Status[/bold] at {now:%Y-%m-%d %H:%M} UTC: not known, as there is no serving copy at "
            f"{short(settings.serving)}; `make offline` makes it again from the archive"
        )
    failed = failed_looks(settings, datasets.values())
    refused = {name: of.refused_because for name, of in sorted(there.items()) if of.refused_because}
    moved = [a for a in answers if a.awaited.reason and a.state is not Arrival.NOTHING]
    return Group(
        Text.from_markup(title),
        Text(),
        table,
        *_untaken("not downloaded at the last look", failed),
        *_untaken("the newest file was refused", refused),
        *(Text(f"! {a.dataset.id}: not due by the rule: {a.awaited.reason}", "yellow") for a in moved),
        *kept,
    )


def _untaken(what: str, reasons: Mapping[str, str]) -> Iterator[Text]:
    """A line per dataset; a reason that begins with its name says it once."""
    for name, why in reasons.items():
        yield Text(f"✗ {name}: {what}: {why.removeprefix(f'{name}: ')}", "red")


def _kept(connection: duckdb.DuckDBPyConnection) -> list[Text]:
    """One line where readers have older marts than the files that are held give; else none."""
    # A copy of before this table was published holds what it holds.
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'publication'"
    ).fetchone()
    marts = [mart for (mart,) in connection.execute(KEPT).fetchall()] if known else []
    line = f"✗ Older than the files held, as something failed (quality.publication): {', '.join(marts)}"
    return [Text(line, "red")] if marts else []


def summary(settings: Settings) -> RenderableType:
    """What was loaded, the newest figures, records, what is late, where the files are."""
    with reading(settings) as connection:
        newest = connection.execute(HEADLINE).fetchall()
        records = connection.execute(RECORDS).fetchall()
        (revisions,) = connection.execute(REVISIONS).fetchone()
        reserves = connection.execute(RESERVES).fetchall()
        holders = connection.execute(HOLDERS).fetchall()
        loaded, made_up, asked_for = _loaded(connection), is_made_up(connection), _credits(connection)
    parts: list[RenderableType] = [Text()]
    if made_up:
        parts.append(Text.from_markup("[bold yellow]Made-up sample figures, not data.[/bold yellow]"))
    parts += [Text.from_markup("[bold]Loaded[/bold]"), loaded]
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
            Text(f"Figures of marts that were revised or retracted: {revisions}"),
        ]
    if reserves:
        parts += [
            Text.from_markup("\n[bold]Foreign exchange reserves[/bold]: the largest currencies"),
            _largest("Currency", "Share, %", reserves),
        ]
    if holders:
        parts += [
            Text.from_markup("[bold]US Treasury securities[/bold]: the countries with the most, by custody"),
            _largest("Country", "Net, $ bn", holders),
        ]
    parts += [Text(), status(settings), Text(), asked_for, Text(), _where(settings, made_up)]
    return Group(*parts)


def greeting(settings: Settings) -> RenderableType:
    """What a SQL prompt says first: which copy it reads, what to ask, how to see a newer one."""
    file = serving_file(settings)
    with reading(settings) as connection:
        marts, newest = connection.execute(SERVED).fetchone()
        made_up = is_made_up(connection)
    known = f"newest figures known since {newest:%Y-%m-%d %H:%M} UTC" if newest else "no figures yet"
    text = Text(f"{short(file)}, read-only: {marts} marts, {known}.\n")
    if made_up:
        text.append("Made-up sample figures, not data.\n", style="bold yellow")
    text.append("What is there:  select schema_name, table_name from duckdb_tables();\n")
    text.append("Units, meaning: select column_name, comment from duckdb_columns() ")
    text.append("where table_name = 'flow_signals';\n")
    text.append("As of a day:    from flows.flow_signals_as_of(date '2025-05-12') limit 5;\n")
    text.append("Wide answers:   .mode line   (back: .mode duckbox)\n")
    queries = PROJECT_ROOT / "docs" / "queries"
    if queries.exists():
        text.append(f"Ready queries:  .read {short(queries)}/records-then-and-now.sql   ")
        text.append(f"(all: {short(queries)}/README.md)\n")
    text.append("A newer copy:   this prompt keeps the one that it opened; ")
    return text.append(f".open --readonly '{short(file)}'\n")


def _loaded(connection: duckdb.DuckDBPyConnection) -> Table:
    table = _table("Dataset", "Files", "Rows", "Revised", "From", "To", "Newest version")
    for row in connection.execute(LOADED).fetchall():
        table.add_row(*(_cell(c) for c in row))
    return table


def _credits(connection: duckdb.DuckDBPyConnection) -> Text:
    """The lines that the publishers ask for, wherever their data are."""
    lines = connection.execute(CREDITS).fetchall()
    return Text("\n".join(credit for _, credit in lines), style="dim")


def _newest(rows: list[tuple[Any, ...]]) -> Table:
    table = _table("Basis", "Period", "Asset class", "Net, ¥ trn", "Net, $ bn")
    for basis, asset_class, start, end, net_m, net_usd_m, _ in rows:
        table.add_row(
            basis,
            formats.period(start, end),
            asset_class.replace("_", " "),
            _trillions(net_m),
            _billions(net_usd_m),
        )
    return table


def _largest(what: str, measure: str, rows: list[tuple[Any, ...]]) -> Table:
    table = _table(what, "End of", "Holdings, $ bn", measure)
    for name, end, holdings, value in rows:
        figures = ("" if figure is None else f"{float(figure):,.1f}" for figure in (holdings, value))
        table.add_row(name, str(end), *figures)
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
        f"described by {short(settings.serving / PACKAGE)}",
        f"[bold]Archive[/bold]       {short(settings.archive_root)}",
        "",
    ]
    prefix = f"TIDEMARK_DATA={short(settings.data)} " if made_up else ""
    lines += [
        f"[bold]Next[/bold]  {prefix}make sql   a SQL prompt: from flows.portfolio_flows limit 10;",
        f"      {prefix}make bi    the dashboard",
        f"      {prefix}make ui    the Dagster UI: assets, checks, schedules",
    ]
    if made_up:
        lines.append("      make run   the real publishers, into data/")
    return Text.from_markup("\n".join(lines))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold dim", padding=(0, 1))
    numeric = (
        "Files",
        "New files",
        "Bytes",
        "Rows",
        "Revised",
        "Net, ¥ trn",
        "Net, $ bn",
        "Holdings, $ bn",
        "Share, %",
    )
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


def _trillions(millions: Any) -> str:  # noqa: ANN401 - a Decimal, or None
    return "" if millions is None else f"{float(millions) / 1e6:+,.3f}"


def _billions(millions: Any) -> str:  # noqa: ANN401 - a Decimal, or None
    return "" if millions is None else f"{float(millions) / 1e3:+,.2f}"
