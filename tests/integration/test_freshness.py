"""Freshness is one answer: that of the arrival checks, of `make status` and of `quality.freshness`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration.archive import Basis, Origin, Snapshot
from orchestration.arrivals import awaited_release
from orchestration.components.publisher import check_results
from orchestration.errors import FetchError
from orchestration.failed_looks import noted
from orchestration.raw import CREATE_SNAPSHOTS, SNAPSHOTS, Loaded, newest_loaded
from orchestration.records import Dataset, PublisherRecord, load_publishers
from orchestration.registry import write
from orchestration.releases import Arrival, Override
from orchestration.report import status
from orchestration.settings import Settings
from orchestration.warehouse import SETUP
from tests.desk import compiled

WEEKLY, CUSTODY = "jp_mof/securities_weekly", "us_fed/custody_treasuries"
GOLD, CHINA, EMPTY = "imf/reserves", "cn_safe/official_reserve_assets", "worldbank/reserves"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
STRIKE = "A strike at the Board: the day that it announced."
MODELS = ("stg_tidemark__datasets", "stg_tidemark__snapshots", "stg_tidemark__releases", "arrivals")


def publishers() -> list[PublisherRecord]:
    """The records, with an override for the week that is awaited of the custody holdings."""
    strike = Override(periods_from="2026-11-19", periods_to="2026-11-30", due="2026-12-04", reason=STRIKE)
    return [
        record.model_copy(
            update={
                "datasets": tuple(
                    d.model_copy(update={"overrides": (strike,)}) if d.id == CUSTODY else d
                    for d in record.datasets
                )
            }
        )
        for record in load_publishers()
    ]


DATASETS = {d.id: d for record in publishers() for d in record.datasets}


def newest_due(dataset: Dataset) -> date:
    """The last day of the newest period that is out at NOW."""
    held = date(2025, 6, 30)
    while (release := awaited_release(dataset, held)).due_at <= NOW:
        held = release.period_end
    return held


@dataclass(frozen=True)
class Warehouse:
    """What the pipeline wrote of its snapshots and records, and the models on it."""

    connection: duckdb.DuckDBPyConnection
    snapshots: dict[str, list[Snapshot]]

    def note(
        self, dataset: str, known_at: datetime, last: date | None, part: str = "", why: str = ""
    ) -> None:
        """Note a file that was accepted up to a period, or refused."""
        snapshot = Snapshot(
            dataset=dataset, known_at=known_at, known_at_basis=Basis.RETRIEVED, retrieved_at=known_at,
            sha256=f"{len(self.snapshots[dataset]):064}", bytes=1, extension="csv", address="", licence="",
            origin=Origin.IMPORT, headers={}, part=part,
        )  # fmt: skip
        self.snapshots[dataset].append(snapshot)
        first = date(2020, 1, 1) if last else None
        self.connection.execute(
            f"insert into raw.{SNAPSHOTS} values (?, ?, ?, ?, 'retrieved', ?, ?, 1, '', '', 'import', ?, ?, "
            "0, 0, 0, 0, ?, ?, 'p')",
            [
                dataset, snapshot.id, part, known_at.replace(tzinfo=None), known_at.replace(tzinfo=None),
                snapshot.sha256, "accepted" if last else "refused", why, first, last,
            ],
        )  # fmt: skip

    def build(self, models: dict[str, str]) -> None:
        """What a run does after it has loaded: write the calendars, build the models."""
        write(self.connection, publishers())
        for name in MODELS:
            schema = "quality" if name == "arrivals" else "staging"
            kind = "table" if name == "arrivals" else "view"
            self.connection.execute(f"create or replace {kind} {schema}.{name} as {models[name]}")
        self.connection.execute(f"create or replace view quality.freshness as {models['freshness']}")
        self.connection.execute(
            f"create or replace function quality.freshness_at(moment) as table ({models['freshness_at']})"
        )

    def in_sql(self, moment: datetime) -> dict[str, tuple]:
        rows = self.connection.execute(
            "select dataset, status, newest_period_end, awaited_period_start, awaited_period_end, due_at, "
            "late_after, due_reason, refused_because from quality.freshness_at(?)",
            [moment.replace(tzinfo=None)],
        ).fetchall()
        return {dataset: tuple(rest) for dataset, *rest in rows}

    def newest(self) -> dict[str, Loaded | None]:
        """What the checks of each raw table are given."""
        return {d.id: newest_loaded(self.connection, d, self.snapshots[d.id]) for d in DATASETS.values()}


def in_checks(dataset: Dataset, newest: Loaded | None, moment: datetime) -> tuple:
    """What the two checks of a raw table say, in the order of `Warehouse.in_sql`."""
    structure, arrived = check_results(dataset, newest, moment)
    told = {name: value.value for name, value in arrived.metadata.items()}
    start, end = map(date.fromisoformat, told["awaited period"].split(" to "))
    held = told["newest period held"]
    due, late = (
        datetime.fromisoformat(told[name]).replace(tzinfo=None)
        for name in ("due at (UTC)", "late after (UTC)")
    )
    reason = "" if told["reason"] == "by the release rule" else told["reason"]
    refused = "" if structure.passed else structure.description
    newest_held = None if held == "none" else date.fromisoformat(held)
    return told["state"], newest_held, start, end, due, late, reason, refused


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of the models, as dbt writes it."""
    folder = tmp_path_factory.mktemp("compiled")
    compiled(folder, "--select", *MODELS, "freshness", "freshness_at")
    nodes = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    found = {name: nodes[f"model.tidemark.{name}"] for name in (*MODELS, "freshness", "freshness_at")}
    return {name: node["compiled_code"].replace(f'"{node["database"]}".', "") for name, node in found.items()}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, models: dict[str, str]) -> Iterator[Warehouse]:
    """Every dataset up to date, but for one without a file, refused ones, and one in parts."""
    with duckdb.connect(str(tmp_path_factory.mktemp("data") / "tidemark.duckdb")) as connection:
        connection.execute(SETUP)
        connection.execute("create schema if not exists quality; create schema if not exists staging")
        connection.execute(CREATE_SNAPSHOTS)
        made = Warehouse(connection, {name: [] for name in DATASETS})
        for dataset in DATASETS.values():
            if dataset.id != EMPTY:
                made.note(dataset.id, NOW - timedelta(days=1), newest_due(dataset))
        made.note(WEEKLY, NOW, None, why="a column is gone")
        # Of parts, the newest file of all is of an old year; and one part's newest was refused.
        made.note(CHINA, NOW - timedelta(hours=3), date(2024, 12, 31), part="2024")
        made.note(CHINA, NOW - timedelta(hours=2), date(2024, 12, 31), part="2024")
        made.note(GOLD, NOW - timedelta(hours=2), date(2026, 8, 31), part="USD")
        made.note(GOLD, NOW - timedelta(hours=1), None, part="USD", why="USD: a country twice")
        made.note(GOLD, NOW, date(2026, 7, 31), part="FTO")
        # Refused once, and mended since.
        made.note(CUSTODY, NOW - timedelta(days=2), None, why="an HTML page")
        made.build(models)
        yield made


def turns(warehouse: Warehouse) -> list[datetime]:
    """Now, and each moment at which the answer of a dataset changes, with the second before it."""
    rows = warehouse.connection.execute("select due_at, late_after from quality.arrivals").fetchall()
    moments = {moment.replace(tzinfo=UTC) for row in rows for moment in row}
    return sorted({NOW} | moments | {moment - SECOND for moment in moments})


def test_checks_and_sql_agree_of_every_dataset_at_every_turn(warehouse: Warehouse) -> None:
    newest, states = warehouse.newest(), set()
    for moment in turns(warehouse):
        answers = warehouse.in_sql(moment)
        assert set(answers) == set(DATASETS)
        for dataset in DATASETS.values():
            said = in_checks(dataset, newest[dataset.id], moment)
            assert answers[dataset.id] == said, (dataset.id, moment)
        states |= {answer[0] for answer in answers.values()}
    assert states == {state.value for state in Arrival}


def test_refused_files_and_old_parts_do_not_count_as_held(warehouse: Warehouse) -> None:
    answers = warehouse.in_sql(NOW)
    assert answers[WEEKLY][1] == newest_due(DATASETS[WEEKLY])
    assert answers[WEEKLY][-1] == "a column is gone"
    assert answers[CHINA][1] == newest_due(DATASETS[CHINA])
    assert answers[GOLD][1] == newest_due(DATASETS[GOLD])
    assert (answers[GOLD][-1], answers[CUSTODY][-1], answers[CHINA][-1]) == ("USD: a country twice", "", "")
    assert answers[EMPTY][:2] == ("nothing held", None)
    assert answers[CUSTODY][5:7] == (datetime(2026, 12, 6, 21, 30), STRIKE)


def test_the_view_is_the_function_at_the_time_of_the_query(warehouse: Warehouse) -> None:
    now, at = (
        warehouse.connection.execute(f"select * from {relation} order by dataset").fetchall()
        for relation in ("quality.freshness", "quality.freshness_at(make_timestamp(epoch_us(now())))")
    )
    assert now == at
    assert len(now) == len(DATASETS)


@pytest.fixture
def served(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder with what `make status` reads of the serving copy."""
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    monkeypatch.setattr("orchestration.report.load_datasets", lambda: DATASETS)
    settings = Settings()
    settings.serving.mkdir()
    warehouse.connection.execute(f"attach '{settings.serving / 'tidemark.duckdb'}' as serving")
    for schema, table, source in (
        ("quality", "arrivals", "quality.arrivals"),
        ("core", "snapshots", "raw.tidemark__snapshots"),
    ):
        warehouse.connection.execute(f"create schema serving.{schema}")
        warehouse.connection.execute(f"create table serving.{schema}.{table} as from {source}")
    warehouse.connection.execute("detach serving")
    return settings


def printed(settings: Settings) -> list[str]:
    console = Console(width=112, highlight=False, no_color=True)
    with console.capture() as capture:
        console.print(status(settings))
    return capture.get().splitlines()


def test_the_status_says_at_every_turn_what_sql_says(warehouse: Warehouse, served: Settings) -> None:
    for moment in turns(warehouse)[::15]:
        answers = warehouse.in_sql(moment)
        lines = printed(served.model_copy(update={"clock": moment}))
        rows = {line.split()[0]: line for line in lines if line.split() and line.split()[0] in DATASETS}
        assert set(rows) == set(answers)
        for dataset, (state, held, _, _, due, *_) in answers.items():
            if held is None:
                assert rows[dataset].split() == [dataset, "nothing"]
                continue
            assert rows[dataset].split()[1] == str(held)
            assert f"  {due:%Y-%m-%d %H:%M}  " in rows[dataset]
            assert rows[dataset].split()[-1] == state
        late = sum(answer[0] == "late" for answer in answers.values())
        assert (f"{late} of {len(DATASETS)} datasets late" if late else "nothing is late") in lines[0]


def test_the_status_says_what_could_not_be_had_at_the_last_look(served: Settings) -> None:
    with pytest.raises(FetchError), noted(served, DATASETS[WEEKLY]):
        raise FetchError(f"{WEEKLY}: the publisher answered 403 Forbidden.")
    told = f"✗ {WEEKLY}: not downloaded at the last look: the publisher answered 403 Forbidden."
    assert printed(served).count(told) == 1
    with noted(served, DATASETS[WEEKLY]):
        pass
    assert told not in printed(served)


def test_the_status_says_the_publishers_time_refused_files_and_why_a_release_is_not_due_by_the_rule(
    served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_CLOCK", NOW.isoformat())
    text = "\n".join(printed(Settings()))
    assert f"Status at {NOW:%Y-%m-%d %H:%M} UTC: nothing is late, nothing held yet of 1" in text
    assert "15–21 Nov 2026  2026-11-26 23:50  Fri 08:50 JST  fresh" in text
    assert "✗ jp_mof/securities_weekly: the newest file was refused: a column is gone" in text
    assert "✗ imf/reserves: the newest file was refused: USD: a country twice" in text
    assert f"! us_fed/custody_treasuries: not due by the rule: {STRIKE}" in text
    assert text.count("✗") == 2
    assert text.count("!") == 1
    assert all(len(line) <= 112 for line in text.splitlines())
