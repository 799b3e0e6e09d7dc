"""Made-up files of the Survey of Professional Forecasters: a few rounds, as the ECB gives them."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time

from orchestration.parsing import zipped
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

HEADER = (
    "KEY,FREQ,REF_AREA,FCT_TOPIC,FCT_BREAKDOWN,FCT_HORIZON,SURVEY_FREQ,FCT_SOURCE,TIME_PERIOD,OBS_VALUE,"
    "OBS_STATUS,OBS_CONF,OBS_PRE_BREAK,OBS_COM,SURVEY_ROUND,TIME_FORMAT,COLLECTION,COMPILING_ORG,DISS_ORG,"
    "DECIMALS,SOURCE_AGENCY,TITLE,TITLE_COMPL,UNIT,UNIT_MULT"
)
# The round of the last quarter comes out by the end of October, a Saturday in 2026.
RELEASED = date(2026, 11, 2)
AVERAGES = [(year, quarter) for year in range(2024, 2027) for quarter in range(1, 5)]
ROUNDS = [(2026, 3), (2026, 4)]
FORECASTERS = (1, 5, 8, 24, 102)
MONTH_AHEAD = ("Dec", "Mar", "Jun", "Sep")
UNEMPLOYMENT_AHEAD = ("Nov", "Feb", "May", "Aug")
PRICES = (
    "TN1_0", "FN1_0TN0_6", "FN0_5TN0_1", "F0_0T0_4", "F0_5T0_9", "F1_0T1_4", "F1_5T1_9", "F2_0T2_4",
    "F2_5T2_9", "F3_0T3_4", "F3_5T3_9", "F4_0T4_4", "F4_5T4_9", "F5_0",
)  # fmt: skip
GROWTH = (*PRICES[:11], "F4_0")
JOBLESS = (
    "T4_0", "F4_0T4_4", "F4_5T4_9", "F5_0T5_4", "F5_5T5_9", "F6_0T6_4", "F6_5T6_9", "F7_0T7_4", "F7_5T7_9",
    "F8_0",
)  # fmt: skip
WIDTH = 2 + 1 + len(PRICES) + 2


def files(rng: random.Random) -> list[SampleFile]:
    """The two averages and the zip of single answers, as they would be fetched after the last round."""
    payloads = {
        "spf_usd_assumption": ("csv", averages(rng, "ASSU", "USD", "USD", 1.08)),
        "spf_inflation": ("csv", averages(rng, "HICP", "POINT", "PCPA", 2.0)),
        "spf_individual_forecasts": (
            "zip",
            zipped(
                {f"{y}Q{q}.csv": member(rng, y, q) for y, q in ROUNDS}, datetime.combine(RELEASED, time(10))
            ),
        ),
    }
    return [
        SampleFile(
            dataset=f"ecb/{name}",
            file=f"ecb/{name}.{RELEASED}.{extension}",
            url=load_datasets()[f"ecb/{name}"].address,
            retrieved_on=RELEASED.isoformat(),
            published_on="",
            payload=payload,
        )
        for name, (extension, payload) in payloads.items()
    ]


def averages(rng: random.Random, topic: str, breakdown: str, unit: str, level: float) -> bytes:
    """An answer of the data service: every calendar year that was asked for, and the longer term."""
    figures: dict[str, list[tuple[str, float]]] = {}
    for year, quarter in AVERAGES:
        level *= rng.uniform(0.98, 1.02)
        longer = year + (4 if quarter < 3 else 5)
        for target in (year, year + 1, year + 2, longer):
            figures.setdefault(str(target), []).append(
                (f"{year}-Q{quarter}", level * rng.uniform(0.99, 1.01))
            )
        figures.setdefault("LT", []).append((f"{year}-Q{quarter}", figures[str(longer)][-1][1]))
    lines = [HEADER]
    for horizon, values in sorted(figures.items()):
        key = f"Q.U2.{topic}.{breakdown}.{horizon}.Q.AVG"
        lines += [
            f"SPF.{key},{key.replace('.', ',')},{period},{value:.12f},F,F,,,,P3M,A,,,2,4F0,"
            f'"Made up, {topic} {breakdown}","Made up - {topic} - {horizon} - Quarterly survey",{unit},0'
            for period, value in values
        ]
    return ("\r\n".join(lines) + "\r\n").encode()


def member(rng: random.Random, year: int, quarter: int) -> bytes:
    """One round's CSV, with its five blocks."""
    month, two = f"{year + (quarter > 1)}{MONTH_AHEAD[quarter - 1]}", year + 1 + (quarter > 1)
    later = f"{two}{MONTH_AHEAD[quarter - 1]}"
    grown = year + (quarter > 2)
    gdp = [f"{grown}Q{(quarter + 1) % 4 + 1}", f"{grown + 1}Q{(quarter + 1) % 4 + 1}"]
    jobs = [f"{m[:4]}{UNEMPLOYMENT_AHEAD[quarter - 1]}" for m in (month, later)]
    if quarter == 1:
        jobs = [f"{year}Nov", f"{year + 1}Nov"]
    years = [str(year), str(year + 1), str(year + 2), str(year + (4 if quarter < 3 else 5))]
    blocks = (
        ("INFLATION EXPECTATIONS; YEAR-ON-YEAR CHANGE IN HICP", PRICES, [*years, month, later], 2.0),
        ("CORE INFLATION EXPECTATIONS; YEAR-ON-YEAR CHANGE IN CORE", PRICES, [*years, month, later], 2.1),
        ("GROWTH EXPECTATIONS; YEAR-ON-YEAR CHANGE IN REAL GDP", GROWTH, [*years, *gdp], 1.2),
        ("EXPECTED UNEMPLOYMENT RATE; PERCENTAGE OF LABOUR FORCE", JOBLESS, [*years, *jobs], 6.3),
    )
    lines: list[list[str]] = []
    for title, ranges, targets, level in blocks:
        lines += [[title], ["TARGET_PERIOD", "FCT_SOURCE", "POINT", *ranges]]
        lines += [
            [target, str(forecaster), *_answer(rng, level, ranges)]
            for target in sorted(targets)
            for forecaster in FORECASTERS
        ]
        lines.append([])
    lines += [["ASSUMPTIONS"], ["TARGET_PERIOD", "FCT_SOURCE", "IR", "OIL", "USD", "LAB"]]
    quarters = [f"{year + (quarter - 1 + n) // 4}Q{(quarter - 1 + n) % 4 + 1}" for n in range(4)]
    lines += [
        [target, str(forecaster), *_assumed(rng, target == years[3])]
        for target in (*quarters, *years[1:3], years[3])
        for forecaster in FORECASTERS
    ]
    return "".join(f"{','.join(line + [''] * (WIDTH - len(line)))}\r\n" for line in lines).encode()


def _answer(rng: random.Random, level: float, ranges: tuple[str, ...]) -> Iterator[str]:
    """A point forecast and probabilities that make 100; now and then the point alone."""
    yield f"{level * rng.uniform(0.8, 1.2):.2f}"
    middle = len(ranges) // 2
    spread = round(rng.uniform(10, 30))
    shares = {middle - 1: spread, middle: 90 - spread, middle + 1: 10}
    alone = rng.uniform(0, 1) < 0.2
    for place in range(len(ranges)):
        yield "" if alone else str(shares.get(place, 0))


def _assumed(rng: random.Random, longer_term: bool) -> list[str]:
    """Interest rate, oil, dollars per euro and labour costs; of the longer term only the last."""
    given = [f"{rng.uniform(1.8, 2.4):.2f}", f"{rng.uniform(60, 85):.1f}", f"{rng.uniform(1.05, 1.2):.3f}"]
    return [*([""] * 3 if longer_term else given), f"{rng.uniform(2.0, 3.5):.1f}"]
