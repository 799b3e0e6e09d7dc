"""The map: everything under `defs/`, and nothing else."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load what `defs/` declares."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
