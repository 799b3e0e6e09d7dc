"""What the page of data says of datasets and revisions."""

from datetime import UTC, date, datetime
from decimal import Decimal

from orchestration.dashboard.views.data import arrival, headline, per_dataset, revision

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ARRIVAL = {
    "dataset": "jp_mof/securities_weekly",
    "page": "https://mof.example/",
    "status": "late",
    "newest_period_end": date(2026, 8, 8),
    "awaited_period_start": date(2026, 8, 9),
    "awaited_period_end": date(2026, 8, 15),
    "due_at": datetime(2026, 8, 19, 23, 50),
    "timezone": "Asia/Tokyo",
    "release_rule": "4th business day after, 08:50 Asia/Tokyo",
}


def of_status(*statuses: str) -> list[dict[str, object]]:
    return [ARRIVAL | {"status": status} for status in statuses]


def test_the_headline_counts_what_is_late_of_what_is_held() -> None:
    assert headline(of_status("late", "fresh", "nothing held"), NOW) == (
        "20 Nov 2026, 09:00 UTC: 1 of 2 datasets are late, 1 fresh, nothing held of 1 more"
    )
    assert (
        headline(of_status("due", "fresh"), NOW) == "20 Nov 2026, 09:00 UTC: Nothing is late, 1 due, 1 fresh"
    )


def test_a_dataset_shows_what_it_waits_for_by_whose_calendar() -> None:
    shown = {name: said.replace("\N{NO-BREAK SPACE}", " ") for name, said in arrival(ARRIVAL).items()}
    assert shown["State"] == ":orange-badge[✗ late]"
    assert shown["Due, UTC"] == "19 Aug 2026 23:50"
    assert shown["Due there, and its calendar"].startswith("Thu 20 Aug 2026 08:50 JST")
    assert "4th business day after" in shown["Due there, and its calendar"]


def test_of_a_dataset_without_a_file_no_day_is_said() -> None:
    shown = arrival(ARRIVAL | {"status": "nothing held", "newest_period_end": None})
    assert shown["Held to"] == shown["Awaited"] == shown["Due, UTC"] == "–"
    assert "2026" not in shown["Due there, and its calendar"]


REVISION = {
    "series": "USD / cofer_imputed",
    "measure": "share_pct",
    "period_start": date(2025, 10, 1),
    "period_end": date(2025, 12, 31),
    "change_pct": Decimal("-0.6200"),
    "figure_before": Decimal("56.7700000000"),
    "figure_after": Decimal("56.4200000000"),
    "revised_at": datetime(2026, 7, 1, 13),
    "days_since_first_known": 92,
    "is_method_change": False,
    "unit": "percent of foreign exchange reserves",
    "dataset": "imf/cofer",
}


def test_a_revision_shows_both_figures_with_the_places_that_matter() -> None:
    shown = revision(REVISION)
    assert (shown["Period"], shown["Before"], shown["After"]) == ("Q4 2025", "56.77", "56.42")
    large = REVISION | {"figure_before": Decimal("889000.00"), "figure_after": Decimal("879800.00")}
    assert revision(large)["Before"] == "889,000"


def test_revisions_of_a_dataset_are_summed_up_and_methods_counted_apart() -> None:
    rows = [
        REVISION,
        REVISION | {"change_pct": Decimal(2), "is_method_change": True},
        REVISION | {"change_pct": None},
    ]
    shown = {name: said.replace("\N{NO-BREAK SPACE}", " ") for name, said in per_dataset("a", rows).items()}
    assert (shown["Revisions"], shown["Of method"], shown["Largest"]) == ("3", "1", "2.00 %")
    assert shown["Median size"] == "1.31 %"
