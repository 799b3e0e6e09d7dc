"""When the records look at publishers: soon after each release, through both changes of the clock."""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from orchestration.defs.automation import CATCH_UP
from orchestration.records import PublisherRecord, load_publishers
from orchestration.releases import calendar

PUBLISHERS = load_publishers()
# Both changes of the clock in Europe and in America, and a year's end.
FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
FIRST_LOOK = timedelta(hours=2)
ANOTHER_LOOK = timedelta(hours=14)


def looks(crons: list[str], timezone: str) -> list[datetime]:
    """When Dagster's own scheduler fires."""
    times = schedule_execution_time_iterator(FROM.timestamp(), crons, timezone, ascending=True)
    return list(takewhile(lambda time: time < TO + timedelta(days=7), times))


@pytest.mark.parametrize("record", PUBLISHERS, ids=[record.id for record in PUBLISHERS])
def test_each_release_is_looked_at_soon_and_once_more_by_the_next_morning(record: PublisherRecord) -> None:
    """For what comes late or is put right; the second look may be the daily catch-up."""
    own = looks(list(record.schedule.looks), record.schedule.timezone)
    all_looks = sorted([*own, *looks([CATCH_UP], "UTC")])
    for dataset in record.datasets:
        releases = calendar(
            dataset.release,
            dataset.frequency,
            date(2024, 1, 1),
            TO.date(),
            dataset.overrides,
            dataset.week_ends,
        )
        due = [release.due_at for release in releases if FROM < release.due_at < TO]
        assert due, dataset.id
        for time in due:
            first = own[bisect_left(own, time)]
            assert timedelta(0) < first - time <= FIRST_LOOK, f"{dataset.id}: due {time}, looked at {first}"
            another = all_looks[bisect_left(all_looks, first) + 1]
            assert another - time <= ANOTHER_LOOK, f"{dataset.id}: due {time}, once more {another}"
