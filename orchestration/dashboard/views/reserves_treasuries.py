"""US Treasury securities abroad, on the page *Reserves*: who holds them, what was bought, what prices did."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture
from orchestration.names import HOLDER_KINDS, HOLDING_PARTS

Row = dict[str, Any]
Shown = Callable[[Sequence[Row]], list[Row]]

COUNTRIES = 6
LINES = 5
CUSTODIAN = (
    "A country is where the custodian is, not the owner: what a Belgian or British custodian holds for "
    "others counts there."
)
BASIS = (
    "Basis: reports of US custodians and issuers to the Treasury (TIC, form SLT), at market value; bills "
    "have no change by prices. Neither: moves between custodians, new and corrected reports."
)


def name(row: Row) -> str:
    """A holder as people call it."""
    return HOLDER_KINDS.get(row["holder_kind"], row["holder_name"])


def draw(table: pa.Table, holders: pa.Table, custody: pa.Table, shown: Shown, as_of: date | None) -> None:
    """Holdings and their changes, major holders, what is in custody at the Federal Reserve.

    Args:
        table: the answer of `queries.reserves.TREASURIES`.
        holders: that of `MAJOR_HOLDERS`.
        custody: that of `CUSTODY`.
        shown: what is in the chosen range.
        as_of: the day of the page.
    """
    newest = ordered(_of_newest_month(table).to_pylist())
    if not newest:
        st.markdown("#### US Treasury securities held abroad")
        st.info("No holdings of Treasury securities that were known on that day are held.")
        return
    st.markdown(f"#### {in_words(newest[0])}")
    source = furniture.source({row["dataset"] for row in newest})
    names = {row["holder"]: name(row) for row in newest}
    holder = st.selectbox(
        "Holder", names, format_func=names.get, key="holder", bind="query-params", width=300
    )
    left, right = st.columns(2)
    with left:
        _parts(shown(table.filter(pc.field("holder") == holder).to_pylist()), source)
    with right:
        two = pc.field("holder_kind").isin(["official", "non_official"])
        _levels(shown(table.filter(two).to_pylist()), source)
    _table(newest, source, as_of)
    furniture.downloads("treasuries_by_holder", table, "All holders", as_of)
    _major(holders, shown, as_of)
    _custody(custody, shown, as_of)


def in_words(newest: Row) -> str:
    """What officials hold, and what of its change within a year they bought."""
    when = formats.period(newest["period_start"], newest["period_end"], long=True)
    text = (
        f"Foreign officials held {formats.money(newest['holdings_usd_m'], 'USD')} of US Treasuries in {when}"
    )
    net, prices = newest["net_12m_usd_m"], newest["valuation_change_12m_usd_m"]
    if net is None or prices is None:
        return text
    verb = "bought" if net >= 0 else "sold"
    return (
        f"{text}: in 12 months they {verb} {formats.money(abs(net), 'USD')} net; prices "
        f"{formats.money(prices, 'USD', signed=True)}, neither "
        f"{formats.money(newest['other_change_12m_usd_m'], 'USD', signed=True)}"
    )


def ordered(rows: Sequence[Row]) -> list[Row]:
    """The rows of one month in order: the kinds as `HOLDER_KINDS` has them, then the largest countries."""
    there = [row for row in rows if row["holdings_usd_m"] is not None]
    kinds = list(HOLDER_KINDS)
    firsts = sorted(
        (row for row in there if row["holder_kind"] in HOLDER_KINDS),
        key=lambda row: kinds.index(row["holder_kind"]),
    )
    countries = sorted(
        (row for row in there if row["holder_kind"] not in HOLDER_KINDS),
        key=lambda row: row["holdings_usd_m"],
        reverse=True,
    )
    return [*firsts, *countries[:COUNTRIES]]


def stacked(parts: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """The lower and upper edge of each part: those above zero upwards, those below it downwards."""
    edges, up, down = [], Decimal(0), Decimal(0)
    for part in parts:
        if part >= 0:
            edges.append((up, up + part))
            up += part
        else:
            edges.append((down + part, down))
            down += part
    return edges


def _parts(rows: Sequence[Row], source: str) -> None:
    bars = []
    for row in rows:
        figures = [row[column] for column in HOLDING_PARTS]
        if None in figures:
            continue
        left, right = charts.bar(row["period_start"], row["period_end"])
        for part, figure, (low, high) in zip(HOLDING_PARTS.values(), figures, stacked(figures), strict=True):
            bars.append(
                {
                    "date": left,
                    "date_end": right,
                    "value_low": low / 1000,
                    "value_high": high / 1000,
                    "series": part,
                    "text": formats.money(figure, "USD", signed=True),
                    "period": formats.period(row["period_start"], row["period_end"]),
                }
            )
    if not bars:
        st.info("The split of the change begins in February 2023, and no such month is in this range.")
        return
    furniture.chart(
        alt.layer(
            charts.stacks(charts.drawable(bars, ("date", "date_end")), "$ bn", list(HOLDING_PARTS.values())),
            charts.zero(),
        ),
        f"{name(rows[-1])}: what changed their US Treasuries, monthly",
        "Billion dollars: net purchases, change by prices, and what is neither.",
        source,
        [BASIS, "The split is published since February 2023."],
    )


def _levels(rows: Sequence[Row], source: str) -> None:
    # Both methods count positions alike: what began in 2023 is the split of their changes.
    points = [_level(row, name(row), "") for row in rows]
    furniture.chart(
        charts.lines(
            charts.drawable(points),
            "$ trn",
            [HOLDER_KINDS["official"], HOLDER_KINDS["non_official"]],
            with_zero=False,
        ),
        "US Treasuries held by foreign officials and by others, monthly",
        "Trillion dollars at market value, at the end of each month.",
        source,
        ["Officials also hold through private custodians abroad and through funds, which count as others."],
    )


def _level(row: Row, series: str, segment: str) -> Row:
    return {
        "date": row["period_end"],
        "value": row["holdings_usd_m"] / 1_000_000,
        "text": formats.money(row["holdings_usd_m"], "USD"),
        "period": formats.period(row["period_start"], row["period_end"]),
        "series": series,
        "segment": segment,
    }


def _table(newest: Sequence[Row], source: str, as_of: date | None) -> None:
    furniture.table(
        [
            {
                "Holder": name(row),
                "Held": formats.money(row["holdings_usd_m"], "USD"),
                "Month": formats.money(row["change_usd_m"], "USD", signed=True),
                "12 months": formats.money(row["change_12m_usd_m"], "USD", signed=True),
                **{
                    part: formats.money(row[column.replace("_usd_m", "_12m_usd_m")], "USD", signed=True)
                    for column, part in HOLDING_PARTS.items()
                },
            }
            for row in newest
        ],
        f"US Treasuries by holder, {newest[0]['period_end']:%B %Y}",
        "Market value, its change in the month and in 12 months, and the parts of the latter; "
        f"{furniture.known(as_of)}.",
        source,
        [
            CUSTODIAN,
            "Both are added whole in China and Belgium, though not all that is held in Belgium is China's. "
            "Officials and others make all foreign holders; countries are among these: do not add rows.",
        ],
    )


def _of_newest_month(table: pa.Table) -> pa.Table:
    return table.filter(pc.equal(table["period_end"], pc.max(table["period_end"])))


def _major(table: pa.Table, shown: Shown, as_of: date | None) -> None:
    if not table.num_rows:
        st.info("No list of major holders that was known on that day is held.")
        return
    newest = _of_newest_month(table).to_pylist()
    newest.sort(key=lambda row: row["holdings_usd_m"], reverse=True)
    # In the months that both lists have, a holder is there twice.
    order = list(dict.fromkeys(row["holder"] for row in newest))[:LINES]
    rows = table.filter(pc.field("holder").isin(order)).to_pylist()
    points = [_level(row, row["holder"], f"{row['dataset']} {row['method']}") for row in shown(rows)]
    furniture.chart(
        charts.lines(charts.drawable(points), "$ trn", order),
        f"The {len(order)} largest foreign holders of US Treasuries, monthly",
        f"Trillion dollars, at the end of each month, {furniture.known(as_of)}.",
        furniture.source({row["dataset"] for row in rows}),
        [CUSTODIAN, "Lines are interrupted where a benchmark survey began a new series: never joined."],
    )
    furniture.downloads("major_holders", table, "Major holders", as_of)


def _custody(table: pa.Table, shown: Shown, as_of: date | None) -> None:
    rows = shown(table.to_pylist())
    if not rows:
        st.info("What foreign officials keep in custody at the Federal Reserve is not here: no file is held.")
        return
    points = [_level(row, "In custody", row["method"]) for row in rows]
    furniture.chart(
        charts.lines(charts.drawable(points), "$ trn", ["In custody"], with_zero=False),
        "US Treasuries in custody at the Federal Reserve for foreign officials, weekly",
        "Trillion dollars at face value, on Wednesdays: a trend; the level is not that of TIC.",
        furniture.source({row["dataset"] for row in rows}),
        [
            f"In 13 weeks to {formats.day(rows[-1]['period_end'])}: "
            f"{formats.money(rows[-1]['change_13w_usd_m'], 'USD', signed=True)}. A fall may be a move to "
            "another custodian or to the Federal Reserve's own repurchase pool."
        ],
    )
    furniture.downloads("fed_custody", table, "In custody", as_of)
