"""The seeds of survey readings against the facts that they were taken from, and what the marts make of it."""

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.defs.surveys.contract import SEEDS

FACTS = {
    "survey_readings_bofa": ("bofa_survey_readings.csv", "survey_month", 152),
    "survey_readings_reserve_managers": ("reserve_manager_survey_readings.csv", "survey_year", 65),
}
SAME = ("survey_id", "question_id", "answer", "reading", "unit", "source_url", "confidence")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("seed", FACTS)
def test_a_seed_has_every_fact_once_and_no_other(facts: Path, seed: str) -> None:
    file, period, count = FACTS[seed]
    given = sorted((*(row[c] for c in SAME), row[period]) for row in rows(facts / file))
    held = sorted((*(row[c] for c in SAME), row["survey_period"]) for row in rows(SEEDS / f"{seed}.csv"))
    assert len(held) == count
    assert held == given


@pytest.mark.parametrize("seed", FACTS)
def test_no_figure_beside_a_reading_was_lost(facts: Path, seed: str) -> None:
    """The panel, the days and the reading before are in columns where they fit, in the note where not."""
    file, period, _ = FACTS[seed]
    held = {
        (row["survey_id"], row["survey_period"], row["question_id"], row["answer"], row["unit"]): row
        for row in rows(SEEDS / f"{seed}.csv")
    }
    for fact in rows(facts / file):
        row = held[(fact["survey_id"], fact[period], fact["question_id"], fact["answer"], fact["unit"])]
        assert row["n_respondents"] == (fact.get("n_central_banks") or fact.get("n_respondents", ""))
        exact = {"5.4tn": "5400"}.get(fact.get("reserves_usd", ""), "")
        assert row["aum_usd_bn"] == fact.get("aum_usd_bn", exact)
        if fact["prior_reading"]:
            assert f"source gives {fact['prior_reading']} " in row["note"]
        days = ("fieldwork_start", "fieldwork_end", "published_date", "source_date")
        told = " ".join([row["note"], *(row[c] for c in days)])
        given = [fact.get("fieldwork", "").split("/"), [fact.get(c, "") for c in days]]
        assert all(day in told for part in given for day in part)
        if fact.get("reserves_usd"):
            assert exact or fact["reserves_usd"] in row["note"]


def chosen(marts: duckdb.DuckDBPyConnection, period: str, question: str) -> dict[str, Decimal]:
    return dict(
        marts.execute(
            "select answer, reading from surveys.readings where survey_id = 'bofa_global_fms' "
            "and survey_period = ? and question_id = ? and is_chosen",
            [period, question],
        ).fetchall()
    )


def test_the_short_dollar_was_third_in_june_and_first_in_july(real_marts: duckdb.DuckDBPyConnection) -> None:
    """Of the Global Fund Manager Survey; the survey of May's headlines is another one."""
    shares = {
        period: chosen(real_marts, period, "most_crowded_trade").get("short US dollar")
        for period in ("2025-04", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10")
    }
    assert list(shares.values()) == [None, 20, 34, 23, 14, 8]
    june = chosen(real_marts, "2025-06", "most_crowded_trade")
    assert sorted(june, key=june.__getitem__, reverse=True).index("short US dollar") == 2
    assert chosen(real_marts, "2025-04", "most_crowded_trade") == {"long gold": 49}
    assert chosen(real_marts, "2025-06", "usd_overweight") == {"USD": -31}
    stagflation = real_marts.execute(
        "select survey_id, origin, cast(known_at as date)::varchar from surveys.readings "
        "where survey_period = '2025-05' and answer = 'stagflation'"
    ).fetchall()
    assert stagflation == [("bofa_fx_rates_sentiment", "inferred", "2025-05-09")]


def test_without_a_desks_own_readings_exports_have_every_row(real_marts: duckdb.DuckDBPyConnection) -> None:
    counted = real_marts.execute(
        "select survey_id, count(*) from surveys.readings where is_redistributable "
        "group by all order by 2 desc"
    ).fetchall()
    assert counted == [
        ("bofa_global_fms", 135), ("ubs_reserve_manager", 20), ("omfif_gpi", 16), ("wgc_cbgr", 15),
        ("bofa_fx_rates_sentiment", 14), ("hsbc_central_banking", 9), ("invesco_igsams", 5),
        ("bofa_asia_fms", 3),
    ]  # fmt: skip
    assert real_marts.execute("select count(*) from surveys.conflicts").fetchone() == (0,)
