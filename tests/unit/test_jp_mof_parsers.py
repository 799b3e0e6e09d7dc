"""The Ministry of Finance's files: what a reader of the rows relies on, and what is refused.

The files are the made-up ones, which have the real layout; the real ones are in tests/real.
"""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.defs.jp_mof.parsers import FLOWS, SECTOR_FLOWS
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files
from tests.mutations import read
from tests.mutations.jp_mof import MOF, MUTATIONS, Layout, edit, records_of, set_cells, swap_figures

# The newest file of each dataset.
FILES = {file.dataset.split("/")[1]: file for file in publisher_files("jp_mof")}
PAYLOADS = {name: file.payload for name, file in FILES.items()}
PARSERS = {name: find_parser("jp_mof", name)[0] for name in FILES}
FRAMES = {name: PARSERS[name].parse(payload) for name, payload in PAYLOADS.items()}
WEEKLY, MONTHLY = "securities_weekly", "securities_monthly"
BY_SECTOR = [at for at in MOF if at.name.startswith("residents")]
MONTHLY_FILES = [at for at in MOF if at.name != WEEKLY]

each_file = pytest.mark.parametrize("at", MOF, ids=lambda at: at.name)
each_monthly_file = pytest.mark.parametrize("at", MONTHLY_FILES, ids=lambda at: at.name)


def first_year(at: Layout) -> int:
    """Of a made-up file: those by sector are shorter."""
    return 2005 if at.name == MONTHLY else 2023


def refused(name: str, payload: bytes, words: str) -> None:
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSERS[name], payload)
    assert str(caught.value).startswith(f"jp_mof/{name}: ")


# What comes out


@each_file
def test_the_columns_are_the_ones_that_the_parser_promises_and_all_are_text(at: Layout) -> None:
    frame = FRAMES[at.name]
    assert tuple(frame.columns) == PARSERS[at.name].columns
    assert all(pd.api.types.is_string_dtype(frame[column]) for column in frame.columns)
    assert not frame.isna().any().any()


@each_file
def test_the_stamp_is_the_day_of_publication(at: Layout) -> None:
    published_on = PARSERS[at.name].published_on(PAYLOADS[at.name])
    assert published_on == date.fromisoformat(FILES[at.name].published_on)


def test_weeks_run_from_sunday_to_saturday_without_a_gap() -> None:
    frame = FRAMES[WEEKLY]
    starts = [date.fromisoformat(day) for day in frame["period_start"]]
    ends = [date.fromisoformat(day) for day in frame["period_end"]]
    assert (starts[0], ends[-1]) == (date(2024, 12, 29), date(2026, 11, 14))
    assert {start.weekday() for start in starts} == {6}
    assert all(end - start == timedelta(days=6) for start, end in zip(starts, ends, strict=True))
    assert all(b - a == timedelta(days=7) for a, b in pairwise(starts))


@pytest.mark.parametrize(
    ("cell", "period"),
    [
        ("2025．1．26～2．1", ("2025-01-26", "2025-02-01")),
        ("2025．1．26～ 2．1", ("2025-01-26", "2025-02-01")),
        ("2025． 1．26～ 2． 1 ", ("2025-01-26", "2025-02-01")),
        ("２０２５．１．２６～２．１", ("2025-01-26", "2025-02-01")),
        ("2025.1.26~2025.2.1", ("2025-01-26", "2025-02-01")),
    ],
)
def test_a_week_is_read_whatever_its_blanks_and_widths_and_kept_as_published(cell, period) -> None:
    frame = read(PARSERS[WEEKLY], set_cells(PAYLOADS[WEEKLY], 18, 0, cell))
    assert tuple(frame.loc[4, ["period_start", "period_end"]]) == period
    assert frame.loc[4, "period"] == cell


@pytest.mark.parametrize("cell", ["2024．12．29～ 2025．1．4", "2024．12．29～2025． 1．4"])
def test_the_end_of_a_week_has_a_year_only_across_a_new_year(cell) -> None:
    frame = read(PARSERS[WEEKLY], set_cells(PAYLOADS[WEEKLY], 14, 0, cell))
    assert tuple(frame.loc[0, ["period_start", "period_end"]]) == ("2024-12-29", "2025-01-04")
    assert frame.loc[52, "period"] == "2025．12．28～2026．1．3 "
    assert frame.loc[52, "period_end"] == "2026-01-03"


@pytest.mark.parametrize(
    "cell",
    [
        "2025．1．26～1．1",
        "2025．1．27～2．2",
        "2025．13．26～2．1",
        "2025．1．26～2026．2．1",
        "2025．1．26",
        "合計",
    ],
)
def test_what_is_no_week_is_refused(cell) -> None:
    payload = set_cells(PAYLOADS[WEEKLY], 18, 0, cell)
    refused(WEEKLY, payload, rf"expected a week from Sunday to Saturday.* in record 19, found '{cell}'")


@each_file
def test_figures_stay_as_published_with_blanks_and_commas(at: Layout) -> None:
    published = records_of(PAYLOADS[at.name])[at.row][at.figures :]
    frame = FRAMES[at.name]
    assert list(frame.iloc[4, 4:]) == published
    if at.name == WEEKLY:
        assert all(cell.endswith(" ") for cell in published)
        assert any("," in cell for cell in published)
        assert tuple(frame.columns[4:]) == FLOWS


def test_months_take_their_year_from_january_and_those_to_come_are_left_out() -> None:
    months = FRAMES[MONTHLY].query("frequency == 'monthly'")
    assert list(months["period"].iloc[[0, 1, 11, 12, -1]]) == [
        "2005 Jan",
        "2005 Feb",
        "2005 Dec",
        "2006 Jan",
        "2026 Oct",
    ]
    spans = list(zip(months["period_start"], months["period_end"], strict=True))
    assert spans[13] == ("2006-02-01", "2006-02-28")
    assert spans[37] == ("2008-02-01", "2008-02-29")
    assert spans[-1] == ("2026-10-01", "2026-10-31")
    assert len(spans) == 262
    labels = [record[0] for record in records_of(PAYLOADS[MONTHLY])[11:275]]
    assert labels[:2] == ["2005", "(平成17年)"]
    assert labels[252:254] == ["2026", "(令和8年)"]
    assert records_of(PAYLOADS[MONTHLY])[274][2] == "Dec"


@each_monthly_file
def test_years_have_their_own_spans_and_frequency(at: Layout) -> None:
    years = FRAMES[at.name].query("frequency != 'monthly'")
    complete = range(first_year(at), 2026)
    assert [tuple(row) for row in years[["frequency", "period_start", "period_end"]].to_numpy()] == [
        *(("calendar_year", f"{year}-01-01", f"{year}-12-31") for year in complete),
        *(("fiscal_year", f"{year}-04-01", f"{year + 1}-03-31") for year in complete),
    ]


@pytest.mark.parametrize("at", BY_SECTOR, ids=lambda at: at.name)
def test_a_dash_for_not_available_is_kept_and_breaks_no_sum(at: Layout) -> None:
    """Before 2014 four sectors have none, while what they add up to has figures."""
    sectors = [
        "central_bank",
        "general_government",
        "banks_trust_accounts",
        "trust_banks_trust_accounts",
    ]
    columns = [at.figures + SECTOR_FLOWS.index(f"{sector}_acquisition") for sector in sectors]
    payload = PAYLOADS[at.name]
    for column in columns:
        payload = set_cells(payload, at.data, column, "-", "-", "-")
    frame = read(PARSERS[at.name], payload)
    row = frame.iloc[0]
    assert {row[f"{s}_{m}"] for s in sectors for m in ("acquisition", "disposition", "net")} == {"-"}
    assert list(frame.iloc[1]) == list(FRAMES[at.name].iloc[1])
    assert row["public_sector_net"] == FRAMES[at.name].iloc[0]["public_sector_net"]


def test_a_figure_without_its_comma_is_a_number_too() -> None:
    assert not FRAMES[BY_SECTOR[0].name]["trust_banks_banking_accounts_net"].str.contains(",").any()


# What is refused


@pytest.mark.parametrize("mutation", MUTATIONS)
@each_file
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(at, mutation) -> None:
    refused(at.name, *MUTATIONS[mutation](at, PAYLOADS[at.name]))


@each_file
def test_the_file_of_another_dataset_or_publisher_is_refused(at: Layout) -> None:
    for name, payload in PAYLOADS.items():
        if name != at.name:
            refused(at.name, payload, "expected '.*' in the first six records, found .*another file")
    rates = publisher_files("ecb")[0]
    refused(at.name, rates.payload, "expected ")


@each_file
def test_columns_that_change_places_never_give_other_rows(at: Layout) -> None:
    """Where two neighbours hold the same in every row, swapping them changes nothing."""
    unnoticed = []
    last = len(records_of(PAYLOADS[at.name])[0]) - 1
    for column in range(at.figures, last):
        try:
            frame = read(PARSERS[at.name], swap_figures(at, PAYLOADS[at.name], column))
        except LayoutError:
            continue
        if not frame.equals(FRAMES[at.name]):
            unnoticed.append(column)
    assert not unnoticed


@each_file
def test_a_file_that_ends_after_any_record_is_refused_or_whole(at: Layout) -> None:
    lines = PAYLOADS[at.name].splitlines(keepends=True)
    whole = 0
    for end in range(len(lines)):
        try:
            frame = read(PARSERS[at.name], b"".join(lines[:end]))
        except LayoutError:
            continue
        assert frame.equals(FRAMES[at.name])
        whole += 1
    assert whole == 4, "only the four notes may be missing"


@each_file
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_file_cut_at_any_byte_is_refused_or_gives_the_same_rows(at: Layout, data) -> None:
    payload = PAYLOADS[at.name]
    end = data.draw(st.integers(0, len(payload) - 1))
    try:
        frame = PARSERS[at.name].parse(payload[:end])
    except LayoutError:
        return
    assert frame.equals(FRAMES[at.name])


@each_monthly_file
def test_a_whole_year_missing_is_refused(at: Layout) -> None:
    payload = edit(PAYLOADS[at.name], lambda records: records.__delitem__(slice(at.data + 12, at.data + 24)))
    year = first_year(at) + 1
    words = f"found '{year + 1} Jan' in record 24 where the next begins on {year}-01-01"
    refused(at.name, payload, words)


@each_monthly_file
def test_a_year_that_does_not_stand_on_january_is_refused(at: Layout) -> None:
    without = set_cells(PAYLOADS[at.name], at.data, 0, "")
    refused(at.name, without, "expected a month, a year's sum or the end .* in record 12, found '', 'Jan'")
    year = first_year(at)
    later = set_cells(set_cells(PAYLOADS[at.name], at.data + 12, 0, ""), at.data + 13, 0, str(year + 1))
    refused(at.name, later, f"found '{year} Jan' in record 24 where the next begins on {year + 1}-01-01")


@each_monthly_file
def test_a_blank_month_amid_published_ones_is_refused(at: Layout) -> None:
    width = len(records_of(PAYLOADS[at.name])[0]) - 3
    payload = set_cells(PAYLOADS[at.name], at.row, 3, *[""] * width)
    year = first_year(at)
    words = f"expected no figures after {year} May, .* found some for {year} Jun in record 17"
    refused(at.name, payload, words)


@each_monthly_file
def test_a_blank_or_missing_or_repeated_year_is_refused(at: Layout) -> None:
    years = 2027 - first_year(at)
    payload, second = PAYLOADS[at.name], at.data + 12 * years + 1
    width = len(records_of(payload)[0]) - 3
    words = f"expected a number .*{first_year(at) + 1}-01-01, found ''"
    refused(at.name, set_cells(payload, second, 3, *[""] * width), words)
    for change in (
        lambda records: records.pop(second),
        lambda records: records.insert(second, records[second]),
    ):
        refused(at.name, edit(payload, change), "expected each calendar year period after the one before")


@each_monthly_file
def test_a_month_that_nobody_knows_is_refused(at: Layout) -> None:
    payload = set_cells(PAYLOADS[at.name], at.row, 2, "Mai")
    refused(at.name, payload, "expected a month, a year's sum or the end of the data in record 16, .*'Mai'")


@each_file
def test_figures_below_the_notes_are_refused(at: Layout) -> None:
    payload = edit(PAYLOADS[at.name], lambda records: records.append(records[at.row]))
    refused(at.name, payload, r"expected only notes below the blank record \d+, found figures in record \d+")
