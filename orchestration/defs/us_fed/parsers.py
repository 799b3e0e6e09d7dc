"""Parser of one series as FRED's graph download gives it.

CSV with a header that was DATE until 2024 and is observation_date since; days without an
observation were '.' and are empty now. An overloaded server sends an HTML page with status 200.
"""

import re
from datetime import date

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, csv_records, decode

WHAT = "us_fed/fx_h10"
SERIES = "DEXJPUS"
DATE_HEADERS = ("observation_date", "DATE")
MISSING = ("", ".")
RATE = r"\d+(\.\d+)?"
COLUMNS = ("observation_date", "rate", "period_start", "period_end")


def recognise(payload: bytes) -> None:
    """Demand the header of the series."""
    _records(payload)


def parse(payload: bytes) -> pd.DataFrame:
    """One row per day with an observation: yen per dollar, as published."""
    rows = []
    for number, record in enumerate(_records(payload)[1:], start=2):
        if len(record) != 2:
            raise LayoutError(
                f"{WHAT}: expected a date and a rate in line {number}, found {record}. "
                "The file may be cut short; nothing was loaded."
            )
        day, rate = _day(record[0], number), record[1].strip()
        if rate in MISSING:
            continue
        if not re.fullmatch(RATE, rate):
            raise LayoutError(
                f"{WHAT}: expected a rate, '.' or nothing on {day}, found '{rate}' in line {number}; "
                "nothing was loaded."
            )
        rows.append((day, rate, day, day))
    if not rows:
        raise LayoutError(f"{WHAT}: expected observations of {SERIES}, found none; nothing was loaded.")
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _records(payload: bytes) -> list[list[str]]:
    text = decode(payload, "utf-8-sig", WHAT)
    records = csv_records(text, WHAT)
    header = [cell.strip() for cell in records[0]] if records else []
    if len(header) != 2 or header[0] not in DATE_HEADERS or header[1] != SERIES:
        raise LayoutError(
            f"{WHAT}: expected the header 'observation_date,{SERIES}' (or DATE), found {header[:4]}. "
            "It is another file or another layout; nothing was loaded."
        )
    if not text.endswith("\n"):
        raise LayoutError(f"{WHAT}: expected a line break at the end; the file may be cut short.")
    return records


def _day(cell: str, number: int) -> str:
    try:
        return date.fromisoformat(cell.strip()).isoformat()
    except ValueError:
        raise LayoutError(
            f"{WHAT}: expected a date YYYY-MM-DD in line {number}, found '{cell}'; nothing was loaded."
        ) from None


PARSERS = {"fx_h10": Parser(columns=COLUMNS, recognise=recognise, parse=parse)}
