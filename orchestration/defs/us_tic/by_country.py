"""Tables 1 and 3: positions by country, and of long-term securities net sales and valuation changes.

Tab-separated, with machine names in line 9, then every country's months, newest first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from orchestration.defs.us_tic.lines import (
    MONTH,
    NOT_AVAILABLE,
    expect_line,
    expect_title,
    lines_of,
    month_end,
    rows_above_notes,
)
from orchestration.errors import LayoutError

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
    rows = rows_above_notes(_table_lines(payload, table), HEADER_LINES, what)
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
    ends = {month: month_end(month) for month in frame["date"].unique()}
    frame["period_start"] = frame["date"] + "-01"
    frame["period_end"] = frame["date"].map(ends).astype("str")
    return frame


def _table_lines(payload: bytes, table: Table) -> list[list[str]]:
    """The file's cells, line by line, once its header is the expected one."""
    lines = lines_of(payload, table.what)
    expect_title(
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
        expect_line(lines, number, header, table.what)
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
