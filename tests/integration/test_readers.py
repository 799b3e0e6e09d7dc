"""Readers of the serving copy and of PostgreSQL while whole refreshes publish new figures to both.

Superset's readers are in test_superset_server.py, as it has an environment of its own.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.desk import Desk
from tests.documents import Program, programs
from tests.integration.test_live import CALM
from tests.node import install
from tests.postgres_server import PostgresServer, postgres_server
from tests.publisher_server import PublisherServer
from tests.readers import DUCKDB, NODE, Reader, follow_three_refreshes, of_postgres, weekly_publisher

# Four whole runs are in one test and its fixtures.
pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server() -> Iterator[PublisherServer]:
    with weekly_publisher() as running:
        yield running


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="module")
def desk(server: PublisherServer, database: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has published once, to its folder and to PostgreSQL, and an analyst who may read there."""
    data = tmp_path_factory.mktemp("readers") / "data"
    targets = {"TIDEMARK_REHEARSAL": server.address, "TIDEMARK_POSTGRES": database.url()}
    desk = Desk(data, {**targets, **CALM})
    desk.run("run", "jp_mof")
    with psycopg.connect(database.url()) as owner:
        owner.execute("create role analyst login; grant tidemark_read to analyst")
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
    desk: Desk,
    node: Path,
    server: PublisherServer,
    database: PostgresServer,
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> None:
    file = str(desk.serving)
    readers = [
        *(Reader(tool, ask, file) for tool, ask in DUCKDB.items()),
        Reader("Node", NODE, file, node),
        *of_postgres(database.url(user="analyst"), database.odbc("analyst")),
    ]
    follow_three_refreshes(readers, desk, server, tmp_path, record_property)
