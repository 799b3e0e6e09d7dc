"""Ways in which a yearly file of traders' positions goes wrong, for the made-up and the real file alike.

Each takes the records of a sound file, its header first, and changes them; beside it are words that the
message about it must have. What a sound file holds is in the tests.
"""

import csv
import io
from collections.abc import Callable

from orchestration.defs.cftc.parsers import HEADER

Records = list[list[str]]

YEN, DOLLAR_INDEX, CONSOLIDATED = "097741", "098662", "13874+"


def records_of(text: str) -> Records:
    return list(csv.reader(io.StringIO(text, newline="")))


def as_text(records: Records) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(records)
    return text.getvalue()


def at(name: str) -> int:
    return HEADER.index(name)


def rows_of(records: Records, code: str) -> list[int]:
    column = at("CFTC_Contract_Market_Code")
    return [n for n, record in enumerate(records) if record[column].strip() == code]


def put(name: str, cell: str, code: str = YEN, row: int = 0) -> Callable[[Records], object]:
    """Another cell in one of a contract's rows."""
    return lambda records: records[rows_of(records, code)[row]].__setitem__(at(name), cell)


def everywhere(name: str, change: Callable[[str], str]) -> Callable[[Records], object]:
    """Another cell in every row below the header."""

    def edit(records: Records) -> None:
        for record in records[1:]:
            record[at(name)] = change(record[at(name)])

    return edit


def swap(one: str, other: str, first: int = 1) -> Callable[[Records], object]:
    """Two columns change places; with `first` = 0 their headers do too."""

    def edit(records: Records) -> None:
        a, b = at(one), at(other)
        for record in records[first:]:
            record[a], record[b] = record[b], record[a]

    return edit


def both_days(short: str, long: str) -> Callable[[Records], object]:
    """The report of the yen's newest row on another day."""

    def edit(records: Records) -> None:
        put("As_of_Date_In_Form_YYMMDD", short)(records)
        put("Report_Date_as_YYYY-MM-DD", long)(records)

    return edit


def cut_after(code: str, rows: int) -> Callable[[Records], object]:
    """The file ends, at the end of a line, after so many rows of a contract."""
    return lambda records: records.__delitem__(slice(rows_of(records, code)[0] + rows, None))


MUTATIONS: dict[str, tuple[Callable[[Records], object], str]] = {
    "a column less": (
        lambda records: [record.pop(at("Tot_Rept_Positions_Long_All")) for record in records],
        r"expected the header .* 'Tot_Rept_Positions_Long_All' in column 21, found 'Tot_Rept_Positions_Short",
    ),
    "a column more": (
        lambda records: [record.append("x") for record in records],
        "expected the header .* 87 columns, found 88",
    ),
    "a column less below the header": (
        lambda records: [record.pop(at("Open_Interest_All")) for record in records[1:]],
        "expected 87 columns in record 2, found 86",
    ),
    "two columns swapped with their headers": (
        swap("Dealer_Positions_Long_All", "Dealer_Positions_Short_All", first=0),
        "'Dealer_Positions_Long_All' in column 9, found 'Dealer_Positions_Short_All'",
    ),
    "a header renamed": (
        lambda records: records[0].__setitem__(at("Lev_Money_Positions_Long_All"), "Lev_Money_Long_All"),
        "'Lev_Money_Positions_Long_All' in column 15, found 'Lev_Money_Long_All'",
    ),
    "groups swapped": (
        swap("Dealer_Positions_Long_All", "Lev_Money_Positions_Long_All"),
        "expected shares of open interest in column Pct_of_OI_Dealer_Long_All, found '.*may have moved",
    ),
    "longs and shorts swapped": (
        swap("Asset_Mgr_Positions_Long_All", "Asset_Mgr_Positions_Short_All"),
        r"expected Dealer_Positions_Long_All \+ .* = Tot_Rept_Positions_Long_All within 0, found",
    ),
    "changes swapped": (
        swap("Change_in_Dealer_Long_All", "Change_in_Lev_Money_Long_All"),
        "expected changes from the week before in column Change_in_Dealer_Long_All, found '",
    ),
    "traders of a side and of both swapped": (
        swap("Traders_Tot_All", "Traders_Tot_Rept_Long_All"),
        "expected no more traders than in the total in column Traders_Tot_Rept_Long_All, found '",
    ),
    "codes moved": (
        swap("CFTC_Contract_Market_Code", "CFTC_Market_Code"),
        "expected CFTC_Contract_Market_Code again in CFTC_Contract_Market_Code_Quotes, found",
    ),
    "the unit changed": (
        everywhere("Open_Interest_All", lambda cell: str(int(cell) // 1000)),
        "= Open_Interest_All within 0, found",
    ),
    "with options": (
        everywhere("FutOnly_or_Combined", lambda _: "Combined"),
        "expected 'FutOnly' in FutOnly_or_Combined, found 'Combined' for contract",
    ),
    "a figure that is none": (
        put("Dealer_Positions_Long_All", "12,345"),
        r"expected a number in column 'Dealer_Positions_Long_All' for .*, found '12,345' \(1 such",
    ),
    "a position that is not available": (
        put("Dealer_Positions_Long_All", "."),
        "expected a number in column 'Dealer_Positions_Long_All' for .*, found '.'",
    ),
    "a change that is none": (
        put("Change_in_NonRept_Long_All", "n/a"),
        "expected a number in column 'Change_in_NonRept_Long_All' for .*, found 'n/a'",
    ),
    "one figure changed": (
        put("NonRept_Positions_Short_All", "7"),
        r"= Open_Interest_All within 0, found .*NonRept_Positions_Short_All = 7, .* \(1 such rows\)",
    ),
    "a contract of others off by more than rounding": (
        lambda records: put(
            "Open_Interest_All",
            str(int(records[rows_of(records, CONSOLIDATED)[0]][at("Open_Interest_All")]) + 9),
            CONSOLIDATED,
        )(records),
        r"= Open_Interest_All within 3, found .* \(1 such rows\)",
    ),
    "a row twice": (
        lambda records: records.insert(rows_of(records, YEN)[0], list(records[rows_of(records, YEN)[0]])),
        "expected the newest report first in each contract of FinFutYY.txt, found contract 097741 on",
    ),
    "a row twice, elsewhere": (
        lambda records: records.insert(1, list(records[rows_of(records, DOLLAR_INDEX)[0]])),
        "expected each contract once in a report, found contract 098662 on .* again",
    ),
    "oldest first": (
        lambda records: records.__setitem__(slice(1, None), records[:0:-1]),
        "expected the newest report first in each contract",
    ),
    "two days": (
        put("As_of_Date_In_Form_YYMMDD", "250101"),
        "expected the same day twice in line .*, found '250101' and '20",
    ),
    "two years": (
        both_days("240102", "2024-01-02"),
        "expected the reports of one year in FinFutYY.txt, found 2024, 202",
    ),
    "cut within a contract": (
        cut_after(DOLLAR_INDEX, 3),
        "expected FinFutYY.txt to end with a contract's first week, found 098662 on .* the last",
    ),
    "cut within the first contract": (
        cut_after(YEN, 2),
        "expected contract 098662 in every report of FinFutYY.txt, found none on",
    ),
    "cut between contracts": (
        lambda records: records.__delitem__(slice(rows_of(records, DOLLAR_INDEX)[0], None)),
        r"expected contract 098662 in every report of FinFutYY.txt, found none on .*may be cut short",
    ),
    "the header alone": (
        lambda records: records.__delitem__(slice(1, None)),
        "expected reports in FinFutYY.txt, found none",
    ),
}
