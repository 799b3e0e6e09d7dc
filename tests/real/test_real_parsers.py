"""The parsers on publishers' real files: what is in them, and the mutations of tests/unit.

Skipped where the real files are absent (see conftest.py).
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.mirror import read_index
from orchestration.parsing import find_parser
from orchestration.sampling import publisher_files
from tests.mutations import HTML, MOF, MUTATIONS, read, records_of, swap_figures, swap_sides

FILES = {
    "securities_weekly": "jp_mof/week.2026-08-14.csv",
    "securities_monthly": "jp_mof/montha1.2026-08-10.csv",
    "residents_equity_monthly": "jp_mof/monthb2.2026-08-10.csv",
    "residents_longterm_debt_monthly": "jp_mof/monthb3.2026-08-10.csv",
    "residents_shortterm_debt_monthly": "jp_mof/monthb4.2026-08-10.csv",
}
PARSERS = {name: find_parser("jp_mof", name)[0] for name in FILES}
ECB = find_parser("ecb", "fx_reference_rates")[0]

each_file = pytest.mark.parametrize("at", MOF, ids=lambda at: at.name)


@pytest.fixture(scope="module")
def payloads(publishers: Path) -> dict[str, bytes]:
    return {name: (publishers / file).read_bytes() for name, file in FILES.items()}


@pytest.fixture(scope="module")
def zipped_rates(publishers: Path) -> bytes:
    return (publishers / "ecb" / "eurofxref-hist.2026-10-30.zip").read_bytes()


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
def test_the_file_of_another_dataset_or_publisher_is_refused(payloads, zipped_rates, at) -> None:
    for name, payload in payloads.items():
        if name != at.name:
            with pytest.raises(LayoutError, match=r"expected '.*' in the first six records"):
                read(PARSERS[at.name], payload)
    with pytest.raises(LayoutError, match="expected "):
        read(PARSERS[at.name], zipped_rates)


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


def test_the_reference_rates_since_1999(zipped_rates) -> None:
    frame = read(ECB, zipped_rates)
    assert len(frame) == 221_702
    assert (frame["date"].min(), frame["date"].max()) == ("1999-01-04", "2026-10-30")
    assert frame["date"].nunique() == 7_126
    april = frame[frame["date"].between("2025-04-01", "2025-04-30")]
    means = april.assign(rate=april["rate"].astype(float)).pivot(
        index="date", columns="currency", values="rate"
    )
    assert round((means["JPY"] / means["USD"]).mean(), 2) == 144.21
    assert not april["date"].isin(["2025-04-18", "2025-04-21"]).any(), "TARGET is closed at Easter"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: b"", "expected a zip file, found 0 bytes"),
        (lambda file: HTML, "expected a zip file, found .*DOCTYPE"),
        (lambda file: file[: len(file) // 2], "expected a zip file.*cut short"),
        (lambda file: file[:-1], "expected a zip file.*cut short"),
        (lambda file: file[:99_999] + b"\xff\xff\xff" + file[100_002:], "expected a zip file"),
    ],
    ids=["empty", "a page", "cut in half", "cut by a byte", "damaged"],
)
def test_rates_that_went_wrong_are_refused(zipped_rates, damage, words) -> None:
    with pytest.raises(LayoutError, match=words):
        read(ECB, damage(zipped_rates))


def test_rates_that_were_cut_before_they_were_packed_are_refused(zipped_rates) -> None:
    content = zipfile.ZipFile(io.BytesIO(zipped_rates)).read("eurofxref-hist.csv")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", content[: len(content) // 2])
    with pytest.raises(LayoutError, match=r"expected 43 columns in record \d+ of .*cut short"):
        read(ECB, packed.getvalue())


def rates_edited(zipped: bytes, change: Callable[[list[list[str]]], object]) -> bytes:
    """The zip of rates with the cells of its file changed."""
    content = zipfile.ZipFile(io.BytesIO(zipped)).read("eurofxref-hist.csv").decode()
    lines = [line.split(",") for line in content.splitlines()]
    change(lines)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref-hist.csv", "".join(",".join(cells) + "\n" for cells in lines))
    return packed.getvalue()


def swapped(one: str, other: str, lines: slice) -> Callable[[list[list[str]]], None]:
    """Figures of two currencies that change places, below their headers."""

    def swap(cells: list[list[str]]) -> None:
        a, b = cells[0].index(one), cells[0].index(other)
        for line in cells[lines]:
            line[a], line[b] = line[b], line[a]

    return swap


def every_rate(change: Callable[[float], float]) -> Callable[[list[list[str]]], None]:
    def changed(cells: list[list[str]]) -> None:
        for line in cells[1:]:
            line[1:] = [f"{change(float(c)):.6f}" if c not in ("N/A", "") else c for c in line[1:]]

    return changed


WHOLE = slice(1, None)
RATE_MUTATIONS: dict[str, tuple[Callable[[list[list[str]]], object], str]] = {
    "dollar and yen swapped": (swapped("USD", "JPY", WHOLE), "expected USD between 0.4 and 3 on 2026-10-30"),
    "dollar and yen swapped in a year": (swapped("USD", "JPY", slice(500, 760)), "expected USD between"),
    "pound and franc swapped": (
        swapped("GBP", "CHF", WHOLE),
        "expected GBP between 0.7111 and 0.7111 on 1999-01-04, found '1.6168' in record 7127",
    ),
    "two dollars swapped": (swapped("AUD", "CAD", WHOLE), "expected AUD between 1.91 and 1.91 on 1999-01-04"),
    "krone and renminbi swapped": (swapped("DKK", "CNY", WHOLE), "expected a rate for DKK on 1999-01-04"),
    "renminbi and rupiah swapped": (swapped("CNY", "IDR", WHOLE), "expected CNY between 4 and 20"),
    "pound and rand swapped on a day": (swapped("GBP", "ZAR", slice(90, 91)), "expected GBP between"),
    "euros per unit": (every_rate(lambda rate: 1 / rate), "expected JPY between 40 and 400 on 2026-10-30"),
    "per hundred euros": (every_rate(lambda rate: 100 * rate), "expected USD between 0.4 and 3"),
    "a rate ten times as large": (
        lambda cells: cells[90].__setitem__(8, "8.4"),
        "expected GBP between .*'8.4'",
    ),
    "a rate of nothing": (lambda cells: cells[90].__setitem__(8, "0"), "expected GBP between .* found '0'"),
    "full-width digits": (
        lambda cells: cells[90].__setitem__(8, "0.8４"),
        "expected text in ascii, found byte",
    ),
    "a month missing": (
        lambda cells: cells.__delitem__(slice(90, 111)),
        "expected the days one after the other, at most 6 days apart, found .* in record 91",
    ),
    "a wrong year": (
        lambda cells: [c.__setitem__(0, c[0].replace("2020-", "2019-")) for c in cells],
        "expected the days one after the other|expected each day once",
    ),
}


@pytest.mark.parametrize("mutation", RATE_MUTATIONS)
def test_rates_in_another_column_or_unit_are_refused_with_where_they_stand(zipped_rates, mutation) -> None:
    change, words = RATE_MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=f"^ecb/fx_reference_rates.*{words}"):
        read(ECB, rates_edited(zipped_rates, change))
