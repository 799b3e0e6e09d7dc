"""What goes on beside the runs, where the daemon runs: alerts, recovery, and the deletion of old runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import dagster as dg
from dagster._core.storage.tags import WILL_RETRY_TAG

from orchestration.alerts import RECENT, Alert, found
from orchestration.channels import send
from orchestration.housekeeping import forget_old_runs
from orchestration.instance import PID_TAG, problems, recover
from orchestration.records import load_datasets
from orchestration.serving import FILE, reading
from orchestration.settings import Settings

LOOK_FOR_ALERTS_S = 30
LOOK_FOR_DEAD_RUNS_S = 30
TIDY_UP_S = int(timedelta(hours=6).total_seconds())


@dg.definitions
def defs() -> dg.Definitions:
    """Three sensors; that of alerts is on where a channel is set."""
    # `context.log` begins a file when it is asked for, which is why it is only where something is said.
    settings = Settings()
    wanted = bool(settings.alert_webhook or settings.alert_email)

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=LOOK_FOR_ALERTS_S,
        default_status=dg.DefaultSensorStatus.RUNNING if wanted else dg.DefaultSensorStatus.STOPPED,
        description="Failed runs, late datasets, refused files, large revisions, records: each once.",
    )
    def tell(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        settings = Settings()
        ui = str(settings.ui).rstrip("/")
        # Each kind when it is found: what cannot be looked up in a copy keeps no failed run from being told.
        failed = list(failed_runs(context.instance, ui))
        sent = send(failed, settings, lambda line: context.log.info(line))
        told = []
        if (settings.serving / FILE).exists():
            with reading(settings) as connection:
                told = found(connection, load_datasets(), settings.now(), ui)
            sent += send(told, settings, lambda line: context.log.info(line))
        return dg.SkipReason(f"{len(failed) + len(told)} to tell, {sent} sent now")

    @dg.sensor(
        name="tidy_up",
        minimum_interval_seconds=TIDY_UP_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Deletes runs and logs that are older than TIDEMARK_KEEP_RUNS_DAYS.",
    )
    def tidy_up(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        settings = Settings()
        # By the clock of the runs, whatever time a rehearsal plays at.
        gone = forget_old_runs(context.instance, settings, datetime.now(UTC))
        return dg.SkipReason(f"{len(gone)} old runs deleted")

    @dg.sensor(
        name="recover",
        minimum_interval_seconds=LOOK_FOR_DEAD_RUNS_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closes runs whose process is gone, so that the queue goes on.",
    )
    def close_dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(
            f"{len(recover(context.instance, lambda line: context.log.info(line)))} dead runs closed"
        )

    return dg.Definitions(sensors=[tell, tidy_up, close_dead_runs])


def failed_runs(instance: dg.DagsterInstance, ui: str) -> Iterator[Alert]:
    """The runs that failed of late, by the clock of the runs; for the same reasons, one a day."""
    since = datetime.now(UTC) - RECENT
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    for record in instance.get_run_records(failed):
        run = record.dagster_run
        said = problems(instance, run.run_id)
        # What stands in the way of one run stands in that of the next: the same is told once a day.
        day = datetime.fromtimestamp(record.end_time or record.create_timestamp.timestamp(), UTC).date()
        reasons = sha256("\n".join(said).encode()).hexdigest()[:16]
        # Dagster marks runs of the command line, too, which it cannot start.
        if run.tags.get(WILL_RETRY_TAG) == "true" and PID_TAG not in run.tags:
            said.append("It is run once more by itself.")
        yield Alert(
            f"run:{day}:{reasons}",
            f"A run of {run.job_name} failed",
            "\n".join(said),
            f"{ui}/runs/{run.run_id}",
        )
