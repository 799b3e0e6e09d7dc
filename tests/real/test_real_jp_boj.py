"""The Bank of Japan's real files: the catalogue against the record, the Tankan, and the two workbooks.

Mutations of the workbooks change what was read of them, cell by cell: writing a workbook for each would
take minutes. Skipped where the real files are absent (see conftest.py).
"""

import copy
import csv
import json
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.jp_boj import parsers, workbooks
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from tests.mutations import HTML, read

TANKAN = find_parser("jp_boj", "tankan")[0]
FUNDS = find_parser("jp_boj", "flow_of_funds_xlsx")[0]
Sheets = dict[str, list[list[str]]]

# Counterparts of the catalogue that are groups of other counterparts, and why they are not asked for.
GROUPS = {"AA", "AF", "AS", "CS", "EE", "EP", "EU", "ME", "NA", "OC", "OE"}


@pytest.fixture(scope="module")
def catalogue(publishers: Path) -> dict[str, str]:
    """The English name of every code."""
    text = (publishers / "jp_boj" / "BP01_portfolio_series.csv").read_text(encoding="utf-8-sig")
    return {row["series_code"]: row["name_en"] for row in csv.DictReader(text.splitlines())}


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {kind: (publishers / "jp_boj" / f"sj{kind}.xlsx").read_bytes() for kind in ("pre", "long")}


@pytest.fixture(scope="module")
def frames(payloads) -> dict[str, pd.DataFrame]:
    return {kind: read(FUNDS, payload) for kind, payload in payloads.items()}


@pytest.fixture(scope="module")
def sheets(payloads) -> dict[str, Sheets]:
    """The sheets that are read, and none of the others: they are copied often."""
    needed = {
        "pre": {*"1234", "19", "20", "21", "22", "45", "46", "47", "48"},
        "long": {"11", "15", "37", "64", "66"},
    }
    return {
        kind: {name: rows for name, rows in workbooks._sheets(payload).items() if name in needed[kind]}
        for kind, payload in payloads.items()
    }


def test_the_catalogue_has_every_code_that_the_record_asks_for(catalogue) -> None:
    codes = load_datasets()["jp_boj/portfolio_by_country"].sources[0].codes()
    assert len(codes) == len(set(codes)) == 1_176
    assert set(codes) <= set(catalogue)


def test_only_groups_of_the_catalogues_counterparts_are_left_out(catalogue) -> None:
    codes = set(load_datasets()["jp_boj/portfolio_by_country"].sources[0].codes())
    by_counterpart = {code for code in catalogue if re.fullmatch(r"BPPI6[DE][1-4][RPN]9[A-Z]{2}", code)}
    assert {code[-2:] for code in by_counterpart - codes} == GROUPS
    assert {code[-2:] for code in by_counterpart} - GROUPS == set(parsers.COUNTERPARTS)
    # The world is asked for too; other endings are residents' sectors, currencies, issuers, sovereigns.
    world = {code for code in catalogue if re.fullmatch(r"BPPI6[DE][1-4][RPN](5A?|7)", code)}
    assert world == codes - by_counterpart
    assert len(world) == 24


def test_the_parser_reads_each_code_as_the_catalogue_names_it(catalogue) -> None:
    """Above all the letters R and P, which change their meaning with the side."""
    for code in load_datasets()["jp_boj/portfolio_by_country"].sources[0].codes():
        found = re.fullmatch(parsers.PORTFOLIO_CODE, code)
        assert re.fullmatch(parsers._portfolio_name(found), catalogue[code], re.IGNORECASE), code


def test_large_manufacturers_in_2025(publishers) -> None:
    frame = read(TANKAN, (publishers / "jp_boj" / "getDataCode_CO.json").read_bytes())
    assert frame["value"].tolist() == ["12", "13", "14", "15"]
    assert frame["period_end"].tolist() == ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]


def test_an_answer_in_japanese_is_read_and_a_null_is_no_row(publishers) -> None:
    payload = (publishers / "jp_boj" / "getDataCode_CO_with_null.json").read_bytes()
    assert read(TANKAN, payload)[["survey_date", "value"]].values.tolist() == [["202401", "11"]]
    assert TANKAN.published_on(payload).isoformat() == "2025-12-16"
    other_unit = payload.decode().replace("%ポイント", "億円").encode()
    with pytest.raises(LayoutError, match=r"expected a unit like '%ポイント' in series 1.* found '億円'"):
        read(TANKAN, other_unit)


def test_the_published_excerpt_has_every_quarter_since_2002(publishers) -> None:
    """98 rows of the same series as a table; in an answer they are read in full."""
    text = (publishers / "jp_boj" / "tankan_tail_excerpt.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    answer = json.loads((publishers / "jp_boj" / "getDataCode_CO.json").read_bytes())
    item = {key: value for key, value in rows[0].items() if key not in ("SURVEY_DATES", "VALUES")}
    item["VALUES"] = {
        "SURVEY_DATES": [int(row["SURVEY_DATES"]) for row in rows],
        "VALUES": [int(row["VALUES"]) for row in rows],
    }
    frame = read(TANKAN, json.dumps(answer | {"RESULTSET": [item]}).encode())
    assert len(frame) == 98
    assert frame["period_start"].iloc[[0, -1]].tolist() == ["2002-01-01", "2026-04-01"]
    assert frame["value"].iloc[[0, -1]].tolist() == ["-42", "15"]


def test_the_newest_quarter_has_all_sectors_and_items(frames) -> None:
    frame = frames["pre"]
    assert len(frame) == 2_224
    assert set(frame["period_end"]) == {"2026-03-31"}
    assert set(frame["preliminary"]) == {"P"}
    assert set(frame["statement"]) == set(workbooks.STATEMENTS)
    assert set(frame["sector"]) == {*workbooks.SECTORS, "total"}
    assert not frame.duplicated(list(load_datasets()["jp_boj/flow_of_funds_xlsx"].key)).any()


def test_overseas_held_82_trillion_yen_of_bonds_of_1014_in_march_2026(frames) -> None:
    for frame in frames.values():
        stocks = frame[(frame["statement"] == workbooks.STOCKS) & (frame["period_end"] == "2026-03-31")]
        bonds = stocks[(stocks["item"] == "Db") & (stocks["side"] == "Assets")].set_index("sector")["value"]
        assert set(bonds["6"] if isinstance(bonds["6"], pd.Series) else [bonds["6"]]) == {"820129"}
        assert bonds["total"] == "10137559"


def test_the_time_series_have_ten_quarters_of_holders_and_six_of_overseas(frames) -> None:
    frame = frames["long"]
    spans = frame.groupby("title")["period_end"].agg(["nunique", "min", "max"])
    assert len(frame) == 732
    assert spans.loc[list(workbooks.HOLDER_TABLES), "nunique"].tolist() == [10, 10, 10]
    assert spans.loc[list(workbooks.OVERSEAS_TABLES), "nunique"].tolist() == [6, 6]
    assert set(spans["max"]) == {"2026-03-31"}
    assert set(frame.loc[frame["preliminary"] == "P", "period_end"]) == {"2026-03-31"}


def test_the_published_share_of_foreigners_was_revised_by_a_fifth_of_a_point(frames, facts) -> None:
    """11.6 % at the end of March 2025 as first published; revised by August 2026."""
    published = pd.read_csv(facts / "published_figures.csv").query(
        "indicator == 'jgb_and_tbill_foreign_share'"
    )
    first = published.loc[published["period"] == "2025-03-31", "value"].astype(float).iloc[0]
    frame = frames["long"].query("item == 'Da+Db' and period_end == '2025-03-31'")
    held = frame[frame["statement"] == workbooks.STOCKS].groupby("sector")["value"].first().astype(int)
    assert first == 11.6
    assert round(100 * held["6"] / held["total"], 2) == 11.80


@pytest.fixture
def parsed(monkeypatch, sheets) -> Callable[[str, Callable[[Sheets], object]], pd.DataFrame]:
    """The rows of a real workbook after a change of its cells."""

    def parse(kind: str, change: Callable[[Sheets], object]) -> pd.DataFrame:
        changed = copy.deepcopy(sheets[kind])
        change(changed)
        monkeypatch.setattr(workbooks, "_sheets", lambda _: changed)
        return FUNDS.parse(b"")

    return parse


def replace(old: str, new: str, sheet: str = "") -> Callable[[Sheets], object]:
    """Every cell with that text, in all sheets or in one."""

    def change(sheets: Sheets) -> None:
        for name, rows in sheets.items():
            if sheet in ("", name):
                rows[:] = [[new if workbooks.squash(cell) == old else cell for cell in row] for row in rows]

    return change


def swap_columns(sheet: str, one: int, two: int, first: int = 0) -> Callable[[Sheets], object]:
    def change(sheets: Sheets) -> None:
        for row in sheets[sheet][first:]:
            row[one], row[two] = row[two], row[one]

    return change


def set_cell(sheet: str, row: int, column: int, text: str) -> Callable[[Sheets], object]:
    return lambda sheets: sheets[sheet][row].__setitem__(column, text)


def move_sheet(name: str, to: int) -> Callable[[Sheets], object]:
    def change(sheets: Sheets) -> None:
        items = [item for item in sheets.items() if item[0] != name]
        items.insert(to, (name, sheets[name]))
        sheets.clear()
        sheets.update(items)

    return change


MUTATIONS: dict[str, tuple[str, Callable[[Sheets], object], str]] = {
    "another unit": (
        "pre",
        replace("(100 million yen)", "(billion yen)", "20"),
        r"expected the unit '\(100 million yen\)'",
    ),
    "a sector renamed": (
        "pre",
        replace("Overseas", "Rest of the world"),
        "expected sector 6 'Overseas' .* found 'Rest",
    ),
    "an item renamed": (
        "pre",
        replace("Debt securities", "Bonds"),
        "expected item D 'Debt securities' in row .* 'Bonds'",
    ),
    "a code of a sector changed": ("pre", replace("22", "23", "19"), "expected sector 23"),
    "a side renamed": (
        "pre",
        replace("Liabilities", "Debts", "19"),
        "with Assets and Liabilities in column 7",
    ),
    "a title renamed": (
        "pre",
        replace("(1) All Sectors", "(1) Sectors"),
        r"expected sheets titled \['\(1\) All Sec",
    ),
    "a statement renamed": (
        "pre",
        replace("Financial Transactions", "Flows", "2"),
        "expected one of .* found 'Flows'",
    ),
    "another quarter on one sheet": (
        "pre",
        replace("End of March 2026(Preliminary)", "End of December 2025", "20"),
        r"expected the same quarter, .* found \['End of March 2026\(Preliminary\)', 'End of December 2025'\]",
    ),
    "no quarter": ("pre", replace("1st Quarter 2026(Preliminary)", "2026", "1"), "expected the same quarter"),
    "a sheet removed": (
        "pre",
        lambda sheets: sheets.pop("21"),
        r"expected a table '\(2\) Financial Institutions' of",
    ),
    "a sheet moved": (
        "pre",
        move_sheet("20", 0),
        "expected one of .* below the items at the right of sheets '19' and '21'",
    ),
    "an item removed": ("pre", lambda sheets: sheets["19"].pop(34), "expected item"),
    "an item twice": ("pre", lambda sheets: sheets["19"].insert(34, sheets["19"][34]), "expected item"),
    "no number": (
        "pre",
        set_cell("19", 33, 6, "n.a."),
        "expected a whole number in row 34, column 7 of sheets '19' and",
    ),
    "a wrong figure": (
        "pre",
        set_cell("19", 33, 6, "474418000"),
        "expected the same figure wherever item Da",
    ),
    "a wrong total": ("pre", set_cell("20", 33, 14, "1362000"), "expected the parts of .* to add up"),
    "a column removed": (
        "pre",
        lambda sheets: [row.pop(8) for row in sheets["19"]],
        r"expected the sectors \['1', '2', .*\] in sheets '19'",
    ),
    "cut after some rows": ("pre", lambda sheets: sheets["20"].__delitem__(slice(50, None)), "expected item"),
    "another unit of a series": (
        "long",
        replace("(100 million yen)", "(trillion yen)", "64"),
        "expected the unit",
    ),
    "a table renamed": (
        "long",
        replace("10 Financial assets and liabilities held by overseas*", "10 Foreigners"),
        r"expected one table '10 Financial assets .* found 0",
    ),
    "a table twice": (
        "long",
        lambda sheets: sheets.update(again=sheets["37"]),
        "expected one table .* found 2",
    ),
    "a holder renamed": (
        "long",
        replace("held by Overseas", "held abroad"),
        "expected '6 held by Overseas' in row",
    ),
    "a row removed": (
        "long",
        lambda sheets: sheets["64"].pop(8),
        "expected '2 held by Nonfinancial corporations' in row",
    ),
    "rows in another order": (
        "long",
        lambda sheets: sheets["37"].insert(8, sheets["37"].pop(9)),
        "expected 'Da/A",
    ),
    "quarters in another order": (
        "long",
        swap_columns("64", 8, 9),
        "expected quarters .* one after the other",
    ),
    "a quarter renamed": ("long", replace("2025/4Q", "2025/5Q"), "expected quarters .* one after the other"),
    "no number in a series": (
        "long",
        set_cell("64", 6, 9, "-"),
        "expected a whole number in row 7, column 10 of sheet '64'",
    ),
    "a wrong figure in a series": ("long", set_cell("64", 6, 9, "9788073"), "expected the parts of"),
    "years and quarters swapped": (
        "long",
        swap_columns("37", 11, 12, 5),
        "expected (the same figure|the parts)",
    ),
    "flows under stocks": (
        "long",
        lambda sheets: (
            sheets.update({"64": sheets["66"], "66": sheets["64"]}) or sheets.update({"64": sheets["66"]})
        ),
        "expected one table 'Issued by",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_workbook_that_went_wrong_is_refused_with_what_was_expected_and_where(parsed, mutation) -> None:
    kind, change, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        parsed(kind, change)
    assert str(caught.value).startswith("jp_boj/flow_of_funds_xlsx: ")
    assert "nothing was loaded" in str(caught.value)


def test_sheets_may_be_renamed_and_tables_moved_together(parsed, frames) -> None:
    def rename(sheets: Sheets) -> None:
        items = [(f"Sheet {name}", rows) for name, rows in sheets.items()]
        sheets.clear()
        sheets.update(items)

    for kind in ("pre", "long"):
        assert parsed(kind, rename).equals(frames[kind])
    # Two whole tables change places: read by their titles, they are the same rows.
    moved = parsed("long", lambda sheets: sheets.update({"15": sheets["37"], "37": sheets["15"]}))
    key = list(load_datasets()["jp_boj/flow_of_funds_xlsx"].key)
    assert moved.sort_values(key, ignore_index=True).equals(
        frames["long"].sort_values(key, ignore_index=True)
    )


def test_sectors_that_change_places_are_noticed_but_for_those_that_nothing_tells_apart(
    parsed, frames
) -> None:
    """Figures of two sectors below headers that stay: only sums tell, and what one alone can have."""
    unnoticed = []
    for sheet, sectors, first in (
        ("19", workbooks.SPREADS["(1) All Sectors"][0], 6),
        ("20", workbooks.SPREADS["(1) All Sectors"][1], 2),
        ("21", workbooks.SPREADS["(2) Financial Institutions"][0], 6),
        ("22", workbooks.SPREADS["(2) Financial Institutions"][1], 2),
    ):
        for (a, one), (b, two) in combinations(enumerate(sectors), 2):

            def swap(
                sheets: Sheets, sheet: str = sheet, a: int = first + 2 * a, b: int = first + 2 * b
            ) -> None:
                for row in sheets[sheet][11:]:
                    row[a : a + 2], row[b : b + 2] = row[b : b + 2], row[a : a + 2]

            try:
                changed = parsed("pre", swap)
            except LayoutError:
                continue
            assert not changed.equals(frames["pre"])
            unnoticed.append((one, two))
    assert unnoticed == [("21", "22"), ("32", "33"), ("16", "17")]


def test_assets_and_liabilities_that_change_places_are_noticed(parsed) -> None:
    for sheet, column in (("19", 6), ("20", 8), ("21", 8), ("1", 8)):
        with pytest.raises(LayoutError, match="expected"):
            parsed("pre", swap_columns(sheet, column, column + 1, 11))


@pytest.mark.parametrize("kind", ["pre", "long"])
def test_bytes_that_are_no_such_workbook_are_refused(payloads, kind) -> None:
    for payload in (b"", HTML, payloads[kind][: len(payloads[kind]) // 2], payloads[kind][:-300]):
        with pytest.raises(LayoutError, match=r"expected an Excel workbook|cannot be read"):
            read(FUNDS, payload)
    with pytest.raises(LayoutError, match="expected an answer, or a zip of answers"):
        read(TANKAN, payloads[kind])
    assert FUNDS.part(payloads[kind]) == kind


OF_TANKAN: dict[str, tuple[bytes, bytes, str]] = {
    "a key renamed": (b'"VALUES":{', b'"OBSERVATIONS":{', "expected VALUES in series 1"),
    "a key gone": (b'"LAST_UPDATE":20260702,', b"", "expected LAST_UPDATE in series 1"),
    "dates and values swapped": (
        b'"SURVEY_DATES":[202501,202502,202503,202504],\n"VALUES":[12,13,14,15]',
        b'"VALUES":[202501,202502,202503,202504],\n"SURVEY_DATES":[12,13,14,15]',
        "expected QUARTERLY dates in series 1, .* found '12'",
    ),
    "another unit": (
        b'"UNIT":"% points"',
        b'"UNIT":"Index"',
        "expected a unit like '% points' .* found 'Index'",
    ),
    "monthly": (
        b'"QUARTERLY"',
        b'"MONTHLY"',
        "expected FREQUENCY 'QUARTERLY' in series 1, .* found 'MONTHLY'",
    ),
    "another database": (b'"DB":"CO"', b'"DB":"BP01"', "expected DB 'CO' .* found 'BP01'"),
    "another series": (b"TK99F1000601GCQ01000", b"TK99F1000601GCQ02000", "expected a name like"),
    "another industry": (
        b"Large Enterprises/Manufacturing",
        b"Large Enterprises/Chemicals",
        "expected a name",
    ),
    "a forecast": (b"Actual result", b"Forecast", "expected a name like"),
    "a value less": (b"[12,13,14,15]", b"[12,13,14]", "of the same length .* found 4 dates and 3 values"),
    "no number": (b"[12,13,14,15]", b'[12,13,"n.a.",15]', "expected a number or null for 202503"),
    "a quarter missing": (
        b"[202501,202502,202503,202504]",
        b"[202501,202502,202504,202601]",
        "expected one period after the other .* found 202504 after 202502",
    ),
    "newest first": (
        b"[202501,202502,202503,202504]",
        b"[202504,202503,202502,202501]",
        "expected one period after the other",
    ),
    "months": (b"202504]", b"202512]", "expected QUARTERLY dates in series 1, .* found '202512'"),
    "an error": (b'"STATUS":200', b'"STATUS":400', "expected STATUS 200 .* found 400"),
    "a page missing": (
        b'"NEXTPOSITION":null',
        b'"NEXTPOSITION":7',
        "expected a page that begins at position 7",
    ),
}


@pytest.mark.parametrize("mutation", OF_TANKAN)
def test_an_answer_of_the_tankan_that_went_wrong_is_refused(publishers, mutation) -> None:
    old, new, words = OF_TANKAN[mutation]
    payload = (publishers / "jp_boj" / "getDataCode_CO.json").read_bytes()
    assert old in payload
    with pytest.raises(LayoutError, match=f"(?s)jp_boj/tankan: .*{words}"):
        read(find_parser("jp_boj", "tankan")[0], payload.replace(old, new))
