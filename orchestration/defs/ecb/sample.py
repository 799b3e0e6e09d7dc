"""Made-up files of the ECB: its reference rates, a random walk on TARGET days, and its survey's."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from orchestration.defs.ecb import sample_spf
from orchestration.parsing import zipped
from orchestration.records import load_datasets
from orchestration.releases import BusinessCalendar
from orchestration.sampling import SampleFile

DATASET = "ecb/fx_reference_rates"
FIRST = date(2022, 12, 30)
# The day before the day on which the sample plays is missing: the demo shows what is due.
LAST = date(2026, 11, 18)
# Units per euro at the beginning, and the decimals that are printed.
RATES = {
    "USD": (1.07, 4),
    "JPY": (141.0, 2),
    "GBP": (0.88, 5),
    "SEK": (11.1, 4),
    "CHF": (0.98, 4),
    "ISK": (150.0, 1),
    "NOK": (10.5, 4),
    "HRK": (7.5, 4),
    "AUD": (1.57, 4),
    "CAD": (1.45, 4),
    "CNY": (7.35, 4),
    "KRW": (1340.0, 2),
}
# A currency that joins later, and one that is no longer quoted but keeps its column.
JOINS = {"ISK": date(2024, 7, 1), "HRK": date.max}


def files(rng: random.Random) -> list[SampleFile]:
    """The zip of rates, as it would be fetched on its last day, and what `sample_spf` makes."""
    rows = [f"Date,{','.join(RATES)},", *reversed(list(_days(rng)))]
    return [
        SampleFile(
            dataset=DATASET,
            file=f"ecb/eurofxref-hist.{LAST}.zip",
            url=load_datasets()[DATASET].address,
            retrieved_on=LAST.isoformat(),
            published_on=LAST.isoformat(),
            payload=zipped({"eurofxref-hist.csv": "\n".join(rows) + "\n"}, datetime.combine(LAST, time(16))),
        ),
        *sample_spf.files(rng),
    ]


def _days(rng: random.Random) -> Iterator[str]:
    """A line per TARGET day, oldest first."""
    target = BusinessCalendar(holidays="XECB")
    rates = {currency: start for currency, (start, _) in RATES.items()}
    day = FIRST
    while day <= LAST:
        # Nothing but arithmetic that IEEE 754 fixes: the same digits on every machine.
        rates = {currency: rate * rng.uniform(0.994, 1.006) for currency, rate in rates.items()}
        cells = [_cell(currency, rate, day) for currency, rate in rates.items()]
        yield f"{day},{','.join(cells)},"
        day = target.first_open(day + timedelta(days=1))


def _cell(currency: str, rate: float, day: date) -> str:
    """A rate without trailing zeros ('136', '1.113'), as it is published."""
    if day < JOINS.get(currency, FIRST):
        return "N/A"
    return f"{rate:.{RATES[currency][1]}f}".rstrip("0").rstrip(".")
