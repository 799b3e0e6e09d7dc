"""Older DuckDB releases read the serving copy. Installs them, so not part of `make test`."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.records import load_datasets
from tests.desk import Desk

READ = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    rows = connection.execute("select count(*) from flows.portfolio_flows").fetchone()[0]
    late = connection.execute("select count(*) from quality.freshness where status is not null").fetchone()[0]
    comment = connection.execute(
        "select comment from duckdb_columns() where table_name = 'portfolio_flows' and column_name = 'net_m'"
    ).fetchone()[0]
print(duckdb.__version__, rows, late, bool(comment))
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("compat"))
    desk.run("demo")
    return desk


@pytest.mark.compat
@pytest.mark.parametrize("release", ["1.1.3", "1.2.2", "1.3.2", "1.4.4", "2.0.0"])
def test_a_reader_of_another_release_sees_the_marts(demo: Desk, tmp_path: Path, release: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    environment = tmp_path / "reader"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, f"duckdb=={release}"], check=True)
    answer = subprocess.run(
        [python, "-c", READ, demo.serving], capture_output=True, text=True, check=True
    ).stdout.split()
    print(*answer)
    assert answer[0] == release
    assert int(answer[1]) > 3_000
    assert answer[2:] == [str(len(load_datasets())), "True"]
