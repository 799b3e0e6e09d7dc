"""Traders in Financial Futures on the real files: what is in them, and the mutations of tests/mutations.

Skipped where the real files are absent (see conftest.py).
"""

import io
import zipfile
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.cftc.parsers import CHANGES, MEMBER, NAMES, POSITIONS, TRADERS
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files
from tests.mutations import HTML, read
from tests.mutations.cftc import CONSOLIDATED, DOLLAR_INDEX, MUTATIONS, YEN, as_text, records_of, swap

PARSER = find_parser("cftc", "tff")[0]
# Enough of the file to be quick: currencies, a contract of others, one that begins in the year, the end.
SOME = {YEN, "099741", CONSOLIDATED, "13874A", "239750", "240743", DOLLAR_INDEX, "1170E1", "221602"}
CURRENCIES = {"090741", "092741", "095741", "096742", YEN, "099741", "102741", "112741", "122741", "232741"}


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {
        year: next((publishers / "cftc").glob(f"FinFutYY.{year}-*")).read_bytes() for year in ("2025", "2026")
    }


@pytest.fixture(scope="module")
def frames(payloads: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    return {year: read(PARSER, payload) for year, payload in payloads.items()}


@pytest.fixture(scope="module")
def some(payloads: dict[str, bytes]) -> list[list[str]]:
    """The records of some contracts of the first file."""
    records = records_of(payloads["2025"].decode())
    return [records[0], *(record for record in records[1:] if record[3].strip() in SOME)]


def mutated(some: list[list[str]], change) -> bytes:
    records = [list(record) for record in some]
    change(records)
    return as_text(records).encode()


@pytest.mark.parametrize(
    ("year", "rows", "contracts", "weeks", "first", "last"),
    [
        ("2025", 1_095, 73, 17, "2025-01-07", "2025-04-29"),
        ("2026", 2_681, 103, 31, "2026-01-06", "2026-08-04"),
    ],
)
def test_every_contract_of_every_report_is_there(
    frames, payloads, year, rows, contracts, weeks, first, last
) -> None:
    days, codes = (frames[year][c] for c in ("report_date_as_yyyy_mm_dd", "cftc_contract_market_code"))
    assert (len(frames[year]), codes.nunique(), days.nunique()) == (rows, contracts, weeks)
    assert (days.min(), days.max()) == (first, last)
    assert pd.to_datetime(frames[year]["period_end"]).dt.day_name().unique() == ["Tuesday"]
    assert PARSER.part(payloads[year]) == year


def test_codes_stay_text_and_names_change(frames) -> None:
    codes = set(frames["2025"]["cftc_contract_market_code"])
    assert {"020601", "13874A", "13874+", "1170E1"} <= codes
    index = frames["2026"][frames["2026"]["cftc_contract_market_code"] == DOLLAR_INDEX]
    assert set(index["market_and_exchange_names"]) == {"USD INDEX - ICE FUTURES U.S."}
    assert set(index["cftc_subgroup_code"]) == {"F90"}
    currencies = frames["2025"][frames["2025"]["cftc_contract_market_code"].isin(CURRENCIES)]
    assert set(currencies["cftc_subgroup_code"]) == {"F10", "F15"}


@pytest.mark.parametrize(
    ("code", "day", "net"),
    [
        (YEN, "2025-04-01", 76_649),
        (YEN, "2025-04-29", 127_275),
        (DOLLAR_INDEX, "2025-04-01", 4_228),
        (DOLLAR_INDEX, "2025-04-29", -3_052),
    ],
)
def test_asset_managers_net_positions_of_april_2025(frames, code, day, net) -> None:
    frame = frames["2025"].set_index(["cftc_contract_market_code", "report_date_as_yyyy_mm_dd"])
    row = frame.loc[(code, day)]
    assert int(row["asset_mgr_positions_long_all"]) - int(row["asset_mgr_positions_short_all"]) == net


def test_a_newcomers_changes_and_few_traders_are_not_available(frames) -> None:
    changes = frames["2025"][[name.lower() for name in CHANGES]]
    assert (changes == "").any(axis=1).sum() == (changes == "").all(axis=1).sum() == 26
    counts = frames["2025"][[name.lower() for name in TRADERS]].to_numpy().ravel()
    assert not {"1", "2", "3", "."} & set(counts)


def test_a_yearly_file_is_the_same_in_its_zip_and_with_other_line_breaks(payloads, frames) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(MEMBER, payloads["2025"])
    assert b"\r\n" in payloads["2025"]
    assert b"\r\n" not in payloads["2026"]
    assert PARSER.parse(packed.getvalue()).equals(frames["2025"])
    assert PARSER.parse(payloads["2025"].replace(b"\r\n", b"\n")).equals(frames["2025"])


def test_a_record_of_the_service_has_every_key_and_few_traders_left_out(publishers) -> None:
    payload = (publishers / "cftc" / "socrata_gpe5-46if_one_record.json").read_bytes()
    row = read(PARSER, payload).iloc[0]
    assert PARSER.part(payload) == "service"
    assert row["cftc_contract_market_code"] == "232741"
    assert (row["period_start"], row["period_end"]) == ("2025-07-30", "2025-08-05")
    assert (row["open_interest_all"], row["tot_rept_positions_short_all"]) == ("163900", "143154")
    assert row["market_and_exchange_names"] == "AUSTRALIAN DOLLAR - CHICAGO MERCANTILE EXCHANGE"
    assert row["cftc_market_code"] == "CME"
    assert [column for column in row.index if not row[column]] == [
        "traders_dealer_short_all",
        "traders_dealer_spread_all",
        "traders_other_rept_short_all",
        "traders_other_rept_spread_all",
    ]


@pytest.mark.parametrize(
    "key", [key for name, key in NAMES.items() if not name.startswith(("Pct_", "Change_", "Traders_"))]
)
def test_a_record_without_one_of_its_keys_is_refused(publishers, key) -> None:
    text = (publishers / "cftc" / "socrata_gpe5-46if_one_record.json").read_text()
    with pytest.raises(LayoutError, match=rf"expected the known keys .* found none of \['{key}'\]"):
        PARSER.parse(text.replace(f'"{key}"', f'"{key}_renamed"').encode())


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(some, mutation) -> None:
    change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words):
        read(PARSER, mutated(some, change))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file[: len(file) // 2], "expected a line break at the end of .*cut short"),
        (lambda file: file[: file.index(b"\n", len(file) // 2) + 1], "expected .*cut short"),
        (lambda file: HTML, "expected the header of FinFutYY.txt"),
        (lambda file: b"", "expected the header of FinFutYY.txt"),
        (lambda file: file.replace(b'"FutOnly"\r', b'"Combined"\r'), "expected 'FutOnly'"),
    ],
    ids=["cut in half", "cut in half at a line's end", "a page", "empty", "with options"],
)
def test_a_whole_file_that_went_wrong_is_refused(payloads, damage, words) -> None:
    with pytest.raises(LayoutError, match=words):
        read(PARSER, damage(payloads["2025"]))


def test_wherever_the_file_is_cut_before_the_dollar_index_it_is_noticed(some) -> None:
    last = max(n for n, record in enumerate(some) if record[3].strip() == DOLLAR_INDEX)
    for end in range(2, last + 1, 5):
        with pytest.raises(LayoutError, match="cut short"):
            PARSER.parse(as_text(some[:end]).encode())


def test_columns_that_change_places_never_give_other_positions(some) -> None:
    """Counts of traders may: without a zero among them they look alike."""
    whole = PARSER.parse(as_text(some).encode())
    unnoticed = []
    for one, other in pairwise(POSITIONS):
        try:
            frame = PARSER.parse(mutated(some, swap(one, other)))
        except LayoutError:
            continue
        if not frame.equals(whole):
            unnoticed.append((one, other))
    assert not unnoticed


def test_files_of_other_publishers_are_refused(publishers) -> None:
    for file in (
        "us_fed/DEXJPUS.2025-07-22.csv",
        "ecb/eurofxref-hist.2026-10-30.zip",
        "jp_mof/week.2026-08-14.csv",
    ):
        with pytest.raises(LayoutError, match="expected"):
            PARSER.recognise((publishers / file).read_bytes())


def test_the_made_up_file_has_the_layout_of_the_real_one(payloads) -> None:
    """Down to quotes and padding: so the other tests, which use the made-up file, test the real layout."""
    ours = zipfile.ZipFile(io.BytesIO(publisher_files("cftc")[0].payload)).read(MEMBER)
    real, made_up = (p.decode().split("\r\n") for p in (payloads["2025"], ours))
    assert made_up[0] == real[0]
    index = [
        next(line for line in lines if line.startswith('"USD INDEX')).split(",") for lines in (real, made_up)
    ]
    widths = [[(cell[:1] == '"', len(cell)) for cell in cells[1:]] for cells in index]
    not_available = {n for cells in index for n, cell in enumerate(cells[1:]) if cell == "."}
    assert len(widths[0]) == len(widths[1])
    assert {n for n, (a, b) in enumerate(zip(*widths, strict=True)) if a != b} <= not_available
