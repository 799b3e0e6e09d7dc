"""The calendars against publishers' real files: their days, their stamps, and what a check would have said.

Skipped where the real files are absent (see conftest.py).
"""

from datetime import UTC, date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.arrivals import freshness
from orchestration.mirror import read_index
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from orchestration.releases import Arrival, due_at
from tests.mutations import read

DATASETS = load_datasets()

# Stamps that are not those of the release of the newest period in the file, and why.
OTHER_STAMPS = {
    (
        "jp_boj/tankan",
        date(2025, 12, 16),
    ): "the day on which the service changed its data; an old quarter only",
    ("jp_boj/tankan", date(2026, 7, 2)): "the day on which the service changed its data; an old quarter only",
    ("us_tic/major_holders_history", date(2026, 3, 18)): "the first file with the year, within the grace",
    ("us_tic/major_holders_history", date(2026, 5, 18)): "a revision of the year",
}
# Copies that were old already when they were taken.
OLD_COPIES = {"cn_safe/official_reserve_assets", "worldbank/commodity_prices"}


def days_with_figures(publishers: Path, dataset: str, column: str) -> list[date]:
    (file,) = [entry.file for entry in read_index(publishers) if entry.dataset == dataset]
    frame = read(find_parser(*dataset.split("/"))[0], (publishers / file).read_bytes())
    return sorted({date.fromisoformat(day) for day in frame.loc[frame[column] != "", "period_end"]})


@pytest.mark.parametrize(
    ("dataset", "days", "on_days_off"),
    [
        # Of 28 years, every one.
        ("ecb/fx_reference_rates", 7126, []),
        # The law that made the next day's holiday was a day old.
        ("us_fed/fx_h10", 2498, [date(2021, 6, 18)]),
    ],
)
def test_daily_figures_are_there_on_the_calendars_working_days(
    publishers: Path, dataset: str, days: int, on_days_off: list[date]
) -> None:
    figures = days_with_figures(publishers, dataset, "rate")
    calendar = DATASETS[dataset].release.calendar
    first, last = figures[0], figures[-1]
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert len(figures) == days
    assert sorted(set(figures) - set(on_days_off)) == [day for day in every if calendar.is_open(day)]


def test_a_stamped_file_came_out_when_its_newest_period_was_due(
    real_marts: duckdb.DuckDBPyConnection,
) -> None:
    stamped = real_marts.execute(
        "select dataset, known_at, last_period from core.snapshots where known_at_basis = 'published'"
    ).fetchall()
    others = set()
    for dataset, known_at, last_period in stamped:
        record = DATASETS[dataset]
        due, _ = due_at(record.release, last_period, record.overrides)
        day = known_at.replace(tzinfo=UTC).astimezone(ZoneInfo(record.release.timezone)).date()
        if known_at.replace(tzinfo=UTC) != due:
            others.add((dataset, day))
    assert others == set(OTHER_STAMPS)
    assert len(stamped) > 20


def test_when_a_real_file_was_had_no_check_would_have_failed(real_marts: duckdb.DuckDBPyConnection) -> None:
    """Nothing in it was early, by the calendar, and nothing that it lacks was late."""
    # Files of several parts were had together.
    rows = real_marts.execute(
        "select dataset, max(known_at), max(last_period) from core.snapshots "
        "where status = 'accepted' and known_at_basis = 'retrieved' group by dataset, cast(known_at as date)"
    ).fetchall()
    late = set()
    for dataset, known_at, reached in rows:
        record, had = DATASETS[dataset], known_at.replace(tzinfo=UTC)
        assert due_at(record.release, reached, record.overrides)[0] <= had, (dataset, reached)
        if freshness(record, reached, had).state is Arrival.LATE:
            late.add(dataset)
    assert late == OLD_COPIES
    assert len(rows) >= 10
