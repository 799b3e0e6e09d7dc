"""Flows: what non-residents bought in Japan and its residents abroad, net, and how unusual that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from orchestration.dashboard import charts, formats, furniture
from orchestration.dashboard.queries import flows as queries
from orchestration.dashboard.serving_copy import ask

Row = dict[str, Any]

CLASSES = {
    "equity_and_long_term_debt": "Equity and long-term debt",
    "equity": "Equity",
    "long_term_debt": "Long-term debt",
    "short_term_debt": "Short-term debt",
    "total": "All with short-term debt",
}
DIRECTIONS = {"inward": "Into Japan", "outward": "Out of Japan"}
FREQUENCIES = {"monthly": "Monthly", "weekly": "Weekly"}
UNITS = {"JPY": "Yen", "USD": "Dollars"}
# Years back from the newest period; None for all of them.
RANGES = {"2 years": 2, "5 years": 5, "10 years": 10, "All": None}
OWN_RANGE = "Own range"


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

    @property
    def column(self) -> str:
        """The column of the amounts."""
        return "net_m" if self.unit == "JPY" else "net_usd_m"

    @property
    def who(self) -> str:
        """Who buys."""
        return "non-residents" if self.direction == "inward" else "residents of Japan"

    @property
    def what(self) -> str:
        """What is bought."""
        whose = "Japanese" if self.direction == "inward" else "foreign"
        named = {"total": "equity, long- and short-term debt"}.get(
            self.asset_class, CLASSES[self.asset_class].lower()
        )
        return f"{whose} {named}"


def draw() -> None:
    """The page."""
    choice = _controls()
    signals = _signals(choice)
    if not signals.num_rows:
        st.info(f"Nothing was known yet of these flows on {formats.day(choice.as_of)}. Choose a later day.")
        return
    furniture.warn_if_made_up(signals)
    rows = signals.to_pylist()
    series = [row for row in rows if row["asset_class"] == choice.asset_class]
    newest = series[-1]
    furniture.headline(_headline(choice, newest), _record_in_words(choice, series))
    furniture.warn_if_scheduled(signals)
    source = furniture.source({row["dataset"] for row in series})
    shown = _range(choice, series)
    _flow_chart(choice, shown, source)


def _controls() -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        direction = _one_of("Direction", DIRECTIONS, "direction")
        frequency = _one_of("Frequency", FREQUENCIES, "frequency")
        unit = _one_of("Unit", UNITS, "unit")
        asset_class = st.selectbox(
            "Asset class", CLASSES, format_func=CLASSES.get, key="class", bind="query-params", width=230
        )
        return Choice(direction, asset_class, frequency, unit, furniture.as_of())


def _one_of(label: str, options: dict[str, str], key: str) -> str:
    first = next(iter(options))
    return st.segmented_control(
        label,
        options,
        default=first,
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


def _headline(choice: Choice, newest: Row) -> str:
    verb = "bought" if newest["net_m"] >= 0 else "sold"
    amount = formats.money(abs(newest[choice.column]), choice.unit)
    when = formats.period(newest["period_start"], newest["period_end"], long=True)
    return (
        f"{when}: {choice.who} {verb} {amount} of {choice.what}, net: {_place(choice, newest)} "
        f"{furniture.known(choice.as_of)}"
    )


def _place(choice: Choice, row: Row) -> str:
    return f"{formats.ordinal(row['rank'])} of {row['periods']:,} {choice.one}s"


def _record_in_words(choice: Choice, series: Sequence[Row]) -> str:
    record = next((row for row in series if row["is_record"]), None)
    if record is None:
        return ""
    when = formats.period(record["period_start"], record["period_end"], long=True)
    return (
        f"Record: {when}, {formats.money(record[choice.column], choice.unit)}, the largest {choice.one} "
        f"since {series[0]['period_start']:%B %Y} {furniture.known(choice.as_of)}."
    )


def _range(choice: Choice, series: Sequence[Row]) -> list[Row]:
    first, last = series[0]["period_start"], series[-1]["period_end"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named = st.segmented_control(
            "Range", [*RANGES, OWN_RANGE], default="10 years", required=True, key="range", bind="query-params"
        )
        if named == OWN_RANGE:
            chosen = st.date_input(
                "From and to", (first, last), min_value=first, max_value=last, key="own_range"
            )
            if len(chosen) == 2:
                first, last = chosen
        elif (years := RANGES[named]) is not None:
            first = max(first, last - timedelta(days=round(365.25 * years)))
    return [row for row in series if first <= row["period_start"] and row["period_end"] <= last]


def _flow_chart(choice: Choice, shown: Sequence[Row], source: str) -> None:
    frame = charts.drawable([_bar(choice, row) for row in shown], ("date", "date_end"))
    layers: list[alt.Chart] = [charts.bars(frame, _axis(choice)), charts.zero()]
    marked = [row for row in shown if row["was_record"]]
    if marked:
        layers.append(charts.records(charts.drawable([_mark(choice, row) for row in marked])))
    furniture.chart(
        alt.layer(*layers),
        f"Net purchases of {choice.what} by {choice.who}, {choice.frequency}",
        f"{_unit(choice)}. Diamonds: the largest {choice.one} so far when it was; filled: still is.",
        source,
    )


def _bar(choice: Choice, row: Row) -> Row:
    # Four fifths of the period, so that bars stand apart.
    length = (row["period_end"] - row["period_start"] + timedelta(days=1)) * 0.8
    return {
        "date": row["period_start"],
        "date_end": row["period_start"] + length,
        **_point(choice, row),
    }


def _mark(choice: Choice, row: Row) -> Row:
    beaten = row["beaten_by_period_end"]
    return {
        "date": row["period_start"] + (row["period_end"] - row["period_start"]) * 0.4,
        "stands": row["is_record"],
        "record": "stands" if beaten is None else f"beaten in {beaten:%b %Y}",
        **_point(choice, row),
    }


def _point(choice: Choice, row: Row) -> Row:
    return {
        "value": _scaled(choice, row[choice.column]),
        "text": formats.money(row[choice.column], choice.unit, signed=True),
        "period": formats.period(row["period_start"], row["period_end"]),
        "series": CLASSES[row["asset_class"]],
    }


def _scaled(choice: Choice, millions: Any) -> Any:  # noqa: ANN401 - a Decimal, or None
    if millions is None:
        return None
    return millions / (1_000_000 if choice.unit == "JPY" else 1_000)


def _axis(choice: Choice) -> str:
    return "¥ trn" if choice.unit == "JPY" else "$ bn"


def _unit(choice: Choice) -> str:
    if choice.unit == "JPY":
        return "Trillion yen"
    return "Billion US dollars, at the average rate of the period; records and ranks by the yen amounts"
