"""The Federal Reserve's rate of the yen as FRED gave it in July 2025, and what goes wrong with it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from tests.mutations import HTML, read

FILE = "us_fed/DEXJPUS.2025-07-22.csv"
PARSER, _ = find_parser("us_fed", "fx_h10")


@pytest.fixture(scope="module")
def payload(publishers: Path) -> bytes:
    return (publishers / FILE).read_bytes()


def each_rate(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """A change of every rate, below the header."""

    def changed(payload: bytes) -> bytes:
        return re.sub(rb"(?<=,)[\d.]+", lambda found: change(found[0].decode()).encode(), payload)

    return changed


def in_lines(change: Callable[[list[bytes]], object]) -> Callable[[bytes], bytes]:
    def changed(payload: bytes) -> bytes:
        lines = payload.splitlines(keepends=True)
        change(lines)
        return b"".join(lines)

    return changed


def swap(lines: list[bytes], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def swap_columns(lines: list[bytes]) -> None:
    lines[:] = [b",".join(reversed(line.strip().split(b","))) + b"\n" for line in lines]


MUTATIONS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda file: b"", "expected the header .*found"),
    "a page": (lambda file: HTML, "expected the header .*DOCTYPE"),
    "cut within a line": (lambda file: file[: len(file) // 2], "cut short"),
    "the header renamed": (
        lambda file: file.replace(b"observation_date", b"day", 1),
        "expected the header 'observation_date,DEXJPUS' .* found .*'day'",
    ),
    "another series": (
        lambda file: file.replace(b"DEXJPUS", b"DEXUSUK", 1),
        "expected the header 'observation_date,DEXJPUS'",
    ),
    "a column less": (
        in_lines(lambda lines: lines.__setitem__(slice(None), [x.split(b",")[0] + b"\n" for x in lines])),
        "expected the header .* found .'observation_date'.",
    ),
    "a column more": (
        lambda file: file.replace(b"DEXJPUS", b"DEXJPUS,DEXUSUK", 1),
        "expected the header .*'DEXUSUK'",
    ),
    "columns swapped": (in_lines(swap_columns), "expected the header .* found .'DEXJPUS'"),
    "columns swapped below the header": (
        in_lines(lambda lines: lines.__setitem__(1, b"123.35,2015-07-13\n")),
        "expected a date YYYY-MM-DD in line 2, found '123.35'",
    ),
    "dollars per yen": (each_rate(lambda rate: f"{1 / float(rate):.6f}"), "between 40 and 400 on 2015-07-13"),
    "yen per hundred dollars": (
        each_rate(lambda rate: f"{float(rate) * 100:.0f}"),
        "expected a rate between 40 and 400 on 2015-07-13, found '12335'",
    ),
    "decimal commas": (
        each_rate(lambda rate: '"' + rate.replace(".", ",") + '"'),
        "expected a rate, .* found '123,35'",
    ),
    "full-width digits": (
        each_rate(lambda rate: rate.replace("1", "１")),
        "expected a rate, .* on 2015-07-13, found '１23.35'",
    ),
    "another kind of missing": (
        lambda file: file.replace(b"2015-09-07,", b"2015-09-07,ND", 1),
        "expected a rate, '.' or nothing on 2015-09-07, found 'ND'",
    ),
    "a day missing": (
        in_lines(lambda lines: lines.pop(1000)),
        r"expected every weekday, .* and 2019-05-10 in line 1001, found 2019-05-13",
    ),
    "a year missing": (
        in_lines(lambda lines: lines.__delitem__(slice(1000, 1260))),
        "expected every weekday, with a rate or without, and 2019-05-10 in line 1001",
    ),
    "a day twice": (in_lines(lambda lines: lines.insert(9, lines[9])), "expected each day once"),
    "two days swapped": (in_lines(lambda lines: swap(lines, 8, 9)), "expected every weekday"),
    "newest first": (
        in_lines(lambda lines: lines.__setitem__(slice(1, None), lines[:0:-1])),
        "expected each day once and the oldest first",
    ),
    "a wrong year": (
        lambda file: file.replace(b"\n2020-", b"\n2021-"),
        "expected every weekday, .* and 2020-01-01 in line .*, found 2021-01-01",
    ),
}


def test_every_weekday_of_ten_years(payload) -> None:
    frame = read(PARSER, payload)
    assert len(frame) == 2_498
    assert (frame["observation_date"].min(), frame["observation_date"].max()) == ("2015-07-13", "2025-07-11")
    april = frame.loc[frame["observation_date"].str.startswith("2025-04"), "rate"].astype(float)
    assert (len(april), round(april.mean(), 2)) == (22, 144.13)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(payload, name) -> None:
    change, words = MUTATIONS[name]
    changed = change(payload)
    assert changed != payload
    with pytest.raises(LayoutError, match=f"(?s){words}"):
        read(PARSER, changed)


def test_the_mark_of_missing_and_the_header_of_before_2024_are_the_same_rows(payload) -> None:
    old = payload.replace(b"observation_date", b"DATE").replace(b",\n", b",.\n")
    assert old.count(b",.\n") > 100
    for other in (old, payload.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + payload):
        assert read(PARSER, other).equals(read(PARSER, payload))
