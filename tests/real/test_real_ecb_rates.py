"""The European Central Bank's real file of reference rates: what is in it, and what is refused.

Skipped where the real files are absent (see conftest.py).
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from tests.mutations import HTML, read

PARSER = find_parser("ecb", "fx_reference_rates")[0]


@pytest.fixture(scope="module")
def zipped_rates(publishers: Path) -> bytes:
    return (publishers / "ecb" / "eurofxref-hist.2026-10-30.zip").read_bytes()


def test_the_reference_rates_since_1999(zipped_rates) -> None:
    frame = read(PARSER, zipped_rates)
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
        read(PARSER, damage(zipped_rates))


def test_rates_that_were_cut_before_they_were_packed_are_refused(zipped_rates) -> None:
    content = zipfile.ZipFile(io.BytesIO(zipped_rates)).read("eurofxref-hist.csv")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", content[: len(content) // 2])
    with pytest.raises(LayoutError, match=r"expected 43 columns in record \d+ of .*cut short"):
        read(PARSER, packed.getvalue())


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
        read(PARSER, rates_edited(zipped_rates, change))
