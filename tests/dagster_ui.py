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
from functools import cached_property

import requests

from tests.desk import Desk

STARTS_WITHIN_S = 300
ANSWERS_WITHIN_S = 300
ENDS_WITHIN_S = 20

REPOSITORIES = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
SCHEDULES = """query ($repository: RepositorySelector!) {
    schedulesOrError(repositorySelector: $repository) {
        ... on Schedules { results { name scheduleState { status } } } } }"""
STATE = """query ($schedule: ScheduleSelector!) {
    scheduleOrError(scheduleSelector: $schedule) { ... on Schedule { scheduleState { id } } } }"""
TURN_ON = """mutation ($schedule: ScheduleSelector!) {
    startSchedule(scheduleSelector: $schedule) {
        ... on ScheduleStateResult { scheduleState { status } } } }"""
TURN_OFF = """mutation ($id: String!) {
    stopRunningSchedule(id: $id) { ... on ScheduleStateResult { scheduleState { status } } } }"""
LAUNCH = """mutation ($asked: ExecutionParams!) {
    launchRun(executionParams: $asked) { ... on LaunchRunSuccess { run { runId } } } }"""
RUNS = """{ runsOrError { ... on Runs {
    results { runId jobName status startTime endTime tags { key value } } } } }"""
LOG = """query ($run: ID!, $after: String) { logsForRun(runId: $run, afterCursor: $after) {
    ... on EventConnection { hasMore cursor events {
        ... on MessageEvent { message }
        ... on EngineEvent { metadataEntries { label ... on TextMetadataEntry { text } } } } } } }"""
RUN = "query ($run: ID!) { runOrError(runId: $run) { __typename } }"
ASSET = "query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { __typename } }"
TICK = """query ($schedule: ScheduleSelector!) {
    scheduleOrError(scheduleSelector: $schedule) { ... on Schedule {
        scheduleState { ticks(limit: 1) { status } } } } }"""
TICKS = """query ($sensor: SensorSelector!) {
    sensorOrError(sensorSelector: $sensor) {
        ... on Sensor { sensorState { ticks(limit: 500) { status } } } } }"""


@dataclass(frozen=True)
class DagsterUi:
    """The web server's address, and what can be asked of it."""

    address: str
    process: subprocess.Popen[bytes]

    def ask(self, query: str, **variables: object) -> dict:
        """The answer of the GraphQL API, which the pages use too."""
        reply = requests.post(
            f"{self.address}/graphql", json={"query": query, "variables": variables}, timeout=ANSWERS_WITHIN_S
        )
        answer = reply.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    @cached_property
    def repository(self) -> dict[str, str]:
        """What the API calls the project's definitions, as far as jobs and schedules need it."""
        (found,) = self.ask(REPOSITORIES)["repositoriesOrError"]["nodes"]
        return {"repositoryName": found["name"], "repositoryLocationName": found["location"]["name"]}

    def schedules(self) -> dict[str, str]:
        """Whether each schedule is `RUNNING` or `STOPPED`."""
        found = self.ask(SCHEDULES, repository=self.repository)["schedulesOrError"]["results"]
        return {schedule["name"]: schedule["scheduleState"]["status"] for schedule in found}

    def turn_on(self, schedule: str) -> None:
        """What the toggle of the UI does."""
        done = self.ask(TURN_ON, schedule=self.repository | {"scheduleName": schedule})["startSchedule"]
        assert done["scheduleState"]["status"] == "RUNNING"

    def turn_off(self, schedule: str) -> None:
        """What the toggle of the UI does."""
        one = self.ask(STATE, schedule=self.repository | {"scheduleName": schedule})["scheduleOrError"]
        done = self.ask(TURN_OFF, id=one["scheduleState"]["id"])["stopRunningSchedule"]
        assert done["scheduleState"]["status"] == "STOPPED"

    def looks_now(self, schedule: str) -> bool:
        """Whether a tick of a schedule is under way."""
        asked = self.repository | {"scheduleName": schedule}
        ticks = self.ask(TICK, schedule=asked)["scheduleOrError"]["scheduleState"]["ticks"]
        return any(tick["status"] == "STARTED" for tick in ticks)

    def launch(self, job: str) -> str:
        """Put a run of a job into the queue, as the Launchpad does; its id."""
        asked = {"selector": self.repository | {"jobName": job}, "runConfigData": {}}
        return self.ask(LAUNCH, asked=asked)["launchRun"]["run"]["runId"]

    def runs(self) -> list[dict]:
        """Every run, the oldest first: its id, status, times (s) and tags."""
        found = self.ask(RUNS)["runsOrError"]["results"]
        for run in found:
            run["tags"] = {tag["key"]: tag["value"] for tag in run["tags"]}
        return found[::-1]

    def events(self, run: str) -> list[dict]:
        """The log of a run: messages, and the metadata of what has some."""
        found: list[dict] = []
        page: dict = {"hasMore": True, "cursor": None}
        while page["hasMore"]:
            page = self.ask(LOG, run=run, after=page["cursor"])["logsForRun"]
            found += page["events"]
        return found

    def said(self, run: str) -> str:
        """The messages of a run's log."""
        return "\n".join(event.get("message", "") for event in self.events(run))

    def ticks(self, sensor: str) -> int:
        """How often a sensor has looked."""
        asked = self.repository | {"sensorName": sensor}
        return len(self.ask(TICKS, sensor=asked)["sensorOrError"]["sensorState"]["ticks"])

    def knows_run(self, run: str) -> bool:
        """Whether there is such a run."""
        return self.ask(RUN, run=run)["runOrError"]["__typename"] == "Run"

    def knows_asset(self, *key: str) -> bool:
        """Whether there is such an asset."""
        return self.ask(ASSET, key={"path": key})["assetNodeOrError"]["__typename"] == "AssetNode"


@contextmanager
def dagster_ui(desk: Desk, **more: str) -> Iterator[DagsterUi]:
    """Start both, wait until the pages answer, and end them with all their children."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    ui_at = f"http://127.0.0.1:{port}"
    desk.data.mkdir(parents=True, exist_ok=True)
    log = desk.data / "ui.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "ui", "--port", str(port)],
            cwd=desk.root,
            env=desk.environment(TIDEMARK_UI=ui_at, **more),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    ui = DagsterUi(ui_at, process)
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
