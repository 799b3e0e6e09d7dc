"""What has to be built: just what differs from when it was built last, and what rests on it."""

from importlib.metadata import version
from typing import Any

import pytest

from orchestration import staleness
from orchestration.staleness import failures, fingerprints, held_back, resting_on, settled, stale

# raw.flows -> stg_flows -+-> mart        raw.rates -> stg_rates -+-> mart
STG_FLOWS, STG_RATES, MART = "model.t.stg_flows", "model.t.stg_rates", "model.t.mart"
UNIQUE, RELATED, UNIT = "test.t.unique_flows", "test.t.mart_in_flows", "unit_test.t.mart"
RAW = {"flows": "v1", "rates": "v1"}


def model(*parents: str) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "checksum": {"name": "sha256", "checksum": "c1"},
        "config": {"materialized": "table"},
        "columns": {},
        "description": "",
        "depends_on": {"nodes": list(parents), "macros": []},
    }


def check(kind: str, *parents: str) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "raw_code": "select 1",
        "config": {},
        "depends_on": {"nodes": list(parents)},
    }


def manifest() -> dict[str, Any]:
    return {
        "metadata": {"project_name": "t"},
        "macros": {
            "macro.t.billions": {"package_name": "t", "macro_sql": "x / 1e9"},
            "macro.dbt.date_trunc": {"package_name": "dbt", "macro_sql": "date_trunc(x)"},
        },
        "sources": {
            "source.t.raw.flows": {"identifier": "flows"},
            "source.t.raw.rates": {"identifier": "rates"},
        },
        "nodes": {
            MART: {"schema": "marts", "alias": "mart"} | model(STG_FLOWS, STG_RATES),
            STG_FLOWS: {"schema": "stg", "alias": "flows"} | model("source.t.raw.flows"),
            STG_RATES: {"schema": "stg", "alias": "rates"} | model("source.t.raw.rates"),
            UNIQUE: {"name": "unique_flows"} | check("test", STG_FLOWS),
            RELATED: {"name": "mart_in_flows"} | check("test", MART, STG_FLOWS),
        },
        "unit_tests": {UNIT: {"name": "adds_up"} | check("unit_test", MART)},
    }


BUILT = fingerprints(manifest(), RAW)


def stale_after(changed: dict[str, Any]) -> list[str]:
    return stale(fingerprints(changed, RAW), BUILT)


@pytest.mark.parametrize("engine", staleness.ENGINES)
def test_with_another_version_of_an_engine_all_is_built(monkeypatch, engine) -> None:
    monkeypatch.setattr(staleness, "version", lambda name: "9.9" if name == engine else version(name))
    assert stale_after(manifest()) == list(BUILT)


def test_everything_is_built_at_first_parents_before_children():
    order = stale(BUILT, {})
    assert sorted(order) == sorted([STG_FLOWS, STG_RATES, MART])
    assert order[-1] == MART


def test_nothing_is_built_again_without_a_change():
    assert stale_after(manifest()) == []


@pytest.mark.parametrize(("table", "own"), [("flows", STG_FLOWS), ("rates", STG_RATES)])
def test_new_rows_concern_only_what_rests_on_them(table, own):
    assert stale(fingerprints(manifest(), RAW | {table: "v2"}), BUILT) == [own, MART]


def test_a_raw_table_that_appears_concerns_what_rests_on_it():
    without = fingerprints(manifest(), {"flows": "v1"})
    assert stale(BUILT, without) == [STG_RATES, MART]


@pytest.mark.parametrize(
    "change",
    [
        {"checksum": {"name": "sha256", "checksum": "c2"}},
        {"description": "Now with a unit."},
        {"columns": {"flow": {"name": "flow", "description": "Yen."}}},
        {"config": {"materialized": "view"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_model_is_built_with_what_rests_on_it(change):
    changed = manifest()
    changed["nodes"][STG_RATES] |= change
    assert stale_after(changed) == [STG_RATES, MART]


def test_a_changed_test_concerns_the_models_that_it_tests():
    changed = manifest()
    changed["nodes"][UNIQUE]["raw_code"] = "select 2"
    assert stale_after(changed) == [STG_FLOWS, MART]


def test_a_changed_unit_test_concerns_its_model():
    changed = manifest()
    changed["unit_tests"][UNIT]["expect"] = {"rows": [{"flow": 1}]}
    assert stale_after(changed) == [MART]


@pytest.mark.parametrize("adds", [True, False])
def test_a_test_that_comes_or_goes_concerns_its_model(adds):
    changed = manifest()
    if adds:
        changed["nodes"]["test.t.another"] = check("test", MART)
    else:
        del changed["unit_tests"][UNIT]
    assert stale_after(changed) == [MART]


def test_a_changed_macro_of_the_project_concerns_everything():
    changed = manifest()
    changed["macros"]["macro.t.billions"]["macro_sql"] = "x / 1e6"
    assert sorted(stale_after(changed)) == sorted(BUILT)


def remembered(statuses: dict[str, str], built: dict[str, str] | None = None) -> list[str]:
    return list(settled(manifest(), BUILT, built or {}, statuses))


ALL_GOOD = dict.fromkeys([STG_FLOWS, STG_RATES, MART], "success") | dict.fromkeys(
    [UNIQUE, RELATED, UNIT], "pass"
)


def test_what_was_built_and_passed_is_remembered_as_it_was_built():
    assert settled(manifest(), BUILT, {}, ALL_GOOD) == BUILT


@pytest.mark.parametrize("status", ["fail", "error", "skipped"])
def test_a_model_whose_test_did_not_pass_is_built_again_with_what_rests_on_it(status):
    assert remembered(ALL_GOOD | {UNIQUE: status}) == [STG_RATES]


@pytest.mark.parametrize("test", [UNIT, RELATED])
def test_a_test_of_the_last_model_leaves_those_that_it_does_not_test(test):
    kept = {UNIT: {STG_FLOWS, STG_RATES}, RELATED: {STG_RATES}}[test]
    assert set(remembered(ALL_GOOD | {test: "fail"})) == kept


def test_a_warning_is_no_failure():
    assert set(remembered(ALL_GOOD | {UNIQUE: "warn"})) == set(BUILT)


@pytest.mark.parametrize("status", ["error", "skipped"])
def test_a_model_that_was_not_built_is_not_remembered(status):
    assert set(remembered(ALL_GOOD | {MART: status})) == {STG_FLOWS, STG_RATES}


def test_a_model_on_a_parent_that_is_still_to_be_built_is_not_remembered():
    only_the_mart = {MART: "success", UNIT: "pass", RELATED: "pass"}
    older = BUILT | {STG_FLOWS: "as it was before", MART: "as it was before"}
    assert remembered(only_the_mart, older) == []
    assert remembered(only_the_mart, BUILT | {MART: "as it was before"}) == [MART]


def test_what_was_remembered_before_is_not_told_again():
    assert remembered(ALL_GOOD, BUILT) == []


def test_a_failure_is_built_again_next_time():
    after = settled(manifest(), BUILT, {}, ALL_GOOD | {UNIQUE: "fail"})
    assert stale(BUILT, after) == [STG_FLOWS, MART]


def kept_because(statuses: dict[str, str], messages: dict[str, str] | None = None) -> dict[str, list[str]]:
    failed = failures(manifest(), statuses, messages or {})
    return held_back(manifest(), BUILT, settled(manifest(), BUILT, {}, statuses), statuses, failed)


def test_nothing_is_held_back_where_all_was_built_and_passed():
    assert kept_because(ALL_GOOD) == {}


def test_what_rests_on_a_failed_test_is_held_back_for_the_same_reason():
    statuses = ALL_GOOD | {UNIQUE: "fail", MART: "skipped", RELATED: "skipped", UNIT: "skipped"}
    why = ["stg.flows failed unique_flows (Got 2 results, configured to fail if != 0)"]
    said = {UNIQUE: "Got 2 results, configured to fail if != 0"}
    assert kept_because(statuses, said) == {STG_FLOWS: why, MART: why}


def test_a_model_that_cannot_be_built_is_told_with_dbts_message_and_not_with_a_file_of_this_run():
    said = "Runtime Error in model rates (rates.sql)\n  Binder Error: no column x\n  compiled code at /d/1f0"
    statuses = ALL_GOOD | {STG_RATES: "error", MART: "skipped", RELATED: "skipped", UNIT: "skipped"}
    why = "stg.rates could not be built: Runtime Error in model rates (rates.sql) Binder Error: no column x"
    told = kept_because(statuses, {STG_RATES: said})
    assert told[STG_RATES] == told[MART] == [why]


def test_a_model_whose_test_could_not_be_run_is_told_what_that_waited_for():
    """The flows themselves were built and passed what could be run."""
    statuses = ALL_GOOD | {STG_RATES: "error", MART: "skipped", RELATED: "skipped", UNIT: "skipped"}
    told = kept_because(statuses)
    assert told[STG_FLOWS] == told[STG_RATES] == ["stg.rates could not be built: error"]


def test_a_failed_unit_test_holds_back_its_model():
    statuses = ALL_GOOD | {UNIT: "fail", MART: "skipped", RELATED: "skipped"}
    assert kept_because(statuses)[MART] == ["marts.mart failed adds_up (fail)"]


def test_several_failures_of_one_model_are_one_reason_and_of_two_are_two():
    statuses = ALL_GOOD | {UNIQUE: "fail", RELATED: "fail", STG_RATES: "error"}
    told = kept_because(statuses)
    assert sorted(told[MART]) == [
        "marts.mart and stg.flows failed mart_in_flows (fail)",
        "stg.flows failed unique_flows (fail)",
        "stg.rates could not be built: error",
    ]
    both = kept_because(ALL_GOOD | {UNIQUE: "fail", UNIT: "fail"})
    assert both[STG_FLOWS] == ["stg.flows failed unique_flows (fail)"]


def test_what_rests_on_a_raw_table_is_found_through_all_models():
    assert resting_on(manifest(), "rates") == {STG_RATES, MART}
    assert resting_on(manifest(), "nothing") == set()
