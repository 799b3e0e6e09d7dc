"""What a dataset awaits next, by its record's release rule, and how that is said.

Calendars themselves are in `releases`; what is held is in the warehouse.
"""

from calendar import month_name
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from orchestration.records import Dataset
from orchestration.releases import Arrival, DayOfMonth, Release, awaited, calendar

# How far the calendars reach beyond the newest period held: what is awaited next is always there.
HORIZON = timedelta(days=400)
# Where a series with nothing held begins to be awaited: long enough ago to be late at once.
NOTHING_HELD = date(2000, 1, 1)


def dataset_calendar(dataset: Dataset, first: date, newest: date) -> list[Release]:
    """Every release from the first period held to well after the newest one."""
    return calendar(
        dataset.release,
        dataset.frequency,
        first,
        newest + HORIZON,
        dataset.overrides,
        dataset.week_ends,
    )


def awaited_release(dataset: Dataset, newest_held: date | None) -> Release:
    """The release that is awaited after the newest period held."""
    newest = newest_held or NOTHING_HELD
    found = awaited(dataset_calendar(dataset, newest, newest), newest_held)
    assert found is not None, "the calendar reaches beyond the newest period"  # noqa: S101
    return found


def arrival_in_words(dataset: Dataset, release: Release, state: Arrival) -> str:
    """One sentence on the period that is awaited."""
    if state is Arrival.NOTHING:
        return f"Nothing is held yet. It is published at {dataset.page}"
    span = str(release.period_end)
    if release.period_start != release.period_end:
        span = f"{release.period_start} to {release.period_end}"
    there = release.due_at.astimezone(ZoneInfo(dataset.release.timezone))
    due = f"{there:%Y-%m-%d %H:%M} {dataset.release.timezone} ({release.due_at:%Y-%m-%d %H:%M} UTC)"
    if state is Arrival.FRESH:
        return f"Nothing is missing; {span} is due on {due}."
    since = "is due since" if state is Arrival.DUE else "is late; it was due on"
    return f"{span} {since} {due}. It is published at {dataset.page}"


def rule_in_words(dataset: Dataset) -> str:
    """A dataset's release rule as a person would say it."""
    rule = dataset.release
    if rule.rule == "business_day":
        when = "on the day itself" if rule.n == 0 else f"{_ordinal(rule.n)} business day after"
    elif rule.rule == "day_of_month":
        when = _day_in_words(rule) + "".join(
            f"; of periods that end in {month_name[month]} {_day_in_words(other)}"
            for month, other in sorted(rule.but.items())
        )
    else:
        later = f", {_count(rule.weeks_after, 'week')} later" if rule.weeks_after else ""
        when = f"{rule.weekday.capitalize()} after{later}"
    return f"{when}, {rule.at:%H:%M} {rule.timezone}"


def _day_in_words(rule: DayOfMonth) -> str:
    if rule.months_after == 0:
        return f"by the {_ordinal(rule.day)} of the period's last month"
    if rule.months_after < 0:
        return f"by the {_ordinal(rule.day)}, {_count(-rule.months_after, 'month')} before the period's last"
    return f"by the {_ordinal(rule.day)}, {_count(rule.months_after, 'month')} after"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _ordinal(n: int) -> str:
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
