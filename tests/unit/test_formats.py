"""Numbers, periods and days as people write them."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from orchestration import formats


@pytest.mark.parametrize(
    ("millions", "currency", "written"),
    [
        (Decimal("8213000.00"), "JPY", "¥8.21 trn"),
        (Decimal("10423800.00"), "JPY", "¥10.42 trn"),
        (Decimal("56951.28"), "USD", "$57.0 bn"),
        (Decimal("-376700"), "JPY", "−¥376.7 bn"),
        (Decimal("999960"), "JPY", "¥1.00 trn"),
        (Decimal("999940"), "JPY", "¥999.9 bn"),
        (Decimal("999.5"), "USD", "$1.0 bn"),
        (Decimal("999.4"), "USD", "$999 m"),
        (Decimal("-0.2"), "USD", "$0 m"),
        (Decimal(0), "JPY", "¥0 m"),
        (Decimal(12), "CHF", "CHF 12 m"),
        (None, "JPY", "–"),
    ],
)
def test_amounts_are_written_in_the_unit_that_fits(
    millions: Decimal | None, currency: str, written: str
) -> None:
    assert formats.money(millions, currency).replace(formats.GAP, " ") == written


def test_units_do_not_leave_their_numbers_at_a_line_break() -> None:
    for text in (formats.money(Decimal(5), "JPY"), formats.percent(1), formats.points(1)):
        assert " " not in text


def test_a_plus_is_written_only_where_it_is_asked_for_and_never_before_zero() -> None:
    assert formats.money(Decimal(2000), "USD", signed=True).startswith("+$2.0")
    assert formats.number(Decimal("0.04"), 1, signed=True) == "0.0"
    assert formats.number(Decimal("-0.04"), 1) == "0.0"
    assert formats.percent(Decimal("-3.25")).replace(formats.GAP, " ") == "−3.3 %"
    assert formats.points(Decimal("0.085")).replace(formats.GAP, " ") == "+0.09 pp"


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), "Apr 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "Feb 2024"),
        (date(2024, 2, 1), date(2024, 2, 28), "1–28 Feb 2024"),
        (date(2026, 1, 1), date(2026, 3, 31), "Q1 2026"),
        (date(2026, 7, 1), date(2026, 12, 31), "H2 2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "1 Feb – 30 Apr 2026"),
        (date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2025, 4, 1), date(2026, 3, 31), "1 Apr 2025 – 31 Mar 2026"),
        (date(2026, 8, 2), date(2026, 8, 8), "2–8 Aug 2026"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 Dec 2025 – 3 Jan 2026"),
        (date(2026, 5, 12), date(2026, 5, 12), "12 May 2026"),
    ],
)
def test_periods_are_written_as_people_write_them(start: date, end: date, written: str) -> None:
    assert formats.period(start, end) == written


def test_a_time_is_that_of_its_place() -> None:
    assert formats.moment(datetime(2026, 8, 19, 23, 50), "Asia/Tokyo") == "Thu 20 Aug 2026 08:50 JST"
    assert formats.moment(datetime(2026, 2, 4, 22), "America/New_York") == "Wed 4 Feb 2026 17:00 EST"
    assert formats.moment(None) == "–"


def test_places_end_as_in_english() -> None:
    written = [formats.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112, 1001)]
    assert written == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1,001st"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1056.3200000000", "1,056.32"),
        ("-9874.00", "−9,874"),
        ("0.12345678", "0.1235"),
        ("1E+3", "1,000"),
        ("0.00", "0"),
    ],
)
def test_a_number_has_the_digits_that_it_has(value: str, text: str) -> None:
    assert formats.exact(Decimal(value)) == text
