"""Ways in which a workbook of China's reserve assets goes wrong, for made-up and for real files alike.

Each is a change of its cells (counted from 0), and words that the message about it must have. The
workbook is of a complete year.
"""

from orchestration.spreadsheets import Sheet
from tests.mutations.workbooks import Change, set_cell, swap_columns


def swap_rows(one: int, other: int) -> Change:
    """Figures of two items change places beside labels that do not."""

    def swap(cells: Sheet) -> None:
        cells[one][1:], cells[other][1:] = cells[other][1:], cells[one][1:]

    return swap


def without_note(cells: Sheet) -> None:
    del cells[20:]


def column_removed(cells: Sheet) -> None:
    for row in cells:
        row.pop(6)


def months_swapped_whole(cells: Sheet) -> None:
    swap_columns(3, 5)(cells)
    swap_columns(4, 6)(cells)


def months_swapped_below_headers(cells: Sheet) -> None:
    swap_columns(3, 5, first=7)(cells)
    swap_columns(4, 6, first=7)(cells)


def half_a_month(cells: Sheet) -> None:
    for row in (7, 9, 11):
        cells[row][23] = ""


SAFE_MUTATIONS: dict[str, tuple[Change, str]] = {
    "another title": (
        set_cell(1, 0, "Official reserves"),
        "expected 'Official reserve assets' in cell A2, found",
    ),
    "a row inserted": (
        lambda cells: cells.insert(7, [""] * 25),
        r"expected '1. 外汇储备' in cell A8, found ''",
    ),
    "a row removed": (lambda cells: cells.pop(15), "expected '5. 其他储备资产' in cell A17, found"),
    "a column removed": (column_removed, "expected the month '20...04' in cell H4, found ''"),
    "an item renamed": (set_cell(12, 0, "SDR holdings"), "expected 'SDRs' in cell A13, found 'SDR holdings'"),
    "an item renamed in Chinese": (
        set_cell(13, 0, "4. 白银"),
        "expected '4. 黄金' in cell A14, found '4. 白银'",
    ),
    "another unit": (
        set_cell(5, 3, "million USD"),
        "expected '100million USD' in cell D6, found 'million USD'",
    ),
    "another unit in Chinese": (set_cell(4, 3, "百万美元"), "expected '亿美元' in cell D5, found '百万美元'"),
    "units swapped": (swap_columns(1, 2, 4, 6), "expected '亿美元' in cell B5, found '亿SDR'"),
    "a month twice": (
        lambda cells: cells[3].__setitem__(5, cells[3][3]),
        "expected the month '20...03' in cell F4, found '20...02'",
    ),
    "a month of another year": (
        set_cell(3, 9, "2019.05"),
        "expected the month .* in cell J4, found '2019.05'",
    ),
    "no year": (set_cell(3, 1, "Jan"), "expected a January such as '2025.01' in cell B4, found 'Jan'"),
    "October for January": (set_cell(3, 1, "2025.1"), "expected a January such as .* found '2025.1'"),
    "months swapped": (months_swapped_whole, "expected the month '20...02' in cell D4, found '20...03'"),
    "months swapped below their headers": (
        months_swapped_below_headers,
        "expected SDRs of .* at the note's rate",
    ),
    "dollars and SDRs swapped": (swap_columns(1, 2, 7, 20), "expected SDRs of .* at the note's rate"),
    "gold and reserves swapped": (
        swap_rows(7, 13),
        r"expected gold at a price .* found [\d,]+ dollars per ounce",
    ),
    "gold and SDRs swapped": (swap_rows(11, 13), "expected gold at a price near the market's"),
    "reserves and SDRs swapped": (
        swap_rows(7, 11),
        "expected 'Foreign currency reserves' to be more than 'SDRs', found .* for 20...01",
    ),
    "SDRs and the IMF position swapped": (
        swap_rows(9, 11),
        "expected 'SDRs' to be more than 'IMF reserve position', found .* for 20...01",
    ),
    "the IMF position and other assets swapped": (
        swap_rows(9, 16),
        "expected 'IMF reserve position' to be more than 'Other reserve assets', found",
    ),
    "an item and the total swapped": (
        swap_rows(7, 18),
        "expected items that sum to their total in 100million USD",
    ),
    "a wrong figure": (
        set_cell(9, 8, "999.99"),
        r"expected items that sum to their total in 100million SDR, found .* for 20...04",
    ),
    "no number": (set_cell(9, 3, "n.a."), "expected a number in cell D10, found 'n.a.'"),
    "a comma in a number": (set_cell(7, 3, "32,138.27"), "expected a number in cell D8, found '32,138.27'"),
    "half a month": (half_a_month, r"expected all figures of 20...12 or none in cell X8, found ''"),
    "a month between left out": (
        lambda cells: [row.__setitem__(slice(5, 7), ["", ""]) for row in cells[7:20]],
        r"expected figures for the months of 20.. from January on, .* found figures for \[1, 2, 4",
    ),
    "ounces in another unit": (
        set_cell(15, 1, "1948吨"),
        "expected ounces of gold such as .* B16, found '1948吨'",
    ),
    "no ounces": (set_cell(15, 1, "0万盎司"), "expected ounces of gold such as .* in cell B16, found"),
    "ounces that differ": (
        set_cell(15, 2, "7000万盎司"),
        "expected '.*万盎司' as beside it in cell C16, found",
    ),
    "no note": (without_note, "expected a note with one rate for each month, .* below row 20, found ''"),
    "a note of another year": (
        lambda cells: cells[20].__setitem__(0, "2019年1月USD/SDR=0.72"),
        "expected a note with one rate for each month",
    ),
    "a rate missing": (
        lambda cells: cells[20].__setitem__(0, cells[20][0].replace("年3月", "年三月")),
        r"found figures for \[1, 2, 3, .* and rates for \[1, 2, 4",
    ),
    "a figure in a row of its own": (
        set_cell(10, 3, "106.47"),
        "expected nothing in cell D11, found '106.47'",
    ),
    "a column more": (
        lambda cells: [row.append("1" if at == 7 else "") for at, row in enumerate(cells)],
        "expected nothing in cell Z8, found '1'",
    ),
}
