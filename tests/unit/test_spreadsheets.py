"""Workbooks as rows of text: what a cell becomes, and what is refused."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart

from orchestration.errors import LayoutError
from orchestration.spreadsheets import columns_by_header, find_cell, is_workbook, place, sheets

CELLS: list[tuple[object, str]] = [
    ("33990.78\xa0", "33990.78\xa0"),  # blanks are the parser's business
    (None, ""),
    (7, "7"),
    (7.0, "7"),
    (2025.01, "2025.01"),
    (1e-7, "0.0000001"),
    (True, "TRUE"),
    (date(2026, 11, 20), "2026-11-20"),
    (datetime(2026, 11, 20), "2026-11-20"),
    (datetime(2026, 11, 20, 16, 15), "2026-11-20T16:15:00"),
    (time(8, 50), "08:50:00"),
    ("#N/A", "#N/A"),
]


def saved(book: Workbook) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def workbook(*names: str) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for name in names:
        sheet = book.create_sheet(name)
        sheet["B2"], sheet["D4"] = f"in {name}", 4
    return book


def with_part(payload: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook after a change of one of the files that it is packed of."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(packed, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return packed.getvalue()


BOOK = saved(workbook("One", "Two"))


@pytest.mark.parametrize(("cell", "text"), CELLS, ids=[repr(cell) for cell, _ in CELLS])
def test_a_cell_is_text_without_loss(cell, text) -> None:
    book = Workbook()
    book.active["A1"], book.active["B1"] = cell, "."
    assert sheets(saved(book), "p/d") == {"Sheet": [[text, "."]]}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (b"0.30000000000000004", "0.30000000000000004"),
        (b"37068.440000000002", "37068.44"),  # the same number, as Excel writes it
        (b"1.5E-7", "0.00000015"),
        (b"1E+22", "10000000000000000000000"),
        (b"-0.5", "-0.5"),
        (b"-0.0", "0"),
    ],
)
def test_a_number_is_written_in_its_shortest_exact_form(number, text) -> None:
    other = with_part(BOOK, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>4<", b"<v>%s<" % number))
    assert sheets(other, "p/d", ["One"])["One"][3][3] == text


def test_empty_rows_and_columns_keep_the_places_and_rows_are_of_one_length() -> None:
    assert sheets(BOOK, "p/d", ["Two"]) == {
        "Two": [["", "", "", ""], ["", "in Two", "", ""], ["", "", "", ""], ["", "", "", "4"]]
    }


def test_only_the_first_rows_are_read_where_they_are_enough() -> None:
    assert sheets(BOOK, "p/d", ["One"], first=2) == {"One": [["", ""], ["", "in One"]]}


@pytest.mark.parametrize("size", [b"A1", b"A1:B2", b"A1:Z99"])
def test_what_a_sheet_says_of_its_own_size_is_not_believed(size) -> None:
    """Programs write 'A1' for any size; rows and columns beyond it would be lost in silence."""
    lying = with_part(
        BOOK,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % size, xml),
    )
    assert lying != BOOK
    assert sheets(lying, "p/d", ["One"]) == sheets(BOOK, "p/d", ["One"])


def test_a_chart_is_no_sheet_with_cells() -> None:
    book = workbook("One")
    book.create_chartsheet("Chart").add_chart(BarChart())
    assert list(sheets(saved(book), "p/d")) == ["One"]
    with pytest.raises(LayoutError, match=r"expected a sheet named 'Chart', found \['One'\]"):
        sheets(saved(book), "p/d", ["Chart"])


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LayoutError, match=r"p/d: expected a sheet named 'Three', found \['One', 'Two'\]\."):
        sheets(BOOK, "p/d", ["One", "Three"])
    many = saved(workbook(*(f"S{n}" for n in range(9))))
    with pytest.raises(LayoutError, match=r"'S7'\] and more\. It may have been renamed"):
        sheets(many, "p/d", ["X"])


OTHERS = {
    "empty": b"",
    "a page": b"<!DOCTYPE html><html></html>",
    "cut in half": BOOK[: len(BOOK) // 2],
    "a zip of nothing": b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("payload", OTHERS.values(), ids=OTHERS)
def test_another_file_is_refused(payload) -> None:
    with pytest.raises(LayoutError, match=r"p/d: expected an Excel workbook \(.xlsx\), found [\d,]+ bytes"):
        sheets(payload, "p/d")
    assert not is_workbook(payload)


def test_a_damaged_sheet_is_told_apart_from_another_file() -> None:
    cut = with_part(BOOK, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    assert is_workbook(cut)
    with pytest.raises(LayoutError, match=r"opens, but its sheets \['One', 'Two'\] cannot be read"):
        sheets(cut, "p/d")


def test_a_cell_that_refers_to_no_text_is_refused() -> None:
    """Texts are kept apart from the cells; those may be of another version."""
    astray = with_part(
        BOOK, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b't="n"><v>4<', b't="s"><v>4<')
    )
    with pytest.raises(LayoutError, match=r"its sheets \['One'\] cannot be read"):
        sheets(astray, "p/d", ["One"])


@given(st.integers(0, len(BOOK) - 1), st.integers(0, 255))
def test_a_damaged_byte_is_refused_or_read(at, byte) -> None:
    """Neither zipfile nor openpyxl may fail in a way of its own."""
    try:
        found = sheets(BOOK[:at] + bytes([byte]) + BOOK[at + 1 :], "p/d")
    except LayoutError:
        return
    assert all(isinstance(cell, str) for rows in found.values() for row in rows for cell in row)


def test_a_cell_is_found_by_its_label_whatever_its_blanks_and_widths() -> None:
    sheet = [["", "Ｔｏｔａｌ\xa0 assets "], ["Total", ""]]
    assert find_cell(sheet, "Total assets", "p/d", "sheet 'A'") == (0, 1)
    with pytest.raises(LayoutError, match="p/d: expected one cell 'Gold' in sheet 'A', found it nowhere"):
        find_cell(sheet, "Gold", "p/d", "sheet 'A'")
    with pytest.raises(LayoutError, match="expected one cell 'Total' in sheet 'A', found it A2, B3"):
        find_cell([*sheet, ["", "Total"]], "Total", "p/d", "sheet 'A'")


def test_columns_are_found_by_their_headers() -> None:
    header = ["", "Date", "Net\n(USD)", "Net", "Gross", "Gross"]
    expected = {"net": "Net", "net_usd": "Net (USD)"}
    assert columns_by_header(header, expected, "p/d", "row 3") == {"net": 3, "net_usd": 2}
    for label, count in (("Gross", 2), ("Total", 0)):
        with pytest.raises(LayoutError, match=f"one column headed '{label}' in row 3, found {count}"):
            columns_by_header(header, {"x": label}, "p/d", "row 3")


@pytest.mark.parametrize(("row", "column", "name"), [(0, 0, "A1"), (3, 25, "Z4"), (9, 26, "AA10")])
def test_a_place_is_named_as_the_spreadsheet_shows_it(row, column, name) -> None:
    assert place(row, column) == name
