"""Superset as `make superset` sets it up: twice, on made-up figures and on real ones published meanwhile."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from playwright.sync_api import Browser, Page, Response, expect

from orchestration.superset import SOURCES
from tests.browser import browser as started_browser
from tests.dashboard_app import SCREENSHOTS, Viewer, viewer
from tests.desk import ROOT, Desk
from tests.superset_server import Superset, superset

pytestmark = [pytest.mark.superset, pytest.mark.timeout(900)]

PUBLISHERS = ROOT.parent / "shared" / "publishers"
WANTED = os.environ.get(SCREENSHOTS)
DASHBOARDS = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((SOURCES / "dashboards").glob("*.yaml"))
}
DATASETS = yaml.safe_load((SOURCES / "datasets.yaml").read_text(encoding="utf-8"))
# As high as a dashboard: Superset asks for a chart's figures when it comes into sight.
WHOLE = {"width": 1366, "height": 2450}
MADE_UP = "MADE UP"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as running:
        yield running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with made-up figures, in a folder with a space in its name."""
    made = Desk(tmp_path_factory.mktemp("superset desk"))
    made.run("demo")
    return made


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    if not (PUBLISHERS / "index.csv").exists():
        pytest.skip("publishers' real files are not here (expected in ../shared/publishers)")
    made = Desk(tmp_path_factory.mktemp("real"))
    made.run("import", str(PUBLISHERS))
    made.run("offline")
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
    assert {f"{d['schema']}.{d['table_name']}" for d in server.listed(program, "dataset")} == set(DATASETS)
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
    if WANTED:
        Path(WANTED).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1_500)  # for the bars, which grow
        page.screenshot(path=Path(WANTED) / f"superset-{name}.png")


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


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_dashboards_are_drawn_and_say_that_figures_are_made_up(
    slug: str,
    server: Superset,
    password: str,
    browser: Browser,
    record_property: Callable[[str, object], None],
) -> None:
    with viewer(browser, server.address, WHOLE) as person:
        got = seen_whole(person, password, slug, record_property)
        photograph(person.page, f"{slug}-demo")
        sound(person, slug, got)
        expect(person.page.get_by_text(MADE_UP).first).to_be_visible()


def test_the_next_query_sees_what_is_published_meanwhile(
    server: Superset, program: requests.Session, desk: Desk, real: Desk
) -> None:
    asked = "select distinct origin from core.snapshots"
    assert server.query(program, asked).json()["data"] == [{"origin": "sample"}]
    for file in (real.serving.with_name("datapackage.json"), real.serving):
        coming = desk.serving.with_name(f"{file.name}.coming")
        shutil.copyfile(file, coming)
        coming.replace(desk.serving.with_name(file.name))
    assert server.query(program, asked).json()["data"] == [{"origin": "import"}]


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_dashboards_of_real_figures_are_drawn(
    slug: str,
    server: Superset,
    password: str,
    browser: Browser,
    record_property: Callable[[str, object], None],
) -> None:
    if not (PUBLISHERS / "index.csv").exists():
        pytest.skip("publishers' real files are not here (expected in ../shared/publishers)")
    with viewer(browser, server.address, WHOLE) as person:
        got = seen_whole(person, password, slug, record_property)
        photograph(person.page, f"{slug}-real")
        sound(person, slug, got)
        expect(person.page.get_by_text(MADE_UP)).to_have_count(0)
