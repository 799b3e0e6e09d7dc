"""Locks between processes: waited for, told of once, and not for ever."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.errors import LockError
from orchestration.locks import alone, models_to_oneself, publisher_to_oneself
from orchestration.settings import Settings

HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process has the lock until its input ends."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_held_lock_is_waited_for_and_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lock = tmp_path / "locks" / "models.lock"
    caplog.set_level(logging.INFO, "tidemark")
    with held_by_another(lock) as process:
        release = threading.Timer(1.4, process.stdin.close)
        release.start()
        with alone(lock, "another run", 60):
            assert caplog.messages == [f"Waiting for another run ({lock})"]
        release.join()


@pytest.mark.parametrize(
    ("take", "name", "what"),
    [
        (models_to_oneself, "models", "another run, which builds or publishes models"),
        (lambda s: publisher_to_oneself(s, "ecb"), "ecb", "another look at ecb, or an import of its files"),
    ],
)
def test_a_lock_that_stays_held_is_told_with_what_to_do(tmp_path: Path, take, name: str, what: str) -> None:
    lock = tmp_path / "locks" / f"{name}.lock"
    with held_by_another(lock), pytest.raises(LockError) as caught:
        take(Settings(data=tmp_path, queue_timeout_s=0.1)).__enter__()
    message = str(caught.value)
    assert message.startswith(f"{lock} was still locked after 0.1 s: waited for {what}.")
    assert f"fuser {lock}" in message
    assert "TIDEMARK_QUEUE_TIMEOUT_S" in message


def test_a_lock_is_free_again_after_an_error_and_a_file_that_is_left_behind_holds_up_nobody(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "models.lock"
    lock.write_text("left behind")
    with pytest.raises(KeyboardInterrupt), alone(lock, "another run", 0):
        raise KeyboardInterrupt
    with alone(lock, "another run", 0):
        pass


def test_runs_that_take_minutes_may_stand_in_a_queue() -> None:
    assert Settings().queue_timeout_s >= 3 * 3600
