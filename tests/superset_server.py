"""Superset for real, as `make superset` starts it, with its REST API as a program meets it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests

from tests.desk import Desk

# The first start writes its database, in hundreds of steps.
STARTS_WITHIN_S = 240
ENDS_WITHIN_S = 20


@dataclass(frozen=True)
class Superset:
    """A server that answers, and what it said when it started."""

    address: str
    said: str

    @property
    def password(self) -> str | None:
        """The password, if it was printed."""
        found = re.search(r"has the password (\S+)", self.said)
        return found and found[1]

    def session(self, password: str) -> requests.Session:
        """A program that has logged in."""
        program = requests.Session()
        answer = program.post(
            f"{self.address}/api/v1/security/login",
            json={"username": "admin", "password": password, "provider": "db"},
            timeout=60,
        )
        answer.raise_for_status()
        program.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        token = program.get(f"{self.address}/api/v1/security/csrf_token/", timeout=60).json()["result"]
        program.headers.update({"X-CSRFToken": token, "Referer": self.address})
        return program

    def listed(self, program: requests.Session, kind: str) -> list[dict[str, Any]]:
        """All databases, datasets, charts or dashboards."""
        answer = program.get(f"{self.address}/api/v1/{kind}/?q=(page_size:100)", timeout=60)
        answer.raise_for_status()
        return answer.json()["result"]

    def query(self, program: requests.Session, sql: str) -> requests.Response:
        """What SQL Lab answers."""
        (database,) = self.listed(program, "database")
        order = {"database_id": database["id"], "sql": sql, "runAsync": False, "queryLimit": 100}
        return program.post(f"{self.address}/api/v1/sqllab/execute/", json=order, timeout=120)


@contextmanager
def superset(desk: Desk) -> Iterator[Superset]:
    """Start it on a free port, without a terminal; wait until it answers; end it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    log = desk.data / f"superset-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "superset", "--port", str(port)],
            cwd=desk.root,
            env=desk.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while not _answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, f"no answer within {STARTS_WITHIN_S} s:\n{log.read_text()}"
            time.sleep(0.3)
        yield Superset(address, log.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(ENDS_WITHIN_S)


def _answers(address: str) -> bool:
    with suppress(requests.ConnectionError):
        return requests.get(f"{address}/health", timeout=30).ok
    return False
