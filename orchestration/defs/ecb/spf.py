"""Parsers of the ECB's Survey of Professional Forecasters as the data service gives its averages.

CSV with one row per series and quarter. A series is one horizon: a calendar year, `LT` for the longer
term, or `PnM`, the quarter that ends n months after the round began. Columns are found by name. What
single forecasters said comes in other files (`spf_individual.py`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from orchestration.errors import LayoutError
from orchestration.parsing import csv_records, decode, text_frame

DIMENSIONS = (
    "FREQ", "REF_AREA", "FCT_TOPIC", "FCT_BREAKDOWN", "FCT_HORIZON", "SURVEY_FREQ", "FCT_SOURCE",
)  # fmt: skip
# Titles are left out: another wording is no revision of a figure.
USED = ("KEY", *DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "SURVEY_ROUND", "UNIT", "UNIT_MULT")
COLUMNS = (*(name.lower() for name in USED), "period_start", "period_end")
MISSING = ("", "NaN")
NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?"
HORIZON = r"\d{4}|LT|P\d{1,2}M"
QUARTER = r"\d{4}-Q[1-4]"


@dataclass(frozen=True)
class Answer:
    """What one of the answers has to say of itself, and how large its figures can be.

    The code for dollars per euro has not been seen, so its unit is known by what it is not.
    """

    what: str
    topic: str
    breakdown: str
    unit: str
    unit_in_words: str
    lowest: float
    highest: float
    horizons: int


USD_ASSUMPTION = Answer(
    "ecb/spf_usd_assumption",
    topic="ASSU",
    breakdown="USD",
    unit=r"(?!PC).+",
    unit_in_words="dollars per euro, no percentage",
    lowest=0.6,
    highest=2.0,
    horizons=2,
)
INFLATION = Answer(
    "ecb/spf_inflation",
    topic="HICP",
    breakdown="POINT",
    unit="PCPA",
    unit_in_words="PCPA, percent per annum",
    lowest=-5.0,
    highest=30.0,
    # The year of the round, the next one and the longer term are asked for in every round.
    horizons=3,
)


def recognise(payload: bytes, answer: Answer) -> None:
    """Demand the columns, and that the first row is of the series that were asked for."""
    rows = list(_rows(payload, answer, 1))
    if not rows:
        raise LayoutError(f"{answer.what}: expected rows below the header, found none; nothing was loaded.")


def parse(payload: bytes, answer: Answer) -> pd.DataFrame:
    """One row per series and quarter with a figure, as published; the period is the survey's quarter."""
    rows = []
    above: dict[str, str] = {}
    for number, row in _rows(payload, answer):
        if row["time_period"] <= above.get(row["key"], ""):
            raise LayoutError(
                f"{answer.what}: expected each quarter of {row['key']} once and in order, found "
                f"{row['time_period']} below {above[row['key']]} in line {number}; nothing was loaded."
            )
        above[row["key"]] = row["time_period"]
        if row["obs_value"] in MISSING:
            continue
        _demand_figure(row, number, answer)
        rows.append(row)
    frame = text_frame(rows, answer.what)
    shift = _quarters_to_target(frame, answer)
    rounds = [
        _index(period) - shift.get(horizon, 0)
        for period, horizon in zip(frame["time_period"], frame["fct_horizon"], strict=True)
    ]
    newest = max(rounds)
    there = {h for h, r in zip(frame["fct_horizon"], rounds, strict=True) if r == newest}
    if len(there) < answer.horizons:
        raise LayoutError(
            f"{answer.what}: expected {answer.horizons} horizons or more of the newest round, "
            f"{newest // 4}-Q{newest % 4 + 1}, found {sorted(there)}. The file may be cut short; nothing "
            "was loaded."
        )
    bounds = [quarter_bounds(index) for index in rounds]
    return frame.assign(
        period_start=pd.Series([start for start, _ in bounds], dtype="str"),
        period_end=pd.Series([end for _, end in bounds], dtype="str"),
    )[list(COLUMNS)]


def readers(answer: Answer) -> tuple[Callable[[bytes], None], Callable[[bytes], pd.DataFrame]]:
    """`recognise` and `parse` of one answer."""
    return partial(recognise, answer=answer), partial(parse, answer=answer)


def quarter_bounds(index: int) -> tuple[str, str]:
    """First and last day of a quarter, which is counted from the year 0."""
    year, quarter = divmod(index, 4)
    last = ("03-31", "06-30", "09-30", "12-31")[quarter]
    return f"{year}-{3 * quarter + 1:02}-01", f"{year}-{last}"


def _rows(payload: bytes, answer: Answer, count: int | None = None) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their lines, each of a series that was asked for."""
    text = decode(payload, "utf-8-sig", answer.what)
    records = csv_records(text, answer.what)
    header = records[0] if records else []
    wrong = [name for name in USED if header.count(name) != 1]
    if wrong:
        raise LayoutError(
            f"{answer.what}: expected one column named {wrong[0]} in the header, found "
            f"{header.count(wrong[0])}; the header is {header[:12]}. It is another file or another layout; "
            "nothing was loaded."
        )
    if not text.endswith("\n"):
        raise LayoutError(
            f"{answer.what}: expected a line break at the end, found '{text[-20:]}'. The file may be cut "
            "short; nothing was loaded."
        )
    places = {name.lower(): header.index(name) for name in USED}
    for number, record in enumerate(records[1:] if count is None else records[1 : count + 1], start=2):
        if len(record) != len(header):
            raise LayoutError(
                f"{answer.what}: expected {len(header)} columns in line {number}, found {len(record)}. "
                "The file may be cut short; nothing was loaded."
            )
        row = {name: record[place] for name, place in places.items()}
        _demand_series(row, number, answer)
        yield number, row


def _demand_series(row: dict[str, str], number: int, answer: Answer) -> None:
    expected = {
        "freq": ("Q", "Q, quarterly"),
        "ref_area": ("U2", "U2, the euro area"),
        "fct_topic": (answer.topic, answer.topic),
        "fct_breakdown": (answer.breakdown, answer.breakdown),
        "fct_horizon": (HORIZON, "a year, LT or PnM"),
        "survey_freq": ("Q", "Q, quarterly"),
        "fct_source": ("AVG", "AVG, the average"),
        "time_period": (QUARTER, "a quarter such as 2025-Q1"),
        "unit": (answer.unit, answer.unit_in_words),
        "unit_mult": ("0", "0, units"),
    }
    for name, (pattern, in_words) in expected.items():
        if not re.fullmatch(pattern, row[name]):
            raise LayoutError(
                f"{answer.what}: expected {in_words} as {name.upper()} in line {number}, found "
                f"'{row[name]}'. The layout or the unit may have changed; nothing was loaded."
            )
    key = ".".join(("SPF", *(row[name.lower()] for name in DIMENSIONS)))
    if row["key"] != key:
        raise LayoutError(
            f"{answer.what}: expected the KEY '{key}' of its dimensions in line {number}, found "
            f"'{row['key']}'. Columns may have moved; nothing was loaded."
        )


def _demand_figure(row: dict[str, str], number: int, answer: Answer) -> None:
    value = row["obs_value"]
    if not re.fullmatch(NUMBER, value) or not answer.lowest <= float(value) <= answer.highest:
        raise LayoutError(
            f"{answer.what}: expected a number from {answer.lowest:g} to {answer.highest:g} "
            f"({answer.unit_in_words}) as OBS_VALUE in line {number}, found '{value}'. The unit or the "
            "columns may have changed; nothing was loaded."
        )


def _quarters_to_target(frame: pd.DataFrame, answer: Answer) -> dict[str, int]:
    """How far the quarter of each `PnM` horizon is behind the round.

    The quarter of such a row is either the round's or the one that is forecast; nobody who calls the
    service says which. The newest quarter tells: the same for all horizons, or three months apart.

    Raises:
        LayoutError: it is neither; the figures would be dated by guessing.
    """
    newest = frame.groupby("fct_horizon")["time_period"].max()
    ends = {h: _index(period) for h, period in newest.items() if str(h).startswith("P")}
    as_target = {h: int(h[1:-1]) // 3 - 1 for h in ends}
    if len(set(ends.values())) <= 1 and len(ends) != 1:
        return {}
    if len(ends) > 1 and len({end - as_target[h] for h, end in ends.items()}) == 1:
        return as_target
    raise LayoutError(
        f"{answer.what}: expected the horizons {sorted(ends)} to end in the same quarter (the round's), or "
        f"each in the quarter that it is about, found {newest[sorted(ends)].to_dict()}. To which round their "
        "figures belong cannot be told; nothing was loaded."
    )


def _index(quarter: str) -> int:
    """A quarter such as 2025-Q1, counted from the year 0."""
    year, number = quarter.split("-Q")
    return int(year) * 4 + int(number) - 1
