"""What goes on beside the runs, as the daemon evaluates it: alerts, and old runs that are deleted."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psutil
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


def test_a_failed_run_is_told_with_what_it_stumbled_over_and_the_same_again_is_no_new_event(
    settings,
) -> None:
    with open_instance(home(settings)) as instance:
        result = stumbling.execute_in_process(instance=instance, raise_on_error=False)
        assert problems(instance, result.run_id) == [SAID]
        (alert,) = failed_runs(instance, "https://tidemark.example")
        stumbling.execute_in_process(instance=instance, raise_on_error=False)
        again, before = failed_runs(instance, "https://tidemark.example")
    assert again.id == before.id == alert.id
    assert alert.title == "A run of stumbling failed"
    assert alert.text == SAID
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
        (alert,) = failed_runs(instance, "https://tidemark.example")
        assert alert.text == f"The process {gone.pid} that ran this is gone.\nIt is run once more by itself."
    assert f"Closed run {dead[:8]}" in told[0]


def test_a_process_that_began_after_the_run_only_has_its_number(settings, monkeypatch) -> None:
    """As after a reboot, or in a container that was started again."""
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: time.time() + 60)
    with open_instance(home(settings)) as instance:
        run = started(instance, os.getppid())
        assert recover(instance, lambda line: None) == [run]


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
        assert forget_old_runs(instance, settings, now + timedelta(days=29)) == []
        assert instance.get_run_by_id(run) is not None
        assert forget_old_runs(instance, settings, now + timedelta(days=31)) == [run]
        assert instance.get_run_by_id(run) is None
    assert not left.exists()
    assert not list(settings.data.rglob(f"*{run}*"))


@dg.asset(check_specs=[dg.AssetCheckSpec("sound", asset="told")])
def told() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


def test_of_old_checks_the_newest_outcome_stays_and_no_tag_of_a_run_that_is_gone(settings) -> None:
    now = datetime.now(UTC)
    key = dg.AssetCheckKey(told.key, "sound")
    with open_instance(home(settings)) as instance:
        log = instance.event_log_storage
        runs = [
            dg.materialize([told], instance=instance, tags={"of": "a test"}).dagster_run.run_id
            for _ in range(3)
        ]
        forget_old_runs(instance, settings, now + timedelta(days=settings.keep_runs_days - 1))
        assert len(log.get_asset_check_execution_history(key, limit=10)) == 3
        forget_old_runs(instance, settings, now + timedelta(days=settings.keep_runs_days + 1))
        (kept,) = log.get_asset_check_execution_history(key, limit=10)
        assert kept.run_id == runs[-1]
        assert instance.run_storage.get_run_tags(["of"]) == []


def test_what_sensors_said_is_deleted_when_it_is_old_and_a_look_at_nothing_says_nothing(settings) -> None:
    with open_instance(home(settings)) as instance:
        for sensor in defs().sensors:
            with dg.build_sensor_context(instance=instance, sensor_name=sensor.name) as context:
                sensor.evaluate_tick(context)
                assert context._logger is None  # begun, it is a file for each tick
        said = settings.dagster_home / "storage" / "__repository__" / "recover" / "1.err"
        said.parent.mkdir(parents=True)
        said.write_text("Closed run 12345678")
        days = timedelta(days=settings.keep_runs_days)
        forget_old_runs(instance, settings, datetime.now(UTC) + days - timedelta(days=1))
        assert said.exists()
        forget_old_runs(instance, settings, datetime.now(UTC) + days + timedelta(days=1))
        assert not said.exists()
