"""What parsers share: the contract between a parser and the raw loader, and checks with good messages.

A parser is pure: bytes in, a frame of text out. (That of a desk's own readings reads the lists of terms, too:
they are seeds of this repository, and part of its fingerprint.) It keeps the publisher's columns as published
and adds only `period_start` and `period_end` (ISO 8601), which every raw table has. Typing, units and signs
belong to the staging models. Nothing about one publisher belongs here.
"""

import csv
import importlib
import inspect
import io
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pandas as pd

from orchestration.errors import LayoutError

PERIOD = ("period_start", "period_end")
Result = TypeVar("Result")


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
        part: which part of the dataset a file holds, where it comes in several (a year, a
            series): '2024'. Each part has its own versions. '' where a file holds everything.
        follow: where an answer comes page by page: the address of the page after this one, from
            this one's address and bytes; None after the last. The pages are kept as one file,
            which `pages` opens; `recognise` and `follow` see single pages.
        stamped_answers: each answer carries the time at which it was made, so that the bytes never
            repeat: an answer is new only if its rows or its publisher's stamp are.
    """

    columns: tuple[str, ...]
    recognise: Callable[[bytes], None]
    parse: Callable[[bytes], pd.DataFrame]
    published_on: Callable[[bytes], date | datetime | None] = lambda _: None
    part: Callable[[bytes], str] = lambda _: ""
    follow: Callable[[str, bytes], str | None] | None = None
    stamped_answers: bool = False


def find_parser(publisher: str, name: str) -> tuple[Parser, str]:
    """The parser of a dataset, and a fingerprint of its code (so that a new parser reads anew)."""
    where, wanted = f"orchestration/defs/{publisher}/parsers.py", f"orchestration.defs.{publisher}.parsers"
    try:
        module = importlib.import_module(wanted)
    except ModuleNotFoundError as error:
        if error.name != wanted:
            raise  # it is there; what it imports is not
        raise LayoutError(
            f"{where}: expected the parser of '{name}' in this file, found no such file"
        ) from None
    parsers: Mapping[str, Parser] = getattr(module, "PARSERS", {})
    if name not in parsers:
        raise LayoutError(
            f"{where}: PARSERS has no '{name}'; "
            f"expected one entry per dataset of defs.yaml, found {sorted(parsers)}"
        )
    parser, what = parsers[name], f"{publisher}/{name}"
    parser = replace(
        parser,
        recognise=_refusing(parser.recognise, what),
        parse=_refusing(parser.parse, what),
        published_on=_refusing(parser.published_on, what),
        part=_refusing(parser.part, what),
        follow=_refusing(parser.follow, what) if parser.follow else None,
    )
    return parser, _fingerprint(module)


def _fingerprint(module: ModuleType) -> str:
    """Of a parser's module, of what it takes from ours, and of the files that it names in `RESTS_ON`."""
    names, ahead = {module.__name__, __name__}, [module]
    while ahead:
        routines = filter(inspect.isroutine, vars(ahead.pop()).values())
        found = {getattr(routine, "__module__", None) or "" for routine in routines} - names
        ours = {name for name in found if name.startswith("orchestration.")}
        names |= ours
        ahead += [sys.modules[name] for name in ours]
    code = [inspect.getsource(sys.modules[name]) for name in sorted(names)]
    # Imported where it is needed, so that it is not among the module's names.
    shared = Path(__file__).with_name("spreadsheets.py")
    lists = [path.read_text(encoding="utf-8") for path in (shared, *getattr(module, "RESTS_ON", ()))]
    return sha256("".join([*code, *lists]).encode()).hexdigest()[:12]


def _refusing(read: Callable[..., Result], what: str) -> Callable[..., Result]:
    """A parser that stumbles over a file refuses it: its dataset stops, and no other."""

    @wraps(read)
    def refusing(*given: Any) -> Result:  # noqa: ANN401 - what the wrapped function takes
        try:
            return read(*given)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise LayoutError(
                f"{what}: its parser stumbled over the file ({type(error).__name__}: {error}). The layout "
                "may have changed in a way that it does not check for; nothing was loaded."
            ) from error

    return refusing


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
            f"at offset {error.start:,}. The encoding may have changed, or the file be cut short; "
            "nothing was loaded."
        ) from None


# What zipfile raises on damaged bytes, beside the error of its own.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
PAGE = "page-{:04}"


def unzip(payload: bytes, what: str) -> dict[str, bytes]:
    """The members of a zip file by name, in its order.

    Raises:
        LayoutError: it is no zip, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except BROKEN_ZIP as error:
        raise LayoutError(
            f"{what}: expected a zip file, found {len(payload):,} bytes that begin with "
            f"{payload[:20]!r} ({error}). It may be cut short or another file; nothing was loaded."
        ) from None


def zipped(members: Mapping[str, str | bytes], at: datetime = datetime(1980, 1, 1)) -> bytes:
    """A zip file of members by name, in their order: the same bytes on every call and machine.

    Stored, as builds of zlib do not pack alike, and with one time for all.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            member.create_system = 0  # or the bytes would tell on which system they were packed
            archive.writestr(member, content)
    return packed.getvalue()


def bundle(answers: Sequence[bytes]) -> bytes:
    """Several answers as one file, which `pages` opens: the same answers are the same bytes."""
    return zipped({PAGE.format(number): answer for number, answer in enumerate(answers, start=1)})


def pages(payload: bytes, what: str) -> list[bytes]:
    """The answers that a file is made of: those of a bundle, or the one that it is."""
    if not payload.startswith(b"PK"):
        return [payload]
    members = unzip(payload, what)
    expected = [PAGE.format(number) for number in range(1, len(members) + 1)]
    if list(members) != expected or not members:
        raise LayoutError(
            f"{what}: expected an answer, or a zip of answers named {PAGE.format(1)} and so on, found a "
            f"zip of {list(members)[:3]}; nothing was loaded."
        )
    return list(members.values())


def csv_records(text: str, what: str, delimiter: str = ",") -> list[list[str]]:
    """CSV records, quoted line breaks and all; strict, so that a quote left open is noticed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise LayoutError(
            f"{what}: expected CSV, but line {reader.line_num} cannot be read as such ({error}). "
            "The file may be cut short, or be another one; nothing was loaded."
        ) from None


def label_at(records: Sequence[Sequence[str]], line: int, column: int) -> str:
    """A header's label as it is compared; says so where the file does not reach that far."""
    if line >= len(records):
        return "the end of the file"
    return squash(records[line][column]) if column < len(records[line]) else "no such column"


def expect_cells(records: Sequence[Sequence[str]], line: int, expected: Mapping[int, str], what: str) -> None:
    """Demand labels in their columns, whatever their blanks and widths.

    Raises:
        LayoutError: names the record (counted from 1), the column, what was expected and found.
    """
    for column, label in expected.items():
        found = label_at(records, line, column)
        if found != label:
            raise LayoutError(
                f"{what}: expected '{label}' in record {line + 1}, column {column + 1}, "
                f"found '{found}'. The layout may have changed; nothing was loaded."
            )


def expect_width(records: Sequence[Sequence[str]], width: int, what: str) -> None:
    """Demand that every record has the same number of columns."""
    for number, record in enumerate(records, start=1):
        if len(record) != width:
            raise LayoutError(
                f"{what}: expected {width} columns in record {number}, found {len(record)}. "
                "The file may be cut short or its layout changed; nothing was loaded."
            )


def expect_numbers(frame: pd.DataFrame, columns: Sequence[str], pattern: str, what: str) -> pd.DataFrame:
    """Demand that every cell of these columns is written as a number is written there.

    Returns:
        The columns as numbers, with the periods, for `expect_identity`; the frame keeps its text.
    """
    cells = pd.Series(frame[list(columns)].to_numpy().ravel(), dtype="str")
    wrong = ~cells.str.fullmatch(pattern)
    if wrong.any():
        row, column = divmod(int(wrong.idxmax()), len(columns))
        raise LayoutError(
            f"{what}: expected a number in column '{columns[column]}' for the period that begins on "
            f"{frame['period_start'].iloc[row]}, found '{frame[columns[column]].iloc[row]}' "
            f"({int(wrong.sum())} such cells in the file); nothing was loaded."
        )
    values = to_number(cells).to_numpy().reshape(len(frame), len(columns))
    numbers = pd.DataFrame(values, columns=list(columns), index=frame.index)
    return frame[list(PERIOD)].join(numbers)


def to_number(cells: pd.Series) -> pd.Series:
    """Integers of published text ('1,689 '), missing where the publisher wrote none."""
    plain = cells.str.strip().str.replace(",", "", regex=False)
    return pd.to_numeric(plain.where(~plain.isin(["", "-"])), errors="raise")


def expect_identity(
    numbers: pd.DataFrame, left: Sequence[str], right: str, tolerance: int, what: str
) -> None:
    """Demand that columns add up to another (a leading '-' subtracts), within rounding.

    Swapped or shifted columns keep their shape; only the figures give them away.
    """
    total = sum(-numbers[t[1:]] if t.startswith("-") else numbers[t] for t in left)
    off = (total - numbers[right]).abs() > tolerance
    if off.any():
        row = numbers.loc[off].iloc[0]
        terms = ", ".join(f"{t} = {row[t]:,.0f}" for t in [*(t.removeprefix("-") for t in left), right])
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
