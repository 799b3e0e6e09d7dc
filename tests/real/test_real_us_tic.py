"""The Treasury's tables on their real files: what is in them, and the mutations of tests/mutations.

Skipped where the real files are absent (see conftest.py). Of table 1 none is held.
"""

from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.us_tic.by_country import AGGREGATES
from orchestration.errors import LayoutError
from orchestration.mirror import read_index
from orchestration.parsing import find_parser
from tests.mutations import read
from tests.mutations.us_tic import HISTORY, TABLE_3, TABLE_5, edit, lines_of

FILES = {
    "treasuries_by_country": "us_tic/slt_table3.2026-07-01.txt",
    "major_holders": "us_tic/slt_table5.2026-07-01.txt",
    "major_holders_history": "us_tic/mfhhis01.2026-07-01.txt",
}
BEFORE = "us_tic/mfhhis01.2026-04-12.txt"
MUTATIONS = {"treasuries_by_country": TABLE_3, "major_holders": TABLE_5, "major_holders_history": HISTORY}
ALL = [(name, mutation) for name, mutations in MUTATIONS.items() for mutation in mutations]
READ = {name: find_parser("us_tic", name)[0] for name in FILES}
# Countries enough for the mutations, beside Canada, which is a region of its own.
KEPT = {*AGGREGATES, "29998", "42609", "13005", "country_code"}


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {name: (publishers / file).read_bytes() for name, file in FILES.items()}


@pytest.fixture(scope="module")
def frames(payloads: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    return {name: read(READ[name], payload) for name, payload in payloads.items()}


@pytest.fixture(scope="module")
def before(publishers: Path) -> pd.DataFrame:
    return read(READ["major_holders_history"], (publishers / BEFORE).read_bytes())


@pytest.fixture(scope="module")
def few(payloads: dict[str, bytes]) -> dict[str, bytes]:
    """The files, that by country with fewer of them: a mutation of all would take its time."""

    def keep(lines: list[list[str]]) -> None:
        lines[8:] = [line for line in lines[8:] if not line[1] or line[1] in KEPT]

    return payloads | {"treasuries_by_country": edit(keep)(payloads["treasuries_by_country"])}


def figure(frame: pd.DataFrame, column: str, **row: str) -> str:
    for name, cell in row.items():
        frame = frame[frame[name] == cell]
    (found,) = frame[column]
    return found


@pytest.mark.parametrize(
    ("name", "rows", "first", "last"),
    [
        ("treasuries_by_country", 91 * 76, "2020-01-01", "2026-04-30"),
        ("major_holders", 25 * 13, "2025-04-01", "2026-04-30"),
        ("major_holders_history", 12_718, "2000-03-01", "2025-12-31"),
    ],
)
def test_rows_and_periods(frames, name, rows, first, last) -> None:
    frame = frames[name]
    assert (len(frame), frame["period_start"].min(), frame["period_end"].max()) == (rows, first, last)


def test_official_and_other_net_sales_of_april_2025(frames) -> None:
    net = {
        code: figure(frames["treasuries_by_country"], "for_treas_net", country_code=code, date="2025-04")
        for code in ("99990", "99991", "99996")
    }
    assert net == {"99990": "-11596", "99991": "-58838", "99996": "-70434"}


def test_sixteen_countries_have_no_bills_and_net_sales_begin_in_2023(frames) -> None:
    frame = frames["treasuries_by_country"]
    assert frame[frame["for_st_treas_pos"] == "n.a."]["country"].nunique() == 16
    assert (frame["for_treas_pos"] == "n.a.").equals(frame["for_st_treas_pos"] == "n.a.")
    assert frame[frame["for_lt_treas_net"] != "n.a."]["date"].min() == "2023-02"
    assert not (frame["for_lt_treas_pos"] == "n.a.").any()


@pytest.mark.parametrize(
    ("month", "holder", "holdings"),
    [
        ("2025-04", "Japan", "1134.5"),
        ("2025-04", "United Kingdom", "807.7"),
        ("2025-04", "China, Mainland", "743.6"),
        ("2026-04", "United Kingdom", "937.5"),
        ("2026-04", "Japan", "1209.9"),
        ("2026-04", "China, Mainland", "651.1"),
        ("2026-04", "Grand Total", "9352.6"),
    ],
)
def test_the_largest_holders(frames, month, holder, holdings) -> None:
    assert figure(frames["major_holders"], "holdings", holder=holder, date=month) == holdings


def test_the_two_tables_and_the_history_agree(frames) -> None:
    """Table 5 is table 3 in billions; so are the years that the history repeats."""
    by_country = frames["treasuries_by_country"].set_index(["country", "date"])["for_treas_pos"]
    major = frames["major_holders"].set_index(["holder", "date"])["holdings"].astype(float)
    compared = [
        (billions, int(by_country[place]) / 1_000) for place, billions in major.items() if place in by_country
    ]
    assert len(compared) > 250
    assert all(abs(one - other) < 0.0501 for one, other in compared)
    history = frames["major_holders_history"]
    same = history[history["series"] == "new"].set_index(["holder", "date"])["holdings"].astype(str)
    # What is not shown by name differs: the history shows more holders.
    shared = [
        (major[place], float(same[place]))
        for place in major.index
        if place in same.index and place[0] != "All Other"
    ]
    assert len(shared) > 150
    assert all(one == other for one, other in shared)


def test_the_history_has_every_break_twice_and_stamps_in_two_ways(publishers, frames) -> None:
    frame = frames["major_holders_history"]
    old = sorted(frame.loc[frame["series"] == "old", "date"].unique())
    assert old == ["2000-03", *(f"{year}-06" for year in range(2002, 2012))]
    china = {
        series: figure(frame, "holdings", holder="China, Mainland", date="2010-06", series=series)
        for series in ("new", "old")
    }
    assert china == {"new": "1112.1", "old": "843.7"}
    assert figure(frame, "holdings", holder="Luxembourg", date="2002-05", series="new") == "n.a."
    assert set(frame.loc[frame["footnote"] != "", "holder"]) == {
        "Belgium",
        "Carib Bnkng Ctrs",
        "Oil Exporters",
        "United Kingdom",
    }
    parser = READ["major_holders_history"]
    stamps = [
        str(parser.published_on((publishers / entry.file).read_bytes()))
        for entry in read_index(publishers)
        if entry.dataset == "us_tic/major_holders_history"
    ]
    assert stamps == ["2026-03-18", "2026-05-18"]


def test_two_files_of_history_differ_in_76_figures_of_2025(frames, before) -> None:
    """The older one prints 866, the newer 1200 in one block and 1200.0 in another."""
    key = ["holder", "date", "series"]
    both = before.merge(
        frames["major_holders_history"], on=key, how="outer", suffixes=("", "_after")
    ).set_index(key)
    assert not both.isna().any().any()
    changed = both[both["holdings"] != both["holdings_after"]]
    assert {date[:4] for _, date, _ in changed.index} == {"2025"}
    assert len(changed) == 76
    assert changed.loc[("United Kingdom", "2025-12", "new"), ["holdings", "holdings_after"]].tolist() == [
        "866",
        "863.1",
    ]


@pytest.mark.parametrize(("name", "mutation"), ALL)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(few, name, mutation) -> None:
    change, words = MUTATIONS[name][mutation]
    with pytest.raises(LayoutError, match=words):
        read(READ[name], change(few[name]))


@pytest.mark.parametrize("name", FILES)
def test_the_file_of_another_dataset_or_publisher_is_refused(publishers, payloads, name) -> None:
    others = [payload for other, payload in payloads.items() if other != name]
    for payload in (*others, (publishers / "jp_mof" / "week.2026-08-14.csv").read_bytes()):
        with pytest.raises(LayoutError, match=r"expected (text in utf-8|'.*' in line 1)"):
            READ[name].recognise(payload)


def test_a_file_cut_at_any_line_is_refused_or_has_all_its_rows(payloads, frames) -> None:
    payload, whole = payloads["major_holders"], frames["major_holders"]
    lines = payload.splitlines(keepends=True)
    for end in range(len(lines)):
        try:
            assert READ["major_holders"].parse(b"".join(lines[:end])).equals(whole)
        except LayoutError:
            assert end < len(lines_of(payload)) - 9, "only the notes may be missing"
