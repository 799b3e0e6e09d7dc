"""The gold of the page *Reserves*: tonnes and shares as each publisher counts them, one beside the other."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture

Row = dict[str, Any]

COUNTS = {
    "cn_safe/official_reserve_assets": "China's SAFE, monthly",
    "imf/reserves": "the IMF's members, monthly",
    "worldbank/reserves": "the World Bank, at the end of each year",
}
FITS = {True: "fit", False: "do not fit", None: formats.MISSING}
# As many as there are colours.
LARGEST = len(charts.PALETTE)
CAVEAT = (
    "The world's gold is not in: no publisher here counts it, so no share of gold in the world's reserves. "
    "The same gold is in several counts: never add them."
)


def draw(table: pa.Table, shown: Callable[[Sequence[Row]], list[Row]], as_of: date | None) -> None:
    """Each publisher's count in a row of its own, then the newest figures of all.

    Args:
        table: the answer of `queries.reserves.GOLD`.
        shown: what is in the chosen range.
        as_of: the day of the page.
    """
    rows = table.to_pylist()
    st.markdown("#### Gold: what single countries hold")
    if not rows:
        st.info("No gold that was known on that day is held.")
        return
    for dataset, name in COUNTS.items():
        # Groups hold economies: in a chart they would be a second time.
        counted = [row for row in rows if (row["dataset"], row["area_kind"]) == (dataset, "economy")]
        if counted:
            _charts(name, shown(counted), furniture.source([dataset]))
    _table(rows, as_of)
    furniture.downloads("reserves_gold", table, "Gold", as_of)


def newest_of_each(rows: Sequence[Row]) -> list[Row]:
    """The newest row of each area of each count, the largest value first."""
    newest = {(row["dataset"], row["area"]): row for row in sorted(rows, key=lambda row: row["period_end"])}
    return sorted(newest.values(), key=lambda row: row["value_published_usd_m"] or 0, reverse=True)


def _charts(name: str, rows: Sequence[Row], source: str) -> None:
    areas = [row["area"] for row in newest_of_each(rows)][:LARGEST]
    drawn = {
        "gold_share_pct": (
            "%",
            "Share of gold",
            "Percent of the country's own reserves, gold among them, both as published.",
        ),
        "gold_tonnes": ("t", "Gold", "Tonnes, at the end of each period."),
    }
    columns = st.columns(2) if any(row["gold_tonnes"] is not None for row in rows) else [st.container()]
    for place, (column, (unit, title, subtitle)) in zip(columns, drawn.items(), strict=False):
        points = [
            {
                # Where the axis names the period: the end of a year would stand at the name of the next.
                "date": row["period_start"],
                "value": row[column],
                "text": f"{formats.number(row[column], 1)}{formats.GAP}{unit}",
                "period": formats.period(row["period_start"], row["period_end"]),
                "series": row["area"],
            }
            for row in rows
            if row["area"] in areas and row[column] is not None and row["is_price_plausible"] is not False
        ]
        if points:
            with place:
                order = [area for area in areas if any(point["series"] == area for point in points)]
                furniture.chart(
                    charts.lines(charts.drawable(points), unit, order, with_zero=column == "gold_share_pct"),
                    f"{title}, as counted by {name}",
                    f"{subtitle} The {len(order)} largest." if len(order) > 1 else subtitle,
                    source,
                    ["The price of gold alone moves the share." if unit == "%" else CAVEAT],
                )


def _table(rows: Sequence[Row], as_of: date | None) -> None:
    newest = newest_of_each(rows)
    furniture.table(
        [
            {
                "Area": row["area"],
                "Counted by": COUNTS[row["dataset"]].split(",")[0],
                "Period": formats.period(row["period_start"], row["period_end"]),
                "Tonnes": formats.number(row["gold_tonnes"], 1),
                "12 months, tonnes": formats.number(row["gold_change_12m_tonnes"], 1, signed=True),
                "Value": formats.money(row["value_published_usd_m"], "USD"),
                "Share": formats.percent(row["gold_share_pct"]),
                "At market price": formats.percent(row["gold_share_at_market_price_pct"]),
                "Volume and value": FITS[row["is_price_plausible"]],
            }
            for row in newest
        ],
        "Official gold, newest figures",
        "Areas by ISO code (or the IMF's, of a group); shares in the area's own reserves with gold among "
        f"them; {furniture.known(as_of)}.",
        furniture.source({row["dataset"] for row in newest}),
        [
            CAVEAT,
            "At market price: gold at the month's average price in London, above and below the line.",
            "Where volume and value do not fit, the price is a legal one or the unit another: not drawn.",
        ],
    )
