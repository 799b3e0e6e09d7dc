"""Made-up workbooks of the Survey of Professional Forecasters: a few years of three variables."""

import random
from collections.abc import Iterator

from orchestration.defs.phillyfed.parsers import LABELS, LEVELS, MISSING, QUARTERS, SHEET, VARIABLES
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile, workbook

DATASET = "phillyfed/spf"
FIRST, LAST = (2024, 1), (2026, 4)
# At the beginning: billions of dollars, and percent.
START = {"RGDP": 19_100.0, "CPI": 2.4, "COREPCE": 2.1}


def files(rng: random.Random) -> list[SampleFile]:
    """A workbook per variable, as it would be fetched after the survey of the last quarter."""
    (source,) = load_datasets()[DATASET].sources
    return [
        SampleFile(
            dataset=DATASET,
            file=f"phillyfed/median_{variable.lower()}_level.2026-11-16.xlsx",
            url=source.url.replace("{item}", variable.lower()),
            retrieved_on="2026-11-16",
            published_on="",
            payload=workbook({SHEET: [[*LABELS, *columns(variable)], *surveys(rng, variable)]}),
        )
        for variable in VARIABLES
    ]


def columns(variable: str) -> list[str]:
    """The horizons, as the columns are headed."""
    return [f"{variable}{horizon}" for horizon in (*QUARTERS, *VARIABLES[variable][0])]


def surveys(rng: random.Random, variable: str) -> Iterator[list[object]]:
    """A row per survey; the furthest quarter of the first one was not asked for."""
    level = START[variable]
    (year, quarter), last = FIRST, LAST
    while (year, quarter) <= last:
        level *= rng.uniform(1.003, 1.008) if variable in LEVELS else rng.uniform(0.95, 1.05)
        step = 1.005 if variable in LEVELS else 0.99
        quarters: list[object] = [round(level * step**n, 4) for n in range(len(QUARTERS))]
        years = [round(level * step ** (4 * n + 2), 4) for n in range(len(VARIABLES[variable][0]))]
        if (year, quarter) == FIRST:
            quarters[-1] = MISSING
        yield [year, quarter, *quarters, *years]
        year, quarter = (year + 1, 1) if quarter == 4 else (year, quarter + 1)
