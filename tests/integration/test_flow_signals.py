"""The SQL of the flows' signals, against arithmetic in Python: long windows, joint buying, worlds, chance."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import mean, median, stdev

import duckdb
import pytest

from tests.desk import compiled

FLOW = {
    "world": "now", "basis": "b", "direction": "inward", "investor_sector": "all", "counterpart": "W1",
    "asset_class": "equity", "frequency": "monthly", "currency": "JPY", "acquisition_m": None,
    "disposition_m": None, "net_usd_m": None, "method": "m", "dataset": "p/d",
    "known_at": "2026-01-01 00:00:00", "known_at_basis": "published", "origin": "live",
}  # fmt: skip
TYPES = {
    "period_start": "date", "period_end": "date", "acquisition_m": "decimal(20, 2)",
    "disposition_m": "decimal(20, 2)", "net_m": "decimal(20, 2)", "net_usd_m": "decimal(20, 2)",
    "known_at": "timestamp",
}  # fmt: skip
Signals = Callable[[list[dict]], dict[tuple, dict]]


@pytest.fixture(scope="module")
def signals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signals]:
    """What the macro makes of flows: a row of signals by world, asset class and start of the period."""
    folder = tmp_path_factory.mktemp("compiled")
    sql = compiled(folder, "--inline", "{{ flow_signals('made_up', ['world']) }}")
    with duckdb.connect() as connection:

        def answer(flows: list[dict]) -> dict[tuple, dict]:
            rows = [FLOW | flow for flow in flows]
            columns = list(dict.fromkeys(column for row in rows for column in row))
            shape = ", ".join(f"{column} {TYPES.get(column, 'varchar')}" for column in columns)
            connection.execute(f"create or replace table made_up ({shape})")
            connection.executemany(
                f"insert into made_up values ({', '.join('?' * len(columns))})",
                [[row[column] for column in columns] for row in rows],
            )
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            dicts = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            assert len(dicts) == len(rows)
            return {(row["world"], row["asset_class"], row["period_start"]): row for row in dicts}

        yield answer


def month(place: int) -> date:
    """The first day of a month, counted from January 2000."""
    return date(2000 + place // 12, place % 12 + 1, 1)


def flow(place: int, net: float, **more: str) -> dict:
    return {
        "period_start": month(place),
        "period_end": month(place + 1) - timedelta(days=1),
        "net_m": net,
        **more,
    }


def test_a_z_score_leaves_the_month_itself_out_and_needs_the_60_before(signals) -> None:
    """Sales of 1 and purchases of 3 in turn, then 9: mean and median 1, deviations 2.0169 and 2."""
    nets = [-1 if place % 2 == 0 else 3 for place in range(60)] + [9]
    rows = [flow(place, net) for place, net in enumerate(nets)]
    rows += [flow(place, net, world="with a gap") for place, net in enumerate(nets) if place != 7]
    rows += [flow(place, 5, world="all alike") for place in range(61)]
    found = signals(rows)
    assert found["now", "equity", month(60)]["zscore_60m"] == Decimal("3.9665")
    assert found["now", "equity", month(60)]["robust_zscore_60m"] == Decimal("2.6980")
    for world, place in (("now", 59), ("with a gap", 60), ("all alike", 60)):
        assert found[world, "equity", month(place)]["zscore_60m"] is None
        assert found[world, "equity", month(place)]["robust_zscore_60m"] is None


@pytest.mark.parametrize(("first_of_new", "mixes"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_break_of_method_among_the_60_months_is_told(signals, first_of_new, mixes) -> None:
    """A break does not shorten the window, and is out of it when the window begins with it."""
    found = signals([flow(p, p % 7, method="new" if p >= first_of_new else "old") for p in range(-6, 61)])[
        "now", "equity", month(60)
    ]
    assert found["zscore_60m"] is not None
    assert found["zscore_mixes_methods"] is mixes
    assert found["method_since"] == month(first_of_new if first_of_new <= 60 else -6)
    assert found["rank_mixes_methods"] is (first_of_new <= 60)


def test_a_month_is_a_multiple_of_the_same_month_in_the_20_years_before(signals) -> None:
    """A sale is a negative multiple of purchases; of sales there is none, nor while a year is missing."""
    rows = [flow(3, 1_000_000)]
    for year in range(1, 22):
        april, last = 12 * year + 3, year == 21
        rows += [flow(april, -7 if last else 2), flow(april - 1, 500)]
        rows.append(flow(april, -7 if last else -2, world="sales"))
        if year != 5:
            rows.append(flow(april, -7 if last else 2, world="with a gap"))
    found = {world: row for (world, _, start), row in signals(rows).items() if start == month(12 * 21 + 3)}
    assert {w: (r["seasonal_mean_20y_m"], r["seasonal_ratio_20y"]) for w, r in found.items()} == {
        "now": (2, Decimal("-3.5")),
        "sales": (-2, None),
        "with a gap": (None, None),
    }


@pytest.mark.parametrize(("first_of_new", "mixes"), [(3, False), (4, True), (243, True), (244, False)])
def test_a_break_of_method_among_the_20_years_is_told(signals, first_of_new, mixes) -> None:
    """Of the same months only, up to this one; where there are no 20 years, nothing is mixed."""
    rows = [flow(p, 2, method="new" if p >= first_of_new else "old") for p in range(3, 245)]
    found = signals(rows)
    assert found["now", "equity", month(243)]["seasonal_mean_20y_m"] == 2
    assert found["now", "equity", month(243)]["seasonal_mixes_methods"] is mixes
    assert found["now", "equity", month(242)]["seasonal_mean_20y_m"] is None
    assert found["now", "equity", month(242)]["seasonal_mixes_methods"] is False


def test_a_break_in_the_classes_is_none_of_their_sum(signals) -> None:
    """The sum's method is its own; what is known of joint buying rests on the classes, too."""
    rows = []
    for place in range(61):
        moved = "new" if place >= 30 else "old"
        rows.append(flow(place, place % 5, asset_class="equity", method=moved))
        rows.append(flow(place, place % 3, asset_class="long_term_debt", method=moved))
        rows.append(flow(place, place % 7, asset_class="equity_and_long_term_debt", method="old"))
    rows[-3] |= {"known_at": "2026-03-01 00:00:00", "known_at_basis": "retrieved"}
    rows[0] |= {"known_at_basis": "scheduled"}
    found = signals(rows)

    def told(asset_class: str, *columns: str) -> tuple:
        return tuple(found["now", asset_class, month(60)][column] for column in columns)

    flags = ("zscore_mixes_methods", "rank_mixes_methods")
    assert told("equity", *flags) == told("long_term_debt", *flags) == (True, True)
    assert told("equity_and_long_term_debt", *flags) == (False, False)
    known = ("known_at", "known_at_basis", "rests_on_schedule")
    later, before = datetime(2026, 3, 1), datetime(2026, 1, 1)
    assert told("equity", *known) == told("equity_and_long_term_debt", *known) == (later, "retrieved", True)
    assert told("long_term_debt", *known) == (before, "published", False)


def test_joint_buying_has_its_base_rate_and_strong_waits_for_60_months(signals) -> None:
    """Bonds are bought in every other month and shares in all; at the percentile is strong."""
    rows = []
    for place in range(62):
        rows.append(flow(place, 7, asset_class="equity_and_long_term_debt"))
        rows.append(flow(place, 1 if place % 2 == 0 else -1, asset_class="long_term_debt"))
        if place != 61:
            rows.append(flow(place, 1))
    found = signals(rows)
    columns = (
        "is_joint_buying", "joint_buying_base_rate_pct",
        "is_strong_joint_buying", "strong_joint_buying_base_rate_pct",
    )  # fmt: skip

    def told(place: int, asset_class: str = "equity_and_long_term_debt") -> tuple:
        return tuple(found["now", asset_class, month(place)][column] for column in columns)

    assert told(0) == (True, 100, None, None)
    assert told(1) == (False, 50, None, None)
    assert told(58) == (True, Decimal("50.8475"), None, None)
    assert told(59) == (False, 50, False, 0)
    assert told(60) == (True, Decimal("50.8197"), True, 50)
    assert told(61) == (None, None, None, None), "without equity nothing is told"
    assert told(60, "equity") == (None, None, None, None)


def test_worlds_know_nothing_of_each_other(signals) -> None:
    """The same series before and after a revision and two more months."""
    rows = [flow(0, 1, world="then"), flow(1, 9, world="then"), flow(2, 5, world="then")]
    rows += [flow(place, net) for place, net in enumerate([1, 4, 5, 6, 2])]
    found = signals(rows)

    def told(world: str, place: int, *columns: str) -> tuple:
        return tuple(found[world, "equity", month(place)][column] for column in columns)

    record = ("was_record", "is_record", "beaten_by_period_end")
    assert told("then", 1, *record) == (True, True, None)
    assert told("now", 1, *record) == (True, False, date(2000, 3, 31))
    places = ("rank_to_date", "rank", "periods", "net_3m_m")
    assert told("then", 2, *places) == (2, 2, 3, 15)
    assert told("now", 2, *places) == (1, 2, 5, 10)


def expected(series: dict[date, int], frequency: str, start: date) -> dict:
    """The signals of one period of a series, by plain arithmetic."""
    net, to_date = series[start], [n for s, n in series.items() if s <= start]
    before = [n for s, n in series.items() if s < start]
    later = sorted(s for s, n in series.items() if s > start and n > net)
    place = 12 * (start.year - 2000) + start.month - 1

    def total(starts: list[date]) -> int | None:
        return sum(series[s] for s in starts) if all(s in series for s in starts) else None

    def months(count: int) -> int | None:
        return total([month(place - back) for back in range(count)]) if frequency == "monthly" else None

    def weeks(count: int) -> int | None:
        return total([start - timedelta(weeks=b) for b in range(count)]) if frequency == "weekly" else None

    window = [series.get(month(place - back)) for back in range(1, 61)]
    full = frequency == "monthly" and None not in window
    spread = stdev(window) if full else 0
    middle = median(window) if full else 0
    median_deviation = median(abs(n - middle) for n in window) if full else 0
    same_months = [series.get(month(place - 12 * years)) for years in range(1, 21)]
    seasonal = mean(same_months) if frequency == "monthly" and None not in same_months else None
    rank = 1 + sum(n > net for n in to_date)
    return {
        "net_3m_m": months(3),
        "net_12m_m": months(12),
        "net_4w_m": weeks(4),
        "net_13w_m": weeks(13),
        "net_52w_m": weeks(52),
        "net_calendar_ytd_m": months(start.month),
        "net_fiscal_ytd_m": months((start.month + 8) % 12 + 1),
        "zscore_60m": (net - mean(window)) / spread if spread else None,
        "robust_zscore_60m": (net - middle) / (1.4826 * median_deviation) if median_deviation else None,
        "seasonal_mean_20y_m": seasonal,
        "seasonal_ratio_20y": net / seasonal if seasonal and seasonal > 0 else None,
        "rank_to_date": rank,
        "periods_to_date": len(to_date),
        "percentile_to_date": 100 * sum(n <= net for n in to_date) / len(to_date),
        "p90_to_date_m": sorted(to_date)[math.ceil(len(to_date) * 9 / 10) - 1]
        if frequency == "monthly" and len(to_date) >= 60
        else None,
        "rank": 1 + sum(n > net for n in series.values()),
        "periods": len(series),
        "was_record": bool(before) and net > max(before),
        "was_record_low": bool(before) and net < min(before),
        "is_record": bool(before) and net > max(before) and not later,
        "beaten_by_period_end": (later[0] + timedelta(days=6) if frequency == "weekly" else later[0])
        if before and net > max(before) and later
        else None,
    }


@pytest.mark.parametrize("seed", range(2))
def test_signals_of_any_series_are_those_of_plain_arithmetic(signals, seed) -> None:
    """Series with gaps, ties, zeros and sales, of months and of weeks, in two worlds."""
    chance = random.Random(seed)
    series: dict[tuple, dict[date, int]] = {}
    for asset_class, missing in (("equity", 0), ("long_term_debt", 0.01), ("total", 0.2)):
        for world in ("one", "other"):
            widths = chance.choice([3, 40, 1_000_000])
            for frequency, starts in (
                ("monthly", [month(place) for place in range(chance.randrange(24), 300)]),
                ("weekly", [date(2020, 1, 5) + timedelta(weeks=w) for w in range(80)]),
            ):
                series[world, asset_class, frequency] = {
                    start: chance.randint(-widths, widths) for start in starts if chance.random() >= missing
                }
    found = {}
    for frequency in ("monthly", "weekly"):
        length = timedelta(days=6 if frequency == "weekly" else 0)
        found[frequency] = signals(
            [
                {"world": world, "asset_class": asset_class, "frequency": frequency, "net_m": net}
                | {"period_start": start, "period_end": start + length}
                for (world, asset_class, f), nets in series.items() if f == frequency
                for start, net in nets.items()
            ]
        )  # fmt: skip
    for (world, asset_class, frequency), nets in series.items():
        for start in nets:
            ours = found[frequency][world, asset_class, start]
            for column, value in expected(nets, frequency, start).items():
                where = (world, asset_class, frequency, start, column)
                if isinstance(value, float):
                    assert float(ours[column]) == pytest.approx(value, abs=0.00006), where
                else:
                    assert ours[column] == value, where
