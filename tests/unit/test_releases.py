"""Release calendars: the dates that publishers kept come out of the rules."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from orchestration.arrivals import awaited_release
from orchestration.records import load_datasets
from orchestration.releases import (
    WEEKDAYS,
    Arrival,
    BusinessCalendar,
    BusinessDayRule,
    DayOfMonthRule,
    Frequency,
    Override,
    Release,
    ReleaseRule,
    WeekdayRule,
    arrival,
    calendar,
    due_at,
    periods,
)

DATASETS = load_datasets()
WEEKLY = DATASETS["jp_mof/securities_weekly"].release
MONTHLY = DATASETS["jp_mof/securities_monthly"].release
ECB = DATASETS["ecb/fx_reference_rates"].release
US = {"timezone": "America/New_York", "calendar": {"holidays": "US"}, "grace": "P3D"}
TOKYO = {"timezone": "Asia/Tokyo", "calendar": {"holidays": "JP"}, "grace": "P3D"}
TIC = DayOfMonthRule(rule="day_of_month", day=18, months_after=2, at="16:00", **US)
CFTC = WeekdayRule(rule="weekday", weekday="friday", at="15:30", **US)


def local(rule: ReleaseRule, period_end: str) -> str:
    due, _ = due_at(rule, date.fromisoformat(period_end))
    return f"{due.astimezone(ZoneInfo(rule.timezone)):%Y-%m-%d %H:%M}"


def utc(rule: ReleaseRule, period_end: str) -> str:
    return f"{due_at(rule, date.fromisoformat(period_end))[0]:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("week_end", "released"),
    [
        ("2026-08-01", "2026-08-06 08:50"),  # seen
        ("2026-08-08", "2026-08-14 08:50"),  # seen; the 11th is Mountain Day
        ("2025-12-27", "2026-01-08 08:50"),  # the turn of the year: two weeks come out together
        ("2026-01-03", "2026-01-08 08:50"),
        ("2026-05-02", "2026-05-12 08:50"),  # Golden Week lasts to the 6th
    ],
)
def test_weekly_figures_of_japan_come_out_on_the_fourth_working_day(week_end, released):
    assert local(WEEKLY, week_end) == released


@pytest.mark.parametrize(
    ("month_end", "released"),
    [
        ("2025-04-30", "2025-05-12 08:50"),  # seen, as are the next two
        ("2026-07-31", "2026-08-10 08:50"),
        ("2026-08-31", "2026-09-08 08:50"),
        ("2025-12-31", "2026-01-13 08:50"),  # the 12th is Coming-of-Age Day
        ("2024-02-29", "2024-03-08 08:50"),
    ],
)
def test_monthly_figures_of_japan_come_out_on_the_sixth_working_day(month_end, released):
    assert local(MONTHLY, month_end) == released


@pytest.mark.parametrize(
    ("month_end", "released"),
    [
        ("2025-04-30", "2025-06-18 16:00"),  # seen
        ("2026-06-30", "2026-08-18 16:00"),
        ("2026-02-28", "2026-04-20 16:00"),  # the 18th is a Saturday
        ("2024-12-31", "2025-02-18 16:00"),
        ("2025-11-30", "2026-01-20 16:00"),  # a Sunday, then Martin Luther King's Day
    ],
)
def test_us_capital_flows_come_out_by_the_18th_two_months_after(month_end, released):
    assert local(TIC, month_end) == released


@pytest.mark.parametrize(
    ("tuesday", "released"),
    [
        ("2026-08-11", "2026-08-14 15:30"),
        ("2026-12-22", "2026-12-28 15:30"),  # Friday is Christmas Day
        ("2026-08-14", "2026-08-21 15:30"),  # from a Friday it is the next one
    ],
)
def test_positions_come_out_on_the_friday_after_their_tuesday(tuesday, released):
    assert local(CFTC, tuesday) == released


def test_further_weeks_are_waited_for():
    later = CFTC.model_copy(update={"weeks_after": 2})
    assert local(later, "2026-08-11") == "2026-08-28 15:30"


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-08-14", "2026-08-14 16:00"),
        ("2026-04-03", "2026-04-07 16:00"),  # Good Friday and Easter Monday close TARGET
        ("2026-12-25", "2026-12-28 16:00"),
    ],
)
def test_reference_rates_come_out_on_the_day_itself_where_target_is_open(day, due):
    assert local(ECB, day) == due


@pytest.mark.parametrize(
    ("rule", "period_end", "due"),
    [
        (TIC, "2025-12-31", "2026-02-18 21:00"),
        (TIC, "2026-06-30", "2026-08-18 20:00"),
        (ECB, "2026-01-15", "2026-01-15 15:00"),
        (ECB, "2026-07-15", "2026-07-15 14:00"),
        (ECB, "2026-03-27", "2026-03-27 15:00"),  # the last working day of winter time
        (ECB, "2026-03-30", "2026-03-30 14:00"),
        (WEEKLY, "2026-08-01", "2026-08-05 23:50"),  # in Tokyo it is the 6th
    ],
)
def test_daylight_saving_is_the_publishers(rule, period_end, due):
    assert utc(rule, period_end) == due


@pytest.mark.parametrize(
    ("day", "month_end", "released"),
    [(31, "2026-01-31", "2026-03-31"), (30, "2025-12-31", "2026-03-02"), (31, "2023-12-31", "2024-02-29")],
)
def test_a_day_that_a_month_does_not_have_is_its_last(day, month_end, released):
    rule = DayOfMonthRule(rule="day_of_month", day=day, months_after=2, at="16:00", **US)
    assert local(rule, month_end) == f"{released} 16:00"


TANKAN = DayOfMonthRule(
    rule="day_of_month", day=1, months_after=1, but={12: {"day": 15, "months_after": 0}}, at="08:50", **TOKYO
)


@pytest.mark.parametrize(
    ("quarter_end", "released"),
    [("2025-03-31", "2025-04-01"), ("2025-06-30", "2025-07-01"), ("2025-12-31", "2025-12-15")],
)
def test_periods_that_end_in_one_month_may_have_a_day_of_their_own(quarter_end, released):
    assert local(TANKAN, quarter_end) == f"{released} 08:50"


def test_a_survey_may_come_out_before_its_quarter_ends():
    rule = DayOfMonthRule(rule="day_of_month", day=15, months_after=-1, at="16:00", **US)
    assert local(rule, "2025-03-31") == "2025-02-18 16:00", "15 February was a Saturday, the 17th a holiday"


def test_an_override_moves_the_periods_that_it_names_and_says_why():
    shutdown = Override(
        periods_from="2025-10-07",
        periods_to="2025-10-14",
        due="2025-11-21",
        reason="The government was shut down from 1 October to 12 November 2025",
    )
    due, reason = due_at(CFTC, date(2025, 10, 14), [shutdown])
    assert due == datetime(2025, 11, 21, 20, 30, tzinfo=UTC)
    assert reason == shutdown.reason
    for outside in (date(2025, 9, 30), date(2025, 10, 21)):
        assert due_at(CFTC, outside, [shutdown]) == (CFTC.due_at(outside), "")


def test_a_calendar_tells_late_after_the_grace_and_overrides_with_their_reason():
    moved = Override(
        periods_from="2026-07-31", periods_to="2026-07-31", due="2026-08-20", reason="a strike, announced"
    )
    june, july = calendar(MONTHLY, Frequency.MONTHLY, date(2026, 6, 15), date(2026, 7, 1), [moved])
    assert (june.period_start, june.period_end, june.reason) == (date(2026, 6, 1), date(2026, 6, 30), "")
    assert june.late_after - june.due_at == timedelta(days=2)
    assert july.due_at == datetime(2026, 8, 19, 23, 50, tzinfo=UTC)
    assert july.reason == "a strike, announced"


DUE = datetime(2026, 8, 5, 23, 50, tzinfo=UTC)
RELEASE = Release(date(2026, 8, 1), date(2026, 7, 26), DUE, DUE + timedelta(days=2))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (DUE - SECOND, Arrival.FRESH),
        (DUE, Arrival.DUE),
        (DUE + timedelta(days=2) - SECOND, Arrival.DUE),
        (DUE + timedelta(days=2), Arrival.LATE),
    ],
)
def test_a_period_is_due_from_its_hour_and_late_from_the_end_of_the_grace(now, state):
    assert arrival(RELEASE, now, date(2026, 7, 25)) is state
    assert arrival(RELEASE, now, None) is Arrival.NOTHING


def test_the_first_period_that_ends_after_the_newest_held_is_awaited():
    weekly = DATASETS["jp_mof/securities_weekly"]
    assert awaited_release(weekly, date(2026, 8, 1)).period_end == date(2026, 8, 8)
    assert awaited_release(weekly, date(2026, 7, 31)).period_end == date(2026, 8, 1)
    assert awaited_release(weekly, None).period_end == date(2000, 1, 1)


@pytest.mark.parametrize(
    ("frequency", "first", "expected"),
    [
        (Frequency.DAILY, "2026-04-02", ["2026-04-02..2026-04-02", "2026-04-07..2026-04-07"]),
        (Frequency.DAILY, "2026-08-15", ["2026-08-17..2026-08-17", "2026-08-18..2026-08-18"]),
        (Frequency.WEEKLY, "2026-08-01", ["2026-07-26..2026-08-01", "2026-08-02..2026-08-08"]),
        (Frequency.WEEKLY, "2026-08-02", ["2026-08-02..2026-08-08", "2026-08-09..2026-08-15"]),
        (Frequency.MONTHLY, "2024-01-31", ["2024-01-01..2024-01-31", "2024-02-01..2024-02-29"]),
        (Frequency.QUARTERLY, "2025-12-31", ["2025-10-01..2025-12-31", "2026-01-01..2026-03-31"]),
        (Frequency.SEMIANNUAL, "2025-06-30", ["2025-01-01..2025-06-30", "2025-07-01..2025-12-31"]),
        (Frequency.ANNUAL, "2025-02-01", ["2025-01-01..2025-12-31", "2026-01-01..2026-12-31"]),
    ],
)
def test_periods_begin_with_the_one_that_holds_the_first_day(frequency, first, expected):
    found = islice(periods(frequency, date.fromisoformat(first), ECB.calendar), 2)
    assert [f"{start}..{end}" for start, end in found] == expected


def test_a_week_may_end_on_another_day():
    found = periods(Frequency.WEEKLY, date(2026, 8, 12), ECB.calendar, "tuesday")
    assert next(found) == (date(2026, 8, 12), date(2026, 8, 18))


def test_a_calendar_ends_with_the_period_that_holds_the_last_day():
    months = calendar(MONTHLY, Frequency.MONTHLY, date(2026, 1, 31), date(2026, 3, 1))
    assert [m.period_end.month for m in months] == [1, 2, 3]


@given(
    frequency=st.sampled_from(Frequency),
    week_ends=st.sampled_from(WEEKDAYS),
    first=st.dates(date(1995, 1, 1), date(2030, 12, 31)),
)
def test_periods_follow_each_other_without_gap_or_overlap(frequency, week_ends, first):
    until = first + timedelta(days=5 * 366)
    found = []
    for start, end in periods(frequency, first, ECB.calendar, week_ends):
        found.append((start, end))
        if end >= until:
            break
    assert all(start <= end for start, end in found)
    if frequency is Frequency.DAILY:
        open_days = [first + timedelta(days=n) for n in range((found[-1][1] - first).days + 1)]
        assert [day for day, _ in found] == [day for day in open_days if ECB.calendar.is_open(day)]
    else:
        assert found[0][0] <= first <= found[0][1]
        assert all(start == end + timedelta(days=1) for (_, end), (start, _) in pairwise(found))


CALENDARS = st.sampled_from([WEEKLY.calendar, ECB.calendar, TIC.calendar])
SHARED = {
    "at": st.times(),
    "timezone": st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]),
    "calendar": CALENDARS,
    "grace": st.just(timedelta(days=2)),
}
RULES = st.one_of(
    st.builds(BusinessDayRule, rule=st.just("business_day"), n=st.integers(0, 20), **SHARED),
    st.builds(
        DayOfMonthRule,
        rule=st.just("day_of_month"),
        day=st.integers(1, 31),
        months_after=st.integers(1, 6),
        **SHARED,
    ),
    st.builds(
        WeekdayRule,
        rule=st.just("weekday"),
        weekday=st.sampled_from(WEEKDAYS),
        weeks_after=st.integers(0, 4),
        **SHARED,
    ),
)


@given(rule=RULES, frequency=st.sampled_from(Frequency), first=st.dates(date(1995, 1, 1), date(2030, 12, 31)))
def test_nothing_is_due_before_its_period_ends_nor_on_a_day_off(rule, frequency, first):
    releases = calendar(rule, frequency, first, first + timedelta(days=5 * 366))
    days = [r.due_at.astimezone(ZoneInfo(rule.timezone)).date() for r in releases]
    assert all(day >= release.period_end for day, release in zip(days, releases, strict=True))
    assert all(rule.calendar.is_open(day) for day in days)
    assert days == sorted(days), "a later period is never due sooner"


def mistake(kind: type, **fields: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(fields)
    return str(caught.value)


BUSINESS_DAY = {"rule": "business_day", "n": 4, "at": "08:50", **US}


def test_a_holiday_calendar_that_nobody_keeps_is_refused():
    assert "'JPN1' is neither a country nor a market" in mistake(BusinessCalendar, holidays="JPN1")


@pytest.mark.parametrize("day", ["29-12", "12-32", "12/29", "1-2-3", "2021-02-29", "2021/02/28", ""])
def test_a_closed_day_that_is_none_is_refused(day):
    assert f"'{day}' is not a day; expected MM-DD or YYYY-MM-DD" in mistake(
        BusinessCalendar, holidays="JP", closed=[day]
    )


def test_a_leap_day_may_be_a_closed_day():
    assert not BusinessCalendar(holidays="JP", closed=["02-29"]).is_open(date(2024, 2, 29))


def test_a_day_may_be_closed_once():
    bank = BusinessCalendar(holidays="US", closed=["2020-12-24"])
    assert not bank.is_open(date(2020, 12, 24))
    assert bank.is_open(date(2021, 12, 23))
    assert bank.is_open(date(2019, 12, 24))


@pytest.mark.parametrize("zone", ["Asia/Tokio", "JST+9:00", "", "Asia", "../etc/passwd"])
def test_a_time_zone_that_is_none_is_refused(zone):
    assert f"'{zone}' is not an IANA time zone" in mistake(ReleaseRule, **BUSINESS_DAY | {"timezone": zone})


def test_an_hour_without_quotes_is_refused_instead_of_read_as_minutes():
    assert 'expected a time in quotes, such as "16:00"' in mistake(ReleaseRule, **BUSINESS_DAY | {"at": 960})
    assert TypeAdapter(ReleaseRule).validate_python(BUSINESS_DAY).at == time(8, 50)


def test_an_override_that_ends_before_it_begins_is_refused():
    said = mistake(
        Override,
        periods_from="2026-02-01",
        periods_to="2026-01-01",
        due="2026-03-01",
        reason="a strike, long",
    )
    assert "periods_to is before periods_from" in said
