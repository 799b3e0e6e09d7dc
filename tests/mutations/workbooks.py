"""Workbooks with a change in them, for tests that spoil them."""

from collections.abc import Callable
from functools import lru_cache

from orchestration.sampling import workbook
from orchestration.spreadsheets import Sheet, sheets

Change = Callable[[Sheet], object]


def cells_of(payload: bytes, sheet: str | None = None) -> Sheet:
    """The cells of a sheet, or of the first one, to be changed at will."""
    return [list(row) for row in _read(payload, sheet)]


@lru_cache(maxsize=8)
def _read(payload: bytes, sheet: str | None) -> Sheet:
    read = sheets(payload, "a test", None if sheet is None else [sheet])
    return next(iter(read.values()))


def edited_workbook(payload: bytes, change: Change, sheet: str | None = None, name: str = "") -> bytes:
    """A workbook of that sheet alone, as text, after a change of its cells."""
    cells = cells_of(payload, sheet)
    change(cells)
    return workbook({name or sheet or "Sheet1": cells})


def set_cell(row: int, column: int, text: str) -> Change:
    return lambda cells: cells[row].__setitem__(column, text)


def swap_columns(one: int, other: int, first: int = 0, last: int | None = None) -> Change:
    """Cells of two columns change places, in some rows."""

    def swap(cells: Sheet) -> None:
        for row in cells[first:last]:
            row[one], row[other] = row[other], row[one]

    return swap
