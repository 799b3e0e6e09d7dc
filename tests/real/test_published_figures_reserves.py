"""Published figures of reserves, of holdings of Treasury securities and of Japanese bonds, against staging.

Skipped where the real files are absent (see conftest.py). Each row of the list is accounted for: a figure is
compared with the version of it that was the newest one held on the day of its source, or, where none is so
old, with the oldest. Those that differ have a reason, and those that no file holds say which file would.
"""

import csv
import re
from bisect import bisect_right
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import duckdb
import pytest

from tests.desk import Desk

# Plain dollars, or millions of them, per unit of the press.
UNITS = {"USD": 1, "USD million": 10**6, "USD billion": 10**9, "USD trillion": 10**12}
# Sources that give their day otherwise than by a date.
DAYS = {
    "ECB 2020 edition": "2020-06-30",
    "ECB 2020 edition (data to 2019Q4)": "2020-06-30",
    "ECB June 2025": "2025-06-30",
    "IMF 2025-10 (2025Q2 data)": "2025-10-31",
    "2025-10": "2025-10-31",
    "2021-09": "2021-09-30",
    "about 2026-03/04": "2026-04-30",
}
IMPUTED = date(2025, 12, 19)
BEFORE = "different: by the method before 2025-12-19, which no file held follows"
# The most that a figure moved by that, in points, or in parts of it (the pound in 2014: 252 billion dollars,
# and 547 of all reserves).
FURTHEST = {"share": Decimal("2.6"), "holdings": Decimal("1.2")}
REVISED = "different: revised since; that version is not held"
UNLIKE = "different: of a release that is not held, and perhaps of another definition"
THIRD_PARTY = "different: a third party's copy, unlike the Fund's own file of that release"
DIFFERENT = {
    ("tic_mfh_treasury_holdings", "2025-04", "China, Mainland", "757.2"): REVISED,
    ("tic_mfh_treasury_holdings", "2025-05", "China, Mainland", "756.3"): REVISED,
    ("tic_mfh_treasury_holdings", "2025-06", "China, Mainland", "756.4"): REVISED,
    ("tic_mfh_treasury_holdings", "2025-05", "Grand total", "9050"): REVISED,
    ("tic_treasury_net_transactions", "2025-04", "United States", "-40.8"): UNLIKE,
    ("tic_tbill_holdings_change", "2025-08", "United States", "25.0"): REVISED,
    ("tic_tbill_holdings_change", "2025-09", "United States", "-22.0"): REVISED,
    ("jgb_and_tbill_foreign_share", "2025-03-31", "JP", "11.6"): REVISED,
    ("cofer_share_nominal.USD", "2025Q2", "World", "57.08"): REVISED,
    ("cofer_share_nominal.USD", "2025Q3", "World", "56.92"): REVISED,
    ("cofer_share_nominal.EUR", "2025Q2", "World", "20.24"): REVISED,
    ("cofer_share_nominal.EUR", "2025Q3", "World", "20.33"): REVISED,
    ("cofer_share_nominal.JPY", "2025Q2", "World", "5.65"): REVISED,
    ("cofer_share_nominal.JPY", "2025Q3", "World", "5.82"): REVISED,
    ("cofer_share_nominal.OTHER_than_USD_EUR_CNY", "2025Q3", "World", "20.82"): REVISED,
    ("cofer_share_nominal.JPY", "2025Q4", "World", "5.56"): THIRD_PARTY,
    ("cofer_share_nominal.AUD", "2025Q4", "World", "2.01"): THIRD_PARTY,
}
CONSTANT = "not held: at constant exchange rates, which are no published series"
PRESS_RELEASE = "not held: the Treasury's press release, which is no dataset"
NOT_HELD = {
    "tic_net_total_flow": PRESS_RELEASE,
    "tic_net_official_flow": PRESS_RELEASE,
    "tic_net_private_flow": PRESS_RELEASE,
    "tic_lt_us_securities_net_purchases": "not held: no file of TIC's table 1",
    "tic_lt_us_securities_net_purchases_official": "not held: no file of TIC's table 1",
    "fed_custody_marketable_treasuries_WMTSECL1": "not held: no file of WMTSECL1",
    "fed_custody_treasuries_table3_13": "not held: the Fed's table 3.13, which is no dataset",
    "cofer_share_constant_fx": CONSTANT,
    "cofer_share_change_constant_fx_pp": CONSTANT,
    "cofer_share_fx_explained": CONSTANT,
}
HOLDERS = {
    "tic_mfh_foreign_official": "Of Which: Foreign Official",
    "tic_mfh_foreign_official_bills": "Of Which: Foreign Official Treasury Bills",
    "tic_mfh_foreign_official_bonds_notes": "Of Which: Foreign Official T-Bonds & Notes",
}
FLOWS = {"tic_treasury_net_transactions": "net", "tic_tbill_holdings_change": "bills"}
# What the press calls other currencies, by what it names.
NAMED = {"OTHER": ("USD", "EUR", "GBP", "JPY", "CNY"), "OTHER_than_USD_EUR_CNY": ("USD", "EUR", "CNY")}


class Held(NamedTuple):
    value: Decimal
    known: date


class Versions(dict[tuple[str, ...], list[Held]]):
    """The versions of each figure, oldest first."""

    def on(self, key: tuple[str, ...], day: date) -> Held | None:
        if not (versions := self.get(key)):
            return None
        return versions[max(bisect_right([v.known for v in versions], day) - 1, 0)]


@pytest.fixture(scope="module")
def held(real_desk: Desk) -> Versions:
    """Figures by what they are about; dollars, and shares in percent."""
    queries = [
        # Of one day the table with the newer months comes last.
        """
        select 'holder', holder, strftime(period_start, '%Y-%m'), holdings_usd_bn * 1000000000,
            cast(snapshot_known_at as date)
        from stg_us_tic__major_holders where series = 'new' order by snapshot_known_at, dataset desc
        """,
        """
        select 'net', country, strftime(period_start, '%Y-%m'), net_usd_m * 1000000,
            cast(snapshot_known_at as date)
        from stg_us_tic__treasury_holdings_by_country where aggregate = 'world' order by snapshot_known_at
        """,
        """
        select 'bills', country, strftime(period_start, '%Y-%m'), short_term_net_usd_m * 1000000,
            cast(snapshot_known_at as date)
        from stg_us_tic__treasury_holdings_by_country where aggregate = 'world' order by snapshot_known_at
        """,
        """
        select measure, indicator || ' ' || currency,
            case frequency when 'annual' then strftime(period_start, '%Y')
                else year(period_start) || 'Q' || quarter(period_start) end,
            coalesce(holdings_usd, share_pct), cast(snapshot_known_at as date)
        from stg_imf__cofer where reporter = 'G001' order by snapshot_known_at
        """,
        """
        select 'foreign share', 'JP', cast(period_end as varchar),
            100 * sum(amount_jpy_m) filter (where sector = 'overseas')
                / sum(amount_jpy_m) filter (where sector = 'total'),
            cast(snapshot_known_at as date)
        from stg_jp_boj__flow_of_funds
        where statement = 'stocks' and instrument = 'government_bonds_and_treasury_bills'
            and workbook = 'time_series' and published_table like 'Issued by Central government%'
        group by period_end, snapshot_known_at order by snapshot_known_at
        """,
    ]
    versions = Versions()
    path = real_desk.data / "warehouse" / "tidemark.duckdb"
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("use staging")
        for query in queries:
            for *key, value, known in connection.execute(query).fetchall():
                if value is not None:
                    versions.setdefault(tuple(key), []).append(Held(Decimal(str(value)), known))
    return versions


def day_of(vintage: str) -> date:
    """When the source of a published figure was printed; the first release where it does not say."""
    if found := re.search(r"data to (\d{4})-(\d\d)$", vintage):
        # A file of the Treasury comes out by the 18th, or the working day after, two months later.
        year, month = int(found[1]), int(found[2]) + 2
        return date(year + month // 13, (month - 1) % 12 + 1, 18) + timedelta(days=2)
    if found := re.search(r"\d{4}-\d\d-\d\d", DAYS.get(vintage, vintage)):
        return date.fromisoformat(found[0])
    assert vintage == "first release", f"a source without a day: {vintage}"
    return date.min


def ours(row: dict[str, str], held: Versions) -> Held | None:
    """The held figure for a published one; None where no file has it."""
    indicator, _, currency = row["indicator"].partition(".")
    day, period = day_of(row["vintage"]), row["period"]
    if indicator.startswith("tic_mfh_"):
        holder = HOLDERS.get(indicator, row["geography"].replace("Grand total", "Grand Total"))
        return held.on(("holder", holder, period), day)
    if indicator in FLOWS:
        return held.on((FLOWS[indicator], "Grand Total", period), day)
    if indicator == "jgb_and_tbill_foreign_share":
        return held.on(("foreign share", "JP", period), day)
    if indicator == "cofer_total_reserves":
        return held.on(("holdings", "TFXRA T", period), day)
    if indicator == "cofer_allocated_reserves":
        return held.on(("holdings", "AFXRA T", period), day)
    assert indicator in ("cofer_holdings", "cofer_share_nominal"), f"a new kind of figure: {indicator}"
    measure = indicator.split("_")[1]
    if currency not in NAMED:
        return held.on((measure, f"AFXRA {currency}", period), day)
    named = [held.on((measure, f"AFXRA {name}", period), day) for name in NAMED[currency]]
    if None in named:
        return None
    return Held(100 - sum(figure.value for figure in named), min(figure.known for figure in named))


def outcome(row: dict[str, str], held: Versions) -> str:
    """How a published figure fares; the words after 'unexplained' are for the person who reads it."""
    indicator = row["indicator"].partition(".")[0]
    if indicator in NOT_HELD:
        return NOT_HELD[indicator]
    found, day = ours(row, held), day_of(row["vintage"])
    if found is None:
        return "not held: the period is in no file held"
    published = Decimal(row["value"])
    value = found.value / UNITS.get(row["unit"], 1)
    # Staging keeps ten digits of a share and cents of an amount.
    digits = min(-published.as_tuple().exponent, 2 if row["unit"] == "USD" else 10)
    unit = Decimal(1).scaleb(-digits)
    if value.quantize(unit, ROUND_HALF_UP) == published.quantize(unit, ROUND_HALF_UP):
        return "equal (the version of its day)" if found.known <= day else "equal (a later version)"
    label = (row["indicator"], row["period"], row["geography"], row["value"])
    if label in DIFFERENT:
        return DIFFERENT[label]
    if indicator.startswith("cofer_") and day < IMPUTED:
        measure = "share" if "share" in indicator else "holdings"
        off = abs(value - published) / (1 if measure == "share" else published)
        assert off <= FURTHEST[measure], f"{label}: ours is {value}, too far even for another method"
        return BEFORE
    return f"unexplained: {label} of {row['vintage']}; ours, known on {found.known}, is {value}"


def test_every_published_figure_of_reserves_and_holdings_is_accounted_for(
    held, facts, record_property
) -> None:
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["indicator"].startswith(("tic_", "cofer_", "jgb_", "fed_custody"))
        ]
    outcomes = [outcome(row, held) for row in rows]
    seen = Counter(outcomes)
    listed = [f"  {count:4d} {what}" for what, count in sorted(seen.items())]
    record_property("said", "\n".join([f"{len(rows)} published figures of reserves and holdings:", *listed]))
    assert not [what for what in seen if what.startswith("unexplained")], "\n".join(listed)
    assert seen["equal (the version of its day)"] >= 143
    assert seen["equal (a later version)"] >= 24
    # Each reason that is given for a figure is needed.
    assert sum(seen[what] for what in (REVISED, UNLIKE, THIRD_PARTY)) == len(DIFFERENT)


def test_the_united_kingdoms_september_was_printed_in_two_ways_and_both_are_held(held) -> None:
    """862.1 in files to February 2026, 862.5 in those from March on: each source has the one of its day."""
    key = ("holder", "United Kingdom", "2025-09")
    assert [v.value / 10**9 for v in held[key]] == [Decimal("862.1"), Decimal("862.5"), Decimal("862.5")]
    assert held.on(key, day_of("vintage with data to 2026-02")).value == Decimal("862.1") * 10**9
    assert held.on(key, day_of("vintage with data to 2026-03")).value == Decimal("862.5") * 10**9
    # Before the oldest file: the oldest.
    assert held.on(key, day_of("first release")).value == Decimal("862.1") * 10**9
