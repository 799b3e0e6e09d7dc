"""Revisions that the real files show, and surveys as they were known.

Skipped where the real files are absent (see conftest.py). Of two datasets two versions are held whose figures
differ: the history of the major holders of Treasury securities, and the currency composition of reserves.
"""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest

BILLION = Decimal(1_000)


def test_every_changed_line_of_the_two_files_is_a_revision(real_marts, record_property) -> None:
    found = Counter(
        {
            f"{mart} {measure}": count
            for mart, measure, count in real_marts.execute(
                "select mart, measure, count(*) from quality.revisions group by mart, measure"
            ).fetchall()
        }
    )
    record_property("said", "\n".join(["revisions:", *(f"  {n:4d} {what}" for what, n in found.items())]))
    assert found == {
        # As many as there are lines that changed between the two files of the Treasury.
        "flows.major_holders holdings_usd_m": 76,
        # All nine shares of 2025-Q4; dollar and total of the last two quarters of 2025.
        "reserves.currency_composition share_pct": 9,
        "reserves.currency_composition holdings_usd_m": 4,
    }
    (raw,) = real_marts.execute(
        "select sum(rows_revised) from core.snapshots where dataset = 'us_tic/major_holders_history'"
    ).fetchone()
    assert raw == 76


def test_the_united_kingdoms_holdings_of_december_2025_were_revised(real_marts) -> None:
    """866.0 billion dollars in the file of 2026-04-12, 863.1 in that of 2026-07-01."""
    assert real_marts.execute(
        "select first_figure, figure_before, figure_after, change, change_pct, unit, revision, "
        "first_known_at, revised_at, days_since_first_known, known_at_basis, is_method_change "
        "from quality.revisions where series = 'us_tic/major_holders_history / United Kingdom / new' "
        "and period_end = date '2025-12-31'"
    ).fetchall() == [
        (
            866 * BILLION, 866 * BILLION, Decimal("863.1") * BILLION, Decimal("-2.9") * BILLION,
            Decimal("-0.3349"), "million US dollars", 1, datetime(2026, 3, 18, 20),
            datetime(2026, 5, 18, 20), 61, "published", False,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "holdings_bn"), [("2026-05-17", "866.0"), ("2026-05-18", "863.1")])
def test_the_united_kingdoms_holdings_as_they_were_known(real_marts, day, holdings_bn) -> None:
    assert real_marts.execute(
        f"select holdings_usd_m from flows.major_holders_as_of(date '{day}') where holder = 'United Kingdom' "
        "and dataset = 'us_tic/major_holders_history' and period_end = date '2025-12-31'"
    ).fetchall() == [(Decimal(holdings_bn) * BILLION,)]


def test_the_shares_of_2025_q4_were_revised_by_the_next_release(real_marts) -> None:
    rows = real_marts.execute(
        "select series, round(figure_before, 2), round(figure_after, 2), first_known_at, revised_at "
        "from quality.revisions where mart = 'reserves.currency_composition' and measure = 'share_pct' "
        "and period_end = date '2025-12-31'"
    ).fetchall()
    assert {row[3:] for row in rows} == {(datetime(2026, 3, 27, 13), datetime(2026, 7, 1, 13))}
    figures = {currency: (str(before), str(after)) for currency, before, after, *_ in rows}
    assert len(figures) == 9
    assert figures["USD / cofer_imputed"] == ("56.77", "56.42")
    assert figures["EUR / cofer_imputed"] == ("20.25", "20.38")
    assert figures["JPY / cofer_imputed"] == ("5.78", "5.84")


def test_the_largest_revision_is_that_of_the_dollars_reserves(real_marts) -> None:
    """Nearly 41 billion were taken off the holdings in dollars of each of the last two quarters of 2025."""
    rows = real_marts.execute(
        "select mart, series, period_end, cast(change / 1000 as decimal(9, 1)) from quality.revisions "
        "where unit = 'million US dollars' order by abs(change) desc limit 2"
    ).fetchall()
    dollar = ("reserves.currency_composition", "USD / cofer_imputed")
    assert rows == [
        (*dollar, date(2025, 9, 30), Decimal("-40.9")),
        (*dollar, date(2025, 12, 31), Decimal("-40.8")),
    ]


def test_revisions_are_what_is_between_a_day_and_another(real_marts) -> None:
    """What is known as of a day, and its revisions since, are what is known now."""
    differing = real_marts.execute(
        "select now.currency, now.period_end from reserves.currency_composition as now "
        "inner join reserves.currency_composition_as_of(date '2026-06-30') as held "
        "using (method, currency, period_end) "
        "left join (select * from quality.revisions where mart = 'reserves.currency_composition' "
        "and measure = 'share_pct' and revised_at >= timestamp '2026-07-01 00:00:00') as revisions "
        "on now.currency || ' / ' || now.method = revisions.series and now.period_end = revisions.period_end "
        "where now.share_pct <> held.share_pct + coalesce(revisions.change, 0)"
    ).fetchall()
    assert differing == []


def test_surveys_as_they_were_known_when_the_headline_was_printed(real_marts) -> None:
    """Nobody could know the survey of June, in which short dollar was the third crowded trade."""
    asked = "select count(*), max(known_at) < timestamp '2025-05-13 00:00:00' from surveys.readings_as_of({})"
    count, none_later = real_marts.execute(asked.format("date '2025-05-12'")).fetchone()
    assert count == 73
    assert none_later
    later = "from surveys.readings{} where survey_id = 'bofa_global_fms' and survey_period >= '2025-06'"
    assert real_marts.execute(f"select count(*) {later.format('')}").fetchone() > (0,)
    as_of = later.format("_as_of(date '2025-05-12')")
    assert real_marts.execute(f"select count(*) {as_of}").fetchone() == (0,)


def test_of_each_question_one_reading_was_to_be_used_on_each_day(real_marts) -> None:
    for day in ("2024-12-31", "2025-05-12", "2026-11-22"):
        wrong = real_marts.execute(
            "select survey_id, survey_period, question_id, lower(answer), unit "
            f"from surveys.readings_as_of(date '{day}') group by all "
            "having sum(case when is_chosen then 1 else 0 end) <> 1"
        ).fetchall()
        assert wrong == [], day
