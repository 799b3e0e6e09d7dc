"""`WarehouseDbt`: the dbt project as assets, where one step builds just what has to be built.

Which models those are is decided in `orchestration.staleness`; here dbt is run and its outcome told.
"""

import json
import logging
import os
import shutil
import sys
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from packaging.version import Version

from orchestration.components.dbt_translator import SchemaAndTable
from orchestration.dbt_project import DBT_ON_PARSED, current_manifest, dbt_environment, parsed
from orchestration.instance import SERVING
from orchestration.lineage import lineages, remember, remembered
from orchestration.locks import models_to_oneself
from orchestration.manifest import tests_of
from orchestration.publication import UNKNOWN
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.staleness import failures, fingerprints, held_back, settled, stale
from orchestration.warehouse import (
    built_models,
    connect,
    forget_models,
    models_held_back,
    set_built_models,
    set_models_held_back,
    table_versions,
)

log = logging.getLogger("tidemark")

UNCHANGED = "Not run again: neither its code nor what it rests on has changed since it passed."
KEPT = "Readers keep its last good version, if there is one."


class WarehouseDbt(dg.Component, dg.Resolvable, dg.Model):
    """The dbt project that turns raw tables into marts."""

    project: str = "dbt_project"

    @property
    def dbt_project(self) -> DbtProject:
        """The project, with a manifest that fits its files."""
        folder = PROJECT_ROOT / self.project
        current_manifest(folder)
        return DbtProject(project_dir=folder, profiles_dir=folder)

    def manifest(self) -> Mapping[str, Any]:
        """Dbt's manifest."""
        return json.loads(self.dbt_project.manifest_path.read_text(encoding="utf-8"))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """One asset per model and seed, one check per test, one step for all."""
        project = self.dbt_project
        translator = SchemaAndTable(remembered(Settings()))

        @dbt_assets(
            manifest=project.manifest_path,
            project=project,
            dagster_dbt_translator=translator,
            name="dbt",
        )
        def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
            with models_to_oneself(Settings()):
                yield from run_dbt(context, project, translator)

        return dg.Definitions(assets=[build])


def run_dbt(
    context: dg.AssetExecutionContext, project: DbtProject, translator: DagsterDbtTranslator
) -> Iterator[Any]:
    """Build the selected models that are stale, test them, and tell of all that were selected.

    A model that nothing has changed for is told as it is, with its fingerprint as data version, and one that
    failed, or was not built as another had failed, with what failed: a model that is not told would skip the
    steps behind this one. What failed turns the run red where it is published.

    Raises:
        Failure: dbt could not start; or something failed, and nothing is published in this run.
    """
    settings = Settings()
    manifest = json.loads(project.manifest_path.read_text(encoding="utf-8"))
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        marks = fingerprints(manifest, table_versions(connection))
        keys = {node: translator.get_asset_key(manifest["nodes"][node]) for node in marks}
        chosen = [n for n in marks if keys[n] in context.selected_asset_keys]
        to_build = [n for n in stale(marks, built_models(connection)) if n in set(chosen)]
        if not chosen:  # a test was asked for alone: its model is built and tested, whatever its state
            asked = {check.asset_key for check in context.selected_asset_check_keys}
            to_build = [n for n in marks if keys[n] in asked]
        # From now on nobody can say what is in them, until they are built and tested.
        forget_models(connection, to_build)
    # Before what is built: Dagster wants parents first, and a stale model has no unchanged children.
    unchanged = {keys[node]: marks[node] for node in chosen if node not in set(to_build)}
    for key, mark in unchanged.items():
        yield dg.MaterializeResult(
            asset_key=key,
            data_version=dg.DataVersion(mark),
            metadata={"built": False, "why": UNCHANGED},
        )
    tests = tests_of(manifest)
    again = {
        get_asset_check_key_for_test(manifest, translator, test, project)
        for node in to_build
        for test in tests.get(node, ())
    }
    for check in context.selected_asset_check_keys - again:
        if check.asset_key in unchanged:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key, check_name=check.name, passed=True, description=UNCHANGED
            )
    if not to_build:
        log.info(f"dbt builds none of {len(chosen)} models: nothing has changed")
        return
    log.info(f"dbt builds {len(to_build)} of {len(chosen or to_build)} models")
    outcome = yield from _build(context, project, translator, manifest, to_build, marks, settings)
    failed = failures(manifest, outcome.statuses, outcome.messages)
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        set_built_models(connection, settled(manifest, marks, built_models(connection), outcome.statuses))
        built = built_models(connection)
        before = {n: c for n, c in models_held_back(connection).items() if n not in outcome.statuses}
        causes = held_back(manifest, marks, built, outcome.statuses, before | failed)
        set_models_held_back(connection, causes)
        # Last, as pages can do without it.
        remember(settings, lineages(connection, manifest, outcome.compiled))
    kept = {node: causes.get(node, [UNKNOWN]) for node in to_build if built.get(node) != marks[node]}
    for node, why in kept.items() if chosen else ():
        about = {"why": f"{'; '.join(why)}. {KEPT}"}
        if node in outcome.told:
            yield dg.AssetObservation(keys[node], metadata=about)
        else:
            yield dg.MaterializeResult(keys[node], metadata={"built": False, **about})
    for test in (t for t, status in outcome.statuses.items() if status == "skipped"):
        check = get_asset_check_key_for_test(manifest, translator, test, project)
        if check in context.selected_asset_check_keys:
            tested = manifest["nodes"][test]["depends_on"]["nodes"]
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=False,
                # Red where something failed, yellow where it is only felt.
                severity=(
                    dg.AssetCheckSeverity.ERROR if failed.keys() & set(tested) else dg.AssetCheckSeverity.WARN
                ),
                description=f"Not run: {'; '.join(c for node in tested for c in kept.get(node, []))}",
            )
    if kept and SERVING not in context.job_def.asset_layer.selected_asset_keys:
        told = dict.fromkeys(cause for why in kept.values() for cause in why)
        raise dg.Failure(description="\n".join(told), allow_retries=False)


@dataclass(frozen=True)
class Outcome:
    """What came of a build: per node dbt's status, message and SQL, and the nodes that Dagster has."""

    statuses: dict[str, str]
    messages: dict[str, str | None]
    compiled: dict[str, str]
    told: set[str]


def _build(
    context: dg.AssetExecutionContext,
    project: DbtProject,
    translator: DagsterDbtTranslator,
    manifest: Mapping[str, Any],
    to_build: list[str],
    marks: Mapping[str, str],
    settings: Settings,
) -> Generator[Any, None, Outcome]:
    """Run `dbt build` on these nodes and give Dagster's events of what was built and tested.

    Raises:
        Failure: dbt ended without saying what became of them.
    """
    scratch = settings.data.resolve() / "dbt" / context.run.run_id
    # By their full names: a bare one would also match a folder of that name.
    names = sorted(f"fqn:{'.'.join(manifest['nodes'][n]['fqn'])}" for n in to_build)
    # Not DbtCliResource.cli: it asks dbt for its version and opens the warehouse before each build.
    invocation = DbtCliInvocation.run(
        args=[
            # -P: the script's folder is a package, whose modules must not stand in for others.
            sys.executable, "-P", str(DBT_ON_PARSED), str(parsed(project.project_dir)),
            "--no-use-colors", "--log-level-file", "info", "build", "--select", *names,
            "--project-dir", str(project.project_dir), "--profiles-dir", str(project.profiles_dir),
        ],
        env={
            **os.environ,
            **dbt_environment(settings),
            "DBT_LOG_FORMAT": "json",
            "DBT_TARGET_PATH": str(scratch),
            "DBT_LOG_PATH": str(scratch),
            "PYTHONUNBUFFERED": "1",
        },
        manifest=manifest,
        dagster_dbt_translator=translator,
        project_dir=Path(project.project_dir),
        target_path=scratch,
        raise_on_error=False,
        context=context,
        adapter=None,
        cli_version=Version(version("dbt-core")),
        dbt_project=project,
    )  # fmt: skip
    done = 0
    told: set[str] = set()
    not_passed: dict[str, dg.AssetCheckResult] = {}
    for event in invocation.stream_raw_events():
        node_id = event.raw_event["data"].get("node_info", {}).get("unique_id")
        for about in event.to_default_asset_events(manifest, translator, context, scratch, project):
            if isinstance(about, dg.AssetCheckResult) and not about.passed:
                not_passed[node_id] = about  # dbt says at its end what was found
            elif isinstance(about, dg.AssetCheckResult) or context.selected_asset_keys:
                yield about
            if isinstance(about, dg.Output):
                told.add(node_id)
        if node_id in marks and event.is_result_event:
            done += 1
            log.info(f"dbt {done}/{len(to_build)} {manifest['nodes'][node_id]['name']}")
    results = scratch / "run_results.json"
    if not results.exists():
        raise dg.Failure(
            description=f"dbt ended after {done} of {len(to_build)} models, without saying what became of "
            f"them; they are built again. Its log is {scratch / 'dbt.log'}",
            allow_retries=False,
        )
    found = json.loads(results.read_text(encoding="utf-8"))["results"]
    messages = {r["unique_id"]: r["message"] for r in found}
    for test, result in not_passed.items():
        yield result._replace(description=messages[test])
    compiled = {
        r["unique_id"]: r["compiled_code"]
        for r in found
        if r["status"] == "success" and r.get("compiled_code")
    }
    if invocation.is_successful():
        shutil.rmtree(scratch, ignore_errors=True)
    return Outcome({r["unique_id"]: r["status"] for r in found}, messages, compiled, told)
