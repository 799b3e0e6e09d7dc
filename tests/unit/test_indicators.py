"""The page of indicators, from the columns' own descriptions."""

import re
from typing import Any

import pytest

from orchestration.errors import DescriptionError
from orchestration.indicators import KEYS, indicators

COMPLETE = {
    "name": "Share of the tide",
    "formula": "100 * part_m\n  / whole_m",
    "inputs": "`flows.waves.part_m`",
    "caveats": "The sea is wide",
    "source": "our choice",
}


def manifest(indicator: Any, unit: str | None = "percent", data_type: str = "bigint") -> dict:
    meta = {"indicator": indicator} | ({"unit": unit} if unit else {})
    columns = {
        "part_m": {"name": "part_m", "description": "As published.", "config": {"meta": {"unit": "million"}}},
        "share_pct": {"name": "share_pct", "description": "The part\nin it.", "config": {"meta": meta}},
    }
    for column in columns.values():
        column["data_type"] = data_type
    plain = {"resource_type": "model", "schema": "flows", "fqn": ["tidemark", "marts", "flows"]}
    table = {"materialized": "table", "meta": {"title": "Tides"}}
    function = {"materialized": "table_function", "parameters": ["as_of"]}
    return {
        "nodes": {
            "a": plain | {"name": "tides", "alias": "tides", "config": table, "columns": columns},
            "b": plain | {"name": "f", "alias": "tides_as_of", "config": function, "columns": {}},
            "c": plain | {"name": "waves", "alias": "waves", "config": table, "columns": {}},
        }
    }


def test_an_indicator_is_told_with_all_that_its_column_says() -> None:
    page = indicators(manifest(COMPLETE))
    assert page.endswith(
        """
## `flows.tides`: Tides

As of a day: `flows.tides_as_of(as_of)`.

### Share of the tide

- `share_pct` (percent): The part in it.
- Formula: 100 * part_m / whole_m
- Inputs: `flows.waves.part_m`
- Caveats: The sea is wide
- Source: our choice
"""
    )
    assert "waves`:" not in page, "a mart without indicators has no section"


def test_columns_with_the_same_words_are_told_together() -> None:
    project = manifest(COMPLETE)
    columns = project["nodes"]["a"]["columns"]
    columns["part_m"]["config"]["meta"]["indicator"] = dict(COMPLETE)
    page = indicators(project)
    assert page.count("### Share of the tide") == 1
    assert "- `part_m` (million): As published.\n- `share_pct` (percent): The part in it.\n- Form" in page


def test_yes_or_no_needs_no_unit() -> None:
    assert "- `share_pct` (true or false): The" in indicators(manifest(COMPLETE, None, "boolean"))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("said", [None, " \n"])
def test_what_is_missing_is_named_with_its_model_and_column(key: str, said: str | None) -> None:
    short = {k: v for k, v in COMPLETE.items() if k != key} | ({key: said} if said else {})
    expected = f"Model tides, column share_pct: meta.indicator.{key} is missing"
    with pytest.raises(DescriptionError, match=re.escape(expected)):
        indicators(manifest(short))


@pytest.mark.parametrize(
    ("indicator", "unit", "told"),
    [
        (COMPLETE, None, "Model tides, column share_pct: meta.unit is missing"),
        (COMPLETE | {"formla": "x"}, "percent", "share_pct: meta.indicator.formla is not one of name"),
        ("a share", "percent", "Model tides, column share_pct: meta.indicator has to hold name, formula"),
    ],
)
def test_other_mistakes_are_named_too(indicator: Any, unit: str | None, told: str) -> None:
    with pytest.raises(DescriptionError, match=re.escape(told)):
        indicators(manifest(indicator, unit))
