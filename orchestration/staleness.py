"""Which dbt nodes have to be built: those whose code or inputs differ from when they were built last.

Pure functions of dbt's manifest and the versions of the raw tables. Running dbt and remembering
what was built belong elsewhere.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

BUILT = ("model", "seed", "snapshot")
TESTS = ("test", "unit_test")


def fingerprints(manifest: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, str]:
    """A fingerprint per node that dbt builds, in the order in which they can be built.

    It covers the node's own code, description and configuration, its tests, the project's macros
    and, through its parents, the raw tables that it rests on: equal fingerprints, equal rows.

    Args:
        manifest: dbt's manifest.json.
        versions: content version per raw table.
    """
    project = manifest["metadata"]["project_name"]
    macros = sorted(
        (name, macro["macro_sql"])
        for name, macro in manifest["macros"].items()
        if macro["package_name"] == project
    )
    shared = _digest(macros)
    sources = {
        source_id: versions.get(source["identifier"], "absent")
        for source_id, source in manifest["sources"].items()
    }
    tests = tests_of(manifest)
    nodes = {k: v for k, v in manifest["nodes"].items() if v["resource_type"] in BUILT}
    found: dict[str, str] = {}
    for node_id in _parents_first(nodes):
        node = nodes[node_id]
        parents = sorted(node.get("depends_on", {}).get("nodes", []))
        found[node_id] = _digest(
            [
                shared,
                node["checksum"]["checksum"],
                node["config"],
                node["columns"],
                node["description"],
                [_test_code(manifest, t) for t in sorted(tests.get(node_id, ()))],
                [(p, sources.get(p) or found.get(p)) for p in parents],
            ]
        )
    return found


def stale(fingerprint: Mapping[str, str], built: Mapping[str, str]) -> list[str]:
    """The nodes to build, parents first."""
    return [node for node, mark in fingerprint.items() if built.get(node) != mark]


def settled(
    manifest: Mapping[str, Any],
    fingerprint: Mapping[str, str],
    built: Mapping[str, str],
    statuses: Mapping[str, str],
) -> dict[str, str]:
    """The fingerprints to remember after a build.

    A node is settled when it was built, its tests passed, and everything before it is settled too.

    Args:
        manifest: dbt's manifest.json.
        fingerprint: of each node, as it was built now.
        built: the fingerprints remembered from earlier builds.
        statuses: dbt's status per node and test of this build.
    """
    tests = tests_of(manifest)
    good = ("success", "pass", "warn")
    now = dict(built)
    for node, mark in fingerprint.items():
        parents = [p for p in manifest["nodes"][node]["depends_on"].get("nodes", []) if p in fingerprint]
        if statuses.get(node) not in good:
            continue
        if any(now.get(p) != fingerprint[p] for p in parents):
            continue
        if all(statuses.get(t, "pass") in good for t in tests.get(node, ())):
            now[node] = mark
    return {n: m for n, m in now.items() if built.get(n) != m}


def tests_of(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The tests that depend on each node."""
    found: dict[str, list[str]] = {}
    every = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    for test_id, test in every.items():
        if test["resource_type"] in TESTS:
            for parent in test["depends_on"]["nodes"]:
                found.setdefault(parent, []).append(test_id)
    return found


def _test_code(manifest: Mapping[str, Any], test_id: str) -> Any:  # noqa: ANN401 - JSON of the manifest
    test = manifest["nodes"].get(test_id) or manifest["unit_tests"][test_id]
    kept = ("raw_code", "test_metadata", "config", "given", "expect", "overrides")
    return [test_id, *(test.get(k) for k in kept)]


def _parents_first(nodes: Mapping[str, Any]) -> Iterable[str]:
    done: dict[str, None] = {}

    def visit(node_id: str) -> None:
        if node_id in done or node_id not in nodes:
            return
        for parent in sorted(nodes[node_id].get("depends_on", {}).get("nodes", [])):
            visit(parent)
        done[node_id] = None

    for node_id in sorted(nodes):
        visit(node_id)
    return done


def _digest(value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
