"""Made-up files of the Federal Reserve's series: random walks on its business days and its Wednesdays."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from orchestration.records import load_datasets
from orchestration.releases import BusinessCalendar
from orchestration.sampling import SampleFile

FIRST = date(2023, 1, 3)
# The Friday before the Monday of the release.
LAST = date(2026, 11, 13)
FIRST_WEDNESDAY = date(2023, 1, 4)
# It came out on the evening before the day on which the sample plays.
LAST_WEDNESDAY = date(2026, 11, 18)


def files(rng: random.Random) -> list[SampleFile]:
    """One file per series, as they would be fetched after their releases."""
    return [
        _file("fx_h10", "DEXJPUS", "2026-11-16", _days(rng, 131.0, 0.006, 2)),
        _file("broad_dollar_index", "DTWEXBGS", "2026-11-16", _days(rng, 121.0, 0.003, 4)),
        _file("custody_treasuries", "WMTSECL1", "2026-11-19", _wednesdays(rng, 2_950_000.0)),
    ]


def _file(name: str, series: str, retrieved_on: str, lines: Iterable[str]) -> SampleFile:
    dataset = f"us_fed/{name}"
    return SampleFile(
        dataset=dataset,
        file=f"us_fed/{series}.{retrieved_on}.csv",
        url=load_datasets()[dataset].address,
        retrieved_on=retrieved_on,
        published_on="",
        payload="".join([f"observation_date,{series}\n", *lines]).encode(),
    )


def _days(rng: random.Random, level: float, step: float, places: int) -> Iterator[str]:
    """A line per weekday, empty on holidays, as it is published."""
    calendar = BusinessCalendar(holidays="US")
    day = FIRST
    while day <= LAST:
        # Nothing but arithmetic that IEEE 754 fixes: the same digits on every machine.
        level *= rng.uniform(1 - step, 1 + step)
        if day.weekday() < 5:
            yield f"{day},{f'{level:.{places}f}' if calendar.is_open(day) else ''}\n"
        day += timedelta(days=1)


def _wednesdays(rng: random.Random, level: float) -> Iterator[str]:
    """A line per Wednesday, holidays too."""
    day = FIRST_WEDNESDAY
    while day <= LAST_WEDNESDAY:
        level *= rng.uniform(0.994, 1.006)
        yield f"{day},{level:.0f}\n"
        day += timedelta(days=7)
