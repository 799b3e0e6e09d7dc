"""The dbt project as dbt has parsed it, parsed again when its files have changed; what dbt is told of a desk.

How it is built is `components.warehouse_dbt`'s business, what has to be built `staleness`'s.
"""

import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from orchestration.errors import WarehouseError
from orchestration.settings import Settings

PARSED = (".sql", ".yml", ".yaml", ".csv", ".md")
DBT_ON_PARSED = Path(__file__).with_name("parsed_dbt.py")


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What dbt needs to know of this installation."""
    return {
        "TIDEMARK_WAREHOUSE": str(settings.warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def current_manifest(folder: Path) -> Path:
    """Parse the dbt project if its files are not those of its manifest; the manifest's path.

    Raises:
        WarehouseError: dbt cannot parse it; the message is dbt's.
    """
    manifest = folder / "target" / "manifest.json"
    mark = folder / "target" / "manifest.sha256"
    # What is parsed holds the folder's own path, and is read back by the dbt that wrote it.
    found = sha256(f"{version('dbt-core')}\0{folder.resolve()}\0".encode())
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix in PARSED and inside[0] not in ("target", "logs", "dbt_packages"):
            found.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    digest = found.hexdigest()
    if manifest.exists() and parsed(folder).exists() and mark.exists() and mark.read_text() == digest:
        return manifest
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=manifest.parent) as scratch:
        settings = Settings()
        done = subprocess.run(  # noqa: S603 - our own dbt, no input from outside
            [
                dbt_executable(), "--quiet", "parse", "--no-partial-parse",
                "--project-dir", str(folder), "--profiles-dir", str(folder),
                "--target-path", scratch, "--log-path", scratch,
            ],
            env={**os.environ, **dbt_environment(settings)},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise WarehouseError(f"dbt cannot parse {folder.name}:\n{done.stdout}{done.stderr}")
        # Under a name of its own: any dbt that is run by hand writes dbt's. And first, so that what is built
        # is never older than the fingerprints that are taken from manifest.json.
        (Path(scratch) / "partial_parse.msgpack").replace(parsed(folder))
        (Path(scratch) / manifest.name).replace(manifest)
    mark.write_text(digest)
    return manifest


def parsed(folder: Path) -> Path:
    """The project as dbt has parsed it, as dbt reads it back."""
    return folder / "target" / "parsed.msgpack"


def dbt_executable() -> str:
    """The dbt that is installed beside this Python."""
    return str(Path(sys.executable).with_name("dbt"))
