"""The records as tables, and what is awaited next."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from orchestration.arrivals import awaited_release, rule_in_words
from orchestration.records import Dataset, load_datasets, load_publishers
from orchestration.registry import TABLES, write
from orchestration.releases import DayOfMonthRule, WeekdayRule
from orchestration.warehouse import SETUP

DATASETS = load_datasets()
WEEKLY = DATASETS["jp_mof/securities_weekly"]
MONTHLY = DATASETS["jp_mof/securities_monthly"]
RATES = DATASETS["ecb/fx_reference_rates"]
PUBLISHERS = [record for record in load_publishers() if record.id in ("jp_mof", "ecb")]
US = {"timezone": "America/New_York", "calendar": {"holidays": "US"}, "grace": "P3D"}


@pytest.fixture
def connection():
    with duckdb.connect() as made:
        made.execute(SETUP)
        yield made


@pytest.fixture
def held(monkeypatch) -> dict[str, tuple[str, str]]:
    """First and last period held per dataset; a test fills it."""
    periods = {WEEKLY.id: ("2005-01-02", "2026-08-01")}
    monkeypatch.setattr("orchestration.registry.held_periods", lambda _: periods)
    return periods


def test_tables_are_written_once_and_again_only_where_they_differ(connection, held):
    assert write(connection, PUBLISHERS) == dict.fromkeys(TABLES, True)
    assert write(connection, PUBLISHERS) == dict.fromkeys(TABLES, False)

    held[WEEKLY.id] = ("2005-01-02", "2026-08-08")
    changed = write(connection, PUBLISHERS)
    assert [name for name, differs in changed.items() if differs] == ["tidemark__releases"]

    renamed = [PUBLISHERS[0].model_copy(update={"title": "Eurosystem"}), *PUBLISHERS[1:]]
    changed = write(connection, renamed)
    assert [name for name, differs in changed.items() if differs] == ["tidemark__datasets"]
    assert ("Eurosystem",) in connection.execute(
        "select publisher_title from raw.tidemark__datasets"
    ).fetchall()


def test_every_dataset_has_its_row_with_what_only_the_record_says(connection, held):
    write(connection, PUBLISHERS)
    rows = connection.execute(
        "select dataset, licence, credit, unit, frequency, raw_table from raw.tidemark__datasets order by 1"
    ).fetchall()
    assert [row[0] for row in rows] == sorted(d.id for p in PUBLISHERS for d in p.datasets)
    assert rows[0] == (
        RATES.id,
        "Free reuse with the source named (unverified)",
        RATES.credit,
        "units of currency per euro",
        "daily",
        "raw.ecb__fx_reference_rates",
    )


def test_a_method_ends_the_day_before_the_next_begins_and_says_what_it_touches(connection, held):
    write(connection, PUBLISHERS)
    methods = connection.execute(
        "select method, from_period, to_period, touches from raw.tidemark__methods "
        "where dataset = ? order by 2",
        [WEEKLY.id],
    ).fetchall()
    assert methods == [
        ("jp_itn_2005", date(2005, 1, 1), date(2013, 12, 31), None),
        ("jp_itn_2014", date(2014, 1, 1), None, "equity, long_term_debt"),
    ]


def test_the_calendar_reaches_from_the_first_period_held_to_beyond_the_newest(connection, held):
    write(connection, PUBLISHERS)
    first, last, count = connection.execute(
        "select min(period_start), max(period_end), count(*) from raw.tidemark__releases where dataset = ?",
        [WEEKLY.id],
    ).fetchone()
    assert first == date(2005, 1, 2)
    assert last > date(2027, 8, 1)
    assert count == ((last - first).days + 1) / 7, "no week is missing"
    due, late = connection.execute(
        "select due_at, late_after from raw.tidemark__releases where dataset = ? and period_end = ?",
        [WEEKLY.id, date(2026, 8, 8)],
    ).fetchone()
    assert due.replace(tzinfo=UTC) == datetime(2026, 8, 13, 23, 50, tzinfo=UTC)
    assert late - due == timedelta(days=2)


def test_a_dataset_with_nothing_held_has_the_release_that_it_awaits(connection, held):
    write(connection, PUBLISHERS)
    awaited = connection.execute(
        "select period_end from raw.tidemark__releases where dataset = ?", [MONTHLY.id]
    ).fetchall()
    assert awaited == [(awaited_release(MONTHLY, None).period_end,)]


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_where_nothing_is_held_something_is_late_already(dataset: Dataset):
    """Of what people bring by hand it is due: nobody has to."""
    release = awaited_release(dataset, None)
    when = release.due_at if dataset.inbox else release.late_after
    assert when < datetime(2005, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dataset", "newest_held", "awaited", "due"),
    [
        (WEEKLY, date(2026, 8, 1), date(2026, 8, 8), "2026-08-13 23:50"),
        (MONTHLY, date(2026, 7, 31), date(2026, 8, 31), "2026-09-07 23:50"),
        (RATES, date(2026, 10, 30), date(2026, 11, 2), "2026-11-02 15:00"),
        (RATES, date(2026, 4, 2), date(2026, 4, 7), "2026-04-07 14:00"),
    ],
)
def test_after_the_newest_period_held_the_next_one_is_awaited(dataset, newest_held, awaited, due):
    release = awaited_release(dataset, newest_held)
    assert (release.period_end, f"{release.due_at:%Y-%m-%d %H:%M}") == (awaited, due)


def ruled(rule: object) -> Dataset:
    return WEEKLY.model_copy(update={"release": rule})


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (WEEKLY, "4th business day after, 08:50 Asia/Tokyo"),
        (RATES, "on the day itself, 16:00 Europe/Berlin"),
        (
            ruled(DayOfMonthRule(rule="day_of_month", day=18, months_after=2, at="16:00", **US)),
            "by the 18th, 2 months after, 16:00 America/New_York",
        ),
        (
            ruled(DayOfMonthRule(rule="day_of_month", day=20, months_after=0, at="16:00", **US)),
            "by the 20th of the period's last month, 16:00 America/New_York",
        ),
        (
            ruled(DayOfMonthRule(rule="day_of_month", day=1, months_after=1, at="09:00", **US)),
            "by the 1st, 1 month after, 09:00 America/New_York",
        ),
        (
            ruled(
                DayOfMonthRule(
                    rule="day_of_month",
                    day=15,
                    months_after=-1,
                    but={12: {"day": 2, "months_after": 1}},
                    at="09:00",
                    **US,
                )
            ),
            "by the 15th, 1 month before the period's last; of periods that end in December by the 2nd, "
            "1 month after, 09:00 America/New_York",
        ),
        (
            ruled(WeekdayRule(rule="weekday", weekday="friday", at="15:30", **US)),
            "Friday after, 15:30 America/New_York",
        ),
        (
            ruled(WeekdayRule(rule="weekday", weekday="friday", weeks_after=1, at="15:30", **US)),
            "Friday after, 1 week later, 15:30 America/New_York",
        ),
    ],
)
def test_a_rule_is_told_as_a_person_would(dataset, words):
    assert rule_in_words(dataset) == words


@pytest.mark.parametrize(
    ("n", "ordinal"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (21, "21st")]
)
def test_ordinals_are_english(n, ordinal):
    rule = WEEKLY.release.model_copy(update={"n": n})
    assert rule_in_words(ruled(rule)).startswith(f"{ordinal} business day")
