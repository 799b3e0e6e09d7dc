"""Parsers of the European Central Bank: here its euro foreign exchange reference rates.

A zip with one CSV: newest day first, one column per currency, 'N/A' where there was no rate, a comma
too many at the end of each line. Currencies come and go, so the columns are read, not expected.

Its survey of forecasters is read in `spf.py` (averages) and `spf_individual.py` (single answers).
"""

import io
import re
import zipfile
from datetime import date, timedelta

import pandas as pd

from orchestration.defs.ecb.spf import COLUMNS as AVERAGES
from orchestration.defs.ecb.spf import INFLATION, USD_ASSUMPTION, Answer, readers
from orchestration.defs.ecb.spf_individual import COLUMNS as ANSWERS
from orchestration.defs.ecb.spf_individual import parse as parse_individual
from orchestration.defs.ecb.spf_individual import part
from orchestration.defs.ecb.spf_individual import recognise as recognise_individual
from orchestration.errors import LayoutError
from orchestration.parsing import BROKEN_ZIP, Parser, csv_records, decode

WHAT = "ecb/fx_reference_rates"
MEMBER = "eurofxref-hist.csv"
RATE = r"[0-9]+(\.[0-9]+)?"
# Columns that have changed places below their headers, or another unit: the dollar was between 0.82 and 1.60
# since 1999, the yen between 89 and 188, the renminbi between 6.5 and 11.2.
BETWEEN = {"USD": (0.4, 3.0), "JPY": (40.0, 400.0), "CNY": (4.0, 20.0)}
# The Turkish lira lost 40 percent in a day in 2001; no rate has doubled or halved.
LARGEST_MOVE = 2.0
# The first day on which there were rates. It is long past; where a file reaches back to it, it is this.
FIRST_DAY = "1999-01-04"
ON_FIRST_DAY = {
    "USD": "1.1789", "JPY": "133.73", "GBP": "0.7111", "CHF": "1.6168", "AUD": "1.91", "CAD": "1.8004",
    "DKK": "7.4501", "HKD": "9.1332", "KRW": "1398.59", "NOK": "8.855", "NZD": "2.2229", "SEK": "9.4696",
    "SGD": "1.9554",
}  # fmt: skip
# Over Easter and Christmas five days pass between two rates; more have gone missing.
LONGEST_PAUSE = timedelta(days=6)
NEVER = "9999-12-31"
COLUMNS = ("date", "currency", "rate", "period_start", "period_end")


def recognise(payload: bytes) -> None:
    """Demand a zip with the one member, and the header of that member."""
    _header(_member(payload))


def parse(payload: bytes) -> pd.DataFrame:
    """One row per day and currency: units of the currency per euro, as published."""
    records = _member(payload)
    currencies = _header(records)
    rows = []
    above = NEVER
    after: dict[str, tuple[str, float]] = {}
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
        pause = date.fromisoformat(above) - date.fromisoformat(day)
        if above != NEVER and pause > LONGEST_PAUSE:
            raise LayoutError(
                f"{WHAT}: expected the days one after the other, at most {LONGEST_PAUSE.days} days apart, "
                f"found {day} below {above} in record {number} of {MEMBER}. Lines may be missing; nothing "
                "was loaded."
            )
        above = day
        if any(record[len(currencies) + 1 :]):
            raise LayoutError(
                f"{WHAT}: expected nothing beyond the {len(currencies)} currencies in record {number} "
                f"of {MEMBER}, found '{record[-1]}'. The columns may have moved; nothing was loaded."
            )
        for currency, rate in zip(currencies, record[1:], strict=False):
            known = day == FIRST_DAY and currency in ON_FIRST_DAY
            if rate in ("N/A", "") and not known:
                continue
            if not re.fullmatch(RATE, rate):
                raise LayoutError(
                    f"{WHAT}: expected a rate{'' if known else ' or N/A'} for {currency} on {day}, found "
                    f"'{rate}' in record {number} of {MEMBER}; nothing was loaded."
                )
            _expect_known(day, currency, rate, after.get(currency, ("", 0.0)), number)
            after[currency] = day, float(rate)
            rows.append((day, currency, rate, day, day))
    if not rows:
        raise LayoutError(f"{WHAT}: expected rates in {MEMBER}, found none; nothing was loaded.")
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _expect_known(day: str, currency: str, rate: str, after: tuple[str, float], number: int) -> None:
    """Demand of a rate what is known of its currency: columns that have changed places keep their shape."""
    value = float(rate)
    lowest, highest = BETWEEN.get(currency, (0.0, float("inf")))
    if (next_day := after[0]) and date.fromisoformat(next_day) - date.fromisoformat(day) <= LONGEST_PAUSE:
        lowest, highest = max(lowest, after[1] / LARGEST_MOVE), min(highest, after[1] * LARGEST_MOVE)
    if day == FIRST_DAY and currency in ON_FIRST_DAY:
        lowest = highest = float(ON_FIRST_DAY[currency])
    if not (value and lowest <= value <= highest):
        raise LayoutError(
            f"{WHAT}: expected {currency} between {lowest:g} and {highest:g} on {day}, found '{rate}' in "
            f"record {number} of {MEMBER}. Columns may have moved or their unit have changed; nothing was "
            "loaded."
        )


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
