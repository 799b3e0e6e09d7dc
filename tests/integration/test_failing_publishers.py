"""A desk's days with publishers that fail, each in its own way, and runs that are started at the same moment.

All publishers are played on loopback with the made-up files; the rest is the real thing. The tests build
on each other, as the days at a desk do: a good one, one on which many fail, one on which all are well again.
"""

import csv
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from datetime import timedelta

import pytest

from orchestration.archive import Archive
from orchestration.fetch import KEPT, in_short
from orchestration.instance import open_instance, problems
from orchestration.mirror import COLUMNS, Entry, import_mirror, read_index
from orchestration.parsing import find_parser
from orchestration.settings import Settings
from tests.desk import Desk
from tests.integration.test_every_look import ASKED, DATASETS, NOW, SAMPLE, addresses, all_of, play, tagged
from tests.publisher_server import PublisherServer, Reply

pytestmark = pytest.mark.live

GOOD, BAD, WELL_AGAIN = ({"TIDEMARK_CLOCK": (NOW + timedelta(days=days)).isoformat()} for days in range(3))
WEEKLY, MONTHLY, CUT = "jp_mof/securities_weekly", "jp_mof/securities_monthly", "us_tic/major_holders"
RETRIED, WAITED_FOR = "imf/cofer", "us_tic/major_holders_history"
# What has a second version in the sample, which comes on the second day.
NEWS = (
    RETRIED, WAITED_FOR, "jp_boj/portfolio_by_country", "cn_safe/official_reserve_assets",
    "worldbank/commodity_prices",
)  # fmt: skip
DOWN = ("jp_boj/effective_rates", "jp_boj/jgb_holders")
STRANGER = "https://cdn.elsewhere.example/sjpre.xlsx"
BUSY = b"<!DOCTYPE html><title>Busy</title>"
OTHER_SERIES = b"observation_date,DEXUSEU\n2026-11-13,1.16\n"
TIMES = {
    "TIDEMARK_REQUEST_INTERVAL_S": "0",
    "TIDEMARK_CONNECT_TIMEOUT_S": "3",
    "TIDEMARK_READ_TIMEOUT_S": "3",
    "TIDEMARK_TOTAL_TIMEOUT_S": "12",
}
WAITS = "waiting at most 3 s for a connection and 3 s for a reply"


def first_address(name: str) -> str:
    return all_of(DATASETS[name].sources[0])[0]


# How each fails, and what a person reads of it between the address and what happens now.
FAILING = {
    "worldbank/reserves": (Reply(b"oops", 500), " answered 500 Internal Server Error; tried 4 times."),
    "nyfed/sce": (
        Reply(b"", 429, {"Retry-After": "3600"}),
        " answered 429 Too Many Requests; tried once. It wishes to be left alone for 3,600 s.",
    ),
    "phillyfed/spf": (
        Reply(b"1", delay_s=30),
        f" could not be reached (TimeoutError: timed out); tried 2 times, {WAITS}.",
    ),
    "ecb/fx_reference_rates": (
        Reply(b"PK" * 5000, drip_s=0.1),
        " was still sending after 12 s (# bytes so far); stopped.",
    ),
    # On the same host as the one before.
    "ecb/spf_individual_forecasts": (
        Reply(hangs_up=True),
        " could not be reached (RemoteDisconnected: Remote end closed connection without response); "
        f"tried once, as it had failed before in this run, {WAITS}.",
    ),
    CUT: (
        Reply(b"Table 5: Major", claims=1552),
        " was cut short: 14 of 1,552 bytes came (IncompleteRead(14 bytes read, 1538 more expected)).",
    ),
    "ecb/spf_inflation": (
        Reply(BUSY),
        " answered with an HTML page instead of data; it begins: '<!DOCTYPE html><title>Busy</title>'. "
        "It may be a block page, or the file has moved.",
    ),
    "jp_boj/flow_of_funds_xlsx": (
        Reply.redirect(STRANGER),
        " redirected to another host, cdn.elsewhere.example; expected www.boj.or.jp. If the publisher has "
        "moved, correct its record.",
    ),
    "us_fed/broad_dollar_index": (
        Reply.redirect("http://fred.stlouisfed.org/graph/fredgraph.csv"),
        ": refused to follow its redirect to 'http://fred.stlouisfed.org/graph/fredgraph.csv': "
        "only https is used.",
    ),
    "us_fed/custody_treasuries": (Reply(b""), " sent an empty body."),
    DOWN[0]: (Reply(b"", 503), " answered 503 Service Unavailable; tried 4 times."),
    DOWN[1]: (
        Reply(b"", 503),
        " answered 503 Service Unavailable; tried once, as it had failed before in this run.",
    ),
}
LAYOUT = "us_fed/fx_h10"


def messages() -> list[str]:
    said = [f"{name}: {in_short(first_address(name))}{words} {KEPT}" for name, (_, words) in FAILING.items()]
    said.append(
        f"{LAYOUT}: expected the header 'observation_date,DEXJPUS' (or DATE), found ['observation_date', "
        f"'DEXUSEU']. It is another file or another layout; nothing was loaded. It came from "
        f"{first_address(LAYOUT)}. {KEPT}"
    )
    return said


@pytest.fixture(scope="module")
def server() -> Iterator[PublisherServer]:
    """All publishers; of what has two versions, the older."""
    with PublisherServer().running() as running:
        for name, dataset in ASKED.items():
            files = {e.url: e for e in entries(name)[:-1]} if name in (*NEWS, CUT) else None
            play(running, dataset, parser(name), files)
        yield running


def parser(name: str):
    return find_parser(*name.split("/"))[0]


def entries(name: str) -> list[Entry]:
    """A dataset's files in the sample, oldest first."""
    return [entry for entry in read_index(SAMPLE) if entry.dataset == name]


def payload(entry: Entry) -> bytes:
    return (SAMPLE / entry.file).read_bytes()


@pytest.fixture(scope="module")
def desk(server: PublisherServer, tmp_path_factory) -> Desk:
    """A desk that holds nothing but the file of the week before."""
    mirror = tmp_path_factory.mktemp("mirror")
    week_before = entries(WEEKLY)[0]
    (mirror / week_before.file).parent.mkdir()
    (mirror / week_before.file).write_bytes(payload(week_before))
    (mirror / "mirror.json").write_bytes((SAMPLE / "mirror.json").read_bytes())
    with (mirror / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, astuple(week_before)])
    desk = Desk(tmp_path_factory.mktemp("desk"), {"TIDEMARK_REHEARSAL": server.address, **TIMES})
    import_mirror(mirror, Settings(data=desk.data, clock=NOW), DATASETS)
    return desk


@pytest.fixture(scope="module")
def copy(desk: Desk, tmp_path_factory) -> Desk:
    """The desk as it is when a test asks for this first."""
    folder = tmp_path_factory.mktemp("copy") / "desk"
    shutil.copytree(desk.data, folder)
    return replace(desk, data=folder)


def freshness(desk: Desk) -> dict[str, tuple]:
    """Of each dataset: newest period held, when it became known, and why its newest file was refused."""
    with desk.marts() as marts:
        rows = marts.execute(
            "select dataset, newest_period_end, newest_known_at, refused_because from quality.freshness"
        ).fetchall()
    return {name: tuple(row) for name, *row in rows}


def ministry(desk: Desk) -> list[tuple]:
    """Every version of every figure of the ministry's."""
    with desk.marts() as marts:
        return marts.execute(
            "from flows.portfolio_flows_vintages where basis like 'jp_itn_%' order by all"
        ).fetchall()


def test_1_on_a_good_day_a_run_of_everything_holds_everything(desk: Desk) -> None:
    desk.run("run", **GOOD)
    held = {name for name, (period, _, _) in freshness(desk).items() if period}
    assert held == set(ASKED)


def test_2_publishers_that_fail_are_told_one_by_one_and_all_others_are_up_to_date(
    desk: Desk, server: PublisherServer
) -> None:
    before, marts_before, figures_before = freshness(desk), desk.fingerprints(), ministry(desk)
    for name in NEWS:
        play(server, DATASETS[name], parser(name))
    begin_with(server, RETRIED, Reply(b"", 500))
    begin_with(server, WAITED_FOR, Reply(b"", 429, {"Retry-After": "2"}))
    for name, (reply, _) in FAILING.items():
        for source in DATASETS[name].sources:
            for address in all_of(source):
                server.answers(address, reply)
    server.answers(first_address(LAYOUT), OTHER_SERIES)
    server.answers(first_address(MONTHLY), tagged(swapped(payload(entries(MONTHLY)[0]))))
    server.answers(first_address(WEEKLY), tagged(payload(entries(WEEKLY)[0])))
    asked = len(server.requests)
    text = desk.run("run", expect=1, **BAD)
    requests = server.requests[asked:]

    told = [line.removeprefix("✗ ") for line in text.splitlines() if line.startswith("✗ ")]
    (refused,) = [line for line in told if line.startswith(MONTHLY)]
    assert "Columns may have moved; nothing was loaded" in refused
    told.remove(refused)
    assert sorted(re.sub(r"\(\d[\d,]* bytes so far", "(# bytes so far", line) for line in told) == sorted(
        messages()
    )
    assert f"{WEEKLY}: the version of 2026-11-11 again; a newer is held" in text
    with open_instance(str(desk.data / "dagster")) as instance:
        (run,) = instance.get_runs(limit=1)
        said = {p.partition("\n")[0]: p.partition("\n")[2] for p in problems(instance, run.run_id)}
    assert sorted(said) == sorted([*told, refused])
    (cut,) = [marts for line, marts in said.items() if line.startswith(CUT)]
    assert cut == "  Without newer figures of it: flows.major_holders, quality.revisions."
    assert cut in text

    after, marts_after = freshness(desk), desk.fingerprints()
    new = {name for name in ASKED if after[name][:2] != before[name][:2]}
    assert new == set(NEWS)
    assert {name for name, (*_, reason) in after.items() if reason} == {MONTHLY}
    assert after[MONTHLY][2] in refused
    rates = [mart for mart in marts_before if mart.startswith("fx.")]
    assert {mart: marts_after[mart] for mart in rates} == {mart: marts_before[mart] for mart in rates}
    assert ministry(desk) == figures_before

    assert not server.asked(STRANGER)
    first, second = (r.at for r in requests if r.path == path(WAITED_FOR))
    assert second - first >= 2
    assert [sum(r.path == path(name) for r in requests) for name in DOWN] == [4, 1]
    assert [sum(r.path == path(name) for r in requests) for name in (RETRIED, "nyfed/sce")] == [2, 1]


def path(name: str) -> str:
    return f"/{first_address(name).removeprefix('https://')}"


def begin_with(server: PublisherServer, name: str, reply: Reply) -> None:
    """Let a dataset's only address fail once before it answers."""
    (entry,) = entries(name)[-1:]
    (address,) = addresses(DATASETS[name], entry.url)
    server.answers(address, reply, tagged(payload(entry)))


def swapped(body: bytes) -> bytes:
    """A file of the ministry, published a day later, with two columns of figures swapped in each month."""
    figure = r'("[^"]*"|[^,]*)'
    text = re.sub(
        rf"(?m)^([^,\n]*,[^,\n]*,[A-Z][a-z]{{2}},){figure},{figure},", r"\1\3,\2,", body.decode("cp932")
    )
    return later(text.encode("cp932"), 11)


def later(body: bytes, day: int) -> bytes:
    """The same file, published on another day of November."""
    text = body.decode("cp932")
    changed = re.sub(r"November  ?\d+", f"November  {day}", text)
    assert changed != text
    return changed.encode("cp932")


def test_3_publishers_that_are_well_again_bring_what_was_missed(
    desk: Desk, copy: Desk, server: PublisherServer
) -> None:
    before = freshness(desk)
    for name, dataset in ASKED.items():
        play(server, dataset, parser(name))
    server.answers(first_address(MONTHLY), tagged(later(payload(entries(MONTHLY)[0]), 12)))
    desk.run("run", **WELL_AGAIN)
    after = freshness(desk)
    assert {name for name in ASKED if after[name][:2] != before[name][:2]} == {CUT, MONTHLY}
    assert not any(reason for *_, reason in after.values())


def test_4_two_runs_of_everything_and_one_of_a_publisher_at_the_same_moment_do_what_one_does(
    desk: Desk, copy: Desk
) -> None:
    """From where the desk was before its publishers were well again."""
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(lambda which: copy.run("run", *which, **WELL_AGAIN), ([], [], ["jp_mof"])))
    for name in ASKED:
        held = Archive(Settings(data=copy.data).archive_root).snapshots(name)
        assert len(held) == len({(s.part, s.sha256) for s in held}), name
    assert copy.fingerprints() == desk.fingerprints()
