"""Readings of surveys in words, in a chart, and side by side where they contradict each other."""

from datetime import date
from decimal import Decimal

import pytest

from orchestration.dashboard.views.surveys import drawn, headline, in_words, segments, side_by_side

READING = {
    "survey": "A survey",
    "survey_period": "2025-06",
    "frequency": "monthly",
    "period_start": date(2025, 6, 1),
    "period_end": date(2025, 6, 30),
    "question": "Which trade?",
    "answer": "short US dollar",
    "unit": "pct_of_respondents",
    "reading": Decimal("20.0000"),
    "reading_text": None,
    "source_name": "A paper",
    "source_url": "https://paper.example/1",
    "origin": "press",
    "is_chosen": True,
    "is_redistributable": True,
}


@pytest.mark.parametrize(
    ("unit", "reading", "said"),
    [
        ("pct_of_respondents", "34.0000", "34 %"),
        ("net_pct", "-31.0000", "−31 net %"),
        ("pct_of_aum", "4.8000", "4.8 %"),
        ("index_0_10", "7.4000", "7.4 of 10"),
        ("ppt", "100.0000", "100 pp"),
        ("rank", "1.0000", "1st"),
    ],
)
def test_a_reading_has_its_unit_and_no_places_that_its_source_has_not(unit, reading, said) -> None:
    row = READING | {"unit": unit, "reading": Decimal(reading)}
    assert in_words(row).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_reading_without_a_number_says_what_was_said() -> None:
    assert in_words(READING | {"unit": "text", "reading": None, "reading_text": "record low"}) == "record low"
    assert in_words(READING | {"unit": "text", "reading": None}) == "no number"


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("Which trade? One answer each.", "long gold", "A survey, Jun 2025: Which trade? long gold 20 %"),
        ("Cash held.", "", "A survey, Jun 2025: Cash held: 20 %"),
        ("Will it rise? Yes or no.", "yes", "A survey, Jun 2025: Will it rise? yes 20 %"),
    ],
)
def test_the_headline_has_the_question_and_the_newest_readings_that_count(question, answer, said) -> None:
    newest = READING | {"question": question, "answer": answer}
    older = newest | {"period_end": date(2025, 5, 31), "answer": "old"}
    rows = [newest, newest | {"is_chosen": False, "answer": "not used"}, older]
    assert headline(rows).replace("\N{NO-BREAK SPACE}", " ") == said


def month(number: int, **more: object) -> dict[str, object]:
    return READING | {"period_end": date(2025, number, 28)} | more


def test_a_chart_has_one_unit_the_readings_that_count_and_the_newest_answers() -> None:
    newest_first = [
        month(6, answer="new"),
        month(5, answer="old"),
        month(5, answer="old", is_chosen=False, origin="press"),
        month(4, answer="old", origin="licensed", is_redistributable=False),
        month(4, answer="net", unit="net_pct"),
        month(3, answer="words", unit="text", reading=None),
    ]
    lines = drawn(newest_first)
    assert list(lines) == ["new", "old"]
    assert [row["period_end"].month for row in lines["old"]] == [4, 5]


def test_readings_are_joined_only_where_no_period_is_missing() -> None:
    assert segments([month(1), month(2), month(4), month(5)]) == ["0", "0", "1", "1"]
    years = [month(1, frequency="annual", period_end=date(year, 12, 31)) for year in (2022, 2023, 2025)]
    assert segments(years) == ["0", "0", "1"]


def test_sources_that_differ_stand_in_one_row_with_the_mark_of_the_licensed_one() -> None:
    licensed = READING | {
        "origin": "licensed",
        "source_name": "Our copy",
        "source_url": None,
        "spread": Decimal("1.0000"),
        "reading": Decimal("24.0000"),
    }
    press = READING | {"is_chosen": False, "spread": Decimal("1.0000"), "reading": Decimal("23.0000")}
    other = press | {"survey_period": "2025-07"}
    rows = side_by_side([licensed, press, other])
    assert [row["Survey"] for row in rows] == ["A survey, 2025-06", "A survey, 2025-07"]
    assert "24" in rows[0]["Used"]
    assert "🔒" in rows[0]["Used"]
    assert "(press, [A paper](https://paper.example/1))" in rows[0]["Other readings"]
    assert rows[0]["Apart"].replace("\N{NO-BREAK SPACE}", " ") == "1 pp"
