"""What the morning's table says of each dataset, and that it stays short enough to be seen."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from orchestration.morning import (
    INLINE,
    NOT_DOWNLOADED,
    REFUSED,
    UNBROKEN,
    Standing,
    counts,
    standings,
    table,
)
from orchestration.records import load_datasets
from orchestration.releases import Arrival

WEEKLY, INBOX = "jp_mof/securities_weekly", "surveys/inbox"
DATASETS = {name: load_datasets()[name] for name in (WEEKLY, INBOX)}
# The week to 21 November is due on Thursday the 26th, 23:50 UTC, and late two days later.
CALM, DUE, LATE = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (26, 27, 29))


def stand(
    now: datetime,
    *,
    newest: date | None = date(2026, 11, 14),
    refused: str = "",
    failed: tuple[str, ...] = (),
) -> dict[str, Standing]:
    with duckdb.connect() as connection:
        connection.execute("create schema quality")
        connection.execute(
            "create table quality.arrivals (dataset text, newest_period_end date, refused_because text)"
        )
        rows = [[WEEKLY, newest, refused], [INBOX, date(2026, 10, 31), ""]]
        connection.executemany("insert into quality.arrivals values (?, ?, ?)", rows)
        return {s.freshness.dataset.id: s for s in standings(connection, DATASETS, failed, now)}


def read(found: dict[str, Standing], now: datetime) -> str:
    return table(found.values(), now).replace(UNBROKEN, " ")


@pytest.mark.parametrize(
    ("now", "state", "trouble"),
    [(CALM, Arrival.FRESH, ""), (DUE, Arrival.DUE, "not published"), (LATE, Arrival.LATE, "not published")],
)
def test_what_is_overdue_though_everything_was_taken_has_not_been_published(now, state, trouble) -> None:
    standing = stand(now)[WEEKLY]
    assert (standing.state, standing.trouble) == (state, trouble)


@pytest.mark.parametrize("now", [CALM, LATE])
def test_a_refused_file_and_a_failed_download_are_told_fresh_or_late(now) -> None:
    assert stand(now, refused="another unit")[WEEKLY].trouble == REFUSED
    assert stand(now, refused="another unit", failed=(WEEKLY,))[WEEKLY].trouble == NOT_DOWNLOADED


def test_what_people_bring_is_not_for_a_publisher_to_publish() -> None:
    assert stand(LATE)[INBOX].trouble == "not in the inbox"


def test_the_table_has_what_needs_a_look_with_a_link_to_its_checks() -> None:
    late = read(stand(LATE), LATE)
    assert late.startswith("At 2026-11-29 12:00 UTC\n")
    assert (
        "| late | [jp_mof/securities_weekly](/assets/raw/jp_mof__securities_weekly?view=checks) "
        "| not published | 26 Nov |"
    ) in late
    down = read(stand(CALM, failed=(WEEKLY,)), CALM)
    assert "(/assets/archive/jp_mof__securities_weekly?view=checks) | not downloaded |  |" in down
    assert WEEKLY not in read(stand(CALM), CALM)


def test_what_was_due_in_another_year_says_in_which() -> None:
    years_late = read(stand(LATE, newest=date(2020, 12, 26)), LATE)
    assert "| not published | Jan 2021 |" in years_late


def test_what_nobody_has_asked_for_yet_is_only_counted() -> None:
    nothing = stand(LATE, newest=None)
    assert WEEKLY not in read(nothing, LATE)
    assert counts(nothing.values())["nothing held"] == 1
    asked = stand(LATE, newest=None, failed=(WEEKLY,))
    assert "| nothing held | [jp_mof/securities_weekly]" in read(asked, LATE)


def test_all_fresh_is_said_in_words() -> None:
    weekly = [stand(CALM)[WEEKLY]]
    assert table(weekly, CALM) == "At 2026-11-26 12:00 UTC all that is held is fresh."
    assert counts(weekly) == {
        "fresh": 1, "due": 0, "late": 0, "nothing held": 0, "not downloaded": 0, "file refused": 0
    }  # fmt: skip


def test_a_bad_day_is_cut_short_and_says_how_much_is_left_out() -> None:
    late = stand(LATE)[WEEKLY]
    text = table([late] * 32, LATE)
    assert len(text) < INLINE
    shown = text.count("| late |")
    assert text.endswith(f"and {32 - shown} more: `make status`")
    assert shown >= 6
