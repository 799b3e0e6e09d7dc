"""The page *Reserves*: what it says in words, and that lines of two methods are never one."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestration.dashboard.queries import reserves as queries
from orchestration.dashboard.views import reserves, reserves_composite, reserves_gold, reserves_treasuries

Row = dict[str, Any]


def said(text: str) -> str:
    """Without the gaps that must not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def quarter(year: int, number: int, **more: object) -> Row:
    ends = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
    return {
        "method": "cofer_imputed",
        "period_start": date(year, 3 * number - 2, 1),
        "period_end": date(year, *ends[number]),
        **more,
    }


def share(**more: str | None) -> Row:
    """The dollar in the first quarter of 2026, as published in July of that year."""
    figures = {
        "share_pct": "57.1308",
        "share_change_1y_pp": "-1.2531",
        "share_change_1y_constant_fx_pp": "-0.4710",
        "share_change_1y_constant_fx_other_repriced_pp": "-0.3583",
        "share_change_pp": "0.7135",
        "share_change_constant_fx_pp": "0.3918",
        "share_change_constant_fx_other_repriced_pp": "0.3380",
        "fx_explained_pct": "45.09",
        "fx_explained_other_repriced_pct": "52.64",
        **more,
    }
    return quarter(2026, 1, **{key: value and Decimal(value) for key, value in figures.items()})


def test_the_headline_says_the_share_its_change_and_the_range_at_constant_rates() -> None:
    assert said(reserves.headline(share(), "the US dollar")) == (
        "Q1 2026: the share of the US dollar in foreign exchange reserves is 57.13 %, 1.25 pp less than a "
        "year before; at constant exchange rates 0.36 to 0.47 pp less"
    )
    assert said(reserves.quarter_in_words(share())) == (
        "Within the quarter: 0.71 pp more, at the exchange rates of the quarter before 0.34 to 0.39 pp more: "
        "exchange rates explain 45 to 53 % of the change."
    )


def test_the_headline_leaves_out_what_is_not_known() -> None:
    unknown = share(
        share_change_1y_pp=None,
        share_change_1y_constant_fx_pp=None,
        share_change_constant_fx_other_repriced_pp=None,
    )
    assert said(reserves.headline(unknown, "the US dollar")).endswith("is 57.13 %")
    assert reserves.quarter_in_words(unknown).startswith("No figure at constant exchange rates")
    assert "explain" not in reserves.quarter_in_words(share(fx_explained_pct=None))


@pytest.mark.parametrize(
    ("explained", "words"),
    [("-79.2", "exchange rates moved it the other way."), ("289", "exchange rates moved it by more than it")],
)
def test_what_is_no_part_of_a_change_is_not_told_as_one(explained: str, words: str) -> None:
    told = reserves.quarter_in_words(
        share(fx_explained_pct=explained, fx_explained_other_repriced_pct=explained)
    )
    assert words in told
    assert "explain" not in told


def test_only_by_the_imputed_method_a_share_is_one_of_all_reserves() -> None:
    assert reserves.denominator(share()) == "foreign exchange reserves"
    assert reserves.denominator(quarter(2025, 1, method="cofer_reported")) == "allocated reserves"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["-0.11", "0.09"], "between 0.11 pp less and 0.09 pp more"),
        (["-0.461", "-0.463"], "0.46 pp less"),
        (["0.75", "0.94"], "0.75 to 0.94 pp more"),
        (["0.001", "-0.002"], "unchanged"),
        (["-0.001", "0.02"], "between 0.00 pp less and 0.02 pp more"),
    ],
)
def test_a_range_whose_ends_differ_in_sign_is_told_as_one(changes: list[str], expected: str) -> None:
    assert said(reserves.less_or_more([Decimal(change) for change in changes])) == expected


def test_figures_of_two_methods_are_two_series_and_no_line_runs_over_a_missing_quarter() -> None:
    rows = [
        quarter(2025, 1, method="cofer_unallocated", share_pct=Decimal("57.8")),
        quarter(2025, 2, share_pct=Decimal("56.9")),
        quarter(2025, 3, share_pct=None),
        quarter(2025, 4, share_pct=Decimal("56.4")),
        quarter(2026, 1, share_pct=Decimal("57.1")),
    ]
    points = reserves._points(rows, "share_pct", "As published")
    assert [point["series"] for point in points] == [
        "As published, by the method before",
        "As published",
        "As published",
        "As published",
    ]
    before, alone, *joined = [point["segment"] for point in points]
    assert len({before, alone, *joined}) == 3
    assert joined[0] == joined[1]


def test_a_method_is_told_with_its_first_day_and_what_changed() -> None:
    method = {"first_published_at": datetime(2025, 12, 19, 14), "what": "The rest is imputed."}
    assert reserves.method_in_words(method) == "first published on 19 Dec 2025. The rest is imputed."


def test_where_a_currency_begins_to_be_named_the_jump_is_told() -> None:
    rows = [quarter(2016, 3, named_currencies=7), quarter(2016, 4, named_currencies=8)]
    (note,) = reserves._named(rows)
    assert note.startswith("Q4 2016: 1 more named apart")
    assert not reserves._named(rows[:1])
    assert reserves.same_method([rows[0], {**rows[1], "method": "another"}]) == [
        {**rows[1], "method": "another"}
    ]


def test_every_question_asks_as_of_a_day_of_the_same_marts() -> None:
    for name in ("SHARES", "COVERAGE", "CONCENTRATION", "GOLD", "TREASURIES", "MAJOR_HOLDERS"):
        question = getattr(queries, name)
        assert "$as_of" not in question.now, name
        assert question.as_of.replace("_as_of($as_of)", "") == question.now, name
        assert "{" not in question.now, name


def test_parts_of_a_change_stand_on_each_other_by_sign() -> None:
    parts = [Decimal(part) for part in (30, -10, 5, -2)]
    assert reserves_treasuries.stacked(parts) == [(0, 30), (-10, 0), (30, 35), (-12, -10)]


def treasuries(kind: str, held: int | None, **more: object) -> Row:
    return {
        "holder": kind,
        "holder_name": f"the {kind}",
        "holder_kind": kind,
        "holdings_usd_m": held and Decimal(held),
        **more,
    }


def test_holders_are_in_order_and_sums_are_not_among_countries() -> None:
    rows = [
        treasuries("country", 5, holder_name="Small"),
        treasuries("country", None, holder_name="Not published"),
        treasuries("world", 20),
        treasuries("country", 9, holder_name="Large"),
        treasuries("official", 8),
    ]
    assert [reserves_treasuries.name(row) for row in reserves_treasuries.ordered(rows)] == [
        "Foreign officials",
        "All foreign holders",
        "Large",
        "Small",
    ]


def test_officials_are_told_with_all_parts_of_their_change() -> None:
    row = treasuries(
        "official",
        3_906_503,
        period_start=date(2026, 4, 1),
        period_end=date(2026, 4, 30),
        net_12m_usd_m=Decimal(25_900),
        valuation_change_12m_usd_m=Decimal(40_600),
        other_change_12m_usd_m=Decimal(-67_400),
    )
    assert said(reserves_treasuries.in_words(row)) == (
        "Foreign officials held $3.91 trn of US Treasuries in April 2026: in 12 months they bought $25.9 bn "
        "net; prices +$40.6 bn, neither −$67.4 bn"
    )
    assert said(reserves_treasuries.in_words({**row, "net_12m_usd_m": None})).endswith("in April 2026")


def test_the_same_gold_in_two_counts_stays_two_rows() -> None:
    def gold(dataset: str, month: int, value: int) -> Row:
        return {
            "dataset": dataset,
            "area": "CHN",
            "period_end": date(2026, month, 28),
            "value_published_usd_m": Decimal(value),
        }

    rows = [gold("imf/reserves", 2, 7), gold("cn_safe", 2, 9), gold("imf/reserves", 1, 99)]
    assert reserves_gold.newest_of_each(rows) == [rows[1], rows[0]]


def test_without_all_components_it_says_which_are_missing() -> None:
    scores = {score: None for _, _, score in reserves_composite.COMPONENTS}
    there = quarter(2026, 1, components_available=1, **{**scores, "gold_change_zscore": Decimal(1)})
    later = quarter(2026, 2, components_available=0, **scores)
    text = reserves_composite.why_there_is_none([there, later])
    assert text.startswith("There is no composite: in Q1 2026 1 of its 5 components have a score.")
    assert "Non-traditional share" in text
    assert "Gold added" not in text
    assert "12 quarters" in reserves_composite.why_there_is_none([later])


@pytest.mark.parametrize(
    ("column", "figure", "expected"),
    [
        ("tic_official_net_usd_m", Decimal(39_540), "+$39.5 bn"),
        ("nontraditional_share_pct", Decimal("12.998"), "13.0 %"),
        ("gold_change_tonnes", Decimal("22.31"), "+22.3 t"),
        ("gold_change_tonnes", None, "–"),
    ],
)
def test_components_are_written_in_their_units(column: str, figure: Decimal | None, expected: str) -> None:
    assert said(reserves_composite.written(column, figure)) == expected
