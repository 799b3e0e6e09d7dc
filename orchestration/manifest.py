"""dbt's manifest, as several read it: which nodes are marts, what they are called, which tests they have.

What has to be built is decided in `staleness`; where the manifest comes from is `dbt_project`'s business.
"""

from collections.abc import Mapping
from typing import Any

TESTS = ("test", "unit_test")


def marts_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tables and views that people see."""
    return [node for node in public_of(manifest) if not _is_function(node)]


def functions_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The table functions that people call: marts as of a date."""
    return [node for node in public_of(manifest) if _is_function(node)]


def public_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that people see: the models below `models/marts/`, by name."""
    return [
        node
        for _, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    ]


def table_of(node: Mapping[str, Any]) -> str:
    """Schema and table of a node, as people write it."""
    return f"{node['schema']}.{node['alias']}"


def tests_of(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The tests that depend on each node."""
    found: dict[str, list[str]] = {}
    every = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    for test_id, test in every.items():
        if test["resource_type"] in TESTS:
            for parent in test["depends_on"]["nodes"]:
                found.setdefault(parent, []).append(test_id)
    return found


def _is_function(node: Mapping[str, Any]) -> bool:
    return node["config"]["materialized"] == "table_function"
