"""A dataset's assets and checks as Dagster runs them: what is told, and when nothing may be loaded."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.archive import Archive
from orchestration.components.publisher import archive_key, dataset_assets, demand_parser, raw_key
from orchestration.errors import RecordError
from orchestration.mirror import import_mirror
from orchestration.records import load_datasets, load_publishers
from orchestration.settings import Settings
from tests.desk import ROOT

WEEKLY = load_datasets()["jp_mof/securities_weekly"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder whose archive holds the sample, on the day on which it plays."""
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path))
    monkeypatch.setenv("TIDEMARK_CLOCK", "2026-11-20T09:00:00Z")
    found = Settings()
    import_mirror(ROOT / "sample", found, load_datasets())
    return found


def run(selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    (record,) = [p for p in load_publishers() if p.id == WEEKLY.publisher]
    return dg.materialize(
        [dataset_assets(record, WEEKLY)], selection=selection, instance=dg.DagsterInstance.ephemeral()
    )


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {e.check_name: e for e in result.get_asset_check_evaluations()}


def load() -> dg.ExecuteInProcessResult:
    return run(dg.AssetSelection.assets(raw_key(WEEKLY)))


def test_loading_tells_the_evidence_and_both_checks(settings: Settings) -> None:
    result = load()
    (told,) = result.asset_materializations_for_node(WEEKLY.table)
    assert told.metadata["rows added"].value == 98
    assert told.metadata["rows revised"].value == 1
    assert told.metadata["last period"].value == "2026-11-14"
    assert told.metadata["newest figure"].value == (
        "−9,874 (100 million yen), 2026-11-14: Non-residents, equity and long-term debt, net"
    )
    assert "| 2026-11-14 | −9,874 | −1,981 |" in told.metadata["newest figures"].value
    assert told.metadata["chart"].value.startswith("![Non-residents")
    assert set(checks(result)) == {"structure", "arrival"}
    assert all(c.passed for c in checks(result).values())


@pytest.mark.parametrize(
    ("now", "passed", "severity", "words"),
    [
        ("2026-11-26T23:49:59", True, dg.AssetCheckSeverity.ERROR, "Nothing is missing"),
        ("2026-11-26T23:50:00", False, dg.AssetCheckSeverity.WARN, "is due since 2026-11-27 08:50 Asia"),
        ("2026-11-28T23:50:00", False, dg.AssetCheckSeverity.ERROR, "is late; it was due on 2026-11-27 08"),
    ],
)
def test_the_arrival_check_alone_passes_warns_and_fails_with_the_clock(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, now: str, passed: bool, severity: object, words: str
) -> None:
    load()
    monkeypatch.setenv("TIDEMARK_CLOCK", f"{datetime.fromisoformat(now).replace(tzinfo=UTC).isoformat()}")
    result = run(dg.AssetSelection.checks(dg.AssetCheckKey(raw_key(WEEKLY), "arrival")))
    assert result.success
    arrival = checks(result)["arrival"]
    assert (arrival.passed, arrival.severity) == (passed, severity)
    assert words in arrival.description
    if not passed:
        assert "2026-11-15 to 2026-11-21" in arrival.description
        assert "(2026-11-26 23:50 UTC)" in arrival.description
        assert WEEKLY.page in arrival.description
    assert result.asset_materializations_for_node(WEEKLY.table) == []


def test_a_damaged_archive_stops_its_dataset_and_not_the_run(settings: Settings) -> None:
    newest = Archive(settings.archive_root).snapshots(WEEKLY.id)[-1]
    (Path(str(settings.archive_root)) / WEEKLY.id / newest.file_name).write_bytes(b"somebody was here")
    result = load()
    assert result.success
    assert not checks(result)["structure"].passed
    assert "was changed after it was archived" in checks(result)["structure"].description


def test_each_asset_says_whose_it_is_and_under_which_terms() -> None:
    (record,) = [p for p in load_publishers() if p.id == WEEKLY.publisher]
    for key in (archive_key(WEEKLY), raw_key(WEEKLY)):
        spec = dataset_assets(record, WEEKLY).get_asset_spec(key)
        assert spec.metadata["licence"].url == WEEKLY.licence.url
        assert spec.metadata["page"].url == WEEKLY.page
        assert spec.freshness_policy is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "jp_mof/securities_daily"}, r"datasets\[jp_mof/securities_daily\].*PARSERS has no"),
        (
            {"key": ("period_start", "currency")},
            r"securities_weekly\].key: its parser gives no \['currency'\]",
        ),
    ],
)
def test_a_record_without_a_fitting_parser_stops_the_load(change: dict, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        demand_parser(WEEKLY.model_copy(update=change))
