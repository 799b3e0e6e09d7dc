"""What goes on beside the runs, as the daemon evaluates it: alerts, and old runs that are deleted."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, EngineEventData

from orchestration.defs.operations import defs, failed_runs
from orchestration.errors import FetchError
from orchestration.housekeeping import forget_old_runs
from orchestration.instance import BLOCKED, TOLD, home, open_instance, problems, recover
from orchestration.settings import Settings

SAID = "jp_mof/securities_weekly: expected a CSV, found an HTML page."


@dg.op
def stumble() -> None:
    """A step that fails for a reason that is meant for people, behind another error."""
    try:
        raise FetchError(SAID)
    except FetchError as error:
        raise RuntimeError("something failed") from error


@dg.job
def stumbling() -> None:
    stumble()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    return Settings()


def test_a_failed_run_is_told_with_what_it_stumbled_over(settings) -> None:
    with open_instance(home(settings)) as instance:
        result = stumbling.execute_in_process(instance=instance, raise_on_error=False)
        assert problems(instance, result.run_id) == [SAID]
        (alert,) = failed_runs(instance, "https://tidemark.example")
    assert alert.id == f"run:{result.run_id}"
    assert alert.title == "A run of stumbling failed"
    assert SAID in alert.text
    assert alert.link == f"https://tidemark.example/runs/{result.run_id}"


def test_what_failed_on_the_way_is_told_once_with_what_it_means(settings) -> None:
    """As the serving step ends: its check repeats the others, with the marts behind each."""
    told = [
        f"{SAID}\n  Without newer figures of it: flows.portfolio_flows.",
        "stg.flows failed a test (1 row)",
    ]
    specs = [
        dg.AssetCheckSpec("structure", asset="copy"),
        dg.AssetCheckSpec(BLOCKED, asset="copy", blocking=True),
    ]

    @dg.asset(check_specs=specs)
    def copy():
        yield dg.MaterializeResult()
        yield dg.AssetCheckResult(check_name="structure", passed=False, description=SAID)
        yield dg.AssetCheckResult(check_name=BLOCKED, passed=False, metadata={TOLD: told})

    with open_instance(home(settings)) as instance:
        result = dg.materialize([copy], instance=instance, raise_on_error=False)
        assert not result.success
        assert problems(instance, result.run_id) == told


def test_the_sensor_of_alerts_looks_at_the_runs_and_says_what_it_did(settings) -> None:
    (sensor,) = [s for s in defs().sensors if s.name == "alerts"]
    with open_instance(home(settings)) as instance:
        stumbling.execute_in_process(instance=instance, raise_on_error=False)
        tick = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert tick.skip_message == "1 to tell, 0 sent now"


def test_alerts_are_looked_for_once_a_channel_is_set(settings, monkeypatch) -> None:
    def status() -> dg.DefaultSensorStatus:
        (sensor,) = [s for s in defs().sensors if s.name == "alerts"]
        return sensor.default_status

    assert status() is dg.DefaultSensorStatus.STOPPED
    monkeypatch.setenv("TIDEMARK_ALERT_EMAIL", "desk@tidemark.example")
    assert status() is dg.DefaultSensorStatus.RUNNING


def test_a_run_whose_process_is_gone_is_closed_and_one_that_goes_on_is_not(settings) -> None:
    """As the daemon launches them: the log says which process it is."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    told: list[str] = []
    with open_instance(home(settings)) as instance:
        dead, going_on = (started(instance, pid) for pid in (gone.pid, os.getppid()))
        assert recover(instance, told.append) == [dead]
        assert instance.get_run_by_id(dead).status is dg.DagsterRunStatus.FAILURE
        assert problems(instance, dead) == [f"The process {gone.pid} that ran this is gone."]
        assert instance.get_run_by_id(going_on).status is dg.DagsterRunStatus.STARTED
    assert f"Closed run {dead[:8]}" in told[0]


def started(instance: dg.DagsterInstance, pid: int) -> str:
    """A run that a process has begun."""
    run = instance.create_run_for_job(stumbling)
    begun = EngineEventData({"pid": dg.MetadataValue.text(str(pid))})
    instance.report_engine_event("Started process for run", run, begun)
    instance.report_dagster_event(
        DagsterEvent(dg.DagsterEventType.RUN_START.value, stumbling.name), run_id=run.run_id
    )
    return run.run_id


def test_runs_are_deleted_when_they_are_old_with_all_that_they_left(settings) -> None:
    now = datetime.now(UTC)
    with open_instance(home(settings)) as instance:
        run = stumbling.execute_in_process(instance=instance, raise_on_error=False).run_id
        left = settings.data.resolve() / "dbt" / run
        left.mkdir(parents=True)
        assert forget_old_runs(instance, settings, now + timedelta(days=89)) == []
        assert instance.get_run_by_id(run) is not None
        assert forget_old_runs(instance, settings, now + timedelta(days=91)) == [run]
        assert instance.get_run_by_id(run) is None
    assert not left.exists()
    assert not list(settings.data.rglob(f"*{run}*"))
