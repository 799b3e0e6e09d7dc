"""Publishers' real files, where they are; everything here is skipped where they are not."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.desk import ROOT, Desk

SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def publishers() -> Path:
    """A mirror of publishers' real files."""
    folder = SHARED / "publishers"
    if not (folder / "index.csv").exists():
        pytest.skip("publishers' real files are not here (expected in ../shared/publishers)")
    return folder


@pytest.fixture(scope="session")
def facts() -> Path:
    """Figures that were published elsewhere and must come out."""
    folder = SHARED / "facts"
    if not (folder / "published_figures.csv").exists():
        pytest.skip("the published figures are not here (expected in ../shared/facts)")
    return folder


@pytest.fixture(scope="session")
def real_desk(publishers: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has imported the mirror and rebuilt everything from it.

    All files that name it share one test process (tests/conftest.py): nothing may write to it.
    """
    desk = Desk(tmp_path_factory.mktemp("real desk"), tests="data")
    desk.run("import", str(publishers))
    desk.run("offline")
    return desk


@pytest.fixture(scope="session")
def real_marts(real_desk: Desk) -> Iterator[duckdb.DuckDBPyConnection]:
    """The serving copy of the real files."""
    with real_desk.marts() as connection:
        yield connection
