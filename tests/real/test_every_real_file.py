"""What holds for every publisher's real file: read by its own parser, refused by all others.

Skipped where the real files are absent (see conftest.py).
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.mirror import Entry, read_index
from orchestration.parsing import Parser, find_parser
from orchestration.raw import check_frame
from orchestration.records import load_datasets
from tests.mutations import HTML, read

DATASETS = load_datasets()
BY_NAME = {name: d for d in DATASETS.values() for name in (d.id, *d.mirror_names)}


@pytest.fixture(scope="module")
def entries(publishers: Path) -> list[Entry]:
    """The files of the index that hold data of a dataset."""
    return [entry for entry in read_index(publishers) if entry.dataset in BY_NAME]


@cache
def parser_of(dataset: str) -> Parser:
    return find_parser(*dataset.split("/"))[0]


def refuses(dataset: str, payload: bytes) -> bool:
    """Whether a dataset's parser refuses a file, and says what it expected."""
    try:
        read(parser_of(dataset), payload)
    except LayoutError as error:
        return "expected" in str(error)
    return False


def each(publishers: Path, entries: list[Entry]) -> Iterator[tuple[str, str, bytes]]:
    for entry in entries:
        yield BY_NAME[entry.dataset].id, entry.file, (publishers / entry.file).read_bytes()


def test_only_catalogues_excerpts_and_single_records_have_no_dataset(publishers) -> None:
    assert {entry.dataset for entry in read_index(publishers)} - set(BY_NAME) == {
        "cftc/tff (API record)",
        "imf/cofer (structure message)",
        "jp_boj/portfolio_by_country (catalogue)",
        "jp_boj/tankan (excerpt)",
    }


def test_every_file_is_read_to_rows_that_a_raw_table_can_rest_on(publishers, entries) -> None:
    for dataset, _, payload in each(publishers, entries):
        parser = parser_of(dataset)
        check_frame(read(parser, payload), DATASETS[dataset], parser.columns)


def test_half_a_file_is_refused_whatever_it_is(publishers, entries) -> None:
    for dataset, file, payload in each(publishers, entries):
        assert refuses(dataset, payload[: len(payload) // 2]), f"half of {file} was read"


def test_every_files_parser_refuses_nothing_and_a_page(entries) -> None:
    for dataset in {BY_NAME[entry.dataset].id for entry in entries}:
        assert refuses(dataset, b"")
        assert refuses(dataset, HTML)


def test_no_parser_takes_a_file_of_another_dataset(publishers, entries) -> None:
    files = {}
    for dataset, file, payload in each(publishers, entries):
        files.setdefault(dataset, (file, payload))
    for dataset in DATASETS:
        for other, (file, payload) in files.items():
            if other == dataset:
                continue
            assert refuses(dataset, payload), f"{dataset} took {file}"
