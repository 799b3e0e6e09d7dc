"""A server as `deploy/` sets it up: the commands of its units, on PostgreSQL as Dagster's storage.

What systemd adds (users, sandboxes, restarts) is not here; its own verifier reads the units, where it is
installed.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from orchestration.housekeeping import forget_old_runs
from orchestration.instance import PID_TAG, STORAGE, home, open_instance, recover
from orchestration.settings import Settings
from tests.dagster_ui import STARTS_WITHIN_S, DagsterUi
from tests.desk import ROOT, Desk
from tests.postgres_server import postgres_server

UNITS = {name: ROOT / "deploy" / f"tidemark-{name}.service" for name in ("daemon", "web")}
INSTALLED = "/opt/tidemark"
BIN = Path(sys.executable).parent
PASSWORD = "geheim42"  # the server asks for none, so that nothing but our own code could leave it behind
ENDED = ("SUCCESS", "FAILURE", "CANCELED")

REPOSITORY = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
RUNS = "query { runsOrError { ... on Runs { results { runId jobName status } } } }"
LAUNCH = """
mutation launch($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {mode: "default", runConfigData: {}, selector: $selector}) {
    ... on LaunchRunSuccess { run { runId } }
  }
}
"""


class Unit(RawConfigParser):
    """A unit file, whose keys are case-sensitive and whose commands are those of this Python here."""

    optionxform = staticmethod(str)

    def __init__(self, file: Path) -> None:
        super().__init__(strict=False)
        self.read(file)

    def command(self, key: str) -> list[str]:
        return [
            word.replace(f"{INSTALLED}/.venv/bin", str(BIN)) for word in shlex.split(self["Service"][key])
        ]


@dataclass(frozen=True)
class Server:
    """A desk whose Dagster keeps its runs in PostgreSQL."""

    desk: Desk
    database: str

    def ask(self, query: str) -> list[tuple]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

    def status(self, run_id: str) -> str:
        return dict(self.ask("select run_id, status from runs"))[run_id]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with postgres_server() as postgres:
        url = postgres.url(user=f"tidemark:{PASSWORD}")
        storage = url.replace("postgresql:", "postgresql+psycopg2:")
        data = tmp_path_factory.mktemp("server")
        yield Server(Desk(data, {STORAGE: storage, "DAGSTER_HOME": str(data / "dagster")}), url)


@contextmanager
def unit(name: str, desk: Desk, **ports: str) -> Iterator[subprocess.Popen[bytes]]:
    """What systemd does with a unit's processes: prepare, start, ask the main one to stop."""
    read = Unit(UNITS[name])
    # The installed command is that of this tree, also where another one is installed.
    environment = desk.environment(PYTHONPATH=str(desk.root))
    prepared = subprocess.run(
        read.command("ExecStartPre"), cwd=desk.root, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    command = [ports.get(word, word) for word in read.command("ExecStart")]
    with (desk.data / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=desk.root, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def first(server: Server) -> str:
    """The run of the command line."""
    server.desk.sample()
    ((run_id,),) = server.ask("select run_id from runs")
    return run_id


@pytest.fixture(scope="module")
def started(server: Server, first: str) -> Iterator[tuple[DagsterUi, subprocess.Popen[bytes]]]:
    """The web server, and the daemon's process."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    clock = replace(server.desk, env=server.desk.env | {"TIDEMARK_CLOCK": "2026-11-20T09:00:00Z"})
    with ExitStack() as stack:
        daemon = stack.enter_context(unit("daemon", clock))
        web = stack.enter_context(unit("web", clock, **{"3000": port}))
        ui = DagsterUi(f"http://127.0.0.1:{port}", web)
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            assert web.poll() is None, (server.desk.data / "web.log").read_text()
            with suppress(OSError):
                ui.ask(RUNS)
                break
            time.sleep(0.3)
        yield ui, daemon


def wait(server: Server, run_id: str, *statuses: str) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if (status := server.status(run_id)) in statuses:
            return status
        time.sleep(0.1)
    raise AssertionError((status, (server.desk.data / "daemon.log").read_text()))


@pytest.mark.live
def test_1_a_run_of_the_command_line_is_kept_in_postgres_and_nothing_in_sqlite(
    server: Server, first: str
) -> None:
    assert server.status(first) == "SUCCESS"
    events = dict(server.ask("select dagster_event_type, count(*) from event_logs group by 1"))
    assert events["ASSET_MATERIALIZATION"] > 100
    assert events["ASSET_CHECK_EVALUATION"] > 50
    assert not list(server.desk.data.glob("dagster/**/*.db*"))
    # The password is in the environment alone.
    written = [f for f in (server.desk.data / "dagster").rglob("*") if f.is_file()]
    assert not [f for f in written if PASSWORD.encode() in f.read_bytes()]


@pytest.mark.live
def test_2_the_web_server_shows_that_run(server: Server, first: str, started) -> None:
    ui, _ = started
    assert ui.ask(RUNS)["runsOrError"]["results"] == [
        {"runId": first, "jobName": "offline", "status": "SUCCESS"}
    ]


@pytest.mark.live
def test_3_a_run_outlives_a_daemon_that_is_asked_to_stop(server: Server, started) -> None:
    """`KillMode=process`: only the daemon is asked, and its run outlives it."""
    ui, daemon = started
    (known,) = ui.ask(REPOSITORY)["repositoriesOrError"]["nodes"]
    assert known["location"]["name"] == "tidemark"
    job = {
        "jobName": "offline",
        "repositoryName": known["name"],
        "repositoryLocationName": known["location"]["name"],
    }
    run_id = ui.ask(LAUNCH, selector=job)["launchRun"]["run"]["runId"]
    assert wait(server, run_id, "STARTED", *ENDED) == "STARTED"
    daemon.terminate()
    assert daemon.wait(90) == 0
    assert wait(server, run_id, *ENDED) == "SUCCESS"
    assert {run["status"] for run in ui.ask(RUNS)["runsOrError"]["results"]} == {"SUCCESS"}


@pytest.mark.live
def test_4_dead_runs_are_closed_and_old_ones_forgotten(
    server: Server, started, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**server.desk.env, "TIDEMARK_DATA": str(server.desk.data)}.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with open_instance(home(settings)) as instance:
        run = instance.create_run_for_job(
            dg.GraphDefinition(name="left").to_job(), tags={PID_TAG: str(dead.pid)},
            status=dg.DagsterRunStatus.STARTED,
        )  # fmt: skip
        assert recover(instance, lambda line: None) == [run.run_id]
        assert server.status(run.run_id) == "FAILURE"
        later = datetime.now(UTC) + timedelta(days=settings.keep_runs_days + 1)
        assert len(forget_old_runs(instance, settings, later)) == 3
    assert server.ask("select count(*) from runs") == [(0,)]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_as_they_are(tmp_path: Path) -> None:
    """With the programs and the settings where the units of the copy look for them."""
    # Under names without a space, which systemd takes for an argument's end.
    (programs, code) = (tmp_path / "programs", tmp_path / "code")
    programs.symlink_to(BIN)
    code.symlink_to(ROOT)
    for name, file in UNITS.items():
        text = file.read_text().replace(f"{INSTALLED}/.venv/bin", str(programs)).replace(INSTALLED, str(code))
        (tmp_path / f"tidemark-{name}.service").write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
         *map(str, sorted(tmp_path.glob("*.service")))],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_a_server_installs_what_is_tested_here_and_no_tools() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"(?m)^([\w.-]+)==([^ ]+)", (ROOT / name).read_text()))

    deployed, tested = pins("requirements-deploy.lock"), pins("requirements.lock")
    assert deployed.items() <= tested.items()
    assert {"dagster", "dagster-postgres", "psycopg2-binary", "dbt-duckdb"} <= deployed.keys()
    assert not {"pytest", "ruff", "sqlfluff", "playwright"} & deployed.keys()
