"""Flows: what non-residents bought in Japan and its residents abroad, net, and how unusual that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture
from orchestration.dashboard.queries import flows as queries
from orchestration.dashboard.serving_copy import ask
from orchestration.names import ASSET_CLASSES, DIRECTIONS

Row = dict[str, Any]

FREQUENCIES = {"monthly": "Monthly", "weekly": "Weekly"}
UNITS = {"JPY": "Yen", "USD": "Dollars"}
# Years back from the newest period; None for all of them.
RANGES = {"2 y": 2, "5 y": 5, "10 y": 10, "All": None}
OWN_RANGE = "Own"
# The windows of the rolling sums: their columns and names.
SUMS = {
    "monthly": {"3m": "3 months", "12m": "12 months"},
    "weekly": {"4w": "4 weeks", "13w": "13 weeks", "52w": "52 weeks"},
}
NOT_SAID = (
    "It does not say who bought, in whose name, or whether the currency was hedged: no country or owner is "
    "reported. All long-term debt counts, not only government bonds."
)
BASES = {
    "monthly": "Basis: monthly reports of designated major investors to the Ministry of Finance. Neither the "
    "weekly reports nor the balance of payments add up to them.",
    "weekly": "Basis: reports of designated major investors to the Ministry of Finance, by week from Sunday "
    "to Saturday. Weeks do not add up to the monthly figure.",
}


@dataclass(frozen=True)
class Choice:
    """What is chosen at the top of the page."""

    direction: str
    asset_class: str
    frequency: str
    unit: str
    as_of: date | None

    @property
    def basis(self) -> str:
        """Whose count: figures of the weeks and of the months never stand in one chart."""
        return f"jp_itn_{self.frequency}"

    @property
    def one(self) -> str:
        """One period."""
        return "month" if self.frequency == "monthly" else "week"

    def column(self, window: str = "") -> str:
        """The column of the amounts, or of their sums over a window such as `12m`."""
        named = f"net_{window}_" if window else "net_"
        return f"{named}m" if self.unit == "JPY" else f"{named}usd_m"

    @property
    def axis(self) -> str:
        """The unit, at an axis."""
        return "¥ trn" if self.unit == "JPY" else "$ bn"

    @property
    def unit_in_words(self) -> str:
        """The unit, in a subtitle."""
        return "Trillion yen" if self.unit == "JPY" else "Billion dollars at the period's average rate"

    def scaled(self, millions: Decimal | None) -> Decimal | None:
        """An amount in the unit of the axis."""
        return None if millions is None else millions / (1_000_000 if self.unit == "JPY" else 1_000)

    @property
    def who(self) -> str:
        """Who buys."""
        return "non-residents" if self.direction == "inward" else "residents of Japan"

    @property
    def what(self) -> str:
        """What is bought."""
        whose = "Japanese" if self.direction == "inward" else "foreign"
        named = {"total": "equity and debt of all terms"}.get(
            self.asset_class, ASSET_CLASSES[self.asset_class].lower()
        )
        return f"{whose} {named}"


def draw() -> None:
    """The page."""
    # The headline is on top and says what the controls below it have chosen.
    top = st.container()
    choice = _controls()
    signals = _signals(choice)
    if not signals.num_rows:
        with top:
            furniture.headline(f"Nothing was known of these flows on {formats.day(choice.as_of)}")
        st.info("Choose a later day.")
        return
    by_class = {name: signals.filter(pc.field("asset_class") == name) for name in ASSET_CLASSES}
    series = by_class[choice.asset_class].to_pylist()
    source = furniture.source({row["dataset"] for row in series})

    with top:
        furniture.headline(_headline(choice, series), _record_in_words(choice, series))
        furniture.caveats(signals, as_of=choice.as_of)
    shown = _range(series)
    _flow_chart(choice, shown, source)
    left, right = st.columns(2)
    with left:
        _distribution(choice, series, source)
    with right:
        _rolling_sums(choice, shown, source)
    _newest_by_class(choice, [rows.slice(rows.num_rows - 1) for rows in by_class.values()], source)
    if choice.frequency == "monthly":
        classes = ("equity_and_long_term_debt", "equity", "long_term_debt")
        _joint_buying(choice, *(by_class[name].to_pylist() for name in classes), source)
    _records(choice, series, source)
    furniture.downloads(f"flows_{choice.direction}_{choice.frequency}", signals, as_of=choice.as_of)


def _controls() -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        direction = _one_of("Direction", DIRECTIONS, "direction")
        frequency = _one_of("Frequency", FREQUENCIES, "frequency")
        unit = _one_of("Unit", UNITS, "unit")
        asset_class = st.selectbox(
            "Asset class",
            ASSET_CLASSES,
            format_func=ASSET_CLASSES.get,
            key="class",
            bind="query-params",
            width=260,
        )
        return Choice(direction, asset_class, frequency, unit, furniture.as_of())


def _one_of(label: str, options: dict[str, str], key: str) -> str:
    return st.segmented_control(
        label,
        options,
        default=next(iter(options)),
        required=True,
        format_func=options.get,
        key=key,
        bind="query-params",
    )


def _signals(choice: Choice) -> pa.Table:
    chosen = {"basis": choice.basis, "direction": choice.direction}
    if choice.as_of is None:
        return ask(queries.SIGNALS, **chosen)
    return ask(queries.SIGNALS_AS_OF, queries.NARROWED, as_of=choice.as_of, **chosen)


def _headline(choice: Choice, series: Sequence[Row]) -> str:
    newest = series[-1]
    verb = "bought" if newest["net_m"] >= 0 else "sold"
    # The newest period may not have an exchange rate yet.
    unit = "JPY" if newest[choice.column()] is None else choice.unit
    amount = formats.money(abs(newest["net_m" if unit == "JPY" else "net_usd_m"]), unit)
    return (
        f"{_when(newest, long=True)}: {choice.who} {verb} {amount} of {choice.what}, net: "
        f"{place(choice, newest, series)} {furniture.known(choice.as_of)}"
    )


def place(choice: Choice, row: Row, series: Sequence[Row]) -> str:
    """A flow's place among all periods, in words: purchases from the largest, sales from the lowest."""
    if row["rank"] == 1:
        return f"the largest {choice.one} since {series[0]['period_start']:%B %Y}"
    if row["rank"] == row["periods"]:
        return f"the lowest {choice.one} since {series[0]['period_start']:%B %Y}"
    ranked = "" if choice.unit == "JPY" else " in yen"
    if row["net_m"] < 0:
        place = formats.ordinal(row["periods"] + 1 - row["rank"])
        return f"the {place} lowest of {row['periods']:,} {choice.one}s{ranked}"
    return f"the {formats.ordinal(row['rank'])} largest of {row['periods']:,} {choice.one}s{ranked}"


def _record_in_words(choice: Choice, series: Sequence[Row]) -> str:
    record = next((row for row in series if row["is_record"]), None)
    if record is None:
        return ""
    if record is series[-1]:
        before = max(series[:-1], key=lambda row: row["net_m"])
        return f"It beat {_when(before, long=True)}, {formats.money(before[choice.column()], choice.unit)}."
    amount = formats.money(record[choice.column()], choice.unit)
    return (
        f"Record: {_when(record, long=True)}, {amount}, the largest {choice.one} since "
        f"{series[0]['period_start']:%B %Y} {furniture.known(choice.as_of)}."
    )


def _when(row: Row, long: bool = False) -> str:
    return formats.period(row["period_start"], row["period_end"], long)


def _range(series: Sequence[Row]) -> list[Row]:
    first, last = series[0]["period_start"], series[-1]["period_end"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named = st.segmented_control(
            "Range",
            [*RANGES, OWN_RANGE],
            default="10 y",
            required=True,
            key="range",
            bind="query-params",
        )
        if named == OWN_RANGE:
            chosen = st.date_input("From and to", (first, last), min_value=first, max_value=last, width=260)
            if len(chosen) == 2:
                first, last = chosen
        elif (years := RANGES[named]) is not None:
            first = last - timedelta(days=round(365.25 * years))
    return [row for row in series if first <= row["period_start"] and row["period_end"] <= last]


def _flow_chart(choice: Choice, shown: Sequence[Row], source: str) -> None:
    if not shown:
        st.info("There is no period in this range.")
        return
    frame = charts.drawable([_bar(choice, row) for row in shown], ("date", "date_end"))
    layers: list[alt.Chart | alt.LayerChart] = [charts.bars(frame, choice.axis), charts.zero()]
    broken = ask(queries.BREAKS, dataset=shown[0]["dataset"], asset_class=choice.asset_class)
    of_range = (pc.field("from_period") > shown[0]["period_start"]) & (
        pc.field("from_period") <= shown[-1]["period_end"]
    )
    broken = broken.filter(of_range)
    breaks = broken.to_pylist()
    if breaks:
        layers.append(charts.breaks([(row["from_period"], "other method") for row in breaks]))
    marked = [row for row in shown if row["was_record"]]
    if marked:
        layers.append(charts.records(charts.drawable([_mark(choice, row) for row in marked])))
    (sign,) = ask(queries.SIGN, dataset=shown[0]["dataset"])["sign"].to_pylist()
    notes = [BASES[choice.frequency], f"Sign: {sign}.", NOT_SAID]
    if choice.unit == "USD":
        notes.append("Dollars are a conversion of ours. Records, ranks and z-scores are of the yen amounts.")
    furniture.chart(
        alt.layer(*layers),
        f"Net purchases of {choice.what} by {choice.who}, {choice.frequency}",
        f"{choice.unit_in_words}. Diamonds: larger in yen than each {choice.one} before; filled: not beaten "
        "since.",
        source,
        [*notes, *(f"Break in {row['from_period']:%B %Y}: {row['what']}" for row in breaks)],
    )
    if breaks:
        furniture.downloads("flows_breaks", broken, "Breaks in this range")


def _bar(choice: Choice, row: Row) -> Row:
    left, right = charts.bar(row["period_start"], row["period_end"])
    return {"date": left, "date_end": right, **_point(choice, row, choice.column())}


def _mark(choice: Choice, row: Row) -> Row:
    beaten = row["beaten_by_period_end"]
    return {
        "date": charts.middle(row["period_start"], row["period_end"]),
        "stands": row["is_record"],
        "record": "stands" if beaten is None else f"beaten in {beaten:%b %Y}",
        **_point(choice, row, choice.column()),
    }


def _point(choice: Choice, row: Row, column: str) -> Row:
    return {
        "value": choice.scaled(row[column]),
        "text": formats.money(row[column], choice.unit, signed=True),
        "period": _when(row),
        "series": ASSET_CLASSES[row["asset_class"]],
    }


def _distribution(choice: Choice, series: Sequence[Row], source: str) -> None:
    newest = series[-1]
    month = f"{newest['period_end']:%B}"
    groups = {
        f"All {choice.one}s": list(series),
        f"Each {month}" if choice.one == "month" else f"Weeks of {month}": [
            row for row in series if row["period_end"].month == newest["period_end"].month
        ],
    }
    points = [
        {"group": name, "newest": row is newest, **_point(choice, row, choice.column())}
        for name, rows in groups.items()
        for row in rows
    ]
    # Of the figures that are drawn: the newest may not have an exchange rate yet.
    column = choice.column() if newest[choice.column()] is not None else "net_m"
    drawn = [[row[column] for row in rows if row[column] is not None] for rows in groups.values()]
    shares = [
        f"{formats.percent(share_not_larger(newest[column], figures), 0)} of the {len(figures):,} "
        for figures in drawn
    ]
    furniture.chart(
        charts.strip(charts.drawable(points), choice.axis, list(groups)),
        f"{_when(newest, long=True)} among all {choice.one}s and those of {month}",
        f"{choice.unit_in_words}, net. A tick for each {choice.one}, a triangle below the median.",
        source,
        [f"As large as or larger than {shares[0]}{choice.one}s and {shares[1]}in {month}, itself included."],
    )


def share_not_larger(figure: Decimal, others: Sequence[Decimal]) -> Decimal:
    """The percentile as the warehouse has it: the share of figures, this one included, that are no larger."""
    return Decimal(100) * sum(other <= figure for other in others) / len(others)


def _rolling_sums(choice: Choice, shown: Sequence[Row], source: str) -> None:
    names = SUMS[choice.frequency]
    points = [
        {"date": row["period_end"], **_point(choice, row, choice.column(window)), "series": name}
        for window, name in names.items()
        for row in shown
        if row[choice.column(window)] is not None
    ]
    if not points:
        return
    furniture.chart(
        charts.lines(charts.drawable(points), choice.axis, list(names.values())),
        f"Rolling sums of {', '.join(names.values())}",
        f"{choice.unit_in_words}, net, to the end of each {choice.one}.",
        source,
    )


def _newest_by_class(choice: Choice, tables: Sequence[pa.Table], source: str) -> None:
    rows = []
    for newest in pa.concat_tables(tables).to_pylist():
        row = {
            "Asset class": ASSET_CLASSES[newest["asset_class"]],
            "Net": formats.money(newest[choice.column()], choice.unit),
        }
        for window, title in SUMS[choice.frequency].items():
            row[title] = formats.money(newest[choice.column(window)], choice.unit)
        row["Rank"] = f"{newest['rank']:,} of {newest['periods']:,}"
        if choice.frequency == "monthly":
            row["z-score"] = formats.number(newest["zscore_60m"], 2)
            row["Robust z-score"] = formats.number(newest["robust_zscore_60m"], 2)
            row[f"Mean {newest['period_end']:%B}"] = formats.money(newest["seasonal_mean_20y_m"], "JPY")
        rows.append(row)
    monthly = (
        " z-scores: standard deviations from the mean of the 60 months before; robust: from their median. "
        "Last column: mean of the same month in the 20 years before, in yen."
    )
    furniture.table(
        rows,
        f"{_when(newest, long=True)} by asset class",
        f"Net purchases by {choice.who}, {choice.frequency}, and sums of the periods that end with it.",
        source,
        [
            "Rank: of the yen amounts since the series began. Sums of classes stand beside their parts: do "
            "not add rows." + (monthly if choice.frequency == "monthly" else "")
        ],
    )


def _records(choice: Choice, series: Sequence[Row], source: str) -> None:
    rows = [
        {
            choice.one.capitalize(): _when(row),
            "Yen": formats.money(row["net_m"], "JPY"),
            "Dollars": formats.money(row["net_usd_m"], "USD"),
            "Beaten": "stands" if row["is_record"] else f"{row['beaten_by_period_end']:%b %Y}",
        }
        for row in reversed(series)
        if row["was_record"]
    ]
    if not rows:
        return
    furniture.table(
        rows,
        f"Records of {choice.what}",
        f"{choice.one.capitalize()}s larger in yen than each before, since "
        f"{series[0]['period_start']:%B %Y}, {furniture.known(choice.as_of)}.",
        source,
        ["A record is one of this asset class, direction and basis; early years set them easily."],
    )


def _joint_buying(
    choice: Choice, both: Sequence[Row], equity: Sequence[Row], debt: Sequence[Row], source: str
) -> None:
    newest = both[-1]
    bonds = {row["period_start"]: row for row in debt}
    points = [
        {
            "value_x": choice.scaled(row[choice.column()]),
            "value_y": choice.scaled(bonds[row["period_start"]][choice.column()]),
            "newest": row["period_start"] == newest["period_start"],
            "text": " and ".join(
                formats.money(r[choice.column()], choice.unit, signed=True)
                for r in (row, bonds[row["period_start"]])
            ),
            "period": _when(row),
            "series": "Equity and long-term debt",
        }
        for row in equity
        if row["period_start"] in bonds
    ]
    found = "bought both" if newest["is_joint_buying"] else "did not buy both"
    if newest["is_strong_joint_buying"]:
        found += ", each at or above its 90th percentile"
    weak, strong = newest["joint_buying_base_rate_pct"], newest["strong_joint_buying_base_rate_pct"]
    furniture.chart(
        charts.scatter(charts.drawable(points), f"Equity, {choice.axis}", f"Long-term debt, {choice.axis}"),
        f"Equity and long-term debt at once: in {_when(newest, long=True)} {choice.who} {found}",
        f"{choice.unit_in_words}, net, a point for each month; above and right of zero both were bought.",
        source,
        [
            f"Base rate: both were bought in {formats.percent(weak, 0)} of the months to date; both were at "
            f"or above their own 90th percentile in {formats.percent(strong, 1)}."
        ],
    )
