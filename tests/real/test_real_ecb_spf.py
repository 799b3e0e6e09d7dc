"""Three real rounds of the ECB's survey of forecasters: what must come out, and what is refused.

Skipped where the real files are absent (see conftest.py). No real answer of the data service is held.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from tests.mutations import read

PARSER = find_parser("ecb", "spf_individual_forecasts")[0]
ROUNDS = ("2008Q3", "2023Q4", "2024Q3")
Records = list[list[str]]

each_round = pytest.mark.parametrize("name", ROUNDS)


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    folder = publishers / "ecb" / "spf_individual_forecasts"
    return {name: (folder / f"{name}.csv").read_bytes() for name in ROUNDS}


@pytest.fixture(scope="module")
def frames(payloads) -> dict[str, pd.DataFrame]:
    return {name: read(PARSER, payload) for name, payload in payloads.items()}


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv", content)
    return out.getvalue()


def edited(payload: bytes, change: Callable[[Records], object]) -> bytes:
    lines = list(csv.reader(io.StringIO(payload.decode(), newline="")))
    change(lines)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


@each_round
def test_a_round_is_told_from_its_targets(payloads, frames, name) -> None:
    """2009Jun in 2008Q3, 2024Sep in 2023Q4, 2025Jun in 2024Q3."""
    assert PARSER.part(payloads[name]) == name
    assert set(frames[name]["round"]) == {name}
    pd.testing.assert_frame_equal(read(PARSER, packed({name: payloads[name]})), frames[name])
    other = {"2008Q3": "2008Q4", "2023Q4": "2023Q3", "2024Q3": "2024Q2"}[name]
    with pytest.raises(LayoutError, match=f"expected the round {other}, found targets of {name}"):
        read(PARSER, packed({other: payloads[name]}))


def test_every_figure_of_the_files_is_a_row(frames) -> None:
    counts = {name: dict(Counter(frame["topic"])) for name, frame in frames.items()}
    assert counts == {
        "2008Q3": {"inflation": 1943, "growth": 1882, "unemployment": 1864, "assumptions": 922},
        "2023Q4": {
            "inflation": 4089, "core_inflation": 2971, "growth": 3401, "unemployment": 3811,
            "assumptions": 933,
        },
        "2024Q3": {
            "inflation": 3591, "core_inflation": 2632, "growth": 3036, "unemployment": 3442,
            "assumptions": 791,
        },
    }  # fmt: skip


def test_assumptions_are_read_by_their_headers_whose_order_changes(frames) -> None:
    """2008Q3 has OIL, IR, USD, LAB; 2024Q3 has IR, OIL, USD, LAB."""
    late = frames["2024Q3"]
    six = late[(late["fct_source"] == "6") & (late["target_period"] == "2024Q3")]
    six = six[six["topic"] == "assumptions"].set_index("variable")["value"]
    assert six.to_dict() == {"IR": "4.25", "OIL": "87.2", "USD": "1.075"}
    for name, oil, dollars in (("2008Q3", 130, 1.54), ("2023Q4", 84.85, 1.087), ("2024Q3", 82, 1.08)):
        assumed = frames[name][frames[name]["topic"] == "assumptions"]
        middle = assumed.assign(value=assumed["value"].astype(float)).groupby("variable")["value"].median()
        assert (middle["OIL"], middle["USD"]) == pytest.approx((oil, dollars), abs=0.005)


def test_inflation_expected_on_average_in_each_round(frames) -> None:
    for name, years in (
        ("2008Q3", {"2008": 3.6, "2009": 2.6, "2010": 2.1}),
        ("2023Q4", {"2023": 5.6, "2024": 2.7, "2025": 2.1}),
        ("2024Q3", {"2024": 2.4, "2025": 2.0, "2026": 1.9}),
    ):
        frame = frames[name]
        points = frame[(frame["topic"] == "inflation") & (frame["variable"] == "POINT")]
        means = points.assign(value=points["value"].astype(float)).groupby("target_period")["value"].mean()
        assert {year: round(means[year], 1) for year in years} == years


def move(header: int, one: str, other: str, with_header: bool) -> Callable[[Records], object]:
    """Two columns of the block below a header (counted from 0) change places."""

    def swap(lines: Records) -> None:
        a, b = lines[header].index(one), lines[header].index(other)
        for line in lines[header + (not with_header) :]:
            if not any(line):
                return
            line[a], line[b] = line[b], line[a]

    return swap


def starts(payload: bytes, title: str) -> int:
    """The record of the header below a title."""
    return next(n for n, line in enumerate(payload.decode().splitlines()) if line.startswith(title)) + 1


@each_round
@pytest.mark.parametrize(
    ("title", "one", "other", "words"),
    [
        ("GROWTH", "POINT", "F1_0T1_4", "expected the probabilities of a forecaster in 'growth'"),
        ("INFLATION", "POINT", "F2_0T2_4", "expected the probabilities of a forecaster in 'inflation'"),
        ("ASSUMPTIONS", "USD", "OIL", "expected the middle one of the figures in column 'USD'"),
        ("ASSUMPTIONS", "USD", "IR", "expected the middle one of the figures in column 'USD'"),
        ("ASSUMPTIONS", "OIL", "LAB", "expected the middle one of the figures in column 'OIL'"),
    ],
)
def test_columns_that_change_places(payloads, frames, name, title, one, other, words) -> None:
    payload = payloads[name]
    header = starts(payload, title)
    key = ["topic", "target_period", "fct_source", "variable"]
    together = read(PARSER, edited(payload, move(header, one, other, with_header=True)))
    pd.testing.assert_frame_equal(
        together.sort_values(key, ignore_index=True), frames[name].sort_values(key, ignore_index=True)
    )
    with pytest.raises(LayoutError, match=words):
        read(PARSER, edited(payload, move(header, one, other, with_header=False)))


@each_round
def test_a_round_that_went_wrong_is_refused(payloads, name) -> None:
    payload = payloads[name]
    lines = payload.splitlines(keepends=True)
    growth, assumed = starts(payload, "GROWTH"), starts(payload, "ASSUMPTIONS")
    for wrong, words in (
        (payload[: len(payload) // 2], "cut short"),
        (b"".join(lines[: len(lines) // 2]), "expected the titles .* cut short"),
        (b"".join(lines[: assumed + 99]), "expected the last rows to be about .*cut short"),
        (payload.replace(b"YEAR-ON-YEAR", b"QUARTER-ON-QUARTER"), "expected a zip of rounds, or a round"),
        (
            payload.replace(b"FCT_SOURCE,POINT,T", b"FCT_SOURCE,MEAN,T"),
            "expected the columns .* found .*'MEAN'",
        ),
        (edited(payload, lambda r: r.insert(growth + 3, r[growth + 2])), "expected forecaster .* once for"),
        (edited(payload, lambda r: r[growth + 3].__setitem__(2, "n/a")), "expected a number .* found 'n/a'"),
        (
            edited(payload, lambda r: [line.pop() for line in r[: growth + 9]]),
            r"expected \d+ columns in record",
        ),
    ):
        with pytest.raises(LayoutError, match=words):
            read(PARSER, wrong)
