"""Parsers of the European Central Bank: here its euro foreign exchange reference rates.

A zip with one CSV: newest day first, one column per currency, 'N/A' where there was no rate, a comma
too many at the end of each line. Currencies come and go, so the columns are read, not expected.

Its survey of forecasters is read in `spf.py` (averages) and `spf_individual.py` (single answers).
"""

import io
import re
import zipfile
import zlib
from datetime import date

import pandas as pd

from orchestration.defs.ecb.spf import COLUMNS as AVERAGES
from orchestration.defs.ecb.spf import INFLATION, USD_ASSUMPTION, Answer, readers
from orchestration.defs.ecb.spf_individual import COLUMNS as ANSWERS
from orchestration.defs.ecb.spf_individual import parse as parse_individual
from orchestration.defs.ecb.spf_individual import part
from orchestration.defs.ecb.spf_individual import recognise as recognise_individual
from orchestration.errors import LayoutError
from orchestration.parsing import Parser, csv_records, decode

WHAT = "ecb/fx_reference_rates"
MEMBER = "eurofxref-hist.csv"
RATE = r"\d+(\.\d+)?"
# What zipfile raises on damaged bytes, beside the error of its own.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
COLUMNS = ("date", "currency", "rate", "period_start", "period_end")


def recognise(payload: bytes) -> None:
    """Demand a zip with the one member, and the header of that member."""
    _header(_member(payload))


def parse(payload: bytes) -> pd.DataFrame:
    """One row per day and currency: units of the currency per euro, as published."""
    records = _member(payload)
    currencies = _header(records)
    rows = []
    above = "9999-12-31"
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(records[0]):
            raise LayoutError(
                f"{WHAT}: expected {len(records[0])} columns in record {number} of {MEMBER}, found "
                f"{len(record)}. The file may be cut short; nothing was loaded."
            )
        day = _day(record[0], number)
        if day >= above:
            raise LayoutError(
                f"{WHAT}: expected each day once and the newest first, found {day} below {above} in "
                f"record {number} of {MEMBER}; nothing was loaded."
            )
        above = day
        if any(record[len(currencies) + 1 :]):
            raise LayoutError(
                f"{WHAT}: expected nothing beyond the {len(currencies)} currencies in record {number} "
                f"of {MEMBER}, found '{record[-1]}'. The columns may have moved; nothing was loaded."
            )
        for currency, rate in zip(currencies, record[1:], strict=False):
            if rate in ("N/A", ""):
                continue
            if not re.fullmatch(RATE, rate):
                raise LayoutError(
                    f"{WHAT}: expected a rate or N/A for {currency} on {day}, found '{rate}' in "
                    f"record {number} of {MEMBER}; nothing was loaded."
                )
            rows.append((day, currency, rate, day, day))
    if not rows:
        raise LayoutError(f"{WHAT}: expected rates in {MEMBER}, found none; nothing was loaded.")
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _member(payload: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            if MEMBER not in archive.namelist():
                raise LayoutError(
                    f"{WHAT}: expected {MEMBER} in the zip, found {archive.namelist()[:5]}; "
                    "nothing was loaded."
                )
            content = archive.read(MEMBER)
    except BROKEN_ZIP as error:
        raise LayoutError(
            f"{WHAT}: expected a zip file, found {len(payload):,} bytes that begin with "
            f"{payload[:20]!r} ({error}). It may be cut short or another file; nothing was loaded."
        ) from None
    return csv_records(decode(content, "ascii", f"{WHAT} ({MEMBER})"), f"{WHAT} ({MEMBER})")


def _header(records: list[list[str]]) -> list[str]:
    header = [cell.strip() for cell in records[0]] if records else []
    currencies = header[1:-1] if header[-1:] == [""] else header[1:]
    codes = all(re.fullmatch(r"[A-Z]{3}", c) for c in currencies)
    if header[:1] != ["Date"] or not codes or not {"USD", "JPY"} <= set(currencies):
        raise LayoutError(
            f"{WHAT}: expected the header 'Date' and three-letter currencies with USD and JPY among "
            f"them in {MEMBER}, found {header[:6]}. The layout may have changed; nothing was loaded."
        )
    if len(set(currencies)) != len(currencies):
        raise LayoutError(f"{WHAT}: expected each currency once in the header of {MEMBER}.")
    return currencies


def _day(cell: str, number: int) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise LayoutError(
            f"{WHAT}: expected a date YYYY-MM-DD in record {number} of {MEMBER}, found '{cell}'; "
            "nothing was loaded."
        ) from None


def _averages(answer: Answer) -> Parser:
    recognise_answer, parse_answer = readers(answer)
    return Parser(columns=AVERAGES, recognise=recognise_answer, parse=parse_answer)


PARSERS = {
    "fx_reference_rates": Parser(columns=COLUMNS, recognise=recognise, parse=parse),
    "spf_usd_assumption": _averages(USD_ASSUMPTION),
    "spf_inflation": _averages(INFLATION),
    "spf_individual_forecasts": Parser(
        columns=ANSWERS, recognise=recognise_individual, parse=parse_individual, part=part
    ),
}
