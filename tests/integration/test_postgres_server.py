"""The marts in a real PostgreSQL server: equal to the serving copy, and replaced while people read."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import duckdb
import psycopg
import pytest

from orchestration import postgres
from orchestration.definitions import defs
from orchestration.defs.serving.serving import LOADED, POSTGRES
from orchestration.errors import PostgresError
from orchestration.instance import SERVING, home, open_instance
from orchestration.postgres import Loaded, load
from orchestration.settings import Settings
from tests.desk import Desk
from tests.postgres_server import PostgresServer, postgres_server
from tests.readers import asking, of_postgres

pytestmark = pytest.mark.live

PASSWORD = "geheim42"
# Nothing listens there.
NOWHERE = f"postgresql://tidemark:{PASSWORD}@127.0.0.1:9/tidemark"
HELD = "select split_part(substr(obj_description('core'::regnamespace), 19), '.', 1)"
VERSIONS = 4
# From three schemas at once: of which version each is, and how much there is.
ASKED = """
select concat(
    (select min(title) || max(title) from core.datasets), ' and ',
    (select min(dataset) || max(dataset) from fx.rates_daily), ', ',
    (select count(*) from flows.portfolio_flows), ' rows, ',
    (select count(*) from information_schema.tables where table_schema like '%\\_\\_new'), ' half loaded'
)
"""


@dataclass(frozen=True)
class Target:
    """A desk whose marts go to a server, and an analyst who reads there."""

    desk: Desk
    server: PostgresServer
    first_run: str

    def settings(self, data: Path | None = None, database: str = "tidemark") -> Settings:
        return Settings(data=data or self.desk.data, postgres=self.server.url(database))

    def load(self, data: Path | None = None) -> Loaded:
        return load(self.settings(data))

    def ask(self, query: str, user: str = "analyst") -> list[tuple]:
        with psycopg.connect(self.server.url(user=user)) as connection:
            return connection.execute(query).fetchall()

    def newer(self, number: int) -> Path:
        """A data folder with a serving copy of another version, whose figures say which."""
        folder = self.desk.data / "newer" / str(number)
        serving = folder / "serving"
        if serving.exists():
            return folder
        serving.mkdir(parents=True)
        shutil.copy(self.desk.serving, serving)
        (serving / "tidemark.duckdb").chmod(0o644)
        with duckdb.connect(str(serving / "tidemark.duckdb")) as copy:
            # Most rows are exchange rates of before.
            copy.execute("delete from fx.rates_daily where rate_date < '2024-01-01'")
            copy.execute("delete from fx.rates_monthly where period_start < '2024-01-01'")
            copy.execute(f"update core.datasets set title = '{number}'")
            copy.execute(f"update fx.rates_daily set dataset = '{number}'")
        package = self.package | {"version": f"v{number}"}
        (serving / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        return folder

    @property
    def package(self) -> dict:
        return json.loads((self.desk.data / "serving" / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The sample, published while the server was down, and then loaded by the command."""
    with postgres_server() as server:
        desk = Desk(tmp_path_factory.mktemp("desk"), {"TIDEMARK_POSTGRES": server.url()})
        first_run = desk.sample(expect=1, TIDEMARK_POSTGRES=NOWHERE)
        target = Target(desk, server, first_run)
        assert "PostgreSQL: loaded" in desk.run("postgres")
        with psycopg.connect(server.url()) as connection:
            connection.execute("create role analyst login; grant tidemark_read to analyst")
        yield target


@pytest.fixture
def as_published(target: Target) -> Target:
    """The server holds what the desk has published."""
    target.load()
    return target


def test_a_server_that_is_down_turns_the_run_red_and_keeps_no_serving_copy_back(target: Target) -> None:
    (told,) = [line for line in target.first_run.splitlines() if line.startswith("✗")]
    assert told.startswith("✗ PostgreSQL (127.0.0.1:9/tidemark) was not given the newest marts:")
    assert "Connection refused" in target.first_run
    assert "Traceback" not in target.first_run
    assert PASSWORD not in target.first_run
    assert "published 4" in target.first_run
    assert target.desk.fingerprints()["flows.portfolio_flows"][0] > 0


def test_a_run_loads_what_is_new_and_nothing_twice(
    as_published: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the last step of a run: the others have nothing to do with it."""
    target = as_published
    assert not target.load().new
    # Another version is there: the run puts that of the desk in its place, and the command finds that done.
    target.load(target.newer(1))
    assert target.ask(HELD) == [("v1",)]
    for name, value in target.desk.environment().items():
        monkeypatch.setenv(name, value)
    with open_instance(home(Settings())) as instance:
        run = (
            defs()
            .resolve_job_def("offline")
            .execute_in_process(instance=instance, asset_selection=[SERVING, POSTGRES])
        )
        (materialized,) = run.asset_materializations_for_node("serving")[1:]
    assert materialized.asset_key == POSTGRES
    assert materialized.metadata["loaded"].value is True
    checks = {check.check_name: check.passed for check in run.get_asset_check_evaluations()}
    assert checks[LOADED]
    assert target.ask(HELD) == [(target.package["version"],)]
    assert "PostgreSQL: nothing to load" in target.desk.run("postgres")


def test_every_mart_is_equal_row_for_row_and_sum_for_sum(as_published: Target) -> None:
    compared, sums = 0, 0
    with as_published.desk.marts() as copy, psycopg.connect(as_published.server.url(user="analyst")) as there:
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in copy.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by 1, column_index"
        ).fetchall():
            columns.setdefault(table, []).append((column, kind))
        there_too = "select table_schema || '.' || table_name from information_schema.tables"
        listed = there.execute(f"{there_too} where table_schema !~ '^(pg_|information_)'").fetchall()
        assert {name for (name,) in listed} == set(columns)
        assert set(columns) - {"quality.publication"} == {
            r["name"] for r in as_published.package["resources"]
        }
        for table, of in columns.items():
            cells = ", ".join(f"coalesce(cast(\"{c}\" as {{text}}), '∅')" for c, _ in of)
            row = f"select md5(concat_ws('|', {cells})) as row_hash from {table}"
            query = f"select count(*), md5(string_agg(row_hash, '' order by row_hash)) from ({row}) as t"
            ours = copy.execute(query.format(text="varchar")).fetchone()
            assert there.execute(query.format(text="text")).fetchone() == ours, table
            compared += ours[0]
            for column in (c for c, kind in of if kind.startswith("DECIMAL")):
                query = f'select sum("{column}") from {table}'
                (ours,) = copy.execute(query).fetchone()
                assert there.execute(query).fetchone() == (ours,), f"{table}.{column}"
                assert ours is None or isinstance(ours, Decimal)
                sums += 1
    assert compared > 10_000
    assert sums > 100


def test_keys_hold_and_everything_says_what_it_is(as_published: Target) -> None:
    keys = as_published.ask(
        "select indrelid::regclass::text, "
        "array_agg(attname::text order by array_position(indkey::int2[], attnum)) "
        "from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey) "
        "where indisprimary and indrelid::regclass::text !~ '^pg_' group by 1"
    )
    described = {r["name"]: r["schema"]["primaryKey"] for r in as_published.package["resources"]}
    del described["quality.freshness"]  # a view
    assert dict(keys) == described | {"quality.publication": ["mart"]}
    with (
        psycopg.connect(as_published.server.url()) as owner,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        owner.execute("insert into core.days select * from core.days limit 1")
    silent = (
        "select attrelid::regclass, attname from pg_attribute join pg_class on pg_class.oid = attrelid "
        "where relkind in ('r', 'v') and attnum > 0 and relnamespace::regnamespace::text !~ '^(pg_|inf)' "
        "and (col_description(attrelid, attnum) is null or obj_description(attrelid) is null)"
    )
    assert as_published.ask(silent) == []
    ((said,),) = as_published.ask(
        "select col_description('flows.portfolio_flows'::regclass, attnum) from pg_attribute "
        "where attrelid = 'flows.portfolio_flows'::regclass and attname = 'net_usd_m'"
    )
    assert said.endswith("Unit: million US dollars.")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into core.days values ('1900-01-01')",
        "update core.days set date_day = '1900-01-01'",
        "delete from core.days",
        "drop table core.days",
        "create table core.mine (a int)",
        "create schema mine",
        "alter schema core rename to mine",
    ],
)
def test_the_role_writes_nothing(as_published: Target, statement: str) -> None:
    with (
        psycopg.connect(as_published.server.url(user="analyst")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_who_is_not_in_the_role_reads_nothing(as_published: Target) -> None:
    with psycopg.connect(as_published.server.url()) as connection:
        connection.execute("create role stranger login")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_published.ask("select count(*) from core.days", user="stranger")


def test_freshness_is_of_the_moment_in_which_it_is_read(as_published: Target) -> None:
    with psycopg.connect(as_published.server.url()) as owner:
        owner.execute(
            "update quality.arrivals set due_at = (now() at time zone 'UTC') + interval '1 second', "
            "late_after = (now() at time zone 'UTC') + interval '1 hour' where newest_period_end is not null"
        )
        stand = "select distinct status from quality.freshness where newest_period_end is not null"
        assert owner.execute(stand).fetchall() == [("fresh",)]
        owner.commit()
        time.sleep(1.1)
        assert owner.execute(stand).fetchall() == [("due",)]


def test_readers_notice_nothing_of_reloads_but_the_new_version(
    target: Target, record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    folders = {n: target.newer(n) for n in range(1, VERSIONS + 1)}
    target.load(folders[1])
    ((rows,),) = target.ask("select count(*) from flows.portfolio_flows")
    readers = of_postgres(target.server.url(user="analyst"), target.server.odbc("analyst"))
    swaps = []
    with asking(readers, tmp_path, ASKED, pause_s=0) as answers_of:
        for number in range(2, VERSIONS + 1):
            done = target.load(folders[number])
            assert done.new
            assert done.left == ()
            swaps.append(done.swap_ms)
            time.sleep(0.5)
    whole = [f"{n}{n} and {n}{n}, {rows} rows, 0 half loaded" for n in range(1, VERSIONS + 1)]
    for tool, answers in answers_of().items():
        assert [a.failure for a in answers if a.failure] == [], tool
        # Each version in one piece, in order, and none left out.
        assert [seen for seen, _ in groupby(a.answer for a in answers)] == whole, tool
        assert len(answers) > 10, tool
    counts = ", ".join(f"{tool} {len(answers)}" for tool, answers in answers_of().items())
    took = "/".join(f"{ms:.0f}" for ms in swaps)
    record_property("said", f"PostgreSQL: 3 reloads ({took} ms to swap) under readers: {counts}; 0 failures")


def test_a_load_that_is_killed_before_its_end_leaves_the_version_that_was_there(target: Target) -> None:
    newer = target.newer(2)
    before = target.ask(HELD)
    with psycopg.connect(target.server.url()) as held:
        # It cannot rename this schema as long as another changes it: it is killed with everything loaded.
        held.execute("grant usage on schema core to tidemark_read")
        loading = target.desk.start("postgres", TIDEMARK_DATA=str(newer))
        until = time.monotonic() + 60
        waits = "select 1 from pg_stat_activity where query ~ 'rename' and wait_event_type = 'Lock'"
        while not target.ask(waits, user="tidemark") and time.monotonic() < until:
            time.sleep(0.1)
        assert target.ask(waits, user="tidemark")
        os.killpg(loading.pid, signal.SIGKILL)
        loading.communicate()
    assert target.ask(HELD) == before
    assert target.load(newer).new
    assert target.ask(HELD) == [("v2",)]
    assert target.ask("select nspname from pg_namespace where nspname like '%\\_\\_%'") == []


def test_what_rests_on_an_old_version_keeps_it_and_nothing_is_empty(target: Target) -> None:
    target.load(target.newer(1))
    count = "select count(*) from fx.rates_daily"
    with ExitStack() as stack:
        reader = stack.enter_context(psycopg.connect(target.server.url(user="analyst")))
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (rows,) = reader.execute(count).fetchone()
        done = target.load(target.newer(2))
        assert [line.partition(" ")[2] for line in done.left] == [
            "is still being read; the next load drops it."
        ]
        # Its snapshot is older than these rows; without the freezing of them it would find none.
        assert reader.execute(count).fetchone() == (rows,)
    with psycopg.connect(target.server.url()) as owner:
        owner.execute("create schema desk authorization analyst")
    with psycopg.connect(target.server.url(user="analyst")) as analyst:
        analyst.execute("create view desk.bound as select * from fx.rates_daily")
        analyst.execute("create function desk.rows() returns bigint language sql as $$" + count + "$$")
    (told,) = target.load(target.newer(3)).left
    assert "cannot be dropped: view desk.bound depends on table fx__old_" in told
    # It would show old figures for ever; it says so instead.
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="rates_daily"):
        target.ask("select count(*) from desk.bound")
    assert target.ask("select desk.rows()") == [(rows,)]
    listed = "select count(*) from information_schema.tables where table_schema like '%\\_\\_%'"
    assert target.ask(listed) == [(0,)]
    with psycopg.connect(target.server.url()) as owner:
        owner.execute("drop schema desk cascade")
    assert target.load(target.newer(4)).left == ()
    assert target.ask("select nspname from pg_namespace where nspname like '%\\_\\_%'") == []


def test_other_peoples_schemas_are_left_alone(target: Target) -> None:
    with psycopg.connect(target.server.url(), autocommit=True) as owner:
        owner.execute("create database shared")
    with psycopg.connect(target.server.url("shared")) as owner:
        owner.execute("create schema core; create table core.theirs (a int)")
    with pytest.raises(
        PostgresError, match=r"schemas in 127\.0\.0\.1:\d+/shared that Tidemark has not made.*core"
    ):
        load(target.settings(database="shared"))
    with psycopg.connect(target.server.url("shared")) as owner:
        assert owner.execute("select count(*) from core.theirs").fetchone() == (0,)


def test_made_up_figures_are_refused_in_the_place_of_real_ones(target: Target, tmp_path: Path) -> None:
    with psycopg.connect(target.server.url(), autocommit=True) as owner:
        owner.execute("create database live")
    real = tmp_path / "serving"
    shutil.copytree(target.desk.serving.parent, real)
    (real / "tidemark.duckdb").chmod(0o644)
    with duckdb.connect(str(real / "tidemark.duckdb")) as copy:
        copy.execute("update core.snapshots set origin = 'live'")
    package = target.package | {"version": "real", "origin": "publishers", "title": "Tidemark"}
    (real / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    made_up, from_publishers = target.settings(database="live"), target.settings(tmp_path, "live")
    assert load(made_up).new
    assert load(from_publishers).new, "a desk that goes live after a trial"
    with pytest.raises(PostgresError, match=r"/live holds publishers' real figures; refused .*core, .*fx"):
        load(made_up)
    with psycopg.connect(target.server.url("live")) as owner:
        assert owner.execute(HELD).fetchone() == ("real",)
        assert owner.execute("select distinct origin from core.snapshots").fetchall() == [("live",)]


def test_without_the_right_to_make_the_role_it_says_who_has_to(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(target.server.url(), autocommit=True) as owner:
        owner.execute("create role desk login")
        owner.execute("create database of_desk owner desk")
    monkeypatch.setattr(postgres, "ROLE", "some_readers")
    settings = Settings(data=target.desk.data, postgres=target.server.url("of_desk", "desk"))
    with pytest.raises(PostgresError, match=r"As an administrator .*: create role some_readers nologin"):
        load(settings)
    with psycopg.connect(target.server.url(), autocommit=True) as owner:
        owner.execute("create role some_readers nologin")
    assert load(settings).new


def test_without_a_serving_copy_it_says_how_to_make_one(target: Target, tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="Expected a serving copy in"):
        target.load(tmp_path)
