"""Made-up files of the World Bank: answers of the indicators' service, and two Pink Sheets.

Labels and layout are the bank's, figures are not: random walks that begin near what was usual.
"""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.records import load_datasets
from orchestration.sampling import SampleFile, workbook

RESERVES, PRICES = "worldbank/reserves", "worldbank/commodity_prices"
UPDATED = "2026-07-01"
FIRST_RESERVES, LAST_RESERVES = 2019, 2025
INDICATORS = {
    "FI.RES.TOTL.CD": "Total reserves (includes gold, current US$)",
    "FI.RES.XGLD.CD": "Total reserves minus gold (current US$)",
}
# Country: code, name, billions of dollars without gold, millions of ounces of gold.
COUNTRIES: Mapping[str, tuple[str, str, float, float]] = {
    "CHN": ("CN", "China", 3_100.0, 62.6),
    "IND": ("IN", "India", 430.0, 20.0),
    "JPN": ("JP", "Japan", 1_280.0, 24.6),
    "POL": ("PL", "Poland", 115.0, 7.4),
    "RUS": ("RU", "Russian Federation", 440.0, 73.0),
    "TUR": ("TR", "Turkiye", 78.0, 12.0),
    "USA": ("US", "United States", 118.0, 261.5),
}
# This country has not reported its last year yet.
NOT_YET = "RUS"

FIRST_YEAR = 2023
# The third working day of the month; the second edition restates the month before its newest.
EDITIONS = {date(2026, 10, 5): 45, date(2026, 11, 4): 46}
COMMODITIES = (
    ("Crude oil, average", "($/bbl)", 0.0),
    ("Crude oil, Brent", "($/bbl)", 80.0),
    ("Crude oil, Dubai", "($/bbl)", 79.0),
    ("Crude oil, WTI", "($/bbl)", 76.0),
    ("Coal, South African **", "($/mt)", 105.0),
    ("Natural gas index", "(2010=100)", 90.0),
    ("Plywood", "(cents/sheet)", 355.0),
    ("Urea ", "($/mt)", 340.0),
    ("Gold", "($/troy oz)", 1_900.0),
    ("Platinum", "($/troy oz)", 930.0),
    ("Silver", "($/troy oz)", 23.0),
)
OIL_KINDS = slice(1, 4)
# Columns of the figures: one is not quoted after its first year, and has an ellipsis in its cells; of one
# the newest edition restates a month.
DROPPED, RESTATED = 4, 6


def files(rng: random.Random) -> list[SampleFile]:
    """An answer for each indicator, and two editions of the Pink Sheet."""
    with_gold, without = _reserves(rng)
    records = zip(INDICATORS, (with_gold, without), strict=True)
    prices = _prices(rng, max(EDITIONS.values()))
    return [
        *(_answer(indicator, figures) for indicator, figures in records),
        *(_edition(day, prices[:count]) for day, count in EDITIONS.items()),
    ]


def _reserves(rng: random.Random) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]]:
    """Dollars by country and year, with and without gold."""
    with_gold, without, price = {}, {}, 1_520.0
    held = {country: (dollars, ounces) for country, (_, _, dollars, ounces) in COUNTRIES.items()}
    for year in range(FIRST_RESERVES, LAST_RESERVES + 1):
        price *= rng.uniform(1.0, 1.25)
        for country, (dollars, ounces) in held.items():
            held[country] = dollars * rng.uniform(0.95, 1.08), ounces * rng.uniform(1.0, 1.04)
            without[country, year] = held[country][0] * 1e9
            with_gold[country, year] = without[country, year] + held[country][1] * price * 1e6
    return with_gold, without


def _answer(indicator: str, figures: Mapping[tuple[str, int], float]) -> SampleFile:
    """The service's answer: countries by name, the newest year first."""
    records = [
        {
            "indicator": {"id": indicator, "value": INDICATORS[indicator]},
            "country": {"id": code, "value": name},
            "countryiso3code": country,
            "date": str(year),
            "value": None
            if (country, year) == (NOT_YET, LAST_RESERVES)
            else round(figures[country, year], 2),
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }
        for country, (code, name, _, _) in COUNTRIES.items()
        for year in range(LAST_RESERVES, FIRST_RESERVES - 1, -1)
    ]
    page = {"page": 1, "pages": 1, "per_page": 1000, "total": len(records), "sourceid": "2"}
    answer = [{**page, "lastupdated": UPDATED}, records]
    return SampleFile(
        dataset=RESERVES,
        file=f"worldbank/{indicator.replace('.', '_')}.{UPDATED}.json",
        url=load_datasets()[RESERVES].address.replace("{item}", indicator),
        retrieved_on=UPDATED,
        published_on=UPDATED,
        payload=json.dumps(answer, separators=(",", ":")).encode(),
    )


def _prices(rng: random.Random, count: int) -> list[list[float]]:
    """A row per month: nothing but arithmetic that IEEE 754 fixes."""
    now = [start for _, _, start in COMMODITIES]
    rows = []
    for _ in range(count):
        now = [price * rng.uniform(0.95, 1.06) for price in now]
        row = [round(price, 3) for price in now]
        row[0] = round(sum(row[OIL_KINDS]) / 3, 8)
        rows.append(row)
    return rows


def _edition(day: date, prices: Sequence[Sequence[float]]) -> SampleFile:
    """The workbook of one day; months before the newest may be other than in the edition before."""
    rows: list[list[object]] = [
        ["World Bank Commodity Price Data (The Pink Sheet)"],
        [f"monthly prices in nominal US dollars, {FIRST_YEAR} to present"],
        ["(made-up figures in the layout of the World Bank)"],
        [f"Updated on {day:%B} {day.day:02}, {day.year}"],
        [None, *(name for name, _, _ in COMMODITIES), None],
        [None, *(unit for _, unit, _ in COMMODITIES), None],
    ]
    for number, row in enumerate(prices):
        cells: list[object] = list(row)
        if number >= 12:
            cells[DROPPED] = "…"
        if number == len(prices) - 2 and day == max(EDITIONS):
            cells[RESTATED] = round(row[RESTATED] * 1.01, 3)
        rows.append([f"{FIRST_YEAR + number // 12}M{number % 12 + 1:02}", *cells])
    return SampleFile(
        dataset=PRICES,
        file=f"worldbank/CMO-Historical-Data-Monthly.{day}.xlsx",
        url=f"https://thedocs.worldbank.org/en/doc/{day:%Y%m%d}/related/CMO-Historical-Data-Monthly.xlsx",
        retrieved_on=day.isoformat(),
        published_on=day.isoformat(),
        payload=workbook({"AFOSHEET": [], "Monthly Prices": rows}),
    )
