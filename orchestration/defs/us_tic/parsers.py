"""Parsers of the Treasury's files on foreign holdings of US securities (TIC).

Tables 1 and 3 are one layout: tab-separated, with machine names in line 9, then every country's
months, newest first. Table 5 is wide, a column per month. `mfhhis01.txt` is older than they are:
a block per year, quotes, footnote marks and months that come twice. What is added up in the files
is added up here too, for a column or a row that has moved keeps its shape.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, csv_records, decode, expect_width, squash, text_frame

NOT_AVAILABLE = "n.a."
MONTH = r"(19|20)\d\d-(0[1-9]|1[0-2])"

# ---- Tables 1 and 3: by country -------------------------------------------------------------------

# Figures begin in line 10; the last line of the header has the machine names.
HEADER_LINES = 9
# Each file seen begins here, whatever its newest month. One that began later would be a window of
# months, and what it leaves out would be taken for retracted.
FIRST_MONTH = "2020-01"
# Net sales and valuation changes of long-term securities are reported since then.
FIRST_NET_MONTH = "2023-02"
CODE = r"[0-9]{5}"
# Positions are never negative; net sales and valuation changes may be.
NUMBER, POSITION = r"-?[0-9]+", r"[0-9]+"
# Parts of table 1 by instrument (asset-backed securities and the like), of which the codes differ.
MEMORANDUM = "8"
# Codes that stand for several countries, and how their names end.
AGGREGATES = {
    "19992": "Total Europe",
    "16713": "Euro Area",
    "16721": "European Union",
    "39942": "Total Latin America",
    "34401": "Total Caribbean",
    "49999": "Total Asia",
    "59994": "Total Africa",
    "69906": "Total Other",
    "69995": "All Countries",
    "72907": "International",
    "76929": "Total Regional Orgs.",
    "79995": "Total IROs",
    "99996": "Grand Total",
    "99990": "Foreign Official",
    "99991": "Foreign Non-Official",
}
AGGREGATE_NAME = r"(Total|Grand Total|Of Which|Memo|All)\b.*"
# Which codes add up to which; Canada is a region of its own.
SUMS = {
    "99996": (("99990", "99991"), ("69995", "79995")),
    "69995": (("19992", "29998", "39942", "34401", "49999", "59994", "69906"),),
    "79995": (("72907", "76929"),),
}
KEY = ("country", "country_code", "date")
PERIOD_COLUMNS = ("period_start", "period_end")
LABELS = {"pos": "Holdings", "net": "Net U.S. Sales", "valchg": "Valuation Change"}


@dataclass(frozen=True)
class Table:
    """One of the tables by country.

    Attributes:
        file: the last part of the link to itself, in line 5.
        figures: the machine name of each figure and the label of its class.
        sums: figures that add up to another.
        changes: figures that are the change of another since the month before.
    """

    what: str
    title: str
    file: str
    figures: dict[str, str]
    sums: dict[str, tuple[str, ...]]
    changes: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The machine names, as line 9 has them."""
        return (*KEY, *self.figures)

    @property
    def since_2023(self) -> tuple[str, ...]:
        """Figures that have no numbers before FIRST_NET_MONTH."""
        return tuple(f for f in self.figures if not f.endswith("_pos") and f not in self.changes)

    def label(self, figure: str) -> str:
        """What line 8 has above a figure."""
        return LABELS[figure.rsplit("_", 1)[1]]


TREASURIES = Table(
    what="us_tic/treasuries_by_country",
    title="Table 3: U.S. Treasury Securities Held by Foreign Residents 1/",
    file="slt_table3.txt",
    figures={
        "for_treas_pos": "Total U.S. Treasuries",
        "for_treas_net": "Total U.S. Treasuries",
        "for_lt_treas_pos": "Long-term U.S. Treasuries",
        "for_lt_treas_net": "Long-term U.S. Treasuries",
        "for_lt_treas_valchg": "Long-term U.S. Treasuries",
        "for_st_treas_pos": "Short-term U.S. Treasuries",
        "for_st_treas_net": "Short-term U.S. Treasuries",
    },
    sums={
        "for_treas_pos": ("for_lt_treas_pos", "for_st_treas_pos"),
        "for_treas_net": ("for_lt_treas_net", "for_st_treas_net"),
    },
    # The table's own definition: "current minus prior month of for_st_treas_pos".
    changes={"for_st_treas_net": "for_st_treas_pos"},
)

CLASSES = {
    "total": "Total U.S. Securities",
    "treas": "U.S. Treasuries",
    "agcy": "U.S. Agency Bonds",
    "corp": "U.S. Corp. & Other Bonds",
    "eqty": "U.S. Corp. Equity",
}
SECURITIES = Table(
    what="us_tic/longterm_securities_by_country",
    title="Table 1: U.S. Long-Term Securities Held by Foreign Residents",
    file="slt_table1.txt",
    figures={f"for_lt_{name}_{measure}": label for name, label in CLASSES.items() for measure in LABELS},
    sums={
        f"for_lt_total_{measure}": tuple(f"for_lt_{name}_{measure}" for name in CLASSES if name != "total")
        for measure in LABELS
    },
    changes={},
)


def recognise_table(payload: bytes, table: Table) -> None:
    """Demand the title, the unit and the header of the table."""
    _table_lines(payload, table)


def parse_table(payload: bytes, table: Table) -> pd.DataFrame:
    """One row per country, region or aggregate and month; millions of dollars, as published."""
    what = table.what
    rows = _rows_above_notes(_table_lines(payload, table), HEADER_LINES, what)
    wrong = next((n for n, row in enumerate(rows) if len(row) != len(table.columns)), None)
    if wrong is not None:
        raise LayoutError(
            f"{what}: expected {len(table.columns)} columns in line {HEADER_LINES + 1 + wrong}, found "
            f"{len(rows[wrong])}. The file may be cut short or its layout changed; nothing was loaded."
        )
    frame = pd.DataFrame(rows, columns=list(table.columns), dtype="str")
    _expect_months(frame, what)
    _expect_codes(frame, what)
    numbers = _table_numbers(frame, table)
    _expect_sums_of_figures(frame, numbers, table)
    _expect_sums_of_codes(frame, numbers, what)
    ends = {month: _month_end(month) for month in frame["date"].unique()}
    frame["period_start"] = frame["date"] + "-01"
    frame["period_end"] = frame["date"].map(ends).astype("str")
    return frame


def _table_lines(payload: bytes, table: Table) -> list[list[str]]:
    """The file's cells, line by line, once its header is the expected one."""
    lines = _lines(payload, table.what)
    _expect_title(
        lines,
        (
            table.title,
            "All Countries and International and Regional Organizations",
            "A positive number for net U.S. sales to foreigners denotes an increase in a foreign position",
            "Millions of dollars",
        ),
        table.file,
        table.what,
    )
    headers = (
        ("", "", "", *table.figures.values()),
        ("Country", "Country Code", "Date", *(table.label(f) for f in table.figures)),
        table.columns,
    )
    for number, header in enumerate(headers, start=HEADER_LINES - len(headers)):
        _expect_line(lines, number, header, table.what)
    return lines


def _expect_months(frame: pd.DataFrame, what: str) -> None:
    """Demand of every code the same months: newest first, without gap, since 2020 at the latest."""
    codes = list(dict.fromkeys(frame["country_code"]))
    first, newest = frame["country_code"].iloc[0], frame["date"].iloc[0]
    block = int((frame["country_code"] == first).sum())
    if not re.fullmatch(MONTH, newest):
        raise LayoutError(
            f"{what}: expected a month YYYY-MM in line {HEADER_LINES + 1}, found '{newest}'; "
            "nothing was loaded."
        )
    months = [str(month) for month in pd.period_range(end=newest, periods=block, freq="M")[::-1]]
    expected = [(code, month) for code in codes for month in months]
    found = list(zip(frame["country_code"], frame["date"], strict=True))
    end = ("the end", "of the data")
    if found != expected:
        length = max(len(found), len(expected)) + 1
        padded = [side + [end] * (length - len(side)) for side in (expected, found)]
        at = next(n for n in range(length) if padded[0][n] != padded[1][n])
        raise LayoutError(
            f"{what}: expected each code's months from {months[0]} to {months[-1]}, newest first and each "
            f"once: {' '.join(padded[0][at])} in line {HEADER_LINES + 1 + at}, found "
            f"{' '.join(padded[1][at])}. The file may be cut short or its layout changed; "
            "nothing was loaded."
        )
    if months[-1] > FIRST_MONTH:
        raise LayoutError(
            f"{what}: expected months since {FIRST_MONTH}, found none before {months[-1]}. If the file is a "
            "window of months now, its record must say so (full_history); nothing was loaded."
        )


def _expect_codes(frame: pd.DataFrame, what: str) -> None:
    """Demand one name per code, and that what stands for several countries is known to do so."""
    named = frame[["country", "country_code"]].drop_duplicates()
    for name, code in named.itertuples(index=False):
        if not name.strip() or not re.fullmatch(CODE, code):
            raise LayoutError(
                f"{what}: expected a name and a code of five digits, found '{name}' and '{code}'; "
                "nothing was loaded."
            )
        aggregate = AGGREGATES.get(code)
        if aggregate:
            sound = name.endswith(aggregate)
        else:
            sound = code.startswith(MEMORANDUM) or not re.match(AGGREGATE_NAME, name)
        if not sound:
            raise LayoutError(
                f"{what}: expected the code {code} to stand for {aggregate or 'one country'}, found it named "
                f"'{name}'. A sum that is taken for a country is counted twice; nothing was loaded."
            )
    own_name = ~named["country_code"].str.startswith(MEMORANDUM)
    twice = named[named["country_code"].duplicated() | (named["country"].duplicated() & own_name)]
    if len(twice):
        raise LayoutError(
            f"{what}: expected one name for each code and one code for each name, found "
            f"'{twice['country'].iloc[0]}' and {twice['country_code'].iloc[0]} again; nothing was loaded."
        )
    summed = {code for splits in SUMS.values() for parts in splits for code in parts} | set(SUMS)
    missing = sorted(summed - set(named["country_code"]))
    if missing:
        raise LayoutError(
            f"{what}: expected regions and sums among the rows, found none with the codes "
            f"{', '.join(missing)}. The file may be cut short or its codes have changed; nothing was loaded."
        )


def _table_numbers(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The figures as numbers; missing only where the table has none."""
    figures = list(table.figures)
    cells = frame[figures]
    missing = cells == NOT_AVAILABLE
    written = cells.apply(lambda column: column.str.fullmatch(NUMBER))
    _refuse_cells(frame, figures, ~(missing | written), "a whole number or 'n.a.'", table.what)
    early = frame["date"] < FIRST_NET_MONTH
    since = list(table.since_2023)
    _refuse_cells(
        frame,
        since,
        ~missing[since] & early.to_numpy()[:, None],
        f"'n.a.' before {FIRST_NET_MONTH}, the break of the series,",
        table.what,
    )
    positions = [figure for figure in figures if figure.endswith("_pos")]
    held = cells[positions].apply(lambda column: column.str.fullmatch(POSITION))
    _refuse_cells(frame, positions, ~(missing[positions] | held), "a position of 0 or more", table.what)
    world = (frame["country_code"] == "99996") & ~early
    _refuse_cells(frame, figures, missing & world.to_numpy()[:, None], "a number for the world", table.what)
    return cells.where(~missing).apply(pd.to_numeric)


def _expect_sums_of_figures(frame: pd.DataFrame, numbers: pd.DataFrame, table: Table) -> None:
    """Demand the totals and the changes that the table defines, but for rounding."""
    for whole, parts in table.sums.items():
        _expect_equal(
            frame,
            numbers[list(parts)].sum(axis=1, skipna=False),
            numbers[whole],
            # n parts and their sum, each rounded by itself, are at most (n + 1) / 2 apart.
            (len(parts) + 1) // 2,
            f"{whole} = {' + '.join(parts)}",
            table.what,
        )
    for change, position in table.changes.items():
        # The month before stands in the row below; the oldest month of a code has none.
        before = numbers.groupby(frame["country_code"], sort=False)[position].shift(-1)
        _expect_equal(
            frame,
            numbers[position] - before,
            numbers[change],
            1,
            f"{change} = {position} less that of the month before",
            table.what,
        )


def _expect_sums_of_codes(frame: pd.DataFrame, numbers: pd.DataFrame, what: str) -> None:
    """Demand that regions, organisations and the two kinds of holders add up to the world."""
    months = frame["date"].nunique()
    codes = frame["country_code"].iloc[::months]
    rows = {code: numbers.iloc[at * months : (at + 1) * months] for at, code in enumerate(codes)}
    for whole, splits in SUMS.items():
        for parts in splits:
            added = sum(rows[part].to_numpy() for part in parts)
            off = abs(added - rows[whole].to_numpy()) > (len(parts) + 1) // 2
            if off.any():
                row, column = (int(places[0]) for places in off.nonzero())
                raise LayoutError(
                    f"{what}: expected {' + '.join(parts)} = {whole} but for rounding, found "
                    f"{added[row][column]:,.0f} and {rows[whole].iloc[row, column]:,.0f} in "
                    f"{numbers.columns[column]} for {frame['date'].iloc[row]} ({int(off.sum())} such "
                    "sums). Rows or columns may have moved; nothing was loaded."
                )


def _expect_equal(
    frame: pd.DataFrame, made: pd.Series, published: pd.Series, tolerance: float, says: str, what: str
) -> None:
    """Demand that two columns are equal but for rounding, wherever both have numbers."""
    off = (made - published).abs() > tolerance
    if off.any():
        at = int(off.to_numpy().argmax())
        raise LayoutError(
            f"{what}: expected {says} within {tolerance}, found {made.iloc[at]:,.0f} where it says "
            f"{published.iloc[at]:,.0f}, for {frame['country'].iloc[at]} in {frame['date'].iloc[at]} "
            f"({int(off.sum())} such rows). Columns or rows may have moved; nothing was loaded."
        )


def _refuse_cells(
    frame: pd.DataFrame, columns: Sequence[str], wrong: pd.DataFrame, expected: str, what: str
) -> None:
    """Refuse the first cell that is wrong, with its column, country, month and line."""
    if wrong.to_numpy().any():
        row, column = (int(places[0]) for places in wrong.to_numpy().nonzero())
        raise LayoutError(
            f"{what}: expected {expected} in column '{columns[column]}' for {frame['country'].iloc[row]} in "
            f"{frame['date'].iloc[row]}, line {HEADER_LINES + 1 + row}, found "
            f"'{frame[columns[column]].iloc[row]}' ({int(wrong.to_numpy().sum())} such cells); "
            "nothing was loaded."
        )


# ---- Major holders: the last thirteen months (table 5), and complete years ---------------------------

MAJOR, HISTORY = "us_tic/major_holders", "us_tic/major_holders_history"
OTHERS, WORLD = "All Other", "Grand Total"
# Below the world: its official holders, and what they hold of it in bills and in bonds and notes.
OFFICIAL = tuple(f"Of Which: Foreign Official{part}" for part in ("", " Treasury Bills", " T-Bonds & Notes"))
OFFICIAL_IN_HISTORY = ("For. Official", "Treasury Bills", "T-Bonds & Notes")
# Rounding of some forty holders: half a billion in every month but one of the files seen. That one
# is the old series of June 2006, which is 2.5 off.
TOLERANCE = {"new": 1.0, "old": 3.0}
BILLIONS = r"[0-9]+\.[0-9]"
# There 1200.0 is printed as 1200 in some blocks, and a holder may be in one series only.
BILLIONS_IN_HISTORY = rf"[0-9]+(\.[0-9])?|{re.escape(NOT_AVAILABLE)}"
MAJOR_HEADER, MAJOR_MONTHS = 5, 13
MAJOR_COLUMNS = ("holder", "date", "holdings", "period_start", "period_end")

MONTH_NAMES = ("Dec", "Nov", "Oct", "Sep", "Aug", "Jul", "Jun", "May", "Apr", "Mar", "Feb", "Jan")
FIRST_YEAR, MONTHS_OF_FIRST_YEAR = 2000, 10
HISTORY_WIDTH = 14
SIGNATURE = "Department of the Treasury/Federal Reserve Board"
STAMP = r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})"
FOOTNOTE = r"(.+?) +(\d+)/"
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
HISTORY_COLUMNS = ("holder", "footnote", "date", "series", "holdings", "period_start", "period_end")

Records = list[list[str]]


@dataclass(frozen=True)
class Column:
    """One month of a wide table; `old` is the series that a break ended, shown for comparison."""

    month: str
    series: str = "new"

    @property
    def period(self) -> dict[str, str]:
        """The month and its days."""
        return {
            "date": self.month,
            "period_start": f"{self.month}-01",
            "period_end": _month_end(self.month),
        }


def recognise_major(payload: bytes) -> None:
    """Demand the title, the unit and the months."""
    _major_months(_lines(payload, MAJOR))


def parse_major(payload: bytes) -> pd.DataFrame:
    """One row per holder and month: billions of dollars at the month's end, as published."""
    lines = _lines(payload, MAJOR)
    columns = _major_months(lines)
    rows = _rows_above_notes(lines, MAJOR_HEADER + 1, MAJOR)
    for number, row in enumerate(rows, start=MAJOR_HEADER + 2):
        if len(row) != 1 + len(columns):
            raise LayoutError(
                f"{MAJOR}: expected {1 + len(columns)} columns in line {number}, found {len(row)}. "
                "The file may be cut short or its layout changed; nothing was loaded."
            )
    holders = [(row[0].strip(), [cell.strip() for cell in row[1:]]) for row in rows]
    _expect_sound_holders(holders, columns, OFFICIAL, BILLIONS, MAJOR)
    frame = text_frame(
        [
            {"holder": holder, "holdings": cell, **column.period}
            for holder, cells in holders
            for column, cell in zip(columns, cells, strict=True)
        ],
        MAJOR,
    )
    return frame[list(MAJOR_COLUMNS)]


def _major_months(lines: Records) -> list[Column]:
    """The months of the header, newest first, once the title is the expected one."""
    _expect_title(
        lines,
        (
            "Table 5: Major Foreign Holders of Treasury Securities",
            "Holdings at end of time period",
            "Billions of dollars",
        ),
        "slt_table5.txt",
        MAJOR,
    )
    header = [cell.strip() for cell in lines[MAJOR_HEADER]] if len(lines) > MAJOR_HEADER else []
    newest = header[1] if len(header) > 1 and re.fullmatch(MONTH, header[1]) else None
    if newest:
        months = pd.period_range(end=newest, periods=len(header) - 1, freq="M")[::-1]
        if header == ["Country", *(str(month) for month in months)] and len(months) >= MAJOR_MONTHS:
            return [Column(str(month)) for month in months]
    raise LayoutError(
        f"{MAJOR}: expected 'Country' and {MAJOR_MONTHS} months such as 2026-04, newest first and without "
        f"gap, in line {MAJOR_HEADER + 1}, found {len(header)} columns: {header[:4]}. The layout may have "
        "changed; nothing was loaded."
    )


def recognise_history(payload: bytes) -> None:
    """Demand the title, the unit and the stamp."""
    published_on_history(payload)


def published_on_history(payload: bytes) -> date:
    """The stamp below the blocks: '5/18/2026', in another year '3/18/26'."""
    records = _history_records(payload)
    signed = [n for n, record in enumerate(records) if squash(record[0]) == SIGNATURE]
    line = squash(records[signed[0] + 1][0]) if signed and signed[0] + 1 < len(records) else ""
    found = re.fullmatch(STAMP, line)
    if found:
        month, day, year = (int(group) for group in found.groups())
        with suppress(ValueError):  # a thirteenth month
            return date(year if year > 99 else 2000 + year, month, day)
    raise LayoutError(
        f"{HISTORY}: expected a stamp such as 5/18/2026 below '{SIGNATURE}', found '{line[:80]}'. "
        "The file may be cut short or another one; nothing was loaded."
    )


def parse_history(payload: bytes) -> pd.DataFrame:
    """One row per holder, month and series: billions of dollars at the month's end, as published.

    Where a month stands twice, the first column begins a new series and the second ends the old one.
    A footnote's number is taken off the holder's name, and '.0' off whole numbers: both come and go
    between files that say the same.
    """
    records = _history_records(payload)
    rows: list[dict[str, str]] = []
    at, year = 3, None
    while True:
        at = _after_blanks(records, at)
        if squash(records[at][0]) == SIGNATURE:
            break
        year, columns, at = _block_header(records, at, year)
        names, at = _block_rows(records, at)
        holders = [(squash(r[0]), [squash(r[c]) for c in range(1, 1 + len(columns))]) for r in names]
        _expect_sound_holders(holders, columns, OFFICIAL_IN_HISTORY, BILLIONS_IN_HISTORY, HISTORY)
        for label, cells in holders:
            marked = re.fullmatch(FOOTNOTE, label)
            holder, footnote = marked.groups() if marked else (label, "")
            rows += [
                {
                    "holder": holder,
                    "footnote": footnote,
                    "series": column.series,
                    "holdings": cell.removesuffix(".0"),
                    **column.period,
                }
                for column, cell in zip(columns, cells, strict=True)
            ]
    if year != FIRST_YEAR:
        raise LayoutError(
            f"{HISTORY}: expected years down to {FIRST_YEAR} above '{SIGNATURE}', found "
            f"{year or 'none'} as the last. The file may be cut short; nothing was loaded."
        )
    published_on_history(payload)
    return text_frame(rows, HISTORY)[list(HISTORY_COLUMNS)]


def _history_records(payload: bytes) -> Records:
    """The file's cells, once its title and unit are the expected ones."""
    records = csv_records(decode(payload, "utf-8", HISTORY), HISTORY, delimiter="\t")
    titles = (
        "MAJOR FOREIGN HOLDERS OF TREASURY SECURITIES",
        "(in billions of dollars)",
        "HOLDINGS 1/ AT END OF PERIOD",
    )
    for number, title in enumerate(titles):
        found = squash(" ".join(records[number])) if number < len(records) else "the end of the file"
        if found != title:
            raise LayoutError(
                f"{HISTORY}: expected '{title}' in line {number + 1}, found '{found[:100]}'. "
                "It is another file, or its unit has changed; nothing was loaded."
            )
    expect_width(records, HISTORY_WIDTH, HISTORY)
    return records


def _after_blanks(records: Records, at: int) -> int:
    """The place of the next record with a cell; a file that ends before it is cut short."""
    while at < len(records) and not any(cell.strip() for cell in records[at]):
        at += 1
    if at == len(records):
        raise LayoutError(
            f"{HISTORY}: expected years down to {FIRST_YEAR} and then '{SIGNATURE}', found the end of the "
            f"file after line {at}. It may be cut short; nothing was loaded."
        )
    return at


def _block_header(records: Records, at: int, newer: int | None) -> tuple[int, list[Column], int]:
    """A year, its columns and the place below the dashes.

    Above the months stand the names of the series where one ends: 'II' over the second of a month
    that comes twice, 'III' over the first.
    """
    top = at
    while at < len(records) and not records[at][0].strip():
        at += 1
    if at == top or at + 1 >= len(records) or squash(records[at][0]) != "Country":
        found = squash(records[min(at, len(records) - 1)][0])
        raise LayoutError(
            f"{HISTORY}: expected a line of months, then 'Country' and the year, in line {top + 1} or below, "
            f"found '{found}' in line {at + 1}. The layout may have changed; nothing was loaded."
        )
    months = [squash(cell) for cell in records[at - 1][1:]]
    names = [month for month in months if month]
    cells = [squash(cell) for cell in records[at][1:]]
    year = int(cells[0]) if re.fullmatch(r"(19|20)\d\d", cells[0]) else 0
    blank = [""] * (len(months) - len(names))
    dashes = [bool(re.fullmatch("-+", squash(cell))) for cell in records[at + 1][1:]]
    if (
        months != names + blank
        or cells != [str(year)] * len(names) + blank
        or dashes != [True] * len(names) + [False] * len(blank)
        or (newer is not None and year != newer - 1)
    ):
        raise LayoutError(
            f"{HISTORY}: expected months, below them {newer - 1 if newer else 'one year'} and dashes in "
            f"lines {at} to {at + 2}, found {months[:3]}, {cells[:3]}. The layout may have changed; "
            "nothing was loaded."
        )
    series = ["old" if n and name == names[n - 1] else "new" for n, name in enumerate(names)]
    expected = MONTH_NAMES[: MONTHS_OF_FIRST_YEAR if year == FIRST_YEAR else 12]
    if tuple(n for n, s in zip(names, series, strict=True) if s == "new") != expected:
        raise LayoutError(
            f"{HISTORY}: expected the months of {year} from Dec to {expected[-1]} in line {at}, found "
            f"{names}. The layout may have changed; nothing was loaded."
        )
    for n in (n for n, s in enumerate(series) if s == "old"):
        labels = [squash(record[n + side]) for record in records[at - 2 : at - 1] for side in (0, 1)]
        if labels not in [[new, old] for old, new in pairwise(ROMAN)]:
            raise LayoutError(
                f"{HISTORY}: expected two series such as 'XII' and 'XI' above the {names[n]} that comes "
                f"twice in line {at}, found {labels}. Which is the new one is not known; nothing was loaded."
            )
    columns = [
        Column(f"{year}-{12 - MONTH_NAMES.index(name):02}", s) for name, s in zip(names, series, strict=True)
    ]
    return year, columns, at + 2


def _block_rows(records: Records, at: int) -> tuple[Records, int]:
    """The rows of holders and those of official holders below 'Of which:', and the place below."""

    def rows(at: int) -> tuple[Records, int]:
        top = at
        while at < len(records) and any(cell.strip() for cell in records[at]):
            at += 1
        return records[top:at], at

    holders, at = rows(_after_blanks(records, at))
    official, at = rows(_after_blanks(records, at))
    if not official or [squash(cell) for cell in official[0] if cell.strip()] != ["Of which:"]:
        raise LayoutError(
            f"{HISTORY}: expected 'Of which:' below the holders in line {at - len(official) + 1}, found "
            f"'{squash(' '.join(official[0]))[:80]}'. The layout may have changed; nothing was loaded."
        )
    return [*holders, *official[1:]], at


def _expect_sound_holders(
    holders: Sequence[tuple[str, list[str]]],
    columns: Sequence[Column],
    official: Sequence[str],
    pattern: str,
    what: str,
) -> None:
    """Demand the rows that every table ends with, numbers, and the two sums, in every month."""
    names = [name for name, _ in holders]
    last = [OTHERS, WORLD, *official]
    span = f"{columns[-1].month} to {columns[0].month}"
    if names[-len(last) :] != last:
        raise LayoutError(
            f"{what}: expected {last} as the last rows of {span}, found {names[-len(last) :]}. "
            "The file may be cut short or its layout changed; nothing was loaded."
        )
    plain = [re.sub(FOOTNOTE, r"\1", name) for name in names]
    twice = sorted({name for name in plain if plain.count(name) > 1})
    if twice or "" in plain:
        raise LayoutError(
            f"{what}: expected each holder once in {span}, found {twice or 'one without a name'}; "
            "nothing was loaded."
        )
    for place, column in enumerate(columns):
        cells = {name: figures[place] for name, figures in holders}
        for name, cell in cells.items():
            if not re.fullmatch(pattern, cell):
                raise LayoutError(
                    f"{what}: expected billions of dollars such as 1134.5 for {name} in {column.month}, "
                    f"found '{cell}'; nothing was loaded."
                )
        numbers = [0.0 if cell == NOT_AVAILABLE else float(cell) for cell in cells.values()]
        *parts, world, whole, bills, bonds = numbers
        tolerance = TOLERANCE[column.series]
        for says, found, sum_of_parts, within in (
            (f"the holders and {OTHERS} = {WORLD}", world, sum(parts), tolerance),
            (f"{official[1]} + {official[2]} = {official[0]}", whole, bills + bonds, 0.15),
        ):
            if abs(found - sum_of_parts) > within:
                raise LayoutError(
                    f"{what}: expected {says} within {within}, found {sum_of_parts:,.1f} where it says "
                    f"{found:,.1f} in {column.month} ({column.series} series). Rows may have moved or be "
                    "missing; nothing was loaded."
                )


# ---- What they share -------------------------------------------------------------------------------


def _lines(payload: bytes, what: str) -> Records:
    """The cells of a file without quoting, whatever its line ends."""
    text = decode(payload, "utf-8", what).replace("\r\n", "\n").removesuffix("\n")
    return [line.split("\t") for line in text.split("\n")]


def _expect_title(lines: Records, titles: Sequence[str], name: str, what: str) -> None:
    """Demand the titles in the first lines, and below them the link to the file itself."""
    for number, title in enumerate(titles):
        _expect_line(lines, number, (title,), what)
    link = lines[len(titles)][0] if len(lines) > len(titles) else "the end of the file"
    if not re.fullmatch(rf"Link: \S+/{re.escape(name)}", link.strip()):
        raise LayoutError(
            f"{what}: expected a link to {name} in line {len(titles) + 1}, found '{link[:100]}'. "
            "It is another file or another layout; nothing was loaded."
        )


def _expect_line(lines: Records, number: int, cells: Sequence[str], what: str) -> None:
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


def _rows_above_notes(lines: Records, first: int, what: str) -> Records:
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


def _month_end(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-{monthrange(year, number)[1]}"


def _parser(table: Table) -> Parser:
    return Parser(
        columns=(*table.columns, *PERIOD_COLUMNS),
        recognise=partial(recognise_table, table=table),
        parse=partial(parse_table, table=table),
    )


PARSERS = {
    "treasuries_by_country": _parser(TREASURIES),
    "longterm_securities_by_country": _parser(SECURITIES),
    "major_holders": Parser(columns=MAJOR_COLUMNS, recognise=recognise_major, parse=parse_major),
    "major_holders_history": Parser(
        columns=HISTORY_COLUMNS,
        recognise=recognise_history,
        parse=parse_history,
        published_on=published_on_history,
    ),
}
