"""Metrics and exposures, as dbt parses them: columns that exist, and nothing added that must stay apart."""

import json
import re

import pytest

from orchestration.dbt_project import current_manifest
from orchestration.manifest import functions_of, marts_of
from tests.desk import ROOT
from tests.semantic import DIMENSION, Metric, metrics


@pytest.fixture(scope="module")
def manifest() -> dict:
    return json.loads(current_manifest(ROOT / "dbt_project").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def every(manifest: dict) -> list[Metric]:
    return list(metrics(manifest))


def test_the_main_measures_are_there(every: list[Metric]) -> None:
    assert {metric.mart for metric in every} >= {
        "flows.portfolio_flows",
        "flows.positions_by_holder",
        "positioning.trader_positions",
        "reserves.currency_composition",
        "reserves.diversification",
    }


def test_what_is_measured_is_a_column_with_a_unit(every: list[Metric]) -> None:
    for metric in every:
        assert metric.column in metric.model["columns"], metric.name
        assert metric.model["columns"][metric.column]["config"]["meta"].get("unit"), metric.name


def test_dimensions_are_columns_of_their_own_names(every: list[Metric]) -> None:
    for metric in every:
        names = {dimension["name"] for dimension in metric.semantic["dimensions"]}
        assert all(dimension["expr"] is None for dimension in metric.semantic["dimensions"])
        assert names <= set(metric.model["columns"]), metric.name
        for entity, dimension in DIMENSION.findall(" ".join(metric.filters)):
            assert (entity, dimension in names) == (metric.semantic["primary_entity"], True), metric.name


def test_metrics_never_add_what_must_not_be_added(every: list[Metric]) -> None:
    """Each key column that tells apart what must not be added is fixed by the filter."""
    for metric in every:
        entity = metric.semantic["primary_entity"]
        apart = metric.semantic["config"]["meta"]["never_added"]
        assert set(apart) <= set(metric.model["columns"]), metric.name
        for column in apart:
            assert f"{{{{ Dimension('{entity}__{column}') }}}}" in " ".join(metric.filters), metric.name


def test_a_metric_of_flows_is_of_one_basis_and_one_direction(every: list[Metric]) -> None:
    of_flows = [metric for metric in every if "basis" in metric.model["columns"]]
    assert len(of_flows) >= 8
    for metric in of_flows:
        for column in ("basis", "direction"):
            fixed = rf"\{{\{{ Dimension\('\w+__{column}'\) \}}\}} = '\w+'"
            assert any(re.fullmatch(fixed, text) for text in metric.filters), metric.name


def test_stocks_and_shares_are_not_added_over_time(every: list[Metric]) -> None:
    """But for flows, a longer period has the figure of its last day."""
    for metric in every:
        last = metric.measure["non_additive_dimension"]
        if metric.column.startswith("net_") and metric.column != "net_contracts":
            assert last is None, metric.name
        else:
            assert (last["name"], last["window_choice"]) == ("period_end", "max"), metric.name


def test_exposures_name_what_is_published(manifest: dict) -> None:
    marts = {node["unique_id"] for node in marts_of(manifest)}
    functions = {node["unique_id"] for node in functions_of(manifest)}
    published = {"serving_copy": marts, "as_of_functions": functions, "data_package": marts}
    exposures = {e["name"]: set(e["depends_on"]["nodes"]) for e in manifest["exposures"].values()}
    assert set(exposures) == set(published)
    for name, nodes in published.items():
        assert nodes - exposures[name] == set(), f"models/exposures.yml: missing in {name}"
        assert exposures[name] - nodes == set(), f"models/exposures.yml: not published, but in {name}"
