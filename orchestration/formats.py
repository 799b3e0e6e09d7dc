"""Numbers, periods, days and texts as people write them: ¥8.21 trn, $57.0 bn, −3.2 %, Apr 2026.

Pure: values in, text out. Missing values are a dash.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

MINUS = "−"
MISSING = "–"
# Between a number and its unit: no line breaks there.
GAP = "\N{NO-BREAK SPACE}"
SYMBOLS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
# The smallest amount in millions that is written in the unit, the unit, the places behind the point.
SCALES = ((Decimal(1_000_000), "trn", 2), (Decimal(1_000), "bn", 1), (Decimal(1), "m", 0))

Number = Decimal | float | int


def number(value: Number | None, places: int = 1, signed: bool = False) -> str:
    """A number with thousands separated: '12,345.6', '−3.2', with `signed` also '+3.2'."""
    if value is None:
        return MISSING
    rounded = _rounded(value, places)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{places}f}"


def exact(value: Decimal, signed: bool = False) -> str:
    """A number with the digits that it has, four behind the point at most: '1,056.32', '−9,874'."""
    plain = value.normalize()
    places = min(max(0, -plain.as_tuple().exponent), 4)
    return f"{plain:{'+' if signed else ''},.{places}f}".replace("-", MINUS)


def money(millions: Number | None, currency: str, signed: bool = False) -> str:
    """An amount in the unit that fits: '¥8.21 trn', '−$57.0 bn', '$12 m'.

    Args:
        millions: the amount in millions of the currency.
        currency: ISO 4217; one without a symbol of its own is written before the amount.
        signed: whether a plus is written, as for flows beside each other.
    """
    if millions is None:
        return MISSING
    amount = Decimal(str(millions))
    # Two places more than are written: 999,960 millions are ¥1.00 trn, not ¥1,000.0 bn.
    fits = (scale for scale in SCALES if _rounded(abs(amount) / scale[0], scale[2] + 2) >= 1)
    smallest, unit, places = next(fits, SCALES[-1])
    scaled = _rounded(amount / smallest, places)
    sign = MINUS if scaled < 0 else "+" if signed and scaled > 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency}{GAP}")
    return f"{sign}{symbol}{abs(scaled):,.{places}f}{GAP}{unit}"


def percent(value: Number | None, places: int = 1, signed: bool = False) -> str:
    """A number in percent: '−3.2 %'."""
    return MISSING if value is None else f"{number(value, places, signed)}{GAP}%"


def points(value: Number | None, places: int = 2) -> str:
    """A difference of two percentages, in percentage points: '+0.09 pp'."""
    return MISSING if value is None else f"{number(value, places, signed=True)}{GAP}pp"


def ordinal(place: int) -> str:
    """A place: '1st', '2nd', '3rd', '11th', '22nd'."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def day(value: date | None) -> str:
    """A day: '12 May 2025'."""
    return MISSING if value is None else f"{value.day} {value:%b %Y}"


def moment(when: datetime | None, zone: str = "UTC") -> str:
    """A time at a place: 'Fri 20 Nov 2026 08:50 JST'; a time without a zone is in UTC."""
    if when is None:
        return MISSING
    there = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    return f"{there:%a} {day(there)} {there:%H:%M %Z}"


def period(start: date, end: date, long: bool = False) -> str:
    """A period: 'Apr 2026', 'Q1 2026', 'H1 2026', '2026', '2–8 Aug 2026', '30 Dec 2025 – 5 Jan 2026'.

    Args:
        start: its first day.
        end: its last day.
        long: whether a month's name is written out, as in a headline.
    """
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole and months == 1:
        return f"{start:%B %Y}" if long else f"{start:%b %Y}"
    if whole and months in (3, 6) and start.month % months == 1:
        return f"{'Q' if months == 3 else 'H'}{end.month // months} {end.year}"
    if whole and months == 12 and start.month == 1:
        return str(end.year)
    if start == end:
        return day(start)
    if start.year != end.year:
        return f"{day(start)} – {day(end)}"
    if start.month != end.month:
        return f"{start.day} {start:%b} – {day(end)}"
    return f"{start.day}–{day(end)}"


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def cell(text: str) -> str:
    """A text in a table of Markdown."""
    return one_line(text).replace("|", "\\|")


def _rounded(value: Number, places: int) -> Decimal:
    """Half away from zero, as people round; never a negative zero."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return rounded if rounded else Decimal(0)
