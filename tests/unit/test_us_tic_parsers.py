"""The Treasury's tables: what a reader of the rows relies on, and what is refused.

The files are the made-up ones, which have the real layout; the real ones are in tests/real.
"""

import re

import pandas as pd
import pytest

from orchestration.defs.us_tic.by_country import FIRST_NET_MONTH
from orchestration.defs.us_tic.parsers import PARSERS
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files
from tests.mutations import read
from tests.mutations.us_tic import HISTORY, TABLE_1, TABLE_3, TABLE_5, edit, lines_of, swap_figures

FILES = publisher_files("us_tic")
OTHER_PUBLISHER = publisher_files("us_fed")[0].payload
# The newest file of each dataset.
PAYLOADS = {file.dataset.split("/")[1]: file.payload for file in FILES}
READ = {name: find_parser("us_tic", name)[0] for name in PARSERS}
FRAMES = {name: READ[name].parse(payload) for name, payload in PAYLOADS.items()}
MUTATIONS = {
    "treasuries_by_country": TABLE_3,
    "longterm_securities_by_country": TABLE_1,
    "major_holders": TABLE_5,
    "major_holders_history": HISTORY,
}
# Table 3 is read by the code of table 1, and tried on its real file in tests/real: here, what it has alone.
ALL = [
    (name, mutation)
    for name, mutations in MUTATIONS.items()
    for mutation in mutations
    if not (mutations is TABLE_3 and mutation in TABLE_1)
]

every_dataset = pytest.mark.parametrize("name", PARSERS)
by_country = pytest.mark.parametrize("name", ["treasuries_by_country", "longterm_securities_by_country"])


def figure(name: str, **row: str) -> dict[str, str]:
    """The one row that has these cells."""
    frame = FRAMES[name]
    for column, cell in row.items():
        frame = frame[frame[column] == cell]
    (found,) = frame.to_dict("records")
    return found


@every_dataset
def test_the_columns_are_the_ones_that_the_parser_promises_and_all_are_text(name) -> None:
    frame = FRAMES[name]
    assert tuple(frame.columns) == READ[name].columns
    assert all(pd.api.types.is_string_dtype(frame[column]) for column in frame.columns)
    assert not frame.isna().any().any()


@every_dataset
def test_a_row_is_a_month(name) -> None:
    frame = FRAMES[name]
    assert (frame["period_start"] == frame["date"] + "-01").all()
    starts, ends = pd.to_datetime(frame["period_start"]), pd.to_datetime(frame["period_end"])
    assert ((starts + pd.offsets.MonthEnd(0)) == ends).all()


@by_country
def test_a_country_has_the_same_months_as_every_other_since_2020(name) -> None:
    months = FRAMES[name].groupby("country_code")["date"].agg(["min", "max", "count"]).drop_duplicates()
    assert months.to_numpy().tolist() == [["2020-01", "2026-09", 81]]


def test_figures_stay_as_published() -> None:
    lines = lines_of(PAYLOADS["treasuries_by_country"])
    japan = next(line for line in lines if line[1:3] == ["42609", "2023-01"])
    row = figure("treasuries_by_country", country_code="42609", date="2023-01")
    assert list(row.values())[:10] == japan
    assert row["for_lt_treas_net"] == row["for_treas_net"] == "n.a."
    greece = figure("treasuries_by_country", country_code="11207", date=FIRST_NET_MONTH)
    assert greece["for_treas_pos"] == "n.a."
    assert re.fullmatch(r"\d+", greece["for_lt_treas_pos"])


def test_an_instrument_of_table_1_needs_no_code_that_is_known() -> None:
    row = figure("longterm_securities_by_country", country_code="89991", date="2026-09")
    assert row["for_lt_eqty_pos"] == "n.a."
    assert row["for_lt_total_pos"] != "n.a."


def test_the_bonds_of_table_3_are_those_of_table_1() -> None:
    columns = ["country_code", "date", "for_lt_treas_pos", "for_lt_treas_net", "for_lt_treas_valchg"]
    one, three = (FRAMES[n][columns] for n in ("longterm_securities_by_country", "treasuries_by_country"))
    assert one[one["country_code"] != "89991"].reset_index(drop=True).equals(three)


def test_the_holders_of_the_made_up_tables_hold_what_the_table_by_country_says() -> None:
    by_country = FRAMES["treasuries_by_country"].set_index(["country", "date"])["for_treas_pos"]
    compared = 0
    for name, months in (("major_holders", 13), ("major_holders_history", 72)):
        for holder in ("Japan", "United Kingdom", "China, Mainland", "Grand Total"):
            rows = FRAMES[name].query("holder == @holder and date >= '2020-01'")
            assert len(rows) == months
            for date, billions in zip(rows["date"], rows["holdings"], strict=True):
                assert abs(float(billions) - int(by_country[holder, date]) / 1_000) <= 0.0501
                compared += 1
    assert compared == 4 * (13 + 72)


def test_the_window_has_thirteen_months_and_names_as_published() -> None:
    frame = FRAMES["major_holders"]
    assert list(frame["date"].unique()[[0, -1]]) == ["2026-09", "2025-09"]
    assert frame["date"].nunique() == 13
    assert {"China, Mainland", "All Other", "Of Which: Foreign Official T-Bonds & Notes"} <= set(
        frame["holder"]
    )


def test_a_month_that_stands_twice_is_in_two_series() -> None:
    frame = FRAMES["major_holders_history"]
    old = frame[frame["series"] == "old"]
    assert sorted(old["date"].unique()) == ["2000-03", *(f"{year}-06" for year in range(2002, 2012))]
    new, before = (
        float(figure("major_holders_history", holder="Japan", date="2006-06", series=series)["holdings"])
        for series in ("new", "old")
    )
    assert new > before
    assert frame["date"].nunique() == 10 + 25 * 12


def test_a_footnotes_mark_is_no_part_of_a_name() -> None:
    frame = FRAMES["major_holders_history"]
    belgium = frame[frame["holder"] == "Belgium"]
    assert set(belgium["footnote"]) == {"", "5"}
    assert belgium["date"].nunique() == frame["date"].nunique()
    assert not frame["holder"].str.contains(r"/|^ | $|\"").any()


def test_a_whole_number_is_the_same_however_it_is_printed() -> None:
    parser, payload = READ["major_holders_history"], PAYLOADS["major_holders_history"]
    printed = re.sub(rb"(?<=\t)(\d+)\.0(?=\t)", rb"\1", payload)
    assert printed != payload
    assert parser.parse(printed).equals(FRAMES["major_holders_history"])


@pytest.mark.parametrize("name", ["major_holders_history", "treasuries_by_country"])
def test_line_ends_do_not_matter(name) -> None:
    plain = PAYLOADS[name].replace(b"\r\n", b"\n")
    assert READ[name].parse(plain).equals(FRAMES[name])


def test_the_stamp_is_written_in_two_ways() -> None:
    payload, stamp = PAYLOADS["major_holders_history"], READ["major_holders_history"].published_on
    assert stamp(payload).isoformat() == "2026-09-16"
    assert stamp(payload.replace(b"9/16/2026", b"9/16/26")).isoformat() == "2026-09-16"
    for name in set(PARSERS) - {"major_holders_history"}:
        assert READ[name].published_on(PAYLOADS[name]) is None


def test_the_second_file_of_history_revises_two_months_of_one_holder() -> None:
    first, second = (
        READ["major_holders_history"].parse(f.payload) for f in FILES if f.dataset.endswith("_history")
    )
    changed = second[(first != second).any(axis=1)]
    assert set(changed["date"]) == {"2025-11", "2025-12"}
    assert "United Kingdom" in set(changed["holder"])
    assert "Japan" not in set(changed["holder"])


@pytest.mark.parametrize(("name", "mutation"), ALL)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(name, mutation) -> None:
    change, words = MUTATIONS[name][mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(READ[name], change(PAYLOADS[name]))
    assert str(caught.value).startswith(f"us_tic/{name}: expected")


@every_dataset
def test_the_file_of_another_dataset_or_publisher_is_refused(name) -> None:
    others = [payload for other, payload in PAYLOADS.items() if other != name]
    for payload in (*others, OTHER_PUBLISHER):
        with pytest.raises(LayoutError, match=r"expected (text in utf-8|'.*' in line 1)"):
            READ[name].recognise(payload)


def test_two_types_of_bonds_under_each_others_header_are_not_noticed() -> None:
    """What no sum of the file can tell; the day one can, this test says so."""
    swapped = edit(swap_figures("for_lt_agcy_pos", "for_lt_corp_pos"))(
        PAYLOADS["longterm_securities_by_country"]
    )
    assert len(READ["longterm_securities_by_country"].parse(swapped)) == 1_620
