"""What an instance outgrows: old runs, their logs and checks, and what dbt left of those that failed."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from sqlalchemy import delete, func, select

from orchestration.settings import Settings

ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
# A look takes away so many at most, so that it never lasts.
AT_ONCE = 100


def forget_old_runs(instance: DagsterInstance, settings: Settings, now: datetime) -> list[str]:
    """Delete runs that ended longer ago than the settings keep them; their ids.

    What they loaded, built and published stays: it is in the archive, the warehouse and the serving copy.
    """
    before = now - timedelta(days=settings.keep_runs_days)
    old = instance.get_runs(RunsFilter(statuses=ENDED, updated_before=before), limit=AT_ONCE)
    for run in old:
        instance.delete_run(run.run_id)
        for left in _left_of(run.run_id, settings):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
    _forget_rows(instance, before)
    for log in _logs_of_ticks(settings):
        if log.stat().st_mtime < before.timestamp():
            log.unlink(missing_ok=True)
    return [run.run_id for run in old]


def _left_of(run_id: str, settings: Settings) -> Iterator[Path]:
    """What a run leaves on the disk: dbt's folder, what its steps printed, its log in SQLite."""
    yield settings.data.resolve() / "dbt" / run_id
    yield settings.dagster_home / "storage" / run_id
    yield from (settings.dagster_home / "history" / "runs").glob(f"{run_id}.db*")


def _logs_of_ticks(settings: Settings) -> Iterator[Path]:
    """What sensors and schedules have said, a file for each time; Dagster deletes the ticks alone."""
    for log in (settings.dagster_home / "storage" / "__repository__").rglob("*"):
        if log.is_file():
            yield log


def _forget_rows(instance: DagsterInstance, before: datetime) -> None:
    """Delete what Dagster keeps when it deletes a run: outcomes of its checks, and in SQLite its tags.

    The newest outcome of each check stays, whatever its age: it is what the pages show.
    """
    checks = AssetCheckExecutionsTable.c
    newest = select(func.max(checks.id)).group_by(checks.asset_key, checks.check_name)
    old = checks.create_timestamp < before.astimezone(UTC).replace(tzinfo=None)
    with instance.event_log_storage.index_connection() as connection:
        connection.execute(delete(AssetCheckExecutionsTable).where(old, checks.id.not_in(newest)))
    with instance.run_storage.connect() as connection:
        runs = select(RunsTable.c.run_id)
        connection.execute(delete(RunTagsTable).where(RunTagsTable.c.run_id.not_in(runs)))
