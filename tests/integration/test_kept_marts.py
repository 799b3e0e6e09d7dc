"""A model that fails stops no other: what rests on it keeps its last good version and says so.

By the project's own commands and dbt's own tests, on a desk of three datasets. The tests build on each
other, as the days at a desk do.
"""

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.instance import home, open_instance
from orchestration.settings import Settings
from tests.desk import LEFT_OUT, ROOT, Desk

pytestmark = pytest.mark.live

SAMPLE = ROOT / "sample"
WEEKLY, POSITIONS, CUSTODY = "jp_mof/securities_weekly", "cftc/tff", "us_fed/custody_treasuries"
FIRST, SECOND, THIRD = (f"2026-11-{day}T09:00:00Z" for day in (20, 21, 22))
TEST = "staging.stg_cftc__positions failed longs_and_spreads_are_the_open_interest"
MODEL = "staging.stg_us_fed__custody_treasuries could not be built: "


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All is well, and the ministry has published its older week."""
    made = Desk(tmp_path_factory.mktemp("kept"), tests="data")
    take(made, newer_week=False)
    # dbt's tests take two thirds of its time, and say nothing here of what is well.
    made.run("offline", TIDEMARK_CLOCK=FIRST, DBT_EXCLUDE_RESOURCE_TYPES=LEFT_OUT["none"])
    return made


def take(desk: Desk, *, newer_week: bool) -> None:
    """Import the made-up files of the three datasets, with the newer of the two weeks or without."""
    header, *entries = (SAMPLE / "index.csv").read_text(encoding="utf-8").splitlines()
    weeks = [e for e in entries if e.startswith(f"{WEEKLY},")]
    wanted = [e for e in entries if e.startswith((f"{POSITIONS},", f"{CUSTODY},"))]
    wanted += weeks if newer_week else weeks[:1]
    mirror = desk.data / f"mirror-{newer_week}"
    mirror.mkdir()
    for entry in wanted:
        file = Path(entry.split(",")[1])
        (mirror / file.parent).mkdir(parents=True, exist_ok=True)
        (mirror / file).write_bytes((SAMPLE / file).read_bytes())
    (mirror / "mirror.json").write_bytes((SAMPLE / "mirror.json").read_bytes())
    (mirror / "index.csv").write_text("\n".join([header, *wanted, ""]), encoding="utf-8")
    desk.run("import", str(mirror))


def in_warehouse(desk: Desk, *statements: str) -> None:
    """Change raw tables and their versions, as no file does: it would be refused."""
    with duckdb.connect(str(desk.data / "warehouse" / "tidemark.duckdb")) as warehouse:
        for statement in statements:
            warehouse.execute(statement)
        warehouse.execute(
            "update ops.table_versions set version = ? where table_name in "
            "('cftc__tff', 'us_fed__custody_treasuries')",
            [str(statements)],
        )


def publication(desk: Desk) -> dict[str, tuple]:
    with desk.marts() as marts:
        rows = marts.execute(
            "select mart, cast(published_at as varchar), is_current, kept_because from quality.publication"
        ).fetchall()
    return {mart: rest for mart, *rest in rows}


def checks(desk: Desk) -> dict[str, dg.AssetCheckEvaluation]:
    """The checks of the newest run that did not pass, but for the arrival of other datasets' files."""
    settings = Settings(data=desk.data)
    with open_instance(home(settings)) as instance:
        (run,) = instance.get_runs(limit=1)
        events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        found = [e.dagster_event.asset_check_evaluation_data for e in events]
        assert run.status is dg.DagsterRunStatus.FAILURE
    return {
        f"{c.asset_key.to_user_string()}:{c.check_name}": c
        for c in found
        if not c.passed and c.check_name != "arrival"
    }


def test_1_the_others_are_published_in_the_same_run_which_is_red_and_says_what_failed(desk: Desk) -> None:
    before = desk.fingerprints()
    in_warehouse(
        desk,
        "insert into raw.cftc__tff from raw.cftc__tff limit 1",
        "alter table raw.us_fed__custody_treasuries rename _due_at to _due",
    )
    take(desk, newer_week=True)
    text = desk.run("offline", expect=1, TIDEMARK_CLOCK=SECOND)
    assert "published" in text
    assert text.count(TEST) == text.count(MODEL) == 1
    assert "every_dataset_accepted" not in text
    with desk.marts() as marts:
        (week,) = marts.execute(
            "select cast(max(period_end) as varchar) from flows.portfolio_flows where basis = 'jp_itn_weekly'"
        ).fetchone()
    after = desk.fingerprints()
    assert week == "2026-11-14"
    for mart in ("positioning.trader_positions", "reserves.official_dollar_holdings", "quality.revisions"):
        assert after[mart] == before[mart] != (0, None), mart


def test_2_the_copy_says_which_marts_are_older_and_why(desk: Desk) -> None:
    told = publication(desk)
    assert told["flows.portfolio_flows"] == ["2026-11-21 09:00:00", True, ""]
    kept = {mart: because for mart, (since, current, because) in told.items() if not current}
    assert {told[mart][0] for mart in kept} == {"2026-11-20 09:00:00"}
    assert kept["positioning.trader_positions"].startswith(TEST)
    assert "Got 5 results" in kept["positioning.trader_positions"]
    assert kept["reserves.official_dollar_holdings"].startswith(MODEL)
    assert TEST in kept["quality.revisions"]
    assert MODEL in kept["quality.revisions"]
    with desk.marts() as marts:
        (comment,) = marts.execute(
            "select comment from duckdb_tables() where schema_name || '.' || table_name = "
            "'positioning.trader_positions'"
        ).fetchone()
    assert f"This is its version of 2026-11-20 09:00 UTC, without newer figures: {TEST}" in comment
    package = json.loads((desk.data / "serving" / "datapackage.json").read_text(encoding="utf-8"))
    labelled = {r["name"]: r["kept_because"] for r in package["resources"] if "kept_because" in r}
    assert labelled == kept
    assert "positioning.trader_positions" in desk.run("status", TIDEMARK_CLOCK=SECOND)


def test_3_dagster_shows_what_failed_red_and_what_waits_for_it_yellow(desk: Desk) -> None:
    failed = checks(desk)
    summed = failed.pop("serving/tidemark:every_dataset_accepted")
    assert TEST in summed.description
    assert MODEL in summed.description
    red = {c for c, check in failed.items() if check.severity is dg.AssetCheckSeverity.ERROR}
    assert {c.split(":")[0] for c in red} == {
        "staging/stg_cftc__positions",
        "staging/stg_us_fed__custody_treasuries",
    }
    duplicates = next(c for c in red if "unique_grain_stg_cftc__positions" in c)
    assert "Got 5 results" in failed[duplicates].description
    waits = next(c for c in failed if c.startswith("positioning/trader_positions:"))
    assert failed[waits].severity is dg.AssetCheckSeverity.WARN
    assert TEST in failed[waits].description


def test_4_the_next_good_run_clears_the_label(desk: Desk) -> None:
    in_warehouse(
        desk,
        "delete from raw.cftc__tff where rowid = (select max(rowid) from raw.cftc__tff)",
        "alter table raw.us_fed__custody_treasuries rename _due to _due_at",
    )
    desk.run("offline", TIDEMARK_CLOCK=THIRD)
    told = publication(desk)
    assert all(current and because == "" for _, current, because in told.values())
    assert told["positioning.trader_positions"][0] == "2026-11-22 09:00:00"
    assert "Older than the files held" not in desk.run("status", TIDEMARK_CLOCK=THIRD)
