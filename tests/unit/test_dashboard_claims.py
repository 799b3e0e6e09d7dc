"""What the page of claims says of them."""

from datetime import date
from decimal import Decimal

from orchestration.dashboard.views.claims import (
    LEAD,
    VERDICTS,
    below,
    by_topic,
    figure,
    figures,
    headline,
    in_order,
)
from tests.desk import ROOT

CLAIM = {
    "claim_id": "a",
    "topic": "japan_2025_04",
    "verdict": "holds",
    "verdict_now": "holds",
    "why": "Because.",
    "figure_then": Decimal("8.213000"),
    "figure_now": Decimal("8.213000"),
    "unit": "trillion yen",
    "measure": "net_m",
    "rank_then": 1,
    "periods_then": 244,
    "rank_now": 2,
    "periods_now": 259,
    "beaten_by_period_end": date(2026, 4, 30),
}


def lead(*verdicts: tuple[str, str]) -> list[dict[str, object]]:
    return [
        CLAIM | {"claim_id": claim, "verdict": then, "verdict_now": now}
        for claim, (then, now) in zip(LEAD, verdicts, strict=True)
    ]


def test_the_headline_counts_the_parts_that_held_and_hold() -> None:
    wrong = ("does_not_hold", "does_not_hold")
    rows = lead(("holds", "holds"), ("holds", "does_not_hold"), wrong, wrong, wrong)
    assert headline(rows).startswith("Of the 4 parts")
    assert headline(rows).endswith("2 held on the day and 1 holds now")


def test_made_up_figures_have_no_verdict() -> None:
    none = ("not_tested_on_sample_figures",) * 2
    rows = lead(none, none, none, none, none)
    assert "not tested here" in headline(rows)
    assert "5 have made-up figures and so no verdict" in below(rows)
    assert figures(rows[0]) == "Because"


def test_all_claims_are_counted_by_what_is_known_now() -> None:
    rows = [
        CLAIM,
        CLAIM | {"verdict_now": "does_not_hold"},
        CLAIM | {"verdict": "cannot_be_tested", "verdict_now": "cannot_be_tested"},
    ]
    assert "All 3 claims, by the newest files held: 1 holds, 1 does not hold, 1 cannot be tested." in below(
        rows
    )
    assert "Another verdict now than on the day: 1." in below(rows)


def test_figures_are_written_as_people_do() -> None:
    assert figure(Decimal("200501.000000"), "month, YYYYMM") == "January 2005"
    assert figure(Decimal("0.000000"), "1 for a record, 0 for none") == "no record"
    assert figure(Decimal("-11.596000"), "billion US dollars") == "−11.596 billion US dollars"
    assert figure(None, "x") == "none held"


def test_a_figure_stands_with_its_place_then_and_now() -> None:
    assert figures(CLAIM) == "8.213 trillion yen; 1st of 244 then, 2nd of 259 now, beaten by April 2026"
    revised = CLAIM | {"figure_now": Decimal("8.200000"), "rank_now": None}
    assert figures(revised) == "8.213 trillion yen then, 8.2 trillion yen now"
    assert figures(CLAIM | {"measure": "first_period"}) == "8.213 trillion yen"


def test_what_changed_comes_first_and_readers_own_subjects_come_last() -> None:
    changed = CLAIM | {"claim_id": "b", "verdict_now": "does_not_hold"}
    assert in_order([CLAIM, changed]) == [changed, CLAIM]
    assert by_topic([CLAIM | {"topic": "our_own"}, CLAIM]) == ["japan_2025_04", "our_own"]


def test_the_page_knows_each_verdict_and_the_claims_that_it_begins_with() -> None:
    described = (ROOT / "dbt_project/models/marts/quality/claims.yml").read_text(encoding="utf-8")
    assert f"values: [{', '.join(VERDICTS)}]" in described
    made = (ROOT / "dbt_project/seeds/claims/claims_made.csv").read_text(encoding="utf-8")
    assert all(f"{claim}," in made for claim in LEAD)
