"""Parsers of the Ministry of Finance's files on international transactions in securities.

All five are CSV in code page 932 (strict Shift-JIS fails on the circled digits of the notes), with
a stamp in record 2, a bilingual header, and totals and notes below the data.
"""

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date, datetime, timedelta
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
    label_at,
    squash,
    text_frame,
)

NUMBER = r"\s*-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)\s*"
NUMBER_OR_DASH = rf"{NUMBER}|\s*-\s*"
# The largest figure of a file, in 100 million yen: sums of years reach 13 million, those of the smallest file
# half a million. In another unit the sums would still add up.
LARGEST = (50_000, 100_000_000)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEAR = r"((?:19|20)[0-9]{2})"
SUMS = rf"{YEAR}(CY|FY)$"
ONE_DAY = timedelta(days=1)

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
BALANCES = ("subtotal_net_assets_less_liabilities", "total_net_assets_less_liabilities")

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
# Which sectors add up to which.
PARTS = {
    "all": ("public_sector", "deposit_taking_corporations", "other_sectors"),
    "public_sector": ("central_bank", "general_government"),
    "deposit_taking_corporations": ("banks_banking_accounts", "trust_banks_banking_accounts"),
    "other_sectors": ("other_financial_corporations", "others"),
    "other_financial_corporations": (
        "banks_and_trust_banks_trust_accounts",
        "financial_instruments_firms",
        "life_insurance_companies",
        "non_life_insurance_companies",
        "investment_trust_management_companies",
    ),
    "banks_and_trust_banks_trust_accounts": ("banks_trust_accounts", "trust_banks_trust_accounts"),
}
# The ministry adds this one up from five groups that are rounded each by itself.
ROUNDED_PARTS = {"other_financial_corporations": 4}
MEASURES = ("acquisition", "disposition", "net")
SECTOR_FLOWS = tuple(f"{sector}_{m}" for sector, _, _ in SECTORS for m in MEASURES)

PERIODS = ("period", "frequency", "period_start", "period_end")


def _records(payload: bytes, what: str, title: str, unit: str) -> list[list[str]]:
    """The file's CSV records, once its title and unit are the expected ones."""
    records = csv_records(decode(payload, "cp932", what), what)
    head = [squash(cell) for record in records[:6] for cell in record if cell.strip()]
    for label in (title, unit, "億円"):
        if not any(label.lower() in cell.lower() for cell in head):
            raise LayoutError(
                f"{what}: expected '{label}' in the first six records, found "
                f"{[cell[:80] for cell in head[:4]]}. "
                "It is another file, or its unit has changed; nothing was loaded."
            )
    return records


def _recognise(payload: bytes, what: str, title: str, unit: str) -> None:
    _records(payload, what, title, unit)
    _published_on(payload, what)


def _published_on(payload: bytes, what: str) -> date:
    """The stamp 'Final Update  August  14 , 2026' in record 2."""
    records = csv_records(decode(payload, "cp932", what), what)
    line = squash(" ".join(records[1])) if len(records) > 1 else ""
    found = re.search(r"Final Update ?([A-Z][a-z]+ \d{1,2}) ?, ?(\d{4})", line)
    if found:
        with suppress(ValueError):
            return datetime.strptime(" ".join(found.groups()), "%B %d %Y").date()
    raise LayoutError(
        f"{what}: expected a stamp such as 'Final Update August 14, 2026' in record 2, found '{line[:200]}'."
    )


def parse_weekly(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per week, Sunday to Saturday; 22 figures in 100 million yen, as published."""
    records = _records(payload, what, title, unit)
    expect_width(records, 23, what)
    sides = {1: "1. Portfolio Investment Assets", 12: "2. Portfolio Investment Liabilities"}
    expect_cells(records, 8, sides, what)
    _expect_figures(records, what, classes_at=11, measures_at=13, offset=1)
    rows = []
    for number, record in _data(records, 14, what):
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
    numbers = expect_numbers(frame, FLOWS, NUMBER, what)
    _expect_sound_flows(numbers, what)
    _expect_plausible(numbers, what)
    _expect_sides(numbers, what)
    gaps = pd.to_datetime(frame["period_start"]).diff().dropna()
    if not (gaps == pd.Timedelta(days=7)).all():
        place = frame.loc[gaps[gaps != pd.Timedelta(days=7)].index[0], "period"]
        raise LayoutError(
            f"{what}: expected one week after the other, found a gap or a repetition before "
            f"'{place}'; nothing was loaded."
        )
    return frame


def parse_monthly(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per month, calendar year and fiscal year, as published, in 100 million yen.

    22 figures and the two differences between the sides. Months not yet published are left out.
    """
    records = _records(payload, what, title, unit)
    expect_width(records, 27, what)
    sides = {0: "Portfolio Investment Assets", 14: "Portfolio Investment Liabilities"}
    expect_cells(records, 6, sides, what)
    _expect_figures(records, what, classes_at=8, measures_at=10, offset=3)
    expect_cells(records, 9, {25: "(A-B)", 26: "(C-D)"}, what)
    frame = text_frame(_month_rows(_data(records, 11, what), (*FLOWS, *BALANCES), what), what)
    numbers = expect_numbers(frame, (*FLOWS, *BALANCES), NUMBER, what)
    _expect_sound_flows(numbers, what)
    _expect_plausible(numbers, what)
    _expect_sides(numbers, what)
    for balance in BALANCES:
        net = balance.removesuffix("_assets_less_liabilities")
        expect_identity(numbers, [f"assets_{net}", f"-liabilities_{net}"], balance, 1, what)
    return frame


def parse_by_sector(payload: bytes, what: str, title: str, unit: str) -> pd.DataFrame:
    """One row per month, calendar year and fiscal year, as published, in 100 million yen.

    Acquisition, disposition and net of each of 17 sectors of resident investors ('-': not available).
    """
    records = _records(payload, what, title, unit)
    expect_width(records, 3 + len(SECTOR_FLOWS), what)
    for position, (_, label, line) in enumerate(SECTORS):
        expect_cells(records, line, {3 + 3 * position: label}, what)
        measures = dict(enumerate((m.capitalize() for m in MEASURES), start=3 + 3 * position))
        expect_cells(records, 10, measures, what)
    frame = text_frame(_month_rows(_data(records, 11, what), SECTOR_FLOWS, what), what)
    numbers = expect_numbers(frame, SECTOR_FLOWS, NUMBER_OR_DASH, what)
    for sector, _, _ in SECTORS:
        tolerance = ROUNDED_PARTS.get(sector, 1)
        flows = [f"{sector}_acquisition", f"-{sector}_disposition"]
        expect_identity(numbers, flows, f"{sector}_net", tolerance, what)
    for sector, parts in PARTS.items():
        # n parts and their sum, each rounded by itself, are at most (n + 1) / 2 apart.
        rounding = [(len(parts) + 1) // 2, *(ROUNDED_PARTS.get(s, 0) for s in (sector, *parts))]
        for measure in MEASURES:
            terms = [f"{part}_{measure}" for part in parts]
            expect_identity(numbers, terms, f"{sector}_{measure}", max(rounding), what)
    _expect_plausible(numbers, what)
    return frame


def _expect_figures(
    records: list[list[str]], what: str, classes_at: int, measures_at: int, offset: int
) -> None:
    """Demand the labels of asset classes and measures above each of the 22 figures."""
    for start in (offset, offset + len(SIDE)):
        classes = {start: "equity", start + 3: "long_term_debt", start + 7: "short_term_debt"}
        labels = {column: CLASSES[c] for column, c in classes.items()}
        labels |= {start + 6: "Subtotal", start + 10: "Total"}
        expect_cells(records, classes_at, labels, what)
        for position, figure in enumerate(SIDE):
            column = start + position
            found = label_at(records, measures_at, column)
            # The monthly file marks its sums: 'Net (A)'.
            plain = re.sub(r" \([A-D]\)$", "", found)
            if plain != figure.rsplit("_", 1)[1].capitalize():
                raise LayoutError(
                    f"{what}: expected '{figure.rsplit('_', 1)[1].capitalize()}' in record "
                    f"{measures_at + 1}, column {column + 1}, found '{found}'. "
                    "The layout may have changed; nothing was loaded."
                )


def _expect_sound_flows(numbers: pd.DataFrame, what: str) -> None:
    """Demand that the figures keep the publisher's own sums, within the rounding it announces."""
    for side in ("assets", "liabilities"):
        for asset_class in CLASSES:
            flow = f"{side}_{asset_class}"
            gross = [f"{flow}_acquisition", f"-{flow}_disposition"]
            expect_identity(numbers, gross, f"{flow}_net", 1, what)
        parts = [f"{side}_equity_net", f"{side}_long_term_debt_net"]
        expect_identity(numbers, parts, f"{side}_subtotal_net", 1, what)
        sums = [f"{side}_subtotal_net", f"{side}_short_term_debt_net"]
        expect_identity(numbers, sums, f"{side}_total_net", 1, what)


def _expect_plausible(numbers: pd.DataFrame, what: str) -> None:
    """Demand that nobody acquires less than nothing, and figures of the size that they have in this unit."""
    gross = numbers[[name for name in numbers if name.endswith(("_acquisition", "_disposition"))]]
    below = (gross < 0).any(axis=1)
    if below.any():
        row = numbers.loc[below].iloc[0]
        name = next(name for name in gross if row[name] < 0)
        raise LayoutError(
            f"{what}: expected acquisitions and dispositions of 0 or more, found {name} = {row[name]:,.0f} "
            f"for the period that begins on {row['period_start']} ({int(below.sum())} such rows). Signs or "
            "columns may have changed; nothing was loaded."
        )
    lowest, highest = LARGEST
    largest = gross.max().max()
    if not lowest <= largest <= highest:
        raise LayoutError(
            f"{what}: expected the largest figure between {lowest:,} and {highest:,}, in 100 million yen, "
            f"found {largest:,.0f}. The unit may have changed; nothing was loaded."
        )


def _expect_sides(numbers: pd.DataFrame, what: str) -> None:
    """Demand that non-residents trade more equity than residents do abroad.

    In every month since 2005 it was four times as much or more. Sides that have changed places keep every
    sum.
    """
    ours, theirs = (numbers[f"{side}_equity_acquisition"].sum() for side in ("assets", "liabilities"))
    if theirs <= ours:
        raise LayoutError(
            f"{what}: expected more equity acquired by non-residents (liabilities) than by residents "
            f"(assets), found {theirs:,.0f} and {ours:,.0f} in all. The sides may have changed places; "
            "nothing was loaded."
        )


def _week(cell: str, what: str, number: int) -> tuple[date, date]:
    """A week's first and last day; the end's year is written only across a new year."""
    # '2025．12．28～2026． 1．3', with blanks at one time and without them at another.
    found = re.fullmatch(
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})~(?:(\d{4})\.)?(\d{1,2})\.(\d{1,2})",
        squash(cell).replace(" ", ""),
    )
    if found:
        year, month, day, end_year, end_month, end_day = found.groups()
        with suppress(ValueError):  # a thirteenth month
            start = date(int(year), int(month), int(day))
            end = date(int(end_year or year), int(end_month), int(end_day))
            if start.weekday() == 6 and (end - start).days == 6:
                return start, end
    raise LayoutError(
        f"{what}: expected a week from Sunday to Saturday, such as '2005．1．2～ 1．8', in record "
        f"{number}, found '{cell}'; nothing was loaded."
    )


def _data(records: list[list[str]], first: int, what: str) -> list[tuple[int, list[str]]]:
    """The records of data with their numbers: from the header to the blank record above the notes.

    A file without that end is cut short, however well its last row looks.
    """
    blank = [n for n in range(first, len(records)) if not any(c.strip() for c in records[n])]
    if not blank:
        raise LayoutError(
            f"{what}: expected a blank record and notes below the data, found the end of the file "
            f"after record {len(records)}. It may be cut short; nothing was loaded."
        )
    for number, record in enumerate(records[blank[0] :], start=blank[0] + 1):
        if any(cell.strip() for cell in record[3:]):
            raise LayoutError(
                f"{what}: expected only notes below the blank record {blank[0] + 1}, found figures "
                f"in record {number}; nothing was loaded."
            )
    return list(enumerate(records[first : blank[0]], start=first + 1))


def _month_rows(
    records: list[tuple[int, list[str]]], figures: tuple[str, ...], what: str
) -> list[dict[str, str]]:
    """The rows of months, then those of calendar and fiscal years; the year stands on January."""
    rows: list[dict[str, str]] = []
    held_to: dict[str, date] = {}
    year, unpublished = None, ""
    for number, record in records:
        label, month = squash(record[0]), squash(record[2])
        year = int(label) if re.fullmatch(YEAR, label) else year
        sums = re.search(SUMS, label)
        if year and month in MONTHS:
            period, frequency = f"{year} {month}", "monthly"
            at = MONTHS.index(month) + 1
            start, end = date(year, at, 1), date(year, at, monthrange(year, at)[1])
        elif sums and sums[2] == "CY":
            period, frequency = label, "calendar_year"
            start, end = date(int(sums[1]), 1, 1), date(int(sums[1]), 12, 31)
        elif sums:
            period, frequency = label, "fiscal_year"
            start, end = date(int(sums[1]), 4, 1), date(int(sums[1]) + 1, 3, 31)
        else:
            raise LayoutError(
                f"{what}: expected a month, a year's sum or the end of the data in record {number}, "
                f"found '{label}', '{month}'; nothing was loaded."
            )
        follows = held_to.get(frequency, start - ONE_DAY) + ONE_DAY
        if start != follows:
            raise LayoutError(
                f"{what}: expected each {frequency.replace('_', ' ')} period after the one before, "
                f"found '{period}' in record {number} where the next begins on {follows}; "
                "nothing was loaded."
            )
        held_to[frequency] = end
        cells = record[3:]
        if frequency == "monthly" and not any(cell.strip() for cell in cells):
            unpublished = period
            continue
        if frequency == "monthly" and unpublished:
            raise LayoutError(
                f"{what}: expected no figures after {unpublished}, which has none yet, found some "
                f"for {period} in record {number}; nothing was loaded."
            )
        rows.append(
            {
                "period": period,
                "frequency": frequency,
                "period_start": start.isoformat(),
                "period_end": end.isoformat(),
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
        (*FLOWS, *BALANCES),
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
