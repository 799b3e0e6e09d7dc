"""The event log that stays open: other processes read what is told, also of a run that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.event_log import OpenEventLog
from orchestration.instance import home, open_instance, recover
from orchestration.settings import Settings
from tests.desk import ROOT

RUN = """
import os, signal, sys
import dagster as dg
from orchestration.instance import PID_TAG, home, open_instance
from orchestration.settings import Settings

@dg.asset
def told(context):
    context.log.info("about to end")
    if "killed" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)

with open_instance(home(Settings())) as instance:
    dg.materialize([told], instance=instance, tags={PID_TAG: str(os.getpid())})
"""


def run(data: Path, *how: str) -> int:
    environment = os.environ | {"TIDEMARK_DATA": str(data)}
    return subprocess.run(
        [sys.executable, "-c", RUN, *how], cwd=ROOT, env=environment, capture_output=True, check=False
    ).returncode


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The instance as Dagster's UI opens it."""
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    with dg.DagsterInstance.from_config(home(Settings())) as instance:
        yield instance


def words(instance: dg.DagsterInstance) -> list[str]:
    (run,) = instance.get_runs()
    logs = instance.all_logs(run.run_id)
    return [e.dagster_event_type.value if e.is_dagster_event else e.user_message for e in logs]


def test_dagster_reads_a_run_as_if_it_had_written_it_itself(
    plain: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert run(tmp_path) == 0
    assert plain.get_runs()[0].status is dg.DagsterRunStatus.SUCCESS
    for expected in ("STEP_START", "about to end", "ASSET_MATERIALIZATION", "PIPELINE_SUCCESS"):
        assert words(plain).count(expected) == 1
    assert plain.get_latest_materialization_event(dg.AssetKey("told")) is not None
    # Nothing is left to be folded in.
    assert sorted(f.suffix for f in (tmp_path / "dagster" / "history" / "runs").iterdir()) == [".db", ".db"]


def test_what_was_told_before_a_kill_is_there_and_the_run_is_closed(
    plain: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert run(tmp_path, "killed") == -signal.SIGKILL
    assert "about to end" in words(plain)
    assert plain.get_runs()[0].status is dg.DagsterRunStatus.STARTED
    with open_instance(home(Settings())) as instance:
        recover(instance, lambda line: None)
    assert plain.get_runs()[0].status is dg.DagsterRunStatus.FAILURE


def test_events_are_read_by_others_while_the_log_is_open(plain: dg.DagsterInstance) -> None:
    @dg.asset
    def told() -> None:
        pass

    with open_instance(home(Settings())) as instance:
        assert isinstance(instance.event_log_storage, OpenEventLog)
        dg.materialize([told], instance=instance)
        assert words(plain) == words(instance)
        assert "PIPELINE_SUCCESS" in words(plain)
