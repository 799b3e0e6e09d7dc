"""What an instance outgrows: old runs, their logs, and what dbt left of those that failed."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

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
    return [run.run_id for run in old]


def _left_of(run_id: str, settings: Settings) -> Iterator[Path]:
    """What a run leaves on the disk: dbt's folder, what its steps printed, its log in SQLite."""
    yield settings.data.resolve() / "dbt" / run_id
    yield settings.dagster_home / "storage" / run_id
    yield from (settings.dagster_home / "history" / "runs").glob(f"{run_id}.db*")
