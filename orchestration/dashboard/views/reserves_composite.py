"""The composite of moves away from the dollar, on the page *Reserves*: never without its components."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import furniture

Row = dict[str, Any]

# The component, the columns of its figure and of its score.
COMPONENTS = (
    ("Active flow into the dollar", "usd_active_flow_usd_m", "usd_active_flow_turned_zscore"),
    ("Non-traditional share", "nontraditional_share_pct", "nontraditional_share_zscore"),
    ("Gold added", "gold_change_tonnes", "gold_change_zscore"),
    (
        "Officials' net purchases of Treasuries",
        "tic_official_net_usd_m",
        "tic_official_net_turned_zscore",
    ),
    (
        "Change in custody at the Federal Reserve, 13 weeks",
        "fed_custody_change_13w_usd_m",
        "fed_custody_change_13w_turned_zscore",
    ),
)


def draw(table: pa.Table, as_of: date | None) -> None:
    """The newest quarter with a composite; where there is none, which components are missing.

    Args:
        table: the answer of `queries.reserves.COMPOSITE`.
        as_of: the day of the page.
    """
    rows = table.to_pylist()
    st.markdown("#### A composite of moves away from the dollar, beside its components")
    whole = [row for row in rows if row["composite_mean_zscore"] is not None]
    if not whole:
        st.info(why_there_is_none(rows))
    shown = whole or [row for row in rows if row["components_available"]]
    if not shown:
        return
    newest = shown[-1]
    lines = [
        {
            "Component": name,
            "Figure": written(figure, newest[figure]),
            "Score": formats.number(newest[score], 2, True),
        }
        for name, figure, score in COMPONENTS
    ]
    if whole:
        bounds = (newest["composite_leave_one_out_min"], newest["composite_leave_one_out_max"])
        lines.append(
            {
                "Component": "Composite: mean of the five scores",
                "Figure": f"{' to '.join(formats.number(b, 2, True) for b in bounds)} with one left out",
                "Score": formats.number(newest["composite_mean_zscore"], 2, True),
            }
        )
    furniture.table(
        lines,
        f"{formats.period(newest['period_start'], newest['period_end'])}: "
        + ("composite and components" if whole else "the components that are there, no composite"),
        "Scores in standard deviations from the mean of the 12 quarters before, turned so that positive is "
        f"away from the dollar; {furniture.known(as_of)}.",
        furniture.source({newest["dataset"]}),
        [
            "No accepted index of de-dollarisation exists, and this is none: equal weights are our choice, "
            "components overlap, and none shows who bought or sold. Twelve values are few."
        ],
    )
    furniture.downloads("dedollarisation", table, "Composite and components", as_of)


def why_there_is_none(rows: Sequence[Row]) -> str:
    """Which scores the newest quarter with any of them lacks."""
    there = [row for row in rows if row["components_available"]]
    if not there:
        return "No component has a score: each needs its 12 quarters before."
    newest = there[-1]
    missing = [name for name, _, score in COMPONENTS if newest[score] is None]
    return (
        f"There is no composite: in {formats.period(newest['period_start'], newest['period_end'])} "
        f"{newest['components_available']} of its {len(COMPONENTS)} components have a score. Missing: "
        f"{'; '.join(missing)}. It is never made of fewer."
    )


def written(column: str, figure: object) -> str:
    """A component's figure in its unit, which its column's name ends with."""
    if column.endswith("_usd_m"):
        return formats.money(figure, "USD", signed=True)
    if column.endswith("_pct"):
        return formats.percent(figure)
    return formats.MISSING if figure is None else f"{formats.number(figure, 1, signed=True)}{formats.GAP}t"
