"""The warehouse's file: waited for, told about, and never half changed."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WarehouseError
from orchestration.warehouse import (
    built_models,
    connect,
    set_built_models,
    set_table_version,
    table_exists,
    table_versions,
    transaction,
)

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def held_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the file until its input ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "tidemark.duckdb"


def test_the_first_connection_makes_the_file_and_its_schemas(path):
    with connect(path) as connection:
        assert table_versions(connection) == {}
        assert built_models(connection) == {}
        assert connection.execute("select current_setting('timezone')").fetchone() == ("UTC",)
    assert path.exists()


def test_a_file_that_another_process_holds_is_waited_for(path):
    with connect(path) as connection:
        set_table_version(connection, "jp_mof__tiny", "v1")
    with held_by_another(path) as process:
        release = threading.Timer(0.4, process.stdin.close)
        release.start()
        began = time.monotonic()
        with connect(path, lock_timeout_s=30) as connection:
            assert time.monotonic() - began > 0.3
            assert table_versions(connection) == {"jp_mof__tiny": "v1"}
        release.join()


def test_a_file_that_stays_held_is_told_with_the_holder_and_what_to_do(path):
    with connect(path):
        pass
    with held_by_another(path) as process:
        with pytest.raises(WarehouseError) as caught, connect(path, lock_timeout_s=0.2):
            pass
        message = str(caught.value)
        assert f"{path} was still in use after 0.2 s" in message
        assert f"PID {process.pid}" in message
        assert "readers should use the serving copy" in message
        process.stdin.close()


def test_the_file_of_a_killed_process_is_free_at_once(path):
    with connect(path):
        pass
    with held_by_another(path) as process:
        process.kill()
        process.wait()
        with connect(path, lock_timeout_s=0) as connection:
            assert table_versions(connection) == {}


@pytest.mark.parametrize("content", [b"", b"Date,USD\r\n", b"not a database " * 1000])
def test_a_file_of_another_kind_is_told_at_once_and_how_to_get_a_good_one(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"cannot be opened as a DuckDB .*`make offline` builds it"):
        connect(path, lock_timeout_s=60).__enter__()


def test_a_corrupt_file_is_not_mistaken_for_a_held_one(path):
    with connect(path):
        pass
    content = bytearray(path.read_bytes())
    content[5000:5050] = b"x" * 50
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"cannot be opened .*checksum.* in block .*`make offline`"):
        connect(path, lock_timeout_s=60).__enter__()


def test_the_folders_name_is_not_mistaken_for_a_lock(tmp_path):
    path = tmp_path / "blockchain" / "tidemark.duckdb"
    path.parent.mkdir()
    path.write_bytes(b"Date,USD\r\n")
    with pytest.raises(WarehouseError, match="cannot be opened"):
        connect(path, lock_timeout_s=60).__enter__()


def test_a_connection_is_closed_even_after_an_error(path):
    with pytest.raises(KeyboardInterrupt), connect(path) as connection:
        raise KeyboardInterrupt
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")


def load_and_crash(connection: duckdb.DuckDBPyConnection) -> None:
    with transaction(connection):
        connection.execute("create table raw.jp_mof__tiny (flow varchar)")
        set_table_version(connection, "jp_mof__tiny", "v1")
        raise KeyboardInterrupt


def load_and_mistype(connection: duckdb.DuckDBPyConnection) -> None:
    with transaction(connection):
        set_table_version(connection, "jp_mof__tiny", "v1")
        connection.execute("select cast('x' as integer)")


def test_a_transaction_is_all_or_nothing(path):
    with connect(path) as connection:
        with pytest.raises(KeyboardInterrupt):
            load_and_crash(connection)
        assert not table_exists(connection, "raw", "jp_mof__tiny")
        assert table_versions(connection) == {}
        with transaction(connection):
            connection.execute("create table raw.jp_mof__tiny (flow varchar)")
        assert table_exists(connection, "raw", "jp_mof__tiny")


def test_a_mistake_in_sql_rolls_back_too(path):
    with connect(path) as connection:
        with pytest.raises(duckdb.ConversionException):
            load_and_mistype(connection)
        assert table_versions(connection) == {}


def test_what_was_done_is_remembered_across_connections(path):
    with connect(path) as connection:
        set_table_version(connection, "jp_mof__tiny", "v1")
        set_table_version(connection, "jp_mof__tiny", "v2")
        set_built_models(connection, {"model.t.mart": "f1"})
        set_built_models(connection, {"model.t.mart": "f2", "model.t.other": "f1"})
    with connect(path) as connection:
        assert table_versions(connection) == {"jp_mof__tiny": "v2"}
        assert built_models(connection) == {"model.t.mart": "f2", "model.t.other": "f1"}
