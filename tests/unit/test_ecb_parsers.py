"""The euro reference rates: what a reader of the rows relies on, and what is refused.

The file is the made-up one, which has the real layout; the real one is in tests/real.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.defs.ecb.parsers import MEMBER
from orchestration.defs.ecb.sample import FIRST, JOINS, LAST, RATES
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser, zipped
from orchestration.releases import BusinessCalendar
from orchestration.sampling import publisher_files
from tests.mutations import HTML, read

PARSER = find_parser("ecb", "fx_reference_rates")[0]
FILE = publisher_files("ecb")[0]
CONTENT = zipfile.ZipFile(io.BytesIO(FILE.payload)).read(MEMBER).decode()
FRAME = PARSER.parse(FILE.payload)


def packed(content: str) -> bytes:
    """The file around other content."""
    return zipped({MEMBER: content})


# A few weeks are enough where a file is read again and again.
SHORT = packed("".join(CONTENT.splitlines(keepends=True)[:30]))

Lines = list[list[str]]


def edited(change: Callable[[Lines], object], count: int = 30) -> bytes:
    """The newest lines of the file, after a change of their cells."""
    lines = [line.split(",") for line in CONTENT.splitlines()[:count]]
    change(lines)
    return packed("".join(",".join(cells) + "\n" for cells in lines))


def set_cell(line: int, column: int, cell: str) -> Callable[[Lines], object]:
    return lambda lines: lines[line].__setitem__(column, cell)


def in_every_line(change: Callable[[list[str]], object]) -> Callable[[Lines], object]:
    return lambda lines: [change(cells) for cells in lines]


def rates(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row.date, row.currency): row.rate for row in frame.itertuples()}


def test_the_columns_are_the_ones_that_the_parser_promises_and_all_are_text() -> None:
    assert tuple(FRAME.columns) == PARSER.columns
    assert all(pd.api.types.is_string_dtype(FRAME[column]) for column in FRAME.columns)
    assert not FRAME.isna().any().any()


def test_every_target_day_is_there_and_a_day_is_its_own_period() -> None:
    target = BusinessCalendar(holidays="XECB")
    expected = [day.date() for day in pd.date_range(FIRST, LAST) if target.is_open(day.date())]
    assert sorted(date.fromisoformat(day) for day in set(FRAME["date"])) == expected
    assert (FRAME["period_start"] == FRAME["date"]).all()
    assert (FRAME["period_end"] == FRAME["date"]).all()
    assert date(2025, 4, 18) not in expected, "Good Friday"


def test_a_rate_is_kept_as_published_and_none_where_there_is_none() -> None:
    newest = dict(zip(RATES, CONTENT.splitlines()[1].split(",")[1:-1], strict=True))
    assert {c: r for (day, c), r in rates(FRAME).items() if day == LAST.isoformat()} == {
        currency: rate for currency, rate in newest.items() if rate != "N/A"
    }
    assert set(FRAME["currency"]) == set(RATES) - {"HRK"}
    assert FRAME.loc[FRAME["currency"] == "ISK", "date"].min() == JOINS["ISK"].isoformat()
    assert not FRAME["rate"].str.contains(r"\.\d*0$").any()


def test_nothing_in_the_file_says_when_it_was_published() -> None:
    assert PARSER.published_on(FILE.payload) is None


def test_columns_are_read_by_their_names() -> None:
    """Swapped with its header, added or dropped: currencies come and go."""
    short = rates(PARSER.parse(SHORT))
    swapped = edited(in_every_line(lambda cells: cells.insert(2, cells.pop(5))))
    assert rates(read(PARSER, swapped)) == short
    dropped = edited(in_every_line(lambda cells: cells.pop(3)))
    assert rates(read(PARSER, dropped)) == {k: v for k, v in short.items() if k[1] != "GBP"}
    added = edited(lambda lines: [c.insert(1, "XYZ" if n == 0 else "2.5") for n, c in enumerate(lines)])
    assert {k: v for k, v in rates(read(PARSER, added)).items() if k[1] != "XYZ"} == short


MUTATIONS = {
    "empty": (b"", "expected a zip file, found 0 bytes"),
    "a page": (HTML, "expected a zip file, found .* bytes that begin with .*DOCTYPE"),
    "another publisher's file": (
        publisher_files("jp_mof")[0].payload,
        "expected a zip file, found .* another file",
    ),
    "cut in half": (FILE.payload[: len(FILE.payload) // 2], "expected a zip file, .* cut short"),
    "a byte changed": (FILE.payload.replace(b"2026-11-18,", b"2026-11-18;", 1), "Bad CRC-32"),
    "another member": (
        SHORT.replace(MEMBER.encode(), b"eurofxref-day.csv."),
        rf"expected {re.escape(MEMBER)} in the zip, found \['eurofxref-day.csv.'\]",
    ),
    "nothing in the member": (packed(""), "expected the header 'Date' and three-letter currencies"),
    "a header alone": (packed(CONTENT.splitlines()[0] + "\n"), "expected rates in .*, found none"),
    "no header": (edited(lambda lines: lines.pop(0)), "expected the header 'Date' .* found .'2026-11-18'"),
    "date renamed": (edited(set_cell(0, 0, "Day")), "expected the header 'Date' .* found .'Day'"),
    "dollar renamed": (edited(set_cell(0, 1, "USA")), "expected .* with USD and JPY .* found .'Date', 'USA'"),
    "currency renamed": (edited(set_cell(0, 3, "Pound")), "expected .* three-letter currencies .* 'Pound'"),
    "a currency twice": (edited(set_cell(0, 3, "USD")), "expected each currency once in the header"),
    "the days gone": (edited(in_every_line(lambda cells: cells.pop(0))), "expected the header 'Date'"),
    "a column less below the header": (
        edited(lambda lines: [cells.pop(4) for cells in lines[1:]]),
        "expected 14 columns in record 2 of .*, found 13",
    ),
    "a last line cut": (
        packed("".join(CONTENT.splitlines(keepends=True)[:30])[:-9]),
        "expected 14 columns in record 30 of .*, found 13.*cut short",
    ),
    "rates moved to the right": (
        edited(lambda lines: [(c.insert(1, "1.5"), c.pop()) for c in lines[1:]]),
        "expected nothing beyond the 12 currencies in record 2 .* The columns may have moved",
    ),
    "day and rate swapped": (
        edited(lambda lines: [cells.insert(0, cells.pop(1)) for cells in lines[1:]]),
        "expected a date YYYY-MM-DD in record 2",
    ),
    "a day written otherwise": (edited(set_cell(3, 0, "16 November 2026")), "expected a date .* in record 4"),
    "a day twice": (
        edited(lambda lines: lines.insert(4, lines[4])),
        "expected each day once and the newest first, found 2026-11-13 below 2026-11-13 in record 6",
    ),
    "oldest first": (
        edited(lambda lines: lines.__setitem__(slice(1, None), reversed(lines[1:]))),
        "expected each day once and the newest first, found .* in record 3",
    ),
    "no number": (
        edited(set_cell(2, 2, "n.a.")),
        "expected a rate or N/A for JPY on 2026-11-17, found 'n.a.' in record 3",
    ),
    "a negative rate": (edited(set_cell(2, 2, "-160.1")), "expected a rate .* found '-160.1'"),
    "blanks before numbers": (edited(set_cell(2, 2, " 160.1")), "expected a rate .* found ' 160.1'"),
    "a quote left open": (edited(set_cell(9, 2, '"160.1')), "expected CSV, but line 30 cannot be read"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_file_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    payload, words = MUTATIONS[mutation]
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSER, payload)
    assert str(caught.value).startswith("ecb/fx_reference_rates")


@pytest.mark.parametrize(
    "content", [CONTENT.replace(".", "٫").encode(), CONTENT.encode("utf-16")], ids=["utf-8", "utf-16"]
)
def test_another_encoding_is_refused(content) -> None:
    with pytest.raises(LayoutError, match=r"\(eurofxref-hist.csv\): expected text in ascii, found byte 0x"):
        read(PARSER, packed(content))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SHORT) - 1))
def test_a_file_cut_at_any_byte_is_refused(end) -> None:
    with pytest.raises(LayoutError, match="expected"):
        PARSER.parse(SHORT[:end])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SHORT) - 1), st.integers(0, 255), st.sampled_from([False, True]))
def test_a_damaged_byte_is_refused_or_does_no_harm(at, byte, packed) -> None:
    """Neither zipfile nor zlib may fail in a way of its own."""
    whole = SHORT
    if packed:
        deflated = io.BytesIO()
        with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, zipfile.ZipFile(io.BytesIO(SHORT)).read(MEMBER))
        whole = deflated.getvalue()
    at %= len(whole)
    damaged = whole[:at] + bytes([byte]) + whole[at + 1 :]
    try:
        frame = PARSER.parse(damaged)
    except LayoutError:
        return
    assert frame.equals(PARSER.parse(SHORT))
