"""The Dagster instance of a data folder: its storage, its runs whose process is gone, what went wrong in one.

What the jobs do is declared under `defs/`; runs in this process are started in `runs`.
"""

import os
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
import psutil
import yaml
from dagster import DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.instance.ref import InstanceRef
from dagster._utils.error import SerializableErrorInfo
from sqlalchemy.exc import DBAPIError

from orchestration.errors import InstanceError, TidemarkError
from orchestration.event_log import OpenEventLog
from orchestration.files import write_whole
from orchestration.locks import alone
from orchestration.settings import PROJECT_ROOT, Settings

PID_TAG = "tidemark/pid"
# The checks whose failure means that something was not taken, and the words of the one that sums them up.
REFUSALS = ("download", "structure")
BLOCKED = "every_dataset_accepted"
SERVING = dg.AssetKey(["serving", "tidemark"])
"""What that check is of: the last asset of a run of a job."""
TOLD = "told"
"""The check's metadata: the list of what it tells."""
# Python writes an error's class before its message; of ours, the message says it all.
OURS = re.compile(rf"^{TidemarkError.__module__}\.\w+: ")
EVENTS_OF_FAILURE = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
}
STORAGE = "TIDEMARK_DAGSTER_STORAGE"
# Dagster reads the address, which holds a password, from the environment: it is in no file of the instance.
IN_POSTGRES = {"storage": {"postgres": {"postgres_url": {"env": STORAGE}}}}
# The kernel counts a process's age in ticks since a boot that it knows to the second.
CLOCKS_DIFFER_BY_S = 5
OPENING_S = 600
"""Seconds to wait for others that open the instance; one takes a few, also where it makes the tables."""


def home(settings: Settings) -> str:
    """The instance's folder, with the project's `dagster.yaml` in it, and the settings' storage in that.

    Every process that opens this instance, Dagster's own too, has to have the storage's address in its
    environment; those that are started from here get it from this one's.

    Raises:
        InstanceError: the settings ask for PostgreSQL, and what speaks to it is not installed; or they do
            not, and the folder's runs are there.
    """
    folder = settings.dagster_home
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "dagster.yaml"
    instance = (PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8")
    if settings.dagster_storage:
        if not find_spec("dagster_postgres"):
            raise InstanceError(
                f"{STORAGE} names a PostgreSQL database; expected the package dagster-postgres, found none:"
                " install the lock (`make setup`), or leave the setting empty for SQLite."
            )
        os.environ[STORAGE] = str(settings.dagster_storage.get_secret_value())
        instance += yaml.safe_dump(IN_POSTGRES)
    elif file.exists() and yaml.safe_dump(IN_POSTGRES) in file.read_text(encoding="utf-8"):
        # One process without the setting would have a queue of its own beside the daemon's.
        raise InstanceError(
            f"The runs of {folder} are in PostgreSQL; expected {STORAGE} to name the database, found nothing:"
            f" set it as the daemon has it. To go back to SQLite, remove {file}."
        )
    write_whole(file, instance.encode())
    return str(folder)


def problems(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """What went wrong in a run, for people: what was refused or kept back, and what steps stumbled over."""
    refused, summed, failed, ended = [], [], [], []
    for entry in instance.all_logs(run_id, of_type=EVENTS_OF_FAILURE):
        event = entry.dagster_event
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if check.check_name in REFUSALS and not check.passed:
                refused.append(check.description or check.check_name)
            elif check.check_name == BLOCKED and TOLD in check.metadata:
                summed = check.metadata[TOLD].value
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            failed.append(innermost(event.step_failure_data.error))
        else:
            ended.append(event.message)
    # The last step's check tells all of it again, with what it means for the marts. Its error says no more,
    # and the run's end only that its steps failed.
    return (summed or refused) + [f for f in failed if not (summed and BLOCKED in f)] or ended


def open_instance(folder: str) -> dg.DagsterInstance:
    """The instance of a folder, as its `dagster.yaml` has it; in SQLite with an event log that stays open.

    One process at a time: Dagster's SQLite files have no owner while they are made, and of two processes that
    both find none, one fails on the other's tables.

    Raises:
        InstanceError: the storage's server does not answer, or refuses; with its own words.
        LockError: another process that opens the instance did not end.
    """
    stays_open = {
        "event_log_storage": {
            "module": OpenEventLog.__module__,
            "class": OpenEventLog.__name__,
            "config": {"base_dir": str(Path(folder) / "history" / "runs")},
        }
    }
    in_a_server = "storage" in yaml.safe_load((Path(folder) / "dagster.yaml").read_text(encoding="utf-8"))
    with alone(Path(folder) / "opening.lock", "another process, which opens the instance", OPENING_S):
        try:
            return dg.DagsterInstance.from_ref(
                InstanceRef.from_dir(folder, overrides=None if in_a_server else stays_open)
            )
        except Exception as error:
            refused = error if isinstance(error, DBAPIError) else error.__cause__
            if in_a_server and isinstance(refused, DBAPIError):
                raise InstanceError(
                    f"The PostgreSQL database of {STORAGE} cannot be had: {refused.orig}"
                ) from error
            raise


def innermost(error: SerializableErrorInfo) -> str:
    """What a step really stumbled over, in its own words."""
    while error.cause is not None:
        error = error.cause
    return OURS.sub("", error.message.strip())


def recover(instance: dg.DagsterInstance, tell: Callable[[str], None]) -> list[str]:
    """Close runs of this machine whose process is gone, so that they hold up no other; their ids."""
    running = RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.STARTING])
    closed = []
    for record in instance.get_run_records(running):
        run, process = record.dagster_run, _process(instance, record)
        if process is None or _goes_on(*process):
            continue
        instance.report_run_failed(run, f"The process {process[0]} that ran this is gone.")
        tell(f"Closed run {run.run_id[:8]}, whose process is gone; going on from what it left.")
        closed.append(run.run_id)
    return closed


def _process(instance: dg.DagsterInstance, record: RunRecord) -> tuple[int, float] | None:
    """The process that runs it, and when that was said, in seconds since 1970: it had begun by then.

    A run of the command line says so itself, of another its log does.
    """
    run = record.dagster_run
    if PID_TAG in run.tags:
        return int(run.tags[PID_TAG]), record.start_time or record.create_timestamp.timestamp()
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        pid = entry.dagster_event.engine_event_data.metadata.get("pid")
        if pid is not None:
            return int(pid.value), entry.timestamp
    return None


def _goes_on(pid: int, said_at: float) -> bool:
    """Whether that process is still there: one that began later only has its number, as after a reboot."""
    try:
        return psutil.Process(pid).create_time() < said_at + CLOCKS_DIFFER_BY_S
    except psutil.NoSuchProcess:
        return False
