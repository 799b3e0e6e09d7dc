"""A made-up file of the yen's rate in New York: a random walk on the Federal Reserve's business days."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from orchestration.records import load_datasets
from orchestration.releases import BusinessCalendar
from orchestration.sampling import SampleFile

DATASET = "us_fed/fx_h10"
FIRST = date(2023, 1, 3)
# The Friday before the Monday of the release.
LAST = date(2026, 11, 13)


def files(rng: random.Random) -> list[SampleFile]:
    """The one file, as it would be fetched after its release."""
    return [
        SampleFile(
            dataset=DATASET,
            file="us_fed/DEXJPUS.2026-11-16.csv",
            url=load_datasets()[DATASET].address,
            retrieved_on="2026-11-16",
            published_on="",
            payload="".join(["observation_date,DEXJPUS\n", *_lines(rng)]).encode(),
        )
    ]


def _lines(rng: random.Random) -> Iterator[str]:
    """A line per weekday, empty on holidays, as it is published."""
    calendar = BusinessCalendar(holidays="US")
    rate, day = 131.0, FIRST
    while day <= LAST:
        # Nothing but arithmetic that IEEE 754 fixes: the same digits on every machine.
        rate *= rng.uniform(0.994, 1.006)
        if day.weekday() < 5:
            yield f"{day},{f'{rate:.2f}' if calendar.is_open(day) else ''}\n"
        day += timedelta(days=1)
