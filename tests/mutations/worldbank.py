"""Ways in which the World Bank's files go wrong, for made-up and for real files alike.

Each has the words that the message about it must have. Cells of the Pink Sheet count from 0.
"""

import json
from collections.abc import Callable
from typing import Any

from orchestration.spreadsheets import Sheet
from tests.mutations.workbooks import Change, set_cell, swap_columns

JsonChange = Callable[[list[Any]], object]


def edited_answer(payload: bytes, change: JsonChange) -> bytes:
    """The service's answer after a change of it."""
    answer = json.loads(payload)
    change(answer)
    return json.dumps(answer).encode()


def in_record(number: int, key: str, value: Any) -> JsonChange:
    return lambda answer: answer[1][number].__setitem__(key, value)


def in_every_record(change: Callable[[dict[str, Any]], object]) -> JsonChange:
    return lambda answer: [change(record) for record in answer[1]]


def in_page(key: str, value: Any) -> JsonChange:
    return lambda answer: answer[0].__setitem__(key, value)


def renamed(record: dict[str, Any]) -> None:
    record["country_code"] = record.pop("countryiso3code")


def in_millions(record: dict[str, Any]) -> None:
    record["indicator"]["value"] = record["indicator"]["value"].replace("US$", "million US$")


ANSWER_MUTATIONS: dict[str, tuple[JsonChange, str]] = {
    "a record less": (
        lambda answer: answer[1].pop(),
        r"expected the pages 1 to 1 with (\d+) records in all, .* 1 with",
    ),
    "a page less": (in_page("pages", 2), "expected the pages 1 to 2 with .* found the pages 1 with"),
    "no pages": (
        lambda answer: answer[0].pop("pages"),
        "expected a list of a page's page, pages, total, lastupd",
    ),
    "pages that are no number": (in_page("pages", "many"), "expected a list of a page's page, pages, total"),
    "no records": (lambda answer: answer.pop(), "expected a list of a page's .* and of its records, found"),
    "an empty list of records": (
        lambda answer: answer[1].clear(),
        "expected records of FI.RES.TOTL.CD or FI.RES.XGLD.CD, found None among 0 records",
    ),
    "another indicator": (
        in_every_record(lambda record: record["indicator"].__setitem__("id", "FI.RES.TOTL.MO")),
        "expected records of FI.RES.TOTL.CD or FI.RES.XGLD.CD, found 'FI.RES.TOTL.MO'",
    ),
    "two indicators": (
        in_record(
            5, "indicator", {"id": "FI.RES.XGLD.CD", "value": "Total reserves minus gold (current US$)"}
        ),
        "expected the indicator .*FI.RES.TOTL.CD.*, found .*FI.RES.XGLD.CD.*, in record 6",
    ),
    "another unit": (
        in_every_record(in_millions),
        r"expected the indicator .*current US\$.*, found .*million US\$",
    ),
    "a unit of its own": (
        in_record(2, "unit", "USD m"),
        "expected no unit and a status in text, found 'USD m'",
    ),
    "a key renamed": (
        in_every_record(renamed),
        "expected indicator, countryiso3code, .* found .* in record 1",
    ),
    "a key gone": (lambda answer: answer[1][3].pop("value"), "expected .*value.*, found .* in record 4"),
    "country and year swapped": (
        in_every_record(lambda r: r.update(countryiso3code=r["date"], date=r["countryiso3code"])),
        "expected a country of three letters, found '20",
    ),
    "an aggregate": (in_record(0, "countryiso3code", ""), "expected a country of three letters, found ''"),
    "a quarter": (in_record(0, "date", "2025Q4"), "expected a year, found '2025Q4', in record 1"),
    "no number": (in_record(0, "value", "n.a."), "expected dollars or null for CHN 2025, found 'n.a.'"),
    "a number in text": (in_record(0, "value", "3748744952817.94"), "expected dollars or null for CHN 2025"),
    "a negative number": (in_record(0, "value", -1.5), "expected dollars or null for CHN 2025, found '-1.5'"),
    "millions": (
        in_every_record(lambda record: record.update(value=record["value"] and record["value"] / 1e6)),
        "expected the largest reserves between 15,000,000,000 and 100,000,000,000,000 dollars, found",
    ),
    "thousandths": (
        in_every_record(lambda record: record.update(value=record["value"] and record["value"] * 1e3)),
        "expected the largest reserves between .* dollars, found",
    ),
    "a key twice": (
        lambda answer: answer[1].__setitem__(1, answer[1][0]),
        "expected each country and year once, found CHN 2025 again, in record 2",
    ),
    "no day": (in_page("lastupdated", None), "expected one day 'lastupdated' on all 1 pages, found .'None'"),
}


def column_of(cells: Sheet, commodity: str) -> int:
    return [name.strip() for name in cells[4]].index(commodity)


def of_column(commodity: str, change: Callable[[int], Change]) -> Change:
    return lambda cells: change(column_of(cells, commodity))(cells)


def swap_prices(one: str, other: str) -> Change:
    """Prices of two commodities change places below headers that do not."""
    return lambda cells: swap_columns(column_of(cells, one), column_of(cells, other), first=6)(cells)


SHEET_MUTATIONS: dict[str, tuple[Change, str]] = {
    "another title": (
        set_cell(0, 0, "Commodity Prices"),
        "expected 'World Bank Commodity Price Data .* in cell A1",
    ),
    "another currency": (
        lambda cells: cells[1].__setitem__(0, cells[1][0].replace("nominal", "real")),
        "expected 'monthly prices in nominal US dollars, 1960 to present' in cell A2 .* found '.* in real",
    ),
    "a row inserted": (
        lambda cells: cells.insert(4, [""] * len(cells[0])),
        "expected the name of a commodity that is not there yet in cell B5",
    ),
    "gold removed": (
        lambda cells: [row.pop(at) for at in [column_of(cells, "Gold")] for row in cells],
        r"expected a column 'Gold' with the unit '\(\$/troy oz\)' in rows 5 and 6 .* found \d+ others",
    ),
    "gold renamed": (of_column("Gold", lambda at: set_cell(4, at, "Bullion")), "expected a column 'Gold'"),
    "gold in another unit": (
        of_column("Gold", lambda at: set_cell(5, at, "($/kg)")),
        r"expected a column 'Gold' with the unit '\(\$/troy oz\)'",
    ),
    "an unknown unit": (
        of_column("Silver", lambda at: set_cell(5, at, "(EUR/kg)")),
        r"expected the unit of 'Silver', such as '\(\$/mt\)' in cell [A-Z]+6 .* found '\(EUR/kg\)'",
    ),
    "a column without a name": (
        of_column("Silver", lambda at: set_cell(4, at, "")),
        "expected the name of a commod",
    ),
    "a column without a unit": (
        of_column("Silver", lambda at: set_cell(5, at, "")),
        "expected the unit of 'Silver'",
    ),
    "a commodity twice": (
        of_column("Silver", lambda at: set_cell(4, at, "Platinum **")),
        "expected the name of a commodity that is not there yet in cell .* found 'Platinum ..'",
    ),
    "oil swapped below its headers": (
        swap_prices("Crude oil, average", "Crude oil, Brent"),
        "expected 'Crude oil, average' to be the average of Crude oil, Brent, .* in the month that begins on",
    ),
    "no number": (
        of_column("Gold", lambda at: set_cell(9, at, "n.a.")),
        "expected a price of 'Gold' or '…' in cell [A-Z]+10 of 'Monthly Prices', found 'n.a.'",
    ),
    "full-width digits": (
        of_column("Gold", lambda at: set_cell(9, at, "３5.1")),
        "expected a price of 'Gold' or '…' in cell",
    ),
    "a negative price": (
        of_column("Silver", lambda at: set_cell(9, at, "-3")),
        "expected a price of 'Silver'",
    ),
    "a month missing": (
        lambda cells: cells.pop(9),
        r"expected the month '....M04' in cell A10 .* found '....M05'",
    ),
    "a month twice": (lambda cells: cells.insert(9, cells[8]), "expected the month '....M04' in cell A10"),
    "two months swapped": (
        lambda cells: cells.insert(8, cells.pop(9)),
        "expected the month '....M03' in cell A9",
    ),
    "the first months gone": (
        lambda cells: cells.__delitem__(slice(6, 18)),
        "expected the month '....M01' in cell A7",
    ),
    "no months": (lambda cells: cells.__delitem__(slice(6, None)), "expected the month '....M01' in cell A7"),
    "months written otherwise": (
        set_cell(7, 0, "Feb 2024"),
        "expected the month '....M02' .* found 'Feb 2024'",
    ),
}
