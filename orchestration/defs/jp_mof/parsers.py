"""Parsers of the Ministry of Finance's files on international transactions in securities.

All five are CSV in code page 932 (strict Shift-JIS fails on the circled digits of the notes), with
a stamp in record 2, a bilingual header, and totals and notes below the data.
"""

import re
from calendar import monthrange
from datetime import date, datetime
from functools import partial

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import (
    Parser,
    csv_records,
    decode,
    expect_cells,
    expect_identity,
    expect_numbers,
    expect_width,
    squash,
    text_frame,
)

NUMBER = r"\s*-?\d[\d,]*\s*"
NUMBER_OR_DASH = rf"{NUMBER}|\s*-\s*"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SUMS = r"(\d{4})(CY|FY)$"

CLASSES = {
    "equity": "Equity and investment fund shares",
    "long_term_debt": "Long-term debt securities",
    "short_term_debt": "Short-term debt securities",
}
# The figures of one side, in the order of both the weekly and the monthly file.
SIDE = (
    "equity_acquisition",
    "equity_disposition",
    "equity_net",
    "long_term_debt_acquisition",
    "long_term_debt_disposition",
    "long_term_debt_net",
    "subtotal_net",
    "short_term_debt_acquisition",
    "short_term_debt_disposition",
    "short_term_debt_net",
    "total_net",
)
FLOWS = tuple(f"{side}_{figure}" for side in ("assets", "liabilities") for figure in SIDE)

# Sector, its label, and the record of the header (from 0) that holds the label.
SECTORS = (
    ("all", "(a+b+c+d)", 7),
    ("public_sector", "Public Sector", 7),
    ("central_bank", "Central Bank (a)", 8),
    ("general_government", "General Government (c)", 8),
    ("deposit_taking_corporations", "Deposit-taking Corporations (b)", 7),
    ("banks_banking_accounts", "Banks(Banking Accounts)", 8),
    ("trust_banks_banking_accounts", "Trust Banks(Banking Accounts)", 8),
    ("other_sectors", "Other Sectors (d)", 7),
    ("other_financial_corporations", "Other Financial Corporations", 8),
    ("banks_and_trust_banks_trust_accounts", "Banks and Trust banks(Trust Accounts)", 8),
    ("banks_trust_accounts", "Banks(Trust Accounts)", 8),
    ("trust_banks_trust_accounts", "Trust Banks(Trust Accounts)", 8),
    ("financial_instruments_firms", "Financial Instruments Firms", 8),
    ("life_insurance_companies", "Life Insurance Companies", 8),
    ("non_life_insurance_companies", "Non-Life Insurance Companies", 8),
    ("investment_trust_management_companies", "Investment Trust Management Companies", 8),
    ("others", "Others", 8),
)
# The ministry adds this one up from five groups that are rounded each by itself.
ROUNDED_PARTS = {"other_financial_corporations": 4}
MEASURES = ("acquisition", "disposition", "net")
SECTOR_FLOWS = tuple(f"{sector}_{m}" for sector, _, _ in SECTORS for m in MEASURES)

PERIODS = ("period", "frequency", "period_start", "period_end")


def _records(payload: bytes, what: str, title: str, unit: str) -> list[list[str]]:
    """The file's CSV records, once its title and unit are the expected ones."""
    records = csv_records(decode(payload, "cp932", what))
    head = [squash(cell) for record in records[:6] for cell in record if cell.strip()]
    for label in (title, unit):
        if not any(label.lower() in cell.lower() for cell in head):
            raise LayoutError(
                f"{what}: expected '{label}' in the first lines, found {head[:4]}. "
                "It is another file, or its unit has changed; nothing was loaded."
            )
    return records


def _recognise(payload: bytes, what: str, title: str, unit: str) -> None:
    _records(payload, what, title, unit)
    _published_on(payload, what)


def _published_on(payload: bytes, what: str) -> date:
    """The stamp 'Final Update  August  14 , 2026' in record 2."""
    for cell in csv_records(decode(payload, "cp932", what))[1]:
        found = re.search(r"Final Update ?([A-Z][a-z]+) (\d{1,2}) ?, ?(\d{4})", squash(cell))
        if found:
            month, day, year = found.groups()
            return datetime.strptime(f"{month} {day} {year}", "%B %d %Y").date()
    raise LayoutError(
        f"{what}: expected a stamp such as 'Final Update August 14, 2026' in record 2, found none."
    )


def parse_weekly(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per week, Sunday to Saturday; 22 figures in 100 million yen, as published."""
    records = _records(payload, what, title, unit)
    expect_width(records, 23, what)
    expect_cells(
        records[8],
        {1: "1. Portfolio Investment Assets", 12: "2. Portfolio Investment Liabilities"},
        what,
        8,
    )
    _expect_figures(records, what, classes_at=11, measures_at=13, offset=1)
    rows = []
    for number, record in enumerate(records[14:], start=14):
        if not record[0].strip():
            break
        start, end = _week(record[0], what, number)
        rows.append(
            {
                "period": record[0],
                "frequency": "weekly",
                "period_start": start.isoformat(),
                "period_end": end.isoformat(),
                **dict(zip(FLOWS, record[1:], strict=True)),
            }
        )
    frame = text_frame(rows, what)
    _expect_sound_flows(frame, what)
    gaps = pd.to_datetime(frame["period_start"]).diff().dropna()
    if not (gaps == pd.Timedelta(days=7)).all():
        place = frame.loc[gaps[gaps != pd.Timedelta(days=7)].index[0], "period"]
        raise LayoutError(
            f"{what}: expected one week after the other, found a gap or a repetition before "
            f"'{place}'; nothing was loaded."
        )
    return frame


def parse_monthly(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per month, calendar year and fiscal year; 22 figures in 100 million yen and the two
    differences between the sides, as published. Months not yet published are left out.
    """
    records = _records(payload, what, title, unit)
    expect_width(records, 27, what)
    expect_cells(
        records[6],
        {0: "Portfolio Investment Assets", 14: "Portfolio Investment Liabilities"},
        what,
        6,
    )
    _expect_figures(records, what, classes_at=8, measures_at=10, offset=3)
    expect_cells(records[9], {25: "(A-B)", 26: "(C-D)"}, what, 9)
    figures = (*FLOWS, "subtotal_net_assets_less_liabilities", "total_net_assets_less_liabilities")
    frame = text_frame(_month_rows(records[11:], figures, what, 11), what)
    _expect_sound_flows(frame, what)
    return frame


def parse_by_sector(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per month, calendar year and fiscal year; acquisition, disposition and net of each of
    17 sectors of resident investors in 100 million yen, as published ('-': not available).
    """
    records = _records(payload, what, title, unit)
    expect_width(records, 3 + len(SECTOR_FLOWS), what)
    for position, (_, label, line) in enumerate(SECTORS):
        expect_cells(records[line], {3 + 3 * position: label}, what, line)
        measures = dict(enumerate((m.capitalize() for m in MEASURES), start=3 + 3 * position))
        expect_cells(records[10], measures, what, 10)
    frame = text_frame(_month_rows(records[11:], SECTOR_FLOWS, what, 11), what)
    expect_numbers(frame, SECTOR_FLOWS, NUMBER_OR_DASH, what)
    for sector, _, _ in SECTORS:
        tolerance = ROUNDED_PARTS.get(sector, 1)
        flows = [f"{sector}_acquisition", f"-{sector}_disposition"]
        expect_identity(frame, flows, f"{sector}_net", tolerance, what)
    parts = ("public_sector", "deposit_taking_corporations", "other_sectors")
    expect_identity(frame, [f"{p}_net" for p in parts], "all_net", 2, what)
    return frame


def _expect_figures(
    records: list[list[str]], what: str, classes_at: int, measures_at: int, offset: int
) -> None:
    """Demand the labels of asset classes and measures above each of the 22 figures."""
    for start in (offset, offset + len(SIDE)):
        classes = {start: "equity", start + 3: "long_term_debt", start + 7: "short_term_debt"}
        labels = {column: CLASSES[c] for column, c in classes.items()}
        labels |= {start + 6: "Subtotal", start + 10: "Total"}
        expect_cells(records[classes_at], labels, what, classes_at)
        for position, figure in enumerate(SIDE):
            column = start + position
            found = squash(records[measures_at][column])
            # The monthly file marks its sums: 'Net (A)'.
            plain = re.sub(r" \([A-D]\)$", "", found)
            if plain != figure.rsplit("_", 1)[1].capitalize():
                raise LayoutError(
                    f"{what}: expected '{figure.rsplit('_', 1)[1].capitalize()}' in record "
                    f"{measures_at + 1}, column {column + 1}, found '{found}'. "
                    "The layout may have changed; nothing was loaded."
                )


def _expect_sound_flows(frame: pd.DataFrame, what: str) -> None:
    """Demand numbers that keep the publisher's own sums, within the rounding it announces."""
    expect_numbers(frame, FLOWS, NUMBER, what)
    for side in ("assets", "liabilities"):
        for asset_class in CLASSES:
            flow = f"{side}_{asset_class}"
            expect_identity(frame, [f"{flow}_acquisition", f"-{flow}_disposition"], f"{flow}_net", 1, what)
        parts = [f"{side}_equity_net", f"{side}_long_term_debt_net"]
        expect_identity(frame, parts, f"{side}_subtotal_net", 1, what)
        sums = [f"{side}_subtotal_net", f"{side}_short_term_debt_net"]
        expect_identity(frame, sums, f"{side}_total_net", 1, what)


def _week(cell: str, what: str, number: int) -> tuple[date, date]:
    """'2025．12．28～2026． 1．3': the end's year is written only across a new year."""
    found = re.fullmatch(
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})~(?:(\d{4})\.)?(\d{1,2})\.(\d{1,2})",
        squash(cell).replace(" ", ""),
    )
    if not found:
        raise LayoutError(
            f"{what}: expected a week such as '2005．1．2～ 1．8' in record {number + 1}, "
            f"found '{cell}'; nothing was loaded."
        )
    year, month, day, end_year, end_month, end_day = found.groups()
    start = date(int(year), int(month), int(day))
    end = date(int(end_year or year), int(end_month), int(end_day))
    if (end - start).days != 6 or start.weekday() != 6:
        raise LayoutError(
            f"{what}: expected a week from Sunday to Saturday in record {number + 1}, "
            f"found '{cell}' ({start} to {end}); nothing was loaded."
        )
    return start, end


def _month_rows(
    records: list[list[str]], figures: tuple[str, ...], what: str, first: int
) -> list[dict[str, str]]:
    """The rows of months, then those of calendar and fiscal years; the year stands on January."""
    rows: list[dict[str, str]] = []
    year = None
    expected = 1
    for number, record in enumerate(records, start=first + 1):
        label = squash(record[0])
        month = squash(record[2])
        sums = re.search(SUMS, label)
        if month in MONTHS:
            if re.fullmatch(r"\d{4}", label):
                year = int(label)
            if year is None or MONTHS.index(month) + 1 != expected:
                raise LayoutError(
                    f"{what}: expected {MONTHS[expected - 1]} {year or 'with its year'} in record "
                    f"{number}, found '{month}' after '{label}'; nothing was loaded."
                )
            if (expected == 1) != bool(re.fullmatch(r"\d{4}", label)):
                raise LayoutError(
                    f"{what}: expected the year on each January and only there, found '{label}' "
                    f"on {month} in record {number}; nothing was loaded."
                )
            span = date(year, expected, 1), date(year, expected, monthrange(year, expected)[1])
            period, frequency = f"{year} {month}", "monthly"
            expected = expected % 12 + 1
        elif sums:
            start = int(sums[1])
            calendar_year = sums[2] == "CY"
            span = (
                (date(start, 1, 1), date(start, 12, 31))
                if calendar_year
                else (date(start, 4, 1), date(start + 1, 3, 31))
            )
            period = label
            frequency = "calendar_year" if calendar_year else "fiscal_year"
        elif not any(cell.strip() for cell in record):
            break
        else:
            raise LayoutError(
                f"{what}: expected a month, a year's sum or the end of the data in record {number}, "
                f"found '{label}', '{month}'; nothing was loaded."
            )
        cells = record[3:]
        if not any(cell.strip() for cell in cells):
            continue  # a month of this year that is not yet published
        rows.append(
            {
                "period": period,
                "frequency": frequency,
                "period_start": span[0].isoformat(),
                "period_end": span[1].isoformat(),
                **dict(zip(figures, cells, strict=True)),
            }
        )
    return rows


def _parser(what: str, title: str, parse: object, columns: tuple[str, ...], unit: str) -> Parser:
    named = {"what": f"jp_mof/{what}", "title": title, "unit": unit}
    return Parser(
        columns=(*PERIODS, *columns),
        recognise=partial(_recognise, **named),
        parse=partial(parse, **named),
        published_on=partial(_published_on, what=f"jp_mof/{what}"),
    )


_SECTORS = "Purchases and Sales of Foreign Securities by Residents by Types of Investors"
_MONTHLY_UNIT = "(Unit: 100 mil Yen)"

PARSERS = {
    "securities_weekly": _parser(
        "securities_weekly",
        "International Transactions in Securities (Weekly",
        parse_weekly,
        FLOWS,
        "Unit: 100 million Yen",
    ),
    "securities_monthly": _parser(
        "securities_monthly",
        "International Transactions in Securities(Monthly",
        parse_monthly,
        (*FLOWS, "subtotal_net_assets_less_liabilities", "total_net_assets_less_liabilities"),
        _MONTHLY_UNIT,
    ),
    "residents_equity_monthly": _parser(
        "residents_equity_monthly",
        f"{_SECTORS}(Equity and investment fund shares)",
        parse_by_sector,
        SECTOR_FLOWS,
        _MONTHLY_UNIT,
    ),
    "residents_longterm_debt_monthly": _parser(
        "residents_longterm_debt_monthly",
        f"{_SECTORS}(Long-term debt securities)",
        parse_by_sector,
        SECTOR_FLOWS,
        _MONTHLY_UNIT,
    ),
    "residents_shortterm_debt_monthly": _parser(
        "residents_shortterm_debt_monthly",
        f"{_SECTORS}(Short-term debt securities)",
        parse_by_sector,
        SECTOR_FLOWS,
        _MONTHLY_UNIT,
    ),
}
