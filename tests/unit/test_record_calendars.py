"""The calendar of every dataset, period by period, and what the clock says along it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from orchestration.arrivals import freshness
from orchestration.records import Dataset, load_datasets
from orchestration.releases import Arrival, DayOfMonthRule, Frequency, Release, calendar

DATASETS = load_datasets()
EVERY = pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.id)
SECOND = timedelta(seconds=1)

# Surveys come out within the period that they are about, reference rates on their own day.
WITHIN_THE_PERIOD = {
    "ecb/spf_individual_forecasts",
    "ecb/spf_inflation",
    "ecb/spf_usd_assumption",
    "phillyfed/spf",
    "surveys/inbox",
}
ON_THE_DAY = {"ecb/fx_reference_rates"}


def releases(dataset: Dataset, first: str, until: str) -> list[Release]:
    return calendar(
        dataset.release,
        dataset.frequency,
        date.fromisoformat(first),
        date.fromisoformat(until),
        dataset.overrides,
        dataset.week_ends,
    )


@EVERY
def test_releases_of_sixteen_years_are_on_working_days_at_the_publishers_hour_and_in_order(dataset):
    rule, zone = dataset.release, ZoneInfo(dataset.release.timezone)
    every = releases(dataset, "2015-01-01", "2030-12-31")
    there = [release.due_at.astimezone(zone) for release in every]
    assert all(rule.calendar.is_open(due.date()) for due in there)
    assert {due.time() for due in there} == {rule.at}
    assert there == sorted(there), "a later period is never due sooner"
    assert all(release.late_after - release.due_at == rule.grace for release in every)
    assert all(earlier.period_end < later.period_start for earlier, later in pairwise(every))
    # Daylight saving is the publisher's: another hour in UTC in summer, where the zone has any.
    several = {zone.utcoffset(datetime(2026, month, 1)) for month in (1, 7)}
    if len(every) > 16:
        assert len({release.due_at.time() for release in every}) == len(several)


@EVERY
def test_a_period_is_due_after_its_end_unless_the_record_is_of_a_survey_or_of_a_day(dataset):
    zone = ZoneInfo(dataset.release.timezone)
    for release in releases(dataset, "2015-01-01", "2030-12-31"):
        due = release.due_at.astimezone(zone).date()
        if dataset.id in WITHIN_THE_PERIOD:
            assert due <= release.period_end
        elif dataset.id in ON_THE_DAY:
            assert due == release.period_end
        elif dataset.id == "jp_boj/tankan" and release.period_end.month == 12:
            assert (due.year, due.month) == (release.period_end.year, 12)
        else:
            assert due > release.period_end


@EVERY
def test_leap_days_and_the_last_days_of_months_are_periods_and_releases_as_others(dataset):
    ends = {release.period_end for release in releases(dataset, "2015-01-01", "2030-12-31")}
    leap_days = {date(year, 2, 29) for year in (2016, 2020, 2024, 2028)}
    if dataset.frequency is Frequency.MONTHLY:
        assert leap_days < ends
        assert {date(2023, 2, 28), date(2025, 4, 30), date(2025, 12, 31)} < ends
    if dataset.frequency is Frequency.DAILY:
        assert leap_days & ends == leap_days - {date(2020, 2, 29)}, "that one was a Saturday"
    rule = dataset.release
    if isinstance(rule, DayOfMonthRule) and rule.day == 31 and dataset.frequency is Frequency.MONTHLY:
        # A month without a 31st: its last day, or the first working day after it.
        assert rule.release_day(date(2023, 12, 31)) == date(2024, 1, 31)
        assert rule.release_day(date(2024, 1, 31)) == date(2024, 2, 29)
        assert rule.release_day(date(2025, 1, 31)) == date(2025, 2, 28)
        assert rule.release_day(date(2025, 7, 31)) == date(2025, 9, 2), "a Sunday, then Labor Day"


@EVERY
def test_the_clock_says_fresh_due_and_late_at_the_second(dataset):
    """Of every period of five years: the one before it is held."""
    for before, release in pairwise(releases(dataset, "2021-12-01", "2026-12-31")):
        for moment, state in (
            (release.due_at - SECOND, Arrival.FRESH),
            (release.due_at, Arrival.DUE),
            (release.late_after - SECOND, Arrival.DUE),
            (release.late_after, Arrival.LATE),
        ):
            found = freshness(dataset, before.period_end, moment)
            assert (found.awaited, found.state) == (release, state)


def on_time(release: Release) -> datetime | None:
    return release.due_at


def late(release: Release) -> datetime | None:
    return release.late_after + timedelta(hours=30)


def with_a_year_without(release: Release) -> datetime | None:
    """A publisher that falls silent for a year; all that was missed comes at once."""
    silent, back = datetime(2024, 1, 15, tzinfo=UTC), datetime(2025, 1, 15, tzinfo=UTC)
    return back if silent <= release.due_at < back else release.due_at


def never_again(release: Release) -> datetime | None:
    return release.due_at if release.due_at < datetime(2024, 3, 1, tzinfo=UTC) else None


def moments(every: list[Release], arrives: Callable[[Release], datetime | None]) -> Iterator[datetime]:
    """Whenever something may change, and the second before."""
    turns = {moment for r in every for moment in (r.due_at, r.late_after, arrives(r)) if moment}
    return iter(sorted(turns | {moment - SECOND for moment in turns}))


@EVERY
@pytest.mark.parametrize("arrives", [on_time, late, with_a_year_without, never_again])
def test_over_five_years_a_dataset_is_what_the_periods_that_have_not_arrived_make_it(dataset, arrives):
    """Late where any period that should be there is late, due where any is due; and no step is left out."""
    every = releases(dataset, "2022-01-01", "2026-12-31")
    end = every[-1].due_at
    # Files hold all that came before: a period that has arrived has those before it with it.
    reached, awaited, said = 0, [], set()
    for now in moments(every, arrives):
        if now >= end:
            break
        while reached < len(every) and (moment := arrives(every[reached])) and moment <= now:
            reached += 1
        if reached == 0:
            continue
        found = freshness(dataset, every[reached - 1].period_end, now)
        missing = every[reached:]
        # Releases are in order, so the first that is missing is the first to be due and the first to be late.
        is_late = any(release.late_after <= now for release in missing[:3])
        is_due = any(release.due_at <= now for release in missing[:3])
        assert found.state is (Arrival.LATE if is_late else Arrival.DUE if is_due else Arrival.FRESH)
        said.add(found.state)
        if not awaited or awaited[-1] != found.awaited:
            awaited.append(found.awaited)
    if arrives in (on_time, late):
        # One after the other, each once; those that arrive at the same second are not awaited in between.
        assert awaited == [
            after
            for before, after in pairwise(every)
            if arrives(before) != arrives(after) and arrives(before) < end
        ]
    if arrives is on_time:
        assert Arrival.LATE not in said
    elif dataset.id != "surveys/inbox":  # nobody has to bring any: never late
        assert Arrival.LATE in said


@EVERY
def test_the_words_name_what_is_missing_in_both_zones_and_where_it_is_published(dataset):
    rule = dataset.release
    before, release = releases(dataset, "2025-12-31", "2026-12-31")[:2]
    both = f"{rule.at:%H:%M} {rule.timezone} ({release.due_at:%Y-%m-%d %H:%M} UTC)"
    for moment, words in (
        (release.due_at - SECOND, "Nothing is missing; "),
        (release.due_at, "is due since"),
        (release.late_after, "is late; it was due on"),
    ):
        found = freshness(dataset, before.period_end, moment)
        said = found.in_words()
        assert words in said
        assert str(release.period_end) in said
        assert both in said
        assert (dataset.page in said) == (found.state is not Arrival.FRESH)
    nothing = freshness(dataset, None, release.due_at)
    assert nothing.state is Arrival.NOTHING
    assert nothing.in_words() == f"Nothing is held yet. It is published at {dataset.page}"


def test_a_publisher_works_by_the_holidays_and_the_clock_of_one_place():
    """A record copied from another publisher's may keep one of the two."""
    # The ECB, with TARGET's holidays, is in Frankfurt.
    zones = {"XECB": {"Europe/Berlin"}}
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones.setdefault(country, set()).add(zone)
    for dataset in DATASETS.values():
        if not dataset.inbox:
            release = dataset.release
            assert release.timezone in zones.get(release.calendar.holidays, ()), dataset.id
