"""Which dbt nodes have to be built, and which are held back after a build, and why.

To be built are those whose code or inputs differ from when they were built last; held back are those that
failed, and what rests on them. Functions of dbt's manifest, the versions of the raw tables and of the engines
that are installed, and what came of a build. Running dbt and remembering what was built belong elsewhere.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from orchestration.manifest import table_of, tests_of

BUILT = ("model", "seed", "snapshot")
# What turns a model into rows beside our own code: dbt's macros come with it and with the adapter.
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")
# dbt's words for what became of a node or test.
GOOD = ("success", "pass", "warn")
FAILED = ("error", "fail", "runtime error")


def fingerprints(manifest: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, str]:
    """A fingerprint per node that dbt builds, in the order in which they can be built.

    It covers the node's own code, description and configuration, its tests, the project's macros, the
    versions of the engines and, through its parents, the raw tables that it rests on: equal fingerprints,
    equal rows.

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
    shared = _digest([macros, {engine: version(engine) for engine in ENGINES}])
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
    now = dict(built)
    for node, mark in fingerprint.items():
        parents = [p for p in manifest["nodes"][node]["depends_on"].get("nodes", []) if p in fingerprint]
        if statuses.get(node) not in GOOD:
            continue
        if any(now.get(p) != fingerprint[p] for p in parents):
            continue
        if all(statuses.get(t, "pass") in GOOD for t in tests.get(node, ())):
            now[node] = mark
    return {n: m for n, m in now.items() if built.get(n) != m}


def failures(
    manifest: Mapping[str, Any], statuses: Mapping[str, str], messages: Mapping[str, str | None]
) -> dict[str, list[str]]:
    """What failed of each node itself, in words: its build, or tests of it, told once for all that they test.

    Args:
        manifest: dbt's manifest.json.
        statuses: dbt's status per node and test of a build.
        messages: dbt's message per node and test.
    """
    nodes = manifest["nodes"]
    found: dict[str, list[str]] = {}
    tests: dict[tuple[str, ...], list[str]] = {}
    for node_id, status in sorted(statuses.items()):
        if status not in FAILED:
            continue
        node = _node(manifest, node_id)
        said = _one_line(messages.get(node_id) or status)
        if node["resource_type"] in BUILT:
            found[node_id] = [f"{table_of(node)} could not be built: {said}"]
        else:
            tested = tuple(p for p in node["depends_on"]["nodes"] if p in nodes)
            tests.setdefault(tested, []).append(f"{node['name']} ({said})")
    for tested, told in tests.items():
        whose = " and ".join(table_of(nodes[node_id]) for node_id in tested)
        for node_id in tested:
            found.setdefault(node_id, []).append(f"{whose} failed {', '.join(told)}")
    return found


def held_back(
    manifest: Mapping[str, Any],
    fingerprint: Mapping[str, str],
    built: Mapping[str, str],
    statuses: Mapping[str, str],
    failed: Mapping[str, list[str]],
) -> dict[str, list[str]]:
    """Why nodes are not settled: what failed of them and of all that they rest on, each told once.

    A node whose test could not be run waits for what else that test reads.

    Args:
        manifest: dbt's manifest.json.
        fingerprint: of each node now.
        built: the fingerprints that are remembered after a build.
        statuses: dbt's status per node and test of that build.
        failed: what failed of each node itself.
    """
    tests = tests_of(manifest)
    held = {node for node, mark in fingerprint.items() if built.get(node) != mark}
    found: dict[str, list[str]] = {}
    for node in held:
        reached = {node: None}
        ahead = [node]
        while ahead:
            at = ahead.pop()
            not_run = [t for t in tests.get(at, ()) if statuses.get(t) == "skipped"]
            for below in (at, *not_run):
                parents = _node(manifest, below)["depends_on"].get("nodes", [])
                ahead += [p for p in parents if p in held and p not in reached]
                reached |= dict.fromkeys(p for p in parents if p in held)
        causes = dict.fromkeys(cause for at in reached for cause in failed.get(at, ()))
        if causes:
            found[node] = list(causes)
    return found


def resting_on(manifest: Mapping[str, Any], table: str) -> set[str]:
    """The nodes that rest on a raw table, directly or through others."""
    found = {s for s, source in manifest["sources"].items() if source["identifier"] == table}
    nodes = {k: v for k, v in manifest["nodes"].items() if v["resource_type"] in BUILT}
    for node_id in _parents_first(nodes):
        if found.intersection(nodes[node_id].get("depends_on", {}).get("nodes", [])):
            found.add(node_id)
    return found & set(nodes)


def _node(manifest: Mapping[str, Any], node_id: str) -> Mapping[str, Any]:
    return manifest["nodes"].get(node_id) or manifest["unit_tests"][node_id]


def _test_code(manifest: Mapping[str, Any], test_id: str) -> Any:  # noqa: ANN401 - JSON of the manifest
    test = _node(manifest, test_id)
    kept = ("raw_code", "test_metadata", "config", "given", "expect", "overrides")
    return [test_id, *(test.get(k) for k in kept)]


def _one_line(message: str) -> str:
    """Dbt's message without its line breaks, and without the file that is another one in each run."""
    return " ".join(" ".join(line.split()) for line in message.splitlines() if "compiled code at" not in line)


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
