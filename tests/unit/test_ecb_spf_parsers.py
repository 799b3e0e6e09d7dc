"""The ECB's survey of forecasters: what a reader of the rows relies on, and what is refused.

The files are the made-up ones. No answer of the data service has been seen: its columns are those that
people who call it describe. Single answers have the real layout; real ones are in tests/real.
"""

import csv
import io
import random
from collections.abc import Callable

import pandas as pd
import pytest

from orchestration.defs.ecb.sample_spf import FORECASTERS, ROUNDS, member
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser, zipped
from orchestration.sampling import publisher_files
from tests.mutations import HTML, read

FILES = {file.dataset.split("/")[1]: file.payload for file in publisher_files("ecb")}
USD, PRICES, ANSWERS = "spf_usd_assumption", "spf_inflation", "spf_individual_forecasts"
PARSERS = {name: find_parser("ecb", name)[0] for name in (USD, PRICES, ANSWERS)}
FRAMES = {name: PARSERS[name].parse(FILES[name]) for name in PARSERS}
# One round alone, the third of a year.
ROUND = member(random.Random(1), 2024, 3)
ROUND_FRAME = PARSERS[ANSWERS].parse(ROUND)

Records = list[list[str]]


def records(payload: bytes) -> Records:
    return list(csv.reader(io.StringIO(payload.decode(), newline="")))


def edited(payload: bytes, change: Callable[[Records], object]) -> bytes:
    lines = records(payload)
    change(lines)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def put(line: int, column: int | str, cell: str) -> Callable[[Records], object]:
    """Set a cell, of a column by its place or its header's name."""

    def change(lines: Records) -> None:
        lines[line][column if isinstance(column, int) else lines[0].index(column)] = cell

    return change


def refused(name: str, payload: bytes, words: str) -> None:
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSERS[name], payload)
    assert str(caught.value).startswith(f"ecb/{name}")
    assert "nothing was loaded" in str(caught.value) or "cut short" in str(caught.value)


@pytest.mark.parametrize("name", PARSERS)
def test_the_columns_are_the_ones_that_the_parser_promises(name) -> None:
    assert tuple(FRAMES[name].columns) == PARSERS[name].columns
    assert not FRAMES[name].isna().any().any()


def test_a_figure_is_kept_as_published_and_belongs_to_the_quarter_of_its_round() -> None:
    frame = FRAMES[PRICES]
    first = dict(zip(*records(FILES[PRICES])[:2], strict=True))
    assert frame.iloc[0][["key", "time_period", "obs_value", "unit"]].tolist() == [
        first["KEY"], first["TIME_PERIOD"], first["OBS_VALUE"], "PCPA",
    ]  # fmt: skip
    assert frame.iloc[0][["period_start", "period_end"]].tolist() == ["2024-01-01", "2024-03-31"]
    assert (frame["period_start"].min(), frame["period_end"].max()) == ("2024-01-01", "2026-12-31")
    assert set(frame["fct_horizon"]) >= {"LT", "2026", "2031"}


def test_columns_of_the_data_service_are_read_by_their_names() -> None:
    for name in (USD, PRICES):
        turned = edited(FILES[name], lambda lines: [line.reverse() for line in lines])
        pd.testing.assert_frame_equal(read(PARSERS[name], turned), FRAMES[name])
        without = edited(
            FILES[name], lambda lines: [line.pop(lines[0].index("TITLE")) for line in lines[::-1]]
        )
        pd.testing.assert_frame_equal(read(PARSERS[name], without), FRAMES[name])


def test_a_figure_that_is_missing_is_no_row() -> None:
    lines = len(FRAMES[USD])
    for missing in ("", "NaN"):
        assert len(read(PARSERS[USD], edited(FILES[USD], put(5, "OBS_VALUE", missing)))) == lines - 1


def by_months(periods: dict[str, list[str]]) -> bytes:
    """An answer with the horizons P3M, P6M and so on instead of years."""
    header = records(FILES[USD])[0]
    rows = [header]
    for horizon, quarters in periods.items():
        for quarter in quarters:
            row = dict(zip(header, records(FILES[USD])[1], strict=True))
            row |= {
                "FCT_HORIZON": horizon,
                "TIME_PERIOD": quarter,
                "KEY": f"SPF.Q.U2.ASSU.USD.{horizon}.Q.AVG",
            }
            rows.append(list(row.values()))
    return edited(FILES[USD], lambda lines: lines.__setitem__(slice(None), rows))


def test_quarters_of_horizons_in_months_are_the_rounds_where_all_end_alike() -> None:
    frame = read(PARSERS[USD], by_months({h: ["2024-Q2", "2024-Q3"] for h in ("P3M", "P6M", "P12M")}))
    assert set(frame.loc[frame["time_period"] == "2024-Q3", "period_start"]) == {"2024-07-01"}


def test_quarters_of_horizons_in_months_are_the_targets_where_they_end_apart() -> None:
    """Of the round 2024Q3, P3M is about 2024Q3 itself, and P12M about 2025Q2."""
    frame = read(
        PARSERS[USD],
        by_months(
            {"P3M": ["2024-Q2", "2024-Q3"], "P6M": ["2024-Q3", "2024-Q4"], "P12M": ["2025-Q1", "2025-Q2"]}
        ),
    )
    rounds = frame.groupby("fct_horizon")["period_start"].max().to_dict()
    assert rounds == {"P3M": "2024-07-01", "P6M": "2024-07-01", "P12M": "2024-07-01"}


def test_horizons_in_months_that_say_neither_are_refused() -> None:
    refused(
        USD,
        by_months({"P3M": ["2024-Q3"], "P6M": ["2025-Q2"], "P12M": ["2025-Q2"]}),
        "expected the horizons .* found {'P12M': '2025-Q2', 'P3M': '2024-Q3'.*cannot be told",
    )
    refused(USD, by_months({"P3M": ["2024-Q2", "2024-Q3"]}), "expected the horizons .*'P3M'.*cannot be told")


def swapped(one: str, other: str) -> Callable[[Records], object]:
    """Two columns of figures change places below a header that does not."""

    def swap(lines: Records) -> None:
        a, b = lines[0].index(one), lines[0].index(other)
        for line in lines[1:]:
            line[a], line[b] = line[b], line[a]

    return swap


AVERAGES = {
    "empty": (lambda file: b"", "expected one column named KEY in the header, found 0"),
    "a page": (lambda file: HTML, "expected one column named KEY in the header, found 0.*DOCTYPE"),
    "another file of the publisher": (lambda file: ROUND, "expected one column named KEY .*INFLATION EXP"),
    "cut within a line": (lambda file: file[: len(file) // 2], "expected (CSV|a line break|25 col)"),
    "a header alone": (lambda file: file[: file.index(b"\n") + 1], "expected rows below the header"),
    "newest round cut off": (
        lambda file: edited(
            file, lambda lines: lines.__setitem__(slice(1, None), [x for x in lines[1:] if "2026" in x[5]])
        ),
        "expected [23] horizons or more of the newest round, 2026-Q4, found .'2026'.*cut short",
    ),
    "a column less": (
        lambda file: edited(file, lambda lines: [line.pop(lines[0].index("UNIT")) for line in lines[::-1]]),
        "expected one column named UNIT in the header, found 0",
    ),
    "a column twice": (
        lambda file: edited(file, put(0, "OBS_CONF", "OBS_VALUE")),
        "expected one column named OBS_VALUE in the header, found 2",
    ),
    "a header renamed": (
        lambda file: edited(file, put(0, "TIME_PERIOD", "PERIOD")),
        "expected one column named TIME_PERIOD",
    ),
    "a cell less": (lambda file: edited(file, lambda lines: lines[4].pop()), "expected 25 columns in line 5"),
    "another scale": (lambda file: edited(file, put(3, "UNIT_MULT", "6")), "expected 0, units as UNIT_MULT"),
    "another area": (lambda file: edited(file, put(3, "REF_AREA", "DE")), "expected U2.* found 'DE'"),
    "the median": (lambda file: edited(file, put(3, "FCT_SOURCE", "MDN")), "expected AVG.* found 'MDN'"),
    "monthly": (lambda file: edited(file, put(1, "FREQ", "M")), "expected Q, quarterly as FREQ in line 2"),
    "a period that is none": (
        lambda file: edited(file, put(3, "TIME_PERIOD", "2025")),
        "expected a quarter such as 2025-Q1 as TIME_PERIOD in line 4, found '2025'",
    ),
    "a key of another series": (
        lambda file: edited(file, put(3, "FCT_HORIZON", "2031")),
        "expected the KEY 'SPF.*2031.Q.AVG' of its dimensions in line 4, found .*Columns may have moved",
    ),
    "dimensions swapped": (
        lambda file: edited(file, swapped("FCT_TOPIC", "FCT_BREAKDOWN")),
        "expected .* as FCT_TOPIC in line 2",
    ),
    "period and figure swapped": (
        lambda file: edited(file, swapped("TIME_PERIOD", "OBS_VALUE")),
        "expected a quarter .* as TIME_PERIOD in line 2",
    ),
    "figure and status swapped": (
        lambda file: edited(file, swapped("OBS_VALUE", "OBS_STATUS")),
        "expected a number .* as OBS_VALUE in line 2, found 'F'",
    ),
    "no number": (lambda file: edited(file, put(3, "OBS_VALUE", "1,08")), "expected a number .* '1,08'"),
    "too large": (lambda file: edited(file, put(3, "OBS_VALUE", "108")), "expected a number .* '108'"),
    "a quarter twice": (
        lambda file: edited(file, lambda lines: lines.insert(3, lines[2])),
        "expected each quarter of SPF.* once and in order, found 2024-Q2 below 2024-Q2 in line 4",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutation", AVERAGES)
@pytest.mark.parametrize("name", [USD, PRICES])
def test_an_answer_that_went_wrong_is_refused(name, mutation) -> None:
    change, words = AVERAGES[mutation]
    refused(name, change(FILES[name]), words)


def test_the_unit_of_each_answer_is_its_own() -> None:
    refused(
        PRICES,
        FILES[PRICES].replace(b",PCPA,0", b",PN,0"),
        "expected PCPA, percent per annum as UNIT .* 'PN'",
    )
    refused(
        USD, FILES[USD].replace(b",USD,0", b",PCPA,0"), "expected dollars per euro, no percentage as UNIT"
    )
    refused(USD, FILES[PRICES], "expected ASSU as FCT_TOPIC in line 2, found 'HICP'")
    refused(PRICES, FILES[USD], "expected HICP as FCT_TOPIC in line 2, found 'ASSU'")


def test_a_zip_has_every_round_and_a_round_alone_says_which_it_is() -> None:
    frame = FRAMES[ANSWERS]
    assert sorted(set(frame["round"])) == [f"{year}Q{quarter}" for year, quarter in ROUNDS]
    assert PARSERS[ANSWERS].part(FILES[ANSWERS]) == ""
    assert PARSERS[ANSWERS].part(ROUND) == "2024Q3"
    assert set(ROUND_FRAME["period_start"]) == {"2024-07-01"}
    assert set(ROUND_FRAME["topic"]) == {
        "inflation",
        "core_inflation",
        "growth",
        "unemployment",
        "assumptions",
    }
    assert set(ROUND_FRAME["fct_source"]) == {str(number) for number in FORECASTERS}
    assert not (ROUND_FRAME["value"] == "").any()


@pytest.mark.parametrize("year", [1999, 2011, 2025])
@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_each_quarters_round_is_told_from_its_targets(year, quarter) -> None:
    payload = member(random.Random(2), year, quarter)
    assert PARSERS[ANSWERS].part(payload) == f"{year}Q{quarter}"


def test_a_round_is_read_alike_from_a_zip_and_alone_whatever_the_order_of_columns() -> None:
    def turn(lines: Records) -> None:
        start = next(n for n, line in enumerate(lines) if line[0] == "ASSUMPTIONS") + 1
        for line in lines[start:]:
            line[2:6] = line[5:1:-1]

    packed = read(PARSERS[ANSWERS], zipped({"2024Q3.csv": ROUND}))
    pd.testing.assert_frame_equal(packed, ROUND_FRAME)
    turned = read(PARSERS[ANSWERS], edited(ROUND, turn))
    key = ["topic", "target_period", "fct_source", "variable"]
    pd.testing.assert_frame_equal(
        turned.sort_values(key, ignore_index=True), ROUND_FRAME.sort_values(key, ignore_index=True)
    )


def line_of(start: str) -> int:
    return next(n for n, line in enumerate(records(ROUND)) if line[0].startswith(start))


ASSUMED = line_of("ASSUMPTIONS") + 1
GROWTH = line_of("GROWTH") + 1


def swap_below(header: int, one: str, other: str) -> bytes:
    """Figures of two columns of a block change places."""

    def swap(lines: Records) -> None:
        a, b = lines[header].index(one), lines[header].index(other)
        for line in lines[header + 1 :]:
            if not any(line):
                return
            line[a], line[b] = line[b], line[a]

    return edited(ROUND, swap)


def without(header: int, name: str) -> bytes:
    """A column of a block is gone, with its figures."""

    def drop(lines: Records) -> None:
        place = lines[header].index(name)
        for line in lines[header:]:
            if not any(line):
                return
            line.append("")
            del line[place]

    return edited(ROUND, drop)


WHOLE_LINES = ROUND.splitlines(keepends=True)
ANSWER_MUTATIONS = {
    "empty": (b"", "expected a zip of rounds, or a round that begins with 'INFLATION .* found ''"),
    "a page": (HTML, "expected .*DOCTYPE"),
    "another file of the publisher": (FILES[USD], "expected a zip of rounds, .* found 'KEY'"),
    "another zip of the publisher": (
        FILES["fx_reference_rates"],
        "expected one CSV for each round .*eurofxref",
    ),
    "a zip cut in half": (FILES[ANSWERS][: len(FILES[ANSWERS]) // 2], "expected a zip file.*cut short"),
    "cut within a line": (ROUND[: len(ROUND) // 2], "expected .*cut short"),
    "cut after a line": (
        b"".join(WHOLE_LINES[: len(WHOLE_LINES) // 2]),
        "expected the titles .* be cut short",
    ),
    "cut among the last rows": (
        b"".join(WHOLE_LINES[: -len(FORECASTERS)]),
        "expected the last rows to be about 2029, the longer term, found 2026.*cut short",
    ),
    "a block less": (
        edited(ROUND, lambda lines: lines.__delitem__(slice(GROWTH - 1, line_of("EXPECTED") - 0))),
        "expected the titles .*GROWTH EXPECTATIONS",
    ),
    "another unit": (
        ROUND.replace(b"PERCENTAGE OF LABOUR FORCE", b"MILLION PERSONS"),
        r"expected the titles .*MILLION PERSONS \(line",
    ),
    "a column renamed": (
        edited(ROUND, put(ASSUMED, 4, "EUR")),
        r"expected the columns TARGET_PERIOD, FCT_SOURCE, USD, OIL, IR, LAB in line \d+ .* found .*'EUR'",
    ),
    "a column less": (without(ASSUMED, "OIL"), "expected the columns .*OIL.* found"),
    "a range less": (without(GROWTH, "F1_0T1_4"), "expected the columns .*ranges that adjoin.*'growth'"),
    "a range renamed": (
        edited(ROUND, put(GROWTH, 8, "F1_0T1_9")),
        "expected the columns .*ranges that adjoin",
    ),
    "points and a range swapped": (
        swap_below(GROWTH, "POINT", "F1_0T1_4"),
        r"expected the probabilities of a forecaster in 'growth' \(below line \d+\) to make 100, found",
    ),
    "dollars and oil swapped": (
        swap_below(ASSUMED, "USD", "OIL"),
        "expected the middle one of the figures in column 'USD' .* between 0.6 and 2, found",
    ),
    "target and forecaster swapped": (
        swap_below(GROWTH, "TARGET_PERIOD", "FCT_SOURCE"),
        "expected (a target such as 2025Jun|the titles)",
    ),
    "a forecaster twice": (
        edited(ROUND, lambda lines: lines.insert(GROWTH + 2, lines[GROWTH + 1])),
        "expected forecaster 1 once for 2024 in 'growth', found them again in line",
    ),
    "no number": (
        edited(ROUND, put(GROWTH + 1, 2, "n.a.")),
        "expected a number or nothing in column 'POINT' in line .* found 'n.a.'",
    ),
    "figures beyond the header": (
        edited(ROUND, put(ASSUMED + 3, 9, "1.1")),
        "expected a target .* and 4 figures in line",
    ),
    "a cell less": (edited(ROUND, lambda lines: lines[9].pop()), r"expected \d+ columns in record 10, found"),
    "no month among the targets": (
        ROUND.replace(b"2025Jun", b"2027").replace(b"2026Jun", b"2028"),
        "expected inflation one year after the month before a quarter.*cannot be told",
    ),
    "a month of no round": (
        ROUND.replace(b"2025Jun", b"2025May").replace(b"2026Jun", b"2026May"),
        "expected inflation one year after the month .*'2025May'",
    ),
    "a round under another name": (
        zipped({"2024Q2.csv": ROUND}),
        "expected the round 2024Q2, found targets of 2024Q3",
    ),
    "a round missing": (
        zipped({"2024Q3.csv": ROUND, "2025Q1.csv": ROUND}),
        "expected each round from 2024Q3 to 2025Q1 once, found 2",
    ),
    "a strange name": (
        zipped({"2024Q3.csv": ROUND, "latest.csv": ROUND}),
        "expected one CSV for each round .*latest.csv",
    ),
}


@pytest.mark.parametrize("mutation", ANSWER_MUTATIONS)
def test_single_answers_that_went_wrong_are_refused(mutation) -> None:
    refused(ANSWERS, *ANSWER_MUTATIONS[mutation])


def test_a_few_probabilities_that_do_not_make_a_hundred_are_the_forecasters_own() -> None:
    lines = records(ROUND)
    place = next(n for n in range(2, 20) if lines[n][6] not in ("", "0") or lines[n][9] not in ("", "0"))
    changed = edited(ROUND, put(place, 9, "77"))
    assert len(read(PARSERS[ANSWERS], changed)) == len(ROUND_FRAME)


def test_core_inflation_was_not_always_asked_for() -> None:
    def empty(lines: Records) -> None:
        title = next(n for n, line in enumerate(lines) if line[0].startswith("CORE"))
        end = next(n for n, line in enumerate(lines) if line[0].startswith("GROWTH"))
        lines[title + 1 : end] = [[""] * len(lines[0])] * 2

    frame = read(PARSERS[ANSWERS], edited(ROUND, empty))
    assert set(frame["topic"]) == {"inflation", "growth", "unemployment", "assumptions"}
