"""Each dataset's rule against every day on which its publisher is known to have released a period.

The days come from publishers' stamps and schedules and from dated reports of first releases. A day that is
not the rule's is of one of a few kinds, and is named as such: a record that drifts from its publisher fails.
"""

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestration.arrivals import freshness
from orchestration.records import load_datasets
from orchestration.releases import Arrival, due_at

DATASETS = load_datasets()

# The day of the rule, or that of an override (with its reason); earlier than due: the check was fresh before;
# later, but within the grace: the check warned and did not fail; beyond it: the check would have failed.
KINDS = ("rule", "override", "earlier", "grace", "beyond")

# dataset: kind, last day of the period, day of release at the publisher's.
SEEN = """
cftc/tff
    # Mondays after a holiday.
    rule 2024-06-18 2024-06-24, 2024-07-02 2024-07-08, 2024-11-26 2024-12-02, 2024-12-24 2024-12-30
    rule 2025-04-29 2025-05-02, 2026-08-04 2026-08-07
    # After the shutdown of December 2018: a report each Tuesday and Friday, announced on 29 January 2019.
    override 2018-12-25 2019-02-01, 2019-01-01 2019-02-05, 2019-01-08 2019-02-08, 2019-01-15 2019-02-12
    override 2019-01-22 2019-02-15, 2019-01-29 2019-02-19, 2019-02-05 2019-02-22, 2019-02-12 2019-02-26
    override 2019-02-19 2019-03-01, 2019-02-26 2019-03-05
    rule 2019-03-05 2019-03-08
    override 2023-01-31 2023-02-24
    # After the shutdown of 2025, by the schedule of 18 November 2025.
    override 2025-09-30 2025-11-19, 2025-10-07 2025-11-21, 2025-10-14 2025-11-25, 2025-10-21 2025-12-02
    override 2025-10-28 2025-12-05, 2025-11-04 2025-12-09, 2025-11-11 2025-12-12, 2025-11-18 2025-12-16
    override 2025-11-25 2025-12-19, 2025-12-02 2025-12-23, 2025-12-09 2025-12-30, 2025-12-16 2026-01-06
    override 2025-12-23 2026-01-09, 2025-12-30 2026-01-13, 2026-01-06 2026-01-16, 2026-01-13 2026-01-20
    rule 2026-01-20 2026-01-23
cn_safe/official_reserve_assets
    # When the workbooks were last saved, and appeared; weekends are no days off here.
    rule 2023-12-31 2024-01-08, 2024-11-30 2024-12-09, 2025-12-31 2026-01-07, 2026-04-30 2026-05-07
    earlier 2025-11-30 2025-12-07, 2026-01-31 2026-02-07, 2026-02-28 2026-03-07
    grace 2022-12-31 2023-01-10
ecb/fx_reference_rates
    rule 2026-10-30 2026-10-30
ecb/spf_usd_assumption
    rule 2025-03-31 2025-01-31, 2025-12-31 2025-10-31
    earlier 2024-03-31 2024-01-26, 2024-09-30 2024-07-19, 2024-12-31 2024-10-18, 2025-06-30 2025-04-22
    earlier 2025-09-30 2025-07-25, 2026-09-30 2026-07-24
imf/cofer
    rule 2015-06-30 2015-09-30, 2016-12-31 2017-03-31, 2019-06-30 2019-09-30, 2024-12-31 2025-03-31
    override 2025-03-31 2025-07-09, 2025-09-30 2025-12-19, 2025-12-31 2026-03-27, 2026-03-31 2026-07-01
imf/pip_portfolio_positions
    rule 2025-06-30 2026-03-11
jp_boj/portfolio_by_country
    rule 2025-12-31 2026-02-09
jp_boj/flow_of_funds_xlsx
    rule 2025-03-31 2025-06-27, 2026-06-30 2026-09-17
jp_boj/tankan
    # The day on which the service says that its data changed: the day after the release.
    grace 2025-12-31 2025-12-16, 2026-06-30 2026-07-02, 2026-09-30 2026-10-02
jp_mof/securities_weekly
    rule 2025-04-05 2025-04-10, 2025-04-19 2025-04-24, 2025-06-28 2025-07-03, 2026-01-31 2026-02-05
    # Showa Day: 23:50 on 1 May in calendars that count in UTC. Mountain Day: 14 August, 23:50 UTC.
    rule 2025-04-26 2025-05-02, 2025-08-09 2025-08-15
    # The turn of the year: two weeks at once.
    rule 2025-12-27 2026-01-08, 2026-01-03 2026-01-08
    rule 2026-08-01 2026-08-06, 2026-08-08 2026-08-14
jp_mof/securities_monthly
    rule 2017-04-30 2017-05-11, 2025-04-30 2025-05-12, 2026-07-31 2026-08-10, 2026-08-31 2026-09-08
nyfed/sce
    rule 2023-04-30 2023-05-08, 2025-04-30 2025-05-08
    grace 2025-03-31 2025-04-14
phillyfed/spf
    rule 2008-12-31 2008-11-17, 2009-12-31 2009-11-16, 2019-12-31 2019-11-15, 2020-06-30 2020-05-15
    earlier 2010-09-30 2010-08-13, 2012-09-30 2012-08-10, 2020-03-31 2020-02-14, 2020-09-30 2020-08-14
    earlier 2021-09-30 2021-08-13, 2023-12-31 2023-11-13, 2024-09-30 2024-08-09, 2026-09-30 2026-08-14
    override 2019-03-31 2019-03-22, 2026-03-31 2026-03-06
    # Until about 2000 the survey came out a week or two later; its history is dated too early by as much.
    beyond 1991-06-30 1991-05-24, 2000-03-31 2000-02-22, 2000-06-30 2000-05-22
surveys/inbox
    # The Global Fund Manager Survey, which nobody here may fetch.
    rule 2026-01-31 2026-01-20
    earlier 2025-03-31 2025-03-18, 2025-04-30 2025-04-15, 2025-05-31 2025-05-13, 2025-06-30 2025-06-17
    earlier 2025-07-31 2025-07-15, 2025-09-30 2025-09-16, 2025-10-31 2025-10-14, 2025-11-30 2025-11-18
    earlier 2025-12-31 2025-12-16
us_fed/custody_treasuries
    rule 2025-03-26 2025-03-27
us_tic/major_holders
    rule 2014-09-30 2014-11-18, 2025-04-30 2025-06-18, 2025-10-31 2025-12-18, 2026-01-31 2026-03-18
    rule 2026-03-31 2026-05-18
    override 2017-09-30 2017-11-15, 2018-12-31 2019-02-15, 2023-09-30 2023-11-16, 2025-06-30 2025-08-15
    override 2025-11-30 2026-01-15, 2026-07-31 2026-09-16, 2026-08-31 2026-10-16
    override 2018-11-30 2019-01-31, 2023-10-31 2023-12-19, 2025-01-31 2025-03-19
us_tic/major_holders_history
    # The first file that is known to have the year; it has been revised since.
    grace 2025-12-31 2026-03-18
worldbank/reserves
    rule 2025-12-31 2026-07-01
worldbank/commodity_prices
    rule 2013-12-31 2014-01-06, 2025-12-31 2026-01-06
    earlier 2024-05-31 2024-06-04
"""

# Datasets that come out with another one, by the same rule.
TOGETHER = {
    "ecb/spf_usd_assumption": ("ecb/spf_inflation", "ecb/spf_individual_forecasts"),
    "jp_boj/flow_of_funds_xlsx": ("jp_boj/jgb_holders",),
    "jp_mof/securities_monthly": (
        "jp_mof/residents_equity_monthly",
        "jp_mof/residents_longterm_debt_monthly",
        "jp_mof/residents_shortterm_debt_monthly",
    ),
    "us_tic/major_holders": ("us_tic/treasuries_by_country", "us_tic/longterm_securities_by_country"),
}
# Of these no day of release is known: their rules are assumptions, as their records say.
UNSEEN = {
    "imf/reserves",
    "jp_boj/effective_rates",
    "jp_boj/yen_rates",
    "us_fed/broad_dollar_index",
    # The days that have a rate are (tests/real/test_real_calendars.py).
    "us_fed/fx_h10",
}


def seen() -> list[tuple[str, str, date, date]]:
    """Dataset, kind, period and day of release of each release that is known."""
    found, dataset = [], ""
    for line in SEEN.strip().splitlines():
        if not line.startswith(" "):
            dataset = line
        elif not line.strip().startswith("#"):
            kind, pairs = line.split(maxsplit=1)
            for pair in pairs.split(","):
                period, released = map(date.fromisoformat, pair.split())
                found += [(d, kind, period, released) for d in (dataset, *TOGETHER.get(dataset, ()))]
    return found


def kind_of(dataset_id: str, period_end: date, released: date) -> str:
    """What a release was, by the record."""
    dataset = DATASETS[dataset_id]
    zone = ZoneInfo(dataset.release.timezone)
    due, reason = due_at(dataset.release, period_end, dataset.overrides)
    moment = datetime.combine(released, dataset.release.at, zone)
    if moment == due:
        return "override" if reason else "rule"
    if moment < due:
        return "earlier"
    return "grace" if moment < due + dataset.release.grace else "beyond"


@pytest.mark.parametrize(("dataset", "kind", "period", "released"), seen(), ids=str)
def test_a_known_release_is_what_the_record_makes_of_it(dataset, kind, period, released):
    assert kind_of(dataset, period, released) == kind


def test_every_dataset_was_compared_with_known_days_or_is_named_as_an_assumption():
    compared = {dataset for dataset, *_ in seen()}
    assert compared | UNSEEN == set(DATASETS), "enter its known days in SEEN, or its id in UNSEEN, above"
    assert not compared & UNSEEN
    assert {kind for _, kind, *_ in seen()} == set(KINDS)
    assert Counter(kind for _, kind, *_ in seen())["beyond"] == 3


def test_an_override_whose_day_was_not_seen_says_so():
    known = {(dataset, period) for dataset, kind, period, _ in seen() if kind == "override"}
    for dataset in DATASETS.values():
        # A year's file has the overrides of its months.
        of = {"us_tic/major_holders_history": "us_tic/major_holders"}.get(dataset.id, dataset.id)
        for override in dataset.overrides:
            says = (
                "the day is assumed",
                "their days are not known",
                "August came out together with September",
            )
            if (of, override.periods_to) not in known:
                assert any(words in override.reason for words in says), (dataset.id, override)


@pytest.mark.parametrize(
    ("period", "planned"),
    [
        ("2025-09-30", "2025-10-03"),
        ("2025-10-07", "2025-10-10"),
        ("2025-10-14", "2025-10-17"),
        ("2025-10-21", "2025-10-24"),
        ("2025-10-28", "2025-10-31"),
        ("2025-11-04", "2025-11-07"),
        ("2025-11-11", "2025-11-14"),  # as of Monday, as Tuesday is Veterans Day
        ("2025-11-18", "2025-11-21"),
        ("2025-11-25", "2025-12-01"),  # Thanksgiving
        ("2025-12-02", "2025-12-05"),
        ("2025-12-09", "2025-12-12"),
        ("2025-12-16", "2025-12-19"),
        ("2025-12-23", "2025-12-29"),
        ("2025-12-30", "2026-01-05"),
        ("2026-01-06", "2026-01-09"),
        ("2026-01-13", "2026-01-16"),
    ],
)
def test_without_the_shutdown_the_rule_gives_the_days_that_the_commission_had_planned(period, planned):
    rule = DATASETS["cftc/tff"].release
    assert rule.release_day(date.fromisoformat(period)) == date.fromisoformat(planned)


# Dataset, newest period held, the weeks without a release, what was awaited and is said of it.
SHUTDOWN = [
    ("cftc/tff", "2025-09-23", "2025-10-03 15:30", "2025-11-19 15:29", "2025-09-30", "2025-11-19 15:30"),
    ("cftc/tff", "2018-12-18", "2018-12-28 15:30", "2019-02-01 15:29", "2018-12-25", "2019-02-01 15:30"),
    ("cftc/tff", "2023-01-24", "2023-02-03 15:30", "2023-02-24 15:29", "2023-01-31", "2023-02-24 15:30"),
    *(
        (dataset, "2025-07-31", "2025-10-20 16:00", "2025-11-18 15:59", "2025-08-31", "2025-11-18 16:00")
        for dataset in (
            "us_tic/major_holders",
            "us_tic/treasuries_by_country",
            "us_tic/longterm_securities_by_country",
        )
    ),
    ("us_tic/major_holders", "2018-10-31", "2019-01-18 16:00", "2019-01-31 15:59", "2018-11-30",
     "2019-01-31 16:00"),
    ("phillyfed/spf", "2018-12-31", "2019-02-15 10:00", "2019-03-22 09:59", "2019-03-31", "2019-03-22 10:00"),
    ("phillyfed/spf", "2025-09-30", "2025-11-17 10:00", "2025-12-04 09:59", "2025-12-31", "2025-12-04 10:00"),
    ("phillyfed/spf", "2025-12-31", "2026-02-17 10:00", "2026-03-06 09:59", "2026-03-31", "2026-03-06 10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("dataset_id", "held", "first", "last", "awaited", "due"), SHUTDOWN)
def test_a_known_interruption_gives_no_false_alarm_and_is_told(dataset_id, held, first, last, awaited, due):
    dataset = DATASETS[dataset_id]
    zone = ZoneInfo(dataset.release.timezone)
    rule_day = dataset.release.release_day(date.fromisoformat(awaited))
    assert f"{rule_day} {dataset.release.at:%H:%M}" == first, "by the rule it would have been due then"
    for moment in (first, last):
        now = datetime.fromisoformat(moment).replace(tzinfo=zone)
        found = freshness(dataset, date.fromisoformat(held), now)
        assert (found.state, str(found.awaited.period_end)) == (Arrival.FRESH, awaited)
        said = found.in_words()
        assert said.startswith("Nothing is missing; ")
        assert f" is due on {due} America/New_York (" in said
        assert f"Not by the rule: {found.awaited.reason}" in said
        assert len(found.awaited.reason) > 40


def test_after_an_interruption_what_came_late_is_late_by_the_new_day():
    cftc = DATASETS["cftc/tff"]
    late = datetime(2025, 11, 22, 21, 0, tzinfo=ZoneInfo("UTC"))
    found = freshness(cftc, date(2025, 9, 23), late)
    assert found.state is Arrival.LATE
    assert found.in_words().startswith(
        "2025-09-24 to 2025-09-30 is late; it was due on 2025-11-19 15:30 America/New_York "
        "(2025-11-19 20:30 UTC). Not by the rule: Shutdown of the government from 1 October 2025."
    )
    assert found.in_words().endswith(f"It is published at {cftc.page}")
