"""Node with DuckDB's package, for the readers that are written in JavaScript."""

import os
import shutil
import subprocess
from pathlib import Path

# Of the release that writes the serving copy.
PACKAGE = "@duckdb/node-api@1.5.5-r.5"


def install(folder: Path) -> None:
    """Put the package where programs of this folder find it; without Node a test fails and says why."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise AssertionError("Expected node and npm, found none: on Debian, `apt install nodejs npm`.")
    done = subprocess.run(
        [npm, "install", "--no-fund", "--no-audit", "--loglevel=error", PACKAGE],
        cwd=folder, env={**os.environ, "npm_config_cache": str(folder / "cache")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"npm could not install {PACKAGE}: is its registry reachable?\n{done.stderr}"
