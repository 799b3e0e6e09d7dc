"""The Dagster instance of a data folder."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from orchestration.errors import InstanceError
from orchestration.event_log import OpenEventLog
from orchestration.instance import STORAGE, home, open_instance
from orchestration.settings import Settings

PROCESSES = 4


def open_at_once(data: Path, start: Barrier) -> None:
    """What each process does: wait for the others, then open, and keep something in it."""
    settings = Settings(data=data)
    start.wait(timeout=60)
    with open_instance(home(settings)) as instance:
        instance.get_runs(limit=1)


def test_processes_that_open_a_new_instance_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    """Each on its first look: the SQLite files are made once, by whoever comes first."""
    processes = multiprocessing.get_context("fork")
    for attempt in range(2):
        start = processes.Barrier(PROCESSES)
        openers = [
            processes.Process(target=open_at_once, args=(tmp_path / str(attempt), start))
            for _ in range(PROCESSES)
        ]
        for opener in openers:
            opener.start()
        for opener in openers:
            opener.join(timeout=60)
        assert [opener.exitcode for opener in openers] == [0] * PROCESSES


def test_the_address_of_the_storage_is_in_the_environment_and_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORAGE, "postgresql+psycopg2://dagster:secret@db.example/dagster")
    folder = Path(home(Settings(data=tmp_path)))
    assert yaml.safe_load((folder / "dagster.yaml").read_text())["storage"] == {
        "postgres": {"postgres_url": {"env": STORAGE}}
    }
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and "secret" in f.read_text()]
    assert "secret" not in repr(Settings())


def test_a_command_without_the_setting_does_not_turn_the_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STORAGE, "postgresql+psycopg2:///dagster?host=/run/postgresql")
    file = Path(home(Settings(data=tmp_path))) / "dagster.yaml"
    before = file.read_text(encoding="utf-8")
    monkeypatch.setenv(STORAGE, "")
    with pytest.raises(InstanceError, match=f"expected {STORAGE} to name the database"):
        home(Settings(data=tmp_path))
    assert file.read_text(encoding="utf-8") == before
    file.unlink()
    with open_instance(home(Settings(data=tmp_path))) as instance:
        assert isinstance(instance.event_log_storage, OpenEventLog)


def test_what_speaks_to_postgres_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.instance.find_spec", lambda name: None)
    monkeypatch.setenv(STORAGE, "postgresql+psycopg2://dagster@db.example/dagster")
    with pytest.raises(InstanceError, match=r"expected the package dagster-postgres.*make setup"):
        home(Settings(data=tmp_path))


def test_a_server_that_does_not_answer_is_named_with_its_words_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_postgres.utils.time.sleep", lambda seconds: None)
    monkeypatch.setenv(STORAGE, "postgresql+psycopg2://dagster:secret@127.0.0.1:1/dagster")
    with pytest.raises(InstanceError, match=r"(?s)TIDEMARK_DAGSTER_STORAGE.*127\.0\.0\.1.*refused") as told:
        open_instance(home(Settings(data=tmp_path)))
    assert "secret" not in str(told.value)


def test_another_driver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the one that SQLAlchemy takes for this scheme, Dagster's web server loses its connection."""
    monkeypatch.setenv(STORAGE, "postgresql://dagster@db.example/dagster")
    with pytest.raises(ValidationError, match=r"postgresql\+psycopg2"):
        Settings()
