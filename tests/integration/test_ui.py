"""The Dagster UI in a browser, on a morning when something is late, refused and out of reach.

Each page must say what a person comes for, and none may ask a host but this machine. `make screenshots` takes
the pictures of docs/images/ on the way.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from orchestration.parsing import find_parser
from tests.browser import SCREENSHOTS, browser, picture
from tests.dagster_ui import DagsterUi, dagster_ui
from tests.desk import Desk
from tests.integration.test_every_look import ASKED, DATASETS, SAMPLE, all_of, newest_files, play
from tests.publisher_server import PublisherServer, Reply

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

# A Tuesday morning, four days after the sample's own: a daily and a weekly dataset are late by then.
MORNING = "2026-11-24T07:00:00Z"
LATE, DOWN, REFUSED = "ecb/fx_reference_rates", "cftc/tff", "us_fed/custody_treasuries"
IN_PARTS = "jp_boj/portfolio_by_country"
PUBLISHERS = {dataset.publisher for dataset in DATASETS.values()}
PATIENCE_MS = 60_000


def played() -> PublisherServer:
    """Publishers that send what the sample has, but for one that refuses and one that changed its unit."""
    server = PublisherServer()
    for name, dataset in ASKED.items():
        play(server, dataset, find_parser(*name.split("/"))[0])
    for source in DATASETS[DOWN].sources:
        for address in all_of(source):
            server.answers(address, Reply(b"maintenance", 403))
    ((address, entry),) = newest_files(DATASETS[REFUSED]).items()
    lines = (SAMPLE / entry.file).read_text(encoding="utf-8").splitlines()
    day, millions = lines[-1].split(",")
    lines[-1] = f"{day},{float(millions) / 1000:.1f}"
    server.answers(address, "".join(f"{line}\n" for line in lines).encode())
    # The sample's few series, shared out among the requests that ask for all of them.
    (source,) = DATASETS[IN_PARTS].sources
    (entry,) = newest_files(DATASETS[IN_PARTS]).values()
    answer, asked = json.loads((SAMPLE / entry.file).read_bytes()), all_of(source)
    for at, address in enumerate(asked):
        part = {**answer, "RESULTSET": answer["RESULTSET"][at :: len(asked)]}
        server.answers(address, json.dumps(part).encode())
    return server


def morning(data: Path) -> Desk:
    """A desk that has looked at every publisher this morning."""
    # For the pictures with dbt's tests: without them the marts' pages say of each that it did not run.
    desk = Desk(data, {"TIDEMARK_CLOCK": MORNING}, tests="data" if SCREENSHOTS else "none", patience_s=600)
    with played().running() as server:
        desk.run("import", str(SAMPLE))
        desk.run("run", expect=1, TIDEMARK_REHEARSAL=server.address, TIDEMARK_REQUEST_INTERVAL_S="0")
    return desk


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUi]:
    """Its UI."""
    with dagster_ui(morning(tmp_path_factory.mktemp("desk") / "morning")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def visit(ui: DagsterUi, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Open a page; at the end nothing may have gone wrong on it, nor have asked for another host."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme="light", locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    elsewhere, wrong = [], []

    def keep_here(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            elsewhere.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    context.route("**/*", keep_here)
    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("websocket", lambda socket: elsewhere.extend([socket.url] * ("//127.0.0.1:" not in socket.url)))

    def visited(path: str) -> Page:
        page.goto(ui.address + path)
        return page

    yield visited
    context.close()
    assert elsewhere == []
    assert wrong == []


def says(page: Page, *words: str) -> None:
    """Demand that words can be seen; the UI has hidden copies of some, by which it measures their width."""
    for word in words:
        expect(page.get_by_text(word).locator("visible=true").first).to_be_visible()


def test_the_morning_page_says_what_is_late_and_why(visit) -> None:
    page = visit("/assets/serving/tidemark")
    says(page, "needs a look", "At 2026-11-24 07:00 UTC")
    for dataset, state, why in (
        (LATE, "late", "not published"),
        (DOWN, "late", "not downloaded"),
        (REFUSED, "fresh", "file refused"),
    ):
        row = page.get_by_role("row").filter(has_text=dataset).last
        expect(row).to_contain_text(state)
        expect(row).to_contain_text(why)
    picture(page, "morning")
    page.get_by_role("link", name=LATE).click()
    says(page, "arrival", "is late; it was due on")


def test_the_asset_graph_shows_the_way_and_a_group_where_checks_failed(visit) -> None:
    page = visit("/asset-groups")
    shown = page.locator("foreignObject")
    for publisher in sorted(PUBLISHERS):
        expect(shown.filter(has_text=f"from_{publisher}").first).to_be_visible()
    for group in ("registry", "staging", "intermediate", "flows", "reserves", "quality", "serving"):
        expect(shown.filter(has_text=group).first).to_be_visible()
    picture(page, "lineage")
    page = visit("/locations/tidemark/asset-groups/from_us_fed/lineage")
    failed = shown.filter(has_text="Asset checks").filter(has_text=DATASETS[REFUSED].table)
    expect(failed.last).to_contain_text("1 / 2 Passed")
    picture(page, "group")


def test_a_late_dataset_says_what_is_missing_since_when_and_where_it_is_published(visit) -> None:
    page = visit(f"/assets/raw/{DATASETS[LATE].table}?view=checks&checkDetail=arrival")
    says(
        page,
        "2026-11-19 is late; it was due on 2026-11-19 16:00 Europe/Berlin (2026-11-19 15:00 UTC)",
        "newest period held",
        "2026-11-18",
        DATASETS[LATE].page,
    )
    picture(page, "late")


def test_a_refused_file_says_what_was_expected_and_found(visit) -> None:
    page = visit(f"/assets/raw/{DATASETS[REFUSED].table}?view=checks&checkDetail=structure")
    says(page, "expected holdings in millions, '.' or nothing on 2026-11-18, found '", "nothing was loaded")
    picture(page, "refused")


def test_a_publisher_that_is_out_of_reach_says_so(visit) -> None:
    page = visit(f"/assets/archive/{DATASETS[DOWN].table}?view=checks&checkDetail=download")
    says(page, "answered 403 Forbidden", "What is held stays; the next look tries again.")


def test_the_run_says_in_one_check_what_was_not_taken(visit) -> None:
    page = visit("/assets/serving/tidemark?view=checks&checkDetail=every_dataset_accepted")
    says(page, "answered 403 Forbidden", "expected holdings in millions")


def test_a_dataset_shows_its_newest_figure_a_table_and_a_chart(visit) -> None:
    dataset = DATASETS["jp_mof/securities_weekly"]
    page = visit(f"/assets/raw/{dataset.table}")
    says(
        page,
        dataset.title,
        "−9,874 (100 million yen), 2026-11-14: Non-residents, equity and long-term debt, net",
    )
    says(page, "−1,981", "from_jp_mof", "release rule")
    # Without a click: longer Markdown would be behind one.
    expect(page.locator("img[alt^='Non-residents']").locator("visible=true").first).to_be_visible()
    page.get_by_text("rows added", exact=True).locator("visible=true").first.scroll_into_view_if_needed()
    picture(page, "dataset")


def test_a_mart_describes_itself_and_its_columns(visit) -> None:
    page = visit("/assets/flows/portfolio_flows")
    says(
        page, "Cross-border transactions in securities, the newest version of each figure.", "investor_sector"
    )
    picture(page, "mart")


def test_runs_and_schedules_are_listed(visit) -> None:
    page = visit("/runs")
    says(page, "everything", "Failure")
    picture(page, "runs")
    page = visit("/automation")
    says(
        page,
        "catch_up",
        "At 04:30 AM UTC",
        *sorted(PUBLISHERS),
    )
    picture(page, "schedules")
