"""Traders in Financial Futures: two shapes of one report, the same rows; and what is refused.

The files are the made-up ones, which have the real layouts; the real ones are in tests/real.
"""

import copy
import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from orchestration.defs.cftc import parsers
from orchestration.defs.cftc.parsers import CHANGES, MEMBER, NAMES, POSITIONS, TRADERS
from orchestration.defs.cftc.sample import PACKED
from orchestration.errors import LayoutError
from orchestration.parsing import bundle, find_parser, pages, zipped
from orchestration.records import load_datasets
from orchestration.releases import due_at
from orchestration.sampling import publisher_files
from orchestration.sources import wanted
from tests.mutations import HTML, read
from tests.mutations.cftc import MUTATIONS, YEN, as_text, both_days, put, records_of, rows_of, swap

PARSER = find_parser("cftc", "tff")[0]
RECORD = load_datasets()["cftc/tff"]
*EARLIER, YEARLY, SERVICE = (file.payload for file in publisher_files("cftc"))
TEXT = zipfile.ZipFile(BytesIO(YEARLY)).read(MEMBER).decode()
FRAME = PARSER.parse(YEARLY)
SERVED = PARSER.parse(SERVICE)
# The one page of the answer as two.
RECORDS = json.loads(pages(SERVICE, "the sample")[0])
PAGES = [RECORDS[:4], RECORDS[4:]]
KEY = ["report_date_as_yyyy_mm_dd", "cftc_contract_market_code"]


def edited(change, text: str = TEXT) -> bytes:
    """The member after a change of its records."""
    records = records_of(text)
    change(records)
    return as_text(records).encode()


def served(change) -> bytes:
    """The pages of the service after a change of their records."""
    answers = copy.deepcopy(PAGES)
    change(answers)
    return bundle([json.dumps(answer).encode() for answer in answers])


def renamed(key: str, other: str) -> bytes:
    return served(lambda pages: [r.update({other: r.pop(key)}) for p in pages for r in p if key in r])


def as_json(text: str) -> bytes:
    """The rows of a yearly file as the service would give them: an answer made from the other source."""
    header, *rows = records_of(text)
    answer = []
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        day, code = cells["Report_Date_as_YYYY-MM-DD"], cells["CFTC_Contract_Market_Code"]
        named = {key: cells[name] for name, key in NAMES.items() if cells[name] != "."}
        named |= {
            "id": f"{day[2:].replace('-', '')}{code}F",
            "report_date_as_yyyy_mm_dd": f"{day}T00:00:00.000",
        }
        answer.append(named)
    return json.dumps(sorted(answer, key=lambda r: (r["report_date_as_yyyy_mm_dd"], r["id"]))).encode()


def due(period_end: str) -> str:
    when, _ = due_at(RECORD.release, date.fromisoformat(period_end), RECORD.overrides)
    return f"{when.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}"


# What is in a file


def test_the_columns_are_the_ones_that_the_parser_promises_and_all_are_text() -> None:
    for frame in (FRAME, SERVED):
        assert tuple(frame.columns) == PARSER.columns
        assert all(pd.api.types.is_string_dtype(frame[column]) for column in frame.columns)
        assert not frame.isna().any().any()


def test_figures_are_kept_as_published_without_their_padding() -> None:
    row = records_of(TEXT)[1]
    first = FRAME.iloc[0]
    assert row[7].startswith("  ")
    assert first["open_interest_all"] == row[7].strip()
    assert first["cftc_market_code"] == "CME"
    assert first["market_and_exchange_names"] == "JAPANESE YEN - CHICAGO MERCANTILE EXCHANGE"
    assert set(FRAME["cftc_contract_market_code"]) == {"097741", "098662", "13874+", "13874P"}
    assert len(FRAME) == len(records_of(TEXT)) - 1


def test_a_first_week_has_no_changes_and_few_traders_are_not_counted() -> None:
    newcomer = FRAME[FRAME["cftc_contract_market_code"] == "13874P"]
    assert set(newcomer["change_in_open_interest_all"].eq("")) == {True, False}
    assert newcomer.iloc[-1][[name.lower() for name in CHANGES]].eq("").all()
    assert "." not in set(FRAME.to_numpy().ravel())
    counts = FRAME[[name.lower() for name in TRADERS]].to_numpy().ravel()
    assert {"", "0"} <= set(counts)
    assert not {"1", "2", "3"} & set(counts)


def test_a_week_ends_on_its_tuesday() -> None:
    assert (FRAME["period_end"] == FRAME["report_date_as_yyyy_mm_dd"]).all()
    starts, ends = (pd.to_datetime(FRAME[column]) for column in ("period_start", "period_end"))
    assert set(ends.dt.day_name()) == {"Tuesday"}
    assert (ends - starts).eq(pd.Timedelta(days=6)).all()


@pytest.mark.parametrize(("as_of", "week_ends"), [("2025-11-10", "2025-11-11"), ("2023-07-03", "2023-07-04")])
def test_a_report_as_of_a_monday_is_of_the_week_that_ends_on_the_day_after(as_of, week_ends) -> None:
    monday = pd.DataFrame(
        {
            "Report_Date_as_YYYY-MM-DD": [as_of],
            "CFTC_Contract_Market_Code": [YEN],
            "Market_and_Exchange_Names": ["YEN"],
        }
    )
    row = parsers._with_periods(monday).iloc[0]
    assert (row["Report_Date_as_YYYY-MM-DD"], row["period_end"]) == (as_of, week_ends)
    assert date.fromisoformat(row["period_start"]) == date.fromisoformat(week_ends) - timedelta(days=6)


def test_the_two_sources_give_the_same_rows_for_the_same_report() -> None:
    """So that what is held from both is no revision."""
    ours = FRAME.sort_values(KEY).reset_index(drop=True)
    theirs = PARSER.parse(as_json(TEXT)).sort_values(KEY).reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs)


def test_the_service_has_one_more_report_and_a_correction_with_the_changes_that_follow() -> None:
    both = SERVED.merge(FRAME, on=KEY, suffixes=("", "_filed"))
    different = [
        (row["report_date_as_yyyy_mm_dd"], row["cftc_contract_market_code"], column)
        for _, row in both.iterrows()
        for column in FRAME.columns.difference(KEY)
        if row[column] != row[f"{column}_filed"]
    ]
    assert set(SERVED["report_date_as_yyyy_mm_dd"]) - set(FRAME["report_date_as_yyyy_mm_dd"]) == {
        "2026-11-10"
    }
    assert {(day, code) for day, code, _ in different} == {("2026-10-27", YEN), ("2026-11-03", YEN)}
    assert {column for day, _, column in different if day == "2026-11-03"} == {
        "change_in_dealer_long_all",
        "change_in_lev_money_long_all",
    }


@pytest.mark.parametrize(
    ("payload", "part", "rows"),
    [
        (YEARLY, "2026", len(FRAME)),
        (TEXT.encode(), "2026", len(FRAME)),
        (TEXT.replace("\r\n", "\n").encode(), "2026", len(FRAME)),
        (bundle([YEARLY]), "2026", len(FRAME)),  # as it is kept where pages are followed
        (SERVICE, "service", 6),
        (bundle([json.dumps(page).encode() for page in PAGES]), "service", 6),
        (json.dumps(PAGES[0]).encode(), "service", 4),
        (bundle([json.dumps(PAGES[0]).encode(), b"[]"]), "service", 4),  # the last page may be empty
    ],
    ids=["zip", "member", "LF", "bundled zip", "one page of many", "pages", "one page", "an empty page"],
)
def test_each_shape_is_known_by_its_bytes(payload, part, rows) -> None:
    assert len(read(PARSER, payload)) == rows
    assert PARSER.part(payload) == part
    assert PARSER.published_on(payload) is None


# Page after page


def test_a_full_page_is_followed_and_a_short_one_is_the_last() -> None:
    page = json.dumps([{}] * 5_000).encode()
    following = PARSER.follow(RECORD.address, page)
    assert following == RECORD.address.replace("$offset=0", "$offset=5000")
    assert PARSER.follow(following, page).endswith("&$limit=5000&$offset=10000")
    assert PARSER.follow(following, page[:-1][: -len(", {}")] + b"]") is None
    assert PARSER.follow(RECORD.address, b"[]") is None


def test_a_service_that_does_not_heed_the_limit_is_asked_on() -> None:
    """Its own default is 1,000 records: taken for the last page, the newest reports would be missing."""
    page = json.dumps([{}] * 1_000).encode()
    assert PARSER.follow(RECORD.address, page).endswith("&$offset=1000")


def test_a_yearly_file_has_no_next_page() -> None:
    source = RECORD.sources[1]
    addresses = [file.addresses[0] for file in wanted(source, date(2026, 11, 20))]
    assert addresses[0] == "https://www.cftc.gov/files/dea/history/fut_fin_txt_2026.zip"
    assert addresses[-1].endswith("_2017.zip")
    assert PARSER.follow(addresses[0], YEARLY) is None


def test_the_service_is_asked_by_code_from_a_day_on_in_an_order() -> None:
    for code in ("097741", "098662", "099741", "240741"):
        assert f"%27{code}%27" in RECORD.address
    assert "$order=report_date_as_yyyy_mm_dd,id&" in RECORD.address
    assert " " not in RECORD.address


# When it comes out


@pytest.mark.parametrize(
    ("week_ends", "released"),
    [
        ("2026-08-04", "2026-08-07 15:30"),
        ("2024-06-18", "2024-06-24 15:30"),  # Juneteenth
        ("2024-07-02", "2024-07-08 15:30"),  # Independence Day
        ("2024-11-26", "2024-12-02 15:30"),  # Thanksgiving
        ("2024-12-24", "2024-12-30 15:30"),  # Christmas
        ("2023-07-04", "2023-07-07 15:30"),  # as of a Monday
        ("2018-12-18", "2018-12-21 15:30"),  # the last before a shutdown
        ("2018-12-25", "2019-02-01 15:30"),  # the first after it
        ("2019-01-01", "2019-02-05 15:30"),
        ("2019-02-26", "2019-03-05 15:30"),
        ("2019-03-05", "2019-03-08 15:30"),  # in time again
        ("2023-01-31", "2023-02-24 15:30"),
        ("2025-09-23", "2025-09-26 15:30"),  # the last before another shutdown
        ("2025-09-30", "2025-11-19 15:30"),
        ("2025-10-21", "2025-12-02 15:30"),
        ("2025-11-11", "2025-12-12 15:30"),  # as of Monday the 10th
        ("2025-12-30", "2026-01-13 15:30"),
        ("2026-01-13", "2026-01-20 15:30"),
        ("2026-01-20", "2026-01-23 15:30"),  # in time again
    ],
)
def test_reports_come_out_on_the_third_business_day_unless_the_government_is_shut(
    week_ends, released
) -> None:
    assert due(week_ends) == released


@pytest.mark.parametrize(
    ("week_ends", "would_have_been"),
    [
        ("2025-10-14", "2025-10-17"),
        ("2025-11-11", "2025-11-14"),
        ("2025-11-25", "2025-12-01"),
        ("2025-12-23", "2025-12-29"),
        ("2025-12-30", "2026-01-05"),
    ],
)
def test_the_rule_gives_the_days_that_the_commission_would_have_kept(week_ends, would_have_been) -> None:
    assert RECORD.release.release_day(date.fromisoformat(week_ends)).isoformat() == would_have_been


def test_overrides_are_tuesdays_one_after_the_other_and_later_than_the_rule() -> None:
    for override in RECORD.overrides:
        for end in (override.periods_from, override.periods_to):
            assert end.weekday() == parsers.TUESDAY
            assert override.due > RECORD.release.release_day(end)
    ends = [override.periods_from for override in RECORD.overrides]
    assert ends == sorted(set(ends))
    assert sum(end >= date(2025, 9, 30) for end in ends) == 16


# What is refused


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, edited(change))
    assert str(caught.value).startswith("cftc/tff")
    assert "nothing was loaded" in str(caught.value)


OTHERS = {
    "empty": (b"", "expected the header of FinFutYY.txt, and 87 columns, found 0"),
    "a page": (HTML, "expected the header of FinFutYY.txt, .* found '<!DOCTYPE html>'"),
    "another publisher's file": (
        publisher_files("us_fed")[0].payload,
        "'Market_and_Exchange_Names' in column 1",
    ),
    "another publisher's zip": (
        publisher_files("ecb")[0].payload,
        r"expected FinFutYY.txt in the zip, found \['eurofxref-hist.csv'\]",
    ),
    "cut in half": (TEXT.encode()[: len(TEXT) // 2], "expected a line break at the end of .* cut short"),
    "cut by its last line break": (TEXT.encode()[:-2], "expected a line break at the end of"),
    "zip cut in half": (YEARLY[: len(YEARLY) // 2], "expected a zip file, .* cut short"),
    "another encoding": (TEXT.replace("YEN", "¥").encode("cp1252"), "expected text in utf-8-sig, found byte"),
    "two yearly files in one": (bundle([YEARLY, YEARLY]), "expected one yearly file, .* found 2 pages"),
    "pages of two kinds": (
        bundle([json.dumps(PAGES[0]).encode(), YEARLY]),
        "expected JSON on page 2|expected text",
    ),
    "an error of the service": (
        b'{"error": true, "message": "Unrecognized arguments"}',
        "expected a list of records on page 1, found '.*Unrecognized arguments",
    ),
    "an answer cut in half": (SERVICE[: len(SERVICE) // 2], "expected a zip file"),
    "a page cut in half": (
        json.dumps(PAGES[0]).encode()[:9_000],
        "expected JSON on page 1, found .* cut short",
    ),
    "no records": (b"[]", "expected records of the service, found none"),
    "numbers instead of text": (
        served(lambda pages: pages[0][0].update(open_interest_all=7)),
        "expected text under 'open_interest_all' in record 1 of page 1, found 7",
    ),
    "a key renamed": (
        renamed("tot_rept_positions_short", "tot_rept_positions_short_all"),
        r"expected the known keys in record 1 of page 1, found none of \['tot_rept_positions_short'\]",
    ),
    "a key that may be absent renamed": (
        renamed("traders_asset_mgr_spread", "traders_asset_mgr_spread_all"),
        r"expected the known keys .* found \['traders_asset_mgr_spread_all'\] among them",
    ),
    "values under each other's keys": (
        served(
            lambda pages: [
                r.update(
                    asset_mgr_positions_long=r["lev_money_positions_long"],
                    lev_money_positions_long=r["asset_mgr_positions_long"],
                )
                for p in pages
                for r in p
            ]
        ),
        "expected shares of open interest in column Pct_of_OI_Asset_Mgr_Long_All",
    ),
    "with options": (
        served(lambda pages: [r.update(futonly_or_combined="Combined") for p in pages for r in p]),
        "expected 'FutOnly' .* found 'Combined' for contract 097741 on 2026-10-27",
    ),
    "an id of another day": (
        served(lambda pages: pages[1][0].update(id="261111097741F")),
        "expected a day such as .* in record 1 of page 2, found '2026-11-10T.*', '097741' and '261111",
    ),
    "a day written otherwise": (
        served(lambda pages: pages[1][0].update(report_date_as_yyyy_mm_dd="11/10/2026")),
        "expected a day such as .* found '11/10/2026'",
    ),
    "a record on two pages": (
        served(lambda pages: pages[1].insert(0, pages[0][-1])),
        "expected records by day and id, each once, found '261103098662F' again .* record 1 of page 2",
    ),
    "pages in another order": (
        served(lambda pages: pages.reverse()),
        "expected records by day and id, each once",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_file_or_answer_is_refused(case) -> None:
    payload, words = OTHERS[case]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, payload)
    assert str(caught.value).startswith("cftc/tff")


@pytest.mark.parametrize(
    "payload",
    [b"", HTML, b'{"error": true}', publisher_files("ecb")[0].payload, edited(swap(*list(POSITIONS)[:2], 0))],
    ids=["empty", "a page", "an error", "another zip", "another header"],
)
def test_what_is_another_file_is_not_even_kept(payload) -> None:
    with pytest.raises(LayoutError, match="expected"):
        PARSER.recognise(payload)


def test_the_report_with_options_is_not_even_kept() -> None:
    with pytest.raises(LayoutError, match="expected 'FutOnly'"):
        PARSER.recognise(edited(MUTATIONS["with options"][0]))


def test_two_reports_in_one_week_are_refused() -> None:
    with pytest.raises(
        LayoutError, match="expected one report per week, found those of 2026-11-02 and 2026-11-03"
    ):
        PARSER.parse(as_json(edited(both_days("261102", "2026-11-02")).decode()))


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(
        LayoutError, match="expected a date YYYY-MM-DD, found '2026-13-03' for contract 097741"
    ):
        PARSER.parse(as_json(edited(both_days("261303", "2026-13-03")).decode()))


@pytest.mark.parametrize("family", [POSITIONS, CHANGES], ids=["positions", "changes"])
def test_no_neighbouring_columns_of_positions_or_changes_swap_unnoticed(family) -> None:
    for one, other in pairwise(family):
        with pytest.raises(LayoutError, match="expected"):
            PARSER.parse(edited(swap(one, other)))


def test_a_slip_of_the_publisher_in_a_few_rows_stops_nothing() -> None:
    """Shares and changes are compared to notice columns that moved, not to correct the publisher."""
    long = TEXT + "".join(line for line in _more_weeks())
    frame = PARSER.parse(edited(put("Pct_of_OI_Dealer_Long_All", "99.9"), long))
    assert len(frame) > 100


def _more_weeks() -> list[str]:
    """The rows of the dollar index under further codes, so that there are more than a hundred rows."""
    header, *rows = records_of(TEXT)
    index = [rows[n - 1] for n in rows_of([header, *rows], "098662")]
    places = [header.index(f"CFTC_Contract_Market_Code{end}") for end in ("", "_Quotes")]
    more = []
    for code in ("098663", "098664", "098665", "098666"):
        for row in index:
            other = list(row)
            for place in places:
                other[place] = code
            more.append(as_text([other]))
    return more


def test_the_sample_is_the_same_on_every_call() -> None:
    assert [file.payload for file in publisher_files("cftc")] == [*EARLIER, YEARLY, SERVICE]
    assert zipped({MEMBER: TEXT}, PACKED) == YEARLY
