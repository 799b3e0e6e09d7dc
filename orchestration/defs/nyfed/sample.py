"""A made-up workbook of the Survey of Consumer Expectations, in the layout of October 2026 and since."""

import random
from collections.abc import Iterator

from orchestration.defs.nyfed.parsers import HORIZONS, MEDIAN, QUARTILES, SHEET
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile, workbook

DATASET = "nyfed/sce"
SOURCE = "Source:  Survey of Consumer Expectations, © 2013-26 Federal Reserve Bank of New York.   Made up."
FIRST, LAST = (2013, 6), (2026, 10)
FIVE_YEARS_SINCE = (2022, 1)


def files(rng: random.Random) -> list[SampleFile]:
    """The one workbook, as it would be fetched after the release of October."""
    return [
        SampleFile(
            dataset=DATASET,
            file="nyfed/frbny-sce-data.2026-11-09.xlsx",
            url=load_datasets()[DATASET].address,
            retrieved_on="2026-11-09",
            published_on="",
            payload=workbook(
                {
                    "License": [["Made up: no figure here is of the Federal Reserve Bank of New York"]],
                    SHEET: [[SOURCE], [SHEET], [], header(), *months(rng)],
                    f"{SHEET} Demo": [[SOURCE], [SHEET], ["Median, by Demographics"], [None, "Age Under 40"]],
                }
            ),
        )
    ]


def header() -> list[str | None]:
    """The five-year horizon stands after an empty column."""
    labels = [label.format(h) for label in (MEDIAN, *QUARTILES.values()) for h in HORIZONS[:2]]
    return [None, *labels, None, MEDIAN.format("five")]


def months(rng: random.Random) -> Iterator[list[object]]:
    """A row per month: the month, medians, lower and upper quartiles, an empty cell, five years ahead."""
    one, three = 3.1, 3.3
    (year, month), last = FIRST, LAST
    while (year, month) <= last:
        one, three = one * rng.uniform(0.95, 1.05), three * rng.uniform(0.97, 1.03)
        # Households answer near three in most years.
        one, three = one * 0.9 + 0.3, three * 0.9 + 0.3
        five = round(three * rng.uniform(0.85, 0.95), 2) if (year, month) >= FIVE_YEARS_SINCE else None
        low = [round(x - rng.uniform(1.5, 2.5), 2) for x in (one, three)]
        high = [round(x + rng.uniform(2.5, 3.5), 2) for x in (one, three)]
        yield [year * 100 + month, round(one, 2), round(three, 2), *low, *high, None, five]
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
