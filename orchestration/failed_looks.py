"""Which datasets could not be had at the last look, and why: noted by each look, told by pages and commands.

A text file for each in `<data>/failed_looks/`, which goes with the next look that goes well.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import TidemarkError
from orchestration.files import write_whole
from orchestration.records import Dataset
from orchestration.settings import Settings


@contextmanager
def noted(settings: Settings, dataset: Dataset) -> Iterator[None]:
    """Note how a look at a dataset ends; what it raises is raised."""
    file = _file(settings, dataset)
    try:
        yield
    except TidemarkError as error:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, str(error).encode())
        raise
    file.unlink(missing_ok=True)


def failed_looks(settings: Settings, datasets: Iterable[Dataset]) -> dict[str, str]:
    """Why the last look failed, by dataset; none where it went well, or nobody has looked."""
    files = {dataset.id: _file(settings, dataset) for dataset in datasets}
    return {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.exists()}


def _file(settings: Settings, dataset: Dataset) -> Path:
    return settings.data.resolve() / "failed_looks" / f"{dataset.table}.txt"
