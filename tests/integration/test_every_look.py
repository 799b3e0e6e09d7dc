"""Every dataset asked for on a server that plays all publishers with the made-up files.

As `make run` asks, address by address and page by page: one look at each without Dagster and dbt, and one
run of everything in which some publishers fail.
"""

from datetime import datetime

import pytest

from orchestration.archive import Archive
from orchestration.errors import FetchError
from orchestration.look import look
from orchestration.mirror import Entry, read_index
from orchestration.parsing import Parser, find_parser, pages
from orchestration.records import Dataset, load_datasets
from orchestration.report import clock_of
from orchestration.settings import Settings
from orchestration.sources import Source, wanted
from tests.desk import ROOT, Desk
from tests.publisher_server import PublisherServer, Reply

SAMPLE = ROOT / "sample"
NOW = datetime.fromisoformat(clock_of(SAMPLE))
DATASETS = load_datasets()
ASKED = {name: dataset for name, dataset in DATASETS.items() if not dataset.inbox}


def newest_files(dataset: Dataset) -> dict[str, Entry]:
    """The newest made-up file at each address of a dataset."""
    return {entry.url: entry for entry in read_index(SAMPLE) if entry.dataset == dataset.id}


def play(server: PublisherServer, dataset: Dataset, parser: Parser) -> None:
    """Let a server answer as the dataset's publisher."""
    files = newest_files(dataset)
    for source in dataset.sources:
        if source.links:
            links = "".join(f"<a href='{url}'>a year</a>" for url in files)
            server.answers(source.url, f"<html><body>{links}</body></html>".encode())
    for url, entry in files.items():
        for address in addresses(dataset, url):
            for page in pages_of((SAMPLE / entry.file).read_bytes(), parser, dataset):
                server.answers(address, page)
                address = parser.follow(address, page) if parser.follow else None
                if address is None:
                    break


def addresses(dataset: Dataset, url: str) -> list[str]:
    """Where a file is asked for: of a list of series, which the sample has few of, at every batch."""
    batched = [source for source in dataset.sources if source.series]
    return [a for source in batched for a in all_of(source)] if batched else [url]


def all_of(source: Source) -> list[str]:
    return [address for file in wanted(source, NOW.date()) for address in file.addresses]


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
    years_before = any(source.years_from for source in dataset.sources)
    if years_before:  # the sample has one year: all others are not there, and that is told
        with pytest.raises(FetchError, match="answered 404"):
            look(dataset, settings)
    else:
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
        if not any(source.series for source in dataset.sources):
            assert len(parser.parse(payload)) > 0


DOWN, PAGE, CHANGED = "us_tic/major_holders", "worldbank/reserves", "us_fed/fx_h10"
# The sample's few series are the answer to each of its five requests: five times the same, which is refused.
TWICE = "jp_boj/portfolio_by_country"


@pytest.mark.live
def test_in_a_run_of_everything_publishers_that_fail_stop_no_other(publisher, tmp_path) -> None:
    for name, dataset in ASKED.items():
        play(publisher, dataset, find_parser(*name.split("/"))[0])
    publisher.answers(DATASETS[DOWN].address, Reply(b"maintenance", 403))
    for address in all_of(DATASETS[PAGE].sources[0]):
        publisher.answers(address, b"<!DOCTYPE html><title>Busy</title>")
    publisher.answers(DATASETS[CHANGED].address, b"observation_date,DEXUSEU\n2026-11-13,1.16\n")
    desk = Desk(
        tmp_path / "desk",
        {
            "TIDEMARK_REHEARSAL": publisher.address,
            "TIDEMARK_CLOCK": NOW.isoformat(),
            "TIDEMARK_REQUEST_INTERVAL_S": "0",
        },
    )
    told = desk.run("run", expect=1).replace("\n", "")
    assert f"{DATASETS[DOWN].address} answered 403" in told
    assert "HTML page instead of data" in told
    assert "expected the header 'observation_date,DEXJPUS'" in told
    with desk.marts() as marts:
        held = {
            d for (d,) in marts.execute("select dataset from core.datasets where snapshots > 0").fetchall()
        }
        (currencies,) = marts.execute("select count(*) from reserves.currency_composition").fetchone()
        (flows,) = marts.execute("select count(*) from flows.portfolio_flows").fetchone()
    assert held == set(ASKED) - {DOWN, PAGE, CHANGED, TWICE}
    assert min(currencies, flows) > 0
