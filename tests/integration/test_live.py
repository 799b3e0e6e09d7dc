"""Publishers that answer, fail and change their files: what a run makes of it, from address to mart.

They are played on loopback (`TIDEMARK_REHEARSAL`); the rest is the real thing: HTTP, archive,
Dagster, dbt, serving copy. One publisher's job stands for all, as they differ in their files only, which
have tests of their own. The tests build on each other, as the days at a desk do.
"""

import re

import pytest

from orchestration.records import load_datasets
from orchestration.sampling import SampleFile, publisher_files
from tests.desk import Desk
from tests.publisher_server import PublisherServer, Reply

pytestmark = pytest.mark.live

CALM = {"TIDEMARK_CLOCK": "2026-11-20T09:00:00Z", "TIDEMARK_REQUEST_INTERVAL_S": "0"}
WEEKLY = "jp_mof/securities_weekly"
LONG_TERM = "jp_mof/residents_longterm_debt_monthly"


@pytest.fixture(scope="module")
def files() -> dict[str, list[SampleFile]]:
    """The made-up files of each of the ministry's datasets, oldest first."""
    found: dict[str, list[SampleFile]] = {}
    for file in publisher_files("jp_mof"):
        found.setdefault(file.dataset, []).append(file)
    return found


@pytest.fixture(scope="module")
def server(files: dict[str, list[SampleFile]]):
    with PublisherServer().running() as running:
        for dataset, versions in files.items():
            running.answers(address(dataset), tagged(versions[0].payload))
        yield running


@pytest.fixture(scope="module")
def desk(server: PublisherServer, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("live"), {"TIDEMARK_REHEARSAL": server.address, **CALM})


def address(dataset: str) -> str:
    return load_datasets()[dataset].address


def tagged(payload: bytes) -> Reply:
    return Reply(payload, headers={"ETag": f'"{hash(payload)}"'})


def newest_week(desk: Desk) -> str:
    with desk.marts() as marts:
        (week,) = marts.execute(
            "select cast(max(period_end) as varchar) from flows.portfolio_flows where basis = 'jp_itn_weekly'"
        ).fetchone()
    return week


def test_1_a_publishers_own_job_goes_the_whole_way_on_an_empty_desk_without_a_file_that_is_missing(
    desk: Desk, server: PublisherServer, files: dict[str, list[SampleFile]]
) -> None:
    """What a schedule launches on a new machine; the other publishers' tables are there, empty."""
    server.answers(address(LONG_TERM), Reply(b"gone", 404))
    text = desk.run("run", "jp_mof", expect=1)
    assert f"{address(LONG_TERM)} answered 404" in text.replace("\n", "")
    assert "published" in text
    assert len(server.requests) == len(files)
    assert all(len(server.asked(address(dataset))) == 1 for dataset in files)
    assert newest_week(desk) == "2026-11-07"
    with desk.marts() as marts:
        held = marts.execute("select dataset from core.datasets where snapshots > 0").fetchall()
        classes = marts.execute(
            "select distinct asset_class from flows.portfolio_flows where basis = 'jp_itn_monthly_by_sector'"
        ).fetchall()
        (rates,) = marts.execute("select count(*) from fx.rates_daily").fetchone()
    assert {dataset for (dataset,) in held} == set(files) - {LONG_TERM}
    assert sorted(classes) == [("equity",), ("short_term_debt",)]
    assert rates == 0


def test_2_a_new_file_rebuilds_only_what_rests_on_it(
    desk: Desk, server: PublisherServer, files: dict[str, list[SampleFile]]
) -> None:
    server.answers(address(LONG_TERM), tagged(files[LONG_TERM][0].payload))
    server.answers(address(WEEKLY), tagged(files[WEEKLY][1].payload))
    text = desk.run("run", "jp_mof")
    assert newest_week(desk) == "2026-11-14"
    assert "1 new, 1 revised" in text
    built, models = map(int, re.search(r"dbt builds (\d+) of (\d+) models", text).groups())
    assert built < models
    assert "portfolio_flows_vintages" in text
    assert "int_euro_rates" not in text
    assert "rates_monthly" not in text


def test_3_an_unchanged_look_is_recorded_and_builds_nothing(desk: Desk, server: PublisherServer) -> None:
    asked = len(server.asked(address(WEEKLY)))
    text = desk.run("run", "jp_mof")
    assert len(server.asked(address(WEEKLY))) == asked + 1
    assert "if-none-match" in server.asked(address(WEEKLY))[-1].headers
    assert "the publisher says that it is unchanged" in text
    assert "dbt builds none of" in text
    assert "nothing to publish" in text


def test_4_pages_and_changed_layouts_are_refused_and_the_last_good_figures_stay(
    desk: Desk, server: PublisherServer, files: dict[str, list[SampleFile]]
) -> None:
    """One file is an HTML page with status 200; another has two columns of figures swapped."""
    before = desk.fingerprints()
    server.answers(address(LONG_TERM), Reply(b"<!DOCTYPE html><title>Busy</title>"))
    lines = files[WEEKLY][1].payload.decode("cp932").split("\r\n")
    swapped = [
        re.sub(r'^([^,]+,)("[^"]*"|[^,]*),("[^"]*"|[^,]*),', r"\1\3,\2,", line)
        if line.startswith("20")
        else line
        for line in lines
    ]
    changed = "\r\n".join(swapped).replace("November  19", "November  20").encode("cp932")
    server.answers(address(WEEKLY), tagged(changed))
    text = desk.run("run", "jp_mof", expect=1).replace("\n", "")
    assert "HTML page instead of data" in text
    assert "assets_equity_acquisition" in text
    assert "Columns may have moved; nothing was loaded" in text
    after = desk.fingerprints()
    flows = [name for name in before if name.startswith(("flows.", "fx."))]
    assert {n: after[n] for n in flows} == {n: before[n] for n in flows}
    with desk.marts() as marts:
        (reason,) = marts.execute(
            "select refused_because from quality.freshness where dataset = ?", [WEEKLY]
        ).fetchone()
    assert "Columns may have moved" in reason
