"""The Ministry of Finance's real files: what is in them, and the mutations of tests/mutations.

Skipped where the real files are absent (see conftest.py).
"""

from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.mirror import read_index
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files
from tests.mutations import read
from tests.mutations.jp_mof import MOF, MUTATIONS, records_of, swap_figures, swap_sides

FILES = {
    "securities_weekly": "jp_mof/week.2026-08-14.csv",
    "securities_monthly": "jp_mof/montha1.2026-08-10.csv",
    "residents_equity_monthly": "jp_mof/monthb2.2026-08-10.csv",
    "residents_longterm_debt_monthly": "jp_mof/monthb3.2026-08-10.csv",
    "residents_shortterm_debt_monthly": "jp_mof/monthb4.2026-08-10.csv",
}
PARSERS = {name: find_parser("jp_mof", name)[0] for name in FILES}
RATES = "ecb/eurofxref-hist.2026-10-30.zip"

each_file = pytest.mark.parametrize("at", MOF, ids=lambda at: at.name)


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {name: (publishers / file).read_bytes() for name, file in FILES.items()}


def test_every_file_has_the_stamp_that_the_index_gives(publishers) -> None:
    entries = [e for e in read_index(publishers) if e.dataset.startswith("jp_mof/")]
    assert len(entries) == 6
    for entry in entries:
        parser = PARSERS[entry.dataset.split("/")[1]]
        stamp = parser.published_on((publishers / entry.file).read_bytes())
        assert stamp.isoformat() == entry.published_on


def test_the_weekly_file_has_every_week_since_2005(payloads) -> None:
    frame = read(PARSERS["securities_weekly"], payloads["securities_weekly"])
    assert len(frame) == 1_127
    assert (frame["period_start"].iloc[0], frame["period_end"].iloc[-1]) == ("2005-01-02", "2026-08-08")
    assert frame["period_start"].str[:4].ne(frame["period_end"].str[:4]).sum() == 17


def test_the_weekly_file_before_it_lacks_the_newest_week_and_nothing_else(publishers, payloads) -> None:
    parser = PARSERS["securities_weekly"]
    before = parser.parse((publishers / "jp_mof" / "week.2026-08-06.csv").read_bytes())
    assert before.equals(parser.parse(payloads["securities_weekly"]).iloc[:-1])


@pytest.mark.parametrize("name", [name for name in FILES if name != "securities_weekly"])
def test_the_monthly_files_have_months_and_complete_years(payloads, name) -> None:
    frame = read(PARSERS[name], payloads[name])
    spans = {
        frequency: (len(rows), rows["period_start"].min(), rows["period_end"].max())
        for frequency, rows in frame.groupby("frequency")
    }
    assert spans == {
        "monthly": (259, "2005-01-01", "2026-07-31"),
        "calendar_year": (21, "2005-01-01", "2025-12-31"),
        "fiscal_year": (21, "2005-04-01", "2026-03-31"),
    }


def test_four_sectors_have_no_figures_before_2014(payloads) -> None:
    frame = read(PARSERS["residents_equity_monthly"], payloads["residents_equity_monthly"])
    months = frame[frame["frequency"] == "monthly"]
    dashes = months.columns[months.eq("-").any()]
    assert {column.rsplit("_", 1)[0] for column in dashes} == {
        "central_bank",
        "general_government",
        "banks_trust_accounts",
        "trust_banks_trust_accounts",
    }
    for column in dashes:
        assert months.loc[months[column] == "-", "period_end"].max() == "2013-12-31"


@pytest.mark.parametrize("mutation", MUTATIONS)
@each_file
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(payloads, at, mutation) -> None:
    payload, words = MUTATIONS[mutation](at, payloads[at.name])
    with pytest.raises(LayoutError, match=words):
        read(PARSERS[at.name], payload)


@each_file
def test_the_file_of_another_dataset_or_publisher_is_refused(publishers, payloads, at) -> None:
    for name, payload in payloads.items():
        if name != at.name:
            with pytest.raises(LayoutError, match=r"expected '.*' in the first six records"):
                read(PARSERS[at.name], payload)
    with pytest.raises(LayoutError, match="expected "):
        read(PARSERS[at.name], (publishers / RATES).read_bytes())


@each_file
def test_columns_that_change_places_never_give_other_rows(payloads, at) -> None:
    whole = PARSERS[at.name].parse(payloads[at.name])
    unnoticed = []
    for column in range(at.figures, len(records_of(payloads[at.name])[0]) - 1):
        try:
            frame = PARSERS[at.name].parse(swap_figures(at, payloads[at.name], column))
        except LayoutError:
            continue
        if not frame.equals(whole):
            unnoticed.append(column)
    assert not unnoticed


@pytest.mark.parametrize("at", MOF[:2], ids=lambda at: at.name)
def test_residents_and_others_that_change_places_are_told_by_what_they_trade(payloads, at) -> None:
    with pytest.raises(LayoutError, match=r"expected more equity acquired by non-residents .* found"):
        read(PARSERS[at.name], swap_sides(at, payloads[at.name]))


def test_the_made_up_files_have_the_headers_of_the_real_ones(payloads) -> None:
    """But for the stamps: so the other tests, which use the made-up files, test the real layout."""
    made_up = {file.dataset.split("/")[1]: file.payload for file in publisher_files("jp_mof")}
    for at in MOF:
        real, ours = (records_of(p[at.name])[: at.data] for p in (payloads, made_up))
        different = {
            (line, column)
            for line, cells in enumerate(real)
            for column, cell in enumerate(cells)
            if cell != ours[line][column]
        }
        assert {line for line, _ in different} == {0, 1}
        assert len({column for _, column in different}) == 1
