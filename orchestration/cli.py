"""The command line behind `make`: each command is a few lines over the modules that do the work.

Commands that only look import neither Dagster nor dbt, which take seconds.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from orchestration import report
from orchestration.alerts import Alert
from orchestration.archive import Archive
from orchestration.catalogue import catalogue
from orchestration.channels import send
from orchestration.dbt_project import current_manifest
from orchestration.dictionary import dictionary
from orchestration.errors import (
    AlertError,
    ArchiveError,
    DashboardError,
    RecordError,
    SettingsError,
    TidemarkError,
)
from orchestration.indicators import indicators
from orchestration.mirror import clock_of, import_mirror
from orchestration.records import load_datasets, load_publishers
from orchestration.sampling import write_sample
from orchestration.serving import serving_file
from orchestration.settings import NOTHING, PROJECT_ROOT, Settings, short

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
WIDTH = 112
"""Columns that the tables need, also where the output is not a terminal."""


def main() -> None:
    """Run a command; an error that is meant for people is printed without a traceback."""
    try:
        app(standalone_mode=True)
    except Exception as error:
        # Dagster wraps a record's mistake in errors of its own.
        meant_for_people = _innermost(error)
        if meant_for_people is None:
            raise
        _complain(str(meant_for_people))
        sys.exit(1)


def _innermost(error: BaseException | None) -> TidemarkError | None:
    """The error of ours that another was raised from."""
    while error is not None and not isinstance(error, TidemarkError):
        error = error.__cause__
    return error


@app.callback()
def settle() -> None:
    """Tidemark: an open warehouse of cross-border portfolio flows and reserve diversification."""
    # Every process that is started from here has the same folders, wherever it runs.
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = [f"TIDEMARK_{'.'.join(map(str, p['loc'])).upper()}: {p['msg']}" for p in error.errors()]
        told = "\n  ".join(["These settings are not valid (see .env.example):", *wrong])
        raise SettingsError(told) from None
    os.environ["TIDEMARK_DATA"] = str(settings.data.resolve())
    os.environ["TIDEMARK_ARCHIVE"] = str(settings.archive_root)


@app.command()
def demo() -> None:
    """The whole way on the made-up figures of sample/, without a network."""
    sample = PROJECT_ROOT / "sample"
    # Beside its own data, whatever archive and servers the settings name: made-up figures keep to themselves.
    os.environ["TIDEMARK_ARCHIVE"] = str(Settings().data.resolve() / "archive")
    os.environ["TIDEMARK_POSTGRES"] = os.environ["TIDEMARK_DAGSTER_STORAGE"] = NOTHING
    os.environ["TIDEMARK_CLOCK"] = clock_of(sample)
    _console().print(f"The demo's figures are made up. Its folder: {short(Settings().data)}")
    if not _import(sample):
        raise typer.Exit(1)
    _run("offline")


@app.command("import")
def import_(mirror: Annotated[Path, typer.Argument(help="A folder with an index.csv")]) -> None:
    """Take the files of a mirror into the archive, in order of date, with their own dates."""
    if not _import(mirror):
        raise typer.Exit(1)


@app.command()
def run(
    publisher: Annotated[str, typer.Argument(help="One publisher's id, or everything")] = "everything",
) -> None:
    """Ask every publisher, or one; load what is new, rebuild what depends on it, publish."""
    known = ["everything", *(p.id for p in load_publishers())]
    if publisher not in known:
        raise RecordError(f"Expected one of {', '.join(known)}; found '{publisher}'.")
    _run(publisher)


@app.command()
def offline() -> None:
    """The whole way from the archive alone; asks no publisher."""
    _run("offline")


@app.command()
def status() -> None:
    """What is held, what is due, what is late."""
    _console().print(report.status(Settings()))


@app.command()
def verify() -> None:
    """Check every file of the archive against its sidecar."""
    archive = Archive(Settings().archive_root)
    whole, wrong = archive.verify()
    for problem in wrong:
        _complain(problem)
    # A wrong path must not pass for a whole archive: this is how a copy is checked.
    if not (whole or wrong):
        raise ArchiveError(
            f"No snapshot is below {archive.root}. Is it the archive (TIDEMARK_ARCHIVE, TIDEMARK_DATA)?"
        )
    for file in archive.without_sidecar():
        _console().print(
            f"{file} has no sidecar, so it counts as not archived; the next look stores it again.",
            soft_wrap=True,
        )
    _console().print(f"{whole:,} snapshots are whole, {len(wrong)} are not.")
    raise typer.Exit(1 if wrong else 0)


@app.command()
def sql() -> None:
    """A read-only SQL prompt on the serving copy: DuckDB's own, with history and completion."""
    file = serving_file(Settings())
    if sys.stdin.isatty():
        _console().print(report.greeting(Settings()), soft_wrap=True)
    shell = Path(sys.executable).with_name("duckdb")
    os.execv(shell, [str(shell), "-readonly", str(file)])  # noqa: S606 - our own duckdb


@app.command()
def postgres() -> None:
    """Load the serving copy into the PostgreSQL database of the settings."""
    from orchestration.postgres import load

    _console().print(load(Settings()).in_words(), soft_wrap=True)


@app.command()
def ui(
    host: Annotated[str, typer.Option(help="The address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on")] = 3000,
) -> None:
    """The Dagster UI, with the daemon that runs schedules."""
    from orchestration.instance import home, open_instance, recover

    folder = os.environ["DAGSTER_HOME"] = home(Settings())
    with open_instance(folder) as instance:
        recover(instance, _console().print)
    dg = Path(sys.executable).with_name("dg")
    os.chdir(PROJECT_ROOT)
    os.execv(dg, [str(dg), "dev", "--host", host, "--port", str(port)])  # noqa: S606 - our own dg


@app.command()
def bi(
    port: Annotated[int, typer.Option(help="The port to listen on, on this machine only")] = 8501,
) -> None:
    """The dashboard on the serving copy."""
    if find_spec("streamlit") is None:
        raise DashboardError(
            "The dashboard needs Streamlit, which is not installed: install the lock (`make setup`)."
        )
    os.chdir(PROJECT_ROOT)
    script = PROJECT_ROOT / "orchestration" / "dashboard" / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - our own streamlit


@app.command()
def superset(
    port: Annotated[int, typer.Option(help="The port to listen on, on this machine only")] = 8088,
) -> None:
    """Superset on the serving copy: its set-up, then its server."""
    from orchestration.superset import SOURCES, prepare_home, python, server, write_bundle

    settings = Settings()
    file, interpreter = serving_file(settings), python()
    home = settings.data.resolve() / "superset"
    environment = os.environ | prepare_home(home)
    write_bundle(file, home / "bundle")
    set_up = [str(interpreter), str(SOURCES / "set_up.py"), str(home / "bundle")]
    if subprocess.run(set_up, env=environment, check=False).returncode:  # noqa: S603 - our own script
        raise DashboardError("Superset could not be set up; what it says of it is above.")
    _console().print(f"Superset: http://127.0.0.1:{port}/dashboard/list/ (Ctrl-C ends it)")
    command = server(interpreter, port)
    os.execve(command[0], command, environment)  # noqa: S606 - our own gunicorn


@app.command()
def alert() -> None:
    """Send a message to each channel of the settings, to see that alerts arrive."""
    settings = Settings()
    if not (settings.alert_webhook or settings.alert_email):
        raise AlertError("Expected a channel: TIDEMARK_ALERT_WEBHOOK or TIDEMARK_ALERT_EMAIL (.env.example).")
    trial = Alert(f"trial:{settings.now()}", "A trial", "Alerts arrive here.", str(settings.ui))
    channels = bool(settings.alert_webhook) + bool(settings.alert_email)
    if send([trial], settings, _console().print) < channels:
        raise typer.Exit(1)


@app.command()
def prepare() -> None:
    """Parse the dbt project if its files have changed, and set up the Dagster instance."""
    from orchestration.instance import home, open_instance

    with open_instance(home(Settings())):
        pass  # its tables are there now
    _console().print(f"dbt's manifest is current: {current_manifest(PROJECT_ROOT / 'dbt_project').name}")


@app.command()
def docs() -> None:
    """Write what is generated in docs/ again: data dictionary, indicators, list of datasets."""
    manifest = json.loads(current_manifest(PROJECT_ROOT / "dbt_project").read_text(encoding="utf-8"))
    for name, text in (
        ("data-dictionary.md", dictionary(manifest)),
        ("indicators.md", indicators(manifest)),
        ("datasets.md", catalogue(load_publishers())),
    ):
        (PROJECT_ROOT / "docs" / name).write_text(text, encoding="utf-8")
        _console().print(f"  docs/{name}")


@app.command()
def sample() -> None:
    """Write the made-up mirror in sample/ again."""
    for file in write_sample(PROJECT_ROOT / "sample"):
        _console().print(f"  {file}")


def _console() -> Console:
    """Standard output, as wide as the terminal, and as the tables need it."""
    width = max(WIDTH, shutil.get_terminal_size().columns)
    return Console(highlight=False, file=sys.stdout, width=width)


def _complain(problem: str) -> None:
    _console().print(Text("✗ ", style="red").append(problem, style="default"), soft_wrap=True)


def _import(mirror: Path) -> bool:
    settings = Settings()
    outcome = import_mirror(mirror, settings, load_datasets())
    _console().print(report.imported(mirror, outcome))
    return not outcome.refused


def _run(job: str) -> None:
    started = time.monotonic()
    load_publishers()  # a mistake in a record is told before Dagster wraps it
    from orchestration.runs import run_job

    settings = Settings()
    # Bound to the terminal of now: while dbt runs, standard output goes elsewhere.
    console = _console()

    def tell(line: str) -> None:
        stamp = Text(f"{time.monotonic() - started:6.1f} s  ", style="dim")
        console.print(stamp.append(line, style="not dim"), soft_wrap=True)

    outcome = run_job(job, settings, tell)
    if outcome.success:
        _console().print(report.summary(settings))
        return
    for problem in outcome.problems:
        _complain(problem)
    raise typer.Exit(1)


if __name__ == "__main__":
    main()
