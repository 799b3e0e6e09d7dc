"""The Federal Reserve's yen rate as FRED gives it: both headers, both marks for a missing day."""

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files

PARSER, _ = find_parser("us_fed", "fx_h10")
SAMPLE = publisher_files("us_fed")[0].payload


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
