"""`Publisher`: a record in YAML becomes snapshot and raw assets, their checks, a job and a schedule.

Fetching, parsing, loading and calendars live in the modules of `orchestration/`; here they are given
to Dagster and their outcome is told.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from itertools import chain
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict

from orchestration.archive import Archive, Snapshot
from orchestration.arrivals import Freshness, freshness, rule_in_words
from orchestration.errors import ArchiveError, FetchError, LayoutError, RecordError
from orchestration.evidence import Figure, chart, in_one_line, newest_figures, table
from orchestration.look import look
from orchestration.parsing import PERIOD, find_parser
from orchestration.raw import Loaded, RawState, load, newest_loaded
from orchestration.records import Dataset, PublisherRecord, parse_record
from orchestration.releases import Arrival
from orchestration.settings import Settings
from orchestration.warehouse import connect

log = logging.getLogger("tidemark")

# In a rehearsal: a server on this machine plays the publishers, and nobody waits for the hour of release.
EVERY_MINUTE = "* * * * *"

# A run whose process died is run once more in whole: the check that sums up would not know what its finished
# steps had refused.
RETRIED_WHOLE = {"dagster/retry_strategy": "ALL_STEPS"}

Event = dg.MaterializeResult | dg.AssetCheckResult


class _Attributes(BaseModel):
    """Taken as they are; `parse_record` validates them with messages of its own."""

    model_config = ConfigDict(extra="allow")


class Publisher(dg.Component):
    """One publisher and its datasets, as its `defs.yaml` declares them."""

    def __init__(self, record: PublisherRecord) -> None:
        self.record = record

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """The YAML's attributes."""
        return _Attributes

    @classmethod
    def load(cls, attributes: Any, context: dg.ComponentLoadContext) -> "Publisher":  # noqa: ANN401
        """Validate the record; a mistake stops the load with file, field and expectation."""
        where = f"orchestration/defs/{context.path.name}/defs.yaml"
        return cls(parse_record(attributes.model_dump(), where))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Two assets and three checks per dataset, a job and a schedule for all."""
        assets = [dataset_assets(self.record, dataset) for dataset in self.record.datasets]
        keys = [key for dataset in self.record.datasets for key in (archive_key(dataset), raw_key(dataset))]
        for dataset in self.record.datasets:
            demand_parser(dataset)
        # All models, whatever is stale: a model that another publisher left unfinished is finished here.
        files = dg.AssetSelection.key_prefixes("archive", "raw") - dg.AssetSelection.groups("registry")
        job = dg.define_asset_job(
            self.record.id,
            selection=dg.AssetSelection.all() - (files - dg.AssetSelection.assets(*keys)),
            description=f"Look at {self.record.title}, load what is new, rebuild and publish.",
            tags=RETRIED_WHOLE,
        )
        schedule = dg.ScheduleDefinition(
            name=self.record.id,
            job=job,
            cron_schedule=EVERY_MINUTE if Settings().rehearsal else list(self.record.schedule.looks),
            execution_timezone=self.record.schedule.timezone,
            default_status=schedule_status(),
            description=f"Soon after {self.record.title} publishes, and again later that day.",
        )
        return dg.Definitions(assets=assets, jobs=[job], schedules=[schedule])


def schedule_status() -> dg.DefaultScheduleStatus:
    """Whether schedules run: as the setting says, until somebody turns one on or off in the UI."""
    on = Settings().schedules
    return dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED


def demand_parser(dataset: Dataset) -> None:
    """Demand that there is a parser which gives what the record's key needs.

    Raises:
        RecordError: names the record and what is missing.
    """
    where = f"orchestration/defs/{dataset.publisher}/defs.yaml: datasets[{dataset.id}]"
    try:
        parser, _ = find_parser(dataset.publisher, dataset.name)
    except LayoutError as error:
        raise RecordError(f"{where}: {error}") from None
    missing = [c for c in (*PERIOD, *dataset.key) if c not in parser.columns]
    if missing:
        raise RecordError(f"{where}.key: its parser gives no {missing}; it gives {list(parser.columns)[:8]}…")
    if dataset.headline:
        missing = [c for c in (dataset.headline.column, *dataset.headline.where) if c not in parser.columns]
        if missing:
            gives = list(parser.columns)
            raise RecordError(f"{where}.headline: its parser gives no {missing}; it gives {gives[:8]}…")


def archive_key(dataset: Dataset) -> dg.AssetKey:
    """The snapshot asset's key."""
    return dg.AssetKey(["archive", dataset.table])


def raw_key(dataset: Dataset) -> dg.AssetKey:
    """The raw asset's key: schema and table."""
    return dg.AssetKey(["raw", dataset.table])


def dataset_assets(record: PublisherRecord, dataset: Dataset) -> dg.AssetsDefinition:
    """The snapshot and the raw asset of a dataset, in one step.

    One step, because a download that fails must not skip what follows: the raw asset, the other
    publishers and the marts go on with what is held, and the failed check turns the run red at its
    end. A wrong structure blocks in the strict sense: nothing of the file enters the raw table.
    """
    about = {
        "publisher": dg.MetadataValue.url(record.home),
        "page": dg.MetadataValue.url(dataset.page),
        "address": dg.MetadataValue.md("\n".join(f"- {source.url}" for source in dataset.sources)),
        "licence": dg.MetadataValue.url(dataset.licence.url),
        "credit": dataset.credit,
        "unit": dataset.unit,
        "sign": dataset.sign,
        "release rule": rule_in_words(dataset),
    }
    policy = dg.FreshnessPolicy.time_window(
        warn_window=record.schedule.warn_after, fail_window=record.schedule.fail_after
    )
    shared: dict[str, Any] = {
        # Not the publisher's bare id: marts have groups too, and `surveys` is both.
        "group_name": f"from_{record.id}",
        "owners": [record.owner],
        "metadata": about,
        "freshness_policy": policy,
    }
    snapshot_spec = dg.AssetSpec(
        archive_key(dataset),
        description=f"{dataset.title}: the publisher's files as they came, every version.",
        kinds={dataset.format},
        **shared,
    )
    raw_spec = dg.AssetSpec(
        raw_key(dataset),
        deps=[snapshot_spec.key],
        description=f"{dataset.title}: the publisher's rows as text, every version. {dataset.description}",
        kinds={"duckdb"},
        **shared,
    )
    download = dg.AssetCheckSpec(
        "download",
        asset=snapshot_spec.key,
        description="The publisher was asked and sent the file.",
    )
    structure = dg.AssetCheckSpec(
        "structure",
        asset=raw_spec.key,
        description="The newest file is laid out as its parser knows it, and keeps its own sums. "
        "Otherwise nothing of it is loaded.",
    )
    arrived = dg.AssetCheckSpec(
        "arrival",
        asset=raw_spec.key,
        description="The period that should be out by now has arrived: "
        f"{rule_in_words(dataset)}. Warns within the grace; never blocks.",
    )

    @dg.multi_asset(
        name=dataset.table,
        specs=[snapshot_spec, raw_spec],
        check_specs=[download, structure, arrived],
        can_subset=True,
    )
    def refresh(context: dg.AssetExecutionContext) -> Iterator[Event]:
        settings = Settings()
        events: list[Iterator[Event]] = []
        if snapshot_spec.key in context.selected_asset_keys:
            events.append(_look(dataset, settings))
        if raw_spec.key in context.selected_asset_keys:
            events.append(_load(dataset, settings))
        elif {structure.key, arrived.key} & context.selected_asset_check_keys:
            events.append(_held(dataset, settings))  # a check was asked for alone
        for event in chain.from_iterable(events):
            if isinstance(event, dg.MaterializeResult) or _key(event) in context.selected_asset_check_keys:
                yield event

    return refresh


def _key(result: dg.AssetCheckResult) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(result.asset_key, result.check_name)


def _look(dataset: Dataset, settings: Settings) -> Iterator[Event]:
    key = archive_key(dataset)
    try:
        found = look(dataset, settings)
    except (FetchError, LayoutError, ArchiveError) as error:
        log.error(str(error))
        yield dg.AssetCheckResult(asset_key=key, check_name="download", passed=False, description=str(error))
        return
    log.info(f"{dataset.id}: {found.note}")
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(sha256("".join(s.sha256 for s in found.held).encode()).hexdigest()[:16]),
        metadata={
            "looked": found.note,
            "new": len(found.new),
            "files held": len(found.held),
            **(_about(found.newest) if found.newest else {}),
        },
    )
    yield dg.AssetCheckResult(asset_key=key, check_name="download", passed=True, description=found.note)


def _about(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "newest": snapshot.id,
        "part": snapshot.part or "the whole",
        "known at (UTC)": snapshot.known_at.isoformat(),
        "retrieved at (UTC)": snapshot.retrieved_at.isoformat(),
        "bytes": snapshot.bytes,
        "sha256": snapshot.sha256,
        "origin": snapshot.origin.value,
    }


def _load(dataset: Dataset, settings: Settings) -> Iterator[Event]:
    archive = Archive(settings.archive_root)
    parser, fingerprint = find_parser(dataset.publisher, dataset.name)
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        try:
            snapshots = archive.snapshots(dataset.id)
            state = load(connection, dataset, snapshots, archive.read, parser, fingerprint)
        except ArchiveError as error:
            log.error(str(error))
            yield dg.MaterializeResult(asset_key=raw_key(dataset), metadata={"not loaded": str(error)})
            yield dg.AssetCheckResult(
                asset_key=raw_key(dataset), check_name="structure", passed=False, description=str(error)
            )
            return
        shown = newest_figures(connection, dataset)
    for done in state.loaded:
        log.info(f"{dataset.id}: {in_words(done)}")
    yield dg.MaterializeResult(
        asset_key=raw_key(dataset),
        data_version=dg.DataVersion(state.version),
        metadata=in_markdown(dataset, shown) | _evidence(state),
    )
    yield from check_results(dataset, state.newest, settings.now())


def _held(dataset: Dataset, settings: Settings) -> Iterator[Event]:
    """The checks of what is held, without loading anything."""
    snapshots = Archive(settings.archive_root).snapshots(dataset.id)
    with connect(settings.warehouse, lock_timeout_s=settings.lock_timeout_s) as connection:
        newest = newest_loaded(connection, dataset, snapshots)
    yield from check_results(dataset, newest, settings.now())


def check_results(dataset: Dataset, newest: Loaded | None, now: datetime) -> Iterator[dg.AssetCheckResult]:
    """The outcomes of the structure and the arrival check."""
    yield structure_result(dataset, newest)
    last = date.fromisoformat(newest.last_period) if newest and newest.last_period else None
    yield arrival_result(freshness(dataset, last, now))


def in_words(done: Loaded) -> str:
    """What one snapshot did, as a line of the log."""
    if done.status == "refused":
        return f"{done.snapshot.id} refused: {done.reason}"
    return (
        f"{done.snapshot.id}: {done.rows_in_file:,} rows to {done.last_period}, of them "
        f"{done.rows_added:,} new, {done.rows_revised:,} revised, {done.rows_retracted:,} retracted"
    )


def _evidence(state: RawState) -> dict[str, Any]:
    newest = state.newest
    return {
        "snapshots loaded": len(state.loaded),
        "rows added": sum(done.rows_added for done in state.loaded),
        "rows revised": sum(done.rows_revised for done in state.loaded),
        "rows retracted": sum(done.rows_retracted for done in state.loaded),
        "read anew from the first snapshot": state.replayed,
        "first period": (newest and newest.first_period) or "none",
        "last period": (newest and newest.last_period) or "none",
    }


def in_markdown(dataset: Dataset, figures: list[Figure]) -> dict[str, Any]:
    """The newest figures of a dataset's headline, for its page: in words, as a table and as a chart."""
    if not figures or dataset.headline is None:
        return {}
    return {
        "newest figure": in_one_line(dataset, figures),
        "newest figures": dg.MetadataValue.md(table(figures)),
        "chart": dg.MetadataValue.md(chart(dataset, figures)),
    }


def structure_result(dataset: Dataset, newest: Loaded | None) -> dg.AssetCheckResult:
    """The outcome of the structure check: that of the newest snapshot."""
    if newest is None:
        passed, text = True, "Nothing is held yet."
    elif newest.status == "refused":
        passed, text = False, newest.reason
    else:
        passed, text = True, f"{newest.rows_in_file:,} rows in {newest.snapshot.file_name}"
    return dg.AssetCheckResult(
        asset_key=raw_key(dataset), check_name="structure", passed=passed, description=text
    )


def arrival_result(found: Freshness) -> dg.AssetCheckResult:
    """The outcome of the arrival check, with what is missing, since when, and where it is published."""
    release = found.awaited
    return dg.AssetCheckResult(
        asset_key=raw_key(found.dataset),
        check_name="arrival",
        passed=found.state is Arrival.FRESH,
        severity=(
            dg.AssetCheckSeverity.WARN
            if found.state in (Arrival.DUE, Arrival.NOTHING)
            else dg.AssetCheckSeverity.ERROR
        ),
        description=found.in_words(),
        metadata={
            "state": found.state.value,
            "newest period held": str(found.newest_held or "none"),
            "awaited period": f"{release.period_start} to {release.period_end}",
            f"due at ({found.dataset.release.timezone})": found.due_there.isoformat(),
            "due at (UTC)": release.due_at.isoformat(),
            "late after (UTC)": release.late_after.isoformat(),
            "reason": release.reason or "by the release rule",
            "page": dg.MetadataValue.url(found.dataset.page),
        },
    )
