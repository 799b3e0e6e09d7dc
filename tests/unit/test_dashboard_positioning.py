"""Positions in words, and which weeks stand beside each other."""

from datetime import date, timedelta

from orchestration.dashboard.views import positioning
from orchestration.dashboard.views.positioning import change, held_by, how_unusual, place, segments


def weeks(*nets: int, first: date = date(2026, 1, 6), subject: str = "JPY") -> list[dict[str, object]]:
    return [
        {"report_date": first + timedelta(weeks=number), "net_contracts": net, "subject": subject}
        for number, net in enumerate(nets)
    ]


def test_the_most_long_week_is_first_and_equal_weeks_share_a_place() -> None:
    assert place(weeks(5, -3, 8)) == 1
    assert place(weeks(5, 8, 5)) == 2
    assert place(weeks(5, 8, -3)) == 3


def test_the_newest_week_is_counted_from_the_end_that_it_is_nearer_to() -> None:
    assert how_unusual(weeks(7)) == "the only one"
    assert how_unusual(weeks(1, 2, 3)) == "most long"
    assert how_unusual(weeks(1, 2, 3, 4, 0)) == "most short"
    assert how_unusual(weeks(0, 2, 3, 4, 1)) == "2nd most short"
    assert how_unusual(weeks(1, 2, 5, 3, 4)) == "2nd most long"


def test_a_line_is_interrupted_and_a_change_unknown_where_a_week_is_missing() -> None:
    held = weeks(1, 2) + weeks(9, 4, first=date(2026, 2, 3))
    assert segments(held) == [0, 0, 1, 1]
    assert change(held) == -5
    assert change(held[:3]) is None
    assert change(held[:1]) is None


def test_a_report_of_monday_follows_that_of_tuesday() -> None:
    held = weeks(1) + weeks(2, first=date(2026, 1, 12)) + weeks(3, first=date(2026, 1, 20))
    assert segments(held) == [0, 0, 0]
    assert change(held) == 1


def test_positions_are_said_with_their_side() -> None:
    series = {
        ("JPY", "dealer"): weeks(1, -60_825),
        ("USD", "dealer"): weeks(1, 3_849, subject="USD"),
    }
    said = "dealers are net short 60,825 yen contracts, net long 3,849 dollar index contracts"
    assert held_by(series, "dealer") == said
    assert "(most short)" in held_by(series, "dealer", with_place=True)


def test_weeks_that_are_not_held_are_counted() -> None:
    assert positioning._held(weeks(1, 2, 3)) == "3 weeks are held, 6 Jan 2026 to 20 Jan 2026."
    broken = weeks(1, 2) + weeks(9, 4, first=date(2026, 2, 3))
    assert "4 weeks are held" in positioning._held(broken)
    assert "where 2 weeks between are not" in positioning._held(broken)
