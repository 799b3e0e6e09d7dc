"""Ways in which a file of the Treasury goes wrong, for made-up and for real files alike.

A mutation takes a file's bytes and gives other bytes, and words that the message about them must
have. Cells are told by their column; lines count from 0.
"""

import re
from collections.abc import Callable

from tests.mutations import HTML

Lines = list[list[str]]
Change = Callable[[Lines], object]
Mutation = tuple[Callable[[bytes], bytes], str]

TABLE_HEADER = 9
NET_SINCE = "2023-02"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def lines_of(payload: bytes) -> Lines:
    text = payload.decode().replace("\r\n", "\n").removesuffix("\n")
    return [line.split("\t") for line in text.split("\n")]


def edit(change: Change) -> Callable[[bytes], bytes]:
    """The file after a change of its lines of cells."""

    def edited(payload: bytes) -> bytes:
        lines = lines_of(payload)
        change(lines)
        return "".join("\t".join(line) + "\r\n" for line in lines).encode()

    return edited


def replace(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    def replaced(payload: bytes) -> bytes:
        assert old in payload, old
        return payload.replace(old, new, count)

    return replaced


def blank_line(lines: Lines, first: int) -> int:
    """The line below the data."""
    return next(n for n in range(first, len(lines)) if not any(lines[n]))


def set_cell(line: int, column: int, cell: str) -> Change:
    return lambda lines: lines[line].__setitem__(column, cell)


def drop_column(column: int, first: int = 6) -> Change:
    """From the header on; the titles keep their width."""
    return lambda lines: [line.pop(column) for line in lines[first:] if len(line) > column]


def swap(one: int, two: int, first: int) -> Change:
    """Two columns change places from a line on, down to the notes."""

    def swapped(lines: Lines) -> None:
        for line in lines[first : blank_line(lines, TABLE_HEADER)]:
            line[one], line[two] = line[two], line[one]

    return swapped


def swap_figures(one: str, two: str, since: str = "2020-01") -> Change:
    """The figures of two columns change places below headers that do not."""

    def swapped(lines: Lines) -> None:
        at, other = (lines[TABLE_HEADER - 1].index(name) for name in (one, two))
        for line in lines[TABLE_HEADER : blank_line(lines, TABLE_HEADER)]:
            if line[2] >= since:
                line[at], line[other] = line[other], line[at]

    return swapped


def swap_rows(one: str, two: str) -> Change:
    """The figures of two codes change places."""

    def swapped(lines: Lines) -> None:
        for a in lines[TABLE_HEADER:]:
            if len(a) > 2 and a[1] == one:
                b = next(line for line in lines[TABLE_HEADER:] if line[1:3] == [two, a[2]])
                a[3:], b[3:] = b[3:], a[3:]

    return swapped


def code(found: str, change: Callable[[list[str]], object]) -> Change:
    """A change of every line of one code."""
    return lambda lines: [change(line) for line in lines[TABLE_HEADER:] if len(line) > 2 and line[1] == found]


def without(found: str) -> Change:
    return lambda lines: lines.__setitem__(
        slice(TABLE_HEADER, None),
        [line for line in lines[TABLE_HEADER:] if len(line) < 2 or line[1] != found],
    )


def without_months(before: str) -> Change:
    return lambda lines: lines.__setitem__(
        slice(TABLE_HEADER, None),
        [line for line in lines[TABLE_HEADER:] if len(line) < 3 or not line[2] or line[2] >= before],
    )


def _net_sales_too_soon(lines: Lines) -> None:
    at = lines[TABLE_HEADER - 1].index("for_lt_treas_net")
    next(line for line in lines if line[1:3] == ["42609", "2021-05"])[at] = "5"


def every_table(title: str) -> dict[str, Mutation]:
    """What both tables by country are refused for."""
    row = TABLE_HEADER + 4
    return {
        "empty": (lambda file: b"", f"expected '{title}.*' in line 1, column 1, found ''"),
        "a page": (lambda file: HTML, f"expected '{title}.*' in line 1, .*found '<!DOCTYPE"),
        "bytes of another kind": (
            lambda file: b"\x89PNG\r\n\x1a\n\x00\xff",
            "expected text in utf-8, found byte 0x89",
        ),
        "cut in half": (lambda file: file[: len(file) // 2], "expected a blank line and 'Notes:'.*cut short"),
        "cut after a row": (
            edit(lambda lines: lines.__delitem__(slice(row, None))),
            f"expected a blank line and 'Notes:'.* below line {row}.*cut short",
        ),
        "cut in the header": (
            lambda file: file[:300],
            r"expected .+ in line \d.*, found",
        ),
        "another unit": (
            replace(b"Millions of dollars", b"Billions of dollars"),
            "expected 'Millions of dollars' in line 4, column 1, found 'Billions of dollars'",
        ),
        "another sign": (
            replace(b"denotes an increase", b"denotes a decrease"),
            "expected 'A positive number .* increase .*' in line 3, .*found '.* decrease",
        ),
        "another table's link": (
            edit(lambda lines: lines[4].__setitem__(0, "Link: https://ticdata.treasury.gov/slt_table2.txt")),
            r"expected a link to slt_table\d.txt in line 5, found 'Link: .*slt_table2.txt'",
        ),
        "a label renamed": (
            edit(set_cell(7, 4, "Net U.S. Purchases")),
            "expected 'Net U.S. Sales' in line 8, column 5, found 'Net U.S. Purchases'",
        ),
        "a class renamed": (
            edit(set_cell(6, 5, "Other securities")),
            r"expected '.*' in line 7, column 6, found 'Other securities'",
        ),
        "a name renamed": (
            edit(set_cell(8, 3, "for_all_pos")),
            r"expected 'for_\w+' in line 9, column 4, found 'for_all_pos'",
        ),
        "a column less": (edit(drop_column(5)), r"expected '.*' in line \d, column \d+, found"),
        "a column less below the header": (
            edit(lambda lines: [line.pop(5) for line in lines[TABLE_HEADER:] if len(line) > 5]),
            r"expected \d+ columns in line 10, found",
        ),
        "a cell less": (
            edit(lambda lines: lines[row].pop()),
            rf"expected \d+ columns in line {row + 1}, found \d+",
        ),
        "columns swapped with their header": (
            edit(swap(3, 5, first=6)),
            r"expected '.+' in line \d, column \d, found '",
        ),
        "a month missing": (
            edit(lambda lines: lines.pop(row)),
            r"expected each code's months .* in line \d+, found",
        ),
        "a row twice": (
            edit(lambda lines: lines.insert(row, lines[row])),
            "expected each code's months .*newest first and each once",
        ),
        "oldest first": (
            edit(lambda lines: lines.__setitem__(slice(row, row + 2), lines[row : row + 2][::-1])),
            rf"expected each code's months .* in line {row + 1}, found",
        ),
        "the newest month missing in one country": (
            edit(code("42609", lambda line: line.__setitem__(2, "2019-12") if line[2] > "2026-03" else None)),
            r"expected each code's months .*: 42609 20\d\d-\d\d in line \d+, found 42609 2019-12",
        ),
        "a month that is none": (
            edit(set_cell(TABLE_HEADER, 2, "2026-13")),
            "expected a month YYYY-MM in line 10",
        ),
        "a window of months": (
            edit(without_months("2020-03")),
            "expected months since 2020-01, found none before 2020-03",
        ),
        "a region missing": (
            edit(without("39942")),
            "expected regions and sums among the rows, found none with the codes 39942",
        ),
        "the world missing": (edit(without("99996")), "found none with the codes 99996"),
        "a sum under a country's code": (
            edit(code("42609", lambda line: line.__setitem__(0, "Total Japan and Islands"))),
            "expected the code 42609 to stand for one country, found it named 'Total Japan and Islands'",
        ),
        "a country under a sum's code": (
            edit(code("49999", lambda line: line.__setitem__(0, "Maldives"))),
            "expected the code 49999 to stand for Total Asia, found it named 'Maldives'",
        ),
        "a name of two codes": (
            edit(code("42609", lambda line: line.__setitem__(0, "United Kingdom"))),
            "expected one name for each code and one code for each name, found '.*' and \\d+ again",
        ),
        "two names of one code": (
            edit(lambda lines: lines[row].__setitem__(0, "Elsewhere")),
            "expected one name for each code and one code for each name, found 'Elsewhere'",
        ),
        "no number": (
            edit(set_cell(row, 5, "n/a")),
            rf"expected a whole number or 'n.a.' in column '\w+' for .+, line {row + 1}, found 'n/a'",
        ),
        "a comma in a number": (edit(set_cell(row, 3, "1,234")), "expected a whole number .* found '1,234'"),
        "a decimal": (edit(set_cell(row, 3, "1234.5")), "expected a whole number .* found '1234.5'"),
        "an empty figure": (edit(set_cell(row, 3, "")), "expected a whole number .* found ''"),
        "net sales before the break": (
            edit(_net_sales_too_soon),
            "expected 'n.a.' before 2023-02, the break of the series",
        ),
        "a wrong figure": (
            edit(set_cell(row, 5, "98765432")),
            r"expected .+ = .+, found .+ (\(\d+ such rows\)|such sums)",
        ),
        "the world's figure missing": (
            edit(code("99996", lambda line: line.__setitem__(3, "n.a.") if line[2] == "2025-04" else None)),
            r"expected a number for the world in column '\w+' for Grand Total in 2025-04",
        ),
        "the figures of two sums swapped": (
            edit(swap_rows("49999", "99990")),
            r"expected .+ = 9999\d|expected .+ = 69995",
        ),
        "figures below the notes": (
            edit(lambda lines: lines.append(["Japan", "42609", "2026-09"])),
            r"expected only notes below line \d+, found figures in line",
        ),
    }


def _other_sign(found: re.Match[bytes]) -> bytes:
    sign, digits = found.groups()
    return b"\t" + (digits if sign else b"-" + digits if int(digits) and len(digits) != 5 else digits)


TABLE_3: dict[str, Mutation] = {
    **every_table("Table 3: U.S. Treasury Securities"),
    **{
        f"figures of {one} and {two} swapped": (edit(swap_figures(one, two, since)), words)
        for one, two, since, words in (
            ("for_treas_pos", "for_lt_treas_pos", "2020-01", "expected for_treas_pos = "),
            (
                "for_lt_treas_pos",
                "for_st_treas_pos",
                "2020-01",
                "expected for_st_treas_net = for_st_treas_pos less",
            ),
            ("for_lt_treas_net", "for_lt_treas_valchg", NET_SINCE, "expected for_treas_net = "),
            (
                "for_lt_treas_net",
                "for_st_treas_net",
                NET_SINCE,
                "expected for_st_treas_net = for_st_treas_pos less",
            ),
            ("for_treas_net", "for_st_treas_net", NET_SINCE, "expected for_treas_net = "),
            ("for_treas_pos", "for_treas_net", "2020-01", "expected 'n.a.' before 2023-02"),
        )
    },
    "signs turned round": (
        lambda file: re.sub(rb"\t(-?)(\d+)(?=[\t\r\n])", _other_sign, file),
        "expected a position of 0 or more in column 'for_treas_pos' for .*, found '-",
    ),
    "full-width digits": (
        edit(lambda lines: lines[12].__setitem__(3, lines[12][3].translate(FULL_WIDTH))),
        "expected a whole number or 'n.a.' in column 'for_treas_pos'",
    ),
}
TABLE_1: dict[str, Mutation] = {
    **every_table("Table 1: U.S. Long-Term Securities"),
    "figures of the total and a type swapped": (
        edit(swap_figures("for_lt_total_pos", "for_lt_eqty_pos")),
        "expected for_lt_total_pos = ",
    ),
    "figures of net sales and valuation changes of a type swapped": (
        edit(swap_figures("for_lt_corp_net", "for_lt_corp_valchg", NET_SINCE)),
        "expected for_lt_total_net = ",
    ),
}

MONTHS = "expected 'Country' and 13 months such as 2026-04, newest first and without gap, in line 6, found"
TABLE_5: dict[str, Mutation] = {
    "empty": (lambda file: b"", "expected 'Table 5: .*' in line 1, column 1, found ''"),
    "a page": (lambda file: HTML, "expected 'Table 5: .*' in line 1, .*found '<!DOCTYPE"),
    "cut in half": (lambda file: file[: len(file) // 3], "expected a blank line and 'Notes:'.*cut short"),
    "cut after a row": (
        edit(lambda lines: lines.__delitem__(slice(9, None))),
        "expected a blank line and 'Notes:' .* below line 9.*cut short",
    ),
    "another unit": (
        replace(b"Billions of dollars", b"Millions of dollars"),
        "expected 'Billions of dollars' in line 3, column 1, found 'Millions",
    ),
    "months swapped": (edit(swap(2, 3, first=5)), MONTHS),
    "a month missing": (edit(drop_column(3, first=5)), MONTHS),
    "the newest month missing": (edit(drop_column(1, first=5)), f"{MONTHS} 13 columns: .*'2"),
    "the oldest month missing": (edit(drop_column(13, first=5)), f"{MONTHS} 13 columns: .*'2"),
    "full-width digits": (
        edit(set_cell(7, 3, "８97.3")),
        "expected billions of dollars such as 1134.5 for .*'８97.3'",
    ),
    "oldest first": (
        edit(lambda lines: [line.__setitem__(slice(1, None), line[:0:-1]) for line in lines[5:]]),
        MONTHS,
    ),
    "the header renamed": (edit(set_cell(5, 0, "Holder")), MONTHS),
    "a cell less": (edit(lambda lines: lines[8].pop()), r"expected 14 columns in line 9, found 13"),
    "a cell less in every row": (
        edit(lambda lines: [line.pop(4) for line in lines[6:] if any(line[1:])]),
        r"expected 14 columns in line 7, found 13",
    ),
    "a holder missing": (
        edit(lambda lines: lines.pop(8)),
        r"expected the holders and All Other = Grand Total within 1.0, found .* in \d{4}-\d\d",
    ),
    "a holder twice": (
        edit(lambda lines: lines.insert(8, lines[7])),
        "expected each holder once in .*, found .'United Kingdom'",
    ),
    "a holder without a name": (edit(set_cell(8, 0, "")), "expected each holder once .* one without a name"),
    "the last row missing": (
        edit(lambda lines: lines.pop(blank_line(lines, 6) - 1)),
        r"expected \['All Other', 'Grand Total', .*\] as the last rows",
    ),
    "the last rows swapped": (
        edit(lambda lines: lines.insert(blank_line(lines, 6) - 2, lines.pop(blank_line(lines, 6) - 1))),
        "as the last rows of",
    ),
    "figures of the last rows swapped": (
        edit(lambda lines: _swap_official(lines)),
        r"expected Of Which: .* = Of Which: Foreign Official within 0.15, found",
    ),
    "no number": (edit(set_cell(7, 3, "n.a.")), "expected billions of dollars such as 1134.5 for .*'n.a.'"),
    "a number of millions": (edit(set_cell(7, 3, "937500")), "expected billions .* found '937500'"),
    "a wrong figure": (edit(set_cell(7, 3, "12.3")), "expected the holders and All Other = Grand Total"),
}


def _swap_official(lines: Lines) -> None:
    at = blank_line(lines, 6)
    lines[at - 3][1:], lines[at - 2][1:] = lines[at - 2][1:], lines[at - 3][1:]


def block_line(lines: Lines, year: int) -> int:
    """The line 'Country' of a year."""
    return next(n for n, line in enumerate(lines) if line[0] == "Country" and line[1] == str(year))


def in_block(year: int, change: Callable[[Lines, int], object]) -> Callable[[bytes], bytes]:
    return edit(lambda lines: change(lines, block_line(lines, year)))


def without_year(lines: Lines, year: int) -> None:
    top, following = block_line(lines, year) - 1, block_line(lines, year - 1) - 1
    del lines[top:following]


HISTORY: dict[str, Mutation] = {
    "empty": (lambda file: b"", "expected 'MAJOR FOREIGN HOLDERS .*' in line 1, found 'the end of the file'"),
    "a page": (lambda file: HTML, "expected 'MAJOR FOREIGN HOLDERS .*' in line 1, found '<!DOCTYPE"),
    "cut in half": (
        lambda file: file[: len(file) // 2],
        r"expected 14 columns in record \d+, found|cut short",
    ),
    "cut at a line's end": (
        edit(lambda lines: lines.__delitem__(slice(200, None))),
        "expected (years down to 2000 .* found the end of the file|a stamp such as 5/18/2026).*cut short",
    ),
    "cut above the signature": (
        edit(lambda lines: lines.__delitem__(slice(signature(lines), None))),
        "expected (years down to 2000 .* found the end of the file|a stamp such as).*cut short",
    ),
    "another unit": (
        replace(b"(in billions of dollars)", b"(in millions of dollars)"),
        r"expected '\(in billions of dollars\)' in line 2, found '\(in millions of dollars\)'",
    ),
    "no stamp": (
        edit(lambda lines: lines[signature(lines) + 1].__setitem__(0, "soon")),
        "expected a stamp such as 5/18/2026 below 'Department of the Treasury.*', found 'soon'",
    ),
    "a stamp that is no day": (
        edit(lambda lines: lines[signature(lines) + 1].__setitem__(0, "13/13/2026")),
        "expected a stamp .* found '13/13/2026'",
    ),
    "a quote left open": (replace(b'"China, Mainland"', b'"China, Mainland', 1), "expected|cannot be read"),
    "a column less": (
        edit(lambda lines: [line.pop(3) for line in lines]),
        "expected .*(14 columns in record 1, found 13|in billions of dollars)",
    ),
    "a year missing": (
        edit(lambda lines: without_year(lines, 2019)),
        "expected months, below them 2019 and dashes",
    ),
    "the oldest year missing": (
        edit(lambda lines: lines.__delitem__(slice(block_line(lines, 2000) - 3, signature(lines) - 1))),
        "expected years down to 2000 above .*, found 2001 as the last",
    ),
    "two years swapped in the header": (
        in_block(2015, lambda lines, at: lines[at].__setitem__(slice(1, 13), ["2014"] * 12)),
        "expected months, below them 2015",
    ),
    "years mixed": (
        in_block(2015, lambda lines, at: lines[at].__setitem__(12, "2014")),
        "expected months, below them 2015",
    ),
    "months swapped with their figures": (
        in_block(2015, lambda lines, at: lines[at - 1].__setitem__(slice(1, 3), ["Nov", "Dec"])),
        r"expected the months of 2015 from Dec to Jan in line \d+, found \['Nov', 'Dec'",
    ),
    "a month missing": (
        in_block(2015, lambda lines, at: [line.insert(13, line.pop(5)) for line in lines[at - 1 : at + 8]]),
        "expected (months, below them|the months of 2015|billions of dollars)",
    ),
    "a month that is none": (
        in_block(2015, lambda lines, at: lines[at - 1].__setitem__(4, "Sept")),
        "expected the months of 2015 .* 'Sept'",
    ),
    "no name above the series": (
        in_block(2006, lambda lines, at: lines[at - 2].__setitem__(slice(1, 14), [""] * 13)),
        "expected (two series such as 'XII' and 'XI' above the Jun that comes twice|a line of months)",
    ),
    "old series first": (
        in_block(2006, lambda lines, at: _swap_series(lines[at - 2])),
        r"expected two series such as 'XII' and 'XI' above the Jun that comes twice .*found \['VI', 'VII'\]",
    ),
    "the header renamed": (
        in_block(2015, lambda lines, at: lines[at].__setitem__(0, "Holder")),
        "expected a line of months, then 'Country' and the year, .*found 'Holder'",
    ),
    "no dashes": (
        in_block(2015, lambda lines, at: lines.pop(at + 1)),
        "expected months, below them 2015 and dashes",
    ),
    "a holder missing": (
        in_block(2015, lambda lines, at: lines.pop(at + 2)),
        r"expected the holders and All Other = Grand Total within 1.0, found .* in 2015-\d\d",
    ),
    "a holder twice": (
        in_block(2015, lambda lines, at: lines.insert(at + 2, lines[at + 2])),
        "expected each holder once in 2015-01 to 2015-12",
    ),
    "a holder twice, once with a mark": (
        in_block(
            2015, lambda lines, at: lines.insert(at + 2, [_marked(lines[at + 2][0]), *lines[at + 2][1:]])
        ),
        "expected each holder once in 2015-01 to 2015-12",
    ),
    "the rest renamed": (
        in_block(2015, lambda lines, at: _label(lines, at, "All Other", "Others")),
        r"expected \['All Other', .*\] as the last rows of 2015-01 to 2015-12",
    ),
    "official holders renamed": (
        in_block(2015, lambda lines, at: _label(lines, at, "Of which:", "Memo:")),
        "expected 'Of which:' below the holders",
    ),
    "bills and bonds swapped": (
        in_block(2015, lambda lines, at: _label(lines, at, "Treasury Bills", "T-Bonds & Notes")),
        "as the last rows of 2015-01 to 2015-12",
    ),
    "no number": (
        in_block(2015, lambda lines, at: lines[at + 2].__setitem__(3, "*")),
        r"expected billions of dollars such as 1134.5 for .* in 2015-10, found '\*'",
    ),
    "an empty figure": (
        in_block(2015, lambda lines, at: lines[at + 2].__setitem__(3, "")),
        "expected billions of dollars .* found ''",
    ),
    "a wrong figure": (
        in_block(2015, lambda lines, at: lines[at + 2].__setitem__(3, "1.5")),
        "expected the holders and All Other = Grand Total .* 2015-10",
    ),
}


def signature(lines: Lines) -> int:
    return next(n for n, line in enumerate(lines) if line[0].startswith("Department of the Treasury"))


def _swap_series(line: list[str]) -> None:
    one, two = [n for n, cell in enumerate(line) if cell.strip()][-2:]
    line[one], line[two] = line[two], line[one]


def _marked(name: str) -> str:
    return f"{name[:-1]} 9/{name[-1]}" if name.endswith('"') else f"{name} 9/"


def _label(lines: Lines, at: int, old: str, new: str) -> None:
    line = next(line for line in lines[at:] if re.sub(r"[\" ]+$", "", line[0]).strip() == old)
    line[0] = new
