"""The surveys' part of the page on positioning: readings, their sources, and where sources differ."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture
from orchestration.dashboard.queries import surveys as queries
from orchestration.dashboard.serving_copy import ask

Row = dict[str, Any]

# Whose word a reading is; the mart's `origin`.
KINDS = {
    "licensed": "🔒 licensed",
    "official": "the survey's own",
    "press": "press",
    "inferred": "inferred by us from the press",
}
# The unit at an axis and behind a figure.
UNITS = {
    "net_pct": "net %",
    "pct_of_respondents": "%",
    "pct_of_aum": "%",
    "pct_share": "%",
    "pct_tariff": "%",
    "ppt": "pp",
    "index_0_10": "of 10",
    "net_index_pts": "points",
}
MEANINGS = {
    "net_pct": "Share with one view less share with the opposite one, per cent of respondents",
    "pct_of_respondents": "Per cent of respondents",
    "pct_of_aum": "Per cent of the assets managed",
    "pct_share": "Per cent of reserves",
    "pct_tariff": "Tariff rate, per cent",
    "ppt": "Percentage points",
    "index_0_10": "Index from 0 to 10",
    "net_index_pts": "Points of the survey's own index, net",
}
# Periods between two readings of these surveys that make them neighbours, in days.
NEIGHBOURS_WITHIN_DAYS = {"monthly": 45, "annual": 400}
FIRST_SENTENCE = re.compile(r".*?[.?](?= |$)|.*")
# Lines that can be told apart in one chart.
LINES = 5
RULES = (
    "Press readings are the press's: what was printed about surveys that are proprietary, and may be "
    "incomplete or wrong. Periods without a reading were not found; nothing is filled. A gross share and a "
    "net one are different things."
)
LICENSED = "🔒 is from the desk's own licensed copy: shown here, left out of every download."


def readings(as_of: date | None) -> pa.Table:
    """All readings, newest first."""
    return ask(queries.READINGS) if as_of is None else ask(queries.READINGS_AS_OF, as_of=as_of)


def sourced(held: pa.Table) -> pa.Table:
    """Where readings come from, as other marts name it: in this one, `origin` is whose word a reading is."""
    return held.select(["file_origin", "dataset", "rests_on_schedule"]).rename_columns(
        {"file_origin": "origin"}
    )


def draw(held: pa.Table, as_of: date | None) -> None:
    """The readings of one question, those that contradict each other, and all of them to take along."""
    rows = held.to_pylist()
    if not rows:
        furniture.headline(
            f"No survey reading was known on {formats.day(as_of)}" if as_of else "No readings held"
        )
        return
    top = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        survey = _most_read("Survey", rows, "survey_id", "survey")
        of_survey = [row for row in rows if row["survey_id"] == survey]
        question = _most_read("Question", of_survey, "question_id", "question")
    asked = [row for row in of_survey if row["question_id"] == question]
    with top:
        furniture.headline(f"{headline(asked)}, {furniture.known(as_of)}", _whose(asked))
    _chart(asked)
    _readings(asked)
    _conflicts(as_of)
    furniture.downloads("survey_readings", held, "Readings of all surveys", as_of)


def _most_read(label: str, rows: Sequence[Row], key: str, name: str) -> str:
    """A choice among what has readings; the one with the most of them first."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[key]] = counts.get(row[key], 0) + 1
    names = {row[key]: row[name] for row in rows}
    return st.selectbox(
        label,
        sorted(counts, key=lambda one: (-counts[one], one)),
        format_func=lambda one: f"{names[one]} ({counts[one]:,})",
        key=key,
        bind="query-params",
        width=300 if key == "survey_id" else 460,
    )


def in_words(row: Row) -> str:
    """A reading with its unit: '−31 net %', '34 %', '1st'; what was said where there is no number."""
    if row["reading"] is None:
        return row["reading_text"] or "no number"
    # As printed: no places that the source does not have.
    exact = row["reading"].normalize()
    places = max(0, -exact.as_tuple().exponent)
    if row["unit"] == "rank":
        return formats.ordinal(int(exact))
    unit = UNITS[row["unit"]]
    return f"{formats.number(exact, places)}{formats.GAP}{unit}"


def _answer(row: Row) -> str:
    return row["answer"] or row["question"].rstrip(".")


def _when(row: Row) -> str:
    return formats.period(row["period_start"], row["period_end"])


def headline(asked: Sequence[Row]) -> str:
    """The newest readings of a question, which is shortened to its first sentence."""
    newest = [row for row in asked if row["period_end"] == asked[0]["period_end"] and row["is_chosen"]]
    said = ", ".join(f"{row['answer']} {in_words(row)}".strip() for row in newest[:3])
    first_sentence = FIRST_SENTENCE.match(asked[0]["question"])[0]
    question = f"{first_sentence[:-1]}:" if first_sentence.endswith(".") else first_sentence
    return f"{asked[0]['survey']}, {_when(asked[0])}: {furniture.plain(f'{question} {said}')}"


def _whose(asked: Sequence[Row]) -> str:
    kinds = dict.fromkeys(KINDS[row["origin"]] for row in asked)
    return f"{len(asked):,} readings of this question; whose word: {', '.join(kinds)}."


def segments(rows: Sequence[Row]) -> list[str]:
    """For the readings of one answer in order of time, a mark that changes wherever a period is missing."""
    found: list[str] = []
    number = 0
    for before, row in zip([None, *rows], rows, strict=False):
        near = NEIGHBOURS_WITHIN_DAYS[row["frequency"]]
        if before and (row["period_end"] - before["period_end"]).days > near:
            number += 1
        found.append(str(number))
    return found


def drawn(asked: Sequence[Row]) -> dict[str, list[Row]]:
    """What a chart of a question shows: of the unit that most readings have, the answers read last.

    Returns:
        The readings of each answer that count, in order of time.
    """
    usable = [
        row
        for row in reversed(asked)
        if row["is_chosen"] and row["unit"] in UNITS and row["reading"] is not None
    ]
    units = Counter(row["unit"] for row in usable)
    by_answer: dict[str, list[Row]] = {}
    for row in usable:
        if row["unit"] == max(units, key=units.__getitem__):
            by_answer.setdefault(_answer(row), []).append(row)
    latest = sorted(
        by_answer.items(), key=lambda item: (item[1][-1]["period_end"], len(item[1])), reverse=True
    )
    return dict(latest[:LINES])


def _chart(asked: Sequence[Row]) -> None:
    lines = drawn(asked)
    if max(map(len, lines.values()), default=0) < 2:
        return
    unit = next(iter(lines.values()))[0]["unit"]
    points = [
        {
            # Where the axis names the period.
            "date": row["period_start"],
            "value": row["reading"],
            "text": f"{in_words(row)}, {KINDS[row['origin']]}: {row['source_name']}",
            "period": _when(row),
            "series": name,
            "segment": segment,
        }
        for name, rows in lines.items()
        for row, segment in zip(rows, segments(rows), strict=True)
    ]
    frame = charts.drawable(points)
    notes = ["Lines join neighbouring periods only; a dot stands alone where its neighbours were not found."]
    if len({_answer(row) for row in asked}) > len(lines):
        notes.append("The answers with the newest readings; others are in the table below.")
    if any(row["origin"] == "licensed" for row in asked):
        notes.append(LICENSED)
    furniture.chart(
        charts.lines(frame, UNITS[unit], list(lines)),
        f"{asked[0]['survey']}: {asked[0]['question']}",
        f"{MEANINGS[unit]}.",
        "Sources: as the table below names them.",
        notes,
    )


def _readings(asked: Sequence[Row]) -> None:
    rows = [
        {
            "Period": furniture.unbroken(_when(row)),
            "Answer": furniture.plain(row["answer"]),
            "Reading": furniture.plain(in_words(row)),
            "Whose word": KINDS[row["origin"]] + ("" if row["is_chosen"] else "; not used"),
            "Source": furniture.link(row["source_name"], row["source_url"]),
            "Known since": furniture.unbroken(formats.day(row["known_at"])),
            "Note": furniture.plain(row["note"]),
        }
        for row in asked
    ]
    furniture.text(
        rows,
        f"Readings: {asked[0]['question']}",
        f"{asked[0]['survey']}, newest first. Not used: another source's reading of the same answer counts.",
        notes=[RULES, *([LICENSED] if any(row["origin"] == "licensed" for row in asked) else [])],
    )


def _conflicts(as_of: date | None) -> None:
    conflicts = ask(queries.CONFLICTS) if as_of is None else ask(queries.CONFLICTS_AS_OF, as_of=as_of)
    found = conflicts.to_pylist()
    rows = side_by_side(found)
    if not rows:
        st.markdown("**Contradictions**  \n:gray[No two sources give different readings of the same thing.]")
        return
    furniture.text(
        rows,
        "Contradictions: sources that give different readings of the same thing",
        "Of all surveys, newest first; never averaged. Used: licensed before the survey's own before press.",
        notes=[LICENSED] if any(row["origin"] == "licensed" for row in found) else [],
    )
    furniture.downloads("survey_contradictions", conflicts, "Contradictions", as_of)


def side_by_side(found: Sequence[Row]) -> list[dict[str, str]]:
    """One row for each thing that sources disagree on; the reading that is used before the others."""
    same = ("survey", "survey_period", "question", "answer", "unit")
    rows = []
    for (survey, period, question, answer, unit), group in groupby(found, lambda row: [row[k] for k in same]):
        used, *others = group
        spread: Decimal = used["spread"].normalize()
        rows.append(
            {
                "Survey": f"{furniture.plain(survey)}, {period}",
                "Asked": furniture.plain(f"{question} {answer}".strip()),
                "Used": _sourced(used),
                "Other readings": "; ".join(map(_sourced, others)),
                "Apart": f"{spread:f}{formats.GAP}{'pp' if '%' in UNITS.get(unit, '') else ''}".strip(),
            }
        )
    return rows


def _sourced(row: Row) -> str:
    return (
        f"{furniture.plain(in_words({'reading_text': None, **row}))} "
        f"({KINDS[row['origin']]}, {furniture.link(row['source_name'], row['source_url'])})"
    )
