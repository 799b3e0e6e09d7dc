"""The project as it is declared: what a load shows, what the docs say, and what the settings are."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import Secret

from orchestration.catalogue import catalogue
from orchestration.dbt_project import current_manifest
from orchestration.dictionary import dictionary
from orchestration.indicators import indicators
from orchestration.mirror import read_index
from orchestration.records import load_publishers
from orchestration.settings import Settings, short
from tests.desk import ROOT, Desk

PUBLIC = """
import json
from orchestration.definitions import defs
repository = defs().get_repository_def()
graph = repository.asset_graph
print(json.dumps({
    "assets": sorted(k.to_user_string() for k in graph.get_all_asset_keys()),
    "selected": {
        job: sorted(k.to_user_string() for k in repository.get_job(job).asset_layer.executable_asset_keys)
        for job in ("everything", "offline", "jp_mof")
    },
    "jobs": sorted(j for j in repository.job_names if not j.startswith("__")),
    "schedules": {
        s.name: [s.cron_schedule, s.execution_timezone, s.default_status.value]
        for s in repository.schedule_defs
    },
    "checks": sorted(
        f"{k.asset_key.to_user_string()}:{k.name}" for k in graph.asset_check_keys
        if k.asset_key.path[0] in ("archive", "raw", "serving")
    ),
    "dbt_checks": sum(
        k.asset_key.path[0] not in ("archive", "raw", "serving") for k in graph.asset_check_keys
    ),
    "undescribed": sorted(
        [str(k) for k in graph.asset_check_keys if not graph.get_check_spec(k).description]
        + [k.to_user_string() for k in graph.get_all_asset_keys() if not graph.get(k).description]
    ),
    "unowned": sorted(k.to_user_string() for k in graph.get_all_asset_keys() if not graph.get(k).owners),
    "unlooked": sorted(
        k.to_user_string() for k in graph.get_all_asset_keys()
        if k.path[0] == "archive" and graph.get(k).freshness_policy is None
    ),
}))
"""


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The public surface of the definitions, loaded as Dagster loads them."""
    desk = Desk(tmp_path_factory.mktemp("public"))
    out = subprocess.run(
        [sys.executable, "-c", PUBLIC],
        cwd=ROOT, env=desk.environment(), capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    return json.loads(out.splitlines()[-1])


def test_each_dataset_has_its_assets_checks_and_policy(public: dict) -> None:
    tables = [k.split("/")[1] for k in public["assets"] if k.startswith("archive/")]
    assert "jp_mof__securities_weekly" in tables
    assert "ecb__fx_reference_rates" in tables
    for table in tables:
        assert f"raw/{table}" in public["assets"]
        for check in (f"archive/{table}:download", f"raw/{table}:structure", f"raw/{table}:arrival"):
            assert check in public["checks"]
    assert public["unlooked"] == []


def test_each_page_says_what_it_is_and_whose_and_each_dbt_test_is_a_check_that_says_what_it_demands(
    public: dict,
) -> None:
    manifest = json.loads((ROOT / "dbt_project/target/manifest.json").read_text(encoding="utf-8"))
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert public["dbt_checks"] == len(tests) > 300
    assert public["undescribed"] == []
    assert public["unowned"] == []


def test_marts_jobs_and_schedules_are_the_public_ones(public: dict) -> None:
    subjects = ("core", "flows", "fx", "positioning", "quality", "reserves", "surveys")
    marts = {k for k in public["assets"] if k.split("/")[0] in subjects}
    assert marts == {
        "core/datasets",
        "core/days",
        "core/methods",
        "core/snapshots",
        "flows/flow_reconciliation",
        "flows/flow_reconciliation_as_of",
        "flows/flow_signals",
        "flows/flow_signals_as_of",
        "flows/flows_by_counterpart",
        "flows/flows_by_counterpart_as_of",
        "flows/major_holders",
        "flows/major_holders_as_of",
        "flows/major_holders_vintages",
        "flows/net_portfolio_investment",
        "flows/net_portfolio_investment_as_of",
        "flows/portfolio_flows",
        "flows/portfolio_flows_as_of",
        "flows/portfolio_flows_vintages",
        "flows/positions_by_holder",
        "flows/positions_by_holder_as_of",
        "flows/positions_by_holder_vintages",
        "flows/resident_flows_by_sector",
        "flows/resident_flows_by_sector_as_of",
        "flows/scaled_flows",
        "flows/scaled_flows_as_of",
        "fx/rates_daily",
        "fx/rates_monthly",
        "fx/rates_quarterly",
        "positioning/trader_positions",
        "positioning/trader_positions_as_of",
        "positioning/trader_positions_vintages",
        "quality/arrivals",
        "quality/claims",
        "quality/freshness",
        "quality/freshness_at",
        "quality/revisions",
        "reserves/coverage",
        "reserves/coverage_as_of",
        "reserves/coverage_vintages",
        "reserves/currency_composition",
        "reserves/currency_composition_as_of",
        "reserves/currency_composition_vintages",
        "reserves/custody_holdings_vintages",
        "reserves/dedollarisation_composite",
        "reserves/dedollarisation_composite_as_of",
        "reserves/diversification",
        "reserves/diversification_as_of",
        "reserves/diversification_by_currency",
        "reserves/diversification_by_currency_as_of",
        "reserves/gold",
        "reserves/gold_as_of",
        "reserves/gold_vintages",
        "reserves/jgb_foreign_share",
        "reserves/jgb_foreign_share_as_of",
        "reserves/jgb_holders_vintages",
        "reserves/official_dollar_holdings",
        "reserves/official_dollar_holdings_as_of",
        "surveys/conflicts",
        "surveys/conflicts_as_of",
        "surveys/readings",
        "surveys/readings_as_of",
        "surveys/readings_vintages",
    }  # fmt: skip
    assert {"everything", "offline", "jp_mof", "ecb"} <= set(public["jobs"])
    assert public["schedules"]["jp_mof"] == [["0 9 * * 1-5", "0 13 * * 1-5"], "Asia/Tokyo", "STOPPED"]
    assert public["schedules"]["catch_up"] == ["30 4 * * *", "UTC", "STOPPED"]
    assert set(public["schedules"]) == {"catch_up", *(p.id for p in load_publishers())}


def test_jobs_look_at_what_their_name_says_and_go_the_whole_way(public: dict) -> None:
    every = set(public["assets"])
    files = {k for k in every if k.startswith(("archive/", "raw/")) and not k.startswith("raw/tidemark__")}
    assert set(public["selected"]["everything"]) == every
    assert set(public["selected"]["offline"]) == {k for k in every if not k.startswith("archive/")}
    assert set(public["selected"]["jp_mof"]) == (every - files) | {k for k in files if "/jp_mof__" in k}


@pytest.mark.parametrize(
    ("page", "generated"), [("data-dictionary.md", dictionary), ("indicators.md", indicators)]
)
def test_pages_from_the_models_descriptions_are_current(
    page: str, generated: Callable[[Mapping], str]
) -> None:
    manifest = json.loads(current_manifest(ROOT / "dbt_project").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == generated(manifest), "run `make docs`"


def test_the_list_of_datasets_is_current() -> None:
    written = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    assert written == catalogue(load_publishers()), "run `make docs`"


def test_the_example_settings_are_the_defaults() -> None:
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


def test_every_setting_is_listed_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^TIDEMARK_([A-Z_]+)=(.*)$", example, re.MULTILINE))
    defaults = Settings(_env_file=None)
    assert set(listed) == {name.upper() for name in Settings.model_fields}
    for name, text in listed.items():
        value = getattr(defaults, name.lower())
        value = value.get_secret_value() if isinstance(value, Secret) else value
        expected = "" if value is None else str(value).lower() if isinstance(value, bool) else short(value)
        assert text.removesuffix(".0") == expected.removesuffix(".0")


def test_a_mistake_in_a_record_stops_the_load_with_file_and_field(tmp_path: Path) -> None:
    """In a copy of the project, as somebody who edits a record would see it."""
    copy = tmp_path / "tidemark"
    for part in ("orchestration", "dbt_project"):
        shutil.copytree(ROOT / part, copy / part)
    for name in ("pyproject.toml", "dagster.yaml", "README.md"):
        shutil.copy(ROOT / name, copy / name)
    record = copy / "orchestration" / "defs" / "jp_mof" / "defs.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("n: 6", "n: soon"), encoding="utf-8")
    checked = subprocess.run(
        [Path(sys.executable).with_name("dg"), "check", "defs"],
        cwd=copy, env=Desk(tmp_path / "data").environment(PYTHONPATH=str(copy)),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = checked.stdout + checked.stderr
    assert checked.returncode != 0
    assert "orchestration/defs/jp_mof/defs.yaml is not a valid record" in said
    assert "datasets[jp_mof/securities_monthly].release.n" in said
    assert "valid integer" in said
    assert "'soon'" in said
    told = Desk(tmp_path / "data", {"PYTHONPATH": str(copy)}, copy).run("offline", expect=1)
    assert len(told.splitlines()) < 10
    assert "datasets[jp_mof/securities_monthly].release.n" in told
    # Dagster finds this one, and wraps it in pages of its own.
    record.write_text(
        record.read_text(encoding="utf-8").replace("n: soon", "n: 6").replace("/securities_w", "/other_w"),
        encoding="utf-8",
    )
    told = Desk(tmp_path / "data", {"PYTHONPATH": str(copy)}, copy).run("offline", expect=1)
    assert len(told.splitlines()) < 10
    assert "datasets[jp_mof/other_weekly]" in told
    assert "PARSERS has no 'other_weekly'" in told


def test_a_publisher_is_its_two_folders_and_nothing_else(tmp_path: Path) -> None:
    """In a copy without the Federal Reserve all is well; with its two folders back, it is there."""
    copy = tmp_path / "tidemark"
    apart = tmp_path / "apart"
    folders = ("orchestration/defs/us_fed", "dbt_project/models/staging/us_fed")
    for part in ("orchestration", "dbt_project", "sample"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "target"))
    for name in ("pyproject.toml", "dagster.yaml"):
        shutil.copy(ROOT / name, copy / name)
    for folder in folders:
        shutil.move(copy / folder, apart / folder)
    desk = Desk(tmp_path / "data", {"PYTHONPATH": str(copy)}, copy)
    assert "no record yet for: us_fed/" in desk.run("import", "sample")
    for folder in folders:
        shutil.move(apart / folder, copy / folder)
    entries = read_index(ROOT / "sample")
    new = sum(entry.dataset.startswith("us_fed/") for entry in entries)
    assert f"{new} new, {len(entries) - new} already held" in desk.run("import", "sample").replace("\n", " ")
    assert "us_fed/fx_h10" in desk.run("status")
    desk.run("prepare")
    manifest = json.loads((copy / "dbt_project/target/manifest.json").read_text(encoding="utf-8"))
    assert "model.tidemark.stg_us_fed__fx_h10" in manifest["nodes"]
