"""Every dataset asked for on a server that plays all publishers with the made-up files.

As `make run` asks, address by address and page by page: one look at each, without Dagster and dbt. Whole runs
against them, and publishers that fail, are in `test_failing_publishers.py`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import pytest

from orchestration.archive import Archive
from orchestration.look import look
from orchestration.mirror import Entry, clock_of, read_index
from orchestration.parsing import Parser, find_parser, pages
from orchestration.records import Dataset, load_datasets
from orchestration.settings import Settings
from orchestration.sources import Source, wanted
from tests.desk import ROOT
from tests.publisher_server import PublisherServer, Reply

SAMPLE = ROOT / "sample"
NOW = datetime.fromisoformat(clock_of(SAMPLE))
DATASETS = load_datasets()
ASKED = {name: dataset for name, dataset in DATASETS.items() if not dataset.inbox}


def newest_files(dataset: Dataset) -> dict[str, Entry]:
    """The newest made-up file at each address of a dataset."""
    return {entry.url: entry for entry in read_index(SAMPLE) if entry.dataset == dataset.id}


def play(
    server: PublisherServer, dataset: Dataset, parser: Parser, files: Mapping[str, Entry] | None = None
) -> None:
    """Let a server answer as the dataset's publisher, with its newest files or with these."""
    for source in dataset.sources:
        if source.links:
            links = "".join(f"<a href='{url}'>a year</a>" for url in files or newest_files(dataset))
            server.answers(source.url, f"<html><body>{links}</body></html>".encode())
    for url, entry in (files or newest_files(dataset)).items():
        found = addresses(dataset, url)
        for number, first in enumerate(found):
            address: str | None = first
            for page in pages_of((SAMPLE / entry.file).read_bytes(), parser, dataset):
                server.answers(address, tagged(share(page, number, len(found), dataset)))
                address = parser.follow(address, page) if parser.follow else None
                if address is None:
                    break


def tagged(payload: bytes) -> Reply:
    """A file as a good web server sends it: whoever holds it gets no other."""
    return Reply(payload, headers={"ETag": f'"{sha256(payload).hexdigest()}"'})


def addresses(dataset: Dataset, url: str) -> list[str]:
    """Where a file is asked for: a list of series, which the sample has few of, at every batch.

    The first year that the sample has stands for those before it, too.
    """
    batches = [a for source in dataset.sources if source.series for a in all_of(source)]
    years = [a for source in dataset.sources if source.years_from for a in all_of(source)]
    if url in years and url == min(newest_files(dataset).keys() & set(years)):
        return years[years.index(url) :]
    return batches or [url]


def all_of(source: Source) -> list[str]:
    """Every address that a source stands for."""
    return [address for file in wanted(source, NOW.date()) for address in file.addresses]


def share(page: bytes, number: int, batches: int, dataset: Dataset) -> bytes:
    """What one of several requests for series is answered with: each of the sample's series is in one."""
    if not any(source.series for source in dataset.sources):
        return page
    answer = json.loads(page)
    answer["RESULTSET"] = answer["RESULTSET"][number::batches]
    return json.dumps(answer).encode()


def pages_of(payload: bytes, parser: Parser, dataset: Dataset) -> list[bytes]:
    """The answers that a file is made of, where its parser follows pages."""
    is_bundle = payload.startswith(b"PK") and b"page-0001" in payload[:100]
    return pages(payload, dataset.id) if parser.follow and is_bundle else [payload]


@pytest.mark.parametrize("name", ASKED)
def test_a_look_brings_what_the_publisher_has_and_the_next_one_nothing_new(name, publisher, tmp_path) -> None:
    dataset = ASKED[name]
    parser, _ = find_parser(*name.split("/"))
    play(publisher, dataset, parser)
    settings = Settings(data=tmp_path, rehearsal=publisher.address, request_interval_s=0, clock=NOW)
    assert len(look(dataset, settings).new) >= 1
    assert look(dataset, settings).new == ()
    archive = Archive(settings.archive_root)
    held = archive.snapshots(name)
    assert {s.part for s in held} >= {
        parser.part((SAMPLE / entry.file).read_bytes()) for entry in newest_files(dataset).values()
    }
    for snapshot in held:
        payload = archive.read(snapshot)
        # A workbook is a zip file too; whatever else is named one is one.
        assert (snapshot.extension in ("zip", "xlsx")) == payload.startswith(b"PK"), snapshot.file_name
        assert len(parser.parse(payload)) > 0
