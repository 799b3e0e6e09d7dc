"""The Federal Reserve's series as FRED gives them: both headers, both marks for a missing day."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import Parser, find_parser
from orchestration.records import load_datasets
from orchestration.sampling import publisher_files

PARSER, _ = find_parser("us_fed", "fx_h10")
SAMPLES = {file.dataset.split("/")[1]: file.payload for file in publisher_files("us_fed")}
SAMPLE = SAMPLES["fx_h10"]


def test_days_without_an_observation_are_left_out_and_rates_stay_as_published() -> None:
    rows = PARSER.parse(b"observation_date,DEXJPUS\n2025-09-01,\n2025-09-02,148.40\n2025-09-03,.\n")
    assert rows.to_dict("records") == [
        {
            "observation_date": "2025-09-02",
            "rate": "148.40",
            "period_start": "2025-09-02",
            "period_end": "2025-09-02",
        }
    ]


def test_the_header_of_before_2024_is_known_too() -> None:
    assert len(PARSER.parse(b"DATE,DEXJPUS\n2020-01-02,108.43\n")) == 1


def test_the_sample_is_read_to_its_last_friday() -> None:
    PARSER.recognise(SAMPLE)
    rows = PARSER.parse(SAMPLE)
    assert rows["period_end"].max() == "2026-11-13"
    assert "2026-09-07" not in set(rows["observation_date"])  # Labor Day


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", "expected the header"),
        (b"<!DOCTYPE html><html>busy</html>", "expected the header"),
        (SAMPLE.replace(b"DEXJPUS", b"DEXUSEU"), "expected the header 'observation_date,DEXJPUS'"),
        (SAMPLE[: len(SAMPLE) // 2], "cut short"),
        (b"observation_date,DEXJPUS\n2025-09-02,n/a\n", "expected a rate, '.' or nothing on 2025-09-02"),
        (b"observation_date,DEXJPUS\n02/09/2025,148.4\n", "expected a date YYYY-MM-DD in line 2"),
        (b"DEXJPUS,observation_date\n148.4,2025-09-02\n", "expected the header"),
        (b"observation_date,DEXJPUS\n2025-09-02,\n", "expected observations of DEXJPUS, found none"),
        (b"observation_date,DEXJPUS\n2025-09-02\n", "expected a date and a rate in line 2"),
    ],
)
def test_another_layout_is_refused_with_what_was_expected(payload: bytes, expected: str) -> None:
    with pytest.raises(LayoutError, match=expected):
        PARSER.parse(payload)


# The other series: the same way of reading, and what each demands beyond it

INDEX, _ = find_parser("us_fed", "broad_dollar_index")
CUSTODY, _ = find_parser("us_fed", "custody_treasuries")
INDEX_SAMPLE, CUSTODY_SAMPLE = SAMPLES["broad_dollar_index"], SAMPLES["custody_treasuries"]


def test_the_broad_dollar_index_is_read_to_its_last_friday() -> None:
    rows = INDEX.parse(INDEX_SAMPLE)
    assert (
        tuple(rows.columns)
        == INDEX.columns
        == ("observation_date", "index_level", "period_start", "period_end")
    )
    assert rows["period_end"].max() == "2026-11-13"
    assert rows["index_level"].str.fullmatch(r"\d{3}\.\d{4}").all()
    assert "2026-09-07" not in set(rows["observation_date"])  # Labor Day


def test_custody_holdings_are_of_the_week_that_ends_on_a_wednesday() -> None:
    rows = CUSTODY.parse(CUSTODY_SAMPLE)
    assert tuple(rows.columns) == CUSTODY.columns
    assert rows.iloc[-1].tolist()[2:] == ["2026-11-12", "2026-11-18"]
    assert "2024-12-25" in set(rows["observation_date"]), "a level is counted on holidays too"


def test_zeros_before_august_2007_are_no_holdings() -> None:
    rows = CUSTODY.parse(b"DATE,WMTSECL1\n2002-12-18,0\n2007-07-25,0.0\n2007-08-01,1930000\n")
    assert rows["observation_date"].tolist() == ["2007-08-01"]


def test_the_base_of_the_index_is_checked_where_the_file_has_it() -> None:
    january = (
        b"observation_date,DTWEXBGS\n2006-01-02,101.4\n2006-01-03,100.2\n2006-01-31,99.1\n2006-02-01,98.8\n"
    )
    assert len(INDEX.parse(january)) == 4
    with pytest.raises(LayoutError, match=r"expected an average of 100 in January 2006, found 85\.57"):
        INDEX.parse(january.replace(b"101.4", b"84.9").replace(b"100.2", b"86.1").replace(b"99.1", b"85.7"))


@pytest.mark.parametrize(
    ("parser", "payload", "expected"),
    [
        (INDEX, b"", "us_fed/broad_dollar_index: expected the header 'observation_date,DTWEXBGS'"),
        (INDEX, b"<!DOCTYPE html><html>busy</html>", "expected the header"),
        (INDEX, SAMPLE, "expected the header 'observation_date,DTWEXBGS'"),
        (INDEX, INDEX_SAMPLE[: len(INDEX_SAMPLE) // 2], "cut short"),
        (INDEX, b"observation_date,DTWEXBGS\n2026-01-02,ND\n", "expected an index level, '.' or nothing on"),
        (INDEX, b"observation_date,DTWEXBGS\n2026-01-02,120\n2026-01-02,121\n", "expected each day once"),
        (CUSTODY, b"", "us_fed/custody_treasuries: expected the header 'observation_date,WMTSECL1'"),
        (CUSTODY, CUSTODY_SAMPLE.replace(b"WMTSECL1", b"WMTSECL"), "expected the header"),
        (CUSTODY, INDEX_SAMPLE, "expected the header 'observation_date,WMTSECL1'"),
        (CUSTODY, CUSTODY_SAMPLE[: len(CUSTODY_SAMPLE) // 2], "cut short"),
        (
            CUSTODY,
            b"observation_date,WMTSECL1\n2026-11-18,0\n",
            "expected holdings in millions, .* found '0'",
        ),
        (
            CUSTODY,
            b"observation_date,WMTSECL1\n2026-11-18,2915.0\n",
            "expected holdings in millions, .* '2915.0'",
        ),
        (CUSTODY, b"observation_date,WMTSECL1\n2026-11-18,-2915044\n", "expected holdings in millions"),
        (
            CUSTODY,
            b"observation_date,WMTSECL1\n2026-11-19,2915044\n",
            "expected a Wednesday in line 2, found .*Thursday",
        ),
        (
            CUSTODY,
            b"observation_date,WMTSECL1\n2007-07-25,0\n",
            "expected observations of WMTSECL1, found none",
        ),
    ],
)
def test_another_layout_of_the_other_series_is_refused(parser: Parser, payload: bytes, expected: str) -> None:
    with pytest.raises(LayoutError, match=expected):
        parser.parse(payload)


@pytest.mark.parametrize(
    ("dataset", "period_end", "released"),
    [
        ("us_fed/broad_dollar_index", "2026-11-13", "2026-11-16 16:15"),
        ("us_fed/broad_dollar_index", "2026-09-04", "2026-09-08 16:15"),  # Labor Day
        ("us_fed/custody_treasuries", "2025-03-26", "2025-03-27 16:30"),  # seen
        ("us_fed/custody_treasuries", "2024-12-25", "2024-12-26 16:30"),
        ("us_fed/custody_treasuries", "2026-11-25", "2026-11-27 16:30"),  # Thanksgiving
    ],
)
def test_the_releases_of_the_series(dataset: str, period_end: str, released: str) -> None:
    rule = load_datasets()[dataset].release
    due = rule.due_at(date.fromisoformat(period_end)).astimezone(ZoneInfo("America/New_York"))
    assert f"{due:%Y-%m-%d %H:%M}" == released
