"""What holds for every parser, on the made-up files: what it reads, and what it refuses.

What is special to one layout is in the tests of its publisher. The real files go through the same in
tests/real/test_every_real_file.py.
"""

from functools import cache

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, find_parser
from orchestration.raw import check_frame
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile, publisher_files
from tests.mutations import HTML, read

DATASETS = load_datasets()
PUBLISHERS = sorted({dataset.publisher for dataset in DATASETS.values()})

each_dataset = pytest.mark.parametrize("dataset", DATASETS)


@cache
def files() -> dict[str, list[SampleFile]]:
    """The made-up files of each dataset."""
    made: dict[str, list[SampleFile]] = {name: [] for name in DATASETS}
    for publisher in PUBLISHERS:
        for file in publisher_files(publisher):
            made[file.dataset].append(file)
    return made


def parser_of(dataset: str) -> Parser:
    return find_parser(*dataset.split("/"))[0]


@each_dataset
def test_every_made_up_file_is_read_to_rows_that_a_raw_table_can_rest_on(dataset) -> None:
    assert files()[dataset], "each dataset has a made-up file, for the demo and for this test"
    parser = parser_of(dataset)
    for file in files()[dataset]:
        frame = read(parser, file.payload)
        check_frame(frame, DATASETS[dataset], parser.columns)
        assert not frame.isna().any().any(), "a cell is text, and empty where there is nothing"
        assert isinstance(parser.part(file.payload), str)


@each_dataset
def test_the_same_bytes_are_the_same_rows(dataset) -> None:
    file = files()[dataset][-1]
    pd.testing.assert_frame_equal(
        parser_of(dataset).parse(file.payload), parser_of(dataset).parse(file.payload)
    )


@each_dataset
@pytest.mark.parametrize("what", ["nothing", "a page", "an image", "half of it"])
def test_what_is_no_file_of_it_is_refused(dataset, what) -> None:
    payload = files()[dataset][-1].payload
    wrong = {
        "nothing": b"",
        "a page": HTML,
        "an image": b"\x89PNG\r\n\x1a\n\x00\x00\x00\xffIHDR\x85\x00",
        "half of it": payload[: len(payload) // 2],
    }[what]
    with pytest.raises(LayoutError, match="expected"):
        read(parser_of(dataset), wrong)


@each_dataset
def test_no_other_datasets_file_is_taken_for_one_of_its_own(dataset) -> None:
    parser = parser_of(dataset)
    for other, made in files().items():
        if other == dataset:
            continue
        with pytest.raises(LayoutError):
            read(parser, made[-1].payload)


def test_the_same_call_makes_the_same_bytes() -> None:
    for publisher in PUBLISHERS:
        first, second = ({file.file: file.payload for file in publisher_files(publisher)} for _ in range(2))
        assert first == second
