"""Reserves: which currencies they are in, what exchange rates did to that, gold, Treasury securities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, furniture
from orchestration.dashboard.queries import reserves as queries
from orchestration.dashboard.serving_copy import ask
from orchestration.dashboard.views import reserves_composite, reserves_gold, reserves_treasuries
from orchestration.names import CURRENCIES, titled

Row = dict[str, Any]

RANGES = {"5 y": 5, "10 y": 10, "All": None}
# Of what a share is one: by the imputed method of all reserves, before of the reported ones.
DENOMINATORS = {"cofer_imputed": "foreign exchange reserves"}
NOT_SAID = (
    "An aggregate: it does not say which country moved. Gold is in neither part of the fraction. Bond prices "
    "and interest are not taken out."
)
RANGE_SAID = (
    "A range, as nobody knows what the other currencies are: at one end they are left as they are, at the "
    "other they move against the dollar as the named ones do together."
)


@dataclass(frozen=True)
class Choice:
    """What is chosen at the top of the page."""

    currency: str
    years: int | None
    as_of: date | None

    @property
    def name(self) -> str:
        """The currency in a sentence."""
        return f"the {CURRENCIES[self.currency]}"

    def shown(self, rows: Sequence[Row]) -> list[Row]:
        """The rows in the range, counted back from the newest of them."""
        if self.years is None or not rows:
            return list(rows)
        first = max(row["period_end"] for row in rows) - timedelta(days=round(365.25 * self.years))
        return [row for row in rows if row["period_end"] > first]


def draw() -> None:
    """The page."""
    # The headline is on top and says what the controls below it have chosen.
    top = st.container()
    choice = _controls()
    shares, concentration, gold, treasuries, holders, custody, composite = tables = [
        _answer(question, choice)
        for question in (
            queries.SHARES,
            queries.CONCENTRATION,
            queries.GOLD,
            queries.TREASURIES,
            queries.MAJOR_HOLDERS,
            queries.CUSTODY,
            queries.COMPOSITE,
        )
    ]
    _cofer(choice, shares, concentration, top)
    with top:
        furniture.caveats(*tables, as_of=choice.as_of)
    reserves_gold.draw(gold, choice.shown, choice.as_of)
    reserves_treasuries.draw(treasuries, holders, custody, choice.shown, choice.as_of)
    reserves_composite.draw(composite, choice.as_of)


def _answer(question: queries.Question, choice: Choice) -> pa.Table:
    if choice.as_of is None:
        return ask(question.now)
    return ask(question.as_of, as_of=choice.as_of)


def _controls() -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        currency = st.selectbox(
            "Currency",
            CURRENCIES,
            format_func=lambda code: titled(CURRENCIES[code]),
            key="currency",
            bind="query-params",
            width=200,
        )
        years = st.segmented_control(
            "Range", RANGES, default="10 y", required=True, key="years", bind="query-params"
        )
        return Choice(currency, RANGES[years], furniture.as_of())


def _cofer(
    choice: Choice, table: pa.Table, concentration: pa.Table, top: st.delta_generator.DeltaGenerator
) -> None:
    rows = table.to_pylist()
    series = [row for row in rows if row["currency"] == choice.currency and row["share_pct"] is not None]
    methods = ask(queries.METHODS)
    if not series:
        with top:
            furniture.headline(
                f"Shares of {choice.name} in reserves, {furniture.known(choice.as_of)}, are not here"
            )
            for method in methods.to_pylist():
                since = method["first_published_at"].date()
                if choice.as_of and choice.as_of < since:
                    st.info(
                        f"The figures held are by the method first published on {formats.day(since)}; no "
                        f"release of before is held. {method['what']}"
                    )
        return
    newest = series[-1]
    source = furniture.source({row["dataset"] for row in rows})
    imputed = _answer(queries.COVERAGE, choice).to_pylist()
    with top:
        furniture.headline(
            headline(newest, choice.name), " ".join([quarter_in_words(newest), *imputed_in_words(imputed)])
        )
    shown = choice.shown(series)
    _share_chart(choice, shown, methods.to_pylist(), source)
    left, right = st.columns(2)
    with left:
        _change_chart(choice, same_method(shown), source)
    with right:
        _active_flow_chart(choice, same_method(shown), source)
    _table(rows, newest, source, choice)
    furniture.downloads("reserves_by_currency", table, "All currencies", choice.as_of)
    furniture.downloads("reserves_methods", methods, "Methods that replaced another")
    _concentration(choice, concentration, source)


def headline(newest: Row, name: str) -> str:
    """The share, and its change within a year as published and at constant exchange rates."""
    text = (
        f"{_when(newest)}: the share of {name} in {denominator(newest)} is "
        f"{formats.percent(newest['share_pct'], 2)}"
    )
    if newest["share_change_1y_pp"] is not None:
        text += f", {less_or_more([newest['share_change_1y_pp']])} than a year before"
    ends = _ends(newest, "share_change_1y_constant_fx_{}pp")
    return f"{text}; at constant exchange rates {less_or_more(ends)}" if ends else text


def denominator(row: Row) -> str:
    """Of what the row's share is one."""
    return DENOMINATORS.get(row["method"], "allocated reserves")


def _unit(row: Row) -> str:
    return f"Percent of {denominator(row)}"


def quarter_in_words(newest: Row) -> str:
    """The change within the quarter, and what exchange rates explain of it."""
    ends = _ends(newest, "share_change_constant_fx_{}pp")
    if not ends:
        return "No figure at constant exchange rates: the holdings of a currency are not held."
    text = (
        f"Within the quarter: {less_or_more([newest['share_change_pp']])}, at the exchange rates of the "
        f"quarter before {less_or_more(ends)}"
    )
    explained = sorted(_ends(newest, "fx_explained_{}pct"))
    if not explained:
        return f"{text}."
    if explained[0] < 0:
        return f"{text}: exchange rates moved it the other way."
    if explained[-1] > 100:
        return f"{text}: exchange rates moved it by more than it changed."
    return f"{text}: exchange rates explain {_between(explained, 0)}{formats.GAP}% of the change."


def imputed_in_words(newest: Sequence[Row]) -> list[str]:
    """How much of reserves no country reported by currency, where the IMF says it."""
    return [
        f"{formats.percent(row['imputed_share_pct'], 1)} of all reserves at the end of {_when(row)} were not "
        "reported by currency: the IMF imputes theirs."
        for row in newest
    ]


def method_in_words(method: Row) -> str:
    """When a method began to be published, and what it changed."""
    return f"first published on {formats.day(method['first_published_at'].date())}. {method['what']}"


def less_or_more(changes: Iterable[Decimal]) -> str:
    """A change in percentage points, or the range of one: '1.25 pp less', '0.36 to 0.47 pp less'."""
    low, high = min(changes := list(changes)), max(changes)
    if all(not Decimal(formats.number(abs(change), 2)) for change in changes):
        return "unchanged"
    if low < 0 < high and formats.number(low, 2) != formats.number(high, 2):
        return (
            f"between {formats.number(-low, 2)}{formats.GAP}pp less and "
            f"{formats.number(high, 2)}{formats.GAP}pp more"
        )
    word = "less" if low < 0 else "more"
    return f"{_between(sorted((abs(low), abs(high))), 2)}{formats.GAP}pp {word}"


def _between(ends: Sequence[Decimal], places: int) -> str:
    written = dict.fromkeys(formats.number(end, places) for end in ends)
    return " to ".join(written)


def _ends(row: Row, column: str) -> list[Decimal]:
    """Both treatments of the other currencies; none where either is missing."""
    ends = [row[column.format(treatment)] for treatment in ("", "other_repriced_")]
    return [] if None in ends else ends


def _when(row: Row) -> str:
    return formats.period(row["period_start"], row["period_end"])


def segments(rows: Sequence[Row]) -> list[str]:
    """A name for each row's piece of line: another one after a missing quarter, and by another method."""
    names, gaps = [], 0
    for before, row in zip([None, *rows], rows, strict=False):
        gaps += before is not None and row["period_start"] - before["period_end"] > timedelta(days=1)
        names.append(f"{row['method']} {gaps}")
    return names


def same_method(rows: Sequence[Row]) -> list[Row]:
    """The rows by the method of the newest: a quarter may have been published by two."""
    return [row for row in rows if row["method"] == rows[-1]["method"]]


def _series(row: Row, newest: Row, name: str) -> str:
    """Figures of two methods are two series."""
    return name if row["method"] == newest["method"] else f"{name}, by the method before"


def _points(rows: Sequence[Row], column: str, name: str, places: int = 2) -> list[Row]:
    """What a line draws of a column: nothing where it has no figure."""
    there = [row for row in rows if row[column] is not None]
    return [
        {
            "date": row["period_end"],
            "value": row[column],
            "text": formats.number(row[column], places),
            "period": _when(row),
            "series": _series(row, rows[-1], name),
            "segment": segment,
        }
        for row, segment in zip(there, segments(there), strict=True)
    ]


def _band(rows: Sequence[Row], low: str, high: str) -> list[Row]:
    there = [row for row in rows if row[low] is not None and row[high] is not None]
    return [
        {"date": row["period_end"], "value_low": row[low], "value_high": row[high], "segment": segment}
        for row, segment in zip(there, segments(there), strict=True)
    ]


def _order(points: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(point["series"] for point in reversed(points)))


def _share_chart(choice: Choice, shown: Sequence[Row], methods: Sequence[Row], source: str) -> None:
    nominal = _points(shown, "share_pct", "As published")
    column = "share_at_fixed_fx_{}pct"
    base = next(
        (row["fixed_base_period_end"] for row in reversed(shown) if row["fixed_base_period_end"]), None
    )
    layers: list[alt.Chart | alt.LayerChart] = []
    constant: list[Row] = []
    said = _unit(shown[-1])
    if base:
        at = formats.period(date(base.year, base.month - 2, 1), base)
        there = [row for row in same_method(shown) if _ends(row, column)]
        constant = _points(there, column.format(""), f"At rates of {at}")
        for point, row in zip(constant, there, strict=True):
            point["text"] = f"{_between(sorted(_ends(row, column)), 2)}{formats.GAP}%"
        between = _band(there, column.format(""), column.format("other_repriced_"))
        layers.append(charts.band(charts.drawable(between), "%", charts.ORANGE))
        said += (
            f", as published and at the exchange rates of the end of {at}; shaded: the range of the latter."
        )
    # The method before comes last: the first two keep their colours, the second that of its range.
    order = list(dict.fromkeys(point["series"] for point in [nominal[-1], *constant, *nominal]))
    layers.append(charts.lines(charts.drawable([*nominal, *constant]), "%", order, with_zero=False))
    first, last = shown[0]["period_end"], shown[-1]["period_end"]
    marks = [
        (method["first_published_at"].date(), "first release\nby this method")
        for method in methods
        if first < method["first_published_at"].date() < last
    ]
    if marks:
        layers.append(charts.breaks(marks))
    furniture.chart(
        alt.layer(*layers),
        f"Share of {choice.name} in the world's {denominator(shown[-1])}, quarterly",
        said,
        source,
        [
            *([RANGE_SAID] if base else []),
            NOT_SAID,
            *(f"Method {method_in_words(method)}" for method in methods),
        ],
    )


def _change_chart(choice: Choice, shown: Sequence[Row], source: str) -> None:
    there = [row for row in shown if row["share_change_pp"] is not None]
    if not there:
        return
    bars, ranges = [], []
    for row in there:
        left, right = charts.bar(row["period_start"], row["period_end"])
        bars.append(
            {
                "date": left,
                "date_end": right,
                "period": _when(row),
                "value": row["share_change_pp"],
                "text": formats.points(row["share_change_pp"]),
                "series": "As published",
            }
        )
        if ends := _ends(row, "share_change_constant_fx_{}pp"):
            ranges.append(
                {
                    "date": charts.middle(row["period_start"], row["period_end"]),
                    "period": _when(row),
                    "value_low": min(ends),
                    "value_high": max(ends),
                    "text": " to ".join(dict.fromkeys(formats.points(end) for end in sorted(ends))),
                    "series": "At the rates of the quarter before",
                }
            )
    layers = [charts.bars(charts.drawable(bars, ("date", "date_end")), "pp"), charts.zero()]
    if ranges:
        layers.append(charts.spans(charts.drawable(ranges), "pp"))
    furniture.chart(
        alt.layer(*layers),
        f"Change of the share of {choice.name} within each quarter: what exchange rates explain",
        "Percentage points. Bars: as published; purple: at the exchange rates of the quarter before, both "
        "treatments of the other currencies.",
        source,
        ["What lies between bar and mark is exchange rates. The rest still holds bond prices and interest."],
    )


def _active_flow_chart(choice: Choice, shown: Sequence[Row], source: str) -> None:
    there = [row for row in shown if row["active_flow_usd_m"] is not None]
    if not there:
        st.info(f"No active flow of {choice.name}: it needs an exchange rate.")
        return
    bars = [
        {
            "date": left,
            "date_end": right,
            "value": row["active_flow_usd_m"] / 1000,
            "text": formats.money(row["active_flow_usd_m"], "USD", signed=True),
            "period": _when(row),
            "series": titled(CURRENCIES[choice.currency]),
        }
        for row in there
        for left, right in [charts.bar(row["period_start"], row["period_end"])]
    ]
    furniture.chart(
        alt.layer(charts.bars(charts.drawable(bars, ("date", "date_end")), "$ bn"), charts.zero()),
        f"Active flow into {choice.name}, quarterly",
        "Billion dollars: change of the holding in its own currency, at the quarter's average rate.",
        source,
        ["No observed purchase: kept interest and changes of bond prices are in it."],
    )


def _table(rows: Sequence[Row], newest: Row, source: str, choice: Choice) -> None:
    release = [row for row in rows if all(row[key] == newest[key] for key in ("period_end", "method"))]
    release.sort(key=lambda row: row["share_pct"] or 0, reverse=True)
    furniture.table(
        [
            {
                "Currency": titled(CURRENCIES[row["currency"]]),
                "Share": formats.percent(row["share_pct"], 2),
                "Year": formats.points(row["share_change_1y_pp"]),
                "Year, constant rates": _range(row, "share_change_1y_constant_fx_{}pp"),
                "Quarter": formats.points(row["share_change_pp"]),
                "Quarter, constant rates": _range(row, "share_change_constant_fx_{}pp"),
                "Flow, quarter": formats.money(row["active_flow_usd_m"], "USD", signed=True),
                "Flow, 4 quarters": formats.money(row["active_flow_4q_usd_m"], "USD", signed=True),
            }
            for row in release
        ],
        f"{_when(newest)} by currency",
        f"{_unit(newest)}; changes in percentage points, as published and at constant exchange rates; active "
        f"flows in dollars; {furniture.known(choice.as_of)}.",
        source,
        [RANGE_SAID, "Shares are rounded after the differences are taken."],
    )


def _range(row: Row, column: str) -> str:
    ends = sorted(_ends(row, column))
    if not ends:
        return formats.MISSING
    written = dict.fromkeys(formats.number(end, 2, signed=True) for end in ends)
    return f"{' to '.join(written)}{formats.GAP}pp"


def _concentration(choice: Choice, table: pa.Table, source: str) -> None:
    rows = same_method(choice.shown(table.to_pylist()))
    if not rows:
        return
    st.markdown(f"#### {concentration_in_words(rows[-1])}")
    left, right = st.columns(2)
    with left:
        names = {"effective_number_lower": "Others as one", "effective_number_upper": "Others countless"}
        points = [point for column, name in names.items() for point in _points(rows, column, name)]
        between = charts.drawable(_band(rows, *names))
        furniture.chart(
            alt.layer(
                charts.band(between, "", charts.BLUE),
                charts.lines(charts.drawable(points), "", _order(points)[::-1], with_zero=False),
            ),
            "Effective number of currencies in reserves, quarterly",
            "How many of equal size would be as concentrated: 1 / HHI, both treatments of the others.",
            source,
            _named(rows),
        )
    with right:
        names = {
            "nontraditional_share_pct": "Non-traditional",
            "nontraditional_without_cny_share_pct": "Without renminbi",
            "other_share_pct": "Not named",
        }
        points = [point for column, name in names.items() for point in _points(rows, column, name)]
        furniture.chart(
            charts.lines(
                charts.drawable(points), "%", [n for n in names.values() if n in set(_order(points))]
            ),
            "Reserves outside dollar, euro, yen and pound, quarterly",
            f"{_unit(rows[-1])}, at the exchange rates of each quarter's end.",
            source,
            ["Exchange rates alone move it: a weaker dollar looks like diversification.", *_named(rows)],
        )
    newest = rows[-1]
    compared = {row["period_end"]: row for row in rows}
    columns = {
        "Newest": newest,
        "Quarter before": compared.get(newest["period_start"] - timedelta(days=1)),
        "Year before": compared.get(newest["period_end"].replace(year=newest["period_end"].year - 1)),
        "First shown": rows[0],
    }
    furniture.table(
        [
            {
                "Quarter": f"{name}: {_when(row)}",
                "HHI, others countless": formats.number(row["hhi_lower"], 4),
                "HHI, others as one": formats.number(row["hhi_upper"], 4),
                "Effective number": _between(
                    [row["effective_number_lower"], row["effective_number_upper"]], 2
                ),
                "Non-traditional": formats.percent(row["nontraditional_share_pct"], 2),
                "Without renminbi": formats.percent(row["nontraditional_without_cny_share_pct"], 2),
                "Not named": formats.percent(row["other_share_pct"], 2),
            }
            for name, row in columns.items()
            if row
        ],
        "Concentration",
        f"Herfindahl-Hirschman index (HHI, 0 to 1), its inverse, and shares in {denominator(newest)}; "
        f"{furniture.known(choice.as_of)}.",
        source,
        ["The figure that is mostly quoted has the others as one currency."],
    )
    furniture.downloads("reserves_concentration", table, "Concentration", choice.as_of)


def concentration_in_words(newest: Row) -> str:
    """Concentration in one sentence."""
    numbers = _between([newest["effective_number_lower"], newest["effective_number_upper"]], 2)
    return (
        f"Concentration: in {_when(newest)} as concentrated as {numbers} currencies of equal size; "
        f"{formats.percent(newest['nontraditional_share_pct'], 1)} are outside dollar, euro, yen and pound"
    )


def _named(rows: Sequence[Row]) -> list[str]:
    """Where a currency began to be named, figures jump without a purchase."""
    return [
        f"{_when(row)}: {row['named_currencies'] - before['named_currencies']} more named apart, which moves "
        "bounds and what is not named without a purchase."
        for before, row in pairwise(rows)
        if row["named_currencies"] > before["named_currencies"]
    ]
