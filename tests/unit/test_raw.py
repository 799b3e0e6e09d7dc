"""Raw tables: every version of every row, nothing twice, whatever order the files came in."""

import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration import raw
from orchestration.archive import Basis, Origin, Snapshot
from orchestration.errors import ArchiveError, LayoutError, WarehouseError
from orchestration.parsing import Parser
from orchestration.raw import RawState, held_periods, load
from orchestration.records import Dataset, Method, load_datasets
from orchestration.sources import Source
from orchestration.warehouse import SETUP, table_versions

MONTHLY = load_datasets()["jp_mof/securities_monthly"].model_copy(
    update={"id": "jp_mof/tiny", "key": ("period_start",)}
)
ROLLING = MONTHLY.model_copy(update={"full_history": False})
INBOX = MONTHLY.model_copy(update={"sources": (Source(url="inbox:tiny"),), "may_shrink": True})
COLUMNS = ("period_start", "period_end", "flow")
File = dict[str, str]


def parse(payload: bytes) -> pd.DataFrame:
    """The months of a JSON object; anything else is a layout that nobody knows."""
    try:
        months = json.loads(payload)
    except ValueError:
        raise LayoutError(f"tiny: expected JSON, found '{payload.decode()}'") from None
    ends = [monthrange(int(m[:4]), int(m[5:]))[1] for m in months]
    rows = [(f"{m}-01", f"{m}-{end}", flow) for (m, flow), end in zip(months.items(), ends, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


PARSER = Parser(columns=COLUMNS, recognise=lambda _: None, parse=parse)


class Bench:
    """A warehouse in memory, and the files that its dataset's archive holds."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(SETUP)
        self.files: dict[str, tuple[Snapshot, bytes]] = {}

    def gets(
        self,
        file: File | bytes,
        day: int,
        origin: Origin = Origin.LIVE,
        part: str = "",
        basis: Basis = Basis.PUBLISHED,
    ) -> Snapshot:
        """A file that became known on some day of 2026."""
        payload = file if isinstance(file, bytes) else json.dumps(file).encode()
        known = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        snapshot = Snapshot(
            dataset=MONTHLY.id,
            known_at=known,
            known_at_basis=basis,
            retrieved_at=known,
            sha256=sha256(payload).hexdigest(),
            bytes=len(payload),
            extension="csv",
            address="https://www.publisher.example/tiny.csv",
            licence="Public Data License",
            origin=origin,
            headers={},
            part=part,
        )
        self.files[snapshot.id] = (snapshot, payload)
        return snapshot

    def load(
        self, dataset: Dataset = MONTHLY, parser: Parser = PARSER, fingerprint: str = "parser 1"
    ) -> RawState:
        snapshots = [snapshot for _, (snapshot, _) in sorted(self.files.items())]

        def read(snapshot: Snapshot) -> bytes:
            return self.files[snapshot.id][1]

        return load(self.connection, dataset, snapshots, read, parser, fingerprint)

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def versions(self) -> list[tuple[str, str, int, bool]]:
        """Every row: month, flow, the day on which it became known, whether it was a retraction."""
        return self.query(
            """
            select left(period_start, 7), flow, date_diff('day', date '2026-01-01', _known_at), _retracted
            from raw.jp_mof__tiny order by 1, 3
            """
        )

    def current(self) -> File:
        """The newest version of each month that is not retracted."""
        return dict(
            self.query(
                """
                select left(period_start, 7), flow from raw.jp_mof__tiny
                qualify row_number() over (partition by _key order by _snapshot desc) = 1
                    and not _retracted
                order by 1
                """
            )
        )

    def everything(self) -> list[tuple]:
        return self.query("from raw.jp_mof__tiny order by all")


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.connection.close()


def counts(state: RawState) -> list[tuple[str, int, int, int]]:
    return [(d.status, d.rows_added, d.rows_revised, d.rows_retracted) for d in state.loaded]


def test_a_first_file_gives_every_row(bench):
    snapshot = bench.gets({"2026-01": "5", "2026-02": "7"}, day=40)
    state = bench.load()
    assert counts(state) == [("accepted", 2, 0, 0)]
    assert bench.versions() == [("2026-01", "5", 40, False), ("2026-02", "7", 40, False)]
    assert (state.newest.first_period, state.newest.last_period) == ("2026-01-01", "2026-02-28")
    assert state.newest.rows_in_file == 2
    origins = bench.query("select distinct _snapshot, _known_at_basis, _origin from raw.jp_mof__tiny")
    assert origins == [(snapshot.id, "published", "live")]


def test_only_rows_that_differ_are_added(bench):
    bench.gets({"2026-01": "5", "2026-02": "7"}, day=40)
    bench.gets({"2026-01": "5", "2026-02": "8", "2026-03": "9"}, day=70)
    assert counts(bench.load())[1] == ("accepted", 1, 1, 0)
    assert bench.versions() == [
        ("2026-01", "5", 40, False),
        ("2026-02", "7", 40, False),
        ("2026-02", "8", 70, False),
        ("2026-03", "9", 70, False),
    ]


def test_a_row_that_is_gone_is_retracted_and_may_come_back(bench):
    bench.gets({"2026-01": "5", "2026-02": "7"}, day=40)
    bench.gets({"2026-02": "7"}, day=41)
    bench.gets({"2026-01": "5", "2026-02": "7"}, day=42)
    assert counts(bench.load()) == [("accepted", 2, 0, 0), ("accepted", 0, 0, 1), ("accepted", 1, 0, 0)]
    assert bench.versions() == [
        ("2026-01", "5", 40, False),
        ("2026-01", "5", 41, True),
        ("2026-01", "5", 42, False),
        ("2026-02", "7", 40, False),
    ]


def test_a_row_that_stays_away_is_retracted_once(bench):
    bench.gets({"2026-01": "5", "2026-02": "7"}, day=40)
    bench.gets({"2026-02": "7"}, day=41)
    bench.gets({"2026-02": "8"}, day=42)
    assert counts(bench.load())[2] == ("accepted", 0, 1, 0)
    assert bench.current() == {"2026-02": "8"}


def test_a_figure_that_returns_to_an_older_value_is_a_revision(bench):
    for day, flow in enumerate(["5", "6", "5"]):
        bench.gets({"2026-01": flow} | {"2026-02": str(day)}, day)
    bench.load()
    assert [v[1] for v in bench.versions() if v[0] == "2026-01"] == ["5", "6", "5"]


def test_a_figure_that_a_new_method_leaves_unchanged_is_stored_by_it_once(bench):
    since = date(2026, 2, 1)
    methods = (
        Method(id="before", from_period=date(2005, 1, 1), what="By one method."),
        Method(id="after", from_period=since, what="By another.", first_published=date(2026, 2, 15)),
    )
    restated = MONTHLY.model_copy(update={"methods": methods})
    for day in (40, 44, 46, 50):
        bench.gets({"2026-01": "5", "2026-02": "7"}, day)
    assert counts(bench.load(restated))[2:] == [("accepted", 0, 1, 0), ("accepted", 0, 0, 0)]
    assert bench.versions() == [
        ("2026-01", "5", 40, False),
        ("2026-02", "7", 40, False),
        ("2026-02", "7", 46, False),
    ]
    assert not bench.load(restated).replayed


def test_a_rolling_window_retracts_nothing(bench):
    bench.gets({"2026-01": "5", "2026-02": "7"}, day=40)
    bench.gets({"2026-02": "7", "2026-03": "9"}, day=70)
    assert counts(bench.load(ROLLING))[1] == ("accepted", 1, 0, 0)
    assert bench.current() == {"2026-01": "5", "2026-02": "7", "2026-03": "9"}


def test_files_of_an_inbox_neither_revise_nor_retract_each_others_rows(bench):
    bench.gets({"2025-01": "10", "2025-02": "20"}, 1, part="a.csv")
    bench.gets({"2025-01": "11", "2025-02": "20"}, 2, part="b.csv")
    bench.gets({"2025-02": "20"}, 3, part="b.csv")
    assert counts(bench.load(INBOX)) == [("accepted", 2, 0, 0), ("accepted", 2, 0, 0), ("accepted", 0, 0, 1)]
    held = bench.query(
        """
        select _part, left(period_start, 7), flow from raw.jp_mof__tiny
        qualify row_number() over (partition by _key order by _snapshot desc) = 1 and not _retracted
        order by 1, 2
        """
    )
    assert held == [("a.csv", "2025-01", "10"), ("a.csv", "2025-02", "20"), ("b.csv", "2025-02", "20")]


def test_of_several_files_the_refused_one_is_named(bench):
    bench.gets({"2025-01": "10"}, 1, part="a.csv")
    bench.gets(b"no json", 2, part="b.csv")
    newest = bench.load(INBOX).newest
    assert newest.reason == "b.csv: tiny: expected JSON, found 'no json'"


def history(bench: Bench) -> dict[str, bool]:
    """Of each month, whether its first version is history."""
    return dict(
        bench.query(
            """
            select left(period_start, 7), _is_history from raw.jp_mof__tiny
            qualify row_number() over (partition by _key order by _snapshot) = 1
            """
        )
    )


def test_a_first_file_is_history_but_for_the_newest_period_of_a_stamped_one(bench):
    bench.gets({"2025-11": "1", "2025-12": "2"}, day=15)
    bench.gets({"2025-11": "1", "2025-12": "2", "2026-01": "3"}, day=45)
    bench.load()
    assert history(bench) == {"2025-11": True, "2025-12": False, "2026-01": False}


def test_a_new_years_first_period_is_no_history_where_the_year_before_was_collected(bench):
    """It came weeks after January was due: nobody is said to have known it sooner."""
    bench.gets({"2025-11": "1", "2025-12": "2"}, day=15, part="2025", basis=Basis.RETRIEVED)
    bench.gets({"2026-01": "3"}, day=55, part="2026", basis=Basis.RETRIEVED)
    bench.load(ROLLING)
    assert history(bench) == {"2025-11": True, "2025-12": True, "2026-01": False}


def test_of_a_new_years_first_file_what_came_out_in_files_before_it_is_history(bench):
    bench.gets({"2025-12": "2"}, day=15, part="2025", basis=Basis.RETRIEVED)
    bench.gets({"2026-01": "3", "2026-02": "4", "2026-03": "5"}, day=110, part="2026", basis=Basis.RETRIEVED)
    bench.load(ROLLING)
    assert history(bench) == {"2025-12": True, "2026-01": True, "2026-02": True, "2026-03": False}


def test_a_part_that_is_collected_later_is_history_as_far_as_others_reach(bench):
    bench.gets({"2025-11": "1", "2026-01": "3"}, day=55, part="flows of A", basis=Basis.RETRIEVED)
    bench.gets({"2025-10": "1", "2025-12": "2"}, day=56, part="flows of B", basis=Basis.RETRIEVED)
    bench.load(ROLLING)
    assert set(history(bench).values()) == {True}


def test_parts_that_are_collected_at_once_are_history_in_whatever_order_they_come(bench):
    for year in ("2024", "2025", "2023"):
        bench.gets({f"{year}-11": year}, day=55, part=year, basis=Basis.RETRIEVED)
    bench.load(ROLLING)
    assert history(bench) == {"2023-11": True, "2024-11": True, "2025-11": True}


def test_a_second_load_with_nothing_new_changes_nothing(bench):
    bench.gets({"2026-01": "5"}, day=40)
    first, rows, versions = bench.load(), bench.everything(), table_versions(bench.connection)
    second = bench.load()
    assert (second.loaded, second.replayed, second.version) == ((), False, first.version)
    assert (bench.everything(), table_versions(bench.connection)) == (rows, versions)
    assert second.newest == first.newest


def test_a_new_file_with_the_same_rows_keeps_the_tables_version(bench):
    bench.gets({"2026-01": "5"}, day=40)
    first = bench.load()
    bench.gets(b'{ "2026-01": "5" }', day=41)
    second = bench.load()
    assert counts(second) == [("accepted", 0, 0, 0)]
    assert second.version == first.version


def test_a_file_that_changes_rows_changes_the_tables_version(bench):
    bench.gets({"2026-01": "5"}, day=40)
    first = bench.load()
    bench.gets({"2026-01": "6"}, day=41)
    assert bench.load().version != first.version


def test_a_refused_file_changes_nothing_and_the_next_one_goes_on(bench):
    bench.gets({"2026-01": "5"}, day=40)
    first = bench.load()
    bench.gets(b"<html>", day=41)
    refused = bench.load()
    assert (refused.newest.status, refused.newest.reason) == (
        "refused",
        "tiny: expected JSON, found '<html>'",
    )
    assert refused.newest.last_period == "2026-01-31", "what is held is still told"
    assert refused.version == first.version
    bench.gets({"2026-01": "6"}, day=42)
    assert counts(bench.load()) == [("accepted", 0, 1, 0)]
    assert bench.current() == {"2026-01": "6"}
    noted = bench.query("select status, reason from raw.tidemark__snapshots order by snapshot")
    assert noted == [("accepted", ""), ("refused", refused.newest.reason), ("accepted", "")]


def test_a_refused_file_is_not_read_again(bench):
    bench.gets({"2026-01": "5"}, day=40)
    bench.gets(b"<html>", day=41)
    bench.load()
    assert bench.load().loaded == ()


def months(n: int) -> list[str]:
    return [f"{2020 + i // 12}-{i % 12 + 1:02}" for i in range(n)]


def test_a_file_that_ends_earlier_is_refused(bench):
    bench.gets(dict.fromkeys(months(3), "5"), day=40)
    bench.gets(dict.fromkeys(months(2), "6"), day=41)
    state = bench.load()
    assert state.newest.status == "refused"
    assert "expected the file to reach 2020-03-31, as the one before did; it ends on 2020-02-29" in (
        state.newest.reason
    )
    assert bench.current() == dict.fromkeys(months(3), "5")


@pytest.mark.parametrize(("lacking", "status"), [(20, "accepted"), (21, "refused")])
def test_a_file_that_lacks_too_many_rows_is_refused(bench, lacking, status):
    bench.gets(dict.fromkeys(months(60), "5"), day=40)
    bench.gets(dict.fromkeys(months(60)[lacking:], "5"), day=41)
    state = bench.load()
    assert state.newest.status == status
    if status == "refused":
        assert "lacks 21 of the 60 rows held, more than the 2% taken for retractions" in state.newest.reason
        assert len(bench.current()) == 60


def test_of_a_long_history_two_percent_may_be_retracted(bench):
    wide = MONTHLY.model_copy(update={"key": ("period_start", "flow")})
    flows = [str(n) for n in range(1500)]

    def wide_parse(payload: bytes) -> pd.DataFrame:
        rows = [("2026-01-01", "2026-01-31", flow) for flow in json.loads(payload)]
        return pd.DataFrame(rows, columns=COLUMNS, dtype="str")

    for day, gone in enumerate([0, 30, 61]):
        bench.gets(json.dumps(flows[gone:]).encode(), day)
    state = bench.load(wide, replace(PARSER, parse=wide_parse))
    assert [d.status for d in state.loaded] == ["accepted", "accepted", "refused"]


def refused_frame(bench: Bench, frame: pd.DataFrame) -> str:
    bench.gets({"2026-01": "5"}, day=40)
    state = bench.load(parser=replace(PARSER, parse=lambda _: frame))
    assert bench.everything() == []
    assert state.newest.status == "refused"
    return state.newest.reason


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        (
            [("2026-01-01", "2026-01-31", "5"), ("2026-01-01", "2026-01-31", "6")],
            COLUMNS,
            "expected each period_start once, found {'period_start': '2026-01-01'} again (1 rows too many)",
        ),
        ([("2026-01-01", "2026-01-31")], COLUMNS[:2], "expected the columns"),
        ([("2026-01-01", "2026-1-31", "5")], COLUMNS, "dates YYYY-MM-DD in period_end, found '2026-1-31'"),
        ([("2026-01-01", "2026-02-30", "5")], COLUMNS, "dates YYYY-MM-DD in period_end, found '2026-02-30'"),
        (
            [("2026-01-31", "2026-01-01", "5")],
            COLUMNS,
            "to begin before it ends, found 2026-01-31 to 2026-01-01",
        ),
        ([("0206-01-01", "0206-01-31", "5")], COLUMNS, "found one that begins on 0206-01-01"),
        (
            [("9999-12-01", "9999-12-31", "5")],
            COLUMNS,
            "from 1700-01-01 to 2027-02-11, a year after the file",
        ),
        ([(None, "2026-01-31", "5")], COLUMNS, "dates YYYY-MM-DD in period_start, found 'nan'"),
        ([], COLUMNS, "expected rows of data, found none"),
    ],
)
def test_rows_that_no_table_can_rest_on_are_refused(bench, rows, columns, said):
    assert said in refused_frame(bench, pd.DataFrame(rows, columns=columns, dtype="str"))


def test_figures_that_are_not_text_are_refused(bench):
    frame = pd.DataFrame([("2026-01-01", "2026-01-31", 5)], columns=COLUMNS)
    assert "expected every column as text; not text: ['flow']" in refused_frame(bench, frame)


def test_missing_cells_are_content_too_and_no_two_keys_look_alike(bench):
    columns = (*COLUMNS, "buyer", "seller")
    keyed = MONTHLY.model_copy(update={"key": ("period_start", "buyer", "seller")})
    period = ("2026-01-01", "2026-01-31")
    frames = {
        b"1": [(*period, "5", "x", None), (*period, "5", None, "x"), (*period, "5", "", "x")],
        b"2": [(*period, None, "x", None), (*period, "", None, "x"), (*period, "5", "", "x")],
    }
    parser = Parser(columns, lambda _: None, lambda b: pd.DataFrame(frames[b], columns=columns, dtype="str"))
    for day, payload in enumerate(frames):
        bench.gets(payload, day)
    assert counts(bench.load(keyed, parser)) == [("accepted", 3, 0, 0), ("accepted", 0, 2, 0)]
    assert bench.query("select count(distinct _key) from raw.jp_mof__tiny") == [(3,)]


def test_an_older_file_that_is_imported_later_gives_the_rows_of_the_right_order(bench):
    bench.gets({"2026-01": "5"}, day=40)
    bench.gets({"2026-01": "7", "2026-02": "8"}, day=60)
    bench.load()
    bench.gets({"2026-01": "6"}, day=50)
    state = bench.load()
    assert state.replayed
    assert len(state.loaded) == 3
    assert [v[:3] for v in bench.versions()] == [
        ("2026-01", "5", 40),
        ("2026-01", "6", 50),
        ("2026-01", "7", 60),
        ("2026-02", "8", 60),
    ]
    assert not bench.load().replayed


def test_a_new_parser_reads_every_file_anew_and_what_rests_on_it_is_told(bench):
    bench.gets({"2026-01": "5"}, day=40)
    first = bench.load()
    bench.gets({"2026-01": "6"}, day=41)
    second = bench.load(
        parser=replace(PARSER, parse=lambda b: parse(b).assign(flow="9")), fingerprint="parser 2"
    )
    assert (first.replayed, second.replayed) == (False, True)
    assert bench.versions() == [("2026-01", "9", 40, False)]
    assert second.version != first.version


def test_a_new_parsers_version_is_another_even_after_the_same_files(bench):
    bench.gets({"2026-01": "5"}, day=40)
    assert bench.load().version != bench.load(fingerprint="parser 2").version


@pytest.mark.parametrize("engine", raw.ENGINES)
def test_with_another_version_of_an_engine_the_files_are_read_anew(bench, monkeypatch, engine):
    bench.gets({"2026-01": "5"}, day=40)
    bench.load()
    assert not bench.load().replayed
    monkeypatch.setattr(raw, "version", lambda name: "9.9" if name == engine else version(name))
    assert bench.load().replayed


def test_a_new_parser_may_have_other_columns(bench):
    bench.load()
    wider = Parser((*COLUMNS, "note"), lambda _: None, lambda b: parse(b).assign(note="n"))
    bench.gets({"2026-01": "5"}, day=40)
    assert counts(bench.load(parser=wider, fingerprint="parser 2")) == [("accepted", 1, 0, 0)]
    assert bench.query("select flow, note from raw.jp_mof__tiny") == [("5", "n")]


def test_the_date_of_the_scheduled_release_stands_beside_each_row(bench):
    bench.gets({"2025-04": "5", "2026-07": "7"}, day=250)
    first = bench.load()
    due = "select period_end, _due_at from raw.jp_mof__tiny order by 1"
    # 08:50 in Tokyo on 12 May 2025 and 10 August 2026.
    assert bench.query(due) == [
        ("2025-04-30", datetime(2025, 5, 11, 23, 50)),
        ("2026-07-31", datetime(2026, 8, 9, 23, 50)),
    ]
    later = MONTHLY.model_copy(update={"release": MONTHLY.release.model_copy(update={"n": 7})})
    state = bench.load(later)
    assert state.replayed
    assert state.version != first.version
    assert bench.query(due)[0][1] == datetime(2025, 5, 12, 23, 50)


@pytest.mark.parametrize(("held", "coming"), [(Origin.SAMPLE, Origin.LIVE), (Origin.IMPORT, Origin.SAMPLE)])
def test_made_up_and_real_figures_are_never_in_one_warehouse(bench, held, coming):
    bench.gets({"2026-01": "5"}, day=40, origin=held)
    bench.load()
    bench.files.clear()
    bench.gets({"2026-01": "6"}, day=41, origin=coming)
    with pytest.raises(WarehouseError, match=r"The warehouse holds .*refused to load .*TIDEMARK_DATA"):
        bench.load()
    assert bench.current() == {"2026-01": "5"}


def test_an_empty_archive_gives_an_empty_table_with_its_columns(bench):
    state = bench.load()
    assert (state.loaded, state.newest) == ((), None)
    assert bench.everything() == []
    columns = [name for name, *_ in bench.query("describe raw.jp_mof__tiny")]
    assert columns[:3] == list(COLUMNS)
    assert {"_key", "_row_hash", "_snapshot", "_known_at", "_due_at", "_retracted"} <= set(columns)
    assert held_periods(bench.connection) == {}


def test_an_archive_that_is_not_there_changes_nothing_and_is_told(bench):
    """A disk that is not mounted, or a wrong address, must not empty the warehouse."""
    bench.gets({"2026-01": "5"}, day=40)
    bench.load()
    rows = bench.everything()
    bench.files.clear()
    with pytest.raises(ArchiveError, match=r"1 of the snapshots that were loaded are not in the archive"):
        bench.load()
    assert bench.everything() == rows


def test_a_crash_in_the_middle_leaves_the_table_as_it_was(bench, monkeypatch):
    bench.gets({"2026-01": "5"}, day=40)
    bench.load()
    rows, versions = bench.everything(), table_versions(bench.connection)
    bench.gets({"2026-01": "6"}, day=41)

    def crash(connection: duckdb.DuckDBPyConnection) -> None:
        assert len(connection.execute("from raw.jp_mof__tiny").fetchall()) == 2, "the rows were inserted"
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr("orchestration.raw._note_snapshots_version", crash)
        with pytest.raises(KeyboardInterrupt):
            bench.load()
    assert (bench.everything(), table_versions(bench.connection)) == (rows, versions)
    assert counts(bench.load()) == [("accepted", 0, 1, 0)]


def test_a_crash_while_reading_anew_leaves_the_table_as_it_was(bench):
    bench.gets({"2026-01": "5"}, day=40)
    bench.load()
    rows = bench.everything()

    def damaged(_: bytes) -> pd.DataFrame:
        raise ArchiveError("changed after it was archived")

    with pytest.raises(ArchiveError):
        bench.load(parser=replace(PARSER, parse=damaged), fingerprint="parser 2")
    assert bench.everything() == rows


FILES = st.lists(
    st.one_of(
        st.just(b"<html>"),
        st.dictionaries(st.sampled_from(months(6)), st.sampled_from("123"), min_size=1),
    ),
    min_size=1,
    max_size=4,
)


@given(files=FILES, data=st.data())
@settings(max_examples=25)
def test_the_newest_rows_are_the_last_accepted_files_in_whatever_order_the_files_came(files, data):
    bench = Bench()
    held: File = {}
    for day, file in enumerate(files):
        bench.gets(file, day)
        (done,) = bench.load().loaded
        cut_short = isinstance(file, bytes) or (held and max(file) < max(held))
        assert done.status == ("refused" if cut_short else "accepted")
        held = held if cut_short else file
        assert bench.current() == held

    for key in held:
        told = [(flow, gone) for month, flow, _, gone in bench.versions() if month == key]
        assert all(a != b for a, b in pairwise(told)), "a version is a change"

    anew = Bench()
    for day in data.draw(st.permutations(range(len(files)))):
        anew.gets(files[day], day)
        anew.load()
    assert anew.everything() == bench.everything()
    bench.connection.close()
    anew.connection.close()
