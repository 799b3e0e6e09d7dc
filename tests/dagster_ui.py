"""Dagster's web server and daemon for real, as `make ui` starts them, on a desk of the tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import requests

from tests.desk import Desk

STARTS_WITHIN_S = 120
ENDS_WITHIN_S = 20


@dataclass(frozen=True)
class DagsterUi:
    """The web server's address, and what can be asked of it."""

    address: str
    process: subprocess.Popen[bytes]

    def ask(self, query: str, **variables: object) -> dict:
        """The answer of the GraphQL API, which the pages use too."""
        reply = requests.post(
            f"{self.address}/graphql", json={"query": query, "variables": variables}, timeout=60
        )
        answer = reply.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@contextmanager
def dagster_ui(desk: Desk, **more: str) -> Iterator[DagsterUi]:
    """Start both, wait until the pages answer, and end them with all their children."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    desk.data.mkdir(parents=True, exist_ok=True)
    log = desk.data / "ui.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "ui", "--port", str(port)],
            cwd=desk.root,
            env=desk.environment(**more),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    ui = DagsterUi(f"http://127.0.0.1:{port}", process)
    try:
        _await(ui, log.read_text)
        yield ui
    finally:
        _end(process)


def _await(ui: DagsterUi, log: Callable[[], str]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        assert ui.process.poll() is None, log()
        with suppress(requests.ConnectionError):
            if requests.get(f"{ui.address}/server_info", timeout=10).ok:
                return
        time.sleep(0.3)
    raise AssertionError(f"The Dagster UI did not answer within {STARTS_WITHIN_S} s:\n{log()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole session: `dg dev` asks its children to end and does not wait for all of them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(ENDS_WITHIN_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(ENDS_WITHIN_S)
