"""Excel workbooks as rows of text, with messages that say what was expected.

What a sheet means is its parser's business. Cells are found by what their headers say, because
publishers move columns and sheets.
"""

import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from orchestration.errors import LayoutError
from orchestration.parsing import BROKEN_ZIP, squash

Sheet = list[list[str]]

BROKEN_WORKBOOK = (*BROKEN_ZIP, InvalidFileException, LookupError, TypeError, AttributeError, SyntaxError)


def sheets(
    payload: bytes, what: str, wanted: Iterable[str] | None = None, first: int | None = None
) -> dict[str, Sheet]:
    """Sheets of a workbook by name, each as rows of text of equal length; '' where a cell is empty.

    Args:
        payload: an .xlsx file.
        what: the dataset's id, for messages.
        wanted: the names of the sheets that are read, all of them demanded; None reads all that have
            cells (a sheet may be a chart).
        first: how many rows of each are read, where the first ones are enough; None reads all.

    Raises:
        LayoutError: no workbook, cut short, or without a wanted sheet.
    """
    try:
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
    except BROKEN_WORKBOOK as error:
        raise LayoutError(
            f"{what}: expected an Excel workbook (.xlsx), found {len(payload):,} bytes that begin with "
            f"{payload[:20]!r} ({error}). It may be cut short or another file; nothing was loaded."
        ) from None
    there = [sheet.title for sheet in book.worksheets]
    names = there if wanted is None else list(wanted)
    missing = [name for name in names if name not in there]
    if missing:
        raise LayoutError(
            f"{what}: expected a sheet named '{missing[0]}', found {there[:8]}"
            f"{' and more' if len(there) > 8 else ''}. It may have been renamed or moved; nothing was loaded."
        )
    try:
        for name in names:
            # What a file says of its size is often wrong, and would cut rows and columns off in silence.
            book[name].reset_dimensions()
        with warnings.catch_warnings():
            # Headers and footers of printed pages say nothing of the cells.
            warnings.filterwarnings("ignore", "Cannot parse header or footer", UserWarning)
            return {name: _rows(book[name].iter_rows(max_row=first, values_only=True)) for name in names}
    except BROKEN_WORKBOOK as error:
        raise LayoutError(
            f"{what}: the workbook opens, but its sheets {names[:3]} cannot be read ({error}). It may be "
            "damaged; nothing was loaded."
        ) from None
    finally:
        book.close()


def is_workbook(payload: bytes) -> bool:
    """Whether bytes are an .xlsx file, whatever is in it; cheap."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except BROKEN_ZIP:
        return False


def find_cell(sheet: Sheet, label: str, what: str, where: str) -> tuple[int, int]:
    """Row and column (from 0) of the one cell with that label, whatever its blanks and widths.

    Raises:
        LayoutError: there is none, or more than one.
    """
    found = [
        (row, column)
        for row, cells in enumerate(sheet)
        for column, cell in enumerate(cells)
        if squash(cell) == label
    ]
    if len(found) != 1:
        places = ", ".join(place(row, column) for row, column in found[:3]) or "nowhere"
        raise LayoutError(
            f"{what}: expected one cell '{label}' in {where}, found it {places}. The layout may have "
            "changed; nothing was loaded."
        )
    return found[0]


def columns_by_header(
    header: Sequence[str], expected: Mapping[str, str], what: str, where: str
) -> dict[str, int]:
    """Columns (from 0) by the text of their header.

    Args:
        header: the cells of the header's row.
        expected: the header's text of each column by the name that it gets.
        what: the dataset's id, for messages.
        where: the sheet and row, for messages.

    Raises:
        LayoutError: a text is not there, or there twice.
    """
    labels = [squash(cell) for cell in header]
    places = {}
    for name, label in expected.items():
        if labels.count(label) != 1:
            raise LayoutError(
                f"{what}: expected one column headed '{label}' in {where}, found {labels.count(label)}; "
                f"the headers are {[x for x in labels if x][:12]}. The layout may have changed; nothing "
                "was loaded."
            )
        places[name] = labels.index(label)
    return places


def place(row: int, column: int) -> str:
    """A cell's name as the spreadsheet shows it: row 0, column 0 is A1."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def _rows(rows: Iterable[Sequence[Any]]) -> Sheet:
    texts = [[_text(cell) for cell in row] for row in rows]
    width = max((len(row) for row in texts), default=0)
    return [row + [""] * (width - len(row)) for row in texts]


def _text(cell: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """A cell as text: numbers in their shortest exact form without an exponent, days as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
