"""Parsers of the World Bank: reserves from the indicators' service, and the monthly Pink Sheet.

The service answers in JSON, page by page: a list of what the page is and of its records. It answers
with status 200, too, where it refuses a request. The Pink Sheet is a workbook with a column per
commodity; commodities come and go, so the columns are read, not expected, but for gold's.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, decode, pages, squash, text_frame

RESERVES = "worldbank/reserves"
# The name says what is counted and in which unit; there is no other place that does.
INDICATORS = {
    "FI.RES.TOTL.CD": "Total reserves (includes gold, current US$)",
    "FI.RES.XGLD.CD": "Total reserves minus gold (current US$)",
}
RESERVES_COLUMNS = (
    "indicator",
    "countryiso3code",
    "date",
    "value",
    "obs_status",
    "period_start",
    "period_end",
)
# The largest holder's reserves, in dollars: 3.9 trillion were China's in 2014, 19 billion those of the United
# States in 1960. Thousands or millions are not.
LARGEST_RESERVES = (1.5e10, 1e14)
# What each record must have; the rest of it is names and the number of decimals to show.
RECORD_KEYS = ("indicator", "countryiso3code", "date", "value", "unit", "obs_status")
PAGE_KEYS = ("page", "pages", "total", "lastupdated")

PRICES = "worldbank/commodity_prices"
PRICES_COLUMNS = ("commodity", "unit", "price", "period_start", "period_end")
SHEET = "Monthly Prices"
# Rows count from 0 here; messages name cells as the spreadsheet does.
TITLE_ROW, SPAN_ROW, STAMP_ROW, NAMES_ROW, UNITS_ROW, FIRST_ROW = 0, 1, 3, 4, 5, 6
TITLE = "World Bank Commodity Price Data (The Pink Sheet)"
SPAN = r"monthly prices in nominal US dollars, (\d{4}) to present"
STAMP = r"Updated on ([A-Z][a-z]+ \d{1,2}, \d{4})"
# An edition comes out in the month after its newest prices; some days more for a late one.
STAMP_WITHIN = timedelta(days=62)
UNIT = r"\((\$/[a-z ]+|cents/[a-z ]+|2010=100)\)"
GOLD, GOLD_UNIT = "Gold", "($/troy oz)"
PRICE = r"[0-9]+(\.[0-9]+)?"
MISSING = ("", "…", "...", "..")
# By law an ounce cost 35 dollars until March 1968: no other column holds such prices.
PARITY = (Decimal(34), Decimal(36), "1968-01-01")
# An average of three, as the sheet says of itself; nothing else in it adds up.
OIL, OILS = "Crude oil, average", ("Crude oil, Brent", "Crude oil, Dubai", "Crude oil, WTI")
OIL_TOLERANCE = Decimal("0.02")

Sheet = list[list[str]]


class _Number(str):
    """A number of a JSON text, digit by digit as it was written."""

    __slots__ = ()


def recognise_reserves(payload: bytes) -> None:
    """Demand answers with records of one of the two indicators."""
    _indicator(_answers(payload))


def part_of_reserves(payload: bytes) -> str:
    """The indicator that the records are of."""
    return _indicator(_answers(payload))


def reserves_updated_on(payload: bytes) -> date:
    """The day on which the database was updated, the same on every page."""
    answers = _answers(payload)
    days = {page["lastupdated"] for page, _ in answers}
    try:
        (day,) = days
        return date.fromisoformat(day)
    except (TypeError, ValueError):
        raise LayoutError(
            f"{RESERVES}: expected one day 'lastupdated' on all {len(answers)} pages, found "
            f"{sorted(map(str, days))}. The database may have been updated in between; nothing was loaded."
        ) from None


def next_page_of_reserves(address: str, payload: bytes) -> str | None:
    """The address of the page after this one; None after the last."""
    ((page, _),) = _answers(payload)
    if int(page["page"]) >= int(page["pages"]):
        return None
    return f"{re.sub(r'&page=[0-9]+', '', address)}&page={int(page['page']) + 1}"


def parse_reserves(payload: bytes) -> pd.DataFrame:
    """One row per country and year with a figure, in US dollars as published."""
    answers = _answers(payload)
    indicator = _indicator(answers)
    first = answers[0][0]
    numbers = [page["page"] for page, _ in answers]
    records = [record for _, found in answers for record in found]
    if numbers != [str(n) for n in range(1, int(first["pages"]) + 1)] or len(records) != int(first["total"]):
        raise LayoutError(
            f"{RESERVES}: expected the pages 1 to {first['pages']} with {first['total']} records in all, "
            f"found the pages {', '.join(numbers)} with {len(records)}. The answer may be cut short; nothing "
            "was loaded."
        )
    rows, seen = [], set()
    for number, record in enumerate(records, start=1):
        country, year, value = _observation(record, indicator, number)
        if (country, year) in seen:
            raise _unlike_record(number, f"each country and year once, found {country} {year} again")
        seen.add((country, year))
        if value is None:
            continue
        rows.append(
            {
                "indicator": indicator,
                "countryiso3code": country,
                "date": year,
                "value": str(value),
                "obs_status": record["obs_status"],
                "period_start": f"{year}-01-01",
                "period_end": f"{year}-12-31",
            }
        )
    frame = text_frame(rows, RESERVES)[list(RESERVES_COLUMNS)]
    lowest, highest = LARGEST_RESERVES
    largest = frame["value"].astype(float).max()
    if not lowest <= largest <= highest:
        raise LayoutError(
            f"{RESERVES}: expected the largest reserves between {lowest:,.0f} and {highest:,.0f} dollars, "
            f"found {largest:,.0f}. The unit may have changed; nothing was loaded."
        )
    return frame


def _answers(payload: bytes) -> list[tuple[dict[str, Any], list[Any]]]:
    """What each page says of itself, and its records."""
    return [_answer(page) for page in pages(payload, RESERVES)]


def _answer(page: bytes) -> tuple[dict[str, Any], list[Any]]:
    text = decode(page, "utf-8-sig", RESERVES)
    try:
        answer = json.loads(text, parse_float=_Number, parse_int=_Number)
    except ValueError as error:
        raise LayoutError(
            f"{RESERVES}: expected an answer in JSON, found {len(page):,} bytes that begin with "
            f"'{text[:40]}' ({error}). It may be cut short or another file; nothing was loaded."
        ) from None
    if (
        isinstance(answer, list)
        and len(answer) == 1
        and isinstance(answer[0], dict)
        and "message" in answer[0]
    ):
        raise LayoutError(
            f"{RESERVES}: expected records, but the service refused the request: "
            f"{json.dumps(answer[0]['message'])[:200]}. What is held stays; nothing was loaded."
        )
    if (
        not isinstance(answer, list)
        or len(answer) != 2
        or not isinstance(answer[0], dict)
        or not isinstance(answer[1], list)
        or any(key not in answer[0] for key in PAGE_KEYS)
        or any(not re.fullmatch(r"\d+", str(answer[0][key])) for key in ("page", "pages", "total"))
    ):
        raise LayoutError(
            f"{RESERVES}: expected a list of a page's {', '.join(PAGE_KEYS)} and of its records, found "
            f"'{text[:120]}'. The layout may have changed; nothing was loaded."
        )
    return answer[0], answer[1]


def _indicator(answers: Sequence[tuple[Mapping[str, Any], Sequence[Any]]]) -> str:
    """The indicator of the first record; every other is held against it where it is read."""
    records = [record for _, found in answers for record in found]
    first = records[0] if records and isinstance(records[0], dict) else {}
    named = first.get("indicator")
    indicator = named.get("id") if isinstance(named, dict) else None
    if indicator not in INDICATORS:
        raise LayoutError(
            f"{RESERVES}: expected records of {' or '.join(INDICATORS)}, found {indicator!r} among "
            f"{len(records)} records; nothing was loaded."
        )
    return indicator


def _observation(record: Any, indicator: str, number: int) -> tuple[str, str, _Number | None]:  # noqa: ANN401
    """Country, year and value of a record that is as they all are."""
    if not isinstance(record, dict) or any(key not in record for key in RECORD_KEYS):
        raise _unlike_record(number, f"{', '.join(RECORD_KEYS)}, found {str(record)[:120]}")
    name = {"id": indicator, "value": INDICATORS[indicator]}
    if record["indicator"] != name:
        raise _unlike_record(number, f"the indicator {name}, found {record['indicator']}")
    if record["unit"] != "" or not isinstance(record["obs_status"], str):
        raise _unlike_record(
            number,
            f"no unit and a status in text, found {record['unit']!r} and {record['obs_status']!r}",
        )
    country, year, value = record["countryiso3code"], record["date"], record["value"]
    if not re.fullmatch(r"[A-Z]{3}", str(country)):
        raise _unlike_record(number, f"a country of three letters, found {country!r}")
    if not re.fullmatch(r"(19|20)\d\d", str(year)):
        raise _unlike_record(number, f"a year, found {year!r}")
    if value is not None and (not isinstance(value, _Number) or value.startswith("-")):
        raise _unlike_record(number, f"dollars or null for {country} {year}, found {value!r}")
    return country, year, value


def _unlike_record(number: int, expected: str) -> LayoutError:
    return LayoutError(
        f"{RESERVES}: expected {expected}, in record {number}. The layout may have changed; nothing was "
        "loaded."
    )


def recognise_prices(payload: bytes) -> None:
    """Demand the sheet of monthly prices, with its title and gold."""
    _columns(_sheet(payload, first=FIRST_ROW))


def prices_updated_on(payload: bytes) -> date | None:
    """The day that the sheet gives, unless it cannot be: an edition of January had the year before in it."""
    sheet = _sheet(payload)
    found = re.fullmatch(STAMP, _cell(sheet, STAMP_ROW, 0))
    try:
        day = datetime.strptime(found[1], "%B %d, %Y").date() if found else None
    except ValueError:
        day = None
    newest = date.fromisoformat(_months(sheet)[-1][2])
    return day if day and newest < day <= newest + STAMP_WITHIN else None


def parse_prices(payload: bytes) -> pd.DataFrame:
    """One row per commodity and month with a price, as published."""
    sheet = _sheet(payload)
    columns, months = _columns(sheet), _months(sheet)
    rows = []
    for column, (commodity, unit) in columns.items():
        for row, start, end in months:
            price = sheet[row][column].strip()
            if price in MISSING:
                continue
            if not re.fullmatch(PRICE, price):
                raise _unlike(sheet, row, column, f"a price of '{commodity}' or '…'")
            rows.append((commodity, unit, price, start, end))
    frame = pd.DataFrame(rows, columns=list(PRICES_COLUMNS), dtype="str")
    _expect_gold(frame)
    _expect_oil(frame)
    return frame


def _sheet(payload: bytes, first: int | None = None) -> Sheet:
    # Not above: openpyxl is heavy, and every start loads this module.
    from orchestration.spreadsheets import sheets

    return sheets(payload, PRICES, [SHEET], first)[SHEET]


def _columns(sheet: Sheet) -> dict[int, tuple[str, str]]:
    """Commodity and unit by column."""
    if _cell(sheet, TITLE_ROW, 0) != TITLE:
        raise _unlike(sheet, TITLE_ROW, 0, f"'{TITLE}'")
    _first_year(sheet)
    columns: dict[int, tuple[str, str]] = {}
    for column in range(1, len(sheet[NAMES_ROW]) if len(sheet) > NAMES_ROW else 0):
        # Stars point to a note on the series, and come and go: they are no part of its name.
        commodity = _cell(sheet, NAMES_ROW, column).rstrip("* ")
        unit = _cell(sheet, UNITS_ROW, column)
        if not commodity and not unit:
            continue
        if not commodity or commodity in {name for name, _ in columns.values()}:
            raise _unlike(sheet, NAMES_ROW, column, "the name of a commodity that is not there yet")
        if not re.fullmatch(UNIT, unit):
            raise _unlike(sheet, UNITS_ROW, column, f"the unit of '{commodity}', such as '($/mt)'")
        columns[column] = commodity, unit
    if (GOLD, GOLD_UNIT) not in columns.values():
        raise LayoutError(
            f"{PRICES}: expected a column '{GOLD}' with the unit '{GOLD_UNIT}' in rows {NAMES_ROW + 1} and "
            f"{UNITS_ROW + 1} of '{SHEET}', found {len(columns)} others, the last "
            f"{list(columns.values())[-1:]}. The layout may have changed; nothing was loaded."
        )
    return columns


def _first_year(sheet: Sheet) -> int:
    found = re.fullmatch(SPAN, _cell(sheet, SPAN_ROW, 0))
    if not found:
        raise _unlike(sheet, SPAN_ROW, 0, "'monthly prices in nominal US dollars, 1960 to present'")
    return int(found[1])


def _months(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Row, first and last day of each month: one after the other from the year that the sheet names."""
    months = []
    start = date(_first_year(sheet), 1, 1)
    for row in range(FIRST_ROW, len(sheet)):
        if not any(sheet[row]):
            continue
        if _cell(sheet, row, 0) != f"{start.year}M{start.month:02}":
            raise _unlike(sheet, row, 0, f"the month '{start.year}M{start.month:02}'")
        following = (start + timedelta(days=31)).replace(day=1)
        months.append((row, start.isoformat(), (following - timedelta(days=1)).isoformat()))
        start = following
    if not months:
        raise _unlike(sheet, FIRST_ROW, 0, f"the month '{start.year}M01'")
    return months


def _expect_gold(prices: pd.DataFrame) -> None:
    """Demand the price that gold had by law, in the years when it had one."""
    lowest, highest, end = PARITY
    gold = prices[prices["commodity"] == GOLD]
    for price, start in zip(gold["price"], gold["period_start"], strict=True):
        if start < end and not lowest <= Decimal(price) <= highest:
            raise LayoutError(
                f"{PRICES}: expected gold between {lowest} and {highest} dollars before {end}, found {price} "
                f"in the month that begins on {start}. Columns may have moved; nothing was loaded."
            )


def _expect_oil(prices: pd.DataFrame) -> None:
    """Demand that the average of crude oil is the average of its three kinds."""
    kinds = prices[prices["commodity"].isin([OIL, *OILS])]
    table = kinds.pivot(index="period_start", columns="commodity", values="price").dropna()
    if set(table.columns) != {OIL, *OILS}:
        return
    for start, row in table.iterrows():
        average = sum(Decimal(row[kind]) for kind in OILS) / len(OILS)
        if abs(average - Decimal(row[OIL])) > OIL_TOLERANCE:
            raise LayoutError(
                f"{PRICES}: expected '{OIL}' to be the average of {', '.join(OILS)}, found {row[OIL]} and "
                f"{average:.2f} in the month that begins on {start}. Columns may have moved; nothing was "
                "loaded."
            )


def _cell(sheet: Sheet, row: int, column: int) -> str:
    return squash(sheet[row][column]) if row < len(sheet) and column < len(sheet[row]) else ""


def _unlike(sheet: Sheet, row: int, column: int, expected: str) -> LayoutError:
    from orchestration.spreadsheets import place

    found = _cell(sheet, row, column)[:80]
    return LayoutError(
        f"{PRICES}: expected {expected} in cell {place(row, column)} of '{SHEET}', found '{found}'. The "
        "layout may have changed; nothing was loaded."
    )


PARSERS = {
    "reserves": Parser(
        columns=RESERVES_COLUMNS,
        recognise=recognise_reserves,
        parse=parse_reserves,
        published_on=reserves_updated_on,
        part=part_of_reserves,
        follow=next_page_of_reserves,
    ),
    "commodity_prices": Parser(
        columns=PRICES_COLUMNS,
        recognise=recognise_prices,
        parse=parse_prices,
        published_on=prices_updated_on,
    ),
}
