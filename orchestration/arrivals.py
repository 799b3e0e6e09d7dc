"""Whether a dataset has what should be out by now, by its record's release rule, and how that is said.

Checks, `make status` and alerts ask `freshness`; `quality.freshness` says the same in SQL (tested). Calendars
themselves are in `releases`; what is held is in the warehouse.
"""

from calendar import month_name
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestration.formats import ordinal
from orchestration.records import Dataset
from orchestration.releases import Arrival, DayOfMonth, Release, arrival, calendar, releases_from

# How far the calendars that SQL gets reach beyond the newest period held: what is awaited is always there.
HORIZON = timedelta(days=400)
# Where a series with nothing held begins to be awaited: long enough ago to be late at once.
NOTHING_HELD = date(2000, 1, 1)


@dataclass(frozen=True)
class Freshness:
    """What a dataset holds and awaits, and what the clock says of it."""

    dataset: Dataset
    newest_held: date | None
    awaited: Release
    state: Arrival

    @property
    def due_there(self) -> datetime:
        """When the awaited period is due, in the publisher's time zone."""
        return self.awaited.due_at.astimezone(ZoneInfo(self.dataset.release.timezone))

    def in_words(self) -> str:
        """One sentence on what is awaited, and why where it is not due by the rule."""
        if self.state is Arrival.NOTHING:
            return f"Nothing is held yet. It is published at {self.dataset.page}"
        start, end = self.awaited.period_start, self.awaited.period_end
        span = str(end) if start == end else f"{start} to {end}"
        due = f"{self.due_there:%Y-%m-%d %H:%M} {self.dataset.release.timezone} "
        due += f"({self.awaited.due_at:%Y-%m-%d %H:%M} UTC)"
        why = f" Not by the rule: {self.awaited.reason}" if self.awaited.reason else ""
        if self.state is Arrival.FRESH:
            return f"Nothing is missing; {span} is due on {due}.{why}"
        since = "is due since" if self.state is Arrival.DUE else "is late; it was due on"
        return f"{span} {since} {due}.{why} It is published at {self.dataset.page}"


def freshness(dataset: Dataset, newest_held: date | None, now: datetime) -> Freshness:
    """What is awaited after the newest period held, and whether it is due or late at that time."""
    release = awaited_release(dataset, newest_held)
    return Freshness(dataset, newest_held, release, arrival(release, now, newest_held))


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
    """The release that is awaited: of the first period that ends after the newest one held."""
    releases = releases_from(
        dataset.release,
        dataset.frequency,
        newest_held or NOTHING_HELD,
        dataset.overrides,
        dataset.week_ends,
    )
    return next(r for r in releases if newest_held is None or r.period_end > newest_held)


def rule_in_words(dataset: Dataset) -> str:
    """A dataset's release rule as a person would say it."""
    rule = dataset.release
    if rule.rule == "business_day":
        when = "on the day itself" if rule.n == 0 else f"{ordinal(rule.n)} business day after"
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
        return f"by the {ordinal(rule.day)} of the period's last month"
    if rule.months_after < 0:
        return f"by the {ordinal(rule.day)}, {_count(-rule.months_after, 'month')} before the period's last"
    return f"by the {ordinal(rule.day)}, {_count(rule.months_after, 'month')} after"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
