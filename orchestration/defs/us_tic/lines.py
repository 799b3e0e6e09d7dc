"""What the files share: lines of cells, titles with a link to the file itself, notes below the rows."""

import re
from calendar import monthrange
from collections.abc import Sequence

from orchestration.errors import LayoutError
from orchestration.parsing import decode, squash

NOT_AVAILABLE = "n.a."
MONTH = r"(19|20)\d\d-(0[1-9]|1[0-2])"

Records = list[list[str]]


def lines_of(payload: bytes, what: str) -> Records:
    """The cells of a file without quoting, whatever its line ends."""
    text = decode(payload, "utf-8", what).replace("\r\n", "\n").removesuffix("\n")
    return [line.split("\t") for line in text.split("\n")]


def expect_title(lines: Records, titles: Sequence[str], name: str, what: str) -> None:
    """Demand the titles in the first lines, and below them the link to the file itself."""
    for number, title in enumerate(titles):
        expect_line(lines, number, (title,), what)
    link = lines[len(titles)][0] if len(lines) > len(titles) else "the end of the file"
    if not re.fullmatch(rf"Link: \S+/{re.escape(name)}", link.strip()):
        raise LayoutError(
            f"{what}: expected a link to {name} in line {len(titles) + 1}, found '{link[:100]}'. "
            "It is another file or another layout; nothing was loaded."
        )


def expect_line(lines: Records, number: int, cells: Sequence[str], what: str) -> None:
    """Demand these cells in a line and nothing behind them."""
    found = [squash(cell) for cell in lines[number]] if number < len(lines) else ["the end of the file"]
    expected = [*cells, *[""] * (len(found) - len(cells))]
    if found != expected:
        at = next((n for n, pair in enumerate(zip(found, expected, strict=False)) if len(set(pair)) > 1), 0)
        short = f"{len(found)} columns" if len(found) < len(expected) else f"'{found[at][:100]}'"
        raise LayoutError(
            f"{what}: expected '{expected[at]}' in line {number + 1}, column {at + 1}, found {short}. "
            "It is another file, or its layout or unit has changed; nothing was loaded."
        )


def rows_above_notes(lines: Records, first: int, what: str) -> Records:
    """The rows of data: from the header to the blank line above the notes.

    A file without that end is cut short, however well its last row looks.
    """
    blank = next((n for n in range(first, len(lines)) if not any(c.strip() for c in lines[n])), len(lines))
    heading = squash(lines[blank + 1][0]) if blank + 1 < len(lines) else "the end of the file"
    if heading not in ("Notes:", "Definitions:"):
        raise LayoutError(
            f"{what}: expected a blank line and 'Notes:' or 'Definitions:' below the data, found "
            f"'{heading[:80]}' below line {blank}. The file may be cut short; nothing was loaded."
        )
    figures = next((n for n in range(blank, len(lines)) if any(c.strip() for c in lines[n][1:])), None)
    if figures is not None:
        raise LayoutError(
            f"{what}: expected only notes below line {blank + 1}, found figures in line {figures + 1}; "
            "nothing was loaded."
        )
    if blank == first:
        raise LayoutError(f"{what}: expected rows of data, found none; nothing was loaded.")
    return lines[first:blank]


def month_end(month: str) -> str:
    """The last day of a month, '2026-02': '2026-02-28'."""
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-{monthrange(year, number)[1]}"
