"""What Superset is given: datasets and metrics from the data package, dashboards from `bi/superset/`."""

import stat
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration import cli
from orchestration.errors import DashboardError
from orchestration.superset import (
    SOURCES,
    Yaml,
    bundle,
    chart,
    dashboard,
    dataset,
    prepare_home,
    python,
    read,
    server,
    words,
)

MART: Yaml = {
    "name": "flows.made_up",
    "description": "Made-up flows.",
    "schema": {
        "primaryKey": ["direction", "asset_class", "period_start", "period_end"],
        "fields": [
            {"name": "direction", "type": "string", "description": "Inward or outward."},
            {"name": "asset_class", "type": "string", "description": "What was bought."},
            {"name": "period_start", "type": "date", "description": "First day."},
            {"name": "period_end", "type": "date", "description": "Last day."},
            {"name": "net_m", "type": "number", "description": "Net.", "unit": "million, in `currency`"},
            {
                "name": "holdings_usd_m",
                "type": "number",
                "description": "Held.",
                "unit": "million US dollars",
            },
            {"name": "share_pct", "type": "number", "description": "Share.", "unit": "percent of all"},
        ],
    },
}
SERVING = Path("/a desk/serving/tidemark.duckdb")
DASHBOARDS = [read(file) for file in (SOURCES / "dashboards").glob("*.yaml")]
DATASETS = read(SOURCES / "datasets.yaml")
QUERIES = read(SOURCES / "queries.yaml")
ROWS = (
    "('inward', 'equity', date '2026-01-01', date '2026-01-31', 2, 100, 57.5)",
    "('inward', 'equity', date '2026-02-01', date '2026-02-28', 3, 110, 57.0)",
    "('inward', 'total', date '2026-02-01', date '2026-02-28', 7, 300, 100)",
    "('outward', 'equity', date '2026-02-01', date '2026-02-28', 11, 50, 40)",
)


def figures(where: str, *more: str) -> dict[str, object]:
    """Each metric of the mart over some of its rows, as DuckDB answers it."""
    metrics = dataset(MART, "period_end", ["net_m"])["metrics"]
    with duckdb.connect() as connection:
        connection.execute(
            f"create table mart as select * from (values {', '.join((*ROWS, *more))}) "
            "as t(direction, asset_class, period_start, period_end, net_m, holdings_usd_m, share_pct)"
        )
        selected = ", ".join(f'{metric["expression"]} as "{metric["metric_name"]}"' for metric in metrics)
        answer = connection.execute(f"select {selected} from mart where {where}")
        return dict(zip([column for column, *_ in answer.description], answer.fetchone(), strict=True))


INWARD_EQUITY = "direction = 'inward' and asset_class = 'equity'"


def test_a_flow_is_added_over_periods_and_a_stock_is_the_last_ones() -> None:
    got = figures(INWARD_EQUITY)
    assert got == {
        "net_figure": 5_000_000,
        "holdings_usd_figure": 110_000_000,
        "share_pct_figure": pytest.approx(57.0),
    }


def test_what_is_missing_is_no_smaller_sum_and_no_older_figure() -> None:
    without = "('inward', 'equity', date '2026-03-01', date '2026-03-31', null, null, null)"
    assert set(figures(INWARD_EQUITY, without).values()) == {None}
    after_a_gap = "('inward', 'equity', date '2026-04-01', date '2026-04-30', 4, 120, 56.0)"
    got = figures(INWARD_EQUITY, after_a_gap)
    assert got["net_figure"] is None
    assert got["holdings_usd_figure"] == 120_000_000


@pytest.mark.parametrize("where", ["direction = 'inward'", "asset_class = 'equity'", "true"])
def test_rows_of_several_series_give_no_figure(where: str) -> None:
    assert set(figures(where).values()) == {None}


def test_columns_say_what_they_are_and_in_which_unit() -> None:
    made = dataset(MART, "period_end", ["net_m"])
    told = {column["column_name"]: column for column in made["columns"]}
    assert told["net_m"]["description"] == "Net. Unit: million, in `currency`."
    assert told["net_m"]["verbose_name"] == "Net, millions"
    assert [name for name, column in told.items() if column["is_dttm"]] == ["period_start", "period_end"]
    assert made["main_dttm_col"] == "period_end"


def test_headings_spell_what_columns_abbreviate() -> None:
    assert words("share_at_fixed_fx_pct") == "Share at fixed exchange rates (%)"
    assert words("hhi_lower") == "HHI lower"


def test_codes_have_names_and_an_unknown_one_stays_as_it_is() -> None:
    (named,) = [c for c in dataset(MART, None, [])["columns"] if c["column_name"] == "asset_class_name"]
    with duckdb.connect() as connection:
        asked = f"select {named['expression']} from (values ('long_term_debt'), ('odd')) as t(asset_class)"
        assert connection.execute(asked).fetchall() == [("Long-term debt",), ("odd",)]
    assert named["verbose_name"] == "Asset class"


def test_a_query_says_all_that_it_answers_with() -> None:
    """On figures: of the others both ends of the range, and no sum of some."""
    with duckdb.connect() as connection:
        connection.execute("create schema reserves")
        connection.execute(
            "create table reserves.diversification_by_currency as select 'm' as method, currency, "
            "date '2026-01-01' as period_start, date '2026-03-31' as period_end, share_pct, "
            "share_pct + 1 as share_at_fixed_fx_pct, share_pct - 2 as share_at_fixed_fx_other_repriced_pct, "
            "date '2026-03-31' as fixed_base_period_end, active_flow_usd_m from (values "
            "('USD', 57, 10), ('AUD', 2, 3), ('CHF', 1, 4), ('OTHC', 6, null)"
            ") as t(currency, share_pct, active_flow_usd_m)"
        )
        ranges, groups, _ = QUERIES
        by_currency = "share_pct from ({}) where currency = 'USD' order by 1"
        assert connection.execute("select series, " + by_currency.format(ranges["sql"])).fetchall() == [
            ("As published", 57),
            ("At rates of 31 Mar 2026, others as they are", 58),
            ("At rates of 31 Mar 2026, others repriced", 55),
        ]
        rest = f"select share_pct, active_flow_usd_m from ({groups['sql']}) where currency = 'REST'"
        assert connection.execute(rest).fetchall() == [(9, 7)]
        connection.execute(
            "update reserves.diversification_by_currency set share_pct = null, active_flow_usd_m = null "
            "where currency = 'AUD'"
        )
        assert connection.execute(rest).fetchall() == [(None, None)]
        for query in (ranges, groups):
            columns = {name for name, *_ in connection.execute(query["sql"]).description}
            assert columns == {field["name"] for field in query["schema"]["fields"]}


def test_an_unknown_column_is_told_with_its_mart() -> None:
    with pytest.raises(DashboardError, match=r"flows\.made_up.*none called gross_m"):
        dataset(MART, "period_end", ["gross_m"])


def test_a_mart_that_is_not_served_is_told_by_name() -> None:
    wanted = {"flows.made_up": {"time": None, "flows": []}, "flows.absent": {"time": None, "flows": []}}
    with pytest.raises(DashboardError, match=r"lacks: flows\.absent"):
        bundle({"resources": [MART]}, SERVING, wanted, [], [])


def test_the_bundle_is_the_same_each_time_and_names_each_thing_once() -> None:
    wanted = {"flows.made_up": {"time": "period_end", "flows": ["net_m"]}}
    first, second = (bundle({"resources": [MART]}, SERVING, wanted, QUERIES, DASHBOARDS) for _ in range(2))
    assert first == second
    identifiers = [content["uuid"] for content in first.values() if "uuid" in content]
    assert len(identifiers) == len(set(identifiers)) == len(first) - 1


def test_the_connection_reads_one_file_and_nothing_else() -> None:
    connection = bundle({"resources": []}, SERVING, {}, [], [])["databases/tidemark.yaml"]
    assert connection["sqlalchemy_uri"] == "duckdb:////a desk/serving/tidemark.duckdb"
    assert connection["extra"]["engine_params"]["connect_args"] == {
        "read_only": True,
        "config": {"enable_external_access": False, "lock_configuration": True},
    }
    assert not any(connection[f"allow_{what}"] for what in ("ctas", "cvas", "dml", "csv_upload"))


@pytest.mark.parametrize("spec", DASHBOARDS, ids=lambda spec: spec["slug"])
def test_a_dashboard_shows_each_of_its_charts_and_texts_once(spec: Yaml) -> None:
    placed = [name for row in spec["rows"] for name in row["columns"]]
    assert sorted(placed) == sorted([*spec["charts"], *spec["texts"]])
    assert all(sum(row["columns"].values()) == 12 for row in spec["rows"])
    cells = dashboard(spec)["position"].values()
    shown = [cell["meta"]["uuid"] for cell in cells if isinstance(cell, dict) and cell["type"] == "CHART"]
    assert shown == [
        chart(spec["slug"], name, spec["charts"][name])["uuid"] for name in placed if name in spec["charts"]
    ]


@pytest.mark.parametrize("spec", DASHBOARDS, ids=lambda spec: spec["slug"])
def test_charts_and_filters_ask_for_datasets_that_there_are(spec: Yaml) -> None:
    asked = {each["dataset"] for each in (*spec["charts"].values(), *spec["filters"]) if "dataset" in each}
    assert asked <= {*DATASETS, *(query["name"] for query in QUERIES)}


def test_the_secret_key_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    home = tmp_path / "superset"
    prepare_home(home)
    key = home / "secret_key"
    first = key.read_text(encoding="ascii")
    assert len(first) >= 42  # what Superset asks for
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    prepare_home(home)
    assert key.read_text(encoding="ascii") == first


def test_it_listens_on_this_machine_only() -> None:
    command = server(Path("python"), 8765)
    assert command[command.index("--bind") + 1] == "127.0.0.1:8765"


def test_without_its_environment_it_says_what_installs_it(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match="make superset"):
        python(tmp_path)


def test_without_a_serving_copy_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    result = CliRunner().invoke(cli.app, ["superset"])
    assert "make demo" in str(result.exception)
    assert not (tmp_path / "superset").exists()
