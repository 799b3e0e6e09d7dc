"""Where the time of a run goes: imports, Dagster's steps, dbt, and the SQL alone. `make timing`.

Prints; asserts nothing. The seconds are those of this machine, now; seconds of the processor, of all
processes together, say more than those of the clock where others use it too.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from dagster import DagsterInstance
from rich.console import Console
from rich.table import Table

from orchestration.dbt_project import current_manifest, dbt_executable
from orchestration.staleness import fingerprints
from tests.desk import ROOT, Desk

IMPORTS = ("dagster", "dagster_dbt", "dbt.cli.main", "pandas", "duckdb", "orchestration.definitions")


def processor() -> float:
    """Seconds of the processor that ended children have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(*command: str | Path, **options: object) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, **options)
    return time.perf_counter() - began


def steps(desk: Desk) -> dict[str, float]:
    """Seconds of each step of the desk's newest run."""
    with DagsterInstance.from_config(str(desk.data / "dagster")) as instance:
        run = instance.get_runs(limit=1)[0]
        stats = instance.get_run_step_stats(run.run_id)
    return {s.step_key: s.end_time - s.start_time for s in stats if s.start_time and s.end_time}


def sql_alone(desk: Desk) -> tuple[int, float]:
    """Every model's compiled SQL, sent straight to DuckDB on a copy of the warehouse."""
    copy = desk.data / "copy" / "tidemark.duckdb"
    copy.parent.mkdir()
    shutil.copy(desk.data / "warehouse" / "tidemark.duckdb", copy)
    target = desk.data / "compiled"
    project = ROOT / "dbt_project"
    seconds(
        dbt_executable(), "compile", "--project-dir", project, "--profiles-dir", project, "--target-path",
        target, "--log-path", target, env=desk.environment(TIDEMARK_WAREHOUSE=str(copy)),
    )  # fmt: skip
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = [manifest["nodes"][node] for node in fingerprints(manifest, {})]
    # Seeds are files, and a function runs only when it is called.
    nodes = [node for node in nodes if node["config"]["materialized"] in ("table", "view")]
    with duckdb.connect(str(copy)) as connection:
        began = time.perf_counter()
        for node in nodes:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            name = f'"{node["schema"]}"."{node["alias"]}"'
            connection.execute(f"create or replace {kind} {name} as {node['compiled_code']}")
        return len(nodes), time.perf_counter() - began


def main() -> None:
    table = Table("what", "seconds", "of the processor", title="Where the time goes")
    current_manifest(ROOT / "dbt_project")
    for module in IMPORTS:
        used = processor()
        took = seconds(sys.executable, "-c", f"import {module}", cwd=ROOT)
        table.add_row(f"import {module}", f"{took:.1f}", f"{processor() - used:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), tests="all")
        for what in ("demo", "demo, with nothing new"):
            began, used = time.perf_counter(), processor()
            desk.run("demo")
            table.add_row(what, f"{time.perf_counter() - began:.1f}", f"{processor() - used:.1f}")
            for step, took in steps(desk).items():
                table.add_row(f"  step {step}", f"{took:.2f}")
        count, took = sql_alone(desk)
        table.add_row(f"SQL of {count} models alone", f"{took:.2f}")
    Console(width=80).print(table)


if __name__ == "__main__":
    main()
