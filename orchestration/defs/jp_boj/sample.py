"""Made-up answers and workbooks of the Bank of Japan: names and layout are the Bank's, figures are not.

The figures keep the sums that the parsers demand. Of the counterparts of the portfolio investment
there are three, so that the file stays small.
"""

import io
import json
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from orchestration.defs.jp_boj.parsers import (
    CLASSES,
    COUNTERPARTS,
    FORECAST,
    INDUSTRIES,
    INSTRUMENTS,
    MEASURES,
    SIDES,
    SIZES,
    TENSES,
)
from orchestration.defs.jp_boj.workbooks import (
    HOLDER_FIRST_ROWS,
    HOLDER_PARTS,
    HOLDER_TABLES,
    HOLDERS,
    ITEM_SUMS,
    ITEMS,
    OVERSEAS_ROWS,
    OVERSEAS_TABLES,
    RECONCILIATION,
    SECTORS,
    SPREADS,
    STOCKS,
    TOTAL_LABEL,
    TRANSACTIONS,
    UNIT,
)
from orchestration.parsing import unzip, zipped
from orchestration.records import load_datasets
from orchestration.releases import BusinessCalendar
from orchestration.sampling import SampleFile
from orchestration.sources import wanted

Cells = dict[tuple[int, int], object]
Item = dict[str, object]

BANK = BusinessCalendar(holidays="JP", closed=("12-31", "01-02", "01-03"))
MONTHS = [*(202500 + month for month in range(10, 13)), *(202600 + month for month in range(1, 10))]
QUARTERS = [202401, 202402, 202403, 202404, 202501, 202502, 202503, 202504, 202601, 202602]
# Two vintages: this month is revised in the second.
REVISED_MONTH = 202607
FIRST_DAY, LAST_DAY = date(2026, 8, 3), date(2026, 11, 19)
# Monthly acquisitions of the counterparts, in 100 million yen, by side and asset class.
SIZES_OF_FLOWS = {"US": 50_000, "GB": 300_000, "CI": 20_000}
# Of the quarter's holders of bonds and of bills: sectors that make the others up.
HOLDINGS = {
    "110": (4_850_000, 0), "120": (1_330_000, 233_000), "131": (1_550_000, 18_000), "140": (316_000, 0),
    "150": (31_000, 92_000), "160": (155_000, 56_000), "410": (92_000, 0), "420": (774_000, 131_000),
    "424": (734_000, 0), "430": (200_000, None), "440": (29_000, 0), "500": (820_000, 757_000),
}  # fmt: skip
HOLDER_LABELS = {
    "100": "Financial institutions", "110": "Central bank", "120": "Depository corporations",
    "130": "Insurance and pension funds", "131": "Insurance", "140": "Pension funds",
    "150": "Other financial intermediaries", "160": "Securities investment trusts",
    "400": "Domestic nonfinancial sector", "410": "Nonfinancial corporations", "420": "General government",
    "424": "Public pensions", "430": "Households",
    "440": "Private nonprofit institutions serving households", "500": "Overseas", "700": "Total",
}  # fmt: skip


def files(rng: random.Random) -> list[SampleFile]:
    """Two vintages of the portfolio investment, and one file of everything else."""
    portfolio = _portfolio(rng)
    before = _portfolio_before(portfolio)
    tankan = _tankan(rng)
    return [
        _answer_file("portfolio_by_country", "BP01", "2026-10-08", before, date(2026, 10, 8)),
        _answer_file("portfolio_by_country", "BP01", "2026-11-10", portfolio, date(2026, 11, 9)),
        _answer_file("jgb_holders", "FF", "2026-09-18", _holdings(rng), date(2026, 9, 17)),
        _answer_file("yen_rates", "FM08", "2026-11-20", _rates(rng), date(2026, 11, 20)),
        _answer_file("effective_rates", "FM09", "2026-11-20", _indices(rng), date(2026, 11, 20)),
        _answer_file("tankan", "CO", "2026-10-02", tankan, date(2026, 10, 2)),
        _workbook_file("pre", newest_quarter(rng)),
        _workbook_file("long", time_series(rng)),
    ]


def answer(db: str, series: Sequence[Item], updated: date) -> bytes:
    """An answer of the API, as it stands on the day of its update."""
    stamp = int(f"{updated:%Y%m%d}")
    body = {
        "STATUS": 200,
        "MESSAGEID": "M181000I",
        "MESSAGE": "Successfully completed",
        "DATE": f"{updated}T09:10:00.000+09:00",
        "PARAMETER": {
            "FORMAT": "JSON", "LANG": "EN", "DB": db, "STARTDATE": "", "ENDDATE": "", "STARTPOSITION": "",
        },
        "NEXTPOSITION": None,
        "RESULTSET": [{**item, "LAST_UPDATE": stamp} for item in series],
    }  # fmt: skip
    return json.dumps(body, separators=(",", ":")).encode()


def one_series(code: str, name: str, unit: str, frequency: str, values: Mapping[int, float | None]) -> Item:
    """A series of an answer."""
    return {
        "SERIES_CODE": code,
        "NAME_OF_TIME_SERIES": name,
        "UNIT": unit,
        "FREQUENCY": frequency,
        "CATEGORY": "Made up",
        "LAST_UPDATE": 0,
        "VALUES": {"SURVEY_DATES": list(values), "VALUES": list(values.values())},
    }


def _portfolio(rng: random.Random) -> list[Item]:
    """Three counterparts and the world, which has a rest of its own."""
    series = []
    for side in SIDES:
        world: dict[tuple[str, str], dict[int, int]] = {}
        for counterpart in ("US", "GB", "CI", "RW", ""):
            flows: dict[tuple[str, str], dict[int, int]] = {}
            for month in MONTHS:
                for asset_class in ("2", "3", "4"):
                    size = SIZES_OF_FLOWS.get(counterpart, 100) * int(asset_class)
                    bought, sold = (int(size * rng.uniform(0.9, 1.1)) for _ in range(2))
                    for flow, value in (
                        ("acquisition", bought),
                        ("disposition", sold),
                        ("net", bought - sold),
                    ):
                        for there in (asset_class, "1"):
                            months = flows.setdefault((there, flow), {})
                            months[month] = months.get(month, 0) + value
            for key, months in flows.items():
                total = world.setdefault(key, {})
                for month, value in months.items():
                    total[month] = total.get(month, 0) + value
            if counterpart != "RW":
                shown = flows if counterpart else world
                series += [_flow(side, key, counterpart, months) for key, months in sorted(shown.items())]
    return series


def _flow(side: str, key: tuple[str, str], counterpart: str, months: Mapping[int, int]) -> Item:
    asset_class, flow = key
    letter = next(letter for letter, name in MEASURES[side].items() if name == flow)
    ending = f"9{counterpart}"
    if not counterpart:
        gross = asset_class != "1" and letter != "N"
        ending = "7" if gross else "5A" if side == "D" and asset_class != "1" else "5"
    country = f"{COUNTERPARTS[counterpart]}/" if counterpart else ""
    name = f"{SIDES[side]}/{CLASSES[asset_class]}/{country}{flow.capitalize()}"
    return one_series(f"BPPI6{side}{asset_class}{letter}{ending}", name, "100 million Yen", "MONTHLY", months)


def _portfolio_before(series: Sequence[Item]) -> list[Item]:
    """The release before: without the newest month, and a month of US long-term debt still 40 higher.

    The world and the total are as much higher, so that sums hold.
    """
    before = []
    for item in series:
        values = item["VALUES"]
        months = dict(zip(values["SURVEY_DATES"][:-1], values["VALUES"][:-1], strict=True))
        code = str(item["SERIES_CODE"])
        if code[5] == "E" and code[6] in "13" and code[7] in "RN" and not code.endswith(("GB", "CI")):
            months[REVISED_MONTH] += 40
        before.append(item | {"VALUES": {"SURVEY_DATES": list(months), "VALUES": list(months.values())}})
    return before


def _holdings(rng: random.Random) -> list[Item]:
    series = []
    for at, (instrument, label) in enumerate(reversed(INSTRUMENTS.items())):
        figures: dict[str, dict[int, int]] = {}
        for quarter in QUARTERS:
            held = {
                sector: int(sizes[at] * rng.uniform(0.97, 1.03))
                for sector, sizes in HOLDINGS.items()
                if sizes[at] is not None
            }
            held["130"] = held["131"] + held["140"]
            held["100"] = sum(held[sector] for sector in ("110", "120", "130", "150", "160"))
            held["400"] = sum(held.get(sector, 0) for sector in ("410", "420", "430", "440"))
            held["700"] = held["100"] + held["400"] + held["500"]
            for sector, value in held.items():
                figures.setdefault(sector, {})[quarter] = value
        for sector, quarters in sorted(figures.items()):
            name = f"Assets/-{label}/{HOLDER_LABELS[sector]}/Stock"
            code = f"FOF_FFAS{sector}A{instrument}"
            series.append(one_series(code, name, "100 million yen", "QUARTERLY", quarters))
    return series


def _rates(rng: random.Random) -> list[Item]:
    """A random walk in hundredths; every day is listed, and only those of the market have a rate."""
    rate, days = 15_500, {"FXERD01": {}, "FXERD04": {}}
    day = FIRST_DAY
    while day <= LAST_DAY:
        for months in days.values():
            rate += int(rng.uniform(-60, 60))
            months[int(f"{day:%Y%m%d}")] = rate / 100 if BANK.is_open(day) else None
        day += timedelta(days=1)
    return [
        one_series(
            code,
            f"US.Dollar/Yen Spot Rate at {hour}:00 in JST, Tokyo Market",
            "Yen per U.S. Dollar",
            "DAILY",
            days[code],
        )
        for code, hour in (("FXERD01", 9), ("FXERD04", 17))
    ]


def _indices(rng: random.Random) -> list[Item]:
    months = [*MONTHS, 202610]
    return [
        one_series(
            code,
            f"{kind} Effective Exchange Rate",
            "CY2020=100",
            "MONTHLY",
            {month: int(level * 100 * rng.uniform(0.97, 1.03)) / 100 for month in months},
        )
        for code, kind, level in (("FX180110001", "Nominal", 75), ("FX180110002", "Real", 70))
    ]


def _tankan(rng: random.Random) -> list[Item]:
    """Actual to the newest survey; a forecast is listed one quarter ahead."""
    quarters = [202501, 202502, 202503, 202504, 202601, 202602, 202603]
    series = []
    for industry, industry_name in INDUSTRIES.items():
        for tense, tense_name in TENSES.items():
            for size, size_name in SIZES.items():
                name = {"2": "Medium-sized"}.get(size, size_name)
                listed = [*quarters[1:], 202604] if tense == FORECAST else quarters
                values = {quarter: int(rng.uniform(5, 25)) for quarter in listed}
                series.append(
                    one_series(
                        f"TK99F{industry}601GCQ{tense}{size}000",
                        f"D.I./Business Conditions/{name} Enterprises/{industry_name}/{tense_name}",
                        "% points",
                        "QUARTERLY",
                        values,
                    )
                )
    return series


# The workbooks: rows and columns from 1, as the spreadsheet counts them.

# The other items stay empty, as many do in the Bank's tables.
PARTS_OF_ITEMS = ("A", "C", "Da", "Db", "Dg", "Ea", "Eb", "K", "L")
SMALLEST_SECTORS = ("11", "12", "13", "14", "15", "16", "17", "21", "22", "31", "32", "33", "4", "5", "6")


def newest_quarter(rng: random.Random) -> bytes:
    """sjpre.xlsx: three statements, two spreads each, of two sheets each."""
    sheets: dict[str, Cells] = {}
    heads = {
        TRANSACTIONS: (1, "2nd Quarter 2026(Preliminary)"),
        STOCKS: (19, "End of June 2026(Preliminary)"),
        RECONCILIATION: (45, "2nd Quarter 2026(Preliminary)"),
    }
    for place, (statement, (first, period)) in enumerate(heads.items(), start=1):
        figures = _all_sectors(rng, 1 if statement == STOCKS else 0.02)
        for at, (title, (left, right)) in enumerate(SPREADS.items()):
            number = first + 2 * at
            sheets[str(number)] = _left(statement, place, title, period, left, figures)
            sheets[str(number + 1)] = _right(statement, at, period, right, figures)
    return workbook(sheets)


def _all_sectors(rng: random.Random, scale: float) -> dict[tuple[str, str, str], int]:
    """Figures by sector, side and item that add up over items and over sectors."""
    figures: dict[tuple[str, str, str], int] = {}
    for sector in SMALLEST_SECTORS:
        for side in ("Assets", "Liabilities"):
            for item in PARTS_OF_ITEMS:
                owed_abroad = item in ("K", "L") and side == "Liabilities" and sector != "6"
                figures[sector, side, item] = (
                    0 if owed_abroad else int(100_000 * scale * rng.uniform(0.5, 1.5))
                )
            for whole in ("D", "E"):
                parts = ITEM_SUMS[whole]
                figures[sector, side, whole] = sum(figures.get((sector, side, part), 0) for part in parts)
            figures[sector, side, "Z"] = sum(figures.get((sector, side, part), 0) for part in ITEM_SUMS["Z"])
        # What balances the two sides stands among the liabilities.
        figures[sector, "Liabilities", "Y"] = (
            figures[sector, "Assets", "Z"] - figures[sector, "Liabilities", "Z"]
        )
        figures[sector, "Liabilities", "Z"] = figures[sector, "Assets", "Z"]
    sums = {
        "1": ("11", "12", "13", "14", "15", "16", "17"),
        "2": ("21", "22"),
        "3": ("31", "32", "33"),
        "": ("1", "2", "3", "4", "5", "6"),
        "161": ("16",),
        "331": ("33",),
    }
    for whole, parts in sums.items():
        for side, item in {(side, item) for _, side, item in figures}:
            figures[whole, side, item] = sum(figures.get((part, side, item), 0) for part in parts)
    return figures


def _left(
    statement: str,
    place: int,
    title: str,
    period: str,
    sectors: Sequence[str],
    figures: Mapping[tuple[str, str, str], int],
) -> Cells:
    cells: Cells = {(4, 4): title, (5, 6): period}
    if title == next(iter(SPREADS)):
        cells[3, 3] = f"{place}. {statement}"
    for line, (code, label) in enumerate(_items(statement), start=12):
        cells[line, 3] = code
        cells[line, 4 if len(code) == 1 else 5] = f" {label}"
    return cells | _columns(7, sectors, figures)


def _right(
    statement: str, at: int, period: str, sectors: Sequence[str], figures: Mapping[tuple[str, str, str], int]
) -> Cells:
    with_total = at == 0 and statement == STOCKS
    shown = [*sectors, ""] if with_total else sectors
    codes_at = 3 + 2 * len(shown)
    cells: Cells = {(5, codes_at): period, (6, codes_at): UNIT}
    for line, (code, _) in enumerate(_items(statement), start=12):
        cells[line, codes_at] = code
    cells[12 + len(_items(statement)), codes_at] = statement
    return cells | _columns(3, shown, figures)


def _items(statement: str) -> list[tuple[str, str]]:
    balance = {STOCKS: "Difference between financial assets and liabilities"}.get(statement, "Balance")
    listed = [(code, label) for code, label in ITEMS.items() if code != "Z"]
    return [*listed, ("Y", f"{balance} ({statement})"), ("Z", ITEMS["Z"])]


def _columns(first: int, sectors: Sequence[str], figures: Mapping[tuple[str, str, str], int]) -> Cells:
    cells: Cells = {}
    for at, sector in enumerate(sectors):
        column = first + 2 * at
        cells[7 + min(max(len(sector) - 1, 0), 2), column] = f" {SECTORS.get(sector, TOTAL_LABEL)}"
        if sector:
            cells[10, column] = sector
        for offset, side in enumerate(("Assets", "Liabilities")):
            cells[11, column + offset] = side
            for line, (code, _) in enumerate(_items(STOCKS), start=12):
                value = figures.get((sector, side, code))
                if value is not None and not (code == "Y" and side == "Assets"):
                    cells[line, column + offset] = value
    return cells


def time_series(rng: random.Random) -> bytes:
    """sjlong.xlsx: the tables that are read, and the head of the first one."""
    quarters = [f"{quarter // 100}/{quarter % 100}Q" for quarter in QUARTERS]
    quarters[-1] += "(P)"
    sheets: dict[str, Cells] = {
        "11": {(3, 3): "(3) Time Series <Financial Transactions>"},
        "15": {},
        "37": {},
        "64": {},
        "66": {},
    }
    for statement, sheet, overseas, first in (
        (TRANSACTIONS, "66", "15", "Financial transactions"),
        (STOCKS, "64", "37", "Amount outstanding"),
    ):
        scale = 1 if statement == STOCKS else 0.02
        held = _holders(rng, scale)
        for at, (title, kind) in enumerate(HOLDER_TABLES.items()):
            line = 4 + 13 * at
            cells = sheets[sheet]
            cells |= {(line, 3): title, (line, 15): UNIT, (line + 2, 4): first}
            cells |= {(line + 1, 6 + n): quarter for n, quarter in enumerate(quarters)}
            for row, code in enumerate(("", *HOLDERS), start=line + 2):
                if code:
                    prefix = "of which: " if code == "11" else ""
                    cells[row, 3] = code
                    cells[row, 5] = f"{prefix}{HOLDER_FIRST_ROWS[first][1]}{SECTORS[code]}"
                cells |= {(row, 6 + n): held[kind, code, n] for n in range(len(quarters))}
        sheets[overseas] |= _overseas_table(rng, statement, scale, quarters, held)
    return workbook(sheets)


def _holders(rng: random.Random, scale: float) -> dict[tuple[str, str, int], int]:
    held: dict[tuple[str, str, int], int] = {}
    for quarter in range(len(QUARTERS)):
        for kind, size in (("Da", 200_000), ("Db", 1_000_000)):
            for code in HOLDERS:
                held[kind, code, quarter] = int(size * scale * rng.uniform(0.9, 1.1))
            held[kind, "", quarter] = sum(held[kind, code, quarter] for code in HOLDER_PARTS)
        for code in ("", *HOLDERS):
            held["Da+Db", code, quarter] = held["Da", code, quarter] + held["Db", code, quarter]
    return held


def _overseas_table(
    rng: random.Random,
    statement: str,
    scale: float,
    quarters: Sequence[str],
    held: Mapping[tuple[str, str, int], int],
) -> Cells:
    """The last six quarters, behind four years."""
    title, (_, totals) = next(item for item in OVERSEAS_TABLES.items() if item[1][0] == statement)
    years = ["2024CY", "2025CY", "2024FY", "2025FY(P)"]
    cells: Cells = {(7, 3): title, (7, 18): UNIT}
    cells |= {(8, 9 + n): label for n, label in enumerate([*years, *quarters[-6:]])}
    names = iter(totals)
    for row, (code, label) in enumerate(OVERSEAS_ROWS, start=9):
        cells[row, 3] = code or None
        cells[row, 4 if not label else 6] = label or next(names)
        kind = "Da+Db" if not code else code.partition("/")[0]
        for n in range(10):
            quarter = n + len(quarters) - 10 if n >= 4 else None
            known = quarter is not None and (kind, "6", quarter) in held
            value = held[kind, "6", quarter] if known else int(2_000_000 * scale * rng.uniform(0.9, 1.1))
            cells[row, 9 + n] = value
    return cells


def workbook(sheets: Mapping[str, Cells]) -> bytes:
    """A workbook with these cells; the same ones are the same bytes."""
    # openpyxl takes half a second to import.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for (row, column), value in cells.items():
            sheet.cell(row, column, value)
    written = io.BytesIO()
    book.save(written)
    # The days of creation would differ on every run.
    return zipped(unzip(written.getvalue(), "a made-up workbook") | {"docProps/core.xml": EMPTY_PROPERTIES})


EMPTY_PROPERTIES = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)


def _answer_file(name: str, db: str, retrieved: str, series: Sequence[Item], updated: date) -> SampleFile:
    dataset = load_datasets()[f"jp_boj/{name}"]
    (first, *_) = next(iter(wanted(dataset.sources[0], date(2026, 11, 20)))).addresses
    return SampleFile(
        dataset=dataset.id,
        file=f"jp_boj/{name}.{retrieved}.json",
        url=first if len(first) < 1_000 else f"{first[:200]}...",
        retrieved_on=retrieved,
        published_on=updated.isoformat(),
        payload=answer(db, series, updated),
    )


def _workbook_file(part: str, payload: bytes) -> SampleFile:
    dataset = load_datasets()["jp_boj/flow_of_funds_xlsx"]
    return SampleFile(
        dataset=dataset.id,
        file=f"jp_boj/sj{part}.2026-09-18.xlsx",
        url=dataset.address.replace("{item}", part),
        retrieved_on="2026-09-18",
        published_on="",
        payload=payload,
    )
