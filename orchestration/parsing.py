"""What parsers share: the contract between a parser and the raw loader, and checks with good messages.

A parser is pure: bytes in, a frame of text out. It keeps the publisher's columns as published and
adds only `period_start` and `period_end` (ISO 8601), which every raw table has. Typing, units and
signs belong to the staging models. Nothing about one publisher belongs here.
"""

import csv
import importlib
import inspect
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import pandas as pd

from orchestration.errors import LayoutError

PERIOD = ("period_start", "period_end")


@dataclass(frozen=True)
class Parser:
    """How one dataset's bytes are read.

    Attributes:
        columns: the columns that `parse` gives, in order; the raw table is made of them.
        recognise: raises LayoutError unless the bytes look like this dataset; cheap, run before
            a download is archived.
        parse: every row of the file as text, with `period_start` and `period_end`; raises
            LayoutError where the layout is not the one it knows.
        published_on: the publisher's own stamp in the file, or None where it has none.
    """

    columns: tuple[str, ...]
    recognise: Callable[[bytes], None]
    parse: Callable[[bytes], pd.DataFrame]
    published_on: Callable[[bytes], date | datetime | None] = lambda _: None


def find_parser(publisher: str, name: str) -> tuple[Parser, str]:
    """The parser of a dataset, and a fingerprint of its code (so that a new parser reads anew)."""
    module = importlib.import_module(f"orchestration.defs.{publisher}.parsers")
    parsers: Mapping[str, Parser] = module.PARSERS
    if name not in parsers:
        raise LayoutError(
            f"orchestration/defs/{publisher}/parsers.py: PARSERS has no '{name}'; "
            f"expected one entry per dataset of defs.yaml, found {sorted(parsers)}"
        )
    shared = inspect.getsource(importlib.import_module(__name__))
    return parsers[name], sha256((inspect.getsource(module) + shared).encode()).hexdigest()[:12]


def squash(text: str) -> str:
    """A label without what publishers vary: width of characters and blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def decode(payload: bytes, encoding: str, what: str) -> str:
    """Bytes to text, with a message that names the place of what does not fit."""
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError as error:
        raise LayoutError(
            f"{what}: expected text in {encoding}, found byte 0x{payload[error.start]:02x} "
            f"at offset {error.start:,}. The publisher may have changed the encoding."
        ) from None


def csv_records(text: str) -> list[list[str]]:
    """CSV records, quoted line breaks and all."""
    return list(csv.reader(io.StringIO(text, newline="")))


def expect_cells(record: Sequence[str], expected: Mapping[int, str], what: str, line: int) -> None:
    """Demand labels in their columns, whatever their blanks and widths.

    Raises:
        LayoutError: names the record (counted from 1), the column, what was expected and found.
    """
    for column, label in expected.items():
        found = squash(record[column]) if column < len(record) else "no such column"
        if found != label:
            raise LayoutError(
                f"{what}: expected '{label}' in record {line + 1}, column {column + 1}, "
                f"found '{found}'. The layout may have changed; nothing was loaded."
            )


def expect_width(records: Sequence[Sequence[str]], width: int, what: str, first: int = 0) -> None:
    """Demand that every record has the same number of columns."""
    for number, record in enumerate(records, start=first + 1):
        if len(record) != width:
            raise LayoutError(
                f"{what}: expected {width} columns in record {number}, found {len(record)}. "
                "The file may be cut short or its layout changed; nothing was loaded."
            )


def expect_numbers(frame: pd.DataFrame, columns: Sequence[str], pattern: str, what: str) -> None:
    """Demand that every cell of these columns is written as a number is written there."""
    for column in columns:
        wrong = frame.loc[~frame[column].str.fullmatch(pattern), [*PERIOD, column]]
        if len(wrong):
            row = wrong.iloc[0]
            raise LayoutError(
                f"{what}: expected a number in column '{column}' for the period that begins on "
                f"{row['period_start']}, found '{row[column]}' "
                f"({len(wrong)} such cells in this column); nothing was loaded."
            )


def to_number(cells: pd.Series) -> pd.Series:
    """Integers of published text ('1,689 '), missing where the publisher wrote none."""
    plain = cells.str.strip().str.replace(",", "", regex=False)
    return pd.to_numeric(plain.where(~plain.isin(["", "-"])), errors="raise")


def expect_identity(frame: pd.DataFrame, left: Sequence[str], right: str, tolerance: int, what: str) -> None:
    """Demand that columns add up to another (a leading '-' subtracts), within rounding.

    Swapped or shifted columns keep their shape; only the figures give them away.
    """
    total = pd.Series(0.0, index=frame.index)
    for term in left:
        value = to_number(frame[term.removeprefix("-")])
        total = total - value if term.startswith("-") else total + value
    off = (total - to_number(frame[right])).abs() > tolerance
    if off.any():
        row = frame.loc[off].iloc[0]
        terms = ", ".join(f"{t} = {row[t.removeprefix('-')].strip()}" for t in [*left, right])
        raise LayoutError(
            f"{what}: expected {' + '.join(left).replace('+ -', '- ')} = {right} within {tolerance}, "
            f"found {terms} for the period that begins on {row['period_start']} "
            f"({int(off.sum())} such rows). Columns may have moved; nothing was loaded."
        )


def text_frame(rows: Sequence[Mapping[str, str]], what: str) -> pd.DataFrame:
    """Rows of text as a frame; a file without rows is an error, never an empty frame."""
    if not rows:
        raise LayoutError(f"{what}: expected rows of data, found none; nothing was loaded.")
    return pd.DataFrame(list(rows), dtype="str")
