"""Claims made in public, by the publishers' real files: which parts stand, then and now."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

HOLDS, FALSE, UNTESTABLE, NOT_HELD = "holds", "does_not_hold", "cannot_be_tested", "figure_not_held"


CLAIMS = [
    ("japan_2025_04_net", HOLDS, HOLDS, "8.213", "8.213"),
    ("japan_2025_04_net_first_print", HOLDS, HOLDS, "8.213", "8.213"),
    ("japan_2025_04_equity", HOLDS, HOLDS, "3.6759", "3.6759"),
    ("japan_2025_04_long_term_debt", HOLDS, HOLDS, "4.5371", "4.5371"),
    ("japan_2025_04_net_8_4", FALSE, FALSE, "8.213", "8.213"),
    ("japan_2025_04_usd_57", HOLDS, HOLDS, "56.95", "56.95"),
    ("japan_2025_04_usd_55_4", HOLDS, HOLDS, "55.46", "55.46"),
    ("japan_2025_04_equity_usd", HOLDS, HOLDS, "25.49", "25.49"),
    ("japan_2025_04_long_term_debt_usd", HOLDS, HOLDS, "31.46", "31.46"),
    ("japan_2025_04_equity_largest_since", HOLDS, HOLDS, "202304", "202304"),
    ("japan_2025_04_long_term_debt_largest_since", HOLDS, HOLDS, "202207", "202207"),
    ("japan_2025_04_record", HOLDS, FALSE, "1", "0"),
    ("japan_2025_04_record_all_securities", FALSE, FALSE, "0", "0"),
    ("japan_2025_04_record_equity", FALSE, FALSE, "0", "0"),
    ("japan_2025_04_record_long_term_debt", FALSE, FALSE, "0", "0"),
    ("japan_2025_04_series_since_1996", FALSE, FALSE, "200501", "200501"),
    ("japan_2025_04_record_since_1996", UNTESTABLE, UNTESTABLE, "1", "0"),
    ("japan_2025_04_us_investors", FALSE, FALSE, "1", "1"),
    ("japan_2025_04_us_residents", NOT_HELD, NOT_HELD, None, None),
    ("japan_2025_04_dump", FALSE, FALSE, "56.95", "56.95"),
    ("japan_2025_04_seasonal", HOLDS, HOLDS, "3.46", "3.46"),
    ("japan_2025_04_both_unusual", FALSE, FALSE, "31.6", "31.6"),
    ("japan_2025_04_both_large_unusual", HOLDS, HOLDS, "0.5", "0.5"),
    ("japan_2025_04_central_banks", UNTESTABLE, UNTESTABLE, None, None),
    ("japan_2025_04_government_bonds", UNTESTABLE, UNTESTABLE, None, None),
    ("japan_week_2025_04_05_equity", HOLDS, HOLDS, "1.7937", "1.7937"),
    ("japan_week_2025_04_05_equity_record", HOLDS, FALSE, "1", "0"),
    ("japan_weeks_2025_04_equity", UNTESTABLE, UNTESTABLE, "3.534", "3.534"),
    ("japan_weeks_2025_04_bonds_long_term", FALSE, FALSE, "6.1076", "6.1076"),
    ("japan_weeks_2025_04_bonds_all", HOLDS, HOLDS, "11.9522", "11.9522"),
    ("japan_week_2026_01_31_long_term_debt", HOLDS, HOLDS, "2.0811", "2.0811"),
    ("japan_week_2026_01_31_largest_since", HOLDS, HOLDS, "202504", "202504"),
    ("reserves_2025_q2_yen", FALSE, FALSE, "-11.8", "-11.8"),
    ("reserves_2025_q2_dollar", UNTESTABLE, UNTESTABLE, "70.8", "70.8"),
    ("reserves_2025_q2_dollar_share", UNTESTABLE, UNTESTABLE, None, "56.94"),
    ("reserves_2025_q2_exchange_rates", UNTESTABLE, UNTESTABLE, None, "92"),
    ("treasuries_2025_04_japan", HOLDS, HOLDS, "1134.5", "1134.5"),
    ("treasuries_2025_04_china", UNTESTABLE, UNTESTABLE, "743.6", "743.6"),
    ("treasuries_2025_04_official_flow", UNTESTABLE, UNTESTABLE, "-11.596", "-11.596"),
    ("treasuries_2025_06_world", HOLDS, HOLDS, "9.094", "9.094"),
    ("treasuries_2025_06_record", HOLDS, FALSE, "1", "0"),
    ("dollar_2025_04_asset_managers_short", HOLDS, HOLDS, "-3052", "-3052"),
    ("dollar_2025_04_leveraged_funds_short", FALSE, FALSE, "10632", "10632"),
    ("dollar_2025_05_most_crowded", UNTESTABLE, UNTESTABLE, None, None),
    ("dollar_2025_05_underweight", UNTESTABLE, UNTESTABLE, None, None),
    ("dollar_2025_06_most_crowded", FALSE, FALSE, "3", "3"),
    ("dollar_2025_06_underweight", HOLDS, HOLDS, "-31", "-31"),
    ("dollar_2025_07_most_crowded_share", HOLDS, HOLDS, "34", "34"),
    ("dollar_2025_07_most_crowded_first_time", UNTESTABLE, UNTESTABLE, "34", "34"),
]


@pytest.mark.parametrize(("claim", "verdict", "verdict_now", "figure_then", "figure_now"), CLAIMS)
def test_what_stands_of_a_claim(real_marts, claim, verdict, verdict_now, figure_then, figure_now) -> None:
    row = real_marts.execute(
        "select verdict, verdict_now, figure_then, figure_now, why from quality.claims where claim_id = ?",
        [claim],
    ).fetchone()
    assert row[:2] == (verdict, verdict_now), row
    for ours, expected in zip(row[2:4], (figure_then, figure_now), strict=True):
        assert (ours is None) == (expected is None), row
        if expected is not None:
            assert ours.quantize(Decimal(expected)) == Decimal(expected), row


def test_every_claim_is_tested_here(real_marts) -> None:
    claims = real_marts.execute("select claim_id from quality.claims").fetchall()
    assert sorted(claim for (claim,) in claims) == sorted(claim for claim, *_ in CLAIMS)


def test_the_record_stood_then_and_was_beaten_in_april_2026(real_marts) -> None:
    rows = real_marts.execute(
        "select claim_id, rank_then, periods_then, rank_now, periods_now, beaten_by_period_end "
        "from quality.claims where claim_id like 'japan_2025_04_record%' order by claim_id"
    ).fetchall()
    assert rows == [
        ("japan_2025_04_record", 1, 244, 2, 259, date(2026, 4, 30)),
        ("japan_2025_04_record_all_securities", 2, 244, 3, 259, None),
        ("japan_2025_04_record_equity", 3, 244, 5, 259, None),
        ("japan_2025_04_record_long_term_debt", 2, 244, 3, 259, None),
        ("japan_2025_04_record_since_1996", 1, 244, 2, 259, date(2026, 4, 30)),
    ]


def test_a_verdict_by_a_figure_older_than_the_first_file_says_so(real_marts, record_property) -> None:
    rows = real_marts.execute(
        "select verdict, known_at_basis, why like '%another may have been printed.' from quality.claims"
    ).fetchall()
    for verdict, basis, says_so in rows:
        assert says_so == (basis == "scheduled" and verdict in (HOLDS, FALSE))
    outcomes = Counter(verdict for verdict, *_ in rows)
    said = [
        f"{len(rows)} claims:",
        *(f"  {count:4d} {verdict}" for verdict, count in sorted(outcomes.items())),
    ]
    record_property("said", "\n".join(said))
