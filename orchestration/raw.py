"""Rows into the append-only raw tables: every version of every row, and nothing twice.

A row is added only when its content differs from the newest version of its key, or a method that restates
its period came out since, by one set-based statement per snapshot. Parsing belongs to the parsers, meaning
to the staging models.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import duckdb
import pandas as pd

from orchestration import releases
from orchestration.archive import Origin, Snapshot
from orchestration.errors import ArchiveError, LayoutError, WarehouseError
from orchestration.parsing import PERIOD, Parser
from orchestration.records import Dataset, release_time
from orchestration.releases import due_at
from orchestration.warehouse import set_table_version, table_exists, table_versions, transaction

# A file that lacks more of what is held than this is taken for cut short, not for a retraction.
RETRACTED_SHARE = 0.02
RETRACTED_ROWS = 20

# A period that begins before that day, or later than this after its file came, is a slip or a shifted column.
FIRST_PERIOD = date(1700, 1, 1)
AHEAD = timedelta(days=366)

# What turns bytes into rows beside our own code.
ENGINES = ("holidays", "lxml", "openpyxl", "pandas", "sdmx1")

SNAPSHOTS = "tidemark__snapshots"
CREATE_SNAPSHOTS = f"""
create table if not exists raw.{SNAPSHOTS} (
    dataset varchar not null,
    snapshot varchar not null,
    part varchar not null,
    known_at timestamp not null,
    known_at_basis varchar not null,
    retrieved_at timestamp not null,
    sha256 varchar not null,
    bytes bigint not null,
    address varchar not null,
    licence varchar not null,
    origin varchar not null,
    status varchar not null,
    reason varchar not null,
    rows_in_file bigint not null,
    rows_added bigint not null,
    rows_revised bigint not null,
    rows_retracted bigint not null,
    first_period date,
    last_period date,
    parser varchar not null,
    primary key (dataset, snapshot)
)
"""


@dataclass(frozen=True)
class Loaded:
    """What one snapshot did to its raw table. Refused: it did nothing, and `reason` says why."""

    snapshot: Snapshot
    status: str
    reason: str = ""
    rows_in_file: int = 0
    rows_added: int = 0
    rows_revised: int = 0
    rows_retracted: int = 0
    first_period: str | None = None
    last_period: str | None = None

    @property
    def changed(self) -> int:
        """Rows that the raw table gained."""
        return self.rows_added + self.rows_revised + self.rows_retracted


@dataclass(frozen=True)
class RawState:
    """A raw table after loading: its content version, and what was done to get there."""

    version: str
    loaded: tuple[Loaded, ...]
    replayed: bool
    newest: Loaded | None


def load(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    snapshots: list[Snapshot],
    read: Callable[[Snapshot], bytes],
    parser: Parser,
    fingerprint: str,
) -> RawState:
    """Bring a raw table up to date with the archive's snapshots of its dataset.

    New snapshots at the end are appended. Where the past has changed (an older file was imported,
    the parser is another one), the table is read anew from the first snapshot on.

    A snapshot that the parser refuses is noted with the reason and changes nothing.

    Raises:
        WarehouseError: the warehouse holds made-up figures and these are real, or the reverse.
    """
    fingerprint = code_and_rule(fingerprint, dataset)
    connection.execute(CREATE_SNAPSHOTS)
    _refuse_mixture(connection, snapshots)
    known = connection.execute(
        f"select snapshot, parser from raw.{SNAPSHOTS} where dataset = ? order by snapshot",
        [dataset.id],
    ).fetchall()
    ids = [s.id for s in snapshots]
    gone = sorted({k for k, _ in known} - set(ids))
    if gone:
        raise ArchiveError(
            f"{dataset.id}: {len(gone)} of the snapshots that were loaded are not in the archive, {gone[0]} "
            "among them. Is it mounted, and is TIDEMARK_ARCHIVE right? Nothing was changed. To start anew "
            "from what is there, delete the warehouse and run `make offline`."
        )
    # With nothing read yet, the empty table is made anew too: its columns may be another parser's.
    in_step = (
        bool(known) and [k for k, _ in known] == ids[: len(known)] and all(p == fingerprint for _, p in known)
    )
    start = len(known) if in_step else 0
    done = []
    with transaction(connection):
        if not in_step:
            connection.execute(f"drop table if exists raw.{dataset.table}")
            connection.execute(f"delete from raw.{SNAPSHOTS} where dataset = ?", [dataset.id])
            connection.execute("delete from ops.table_versions where table_name = ?", [dataset.table])
        _create(connection, dataset, parser, fingerprint)
        for snapshot in snapshots[start:]:
            done.append(_load_one(connection, dataset, snapshot, read, parser, fingerprint))
        _note_snapshots_version(connection)
    return RawState(
        version=table_versions(connection)[dataset.table],
        loaded=tuple(done),
        replayed=bool(known) and not in_step,
        newest=newest_loaded(connection, dataset, snapshots),
    )


def ensure(connection: duckdb.DuckDBPyConnection, dataset: Dataset, parser: Parser, fingerprint: str) -> None:
    """Make the raw table, empty, where it is not there yet: the models behind it can then be built."""
    connection.execute(CREATE_SNAPSHOTS)
    with transaction(connection):
        _create(connection, dataset, parser, code_and_rule(fingerprint, dataset))
        _note_snapshots_version(connection)


def code_and_rule(parser_fingerprint: str, dataset: Dataset) -> str:
    """What the content of a raw table rests on beside the files: another one, and it is read anew."""
    rule = f"{dataset.release!r}{dataset.overrides!r}{dataset.key}{dataset.full_history}{dataset.may_shrink}"
    rule += "".join(f"{m.from_period}{m.first_published}" for m in dataset.methods if m.first_published)
    code = "".join(inspect.getsource(module) for module in (sys.modules[__name__], releases))
    engines = [(engine, version(engine)) for engine in ENGINES]
    mark = sha256(f"{rule}{code}{engines}".encode()).hexdigest()[:8]
    return f"{parser_fingerprint}-{mark}"


def _load_one(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    snapshot: Snapshot,
    read: Callable[[Snapshot], bytes],
    parser: Parser,
    fingerprint: str,
) -> Loaded:
    try:
        frame = parser.parse(read(snapshot))
        check_frame(frame, dataset, parser.columns)
        _check_range(frame, dataset, snapshot.retrieved_at.date() + AHEAD)
        result = _insert(connection, dataset, snapshot, frame)
    except LayoutError as error:
        # Of several files, people have to know which.
        named = f"{snapshot.part}: " if snapshot.part else ""
        result = Loaded(snapshot, "refused", reason=f"{named}{error}")
    row = {
        **{k: v for k, v in asdict(snapshot).items() if k in _SNAPSHOT_FIELDS},
        "snapshot": snapshot.id,
        **{k: v for k, v in vars(result).items() if k != "snapshot"},
        "parser": fingerprint,
    }
    for moment in ("known_at", "retrieved_at"):
        row[moment] = row[moment].replace(tzinfo=None)
    names = ", ".join(row)
    marks = ", ".join(f"${n}" for n in row)
    connection.execute(f"insert into raw.{SNAPSHOTS} ({names}) values ({marks})", row)
    return result


_SNAPSHOT_FIELDS = {
    "dataset", "part", "known_at", "known_at_basis", "retrieved_at", "sha256", "bytes", "address",
    "licence", "origin",
}  # fmt: skip


def _create(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, parser: Parser, fingerprint: str
) -> None:
    """The raw table, empty where nothing was loaded yet: the models behind it can always be built."""
    if table_exists(connection, "raw", dataset.table):
        return
    columns = ", ".join(f'"{c}" varchar' for c in parser.columns)
    connection.execute(
        f"create table raw.{dataset.table} ({columns}, _key varchar, _row_hash varchar, "
        "_snapshot varchar, _part varchar, _known_at timestamp, _known_at_basis varchar, "
        "_due_at timestamp, _is_history boolean, _origin varchar, _retracted boolean)"
    )
    # All later versions follow from this one: other code is other content, whatever the files.
    set_table_version(connection, dataset.table, f"empty-{fingerprint}")


def check_frame(frame: pd.DataFrame, dataset: Dataset, columns: tuple[str, ...]) -> None:
    """Demand what every raw table rests on: text, ISO periods, and a key that is one.

    Raises:
        LayoutError: names the column or the key.
    """
    if tuple(frame.columns) != columns:
        raise LayoutError(f"{dataset.id}: expected the columns {list(columns)}, found {list(frame.columns)}.")
    if frame.empty:
        raise LayoutError(f"{dataset.id}: expected rows of data, found none; nothing was loaded.")
    not_text = [c for c in frame.columns if not pd.api.types.is_string_dtype(frame[c])]
    if not_text:
        raise LayoutError(f"{dataset.id}: expected every column as text; not text: {not_text}.")
    for column in PERIOD:
        wrong = [day for day in frame[column].unique() if not _is_day(day)]
        if wrong:
            raise LayoutError(f"{dataset.id}: expected dates YYYY-MM-DD in {column}, found '{wrong[0]}'.")
    reversed_ = frame["period_start"] > frame["period_end"]
    if reversed_.any():
        start, end = frame.loc[reversed_, list(PERIOD)].iloc[0]
        raise LayoutError(
            f"{dataset.id}: expected each period to begin before it ends, found {start} to {end}; "
            "nothing was loaded."
        )
    twice = frame.duplicated(list(dataset.key))
    if twice.any():
        key = frame.loc[twice, list(dataset.key)].iloc[0].to_dict()
        raise LayoutError(
            f"{dataset.id}: expected each {' + '.join(dataset.key)} once, found {key} again "
            f"({int(twice.sum())} rows too many); nothing was loaded."
        )


def _check_range(frame: pd.DataFrame, dataset: Dataset, latest: date) -> None:
    """Demand periods that a file of its day can be about: one in the year 2206 would be awaited for ever."""
    for found in (frame["period_start"].min(), frame["period_start"].max()):
        if not FIRST_PERIOD.isoformat() <= found <= latest.isoformat():
            raise LayoutError(
                f"{dataset.id}: expected periods that begin from {FIRST_PERIOD} to {latest}, a year after "
                f"the file was retrieved, found one that begins on {found}; nothing was loaded."
            )


def _is_day(text: Any) -> bool:  # noqa: ANN401 - a missing cell is no text
    try:
        return date.fromisoformat(text).isoformat() == text
    except (TypeError, ValueError):
        return False


def _insert(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshot: Snapshot, frame: pd.DataFrame
) -> Loaded:
    table = f"raw.{dataset.table}"
    columns = ", ".join(f'"{c}"' for c in frame.columns)
    # chr(31), the unit separator, and a mark for missing: 'a' + 'b' never looks like 'ab' + ''.
    content, key = (
        ", ".join(f"""coalesce("{c}", chr(30))""" for c in names) for names in (frame.columns, dataset.key)
    )
    if dataset.inbox:
        # People's files know nothing of each other: what one says is no revision of what another says.
        key = f"cast($part as varchar), {key}"
    connection.register("parsed", frame)
    connection.register("due", _due(frame, dataset))
    connection.register("restated", _restatements(dataset))
    try:
        connection.execute(
            f"""
            create or replace temp table incoming as
            select {columns},
                concat_ws(chr(31), {key}) as _key,
                md5(concat_ws(chr(31), {content})) as _row_hash,
                cast($snapshot as varchar) as _snapshot,
                cast($part as varchar) as _part,
                cast($known_at as timestamp) as _known_at,
                cast($known_at_basis as varchar) as _known_at_basis,
                due._due_at,
                cast($origin as varchar) as _origin,
                false as _retracted,
                -- The newest period of a stamped file came out with it; all older ones of a first file have
                -- no vintage of their own. What a later part begins with, as a new year does, came out with
                -- it too if the other parts were collected by then, and do not reach it.
                $first
                and not (
                    period_end = max(period_end) over ()
                    and (
                        $known_at_basis = 'published'
                        or coalesce(_due_at > $since and period_end > $reached, false)
                    )
                )
                    as without_vintage,
                -- When the method of this file's figure was published, if it restated those held before it.
                (
                    select max(published_at) from restated
                    where from_period <= parsed.period_start and published_at <= cast($known_at as timestamp)
                ) as restated_at
            from parsed inner join due on parsed.period_end = due.due_period_end
            """,
            _stamp(snapshot) | _before(connection, dataset, snapshot),
        )
    finally:
        connection.unregister("parsed")
        connection.unregister("due")
        connection.unregister("restated")
    connection.execute(
        f"""
        create or replace temp table newest as
        select * from {table}
        qualify row_number() over (partition by _key order by _snapshot desc) = 1
        """
    )
    gone = _gone(connection, dataset, snapshot.part)
    # The same figure by another method is another figure.
    revision = "(newest._row_hash <> incoming._row_hash or newest._known_at < incoming.restated_at)"
    added, revised = connection.execute(
        f"""
        select
            count(*) filter (where newest._key is null or newest._retracted),
            count(*) filter (where not newest._retracted and {revision})
        from incoming left join newest using (_key)
        """
    ).fetchone()
    connection.execute(
        f"""
        insert into {table} by name
        select
            incoming.* exclude (without_vintage, restated_at),
            newest._key is null and incoming.without_vintage as _is_history
        from incoming left join newest using (_key)
        where newest._key is null or newest._retracted or {revision}
        order by incoming._key
        """
    )
    if gone:
        connection.execute(
            f"""
            insert into {table} by name
            select newest.* replace (
                cast($snapshot as varchar) as _snapshot, cast($part as varchar) as _part,
                cast($known_at as timestamp) as _known_at,
                cast($known_at_basis as varchar) as _known_at_basis, false as _is_history,
                cast($origin as varchar) as _origin, true as _retracted
            )
            from newest anti join incoming using (_key)
            where not newest._retracted and newest._part = $part
            order by newest._key
            """,
            _stamp(snapshot),
        )
    if added or revised or gone:
        before = table_versions(connection).get(dataset.table, "")
        mark = sha256(f"{before}|{snapshot.id}".encode()).hexdigest()[:16]
        set_table_version(connection, dataset.table, mark)
    return Loaded(
        snapshot,
        "accepted",
        rows_in_file=len(frame),
        rows_added=added,
        rows_revised=revised,
        rows_retracted=gone,
        first_period=frame["period_start"].min(),
        last_period=frame["period_end"].max(),
    )


def _stamp(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": snapshot.id,
        "part": snapshot.part,
        "known_at": snapshot.known_at.replace(tzinfo=None),
        "known_at_basis": snapshot.known_at_basis.value,
        "origin": snapshot.origin.value,
    }


def _before(connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshot: Snapshot) -> dict[str, Any]:
    """What was accepted before: of this part, whether nothing; of all, since when and up to which period."""
    first, since, reached = connection.execute(
        f"""
        select count(*) filter (where part = ?) = 0, min(known_at), cast(max(last_period) as varchar)
        from raw.{SNAPSHOTS} where dataset = ? and status = 'accepted'
        """,
        [snapshot.part, dataset.id],
    ).fetchone()
    return {"first": first, "since": since, "reached": reached}


def _due(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """When each period in the file was scheduled to come out: what older history is dated by."""
    ends = frame["period_end"].unique()
    due = [due_at(dataset.release, date.fromisoformat(e), dataset.overrides)[0] for e in ends]
    return pd.DataFrame({"due_period_end": ends, "_due_at": [d.replace(tzinfo=None) for d in due]})


def _restatements(dataset: Dataset) -> pd.DataFrame:
    """From which period and when a method came out that restates what others had published before."""
    rows = [
        (m.from_period.isoformat(), release_time(m.first_published, dataset).replace(tzinfo=None))
        for m in dataset.methods
        if m.first_published
    ]
    return pd.DataFrame(rows, columns=["from_period", "published_at"]).astype(
        {"from_period": "str", "published_at": "datetime64[us]"}
    )


def _gone(connection: duckdb.DuckDBPyConnection, dataset: Dataset, part: str) -> int:
    """How many held keys a file of the full history, or of its part of it, no longer has.

    Raises:
        LayoutError: so many are gone, or the newest period, that the file must be cut short.
    """
    if not dataset.full_history:
        return 0
    held, gone, held_last, last = connection.execute(
        """
        select
            count(*) filter (where not newest._retracted),
            count(*) filter (where not newest._retracted and incoming._key is null),
            max(newest.period_end) filter (where not newest._retracted),
            (select max(period_end) from incoming)
        from newest left join incoming using (_key)
        where newest._part = ?
        """,
        [part],
    ).fetchone()
    if dataset.may_shrink:
        return gone
    if held_last is not None and last < held_last:
        raise LayoutError(
            f"{dataset.id}: expected the file to reach {held_last}, as the one before did; it ends "
            f"on {last}. It is an older file or cut short; nothing was loaded."
        )
    if gone > max(RETRACTED_ROWS, held * RETRACTED_SHARE):
        raise LayoutError(
            f"{dataset.id}: the file lacks {gone:,} of the {held:,} rows held, more than the "
            f"{RETRACTED_SHARE:.0%} taken for retractions. It may be cut short; nothing was loaded."
        )
    return gone


def newest_loaded(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, snapshots: list[Snapshot]
) -> Loaded | None:
    """What became of the newest snapshot, with the period range of all that is held.

    Of a dataset in parts, a part whose newest snapshot was refused comes before all others.
    """
    if not snapshots or not table_exists(connection, "raw", SNAPSHOTS):
        return None
    row = connection.execute(
        f"""
        with newest as (
            select * from raw.{SNAPSHOTS} where dataset = ?
            qualify row_number() over (partition by part order by snapshot desc) = 1
        )
        select snapshot, status, reason, rows_in_file, rows_added, rows_revised, rows_retracted
        from newest order by (status = 'refused') desc, snapshot desc limit 1
        """,
        [dataset.id],
    ).fetchone()
    by_id = {s.id: s for s in snapshots}
    if row is None or row[0] not in by_id:
        return None
    first, last = held_periods(connection).get(dataset.id, (None, None))
    return replace(Loaded(by_id[row[0]], *row[1:]), first_period=first, last_period=last)


def held_periods(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """First and last period held of each dataset, as ISO dates, from its accepted snapshots."""
    if not table_exists(connection, "raw", SNAPSHOTS):
        return {}
    rows = connection.execute(
        f"""
        select dataset, cast(min(first_period) as varchar), cast(max(last_period) as varchar)
        from raw.{SNAPSHOTS} where status = 'accepted' group by dataset
        """
    ).fetchall()
    return {dataset: (first, last) for dataset, first, last in rows}


def _note_snapshots_version(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        f"select dataset, snapshot, status, parser from raw.{SNAPSHOTS} order by all"
    ).fetchall()
    set_table_version(connection, SNAPSHOTS, sha256(repr(rows).encode()).hexdigest()[:16])


def _refuse_mixture(connection: duckdb.DuckDBPyConnection, snapshots: list[Snapshot]) -> None:
    held = {
        origin == Origin.SAMPLE
        for (origin,) in connection.execute(f"select distinct origin from raw.{SNAPSHOTS}").fetchall()
    }
    coming = {s.origin is Origin.SAMPLE for s in snapshots}
    if len(held | coming) > 1:
        kinds = {True: "made-up sample figures", False: "publishers' real figures"}
        raise WarehouseError(
            f"The warehouse holds {kinds[held.pop()]}; refused to load {kinds[coming.pop()]} beside "
            "them. Use another data folder (TIDEMARK_DATA)."
        )
