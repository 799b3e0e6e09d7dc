"""The Dagster instance of a data folder."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

from orchestration.instance import home, open_instance
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
