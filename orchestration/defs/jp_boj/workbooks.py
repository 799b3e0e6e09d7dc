"""Parsers of the Bank of Japan's two workbooks of the flow of funds, which are laid out for printing.

sjpre.xlsx has the newest quarter, all sectors by all items, on spreads of two sheets; sjlong.xlsx has
the last quarters of many tables. Sheets, sectors and items are found by their titles, codes and
labels; the sums that the tables announce are checked, because a column that moved keeps its shape.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import squash, text_frame

PERIOD = ("period_start", "period_end")

WHAT = "jp_boj/flow_of_funds_xlsx"
UNIT = "(100 million yen)"
WORKBOOK_NUMBER = r"-?[0-9]+"
FUND_COLUMNS = (
    "workbook",
    "title",
    "statement",
    "item",
    "item_label",
    "sector",
    "sector_label",
    "side",
    "period",
    "preliminary",
    "value",
    *PERIOD,
)
TRANSACTIONS = "Financial Transactions"
STOCKS = "Financial Assets and Liabilities"
RECONCILIATION = "Reconciliation between Flows and Stocks"
STATEMENTS = (TRANSACTIONS, STOCKS, RECONCILIATION)
# The two spreads of sjpre.xlsx that are read, and the sectors on their left and right sheets.
SPREADS = {
    "(1) All Sectors": (("1", "2", "21", "22", "3", "31"), ("32", "33", "331", "4", "5", "6")),
    "(2) Financial Institutions": (("1", "11", "12", "13"), ("14", "15", "16", "161", "17")),
}
SECTORS = {
    "1": "Financial institutions",
    "11": "Central bank",
    "12": "Depository corporations",
    "13": "Securities investment trusts",
    "14": "Insurance and pension funds",
    "15": "Other financial intermediaries",
    "16": "Financial auxiliaries",
    "161": "Of which: financial holding companies",
    "17": "Public captive financial institutions",
    "2": "Nonfinancial corporations",
    "21": "Private nonfinancial corporations",
    "22": "Public nonfinancial corporations",
    "3": "General government",
    "31": "Central government",
    "32": "Local governments",
    "33": "Social security funds",
    "331": "Of which: public pensions",
    "4": "Households",
    "5": "Private nonprofit institutions serving households",
    "6": "Overseas",
}
TOTAL = "total"
TOTAL_LABEL = "Total (total of 1-6)"
SECTOR_SUMS = {
    "1": ("11", "12", "13", "14", "15", "16", "17"),
    "2": ("21", "22"),
    "3": ("31", "32", "33"),
    TOTAL: ("1", "2", "3", "4", "5", "6"),
}
# The items that are kept; the others of the tables are their parts.
ITEMS = {
    "A": "Currency and deposits",
    "Aa": "Currency",
    "Ac": "Government deposits",
    "Ad": "Transferable deposits",
    "B": "Deposits with the Fiscal Loan Fund",
    "C": "Loans",
    "D": "Debt securities",
    "Da": "Treasury discount bills",
    "Db": "Central government securities and FILP bonds",
    "Dc": "Local government securities",
    "Dd": "Public corporation securities",
    "De": "Bank debentures",
    "Df": "Industrial securities",
    "Dg": "External securities issued by residents",
    "Dh": "Commercial paper",
    "Di": "Trust beneficiary rights",
    "Dj": "Structured-financing instruments",
    "E": "Equity and investment fund shares",
    "Ea": "Equity",
    "Eb": "Investment trust beneficiary certificates",
    "F": "Insurance, pension and standardized guarantees",
    "Fb": "Life insurance reserves",
    "G": "Financial derivatives and employee stock options",
    "H": "Deposits money",
    "I": "Trade credits and foreign trade credits",
    "J": "Accounts receivable/payable",
    "K": "Outward direct investment",
    "L": "Outward investments in securities",
    "M": "Other external claims and debts",
    "N": "Others",
    "Z": "Total",
}
BALANCE = "Y"
ITEM_SUMS = {
    "D": ("Da", "Db", "Dc", "Dd", "De", "Df", "Dg", "Dh", "Di", "Dj"),
    "E": ("Ea", "Eb"),
    "Z": (*(item for item in ITEMS if len(item) == 1 and item != "Z"), BALANCE),
}
# What can only be owed, or claimed, by one sector (and those that it is part of): sums do not tell
# sectors that have changed places within the same one.
OF_ONE_SECTOR = {
    ("Liabilities", "Aa"): "11",
    ("Liabilities", "Ad"): "12",
    ("Liabilities", "B"): "15",
    ("Liabilities", "Fb"): "14",
    ("Liabilities", "K"): "6",
    ("Liabilities", "L"): "6",
    ("Assets", "Ac"): "31",
    ("Assets", "Fb"): "4",
}
OVERSEAS = "6"
# Tables of sjlong.xlsx: the title's beginning, the statement, and the rows with their labels.
OVERSEAS_ROWS = (
    ("Z/A", ""),
    ("C/A", "Loans"),
    ("D/A", "Debt securities"),
    ("", "Government bonds and treasury bills"),
    ("Da/A", "Treasury discount bills"),
    ("Db/A", "Central government securities and FILP bonds"),
    ("E/A", "Equity and investment fund shares"),
    ("X/L", ""),
    ("C/L", "Loans"),
    ("K/L", "Outward direct investment"),
    ("L/L", "Outward investments in securities"),
)
OVERSEAS_TABLES = {
    "10 Financial investment and fund raising by overseas*": (
        TRANSACTIONS,
        ("Total of financial investment", "Total of fund raising"),
    ),
    "10 Financial assets and liabilities held by overseas*": (
        STOCKS,
        ("Total of financial Assets", "Total of financial Liabilities"),
    ),
}
BOTH, BILLS, BONDS = "Da+Db", "Da", "Db"
HOLDER_TABLES = {
    "Issued by Central government and Fiscal Loan Fund (short-term and long-term)": BOTH,
    "Issued by Central government and Fiscal Loan Fund (short-term)": BILLS,
    "Issued by Central government and Fiscal Loan Fund (long-term)": BONDS,
}
HOLDER_FIRST_ROWS = {
    "Amount outstanding": (STOCKS, "held by "),
    "Financial transactions": (TRANSACTIONS, "by "),
}
HOLDERS = ("1", "11", "2", "31", "32", "33", "4", "5", "6")
HOLDER_PARTS = ("1", "2", "31", "32", "33", "4", "5", "6")
QUARTER = r"(\d{4})/([1-4])Q(\(P\))?"
QUARTERS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
QUARTER_ENDS = {"March": 1, "June": 2, "September": 3, "December": 4}

Sheet = list[list[str]]
Row = dict[str, str]


def _refused(text: str) -> LayoutError:
    return LayoutError(f"{WHAT}: {text}; nothing was loaded.")


def quarter_days(year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    last = 3 * quarter
    return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])


def recognise_workbook(payload: bytes) -> None:
    """Demand a workbook with the sheets of one of the two."""
    _kind(_sheets(payload))


def workbook_part(payload: bytes) -> str:
    """Which of the two workbooks it is: 'pre', the newest quarter, or 'long', the time series."""
    return _kind(_sheets(payload))


def parse_workbook(payload: bytes) -> pd.DataFrame:
    """One row per table, item, sector, side and quarter; empty cells are no rows."""
    sheets = _sheets(payload)
    kind = _kind(sheets)
    rows = _newest_quarter(sheets) if kind == "pre" else _time_series(sheets)
    return text_frame([{"workbook": kind, **row} for row in rows], WHAT)[list(FUND_COLUMNS)]


@lru_cache(maxsize=1)
def _sheets(payload: bytes) -> dict[str, Sheet]:
    # Recognising, naming the part and parsing read the same file one after the other.
    # openpyxl takes half a second to import, and definitions load every parser at every start.
    from orchestration.spreadsheets import sheets

    return sheets(payload, WHAT)


def _kind(sheets: Mapping[str, Sheet]) -> str:
    heads = {squash(cell) for sheet in sheets.values() for row in sheet[:7] for cell in row if cell}
    if heads >= set(SPREADS):
        return "pre"
    if any(head.startswith("(3) Time Series <Financial Transactions>") for head in heads):
        return "long"
    raise _refused(
        f"expected sheets titled {list(SPREADS)} (sjpre.xlsx) or '(3) Time Series <Financial Transactions>' "
        f"(sjlong.xlsx), found {sorted(heads)[:6]}. It is another workbook or another layout"
    )


def _newest_quarter(sheets: Mapping[str, Sheet]) -> list[Row]:
    """The spreads of sjpre.xlsx: a sheet with items and sectors, and the next one with more sectors."""
    names = list(sheets)
    found: dict[tuple[str, str], list[Row]] = {}
    for at, name in enumerate(names[:-1]):
        title = next(
            (squash(row[3]) for row in sheets[name][:6] if len(row) > 3 and squash(row[3]) in SPREADS), ""
        )
        if not title:
            continue
        left, right = sheets[name], sheets[names[at + 1]]
        where = f"sheets '{name}' and '{names[at + 1]}'"
        statement, items = _items(left, right, where)
        if (statement, title) in found:
            raise _refused(f"expected '{title}' of '{statement}' once, found it again in {where}")
        found[statement, title] = _spread(left, right, items, title, statement, where)
    expected = [(statement, title) for statement in STATEMENTS for title in SPREADS]
    missing = [pair for pair in expected if pair not in found]
    if missing:
        raise _refused(
            f"expected a table '{missing[0][1]}' of '{missing[0][0]}', found {list(found)}. A sheet may have "
            "been removed or moved"
        )
    rows = [row for pair in expected for row in found[pair]]
    quarters = sorted({row["period_end"] for row in rows})
    if len(quarters) > 1:
        raise _refused(f"expected one quarter in all tables of sjpre.xlsx, found {quarters}")
    return _once_each(_expect_sound_spreads(rows))


def _items(left: Sheet, right: Sheet, where: str) -> tuple[str, dict[int, tuple[str, str]]]:
    """The statement that a spread belongs to, and its items by line, the same on both sheets."""
    labels = {}
    for line, row in enumerate(left):
        code = squash(row[2]) if len(row) > 2 else ""
        if re.fullmatch(r"[A-Z][a-z]{0,2}", code):
            labels[line] = code, next((squash(cell) for cell in row[3:6] if cell.strip()), "")
    width = max((len(row) for row in right), default=0)
    column = next(
        (
            c
            for c in range(width - 1, -1, -1)
            if sum(right[n][c].strip() == labels[n][0] for n in labels if n < len(right)) > 20
        ),
        None,
    )
    if column is None:
        raise _refused(
            f"expected the codes of {len(labels)} items (A, Aa, ...) at the left and again at the right of "
            f"{where}, found no such column. The sheets may have moved"
        )
    for line, (code, label) in labels.items():
        again = right[line][column].strip() if line < len(right) else ""
        if code != "W" and again != code:
            raise _refused(
                f"expected item '{code}' in row {line + 1} at the right of {where}, found '{again}'"
            )
        if code in ITEMS and label != ITEMS[code]:
            raise _refused(
                f"expected item {code} '{ITEMS[code]}' in row {line + 1} of {where}, found '{label}'"
            )
    codes = [code for code, _ in labels.values()]
    wrong = next((code for code in (*ITEMS, BALANCE) if codes.count(code) != 1), None)
    if wrong:
        raise _refused(f"expected item {wrong} once in {where}, found it {codes.count(wrong)} times")
    statement = next((squash(row[column]) for row in reversed(right) if squash(row[column])), "")
    if statement not in STATEMENTS:
        raise _refused(
            f"expected one of {list(STATEMENTS)} below the items at the right of {where}, found "
            f"'{statement}'. The file may be cut short"
        )
    return statement, {line: item for line, item in labels.items() if item[0] in ITEMS or item[0] == BALANCE}


def _spread(
    left: Sheet, right: Sheet, items: Mapping[int, tuple[str, str]], title: str, statement: str, where: str
) -> list[Row]:
    first = min(items)
    heads = [squash(cell) for sheet in (left, right) for row in sheet[:first] for cell in row]
    if UNIT not in heads:
        raise _refused(
            f"expected the unit '{UNIT}' above the figures of {where}, found "
            f"{[head for head in heads if '(' in head][:4]}. The unit may have changed"
        )
    periods = [found for head in heads if (found := _quarter_of_title(head, statement))]
    if len(periods) != 2 or periods[0] != periods[1]:
        raise _refused(
            "expected the same quarter, such as '1st Quarter 2026(Preliminary)' or 'End of March 2026', on "
            f"both of {where}, found {[period[0] for period in periods]}"
        )
    published, start, end, preliminary = periods[0]
    rows = []
    for sheet, expected in zip((left, right), SPREADS[title], strict=True):
        wanted = expected
        if sheet is right and title == next(iter(SPREADS)) and statement == STOCKS:
            wanted = (*expected, TOTAL)
        for sector, column in _sectors(sheet, first, wanted, where).items():
            for side, at in (("Assets", column), ("Liabilities", column + 1)):
                for line, (item, label) in items.items():
                    value = sheet[line][at].strip()
                    if not value:
                        continue
                    _expect_number(value, f"row {line + 1}, column {at + 1} of {where}")
                    rows.append(
                        {
                            "title": title,
                            "statement": statement,
                            "item": item,
                            "item_label": label,
                            "sector": sector,
                            "sector_label": SECTORS.get(sector, TOTAL_LABEL),
                            "side": side,
                            "period": published,
                            "preliminary": preliminary,
                            "value": value,
                            "period_start": start,
                            "period_end": end,
                        }
                    )
    return rows


def _sectors(sheet: Sheet, first: int, expected: Sequence[str], where: str) -> dict[str, int]:
    """The column of each sector's assets; beside it stand its liabilities."""
    codes, sides = sheet[first - 2], sheet[first - 1]
    places: dict[str, int] = {}
    for column, side in enumerate(sides):
        if squash(side) != "Assets":
            continue
        above = (sheet[line][column] for line in range(first - 5, first - 2))
        label = next((squash(cell) for cell in above if cell.strip()), "")
        code = squash(codes[column]) or (TOTAL if label == TOTAL_LABEL else "")
        beside = squash(sides[column + 1]) if column + 1 < len(sides) else ""
        if label != SECTORS.get(code, TOTAL_LABEL) or beside != "Liabilities":
            raise _refused(
                f"expected sector {code} '{SECTORS.get(code, 'of its list')}' with Assets and Liabilities in "
                f"column {column + 1} of {where}, found '{label}' with Assets and {beside or 'nothing'}"
            )
        places[code] = column
    if tuple(places) != tuple(expected):
        raise _refused(
            f"expected the sectors {list(expected)} in {where}, found {list(places)}. The layout may have "
            "changed"
        )
    return places


def _quarter_of_title(text: str, statement: str) -> tuple[str, str, str, str] | None:
    """'1st Quarter 2026(Preliminary)', or 'End of March 2026' for stocks: text, first and last day, mark."""
    if statement == STOCKS:
        found = re.fullmatch(r"End of ([A-Z][a-z]+) (\d{4}) ?(\(Preliminary\))?", text)
        quarter = QUARTER_ENDS.get(found[1]) if found else None
    else:
        found = re.fullmatch(r"(\d[a-z]{2}) Quarter (\d{4}) ?(\(Preliminary\))?", text)
        quarter = QUARTERS.get(found[1]) if found else None
    if not found or not quarter:
        return None
    start, end = quarter_days(int(found[2]), quarter)
    return text, start.isoformat(), end.isoformat(), "P" if found[3] else ""


def _expect_sound_spreads(rows: list[Row]) -> list[Row]:
    """Demand the sums over items and over sectors that the tables announce, within rounding."""
    figures: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        key = row["statement"], row["side"], row["sector"], row["item"]
        value = int(row["value"])
        if figures.setdefault(key, value) != value:
            raise _refused(
                f"expected the same figure wherever item {row['item']}, {row['side']} of sector "
                f"{row['sector']} stands, found {figures[key]:,} and {value:,} ({row['statement']})"
            )
    tables = {(statement, side) for statement, side, _, _ in figures}
    sectors = {sector for _, _, sector, _ in figures}
    items = {item for _, _, _, item in figures}
    for statement, side in sorted(tables):
        where = f"{side} of '{statement}'"
        get = partial(_figure, figures, statement, side)
        for sector in sorted(sectors):
            for whole, parts in ITEM_SUMS.items():
                _expect_sum(
                    get(sector, whole),
                    [get(sector, part) for part in parts],
                    f"item {whole}",
                    f"sector {sector}, {where}",
                )
        for item in sorted(items - {BALANCE}):
            for whole, parts in SECTOR_SUMS.items():
                if whole == TOTAL and statement != STOCKS:
                    continue
                _expect_sum(
                    get(whole, item),
                    [get(part, item) for part in parts],
                    f"sector {whole}",
                    f"item {item}, {where}",
                )
    for (statement, side, sector, item), value in figures.items():
        owner = OF_ONE_SECTOR.get((side, item), sector)
        elsewhere = sector not in (TOTAL, *(owner[:length] for length in range(1, len(owner) + 1)))
        if value and (elsewhere or (item == BALANCE and side == "Assets")):
            raise _refused(
                f"expected no figure of item {item} among the {side} of sector {sector}, found {value:,} "
                f"({statement}). Columns may have moved"
            )
    return rows


def _figure(
    figures: Mapping[tuple[str, str, str, str], int], statement: str, side: str, sector: str, item: str
) -> int:
    return figures.get((statement, side, sector, item), 0)


def _expect_sum(whole: int, parts: Iterable[int], name: str, where: str) -> None:
    parts = list(parts)
    if abs(sum(parts) - whole) > (len(parts) + 1) / 2:
        raise _refused(
            f"expected the parts of {name} to add up to it, found {sum(parts):,} and {whole:,} ({where}). "
            "Figures may have moved"
        )


def _once_each(rows: list[Row]) -> list[Row]:
    """Rows without the sector that both spreads show; both have the same figures."""
    return [row for row in rows if (row["title"], row["sector"]) != (list(SPREADS)[1], "1")]


def _expect_number(value: str, where: str) -> None:
    if not re.fullmatch(WORKBOOK_NUMBER, value):
        raise _refused(f"expected a whole number in {where}, found '{value}'")


def _time_series(sheets: Mapping[str, Sheet]) -> list[Row]:
    """The tables of sjlong.xlsx on the overseas sector and on the holders of government securities."""
    rows: list[Row] = []
    seen: list[tuple[str, str]] = []
    for name, sheet in sheets.items():
        for line, cells in enumerate(sheet):
            title = squash(cells[2]) if len(cells) > 2 else ""
            if title in OVERSEAS_TABLES:
                statement = OVERSEAS_TABLES[title][0]
                rows += _overseas(sheet, line, title, f"sheet '{name}'")
            elif title in HOLDER_TABLES:
                statement, block = _holders(sheet, line, title, f"sheet '{name}'")
                rows += block
            else:
                continue
            seen.append((title, statement))
    expected = [
        *((title, statement) for title, (statement, _) in OVERSEAS_TABLES.items()),
        *((title, statement) for statement in (STOCKS, TRANSACTIONS) for title in HOLDER_TABLES),
    ]
    wrong = next((table for table in expected if seen.count(table) != 1), None)
    if wrong:
        raise _refused(
            f"expected one table '{wrong[0]}' of '{wrong[1]}' in sjlong.xlsx, found {seen.count(wrong)}. A "
            "table may have been renamed or removed"
        )
    return _expect_sound_series(rows)


def _overseas(sheet: Sheet, line: int, title: str, where: str) -> list[Row]:
    statement, totals = OVERSEAS_TABLES[title]
    labels = iter(totals)
    expected = [(code, label or next(labels)) for code, label in OVERSEAS_ROWS]
    rows = []
    for (code, label), figures in zip(expected, _block(sheet, line, expected, title, where), strict=True):
        item, _, side = (code or f"{BOTH}/A").partition("/")
        # The total of what the sector has raised leaves the balance out, which Z would hold.
        rows += [
            {
                "title": title,
                "statement": statement,
                "item": item,
                "item_label": label,
                "sector": OVERSEAS,
                "sector_label": SECTORS[OVERSEAS],
                "side": "Assets" if side == "A" else "Liabilities",
                **figure,
            }
            for figure in figures
        ]
    return rows


def _holders(sheet: Sheet, line: int, title: str, where: str) -> tuple[str, list[Row]]:
    head = sheet[line + 2] if line + 2 < len(sheet) else []
    first = next((squash(cell) for cell in head[3:] if cell.strip()), "")
    if first not in HOLDER_FIRST_ROWS:
        raise _refused(
            f"expected one of {list(HOLDER_FIRST_ROWS)} two rows below '{title}' in {where}, found '{first}'"
        )
    statement, prefix = HOLDER_FIRST_ROWS[first]
    holders = [(code, f"{'of which: ' if code == '11' else ''}{prefix}{SECTORS[code]}") for code in HOLDERS]
    expected = [("", first), *holders]
    rows = []
    for (code, label), figures in zip(expected, _block(sheet, line, expected, title, where), strict=True):
        rows += [
            {
                "title": title,
                "statement": statement,
                "item": HOLDER_TABLES[title],
                "item_label": title,
                "sector": code or TOTAL,
                "sector_label": label,
                "side": "Assets",
                **figure,
            }
            for figure in figures
        ]
    return statement, rows


def _block(
    sheet: Sheet, line: int, expected: Sequence[tuple[str, str]], title: str, where: str
) -> list[list[Row]]:
    """The quarterly figures of a table's rows, which must be the expected ones in that order."""
    if UNIT not in [squash(cell) for cell in sheet[line]]:
        raise _refused(
            f"expected the unit '{UNIT}' beside '{title}' in row {line + 1} of {where}, found "
            f"{[squash(cell) for cell in sheet[line][3:] if cell.strip()]}. The unit may have changed"
        )
    header = sheet[line + 1] if line + 1 < len(sheet) else []
    quarters = {}
    for column, cell in enumerate(header):
        if found := re.fullmatch(QUARTER, squash(cell)):
            start, end = quarter_days(int(found[1]), int(found[2]))
            quarters[column] = {
                "period": squash(cell),
                "preliminary": "P" if found[3] else "",
                "period_start": start.isoformat(),
                "period_end": end.isoformat(),
            }
    ends = [q["period_end"] for q in quarters.values()]
    starts = [q["period_start"] for q in quarters.values()]
    follows = all(
        (date.fromisoformat(s) - date.fromisoformat(e)).days == 1
        for e, s in zip(ends, starts[1:], strict=False)
    )
    if not quarters or not follows:
        raise _refused(
            f"expected quarters such as '2026/1Q(P)', one after the other, in row {line + 2} of {where}, "
            f"found {[squash(cell) for cell in header if cell.strip()][:12]}"
        )
    first = min(quarters)
    block = []
    for offset, (code, label) in enumerate(expected, start=line + 2):
        cells = sheet[offset] if offset < len(sheet) else [""] * len(header)
        texts = [
            squash(cell)
            for cell in cells[3:first]
            if cell.strip() and not re.fullmatch(WORKBOOK_NUMBER, cell)
        ]
        found = squash(cells[2]), texts[0] if texts else ""
        if found != (code, label):
            raise _refused(
                f"expected {' '.join((code, label)).strip()!r} in row {offset + 1} of {where} ('{title}'), "
                f"found {' '.join(found).strip()!r}"
            )
        figures = []
        for column, quarter in quarters.items():
            value = cells[column].strip()
            _expect_number(value, f"row {offset + 1}, column {column + 1} of {where} ('{title}')")
            figures.append({**quarter, "value": value})
        block.append(figures)
    return block


def _expect_sound_series(rows: list[Row]) -> list[Row]:
    """Demand that holders add up, bills and bonds too, and that both kinds of tables agree."""
    figures: dict[tuple[str, str, str, str, str], int] = {}
    for row in rows:
        key = row["statement"], row["side"], row["sector"], row["item"], row["period_end"]
        value = int(row["value"])
        if figures.setdefault(key, value) != value:
            raise _refused(
                f"expected the same figure wherever item {row['item']} of sector {row['sector']} stands, "
                f"found {figures[key]:,} and {value:,} for {row['period']} ({row['statement']}, "
                f"'{row['title']}'). Figures may have moved"
            )
    for statement, side, sector, item, end in figures:
        where = f"{side} of '{statement}', quarter to {end}"
        if item == BOTH:
            parts = [figures[statement, side, sector, part, end] for part in (BILLS, BONDS)]
            _expect_sum(
                figures[statement, side, sector, item, end],
                parts,
                f"bills and bonds of sector {sector}",
                where,
            )
        if sector == TOTAL:
            parts = [figures[statement, side, part, item, end] for part in HOLDER_PARTS]
            _expect_sum(figures[statement, side, sector, item, end], parts, f"the holders of {item}", where)
    return rows
