"""Superset as `make superset` sets it up, twice, while other figures are published under it.

First those of a desk that refreshes, then the made-up ones of the demo, then real ones.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, Response, expect

from orchestration.serving import PACKAGE
from orchestration.superset import SOURCES, read
from tests.browser import SCREENSHOTS
from tests.browser import browser as started_browser
from tests.dashboard_app import Viewer, viewer
from tests.desk import ROOT, Desk
from tests.integration.test_live import CALM
from tests.publisher_server import PublisherServer
from tests.readers import QUERY, Reader, follow_three_refreshes, weekly_publisher
from tests.superset_server import Superset, superset

pytestmark = [pytest.mark.superset, pytest.mark.timeout(900)]

PUBLISHERS = ROOT.parent / "shared" / "publishers"
DASHBOARDS = {file.stem: read(file) for file in sorted((SOURCES / "dashboards").glob("*.yaml"))}
DATASETS = {*read(SOURCES / "datasets.yaml"), *(query["name"] for query in read(SOURCES / "queries.yaml"))}
# As high as a dashboard: Superset asks for a chart's figures when it comes into sight.
WHOLE = {"width": 1366, "height": 2730}
MADE_UP = "MADE UP"
# What SQL Lab and charts are asked with, through the API, by a program that has logged in.
ASK = """
import json
import requests

order = json.loads(WHERE)
program = requests.Session()
program.headers.update(order["headers"])
program.cookies.update(order["cookies"])

def ask():
    answer = program.post(order["address"], json=order["json"], timeout=60)
    answer.raise_for_status()
    told = answer.json()
    return (told["data"] if "data" in told else told["result"][0]["data"])[0]["week"]
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as running:
        yield running


def demo(data: Path) -> Desk:
    made = Desk(data)
    made.run("demo")
    return made


def real(data: Path) -> Desk | None:
    """A desk with the publishers' real files, where they are."""
    if not (PUBLISHERS / "index.csv").exists():
        return None
    made = Desk(data)
    made.run("import", str(PUBLISHERS))
    made.run("offline")
    return made


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Desk | None]]]:
    """The desks whose figures are published later, made one after the other while Superset is set up."""
    with ThreadPoolExecutor(1) as beside:
        yield {make.__name__: beside.submit(make, tmp_path_factory.mktemp("other")) for make in (demo, real)}


@pytest.fixture(scope="module")
def publisher() -> Iterator[PublisherServer]:
    with weekly_publisher() as running:
        yield running


@pytest.fixture(scope="module")
def desk(others: dict, publisher: PublisherServer, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has published once, in a folder with a space in its name."""
    data = tmp_path_factory.mktemp("superset desk")
    made = Desk(data, {"TIDEMARK_REHEARSAL": publisher.address, **CALM})
    made.run("run", "jp_mof")
    return made


@pytest.fixture(scope="module")
def password(desk: Desk) -> str:
    """That of the first start, which is over."""
    with superset(desk) as first:
        assert first.password
        return first.password


@pytest.fixture(scope="module")
def server(desk: Desk, password: str) -> Iterator[Superset]:
    """The second start of the same desk."""
    with superset(desk) as second:
        yield second


@pytest.fixture(scope="module")
def program(server: Superset, password: str) -> requests.Session:
    return server.session(password)


def test_the_second_start_keeps_the_password_and_makes_nothing_twice(
    desk: Desk, server: Superset, program: requests.Session
) -> None:
    assert server.password is None
    assert len(server.listed(program, "database")) == 1
    assert {f"{d['schema']}.{d['table_name']}" for d in server.listed(program, "dataset")} == DATASETS
    assert len(server.listed(program, "dataset")) == len(DATASETS)
    titles = [chart["title"] for spec in DASHBOARDS.values() for chart in spec["charts"].values()]
    assert sorted(chart["slice_name"] for chart in server.listed(program, "chart")) == sorted(titles)
    assert sorted(each["slug"] for each in server.listed(program, "dashboard")) == sorted(DASHBOARDS)
    key = desk.data / "superset" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_nobody_gets_in_without_the_password(server: Superset) -> None:
    assert requests.get(f"{server.address}/api/v1/chart/", timeout=60).status_code == 401
    with pytest.raises(requests.HTTPError, match="401"):
        server.session("admin")


def test_datasets_explain_their_columns(server: Superset, program: requests.Session) -> None:
    (flows,) = [d for d in server.listed(program, "dataset") if d["table_name"] == "flow_signals"]
    told = program.get(f"{server.address}/api/v1/dataset/{flows['id']}", timeout=60).json()["result"]
    columns = {column["column_name"]: column for column in told["columns"]}
    assert "Unit: million, in `currency`." in columns["net_m"]["description"]
    assert all(column["description"] for column in told["columns"])
    assert told["main_dttm_col"] == "period_end"


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "copy core.days to '/tmp/tidemark-superset.csv'",
        "attach '/tmp/tidemark-superset.duckdb'",
        "create table core.mine as select 1 as one",
        "delete from core.datasets",
        "set enable_external_access = true",
    ],
)
def test_sql_lab_reads_no_file_of_the_machine_and_writes_nothing(
    statement: str, server: Superset, program: requests.Session
) -> None:
    allowed = server.query(program, "select count(*) as held from core.datasets")
    assert allowed.json()["data"][0]["held"] > 0
    answer = server.query(program, statement)
    assert answer.status_code >= 400, answer.text[:500]
    assert answer.json()["errors"], answer.text[:500]
    assert not list(Path("/tmp").glob("tidemark-superset*"))


def test_a_metric_is_empty_where_it_would_add_what_is_not_to_be_added(
    server: Superset, program: requests.Session
) -> None:
    (flows,) = [d for d in server.listed(program, "dataset") if d["table_name"] == "flow_signals"]

    def net(*filters: tuple[str, str]) -> object:
        order = {
            "datasource": {"id": flows["id"], "type": "table"},
            "queries": [
                {
                    "metrics": ["net_figure"],
                    "filters": [{"col": column, "op": "==", "val": value} for column, value in filters],
                }
            ],
        }
        answer = program.post(f"{server.address}/api/v1/chart/data", json=order, timeout=60)
        (row,) = answer.json()["result"][0]["data"]
        return row["net_figure"]

    series = (("basis", "jp_itn_monthly"), ("asset_class", "total"))
    assert net(*series) is None
    assert net(*series, ("direction", "inward")) is not None


def seen_whole(
    person: Viewer, password: str, slug: str, record_property: Callable[[str, object], None]
) -> dict[int, list[dict[str, Any]]]:
    """Open a dashboard, wait for all its charts, and give what each got, by its number."""
    got: dict[int, list[dict[str, Any]]] = {}

    def hear(answer: Response) -> None:
        if "/api/v1/chart/data" in answer.url and "slice_id" in answer.url:
            number = int(answer.url.split("slice_id%22%3A")[1].split("%7D")[0])
            got[number] = answer.json()["result"]

    page = person.page
    page.goto(f"{person.address}/login/")
    # A late answer to something else that the page asked for would bring back the session of nobody.
    page.wait_for_load_state("networkidle")
    page.locator("#username").fill("admin")
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/", timeout=60_000)
    page.on("response", hear)
    started = time.monotonic()
    page.goto(f"{person.address}/superset/dashboard/{slug}/")
    charts = page.locator("[data-test-viz-type]")
    wanted = len(DASHBOARDS[slug]["charts"])
    expect(charts).to_have_count(wanted, timeout=60_000)
    drawn = charts.filter(has=page.locator("canvas, table"))
    expect(drawn).to_have_count(wanted, timeout=60_000)
    expect(page.locator("[data-test=loading-indicator]")).to_have_count(0, timeout=60_000)
    record_property("said", f"Superset, {slug}: {time.monotonic() - started:.1f} s")
    return got


def photograph(page: Page, name: str) -> None:
    """Into the folder of SCREENSHOTS, if that was set."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1_500)  # for the bars, which grow
        page.screenshot(path=Path(SCREENSHOTS) / f"superset-{name}.png")


def sound(person: Viewer, slug: str, got: dict[int, list[dict[str, Any]]]) -> None:
    assert not person.problems
    assert len(got) == len(DASHBOARDS[slug]["charts"])
    for number, results in got.items():
        for result in results:
            assert result["error"] is None, f"{slug}, chart {number}: {result['error']}"
            # The first column is the period, or what the row is about.
            drawn = [v for row in result["data"] for v in list(row.values())[1:] if v is not None]
            assert drawn, f"{slug}, chart {number}: nothing to draw: {result['data'][:3]}"
    expect(person.page.get_by_text("Unexpected error")).to_have_count(0)


def order(program: requests.Session, address: str, json_of_order: dict[str, Any]) -> str:
    """What a reader needs to ask this as the same program."""
    return json.dumps(
        {
            "address": address,
            "json": json_of_order,
            "headers": dict(program.headers),
            "cookies": program.cookies.get_dict(),
        }
    )


def test_readers_of_the_api_follow_three_refreshes_without_a_failure(
    desk: Desk,
    others: dict[str, Future[Desk | None]],
    publisher: PublisherServer,
    server: Superset,
    program: requests.Session,
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> None:
    # What is measured is not to meet the making of other desks.
    for other in others.values():
        other.result()
    (database,) = server.listed(program, "database")
    (flows,) = [d for d in server.listed(program, "dataset") if d["table_name"] == "portfolio_flows"]
    lab = {"database_id": database["id"], "sql": QUERY, "runAsync": False}
    week = {
        "label": "week",
        "expressionType": "SQL",
        "sqlExpression": "cast(max(period_end) as varchar)",
    }
    chart = {
        "datasource": {"id": flows["id"], "type": "table"},
        "queries": [
            {"metrics": [week], "filters": [{"col": "basis", "op": "==", "val": "jp_itn_weekly"}]},
        ],
    }
    readers = [
        Reader(f"Superset, {name}", ASK, order(program, f"{server.address}/api/v1/{path}", asked))
        for name, path, asked in (("SQL Lab", "sqllab/execute/", lab), ("charts", "chart/data", chart))
    ]
    follow_three_refreshes(readers, desk, publisher, tmp_path, record_property)


def publish(other: Desk, desk: Desk) -> None:
    """Put the other desk's serving copy in place of this desk's, as a run does."""
    for name in (PACKAGE, other.serving.name):
        coming = desk.serving.with_name(f"{name}.coming")
        shutil.copyfile(other.serving.with_name(name), coming)
        coming.replace(desk.serving.with_name(name))


def dashboards_are_drawn(
    server: Superset,
    password: str,
    browser: Browser,
    figures: str,
    record_property: Callable[[str, object], None],
) -> Iterator[Page]:
    """Open each dashboard in a window of its own; nothing may be wrong or empty. Yields its page."""
    for slug in DASHBOARDS:
        with viewer(browser, server.address, WHOLE) as person:
            got = seen_whole(person, password, slug, record_property)
            photograph(person.page, f"{slug}-{figures}")
            sound(person, slug, got)
            yield person.page


def test_dashboards_are_drawn_and_say_that_figures_are_made_up(
    desk: Desk,
    others: dict[str, Future[Desk | None]],
    server: Superset,
    password: str,
    browser: Browser,
    record_property: Callable[[str, object], None],
) -> None:
    publish(others["demo"].result(), desk)
    for page in dashboards_are_drawn(server, password, browser, "demo", record_property):
        expect(page.get_by_text(MADE_UP).first).to_be_visible()


def test_dashboards_of_real_figures_are_drawn(
    desk: Desk,
    others: dict[str, Future[Desk | None]],
    server: Superset,
    password: str,
    browser: Browser,
    record_property: Callable[[str, object], None],
) -> None:
    if not (found := others["real"].result()):
        pytest.skip("publishers' real files are not here (expected in ../shared/publishers)")
    publish(found, desk)
    for page in dashboards_are_drawn(server, password, browser, "real", record_property):
        expect(page.get_by_text(MADE_UP)).to_have_count(0)
