"""Readers, each in a process of its own, that ask in a loop while refreshes publish; what each was answered.

Publishers are played on loopback; each refresh is a `make run` of one publisher, whose weekly file has one
more week. How a tool asks is here where it reads the serving copy or PostgreSQL as docs/connecting.md says.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from orchestration.sampling import publisher_files
from tests.desk import Desk
from tests.integration.test_live import WEEKLY, address, tagged
from tests.postgres_server import binary
from tests.publisher_server import PublisherServer

# Each publication adds a week.
STAMPS = ["October  29", "November  5", "November  12", "November  19"]
WEEKS = ["2026-10-24", "2026-10-31", "2026-11-07", "2026-11-14"]
QUERY = (
    "select cast(max(period_end) as varchar) as week from flows.portfolio_flows where basis = 'jp_itn_weekly'"
)
PATIENCE_S = 20
# Between two queries of a reader, so that all of them leave the machine to the refresh.
PAUSE_S = 0.5

# Those of the serving copy connect for each query.
DUCKDB = {
    "duckdb": """
import duckdb

def ask():
    with duckdb.connect(WHERE, read_only=True) as connection:
        return connection.execute(QUERY).fetchone()[0]
""",
    "ADBC": """
import adbc_driver_duckdb
from adbc_driver_manager import dbapi

def ask():
    options = {"path": WHERE, "access_mode": "read_only"}
    driver = adbc_driver_duckdb.driver_path()
    with dbapi.connect(driver=driver, entrypoint="duckdb_adbc_init", db_kwargs=options) as connection:
        with connection.cursor() as cursor:
            cursor.execute(QUERY)
            return cursor.fetchone()[0]
""",
    "SQLAlchemy": """
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

engine = create_engine(f"duckdb:///{WHERE}", poolclass=NullPool, connect_args={"read_only": True})

def ask():
    with engine.connect() as connection:
        return connection.execute(text(QUERY)).scalar_one()
""",
}
NODE = """
import { DuckDBInstance } from '@duckdb/node-api';

async function ask() {
  const instance = await DuckDBInstance.create(where, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRows()[0][0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
"""
# Those of PostgreSQL keep their connection, but for the prompt. psycopg's has prepared statements, and
# transactions of several, whose locks would meet a load that wanted to have all of a schema.
PSYCOPG = """
import psycopg

connection = psycopg.connect(WHERE, autocommit=True, prepare_threshold=1)

def ask():
    with connection.transaction():
        answer = connection.execute(QUERY).fetchone()[0]
        for other in ("core.days", "core.snapshots", "flows.major_holders"):
            connection.execute(f"select count(*) from {other}")
        return answer
"""
ODBC = """
import pyodbc

connection = pyodbc.connect(WHERE, autocommit=True)

def ask():
    return connection.execute(QUERY).fetchone()[0]
"""
PSQL = """
import subprocess

PSQL, ADDRESS = WHERE.split(" ", 1)

def ask():
    command = [PSQL, ADDRESS, "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", QUERY]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
"""
LOOP = """
import json, sys, time
from pathlib import Path

WHERE, QUERY, STOP, PAUSE = sys.argv[1:]
{ask}
while not Path(STOP).exists():
    answer, failure = None, None
    try:
        answer = ask()
    except Exception as error:
        failure = repr(error)
    print(json.dumps([time.time(), answer, failure]), flush=True)
    time.sleep(float(PAUSE))
"""
NODE_LOOP = """
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [where, query, stop, pause] = process.argv.slice(2);
{ask}
while (!existsSync(stop)) {
  let answer = null, failure = null;
  try {
    answer = await ask();
  } catch (error) {
    failure = String(error);
  }
  console.log(JSON.stringify([Date.now() / 1000, answer, failure]));
  await setTimeout(1000 * pause);
}
"""


class Answer(NamedTuple):
    """When a reader was answered, seconds since 1970, and with what."""

    at: float
    answer: str | None
    failure: str | None


@dataclass(frozen=True)
class Reader:
    """A tool that asks a place (a file, a server) by its `ask()`, in Python or in a folder of Node's."""

    tool: str
    ask: str
    where: str
    node: Path | None = None

    def command(self, folder: Path) -> list[str]:
        """Write its program; what runs it."""
        if self.node:
            script = self.node / "loop.mjs"
            script.write_text(NODE_LOOP.replace("{ask}", self.ask), encoding="utf-8")
            return ["node", str(script), self.where]
        script = folder / f"{self.tool}.py"
        script.write_text(LOOP.replace("{ask}", self.ask), encoding="utf-8")
        return [sys.executable, "-I", str(script), self.where]


def of_postgres(url: str, odbc: str) -> list[Reader]:
    """The readers of a PostgreSQL server."""
    return [
        Reader("psql", PSQL, f"{binary('psql')} {url}"),
        Reader("psycopg", PSYCOPG, url),
        Reader("ODBC", ODBC, odbc),
    ]


Answers = dict[str, list[Answer]]


@contextmanager
def asking(
    readers: Sequence[Reader], folder: Path, query: str = QUERY, pause_s: float = PAUSE_S
) -> Iterator[Callable[[], Answers]]:
    """Run the readers; yields what tells the answers of each so far, once each has begun."""
    stop = folder / "stop"

    def printed(tool: str) -> Path:
        return folder / f"{tool}.printed"

    def answers() -> Answers:
        return {
            reader.tool: [
                Answer(*json.loads(line))
                for line in printed(reader.tool).read_text("utf-8").splitlines(True)
                if line.endswith("\n")
            ]
            for reader in readers
        }

    with ExitStack() as stack:
        running = []
        for reader in readers:
            out = stack.enter_context(printed(reader.tool).open("w", encoding="utf-8"))
            command = [*reader.command(folder), query, str(stop), str(pause_s)]
            running.append(stack.enter_context(subprocess.Popen(command, stdout=out)))
            stack.callback(running[-1].kill)
        # What is counted is what a refresh meets.
        wait_until(lambda: all(answers().values()))
        try:
            yield answers
        finally:
            stop.touch()
            for process in running:
                process.wait(timeout=30)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait a little; what did not come is for the assertions to tell."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < deadline:
        time.sleep(PAUSE_S)


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


@contextmanager
def weekly_publisher() -> Iterator[PublisherServer]:
    """The ministry, before the last three weeks are out."""
    with PublisherServer().running() as server:
        for file in publisher_files("jp_mof"):
            server.answers(address(file.dataset), tagged(file.payload))
        server.answers(address(WEEKLY), tagged(versions()[0]))
        yield server


def follow_three_refreshes(
    readers: Sequence[Reader],
    desk: Desk,
    server: PublisherServer,
    folder: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Refresh under the readers: none may fail or go back in time, each must see each week.

    Args:
        readers: who asks meanwhile.
        desk: a desk that has published the first of the weeks.
        server: the publisher that it asks.
        folder: for the readers' programs and answers.
        record_property: takes what is printed at the end of the tests.
    """
    published = {}
    with asking(readers, folder) as answers_of:
        for week, version in zip(WEEKS[1:], versions()[1:], strict=True):
            server.answers(address(WEEKLY), tagged(version))
            desk.run("run", "jp_mof")
            # When the new serving copy got its name; PostgreSQL is loaded from it.
            published[week] = desk.serving.stat().st_ctime
        wait_until(lambda: all(answers[-1].answer == WEEKS[-1] for answers in answers_of().values()))
    for tool, answers in answers_of().items():
        assert [a.failure for a in answers if a.failure] == [], tool
        seen = [a.answer for a in answers]
        assert seen == sorted(seen), f"{tool} went back in time"
        assert sorted(set(seen)) == WEEKS, tool
        delays = [min(a.at for a in answers if a.answer == week) - at for week, at in published.items()]
        record_property(
            "said",
            f"{tool}: {len(answers):,} queries during 3 refreshes, none failed; saw new figures after "
            f"{median(delays):.2f} s (median), {max(delays):.2f} s (longest)",
        )
