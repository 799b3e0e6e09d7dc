"""Claims: what was said in public, the figure behind it, and whether it held on its day and holds now."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from orchestration import formats
from orchestration.dashboard import furniture
from orchestration.dashboard.queries import claims as queries
from orchestration.dashboard.serving_copy import ask

Row = dict[str, Any]

# The headline of May 2025, taken apart: what it says, what it leaves out.
LEAD = (
    "japan_2025_04_net",
    "japan_2025_04_record",
    "japan_2025_04_record_all_securities",
    "japan_2025_04_series_since_1996",
    "japan_2025_04_us_investors",
)
# Beside it: the record that was claimed, read for all securities. The press did not say that.
READ_BY_US = "japan_2025_04_record_all_securities"
LEAD_TITLE = (
    "The headline of May 2025 on Japan: “US investors”, “record”, “since 1996”; beside it, not counted, "
    "the record of all securities"
)
# In words, of one and of many, and the colour of the badge; the words carry it alone.
VERDICTS = {
    "holds": ("holds", "hold", "blue"),
    "does_not_hold": ("does not hold", "do not hold", "orange"),
    "cannot_be_tested": ("cannot be tested", "cannot be tested", "gray"),
    "figure_not_held": ("has no figure here", "have no figure here", "gray"),
    "not_tested_on_sample_figures": (
        "made-up: no verdict",
        "have made-up figures and so no verdict",
        "gray",
    ),
}
TOPICS = {
    "japan_2025_04": "Japan, April 2025",
    "japan_weekly": "Japan, weeks",
    "dollar_positioning_2025": "Positions in the dollar, 2025",
    "reserves_2025_q2": "Reserves, second quarter of 2025",
    "us_treasuries_2025": "US Treasuries, 2025",
}
# Figures that a place among all periods says something of.
RANKED = {"net_m", "net_usd_m", "is_record"}
ALL = "all"


def draw() -> None:
    """The page."""
    claims = ask(queries.CLAIMS)
    rows = claims.to_pylist()
    furniture.headline(headline(rows), below(rows))
    furniture.caveats(claims)
    _lead(rows)
    _overview(rows)
    chosen = _chosen(rows)
    for topic in by_topic(chosen):
        st.markdown(f"#### {subject(topic)}")
        of_topic = in_order(row for row in chosen if row["topic"] == topic)
        for first in range(0, len(of_topic), 2):
            for column, row in zip(st.columns(2), of_topic[first : first + 2], strict=False):
                with column:
                    _card(row)
    furniture.downloads("claims", claims, "All claims")


def headline(rows: Sequence[Row]) -> str:
    """What became of the headline of May 2025, in a sentence."""
    parts = [row for row in rows if row["claim_id"] in set(LEAD) - {READ_BY_US}]
    then, now = (Counter(row[column] for row in parts) for column in ("verdict", "verdict_now"))
    if not then["holds"] + then["does_not_hold"]:
        return (
            "The headline of May 2025 on Japan's record is not tested here: no publisher's figures are held"
        )
    return (
        f"Of the {len(parts)} parts of May 2025's headline on Japan's record, {then['holds']} held on the "
        f"day and {now['holds']} {'holds' if now['holds'] == 1 else 'hold'} now"
    )


def below(rows: Sequence[Row]) -> str:
    """How many claims there are, and what became of them."""
    now = Counter(row["verdict_now"] for row in rows)
    changed = sum(row["verdict"] != row["verdict_now"] for row in rows)
    said = ", ".join(
        f"{now[verdict]:,} {one if now[verdict] == 1 else many}"
        for verdict, (one, many, _) in VERDICTS.items()
        if now[verdict]
    )
    return (
        f"All {len(rows):,} claims, by the newest files held: {said}. Another verdict now than on the day: "
        f"{changed:,}. What holds and what does not is computed from the figure, never typed."
    )


def subject(topic: str) -> str:
    """What claims are about, for people; a topic that a reader has added keeps its own name."""
    return TOPICS.get(topic, topic.replace("_", " "))


def by_topic(rows: Sequence[Row]) -> list[str]:
    """The subjects of these claims: those of the page in its order, then others."""
    there = {row["topic"] for row in rows}
    return [topic for topic in TOPICS if topic in there] + sorted(there - set(TOPICS))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Those whose verdict has changed first, then by verdict."""
    verdicts = list(VERDICTS)
    return sorted(
        rows, key=lambda row: (row["verdict"] == row["verdict_now"], verdicts.index(row["verdict_now"]))
    )


def _lead(rows: Sequence[Row]) -> None:
    held = {row["claim_id"]: row for row in rows}
    parts = [held[claim] for claim in LEAD if claim in held]
    if not parts:
        return
    with st.container(border=True):
        st.markdown(
            f"**{LEAD_TITLE}**  \n:gray[Taken apart; on the day: by what was known on "
            f"{formats.day(parts[0]['as_of'])}.]"
        )
        # Columns that stand below each other on a phone.
        for row in parts:
            said, verdict, why = st.columns([5, 4, 6])
            said.markdown(f"**{furniture.plain(row['claim'])}**")
            verdict.markdown(f"On the day {badge(row['verdict'])}  \nNow {badge(row['verdict_now'])}")
            why.markdown(f"{furniture.plain(figures(row))}.  \n:gray[{furniture.plain(row['note'])}]")
        st.caption(
            "No public series says who bought: the reports have neither the nationality nor the kind of the "
            f"buyer.  \n{furniture.source({row['dataset'] for row in parts if row['dataset']})}"
        )


def figures(row: Row) -> str:
    """The figures then and now, with their unit, and their place among all periods; no verdict says why."""
    if row["verdict"] == "not_tested_on_sample_figures":
        return row["why"].rstrip(".")
    return "; ".join(part for part in (_figure(row), _place(row)) if part)


def _figure(row: Row) -> str:
    then, now = (figure(row[column], row["unit"]) for column in ("figure_then", "figure_now"))
    if row["figure_then"] is None and row["figure_now"] is None:
        return "no figure held"
    return then if then == now else f"{then} then, {now} now"


def figure(value: Any, unit: str | None) -> str:  # noqa: ANN401 - a decimal or nothing
    """A figure with its unit, as people write it: 'January 2005', 'a record', '8.213 trillion yen'."""
    if value is None:
        return "none held"
    if unit == "month, YYYYMM":
        return f"{date(int(value) // 100, int(value) % 100, 1):%B %Y}"
    if unit == "1 for a record, 0 for none":
        return "a record" if value else "no record"
    exact = value.normalize()
    return f"{formats.number(exact, max(0, -exact.as_tuple().exponent))} {unit or ''}".strip()


def _place(row: Row) -> str:
    if row["rank_now"] is None or row["measure"] not in RANKED:
        return ""
    then = (
        f"{formats.ordinal(row['rank_then'])} of {row['periods_then']:,} then, " if row["rank_then"] else ""
    )
    beaten = row["beaten_by_period_end"]
    said = f"{then}{formats.ordinal(row['rank_now'])} of {row['periods_now']:,} now"
    return f"{said}, beaten by {beaten:%B %Y}" if beaten else said


def _overview(rows: Sequence[Row]) -> None:
    table = []
    for topic in by_topic(rows):
        found = Counter(row["verdict_now"] for row in rows if row["topic"] == topic)
        changed = sum(row["topic"] == topic and row["verdict"] != row["verdict_now"] for row in rows)
        counts = {
            words.capitalize(): f"{found[verdict]:,}" if found[verdict] else formats.MISSING
            for verdict, (words, _, _) in VERDICTS.items()
            if any(row["verdict_now"] == verdict for row in rows)
        }
        table.append({"Subject": subject(topic), **counts, "Changed since its day": f"{changed:,}"})
    furniture.table(
        table,
        "Claims by subject",
        "Number of claims, by their verdict now.",
        "Has no figure here: the data could tell, but no version that was known then is held here. Cannot be "
        "tested: these data cannot tell; each such claim says what it would take.",
    )


def _chosen(rows: Sequence[Row]) -> list[Row]:
    verdicts = [verdict for verdict in VERDICTS if any(row["verdict_now"] == verdict for row in rows)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        topic = st.selectbox(
            "Subject",
            [*by_topic(rows), ALL],
            format_func=lambda one: "All subjects" if one == ALL else subject(one),
            key="subject",
            bind="query-params",
            width=300,
        )
        verdict = st.selectbox(
            "Verdict now",
            [ALL, *verdicts],
            format_func=lambda one: "All verdicts" if one == ALL else VERDICTS[one][0].capitalize(),
            key="verdict",
            bind="query-params",
            width=260,
        )
    found = [row for row in rows if topic in (ALL, row["topic"]) and verdict in (ALL, row["verdict_now"])]
    st.caption(f"{len(found):,} of {len(rows):,} claims")
    return found


def badge(verdict: str) -> str:
    """A verdict as Markdown, in its colour."""
    words, _, colour = VERDICTS[verdict]
    return f":{colour}-badge[{words}]"


def _card(row: Row) -> None:
    same = row["verdict"] == row["verdict_now"]
    verdicts = (
        badge(row["verdict"])
        if same
        else f"{badge(row['verdict'])} on {formats.day(row['as_of'])}, {badge(row['verdict_now'])} now"
    )
    lines = [f"**{furniture.plain(row['claim'])}**", verdicts, furniture.plain(row["why"])]
    if row["note"]:
        lines.append(f":gray[{furniture.plain(row['note'])}]")
    said = furniture.link(row["claimed_in"], row["source_url"])
    claimed = f", {formats.day(row['claimed_on'])}" if row["claimed_on"] else ""
    tested = f"tested with what was known on {formats.day(row['as_of'])}"
    behind = (
        f"; figure: {furniture.plain(row['mart'])}, {furniture.plain(row['series'])}" if row["mart"] else ""
    )
    lines.append(f":small[:gray[Said by: {said}{claimed}; {tested}{behind}]]")
    with st.container(border=True):
        st.markdown("  \n".join(lines))
