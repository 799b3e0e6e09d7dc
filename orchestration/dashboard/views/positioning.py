"""Positioning and surveys: who is long and short of the yen and the dollar, and what surveys said of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture
from orchestration.dashboard.queries import positioning as queries
from orchestration.dashboard.serving_copy import ask
from orchestration.dashboard.views import surveys

Row = dict[str, Any]
# The weeks of each contract and group, in order of time.
Series = dict[tuple[str, str], list[Row]]

CONTRACTS = {"JPY": "yen", "USD": "dollar index"}
GROUPS = {
    "leveraged_funds": "Leveraged funds",
    "asset_manager": "Asset managers",
    "dealer": "Dealers",
    "other_reportables": "Others reporting",
    "non_reportables": "Not reporting",
}
# Of whom the headline speaks, and the line below it.
LEAD, SECOND = "leveraged_funds", "asset_manager"
UNITS = {"share": "Share of open interest", "contracts": "Contracts"}
# Weeks end on Tuesday, or on Monday before a holiday: more days between two reports, and one is missing.
NEXT_WEEK_WITHIN_DAYS = 9
NOT_SAID = (
    "Futures on one exchange, a small part of all positions; why a position is held, or what it hedges, is "
    "not reported. What dealers hold mirrors their customers."
)


def draw() -> None:
    """The page."""
    top = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = st.segmented_control(
            "Unit",
            UNITS,
            default="share",
            required=True,
            format_func=UNITS.get,
            key="unit",
            bind="query-params",
        )
        as_of = furniture.as_of()
    positions, readings = _positions(as_of), surveys.readings(as_of)
    with top:
        if not positions.num_rows:
            furniture.headline(
                f"No position was known on {formats.day(as_of)}" if as_of else "No position held"
            )
    if positions.num_rows:
        series = by_series(positions.to_pylist())
        with top:
            furniture.headline(
                f"{_newest_day(series)}: {held_by(series, LEAD)}, {furniture.known(as_of)}",
                _below(series),
            )
        _charts(series, unit)
        _newest(series)
        furniture.downloads("positions", positions, "Positions of all these weeks", as_of)
    with top:
        furniture.caveats(positions, surveys.sourced(readings), as_of=as_of)
    surveys.draw(readings, as_of)


def _positions(as_of: date | None) -> pa.Table:
    return ask(queries.POSITIONS) if as_of is None else ask(queries.POSITIONS_AS_OF, as_of=as_of)


def by_series(rows: Sequence[Row]) -> Series:
    """The weeks of each contract and group, as they come: by contract, then in the order of the page."""
    held = {(row["subject"], row["trader_group"]) for row in rows}
    return {
        key: [row for row in rows if (row["subject"], row["trader_group"]) == key]
        for key in ((subject, group) for subject in CONTRACTS for group in GROUPS)
        if key in held
    }


def place(weeks: Sequence[Row]) -> int:
    """The place of the newest week among those held: 1 is the most long, equal weeks share a place."""
    return 1 + sum(week["net_contracts"] > weeks[-1]["net_contracts"] for week in weeks)


def change(weeks: Sequence[Row]) -> int | None:
    """What the newest week added to the net position; None where the week before is not held."""
    if len(weeks) < 2 or not _follows(weeks[-2], weeks[-1]):
        return None
    return weeks[-1]["net_contracts"] - weeks[-2]["net_contracts"]


def segments(weeks: Sequence[Row]) -> list[int]:
    """A number for each week, another one wherever a week between is not held."""
    found = [0] if weeks else []
    for before, week in pairwise(weeks):
        found.append(found[-1] + (not _follows(before, week)))
    return found


def _follows(before: Row, week: Row) -> bool:
    return (week["report_date"] - before["report_date"]).days <= NEXT_WEEK_WITHIN_DAYS


def held_by(series: Series, group: str, with_place: bool = False) -> str:
    """What a group holds of each contract: 'dealers are net short 60,825 yen contracts, net long …'."""
    said = []
    for subject, name in CONTRACTS.items():
        if weeks := series.get((subject, group)):
            net = weeks[-1]["net_contracts"]
            amount = f"net {'short' if net < 0 else 'long'} {formats.number(abs(net), 0)} {name} contracts"
            said.append(f"{amount} ({how_unusual(weeks)})" if with_place else amount)
    return f"{GROUPS[group].lower()} are {', '.join(said)}"


def how_unusual(weeks: Sequence[Row]) -> str:
    """Where the newest week is among those held, from the end that it is nearer to: '8th most long'."""
    from_long = place(weeks)
    from_short = len(weeks) + 1 - from_long
    nearer, side = (from_long, "long") if from_long <= from_short else (from_short, "short")
    if len(weeks) == 1:
        return "the only one"
    return f"most {side}" if nearer == 1 else f"{formats.ordinal(nearer)} most {side}"


def _below(series: Series) -> str:
    lead = [weeks for (_, group), weeks in series.items() if group == LEAD]
    places = ", ".join(
        f"{how_unusual(weeks)} of {len(weeks):,} ({CONTRACTS[weeks[0]['subject']]})" for weeks in lead
    )
    second = held_by(series, SECOND, with_place=True)
    return f"Among the weeks held: {places}. {second[:1].upper()}{second[1:]}."


def _newest_day(series: Series) -> str:
    return formats.day(max(weeks[-1]["report_date"] for weeks in series.values()))


def _charts(series: Series, unit: str) -> None:
    for column, (subject, name) in zip(st.columns(len(CONTRACTS)), CONTRACTS.items(), strict=True):
        weeks_of = {group: weeks for (named, group), weeks in series.items() if named == subject}
        if not weeks_of:
            continue
        points = [
            {
                "date": week["report_date"],
                "value": _value(week, unit),
                "text": _in_words(week),
                "period": formats.day(week["report_date"]),
                "series": GROUPS[group],
                "segment": str(segment),
            }
            for group, weeks in weeks_of.items()
            for week, segment in zip(weeks, segments(weeks), strict=True)
        ]
        order = [GROUPS[group] for group in weeks_of]
        frame = charts.drawable(points)
        longest = max(weeks_of.values(), key=len)
        with column:
            furniture.chart(
                charts.lines(frame, "%" if unit == "share" else "thousand", order),
                f"Net positions in {name} futures by kind of trader",
                _subtitle(subject, unit),
                furniture.source({week["dataset"] for week in longest}),
                [_held(longest), NOT_SAID],
            )


def _value(week: Row, unit: str) -> Decimal | None:
    if unit == "share":
        return week["net_share_of_open_interest_pct"]
    return Decimal(week["net_contracts"]) / 1_000


def _in_words(week: Row) -> str:
    net = formats.number(week["net_contracts"], 0, signed=True)
    return f"{net} contracts, {formats.percent(week['net_share_of_open_interest_pct'], signed=True)}"


def _subtitle(subject: str, unit: str) -> str:
    measured = "Per cent of open interest" if unit == "share" else "Thousand contracts"
    of_what = "the dollar against a basket" if subject == "USD" else "the yen against the dollar"
    return f"{measured}, long less short of {of_what}, on Tuesdays. Above zero: net long."


def _held(weeks: Sequence[Row]) -> str:
    first, last = weeks[0]["report_date"], weeks[-1]["report_date"]
    missing = round((last - first).days / 7) + 1 - len(weeks)
    said = f"{len(weeks):,} weeks are held, {formats.day(first)} to {formats.day(last)}"
    return (
        f"{said}; lines are interrupted where {missing:,} weeks between are not." if missing else f"{said}."
    )


def _newest(series: Series) -> None:
    rows = []
    all_newest = [weeks[-1] for weeks in series.values()]
    compared = any(week["net_percentile_3y"] is not None for week in all_newest)
    for (subject, group), weeks in series.items():
        newest = weeks[-1]
        rows.append(
            {
                "Contract and trader": f"{CONTRACTS[subject].capitalize()}: {GROUPS[group].lower()}",
                "Net": formats.number(newest["net_contracts"], 0, signed=True),
                "Week's change": formats.number(change(weeks), 0, signed=True),
                "Long": formats.number(newest["long_contracts"], 0),
                "Short": formats.number(newest["short_contracts"], 0),
                "Net, of open interest": formats.percent(
                    newest["net_share_of_open_interest_pct"], signed=True
                ),
                "Place": f"{place(weeks):,} of {len(weeks):,}",
                **(
                    {"Percentile, 3 years": formats.percent(newest["net_percentile_3y"], 0)}
                    if compared
                    else {}
                ),
            }
        )
    notes = ["Place: among the weeks held, 1 is the most long."]
    if compared:
        notes.append("Percentile: share of the 156 weeks to this one whose net position was no larger.")
    else:
        weeks_held = max(week["weeks_compared"] for week in all_newest)
        notes.append(f"A percentile of three years needs all of 156 weeks; {weeks_held:,} of them are held.")
    interest = ", ".join(
        f"{name} {formats.number(weeks[-1]['open_interest_contracts'], 0)}"
        for subject, name in CONTRACTS.items()
        if (weeks := series.get((subject, "dealer")))
    )
    furniture.table(
        rows,
        f"Positions on {_newest_day(series)}",
        f"Contracts. Open interest: {interest}.",
        furniture.source({row["dataset"] for row in all_newest}),
        notes,
    )
