"""Official gold from the real files of China's SAFE and of the World Bank.

Skipped where the real files are absent (see conftest.py). The IMF's figures by country are not held.
"""

import csv
from collections import Counter
from decimal import Decimal

import pytest

CHINA = "from reserves.gold where dataset = 'cn_safe/official_reserve_assets'"
# The world's gold is in no file held: the World Bank and SAFE give countries, and the IMF has no world total.
OF_THE_WORLD = {
    "central_bank_gold_holdings",
    "euro_share_of_official_reserves_incl_gold",
    "usd_share_of_official_reserves_incl_gold",
}
HANDLES = {"published_figures.csv": tuple(OF_THE_WORLD)}


def test_china_holds_74_64_million_ounces(real_marts) -> None:
    newest = real_marts.execute(
        "select cast(period_end as varchar), gold_troy_oz, round(gold_tonnes, 2), value_published_usd_m, "
        f"round(implied_price_usd_per_troy_oz, 2), round(gold_share_pct, 2) {CHINA} "
        "order by period_end desc limit 1"
    ).fetchone()
    assert newest == (
        "2026-04-30", Decimal(74_640_000), Decimal("2321.56"), Decimal(344_172), Decimal("4611.09"),
        Decimal("9.01"),
    )  # fmt: skip


def test_tonnes_are_those_that_the_world_gold_council_gives(real_marts) -> None:
    """China at the end of March 2026: 2,313.46 tonnes by the Council, which rounds on its way."""
    (tonnes,) = real_marts.execute(f"select gold_tonnes {CHINA} and period_end = '2026-03-31'").fetchone()
    assert abs(tonnes - Decimal("2313.46")) < Decimal("0.05")


@pytest.mark.parametrize(
    ("period_end", "change", "quantity", "price"),
    [
        # Gold was bought, and lost value all the same.
        ("2026-03-31", "-44825.00", "786.43", "-45611.43"),
        ("2026-04-30", "1409.00", "1198.52", "210.48"),
        # December 2024 is in no file held: nothing is said of the change in January.
        ("2025-01-31", None, None, None),
    ],
)
def test_price_and_quantity_make_the_change(real_marts, period_end, change, quantity, price) -> None:
    figures = real_marts.execute(
        "select round(value_change_usd_m, 2), round(quantity_effect_usd_m, 2), round(price_effect_usd_m, 2) "
        f"{CHINA} and period_end = cast(? as date)",
        [period_end],
    ).fetchone()
    assert figures == tuple(part and Decimal(part) for part in (change, quantity, price))


def test_every_price_of_china_is_near_the_markets(real_marts) -> None:
    months, plausible, without_price = real_marts.execute(
        "select count(*), count(case when is_price_plausible then 1 end), "
        f"count(case when is_price_plausible is null then 1 end) {CHINA}"
    ).fetchone()
    # The newest file of prices ends with 2025.
    assert (months, plausible, without_price) == (51, 47, 4)


def test_a_years_gold_is_what_reserves_without_it_leave(real_marts) -> None:
    """At the price of London on the last day, 4,367.80 dollars: 74.15 million ounces, those of SAFE."""
    value, share, tonnes = real_marts.execute(
        "select value_published_usd_m, round(gold_share_pct, 2), gold_tonnes from reserves.gold "
        "where dataset = 'worldbank/reserves' and area = 'CHN' and period_end = '2025-12-31'"
    ).fetchone()
    assert (value, share, tonnes) == (Decimal("323872.37"), Decimal("8.64"), None)
    (ounces,) = real_marts.execute(f"select gold_troy_oz {CHINA} and period_end = '2025-12-31'").fetchone()
    assert abs(1_000_000 * value / ounces - Decimal("4367.80")) < Decimal("0.01")


def test_gold_as_of_a_day(real_marts) -> None:
    newest = "select max(period_end) from reserves.gold_as_of(cast('{}' as date)) where frequency = '{}'"
    for day, frequency, end in [
        ("2025-05-06", "monthly", "2025-03-31"),
        ("2025-05-07", "monthly", "2025-04-30"),
        ("2025-05-07", "annual", "2023-12-31"),
        ("2026-11-22", "monthly", "2026-04-30"),
    ]:
        (known,) = real_marts.execute(newest.format(day, frequency)).fetchone()
        assert str(known) == end, (day, frequency)
    (apart,) = real_marts.execute(
        "select count(*) from "
        "(select * from reserves.gold except select * from reserves.gold_as_of(date '2026-11-22'))"
    ).fetchone()
    assert apart == 0


def test_published_figures_on_gold_are_of_the_world(real_marts, facts, record_property) -> None:
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if "gold" in row["indicator"]]
    assert {row["indicator"] for row in rows} == OF_THE_WORLD
    seen = Counter("not comparable: of the world, whose gold no publisher held here counts" for _ in rows)
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in seen.items()]
    record_property("said", "\n".join([f"{len(rows)} published figures on gold:", *outcomes]))
    (world,) = real_marts.execute(
        "select count(*) from reserves.gold where area in ('WLD', 'G001')"
    ).fetchone()
    assert world == 0
