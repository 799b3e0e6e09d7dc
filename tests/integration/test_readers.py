"""Readers of the serving copy, each in a process of its own, while whole refreshes publish new figures.

They connect for each query, as docs/connecting.md says. Publishers are played on loopback; each refresh is a
`make run` of one publisher. PostgreSQL's readers and the dashboards have tests of their own.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

from orchestration.sampling import publisher_files
from tests.desk import Desk
from tests.documents import Program, programs
from tests.integration.test_live import CALM, WEEKLY, address, tagged
from tests.node import install
from tests.publisher_server import PublisherServer

# Four whole runs are in one test and its fixtures.
pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

# Each publication adds a week.
STAMPS = ["October  29", "November  5", "November  12", "November  19"]
WEEKS = ["2026-10-24", "2026-10-31", "2026-11-07", "2026-11-14"]
QUERY = (
    "select cast(max(period_end) as varchar) as week from flows.portfolio_flows where basis = 'jp_itn_weekly'"
)
PATIENCE_S = 20
# Between two queries of a reader, so that four of them leave the machine to the refresh.
PAUSE_S = 0.25

ASK = {
    "duckdb": """
import duckdb

def ask():
    with duckdb.connect(FILE, read_only=True) as connection:
        return connection.execute(QUERY).fetchone()[0]
""",
    "ADBC": """
import adbc_driver_duckdb
from adbc_driver_manager import dbapi

def ask():
    options = {"path": FILE, "access_mode": "read_only"}
    driver = adbc_driver_duckdb.driver_path()
    with dbapi.connect(driver=driver, entrypoint="duckdb_adbc_init", db_kwargs=options) as connection:
        with connection.cursor() as cursor:
            cursor.execute(QUERY)
            return cursor.fetchone()[0]
""",
    "SQLAlchemy": """
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

engine = create_engine(f"duckdb:///{FILE}", poolclass=NullPool, connect_args={"read_only": True})

def ask():
    with engine.connect() as connection:
        return connection.execute(text(QUERY)).scalar_one()
""",
}
LOOP = """
import json, sys, time
from pathlib import Path

FILE, QUERY, STOP, PAUSE = sys.argv[1:]
{ask}
while not Path(STOP).exists():
    week, failure = None, None
    try:
        week = ask()
    except Exception as error:
        failure = repr(error)
    print(json.dumps([time.time(), week, failure]), flush=True)
    time.sleep(float(PAUSE))
"""
NODE_LOOP = """
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';

const [file, query, stop, pause] = process.argv.slice(2);

async function ask() {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRows()[0][0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

while (!existsSync(stop)) {
  let week = null, failure = null;
  try {
    week = await ask();
  } catch (error) {
    failure = String(error);
  }
  console.log(JSON.stringify([Date.now() / 1000, week, failure]));
  await setTimeout(1000 * pause);
}
"""


class Answer(NamedTuple):
    """When a reader was answered, seconds since 1970, and with what."""

    at: float
    week: str | None
    failure: str | None


@pytest.fixture(scope="module")
def versions() -> list[bytes]:
    """The weekly file as it was when its last four weeks were new, oldest first."""
    newest = [file.payload for file in publisher_files("jp_mof") if file.dataset == WEEKLY][-1]
    lines = newest.decode("cp932").split("\r\n")
    weeks = [line for line in lines if line.startswith("20")]
    found = []
    for number, stamp in enumerate(STAMPS, start=1 - len(STAMPS)):
        later = weeks[len(weeks) + number :]
        text = "\r\n".join(line for line in lines if line not in later)
        found.append(text.replace(STAMPS[-1], stamp).encode("cp932"))
    return found


@pytest.fixture(scope="module")
def server(versions: list[bytes]) -> Iterator[PublisherServer]:
    with PublisherServer().running() as running:
        for file in publisher_files("jp_mof"):
            running.answers(address(file.dataset), tagged(file.payload))
        running.answers(address(WEEKLY), tagged(versions[0]))
        yield running


@pytest.fixture(scope="module")
def desk(server: PublisherServer, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has published once."""
    data = tmp_path_factory.mktemp("readers") / "data"
    desk = Desk(data, {"TIDEMARK_REHEARSAL": server.address, **CALM})
    desk.run("run", "jp_mof")
    return desk


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose programs find DuckDB's package for Node."""
    folder = tmp_path_factory.mktemp("node")
    install(folder)
    return folder


@pytest.mark.parametrize("program", programs("js"), ids=lambda program: program.place)
def test_node_as_the_page_on_connecting_shows_it_reads_what_is_served(
    desk: Desk, node: Path, program: Program
) -> None:
    script = node / "shown.mjs"
    script.write_text(program.code, encoding="utf-8")
    done = subprocess.run(
        ["node", str(script)], cwd=desk.data.parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "net_m" in done.stdout


def test_readers_of_every_kind_follow_three_refreshes_without_a_failure(
    desk: Desk, node: Path, server: PublisherServer, versions: list[bytes], record_property, tmp_path: Path
) -> None:
    published = {}
    with readers(desk, node, tmp_path) as answers_of:
        # Each has begun, so that what is counted is what a refresh meets.
        wait_until(lambda: all(answers_of().values()))
        for week, version in zip(WEEKS[1:], versions[1:], strict=True):
            server.answers(address(WEEKLY), tagged(version))
            desk.run("run", "jp_mof")
            # When the new file got its name.
            published[week] = desk.serving.stat().st_ctime
        wait_until(lambda: all(answers[-1].week == WEEKS[-1] for answers in answers_of().values()))
    for tool, answers in answers_of().items():
        assert [a.failure for a in answers if a.failure] == [], tool
        seen = [a.week for a in answers]
        assert seen == sorted(seen), f"{tool} went back in time"
        assert sorted(set(seen)) == WEEKS, tool
        delays = [min(a.at for a in answers if a.week == week) - at for week, at in published.items()]
        record_property(
            "said",
            f"{tool}: {len(answers):,} queries during 3 refreshes, none failed; saw new figures after "
            f"{median(delays):.2f} s (median), {max(delays):.2f} s (longest)",
        )


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait a little; what did not come is for the assertions to tell."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < deadline:
        time.sleep(PAUSE_S)


@contextmanager
def readers(desk: Desk, node: Path, folder: Path) -> Iterator[Callable[[], dict[str, list[Answer]]]]:
    """Run a reader per tool; yields what tells the answers of each so far."""
    stop = folder / "stop"
    commands = {}
    for tool, ask in ASK.items():
        script = folder / f"{tool}.py"
        script.write_text(LOOP.format(ask=ask), encoding="utf-8")
        commands[tool] = [sys.executable, "-I", str(script)]
    (node / "loop.mjs").write_text(NODE_LOOP, encoding="utf-8")
    commands["Node"] = ["node", str(node / "loop.mjs")]

    def answers() -> dict[str, list[Answer]]:
        return {
            tool: [
                Answer(*json.loads(line))
                for line in printed(tool).read_text("utf-8").splitlines(True)
                if line.endswith("\n")
            ]
            for tool in commands
        }

    def printed(tool: str) -> Path:
        return folder / f"{tool}.printed"

    with ExitStack() as stack:
        running = []
        for tool, command in commands.items():
            out = stack.enter_context(printed(tool).open("w", encoding="utf-8"))
            arguments = [str(desk.serving), QUERY, str(stop), str(PAUSE_S)]
            running.append(stack.enter_context(subprocess.Popen([*command, *arguments], stdout=out)))
            stack.callback(running[-1].kill)
        try:
            yield answers
        finally:
            stop.touch()
            for process in running:
                process.wait(timeout=30)
