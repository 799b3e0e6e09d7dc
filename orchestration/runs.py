"""Runs of jobs in this process, on the data folder's instance, with their progress told as it happens.

What the jobs do is declared under `defs/`; what is said about them afterwards is the command line's.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from orchestration.definitions import defs
from orchestration.instance import PID_TAG, home, open_instance, problems, recover
from orchestration.settings import Settings

LOG = "tidemark"
"""The log of the steps: `dagster.yaml` makes its lines part of the run's log."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: whether all of it went well, and the messages of what did not."""

    success: bool
    problems: list[str]


def run_job(name: str, settings: Settings, tell: Callable[[str], None]) -> Outcome:
    """Run a job in this process, on the data folder's instance.

    Args:
        name: a job of `orchestration.definitions`.
        settings: the data folder, whose instance keeps the run.
        tell: is given each line of progress.
    """
    folder = os.environ["DAGSTER_HOME"] = home(settings)
    job = defs().resolve_job_def(name)
    with open_instance(folder) as instance:
        recover(instance, tell)
        with _told(tell), _quiet():
            result = job.execute_in_process(
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                instance=instance,
                raise_on_error=False,
                tags={PID_TAG: str(os.getpid())},
            )
        return Outcome(result.success, problems(instance, result.run_id))


@contextmanager
def _told(tell: Callable[[str], None]) -> Iterator[None]:
    """Pass on what the steps log."""
    log = logging.getLogger(LOG)
    listener = _Listener(tell)
    log.addHandler(listener)
    try:
        yield
    finally:
        log.removeHandler(listener)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep dbt's own output off the terminal: it is in its log and in the run's events."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


class _Listener(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(level=logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())
