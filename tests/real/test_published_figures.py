"""The publishers' real files, the whole way, against figures that were published elsewhere.

Skipped where the real files are absent (see conftest.py). Figures of a version of a file that is
not held are compared too, but may differ: each that does is listed here with its reason.
"""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

HANDLES = {
    "published_figures.csv": (
        "mof_its_weekly",
        "mof_its_monthly",
        "mof_its_calendar_year",
        "mof_its_fiscal_year",
    )
}
CLASSES = {
    "equity_fund": "equity",
    "longterm_debt": "long_term_debt",
    "shortterm_debt": "short_term_debt",
    "equity_plus_longterm_subtotal": "equity_and_long_term_debt",
    "subtotal": "equity_and_long_term_debt",
    "total": "total",
}
# Millions of yen, or of dollars, per unit of the press.
UNITS = {
    "JPY 100 million": 100,
    "JPY billion": 1_000,
    "JPY trillion": 1_000_000,
    "USD billion": 1_000,
}
FIGURE = re.compile(
    r"mof_its_(?P<freq>weekly|monthly|calendar_year|fiscal_year)\."
    r"(?P<direction>inward|outward)_(?P<cls>[a-z_]+?)_(?P<measure>acquisition|disposition|net|net_usd)$"
)
# First prints that later files revised; the files with the first prints are not held.
REVISED_SINCE = {
    ("outward_longterm_debt_net", "2025-04-19", "223.7"),
    ("outward_longterm_debt_net", "2025-04-19", "218.2"),
    ("outward_longterm_debt_net", "2025-04-26", "435.2"),
    ("inward_equity_fund_net", "2025-08-09", "489.3"),
    ("outward_equity_fund_net", "2025-08-09", "-255.5"),
    ("outward_longterm_debt_net", "2025-08-09", "254.9"),
    ("inward_shortterm_debt_net", "2025-06-28", "-633.9"),
    # A sum of three first prints, by the press; ours, of the files held, is 3.534.
    ("inward_equity_3week_sum", "3 weeks to 2025-04-19", "3.7"),
}
# The press converted at the rate of its day: 55.4 is 8.213 trillion yen at 148.2 yen to the dollar.
OTHER_RATE = {("inward_equity_plus_longterm_subtotal_net_usd", "2025-04", "55.4")}
BALANCE = re.compile(r"mof_its_monthly\.net_(?P<cls>subtotal|total)_outward_minus_inward$")
WEEKS = re.compile(r"mof_its_weekly\.inward_equity_(?P<weeks>\d+)week_sum$")
MEASURES = {"acquisition": 0, "disposition": 1, "net": 2, "net_usd": 3}


def period(text: str, frequency: str) -> tuple[date, date]:
    if frequency == "weekly":
        end = date.fromisoformat(text.removeprefix("week ending "))
        return end - timedelta(days=6), end
    if frequency == "monthly":
        start = date.fromisoformat(f"{text}-01")
        return start, (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    year = int(re.search(r"\d{4}", text)[0])
    if frequency == "calendar_year":
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, 4, 1), date(year + 1, 3, 31)


def ours(row: dict[str, str], marts: dict[tuple, list]) -> Decimal | None:
    """The marts' figure for a published one, in millions; None where its period is not held.

    Sums over weeks and the balance of the two sides are made up from figures of the mart.
    """
    if found := BALANCE.match(row["indicator"]):
        span = period(row["period"], "monthly")
        sides = [("jp_itn_monthly", d, CLASSES[found["cls"]], *span) for d in ("outward", "inward")]
        return marts[sides[0]][2] - marts[sides[1]][2]
    if found := WEEKS.match(row["indicator"]):
        last = date.fromisoformat(row["period"].split(" to ")[1])
        ends = [last - timedelta(weeks=w) for w in range(int(found["weeks"]))]
        return sum(marts["jp_itn_weekly", "inward", "equity", e - timedelta(days=6), e][2] for e in ends)
    found = FIGURE.match(row["indicator"])
    assert found, f"a new kind of figure: {row['indicator']}"
    start, end = period(row["period"], found["freq"])
    key = (f"jp_itn_{found['freq']}", found["direction"], CLASSES[found["cls"]], start, end)
    if key not in marts:
        assert end > date(2026, 7, 31), f"{row['indicator']} {row['period']} should be held"
        return None
    return marts[key][MEASURES[found["measure"]]]


def test_every_published_figure_of_the_ministry_comes_out(real_marts, facts, record_property) -> None:
    marts = {
        (basis, direction, cls, start, end): row
        for basis, direction, cls, start, end, *row in real_marts.execute(
            "select basis, direction, asset_class, period_start, period_end, acquisition_m, "
            "disposition_m, net_m, net_usd_m from flows.portfolio_flows where investor_sector = 'all' "
            "and basis not like '%by_sector'"
        ).fetchall()
    }
    seen: Counter[str] = Counter()
    different = []
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["indicator"].startswith("mof_its_")]
    for row in rows:
        value = ours(row, marts)
        if value is None:
            seen["not comparable: the period is in no file held"] += 1
            continue
        published = Decimal(row["value"])
        value /= UNITS[row["unit"]]
        printed = value.quantize(Decimal(1).scaleb(published.as_tuple().exponent), ROUND_HALF_UP)
        name = row["indicator"].split(".")[1]
        label = (name, row["period"].removeprefix("week ending "), row["value"])
        if printed == published:
            held = row["vintage"].startswith(("file header", "copy taken"))
            seen["equal (the ministry's own file)" if held else "equal (press)"] += 1
        elif label in REVISED_SINCE:
            seen["different: first print, revised since; that file is not held"] += 1
        elif label in OTHER_RATE:
            seen["different: converted at another rate"] += 1
        else:
            different.append(f"{label}: published {published}, ours {value}")
    outcomes = [f"  {count:4d} {outcome}" for outcome, count in sorted(seen.items())]
    record_property("said", "\n".join([f"{len(rows)} published figures of the ministry:", *outcomes]))
    assert not different, "\n".join(different)
    assert seen["equal (the ministry's own file)"] >= 251


@pytest.mark.parametrize(
    ("asset_class", "net_100m_jpy"),
    [
        ("equity", 36_759),
        ("long_term_debt", 45_371),
        ("equity_and_long_term_debt", 82_130),
        ("short_term_debt", 35_336),
        ("total", 117_466),
    ],
)
def test_april_2025_is_the_headline(real_marts, asset_class, net_100m_jpy) -> None:
    (net_m,) = real_marts.execute(
        "select net_m from flows.portfolio_flows where basis = 'jp_itn_monthly' and direction = 'inward' "
        "and asset_class = ? and period_start = '2025-04-01'",
        [asset_class],
    ).fetchone()
    assert net_m == net_100m_jpy * 100


def test_april_2025_is_56_95_billion_dollars_at_the_average_of_144_21(real_marts) -> None:
    fx_rate_avg, net_usd_m = real_marts.execute(
        "select fx_rate_avg, net_usd_m from flows.portfolio_flows where basis = 'jp_itn_monthly' "
        "and direction = 'inward' and asset_class = 'equity_and_long_term_debt' "
        "and period_start = '2025-04-01'"
    ).fetchone()
    assert round(fx_rate_avg, 2) == Decimal("144.21")
    assert round(net_usd_m / 1000, 2) == Decimal("56.95")


def test_the_weeks_follow_each_other_from_2005(real_marts) -> None:
    for weeks, first, last, gaps in real_marts.execute(
        "select count(*), min(period_start), max(period_end), "
        "(max(period_end) - min(period_start) + 1) - 7 * count(*) from flows.portfolio_flows "
        "where basis = 'jp_itn_weekly' group by direction, asset_class"
    ).fetchall():
        assert (weeks, first, last, gaps) == (1_127, date(2005, 1, 2), date(2026, 8, 8), 0)


def test_the_two_weekly_files_open_versions_of_their_own(real_marts) -> None:
    """The newest week of each file, known from its stamp (08:50 in Tokyo)."""
    newest = real_marts.execute(
        "select period_end, cast(valid_from as varchar), valid_to, known_at_basis "
        "from flows.portfolio_flows_vintages where basis = 'jp_itn_weekly' and direction = 'inward' "
        "and asset_class = 'total' order by period_end desc limit 3"
    ).fetchall()
    assert newest == [
        (date(2026, 8, 8), "2026-08-13 23:50:00", None, "published"),
        (date(2026, 8, 1), "2026-08-05 23:50:00", None, "published"),
        (date(2026, 7, 25), "2026-07-29 23:50:00", None, "scheduled"),
    ]


def test_what_was_known_on_the_day_of_the_headline(real_marts) -> None:
    """As of 12 May 2025 April is the newest month, and the record of its aggregate."""
    newest, record = real_marts.execute(
        """
        with known as (
            select * from flows.portfolio_flows_vintages
            where basis = 'jp_itn_monthly' and direction = 'inward'
                and asset_class = 'equity_and_long_term_debt'
                and valid_from < date '2025-05-13' and (valid_to is null or valid_to >= date '2025-05-13')
        )
        select max(period_start), arg_max(period_start, net_m) from known
        """
    ).fetchone()
    assert newest == record == date(2025, 4, 1)


def test_published_annual_sums_are_the_months_but_for_rounding(real_marts) -> None:
    off = real_marts.execute(
        """
        select years.period_start, sum(months.net_m) - any_value(years.net_m) as gap
        from flows.portfolio_flows as years
        inner join flows.portfolio_flows as months
            on months.basis = 'jp_itn_monthly' and months.direction = years.direction
            and months.asset_class = years.asset_class
            and months.period_start between years.period_start and years.period_end
        where years.basis in ('jp_itn_calendar_year', 'jp_itn_fiscal_year')
        group by years.basis, years.direction, years.asset_class, years.period_start
        having abs(gap) > 600 or count(*) <> 12
        """
    ).fetchall()
    assert off == []


def test_sectors_add_up_to_the_outward_figures(real_marts) -> None:
    """The files by sector repeat the outward totals of the file by asset class."""
    compared, off = real_marts.execute(
        """
        select count(*), count(*) filter (where a.net_m <> b.net_m or a.acquisition_m <> b.acquisition_m)
        from flows.portfolio_flows as a
        inner join flows.portfolio_flows as b
            on b.basis = a.basis || '_by_sector' and b.investor_sector = 'all'
            and b.direction = a.direction and b.asset_class = a.asset_class
            and b.period_start = a.period_start and b.period_end = a.period_end
        """
    ).fetchone()
    assert (compared, off) == (3 * (259 + 21 + 21), 0)
