"""Runs that are killed at random points: the next run mends whatever was left.

Slow, so not part of `make test`: run it with `make test-crash`.
"""

import contextlib
import os
import random
import shutil
import signal
import time

import pytest

from tests.desk import Desk

KILLS = 20
SEED = 20261122


@pytest.mark.crash
@pytest.mark.timeout(3600)
def test_a_killed_run_is_mended_by_the_next_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    calm = Desk(tmp_path_factory.mktemp("calm"))
    began = time.monotonic()
    calm.run("demo")
    takes = time.monotonic() - began
    expected = calm.fingerprints()
    rng = random.Random(SEED)
    for number in range(1, KILLS + 1):
        desk = Desk(tmp_path_factory.mktemp("killed"))
        wait = rng.uniform(0.5, takes)
        # Every other time dbt, a process of its own, is left behind holding the warehouse.
        whole_group = number % 2 == 0
        process = desk.start("demo")
        time.sleep(wait)
        with contextlib.suppress(ProcessLookupError):
            if whole_group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        began = time.monotonic()
        text = desk.run("demo")
        assert "0 are not" in desk.run("verify")
        assert desk.fingerprints() == expected
        mended = "closed the dead run" if "whose process is gone" in text else "no run was open"
        print(
            f"kill {number:2d}: after {wait:4.1f} s, {'with' if whole_group else 'without'} its children; "
            f"{mended}; mended in {time.monotonic() - began:4.1f} s"
        )
        shutil.rmtree(desk.data)
