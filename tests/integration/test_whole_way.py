"""The way through, by the project's own commands: the demo, again, from nothing, and what is served."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import duckdb
import pytest
from frictionless import Package
from streamlit.testing.v1 import AppTest

from orchestration.dashboard.queries import data as data_queries
from orchestration.dashboard.queries import flows as flow_queries
from orchestration.dashboard.queries import reserves as reserve_queries
from orchestration.dashboard.queries import surveys as survey_queries
from orchestration.dashboard.serving_copy import ask, ask_once, may_be_passed_on
from orchestration.dashboard.views import PAGES
from orchestration.dashboard.views.flows import share_not_larger
from orchestration.evidence import newest_figures
from orchestration.mirror import clock_of
from orchestration.records import load_datasets
from orchestration.serving import MARK
from orchestration.warehouse import connect
from tests.desk import ROOT, Desk
from tests.documents import Program, Step, programs, queries, ready_queries, steps
from tests.semantic import metrics


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk after `demo`, with dbt's unit tests, in a folder with a space in its name."""
    desk = Desk(tmp_path_factory.mktemp("a desk"), tests="all")
    (desk.data / "printed.txt").write_text(desk.run("demo"), encoding="utf-8")
    return desk


def printed(desk: Desk) -> str:
    return (desk.data / "printed.txt").read_text(encoding="utf-8")


def test_the_demo_says_that_its_figures_are_made_up(demo: Desk) -> None:
    assert "Made-up sample figures" in printed(demo)
    with demo.marts() as marts:
        origins = marts.execute(
            "select distinct origin from flows.portfolio_flows union select distinct origin "
            "from flows.portfolio_flows_vintages union select distinct origin from fx.rates_daily "
            "union select distinct origin from fx.rates_monthly union select distinct origin "
            "from core.snapshots union select distinct origin from core.datasets where snapshots > 0"
        ).fetchall()
    assert origins == [("sample",)]
    package = json.loads((demo.data / "serving" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["origin"] == "sample"
    assert "made-up" in package["title"]


@pytest.mark.parametrize("number", range(len(PAGES)), ids=[page.title for page in PAGES])
def test_every_page_of_the_dashboard_is_drawn_and_says_that_its_figures_are_made_up(
    demo: Desk, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    script = f"from orchestration.dashboard.views import PAGES\nPAGES[{number}].draw()"
    page = AppTest.from_string(script, default_timeout=60).run()
    assert not page.exception, page.exception[0].message
    assert "Made-up sample figures" in page.warning[0].value
    assert page.get("vega_lite_chart") or page.dataframe


def test_the_reserves_page_holds_back_what_a_method_restated_later(
    demo: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    page = AppTest.from_string(
        "from orchestration.dashboard.views import reserves\nreserves.draw()", default_timeout=60
    )
    page.query_params["as_of"] = "2025-12-18"
    page.run()
    assert not page.exception, page.exception[0].message
    assert "as known on 18 Dec 2025, are not here" in page.markdown[0].value
    assert "first published on 19 Dec 2025" in page.info[0].value


def test_changes_within_a_year_are_of_the_same_quarter_and_of_four_that_follow_each_other(
    demo: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    rows = [row for row in ask(reserve_queries.SHARES.now).to_pylist() if row["currency"] == "JPY"]
    assert len(rows) > 8
    for before, row in zip(rows, rows[4:], strict=False):
        assert row["share_change_1y_pp"] == row["share_pct"] - before["share_pct"]
    flows = [row["active_flow_usd_m"] for row in rows]
    assert flows[0] is None
    assert [row["active_flow_4q_usd_m"] for row in rows] == [
        sum(flows[n - 3 : n + 1]) if n >= 4 else None for n in range(len(rows))
    ]


@pytest.mark.parametrize("basis", ["jp_itn_monthly", "jp_itn_weekly"])
def test_the_dashboard_narrows_a_function_without_changing_what_it_says(
    demo: Desk, basis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    chosen = {"as_of": "2026-06-30", "basis": basis, "direction": "inward"}
    narrowed = ask(flow_queries.SIGNALS_AS_OF, flow_queries.NARROWED, **chosen)
    assert narrowed.num_rows > 100
    assert narrowed == ask(flow_queries.SIGNALS_AS_OF, **chosen)
    series = [row for row in narrowed.to_pylist() if row["asset_class"] == "equity"]
    share = share_not_larger(series[-1]["net_m"], [row["net_m"] for row in series])
    assert round(share, 4) == series[-1]["percentile_to_date"]


@pytest.fixture
def page(demo: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    """Draws a page of the dashboard on the made-up figures, on the day on which they play."""
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    monkeypatch.setenv("TIDEMARK_CLOCK", clock_of(ROOT / "sample"))

    def drawn(title: str) -> AppTest:
        number = [page.title for page in PAGES].index(title)
        script = f"from orchestration.dashboard.views import PAGES\nPAGES[{number}].draw()"
        return AppTest.from_string(script, default_timeout=60).run()

    return drawn


def said(page: AppTest) -> str:
    assert not page.exception, page.exception[0].message
    return "\n".join(element.value for element in (*page.markdown, *page.caption))


def test_positions_and_readings_turn_back_to_what_was_known_on_a_day(page: Callable[[str], AppTest]) -> None:
    shown = page("Positioning and surveys")
    assert "10 Nov 2026: leveraged funds are net" in said(shown)
    assert "🔒 is from the desk's own licensed copy" in said(shown)
    shown.date_input(key="as_of").set_value(date(2026, 6, 30)).run()
    # Tuesday's positions come out on Friday; the desk's own readings came in October.
    assert "23 Jun 2026: leveraged funds are net" in said(shown)
    assert "as known on 30 Jun 2026" in said(shown)
    assert "🔒" not in said(shown)


def test_contradicting_readings_stand_side_by_side_and_licensed_ones_are_marked(
    page: Callable[[str], AppTest],
) -> None:
    tables = [table.value for table in page("Positioning and surveys").table]
    (contradictions,) = (table for table in tables if "Other readings" in table)
    assert len(contradictions) == 1
    assert "🔒 licensed, Made-up desk copy" in contradictions["Used"][0]
    assert "press, [Connect Money Evening Brief](https://" in contradictions["Other readings"][0]


def test_the_dashboard_never_passes_a_licensed_row_on(demo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(demo.data))
    readings = ask(survey_queries.READINGS)
    assert "licensed" in readings["origin"].to_pylist()
    assert "licensed" not in may_be_passed_on(readings)["origin"].to_pylist()
    marked = ask(
        "select schema_name || '.' || table_name as mart from duckdb_columns() "
        f"where database_name = 'served' and column_name = '{MARK}'"
    )
    left_out = {}
    for mart in marked["mart"].to_pylist():
        rows = ask_once(data_queries.MART, mart=mart)
        (count,) = ask(data_queries.COUNT_PASSED_ON, mart=mart).to_pylist()
        assert count == {"held": rows.num_rows, "leaving": may_be_passed_on(rows).num_rows}, mart
        left_out[mart] = count["held"] - count["leaving"]
    assert left_out["surveys.readings"] == 53
    assert left_out["surveys.conflicts"] == 2


def test_freshness_follows_the_clock(page: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "20 Nov 2026, 09:00 UTC: Nothing is late" in said(page("Data"))
    assert "was due on" not in said(page("Flows"))
    monkeypatch.setenv("TIDEMARK_CLOCK", "2027-06-01T00:00:00+00:00")
    assert "datasets are late" in said(page("Data"))
    flows = page("Flows")
    assert "monthly: held to 31 Oct 2026; Nov 2026 was due on Tue 8 Dec 2026 08:50 JST." in said(flows)
    assert "weekly" not in flows.caption[0].value
    # What was known on the day was not late then.
    flows.date_input(key="as_of").set_value(date(2026, 11, 20)).run()
    assert "was due on" not in said(flows)


def test_a_refused_file_a_moved_release_and_a_mart_that_is_kept_are_said(
    demo: Desk, page: Callable[[str], AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "serving").mkdir()
    copy = shutil.copyfile(demo.serving, tmp_path / "serving" / demo.serving.name)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update quality.arrivals set refused_because = 'no sheet [A]' where dataset = 'imf/cofer';"
            "update quality.arrivals set due_reason = 'a shutdown' where dataset = 'cftc/tff';"
            "update quality.publication set is_current = false, kept_because = 'a test of it failed' "
            "where mart = 'reserves.gold'"
        )
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    shown = page("Data")
    assert not shown.exception
    assert shown.error[0].value == r"imf/cofer: its newest file was refused: no sheet \[A\]"
    assert shown.info[0].value == "cftc/tff is not due by its rule: a shutdown"
    kept = shown.warning[1].value
    assert kept.startswith("reserves.gold is kept as it was on ")
    assert kept.endswith("without newer figures: a test of it failed")


def test_each_mart_has_its_columns_with_units_beside_its_download(page: Callable[[str], AppTest]) -> None:
    shown = page("Data")
    shown.selectbox(key="mart").set_value("positioning.trader_positions").run()
    assert "All of positioning.trader_positions: 1,600 rows." in said(shown)
    (columns,) = (table.value for table in shown.table if "Meaning" in table.value)
    units = dict(zip(columns["Column"], columns["Unit"], strict=True))
    assert units["`net_contracts`"] == "contracts"
    assert all(columns["Meaning"])


def test_claims_on_made_up_figures_have_no_verdict(page: Callable[[str], AppTest]) -> None:
    shown = page("Claims")
    assert "is not tested here: no publisher's figures are held" in said(shown)
    shown.selectbox(key="verdict").set_value("cannot_be_tested").run()
    assert "Central banks were behind the purchases" in said(shown)
    assert "Needs a split of the buyers into official and private" in said(shown)
    assert "of 49 claims" in said(shown)


def test_the_demo_prints_what_was_loaded_what_is_due_and_what_to_try(demo: Desk) -> None:
    text = printed(demo)
    for words in (
        "Loaded",
        "Newest figures",
        "Records",
        "Status of the made-up sample at 2026-11-20",
        "make sql",
        "make ui",
    ):
        assert words in text
    assert "jp_mof/securities_weekly" in text
    assert "nothing is late" in text


def test_a_revised_week_is_a_version_and_a_new_week_another(demo: Desk) -> None:
    with demo.marts() as marts:
        revised = marts.execute(
            "select count(distinct period_start), min(known_at_basis) filter (where valid_to is not null), "
            "min(known_at_basis) filter (where valid_to is null) from flows.portfolio_flows_vintages "
            "where (basis, direction, asset_class, period_start) in (select (basis, direction, "
            "asset_class, period_start) from flows.portfolio_flows_vintages where valid_to is not null) "
            "and basis = 'jp_itn_weekly'"
        ).fetchone()
        newest = marts.execute(
            "select cast(known_at as varchar), known_at_basis from flows.portfolio_flows "
            "where basis = 'jp_itn_weekly' qualify period_end = max(period_end) over () limit 1"
        ).fetchone()
    assert revised == (1, "scheduled", "published")
    assert newest == ("2026-11-18 23:50:00", "published")


def test_as_of_a_day_the_figures_are_those_that_were_known_at_its_end(demo: Desk) -> None:
    """The second weekly file came out in Tokyo on the morning of the 19th, 23:50 UTC on the 18th."""
    with demo.marts() as marts:
        known = {
            day: marts.execute(
                "select max(period_end), sum(net_m) from flows.portfolio_flows_as_of(cast(? as date)) "
                "where basis = 'jp_itn_weekly' and direction = 'outward' and period_end <= date '2026-11-07'",
                [day],
            ).fetchone()
            for day in ("2026-11-17", "2026-11-18", "2026-11-22")
        }
        latest = marts.execute(
            "select max(period_end), sum(net_m) from flows.portfolio_flows "
            "where basis = 'jp_itn_weekly' and direction = 'outward' and period_end <= date '2026-11-07'"
        ).fetchone()
        columns = [
            [c for c, *_ in marts.execute(f"describe from {relation}").fetchall()]
            for relation in ("flows.portfolio_flows", "flows.portfolio_flows_as_of(date '2026-11-20')")
        ]
    assert known["2026-11-18"] == known["2026-11-22"] == latest
    assert known["2026-11-17"] != latest, "before the revision"
    assert columns[0] == columns[1]


def test_a_revised_week_moves_the_months_reconciliation_from_its_day_on(demo: Desk) -> None:
    """Of one week, published in the second file; the month's own report stays."""
    with demo.marts() as marts:
        before, after = (
            marts.execute(
                "select net_overlapping_weeks_m, net_monthly_m, overlapping_weeks_less_monthly_m "
                "from flows.flow_reconciliation_as_of(cast(? as date)) where direction = 'outward' "
                "and asset_class = 'total' and period_start = date '2026-10-01'",
                [day],
            ).fetchone()
            for day in ("2026-11-17", "2026-11-18")
        )
        (revision,) = marts.execute(
            "select sum(case when valid_to is null then net_m else -net_m end) "
            "from flows.portfolio_flows_vintages where basis = 'jp_itn_weekly' and direction = 'outward' "
            "and asset_class = 'total' and period_end = date '2026-10-24'"
        ).fetchone()
    assert revision
    assert after[0] - before[0] == after[2] - before[2] == revision
    assert after[1] == before[1]


@pytest.mark.parametrize(
    "mart",
    ["flow_reconciliation", "flows_by_counterpart", "net_portfolio_investment", "resident_flows_by_sector"],
)
def test_as_of_a_late_day_a_mart_is_the_newest(demo: Desk, mart) -> None:
    relations = (f"flows.{mart}", f"flows.{mart}_as_of(date '2030-01-01')")
    with demo.marts() as marts:
        columns = [[c for c, *_ in marts.execute(f"describe from {r}").fetchall()] for r in relations]
        newest, then = (marts.execute(f"from {r} order by all").fetchall() for r in relations)
    assert columns[0] == columns[1]
    assert newest == then != []


@pytest.mark.parametrize(
    ("relation", "condition"),
    [
        ("positioning.trader_positions", "net_percentile_3y is not null and weeks_compared = 156"),
        ("reserves.dedollarisation_composite", "composite_mean_zscore is not null"),
        ("flows.flow_signals", "zscore_60m is not null and robust_zscore_60m is not null"),
        ("flows.flow_signals", "zscore_mixes_methods and rank_mixes_methods"),
        ("flows.flow_signals", "seasonal_ratio_20y is not null"),
        ("flows.flow_signals", "p90_to_date_m is not null"),
        ("flows.flow_signals", "is_strong_joint_buying and strong_joint_buying_base_rate_pct > 0"),
        ("flows.flow_signals", "periods_to_date > 200 and is_record"),
        ("flows.flow_signals", "periods_to_date > 100 and was_record and beaten_by_period_end is not null"),
    ],
)
def test_the_made_up_figures_reach_far_enough_for_what_needs_years(demo: Desk, relation, condition) -> None:
    with demo.marts() as marts:
        (rows,) = marts.execute(f"select count(*) from {relation} where {condition}").fetchone()
    assert rows > 0


def test_again_with_nothing_new_builds_nothing_and_says_so(demo: Desk) -> None:
    before = demo.serving.stat()
    rows = demo.fingerprints()
    text = demo.run("demo")
    assert re.search(r"0 new, \d+ already held", text)
    assert "dbt builds none of" in text
    assert "nothing to publish" in text
    assert demo.serving.stat().st_ino == before.st_ino
    assert demo.fingerprints() == rows


def test_every_headline_is_one_series_with_figures(demo: Desk) -> None:
    """What an asset's page shows: one figure per period, of every dataset that has a headline."""
    headlines = [d for d in load_datasets().values() if d.headline]
    assert len(headlines) >= 30
    with connect(demo.data / "warehouse" / "tidemark.duckdb") as warehouse:
        for dataset in headlines:
            ends = [figure.period_end for figure in newest_figures(warehouse, dataset)]
            assert ends, dataset.id
            assert ends == sorted(set(ends)), dataset.id


def test_from_the_archive_alone_two_runs_at_once_give_every_mart_again_in_less_than_a_gigabyte(
    demo: Desk, tmp_path: Path
) -> None:
    """On another day, in another folder, at the same moment; the memory is that of the largest process."""
    again = Desk(tmp_path / "again", {"TIDEMARK_CLOCK": "2027-03-01T00:00:00Z"})
    shutil.copytree(demo.data / "archive", again.data / "archive")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", MEASURE],
            cwd=ROOT, env=again.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    # Both are read at once: one whose pipe is full waits, with its locks, for its reader.
    with ThreadPoolExecutor() as at_once:
        outputs = list(at_once.map(lambda run: run.communicate(timeout=280)[0], runs))
    for run, output in zip(runs, outputs, strict=True):
        assert run.returncode == 0, output
        assert int(output.rsplit("peak ", 1)[1]) < 1_000_000
    assert again.fingerprints() == demo.fingerprints()


MEASURE = """
import resource, subprocess, sys
code = subprocess.call([sys.executable, "-m", "orchestration.cli", "offline"])
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def test_the_archive_verifies(demo: Desk) -> None:
    assert "0 are not" in demo.run("verify")


def test_made_up_and_real_figures_are_never_mixed(demo: Desk, tmp_path: Path) -> None:
    """A mirror that does not say that it is made up is refused beside the sample."""
    mirror = tmp_path / "mirror"
    shutil.copytree(ROOT / "sample", mirror)
    (mirror / "mirror.json").unlink()
    assert "made-up sample figures" in demo.run("import", str(mirror), expect=1)


def test_the_serving_copy_holds_marts_only_and_is_read_only(demo: Desk) -> None:
    with demo.marts() as marts:
        schemas = {s for (s,) in marts.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        undescribed = marts.execute(
            "select table_name, column_name from duckdb_columns() where not internal and comment is null"
        ).fetchall()
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            marts.execute("delete from flows.portfolio_flows")
    assert schemas == {"core", "flows", "fx", "positioning", "quality", "reserves", "surveys"}
    assert undescribed == []
    assert oct(demo.serving.stat().st_mode)[-3:] == "444"


def test_freshness_in_sql_is_that_of_the_clock_of_the_query(demo: Desk) -> None:
    """The view reads the clock itself; the table behind it holds due times only."""
    with demo.marts() as marts:
        rows = marts.execute(
            "select status, (now() at time zone 'UTC') >= late_after, (now() at time zone 'UTC') >= due_at "
            "from quality.freshness"
        ).fetchall()
    assert rows
    for status, late, due in rows:
        assert status == ("late" if late else "due" if due else "fresh")


def test_freshness_in_a_file_attached_under_another_name(demo: Desk) -> None:
    """A reader may call the file what they like."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo.serving}' as ours (read_only)")
        (count,) = connection.execute("select count(*) from ours.quality.freshness").fetchone()
        connection.execute("use ours")
        states = dict(
            connection.execute("select dataset, status from quality.freshness_at('2100-01-01')").fetchall()
        )
    assert len(states) == count >= 6
    # Nobody has to bring survey readings: they are never late.
    assert {name for name, state in states.items() if state != "late"} == {"surveys/inbox"}


def test_every_function_answers_in_a_file_that_is_in_use_under_another_name(demo: Desk) -> None:
    """What a function reads is published, other functions among it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo.serving}' as ours (read_only)")
        connection.execute("use ours")
        functions = connection.execute(
            "select schema_name || '.' || function_name from duckdb_functions() "
            "where database_name = 'ours' and function_name like '%_as_of' order by 1"
        ).fetchall()
        assert len(functions) >= 6
        for (function,) in functions:
            newest = function.removesuffix("_as_of")
            asked = connection.execute(f"describe select * from {function}(date '2026-11-20')").fetchall()
            assert asked == connection.execute(f"describe {newest}").fetchall(), function
            connection.execute(f"select count(*) from {function}(date '2026-11-20')")


def test_parquet_and_package_are_what_an_outsider_expects(demo: Desk) -> None:
    """The frictionless library knows nothing of Tidemark, and takes only valid descriptors."""
    folder = demo.data / "serving"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    theirs = Package(str(folder / "datapackage.json"))
    assert len(theirs.resources) == len(package["resources"])
    for name in ("core.datasets", "flows.net_portfolio_investment", "reserves.diversification"):
        report = theirs.get_resource(name).validate()
        assert report.valid, report.flatten(["type", "note"])
    with duckdb.connect() as connection:
        for resource in package["resources"]:
            (rows,) = connection.execute(
                f"select count(*) from read_parquet('{folder / resource['path']}')"
            ).fetchone()
            assert rows == resource["rows"]
            assert all(f["description"] for f in resource["schema"]["fields"])
    assert package["licenses"]
    assert all(s["path"].startswith("https://") for s in package["sources"])


@pytest.fixture(scope="module")
def outside(demo: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is served and nothing else."""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copytree(demo.data / "serving", folder / "data" / "serving")
    return folder


def run_outside(folder: Path, code: str) -> str:
    """What a program prints that knows neither the project nor its settings, and warns of nothing."""
    program = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", code],
        cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert program.returncode == 0, program.stderr
    return program.stdout


@pytest.mark.parametrize("program", programs("python"), ids=lambda program: program.place)
def test_python_as_the_page_on_connecting_shows_it_reads_what_is_served(
    outside: Path, program: Program
) -> None:
    assert len(run_outside(outside, program.code).split()) > 2


def test_pandas_and_polars_read_every_file_as_the_package_describes_it(outside: Path) -> None:
    assert run_outside(outside, READ_FILES) == "read, decimals as they are\n"


READ_FILES = """
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
import pandas as pd, polars as pl

serving = Path("data/serving")
marts = json.loads((serving / "datapackage.json").read_text(encoding="utf-8"))["resources"]
for mart in marts:
    names = [field["name"] for field in mart["schema"]["fields"]]
    by_pandas = pd.read_parquet(serving / mart["path"], dtype_backend="pyarrow")
    by_polars = pl.read_parquet(serving / mart["path"])
    assert list(by_pandas.columns) == by_polars.columns == names, mart["name"]
    assert len(by_pandas) == len(by_polars) == mart["rows"], mart["name"]
    assert not by_polars.select(mart["schema"]["primaryKey"]).is_duplicated().any(), mart["name"]
    if mart["name"] == "flows.portfolio_flows":
        assert isinstance(by_pandas["net_m"].iloc[0], Decimal)
        assert by_pandas["net_m"].sum() == by_polars["net_m"].sum()
        assert isinstance(by_pandas["period_end"].iloc[0], date)
print("read, decimals as they are")
"""


def test_the_desks_own_readings_go_first_and_leave_in_no_export(demo: Desk) -> None:
    """The sample has a licensed reading that disagrees with a cited one."""
    asked = "select origin, reading, is_chosen, is_redistributable from {} where survey_period = '2024-03' "
    asked += "and question_id = 'landing' and answer = 'none' order by origin"
    licensed, cited = ("licensed", 24, True, False), ("press", 23, False, True)
    with demo.marts() as marts:
        assert marts.execute(asked.format("surveys.readings")).fetchall() == [licensed, cited]
        conflict = marts.execute(asked.format("surveys.conflicts")).fetchall()
        assert conflict == [licensed, ("press", 23, False, False)]
        (held,) = marts.execute("select count(*) from surveys.readings").fetchone()
    parquet = demo.data / "serving" / "parquet"
    package = json.loads((demo.data / "serving" / "datapackage.json").read_text(encoding="utf-8"))
    told = {r["name"]: r for r in package["resources"]}
    with duckdb.connect() as connection:
        export = f"read_parquet('{parquet / 'surveys.readings.parquet'}')"
        assert connection.execute(asked.format(export)).fetchall() == [cited]
        origins = connection.execute(f"select distinct origin from {export} order by 1").fetchall()
        conflicts = f"read_parquet('{parquet / 'surveys.conflicts.parquet'}')"
        assert connection.execute(asked.format(conflicts)).fetchall() == []
    assert origins == [("inferred",), ("official",), ("press",)]
    assert told["surveys.readings"]["rows"] < held
    assert "left out" in told["surveys.readings"]["redistributable"]
    assert "redistributable" not in told["flows.portfolio_flows"]


def test_readers_go_on_while_the_copy_is_swapped(demo: Desk) -> None:
    """Publishing again and again under readers that connect per query: no error, none goes back."""
    counts: list[int] = []
    errors: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                with demo.marts() as marts:
                    counts.append(marts.execute("select count(*) from flows.portfolio_flows").fetchone()[0])
            except duckdb.Error as error:  # collected, and asserted on below
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(3):
            (demo.data / "serving" / "datapackage.json").unlink()
            subprocess.run(
                [sys.executable, "-c", PUBLISH], cwd=ROOT, env=demo.environment(), check=True, timeout=60
            )
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert not errors
    assert len(counts) > 10
    assert len(set(counts)) == 1


def test_a_mart_that_failed_its_test_keeps_its_last_good_version(demo: Desk) -> None:
    """Forgotten is what a model is from the moment it is being built until its tests have passed."""
    before = demo.fingerprints()
    with connect(demo.data / "warehouse" / "tidemark.duckdb") as warehouse:
        remembered = warehouse.execute("select * from ops.built_models").fetchall()
        warehouse.execute("create table aside as select * from fx.rates_daily")
        warehouse.execute("update fx.rates_daily set rate = -rate")
        warehouse.execute("delete from ops.built_models where model like '%.rates_daily'")
        warehouse.execute("update ops.built_models set fingerprint = 'changed' where model like '%.methods'")
    subprocess.run([sys.executable, "-c", PUBLISH], cwd=ROOT, env=demo.environment(), check=True, timeout=60)
    package = json.loads((demo.data / "serving" / "datapackage.json").read_text(encoding="utf-8"))
    marks = {r["name"]: r["fingerprint"] for r in package["resources"]}
    assert marks["core.methods"] == "changed"
    assert marks["fx.rates_daily"] == {m.split(".")[-1]: f for m, f in remembered}["rates_daily"]
    assert demo.fingerprints() == before
    with connect(demo.data / "warehouse" / "tidemark.duckdb") as warehouse:
        warehouse.execute("create or replace table fx.rates_daily as select * from aside; drop table aside")
        warehouse.execute("delete from ops.built_models")
        warehouse.executemany("insert into ops.built_models values (?, ?)", remembered)
    (demo.data / "serving" / "datapackage.json").unlink()


PUBLISH = """
import json
from pathlib import Path
from orchestration.publish import publish
from orchestration.settings import Settings
publish(Settings(), json.loads(Path("dbt_project/target/manifest.json").read_text()))
"""


def test_the_sql_prompt_answers(demo: Desk) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "sql"],
        cwd=ROOT, env=demo.environment(), input="select 40 + 2 as answer; drop table flows.portfolio_flows;",
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "42" in answer.stdout
    assert "read-only" in answer.stderr


def test_the_sql_prompt_in_a_terminal_greets_completes_and_remembers(demo: Desk, tmp_path: Path) -> None:
    """Typed as a person would: half a name and a tab; in the next prompt, the key for the line before."""
    asked = "select max(holder) as completed from flows.major_holders_v"
    first = typed(demo, tmp_path, asked, "\t", ";", "\r", ".quit\r")
    assert "Made-up sample figures, not data." in first
    assert "docs/queries/" in first
    assert "varchar" in first
    assert f"{asked}intages;" in (tmp_path / ".duckdb_history").read_text(encoding="utf-8")
    up = "\x1b[A"
    again = typed(demo, tmp_path, up, up, "\r", ".quit\r")
    assert "varchar" in again, "the line before was not brought back and answered"


def typed(desk: Desk, home: Path, *keys: str) -> str:
    """What a terminal shows when these are typed, each after the answer to the one before."""
    answers = {b"\x1b[c": b"\x1b[?1;2c", b"\x1b[6n": b"\x1b[1;1R"}  # what it is, where its cursor is
    controller, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 120))
    prompt = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "sql"],
        cwd=ROOT, env=desk.environment(HOME=str(home), TERM="xterm"),
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    shown, left = b"", list(keys)
    with suppress(OSError):  # how a terminal ends on Linux
        while left or prompt.poll() is None:
            if select.select([controller], [], [], 0.3)[0]:
                new = os.read(controller, 4096)
                shown += new
                for question, answer in answers.items():
                    os.write(controller, answer * new.count(question))
            elif left and b".help" in shown:
                os.write(controller, left.pop(0).encode())
    os.close(controller)
    assert prompt.wait(timeout=30) == 0
    return shown.decode(errors="replace")


@pytest.fixture(scope="module")
def clone(demo: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has what the tutorial uses, where it says."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "data").mkdir()
    (folder / "data" / "demo").symlink_to(demo.data)
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.place)
def test_a_step_of_the_tutorial_prints_what_the_page_shows(clone: Path, step: Step) -> None:
    asked = {
        "sql": [".venv/bin/duckdb", "-readonly", "data/demo/serving/tidemark.duckdb", "-c", step.code],
        "sh": ["bash", "-c", step.code],
        "python": [".venv/bin/python", "-I", "-c", step.code],
    }[step.language]
    done = subprocess.run(asked, cwd=clone, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == step.prints, done.stderr


def test_every_query_of_the_documents_runs_on_the_made_up_figures(demo: Desk) -> None:
    """Their answers are those of the real files (tests/real/test_docs.py)."""
    with demo.marts() as marts:
        for query in queries():
            assert marts.execute(query.sql).description, query.place


def test_every_ready_query_answers_with_the_columns_that_it_names(demo: Desk) -> None:
    with demo.marts() as marts:
        for query in ready_queries():
            answer = marts.execute(query.sql)
            assert [column[0] for column in answer.description] == query.columns, query.name
            # Made-up figures get no verdict, so that none of them changes.
            assert answer.fetchone() or query.name == "claims-that-changed", query.name


def test_every_metric_has_figures_and_does_not_count_them_twice(demo: Desk) -> None:
    """Of one period, the rows that a metric adds are parts of one whole: none of them is there twice."""
    manifest = json.loads((ROOT / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8"))
    with demo.marts() as marts:
        for metric in metrics(manifest):
            free = [c for c in ("asset_class", "currency", "holder") if c in metric.model["columns"]]
            figures, most = marts.execute(
                f"select sum(figures), max(figures) from (select count({metric.column}) as figures "
                f"from {metric.mart} where {metric.where} group by {', '.join(['period_end', *free])})"
            ).fetchone()
            assert (figures > 0, most) == (True, 1), metric.name


def test_without_a_serving_copy_commands_say_what_to_do(tmp_path: Path) -> None:
    text = Desk(tmp_path).run("sql", expect=1)
    assert "make demo" in text
