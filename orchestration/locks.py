"""Locks between processes: one at a time looks at a publisher, builds models, opens an instance.

What is locked, and for how long one waits, is said by those who ask. DuckDB's own lock is in `warehouse`.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from orchestration.errors import LockError
from orchestration.settings import Settings

log = logging.getLogger("tidemark")

SHORT_S = 1.0
"""A wait that nobody needs to be told of, in seconds."""


@contextmanager
def alone(lock: Path, what: str, timeout_s: float) -> Iterator[None]:
    """Keep other processes from the same work meanwhile; they wait, and say so in their log.

    The lock is the kernel's, and gone with its process: a file that is left behind holds up nobody.

    Args:
        lock: the lock's file; its folder is made if there is none.
        what: what one waits for, as in "Waiting for …".
        timeout_s: seconds to wait.

    Raises:
        LockError: it was held for longer.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock)
    try:
        held.acquire(timeout=min(SHORT_S, timeout_s))
    except Timeout:
        log.info(f"Waiting for {what} ({lock})")
        _wait(held, lock, what, timeout_s)
    try:
        yield
    finally:
        held.release()


def publisher_to_oneself(settings: Settings, publisher: str) -> AbstractContextManager[None]:
    """Keep others from looking at a publisher, or importing its files, meanwhile."""
    lock = settings.data / "locks" / f"{publisher}.lock"
    return alone(lock, f"another look at {publisher}, or an import of its files", settings.queue_timeout_s)


def models_to_oneself(settings: Settings) -> AbstractContextManager[None]:
    """Keep other runs from building models, or publishing them, meanwhile.

    DuckDB's lock is free between the statements of a build: whoever published then would find models that are
    being built.
    """
    lock = settings.data / "locks" / "models.lock"
    return alone(lock, "another run, which builds or publishes models", settings.queue_timeout_s)


def _wait(held: FileLock, lock: Path, what: str, timeout_s: float) -> None:
    try:
        held.acquire(timeout=timeout_s)
    except Timeout:
        raise LockError(
            f"{lock} was still locked after {timeout_s:g} s: waited for {what}. See which process has it "
            f"(`fuser {lock}`) and whether it still works; if it hangs, end it, and start this again. "
            "Deleting the file frees nothing. Where runs take that long, raise TIDEMARK_QUEUE_TIMEOUT_S."
        ) from None
