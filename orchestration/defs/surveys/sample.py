"""A made-up file of a desk's own readings, with months that no seed has, and one that disagrees with one."""

import csv
import io
import random
from collections.abc import Iterator

from orchestration.defs.surveys.contract import COLUMNS
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

DATASET = "surveys/inbox"
SOURCE = "Made-up desk copy"
PERIODS = ("2026-07", "2026-08", "2026-09", "2026-10")
# The day on which the newest of them is due.
LOOKED_AT = "2026-10-20"

# Question, answer, unit, from, to.
QUESTIONS = (
    ("cash_level", "", "pct_of_aum", 3.2, 4.2),
    ("equities_overweight", "global equities", "net_pct", 5, 45),
    ("us_equities_overweight", "US equities", "net_pct", -30, 10),
    ("japan_equities_overweight", "Japanese equities", "net_pct", -10, 20),
    ("bonds_overweight", "bonds", "net_pct", -30, 5),
    ("usd_overweight", "USD", "net_pct", -35, 5),
    ("global_growth", "stronger minus weaker", "net_pct", -40, 30),
    ("most_crowded_trade", "long Magnificent 7", "pct_of_respondents", 20, 40),
    ("most_crowded_trade", "long gold", "pct_of_respondents", 10, 30),
    ("most_crowded_trade", "short US dollar", "pct_of_respondents", 5, 20),
    ("landing", "soft", "pct_of_respondents", 40, 60),
    ("landing", "none", "pct_of_respondents", 15, 30),
    ("landing", "hard", "pct_of_respondents", 2, 8),
)


def files(rng: random.Random) -> list[SampleFile]:
    """The one file, as it would be found in the inbox."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(_rows(rng))
    return [
        SampleFile(
            dataset=DATASET,
            file="surveys/made-up-desk-copy.csv",
            url=load_datasets()[DATASET].address,
            retrieved_on=LOOKED_AT,
            published_on="",
            payload=text.getvalue().encode(),
        )
    ]


def _rows(rng: random.Random) -> Iterator[dict[str, str]]:
    # A seed cites another figure for this one: it shows how a conflict is listed.
    yield _row("2024-03", "landing", "none", "24", "pct_of_respondents")
    for period in PERIODS:
        for question, answer, unit, least, most in QUESTIONS:
            drawn = rng.uniform(least, most)
            reading = f"{drawn:.1f}" if unit == "pct_of_aum" else f"{round(drawn)}"
            yield _row(period, question, answer, reading, unit)


def _row(period: str, question: str, answer: str, reading: str, unit: str) -> dict[str, str]:
    return {
        "survey_id": "bofa_global_fms",
        "survey_period": period,
        "question_id": question,
        "answer": answer,
        "reading": reading,
        "unit": unit,
        "source_name": SOURCE,
        "note": "made up",
    }
