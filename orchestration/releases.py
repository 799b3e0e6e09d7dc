"""Release calendars: which periods there are, when each is due, and what is awaited now.

Pure functions of a rule and a date. What a dataset's rule is belongs in its record; what is held
belongs in the warehouse.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Frequency(StrEnum):
    """How long one period is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"


MONTHS_IN = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.SEMIANNUAL: 6,
    Frequency.ANNUAL: 12,
}


class Strict(BaseModel):
    """A part of a record: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BusinessCalendar(Strict):
    """Which days a publisher works: weekdays less its holidays."""

    holidays: str = Field(
        description="A country (`JP`, `US`) or a market (`XECB`) as the `holidays` package names it"
    )
    closed: tuple[str, ...] = Field(
        (),
        description="Further days closed: every year, as MM-DD (public offices at the year's end), or once, "
        "as YYYY-MM-DD (a storm, a day of mourning)",
    )

    @field_validator("holidays")
    @classmethod
    def _known(cls, code: str) -> str:
        known = set(holidays.list_supported_countries()) | set(holidays.list_supported_financial())
        if code not in known:
            raise ValueError(
                f"'{code}' is neither a country nor a market of the holidays package; "
                "expected for example JP, US or XECB"
            )
        return code

    @field_validator("closed")
    @classmethod
    def _days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            try:
                date.fromisoformat(day if len(day) == len("YYYY-MM-DD") else f"2000-{day}")
            except ValueError:
                raise ValueError(f"'{day}' is not a day; expected MM-DD or YYYY-MM-DD") from None
        return days

    def is_open(self, day: date) -> bool:
        """Whether the publisher works on that day."""
        return (
            day.weekday() < 5
            and not {day.isoformat(), day.isoformat()[5:]} & set(self.closed)
            and day not in _holidays(self.holidays, day.year)
        )

    def first_open(self, day: date) -> date:
        """That day, or the first one after it on which the publisher works."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def nth_open_after(self, day: date, n: int) -> date:
        """The n-th working day after a day; with n = 0 that day itself, or the next working day."""
        if n == 0:
            return self.first_open(day)
        for _ in range(n):
            day = self.first_open(day + timedelta(days=1))
        return day


@lru_cache(maxsize=1024)
def _holidays(code: str, year: int) -> frozenset[date]:
    if code in holidays.list_supported_financial():
        return frozenset(holidays.financial_holidays(code, years=year))
    return frozenset(holidays.country_holidays(code, years=year))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{name}' is not an IANA time zone such as Asia/Tokyo") from None
    return name


TimeZone = Annotated[str, AfterValidator(_zone)]


def _with_its_unit(duration: Any) -> Any:  # noqa: ANN401 - whatever the YAML held
    """A bare 2 would be two seconds."""
    if isinstance(duration, int | float):
        raise ValueError("expected a duration with its unit, such as P2D (two days) or PT12H (twelve hours)")
    return duration


Duration = Annotated[timedelta, BeforeValidator(_with_its_unit)]


class _Rule(Strict, ABC):
    at: time = Field(description="Local time of the release, HH:MM")
    timezone: TimeZone = Field(description="The publisher's time zone, as IANA names it")
    calendar: BusinessCalendar
    grace: Duration = Field(
        ge=timedelta(0), description="How long a period may be overdue before it is late, ISO 8601"
    )

    @field_validator("at", mode="before")
    @classmethod
    def _quoted(cls, at: Any) -> Any:  # noqa: ANN401 - whatever the YAML held
        """YAML reads 16:00 without quotes as 960, which would be sixteen minutes past midnight."""
        if isinstance(at, int | float):
            raise ValueError('expected a time in quotes, such as "16:00"')
        return at

    @abstractmethod
    def release_day(self, period_end: date) -> date:
        """The local day of the release of the period that ends on that day."""

    def due_at(self, period_end: date) -> datetime:
        """When the period that ends on that day is due, in UTC."""
        local = datetime.combine(self.release_day(period_end), self.at, ZoneInfo(self.timezone))
        return local.astimezone(UTC)


class BusinessDayRule(_Rule):
    """The n-th working day after the period's last day (0: that day itself)."""

    rule: Literal["business_day"]
    n: int = Field(ge=0, le=60)

    def release_day(self, period_end: date) -> date:
        """The local day of the release."""
        return self.calendar.nth_open_after(period_end, self.n)


class DayOfMonth(Strict):
    """A day of the month, some months after the period's last month; before it where negative."""

    day: int = Field(ge=1, le=31, description="Day of the month; a shorter month gives its last day")
    months_after: int = Field(ge=-11, le=24)


class DayOfMonthRule(_Rule, DayOfMonth):
    """A day of the month, some months after the period's last month; moved to a working day."""

    rule: Literal["day_of_month"]
    but: dict[int, DayOfMonth] = Field(
        {}, description="Another day for periods that end in these months (1 to 12)"
    )

    @field_validator("but")
    @classmethod
    def _months(cls, but: dict[int, DayOfMonth]) -> dict[int, DayOfMonth]:
        wrong = [month for month in but if not 1 <= month <= 12]
        if wrong:
            raise ValueError(f"expected months from 1 to 12, found {wrong}")
        return but

    def release_day(self, period_end: date) -> date:
        """The local day of the release."""
        when = self.but.get(period_end.month, self)
        month = _add_months(period_end.replace(day=1), when.months_after)
        last = _add_months(month, 1) - timedelta(days=1)
        return self.calendar.first_open(month.replace(day=min(when.day, last.day)))


class WeekdayRule(_Rule):
    """A weekday after the period's last day; moved to a working day."""

    rule: Literal["weekday"]
    weekday: Weekday
    weeks_after: int = Field(0, ge=0, le=12, description="Further weeks to wait")

    def release_day(self, period_end: date) -> date:
        """The local day of the release: strictly after the period's last day."""
        ahead = (WEEKDAYS.index(self.weekday) - period_end.weekday() - 1) % 7 + 1
        return self.calendar.first_open(period_end + timedelta(days=ahead, weeks=self.weeks_after))


ReleaseRule = Annotated[BusinessDayRule | DayOfMonthRule | WeekdayRule, Field(discriminator="rule")]


class Override(Strict):
    """Periods whose release did not, or will not, follow the rule, and why."""

    periods_from: date = Field(description="First last-day of the periods concerned")
    periods_to: date = Field(description="Last last-day of the periods concerned")
    due: date = Field(description="The day on which they are due instead")
    reason: str = Field(min_length=10)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.periods_to < self.periods_from:
            raise ValueError("periods_to is before periods_from")
        return self


@dataclass(frozen=True, order=True)
class Release:
    """One period and when it is due; times are UTC."""

    period_end: date
    period_start: date
    due_at: datetime
    late_after: datetime
    reason: str = ""


class Arrival(StrEnum):
    """What the clock says of the period that is awaited."""

    FRESH = "fresh"
    DUE = "due"
    LATE = "late"
    NOTHING = "nothing held"


def arrival(awaited: Release, now: datetime, newest_held: date | None) -> Arrival:
    """Fresh until the awaited period is due, due within the grace, late after it."""
    if newest_held is None:
        return Arrival.NOTHING
    if now < awaited.due_at:
        return Arrival.FRESH
    return Arrival.DUE if now < awaited.late_after else Arrival.LATE


def periods(
    frequency: Frequency, first: date, calendar: BusinessCalendar, week_ends: Weekday = "saturday"
) -> Iterator[tuple[date, date]]:
    """The periods of a series, from the one that holds `first`, without end: (start, end).

    Days are the publisher's working days; weeks end on `week_ends`.
    """
    if frequency is Frequency.DAILY:
        day = calendar.first_open(first)
        while True:
            yield day, day
            day = calendar.first_open(day + timedelta(days=1))
    if frequency is Frequency.WEEKLY:
        end = first + timedelta(days=(WEEKDAYS.index(week_ends) - first.weekday()) % 7)
        while True:
            yield end - timedelta(days=6), end
            end += timedelta(days=7)
    months = MONTHS_IN[frequency]
    start = first.replace(month=(first.month - 1) // months * months + 1, day=1)
    while True:
        following = _add_months(start, months)
        yield start, following - timedelta(days=1)
        start = following


def due_at(rule: ReleaseRule, period_end: date, overrides: Iterable[Override] = ()) -> tuple[datetime, str]:
    """When the period that ends on that day is due, in UTC, and why if not by the rule."""
    for override in overrides:
        if override.periods_from <= period_end <= override.periods_to:
            moved = datetime.combine(override.due, rule.at, ZoneInfo(rule.timezone))
            return moved.astimezone(UTC), override.reason
    return rule.due_at(period_end), ""


def releases_from(
    rule: ReleaseRule,
    frequency: Frequency,
    first: date,
    overrides: Iterable[Override] = (),
    week_ends: Weekday = "saturday",
) -> Iterator[Release]:
    """Every release of a series, from the period that holds `first`, without end."""
    for start, end in periods(frequency, first, rule.calendar, week_ends):
        due, reason = due_at(rule, end, overrides)
        yield Release(end, start, due, due + rule.grace, reason)


def calendar(
    rule: ReleaseRule,
    frequency: Frequency,
    first: date,
    until: date,
    overrides: Iterable[Override] = (),
    week_ends: Weekday = "saturday",
) -> list[Release]:
    """Every release of a series for the periods from `first` to the one that holds `until`."""
    every = releases_from(rule, frequency, first, overrides, week_ends)
    return list(takewhile(lambda release: release.period_start <= until, every))


def _add_months(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
