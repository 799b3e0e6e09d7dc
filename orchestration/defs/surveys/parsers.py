"""Parser of a desk's own survey readings: CSV as the contract says, each file a part of its own."""

from calendar import monthrange

import pandas as pd

from orchestration.defs.surveys.contract import COLUMNS, expect_header, list_files, read_lists, readings
from orchestration.parsing import PERIOD, Parser, text_frame

WHAT = "surveys/inbox"
# What lies in the inbox counts as licensed, and as copied well, unless its rows say less of themselves.
ORIGINS = ("licensed",)
DEFAULTS = {"origin": "licensed", "confidence": "high"}
# A file that was refused for a question that no list had is read again once a list has it.
RESTS_ON = list_files()


def recognise(payload: bytes) -> None:
    """Demand the contract's columns."""
    expect_header(payload, WHAT)


def parse(payload: bytes) -> pd.DataFrame:
    """One row per reading, as the desk wrote it."""
    rows = readings(payload, WHAT, read_lists(), ORIGINS, DEFAULTS)
    return text_frame([{**row, **_period(row["survey_period"])} for row in rows], WHAT)


def _period(survey_period: str) -> dict[str, str]:
    """First and last day of a year or a month."""
    if len(survey_period) == 4:
        days = f"{survey_period}-01-01", f"{survey_period}-12-31"
    else:
        last = monthrange(*map(int, survey_period.split("-")))[1]
        days = f"{survey_period}-01", f"{survey_period}-{last}"
    return dict(zip(PERIOD, days, strict=True))


PARSERS = {"inbox": Parser(columns=(*COLUMNS, *PERIOD), recognise=recognise, parse=parse)}
