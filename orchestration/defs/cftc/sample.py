"""Made-up reports of traders in financial futures: yearly files, and a later answer of the service.

The files reach back so far that positions have their place in three full years. The answer holds one more
report, and a correction of an older one, with the changes that follow from it. What both hold alike is no
revision. The service's own answer would begin in an earlier year: here it is short, as its records are long.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orchestration.defs.cftc.parsers import (
    CHANGES,
    GROUPS,
    HEADER,
    IDENTITY,
    MEMBER,
    NAMES,
    POSITIONS,
    SHARES,
    TRADERS,
)
from orchestration.parsing import bundle, zipped
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

DATASET = "cftc/tff"
WEEK = timedelta(days=7)
FIRST = date(2023, 10, 24)
LAST_IN_FILE = date(2026, 11, 3)
PACKED = datetime(2026, 11, 6, 15, 30)
# It came out on Monday the 16th, as the 11th is Veterans Day.
LAST = date(2026, 11, 10)
SERVED_FROM = date(2026, 10, 27)
CORRECTED = date(2026, 10, 27)

Figures = dict[str, int]


@dataclass(frozen=True)
class Contract:
    """A contract of the made-up report; `size` is what each group holds about."""

    code: str
    name: str
    market: str
    region: str
    commodity: str
    subgroup: str
    units: str
    size: int
    first: date = FIRST
    served: bool = False

    @property
    def is_consolidated(self) -> bool:
        """Whether its figures are rounded, each by itself."""
        return self.code.endswith("+")


# In the order of the file: by subgroup and code.
CONTRACTS = (
    Contract(
        "097741", "JAPANESE YEN - CHICAGO MERCANTILE EXCHANGE", "CME", "00", "097", "F10",
        "(CONTRACTS OF JPY 12,500,000)", 60_000, served=True,
    ),
    Contract(
        "13874+", "S&P 500 Consolidated - CHICAGO MERCANTILE EXCHANGE", "CME", "00", "138", "F20",
        "($50 X S&P 500 INDEX)", 300_000, first=date(2026, 9, 15),
    ),
    # A contract that was not there before has no changes in its first week.
    Contract(
        "13874P", "E-MINI S&P COMMUNICATION INDEX - CHICAGO MERCANTILE EXCHANGE", "CME", "00", "138", "F20",
        "($250 X S&P COMMUNICATION INDEX)", 400, first=date(2026, 10, 6),
    ),
    Contract(
        "098662", "USD INDEX - ICE FUTURES U.S.", "ICUS", "01", "098", "F90",
        "(U.S. DOLLAR INDEX X $1000)", 6_000, served=True,
    ),
)  # fmt: skip


def files(rng: random.Random) -> list[SampleFile]:
    """The yearly files of a Friday, and what the service answered ten days later."""
    held = {contract: list(_weeks(rng, contract)) for contract in CONTRACTS}
    rows = [
        (contract, day, figures, changes)
        for contract, weeks in held.items()
        for day, figures, changes in reversed(weeks)
    ]
    yearly, service = load_datasets()[DATASET].sources[1].url, load_datasets()[DATASET].address
    corrected = sorted(
        (_cells(*row) for row in _corrected(rows) if row[0].served and row[1] >= SERVED_FROM),
        key=lambda cells: (cells["Report_Date_as_YYYY-MM-DD"], cells["CFTC_Contract_Market_Code"]),
    )
    return [
        *(
            SampleFile(
                dataset=DATASET,
                file=f"cftc/fut_fin_txt_{year}.2026-11-06.zip",
                url=yearly.replace("{year}", str(year)),
                retrieved_on="2026-11-06",
                published_on="",
                payload=zipped(
                    {
                        MEMBER: text(
                            [_cells(*row) for row in rows if row[1].year == year and row[1] <= LAST_IN_FILE]
                        )
                    },
                    PACKED,
                ),
            )
            for year in range(FIRST.year, LAST.year + 1)
        ),
        SampleFile(
            dataset=DATASET,
            file="cftc/gpe5-46if.2026-11-16.zip",
            url=service,
            retrieved_on="2026-11-16",
            published_on="",
            payload=bundle([json.dumps([record(cells) for cells in corrected]).encode()]),
        ),
    ]


def text(rows: list[dict[str, str]]) -> str:
    """The CSV as it is published: text in quotes, figures padded, CRLF."""
    lines = [",".join(f'"{name}"' for name in HEADER)]
    lines += [",".join(_written(name, cells[name]) for name in HEADER) for cells in rows]
    return "".join(f"{line}\r\n" for line in lines)


def record(cells: dict[str, str]) -> dict[str, str]:
    """The same figures as the service gives them: what is not available is left out."""
    day = date.fromisoformat(cells["Report_Date_as_YYYY-MM-DD"])
    name = cells["Market_and_Exchange_Names"].split(" - ")[0]
    named = {key: cells[column] for column, key in NAMES.items() if cells[column] != "."}
    return named | {
        "id": f"{day:%y%m%d}{cells['CFTC_Contract_Market_Code']}F",
        "report_date_as_yyyy_mm_dd": f"{day}T00:00:00.000",
        "yyyy_report_week_ww": f"{day.year} Report Week {(day.timetuple().tm_yday - 1) // 7:02}",
        "contract_market_name": name,
        "cftc_market_code": f"{cells['CFTC_Market_Code']:<4}",
        "cftc_region_code": "CHI",
        "cftc_commodity_code": f"{cells['CFTC_Commodity_Code']:<4}",
        "commodity_name": name,
        "commodity_subgroup_name": "CURRENCY",
        "commodity_group_name": "FINANCIAL INSTRUMENTS",
    }


def _weeks(rng: random.Random, contract: Contract) -> Iterator[tuple[date, Figures, Figures]]:
    """Positions of each week, and their changes; none in a contract's first week."""
    size = {
        f"{group}_Positions_{side}_All": contract.size
        * rng.uniform(0.2, 1)
        * (0.1 if side == "Spread" else 1)
        for group in GROUPS
        for side in ("Long", "Short", "Spread")
    }
    size["Other_Rept_Positions_Spread_All"] = 0
    before: Figures = {}
    # A week more than is shown, but for a new contract, which has none before.
    day = contract.first - WEEK if contract.first == FIRST else contract.first
    while day <= LAST:
        # Nothing but arithmetic that IEEE 754 fixes: the same digits on every machine.
        size = {name: held * rng.uniform(0.9, 1.1) for name, held in size.items()}
        figures = _added_up({name: int(held) for name, held in size.items()}, int(contract.size * 0.3))
        if contract.is_consolidated:
            figures["Tot_Rept_Positions_Long_All"] += int(rng.uniform(0, 3)) - 1
        if day >= contract.first:
            yield day, figures, {n: figures[n] - before[n] for n in figures if before}
        before = figures
        day += WEEK


def _added_up(groups: Figures, small: int) -> Figures:
    """The groups' positions with totals and the rest, in the order of the report."""
    spreads = sum(groups[f"{group}_Positions_Spread_All"] for group in GROUPS)
    long, short = (
        spreads + sum(groups[f"{group}_Positions_{side}_All"] for group in GROUPS)
        for side in ("Long", "Short")
    )
    interest = max(long, short) + small
    figures = {
        **groups,
        "Open_Interest_All": interest,
        "Tot_Rept_Positions_Long_All": long,
        "Tot_Rept_Positions_Short_All": short,
        "NonRept_Positions_Long_All": interest - long,
        "NonRept_Positions_Short_All": interest - short,
    }
    return {name: figures[name] for name in POSITIONS}


def _corrected(rows: list[tuple[Contract, date, Figures, Figures]]) -> Iterator[tuple]:
    """Some of the leveraged funds' long positions in the yen turn out to be those of dealers."""
    for contract, day, figures, changes in rows:
        moved = 250 if contract is CONTRACTS[0] else 0
        by = {"Dealer_Positions_Long_All": moved, "Lev_Money_Positions_Long_All": -moved}
        if day == CORRECTED:
            figures = {name: held + by.get(name, 0) for name, held in figures.items()}
            changes = {name: change + by.get(name, 0) for name, change in changes.items()}
        elif day == CORRECTED + WEEK:
            changes = {name: change - by.get(name, 0) for name, change in changes.items()}
        yield contract, day, figures, changes


def _cells(contract: Contract, day: date, figures: Figures, changes: Figures) -> dict[str, str]:
    """All columns of one row, as text; what is not available is '.'."""
    # Of its own for each row: both sources give the same counts.
    rng = random.Random(f"tidemark {contract.code} {day}")  # noqa: S311 - made-up figures
    counts = {}
    for name in TRADERS:
        group, _, side = name.removeprefix("Traders_").removesuffix("_All").rpartition("_")
        held = figures.get(f"{group}_Positions_{side}_All", 1) if group in GROUPS else 1
        count = int(rng.uniform(2, 30)) if held else 0
        counts[name] = "." if group in GROUPS and 0 < count < 4 else str(count)
    counts |= {"Traders_Tot_All": "90", "Traders_Tot_Rept_Long_All": "60", "Traders_Tot_Rept_Short_All": "55"}
    interest = figures["Open_Interest_All"]
    codes = {
        "CFTC_Contract_Market_Code": contract.code,
        "CFTC_Market_Code": contract.market,
        "CFTC_Commodity_Code": contract.commodity,
    }
    return (
        {name: f"{rng.uniform(10, 90):.1f}" for name in HEADER if name.startswith("Conc_")}
        | {
            "Market_and_Exchange_Names": contract.name,
            "As_of_Date_In_Form_YYMMDD": f"{day:%y%m%d}",
            "Report_Date_as_YYYY-MM-DD": day.isoformat(),
            "CFTC_Region_Code": contract.region,
            "Contract_Units": contract.units,
            "CFTC_SubGroup_Code": contract.subgroup,
            "FutOnly_or_Combined": "FutOnly",
        }
        | codes
        | {f"{name}_Quotes": code for name, code in codes.items()}
        | {name: str(figures[name]) for name in POSITIONS}
        | {
            change: str(changes[name]) if changes else "."
            for name, change in zip(POSITIONS, CHANGES, strict=True)
        }
        | {
            share: f"{100 * figures[name] / interest:.1f}"
            for name, share in zip(POSITIONS, SHARES, strict=True)
        }
        | counts
    )


def _written(name: str, cell: str) -> str:
    """One cell of the CSV."""
    padded = f"{cell:<4}" if name.startswith(("CFTC_Market_Code", "CFTC_Commodity_Code")) else cell
    if name.endswith("_Quotes") or name in ("Market_and_Exchange_Names", *HEADER[-6:]):
        return f'"{padded}"'
    if name in IDENTITY or name.startswith("CFTC_") or cell == ".":
        return padded
    return f"{cell:>7}" if name.startswith(("Pct_", "Traders_")) else f"{cell:>8}"
