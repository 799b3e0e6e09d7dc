"""A desk for tests: one data folder, and the project's own commands run on it as a person would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {"all": "", "data": "unit_test", "none": "unit_test test"}


@dataclass(frozen=True)
class Desk:
    """A data folder of its own, and what its commands print.

    dbt's tests take two thirds of its time, and its unit tests say the same of the same SQL on every desk.
    One desk of the suite runs `all` of them, as every desk of a person does, and that of the real files those
    on `data`; desks that are about other things run `none`.
    """

    data: Path
    env: dict[str, str] = field(default_factory=dict)
    root: Path = ROOT
    tests: Literal["all", "data", "none"] = "none"
    patience_s: float = 240

    def environment(self, **more: str) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("TIDEMARK_", "DAGSTER_", "DBT_"))}
        plain["DBT_EXCLUDE_RESOURCE_TYPES"] = LEFT_OUT[self.tests]
        return plain | {"TIDEMARK_DATA": str(self.data), "NO_COLOR": "1"} | self.env | more

    def start(self, *command: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", *command],
            cwd=self.root,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, expect: int = 0, **more: str) -> str:
        process = self.start(*command, **more)
        output, _ = process.communicate(timeout=self.patience_s)
        assert process.returncode == expect, output
        return output

    def sample(self, expect: int = 0, **more: str) -> str:
        """As `make demo`, on the servers of the environment: what it prints."""
        day = json.loads((ROOT / "sample" / "mirror.json").read_text(encoding="utf-8"))["clock"]
        imported = self.run("import", str(ROOT / "sample"), TIDEMARK_CLOCK=day, **more)
        return imported + self.run("offline", expect=expect, TIDEMARK_CLOCK=day, **more)

    @property
    def serving(self) -> Path:
        return self.data / "serving" / "tidemark.duckdb"

    @contextmanager
    def marts(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.serving), read_only=True) as connection:
            yield connection

    def fingerprints(self) -> dict[str, tuple[int, str]]:
        """Rows of each mart and a hash of all of them, in whatever order they are stored.

        Without `quality.publication`, which is no mart: it tells when this copy got them.
        """
        with self.marts() as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where table_name != 'publication' order by 1"
            ).fetchall()
            return {
                table: connection.execute(
                    f"select count(*), md5(string_agg(row_hash, '' order by row_hash)) "
                    f"from (select md5(cast(t as varchar)) as row_hash from {table} as t)"
                ).fetchone()
                for (table,) in tables
            }


def compiled(folder: Path, *arguments: str) -> str:
    """What `dbt compile` prints; the compiled models are in the folder's `manifest.json`."""
    # Imported here: it takes seconds, and most tests need none of it.
    from orchestration.dbt_project import DBT_ON_PARSED, current_manifest, parsed

    project = ROOT / "dbt_project"
    current_manifest(project)
    return subprocess.run(
        [
            sys.executable, "-P", str(DBT_ON_PARSED), str(parsed(project)), "compile", "--quiet",
            "--project-dir", str(project), "--profiles-dir", str(project),
            "--target-path", str(folder), "--log-path", str(folder), *arguments,
        ],
        env=Desk(folder).environment(), check=True, timeout=120, capture_output=True, text=True,
    ).stdout  # fmt: skip
