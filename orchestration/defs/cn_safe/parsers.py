"""Parser of China's official reserve assets: one workbook per year, filled in by hand month by month.

Twelve pairs of columns, dollars and SDRs; months to come are empty. A month's header is a number
(2025.01) but for October, which is text ('2025.10'). Figures are text with blanks behind them; some
have an apostrophe before them, one is a number. A note gives the rate of each month that is filled
in, so that dollars, SDRs and months are checked against each other.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, squash, text_frame

WHAT = "cn_safe/official_reserve_assets"
COLUMNS = ("item", "unit", "value", "period_start", "period_end")
# Rows and columns count from 0 here; messages name cells as the spreadsheet does.
TITLES = {0: "官方储备资产", 1: "Official reserve assets"}
MONTHS_ROW, UNITS_ROW, NOTE_ROW = 3, 5, 20
UNITS = ("100million USD", "100million SDR")
UNITS_IN_CHINESE = ("亿美元", "亿SDR")
WIDTH = 1 + 12 * len(UNITS)
# Figures stand in the row that names their item in Chinese; the row below names it in English.
ITEMS: Mapping[int, tuple[str, str]] = {
    7: ("1. 外汇储备", "Foreign currency reserves"),
    9: ("2. 基金组织储备头寸", "IMF reserve position"),
    11: ("3. 特别提款权", "SDRs"),
    13: ("4. 黄金", "Gold"),
    16: ("5. 其他储备资产", "Other reserve assets"),
    18: ("合计", "Total"),
}
GOLD_ROW, VOLUME_ROW, TOTAL_ROW = 13, 15, 18
FIGURES = (*ITEMS, VOLUME_ROW)
VOLUME_UNIT = "万盎司"  # 10,000 ounces
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
RATE = re.compile(r"(\d{4})年(\d{1,2})月USD/SDR=(\d+\.\d+)")
# Five items and their total, each rounded to two decimals.
SUM_TOLERANCE = Decimal("0.03")
# Dollars per ounce. Gold is valued near its market price, which was between 1,600 and 5,300 in the years of
# these workbooks; another item's figures in its row are not, and no sum would tell.
LOWEST_PRICE, HIGHEST_PRICE = Decimal(1_000), Decimal(20_000)
# The other items by size: in every month of these workbooks each was four times the next one or more. Those
# that have changed places keep their sum and their rate.
BY_SIZE = (7, 11, 9, 16)

Cells = list[list[str]]


def recognise(payload: bytes) -> None:
    """Demand a workbook with the titles, and twelve months of one year."""
    _year(_table(payload))


def part(payload: bytes) -> str:
    """The year that the workbook is of."""
    return str(_year(_table(payload)))


def parse(payload: bytes) -> pd.DataFrame:
    """One row per month, item and unit; gold also in ounces."""
    cells = _table(payload)
    year = _year(cells)
    _expect_layout(cells)
    rates = _rates(cells, year)
    return text_frame(
        [row for month in _months_filled(cells, year, rates) for row in _month(cells, year, month, rates)],
        WHAT,
    )[list(COLUMNS)]


def _table(payload: bytes) -> Cells:
    """The cells of the one sheet that has any, below the titles that are expected."""
    # Not above: openpyxl is heavy, and every start loads this module.
    from orchestration.spreadsheets import sheets

    filled = {name: rows for name, rows in sheets(payload, WHAT).items() if any(map(any, rows))}
    if len(filled) != 1:
        raise LayoutError(
            f"{WHAT}: expected one sheet with cells and the others empty, found {list(filled) or 'none'}. "
            "The layout may have changed; nothing was loaded."
        )
    (cells,) = ([[squash(cell) for cell in row] for row in rows] for rows in filled.values())
    for row, title in TITLES.items():
        _expect(cells, row, 0, title)
    return cells


def _year(cells: Cells) -> int:
    """The year of the months' headers.

    As text, a number 2025.10 is '2025.1': which month it is follows from its place.
    """
    found = re.fullmatch(r"(20\d\d)\.01", _cell(cells, MONTHS_ROW, 1))
    if not found:
        raise _unlike(cells, MONTHS_ROW, 1, "a January such as '2025.01'")
    year = int(found[1])
    for month in range(1, 13):
        column = _column(month, 0)
        as_text = (f"{year}.{month:02}", f"{year}.1") if month == 10 else (f"{year}.{month:02}",)
        if _cell(cells, MONTHS_ROW, column) not in as_text:
            raise _unlike(cells, MONTHS_ROW, column, f"the month '{year}.{month:02}'")
    return year


def _expect_layout(cells: Cells) -> None:
    """Demand every label and unit, and nothing where nothing is known to stand."""
    _expect(cells, MONTHS_ROW, 0, "项目 Item")
    for column in range(1, WIDTH):
        which = (column - 1) % len(UNITS)
        _expect(cells, UNITS_ROW - 1, column, UNITS_IN_CHINESE[which])
        _expect(cells, UNITS_ROW, column, UNITS[which])
    for row, (in_chinese, in_english) in ITEMS.items():
        _expect(cells, row, 0, in_chinese)
        _expect(cells, row + 1, 0, in_english)
    for row, line in enumerate(cells):
        known = WIDTH if row in FIGURES or MONTHS_ROW <= row <= UNITS_ROW else 1
        for column in range(known, len(line)):
            if line[column]:
                raise _unlike(cells, row, column, "nothing")


def _rates(cells: Cells, year: int) -> dict[int, Decimal]:
    """SDRs per dollar by month, from the note below the table."""
    note = " ".join(line[0] for line in cells[NOTE_ROW:])
    found = RATE.findall(note)
    rates = {int(month): Decimal(rate) for of, month, rate in found if int(of) == year}
    if not rates or len(rates) != len(found):
        raise LayoutError(
            f"{WHAT}: expected a note with one rate for each month, such as '{year}年1月USD/SDR=0.7', below "
            f"row {NOTE_ROW}, found '{note[:120]}'. The file may be cut short; nothing was loaded."
        )
    return rates


def _months_filled(cells: Cells, year: int, rates: Mapping[int, Decimal]) -> list[int]:
    """The months with figures: all of a month or none, from January on, and those of the note."""
    months = []
    for month in range(1, 13):
        places = [(row, _column(month, which)) for row in FIGURES for which in range(len(UNITS))]
        empty = [place for place in places if not _cell(cells, *place)]
        if not empty:
            months.append(month)
        elif len(empty) < len(places):
            raise _unlike(cells, *empty[0], f"all figures of {year}.{month:02} or none")
    if months != sorted(rates) or months != list(range(1, len(months) + 1)):
        raise LayoutError(
            f"{WHAT}: expected figures for the months of {year} from January on, and a rate in the note for "
            f"each, found figures for {months} and rates for {sorted(rates)}. Columns may have moved; "
            "nothing was loaded."
        )
    return months


def _month(cells: Cells, year: int, month: int, rates: Mapping[int, Decimal]) -> Iterator[dict[str, str]]:
    """The rows of one month, once its figures agree with each other."""
    start = date(year, month, 1)
    period = {
        "period_start": start.isoformat(),
        "period_end": ((start + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat(),
    }
    texts = {
        (row, which): _figure(cells, row, _column(month, which))
        for row in ITEMS
        for which in range(len(UNITS))
    }
    figures = {place: Decimal(text) for place, text in texts.items()}
    volume = _volume(cells, month)
    when = f"{year}.{month:02}"
    for which, unit in enumerate(UNITS):
        total = figures[TOTAL_ROW, which]
        of_items = sum(figures[row, which] for row in ITEMS) - total
        if abs(of_items - total) > SUM_TOLERANCE:
            raise _disagree(f"items that sum to their total in {unit}", when, f"{of_items} and {total}")
    for row, (_, item) in ITEMS.items():
        usd, sdr = figures[row, 0], figures[row, 1]
        # Both are rounded to two decimals, and the rate to six.
        if abs(usd * rates[month] - sdr) > Decimal("0.01") + abs(usd) / 1_000_000:
            rate = f"SDRs of '{item}' at the note's rate, {rates[month]} per dollar"
            raise _disagree(rate, when, f"{usd} in dollars and {sdr} in SDRs")
    for larger, smaller in pairwise(BY_SIZE):
        if figures[larger, 0] <= abs(figures[smaller, 0]):
            order = f"'{ITEMS[larger][1]}' to be more than '{ITEMS[smaller][1]}'"
            raise _disagree(order, when, f"{figures[larger, 0]} and {figures[smaller, 0]} in {UNITS[0]}")
    price = figures[GOLD_ROW, 0] * 10_000 / Decimal(volume)
    if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
        raise _disagree("gold at a price near the market's", when, f"{price:,.0f} dollars per ounce")
    for (row, which), text in texts.items():
        yield {"item": ITEMS[row][1], "unit": UNITS[which], "value": text, **period}
    yield {"item": ITEMS[GOLD_ROW][1], "unit": VOLUME_UNIT, "value": volume, **period}


def _figure(cells: Cells, row: int, column: int) -> str:
    # An apostrophe tells Excel that what follows is text.
    text = _cell(cells, row, column).removeprefix("'").strip()
    if not re.fullmatch(NUMBER, text):
        raise _unlike(cells, row, column, "a number")
    return text


def _volume(cells: Cells, month: int) -> str:
    """Gold in 10,000 ounces, which both columns of a month say."""
    dollars, sdrs = (_column(month, which) for which in range(len(UNITS)))
    found = re.fullmatch(rf"([1-9]\d*(?:\.\d+)?){VOLUME_UNIT}", _cell(cells, VOLUME_ROW, dollars))
    if not found:
        raise _unlike(cells, VOLUME_ROW, dollars, f"ounces of gold such as '7464{VOLUME_UNIT}'")
    if _cell(cells, VOLUME_ROW, sdrs) != found[0]:
        raise _unlike(cells, VOLUME_ROW, sdrs, f"'{found[0]}' as beside it")
    return found[1]


def _column(month: int, which: int) -> int:
    return 1 + (month - 1) * len(UNITS) + which


def _cell(cells: Cells, row: int, column: int) -> str:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else ""


def _expect(cells: Cells, row: int, column: int, label: str) -> None:
    if _cell(cells, row, column) != label:
        raise _unlike(cells, row, column, f"'{label}'")


def _unlike(cells: Cells, row: int, column: int, expected: str) -> LayoutError:
    from orchestration.spreadsheets import place

    found = _cell(cells, row, column)[:80]
    return LayoutError(
        f"{WHAT}: expected {expected} in cell {place(row, column)}, found '{found}'. The layout may have "
        "changed; nothing was loaded."
    )


def _disagree(expected: str, when: str, found: str) -> LayoutError:
    return LayoutError(
        f"{WHAT}: expected {expected}, found {found} for {when}. Rows or columns may have moved; nothing was "
        "loaded."
    )


PARSERS = {
    "official_reserve_assets": Parser(columns=COLUMNS, recognise=recognise, parse=parse, part=part),
}
