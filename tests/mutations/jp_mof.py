"""Ways in which a file of the Ministry of Finance goes wrong, for made-up and for real files alike.

Each mutation takes a layout and a file's bytes; it gives other bytes, and words that the message
about them must have. What a sound file holds is in the tests.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from tests.mutations import HTML

Records = list[list[str]]


@dataclass(frozen=True)
class Layout:
    """Where things stand in one of the files; records and columns count from 0."""

    name: str
    data: int
    labels: int
    figures: int
    unit: bytes = b"100 mil Yen"
    follows: str = "expected each monthly period after the one before, found"

    @property
    def row(self) -> int:
        """Some record of the data."""
        return self.data + 4


MOF = (
    Layout(
        "securities_weekly",
        data=14,
        labels=11,
        figures=1,
        unit=b"100 million Yen",
        follows="expected one week after the other, found",
    ),
    Layout("securities_monthly", data=11, labels=8, figures=3),
    Layout("residents_equity_monthly", data=11, labels=8, figures=3),
    Layout("residents_longterm_debt_monthly", data=11, labels=8, figures=3),
    Layout("residents_shortterm_debt_monthly", data=11, labels=8, figures=3),
)


def records_of(payload: bytes) -> Records:
    return list(csv.reader(io.StringIO(payload.decode("cp932"), newline="")))


def edit(payload: bytes, change: Callable[[Records], object]) -> bytes:
    """The file after a change of its records, written as the ministry writes."""
    records = records_of(payload)
    change(records)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(records)
    return text.getvalue().encode("cp932")


def set_cells(payload: bytes, record: int, column: int, *cells: str) -> bytes:
    return edit(
        payload, lambda records: records[record].__setitem__(slice(column, column + len(cells)), cells)
    )


def swap_labels(at: Layout, payload: bytes) -> bytes:
    """The first two names of the header change places."""

    def swap(records: Records) -> None:
        line = records[at.labels]
        one, two = [column for column, cell in enumerate(line) if cell][:2]
        line[one], line[two] = line[two], line[one]

    return edit(payload, swap)


def swap_figures(at: Layout, payload: bytes, column: int) -> bytes:
    """Two columns of figures change places below a header that does not."""

    def swap(records: Records) -> None:
        end = next(n for n in range(at.data, len(records)) if not any(records[n]))
        for record in records[at.data : end]:
            record[column], record[column + 1] = record[column + 1], record[column]

    return edit(payload, swap)


def each_figure(at: Layout, payload: bytes, change: Callable[[int], int]) -> bytes:
    """Every figure changed, as the ministry would write it."""

    def changed(cell: str) -> str:
        plain = cell.strip().replace(",", "")
        return f"{change(int(plain)):,}" if plain.lstrip("-").isdigit() else cell

    def scale(records: Records) -> None:
        end = next(n for n in range(at.data, len(records)) if not any(records[n]))
        for record in records[at.data : end]:
            record[at.figures :] = [changed(cell) for cell in record[at.figures :]]

    return edit(payload, scale)


def swap_sides(at: Layout, payload: bytes) -> bytes:
    """The figures of residents and of non-residents change places below their headers."""

    def swap(records: Records) -> None:
        end = next(n for n in range(at.data, len(records)) if not any(records[n]))
        first, second, last = at.figures, at.figures + 11, at.figures + 22
        for record in records[at.data : end]:
            record[first:last] = [*record[second:last], *record[first:second]]
            record[last:] = [f"-{cell}".replace("--", "") if cell else cell for cell in record[last:]]

    return edit(payload, swap)


def blank(records: Records) -> list[str]:
    return [""] * len(records[0])


MUTATIONS: dict[str, Callable[[Layout, bytes], tuple[bytes, str]]] = {
    "empty": lambda at, file: (b"", "expected '.*' in the first six records, found"),
    "a page": lambda at, file: (HTML, "expected '.*' in the first six records, found .*DOCTYPE"),
    "bytes of another kind": lambda at, file: (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\xffIHDR\x85\x00",
        "expected text in cp932, found byte 0x.. at offset",
    ),
    "cut in half": lambda at, file: (file[: len(file) // 2], "expected .*cut short"),
    "cut in the header": lambda at, file: (file[:900], "expected .*(cut short|the end of the file)"),
    "cut after a row": lambda at, file: (
        edit(file, lambda records: records.__delitem__(slice(at.row, None))),
        f"expected a blank record and notes below the data, .* after record {at.row}.*cut short",
    ),
    "a column less": lambda at, file: (
        edit(file, lambda records: [record.pop(at.figures + 4) for record in records]),
        r"expected \d+ columns in record 1, found",
    ),
    "a cell less": lambda at, file: (
        edit(file, lambda records: records[at.row].pop()),
        rf"expected \d+ columns in record {at.row + 1}, found",
    ),
    "labels swapped": lambda at, file: (
        swap_labels(at, file),
        rf"expected '.+' in record {at.labels + 1}, column \d+, found '.+'",
    ),
    "a label renamed": lambda at, file: (
        file.replace(b"Disposition", b"Sales"),
        r"expected 'Disposition' in record \d+, column \d+, found 'Sales'",
    ),
    "another unit": lambda at, file: (
        file.replace(at.unit, b"mil Yen"),
        "expected '.*Unit: 100 mil.*' in the first six records.*unit has changed",
    ),
    "another unit in Japanese only": lambda at, file: (
        file.replace("億円".encode("cp932"), "百万円".encode("cp932")),
        "expected '億円' in the first six records.*unit has changed",
    ),
    "another encoding": lambda at, file: (
        file.decode("cp932").encode(),
        "expected (text in cp932, found byte|'億円' in the first)",
    ),
    "no stamp": lambda at, file: (
        file.replace(b"Final Update", b"Draft"),
        "expected a stamp such as .* in record 2, found '.*Draft",
    ),
    "a stamp that is no day": lambda at, file: (
        file.replace(b"Final Update", b"Final Update Smarch 40, 2026"),
        "expected a stamp such as .* in record 2, found '.*Smarch",
    ),
    "a period missing": lambda at, file: (
        edit(file, lambda records: records.pop(at.row)),
        at.follows,
    ),
    "a period twice": lambda at, file: (
        edit(file, lambda records: records.insert(at.row, records[at.row])),
        at.follows,
    ),
    "two periods swapped": lambda at, file: (
        edit(file, lambda records: records.insert(at.row, records.pop(at.row + 1))),
        at.follows,
    ),
    "a row without a period": lambda at, file: (
        set_cells(file, at.row, 0, *[""] * max(at.figures, 1)),
        f"expected a (week|month).* in record {at.row + 1}, found ''",
    ),
    "a blank record amid the data": lambda at, file: (
        edit(file, lambda records: records.insert(at.row, blank(records))),
        f"expected only notes below the blank record {at.row + 1}, found figures in record",
    ),
    "no rows": lambda at, file: (
        edit(file, lambda records: records.__setitem__(slice(at.data, None), [blank(records)])),
        "expected rows of data, found none",
    ),
    "no number": lambda at, file: (
        set_cells(file, at.row, at.figures + 4, "n.a."),
        r"expected a number in column '\w+' for the period that begins on [\d-]+, found 'n.a.'",
    ),
    "half a number": lambda at, file: (
        set_cells(file, at.row, at.figures + 4, "1,23"),
        "expected a number in column .*, found '1,23'",
    ),
    "signs turned round": lambda at, file: (
        each_figure(at, file, lambda figure: -figure),
        "expected acquisitions and dispositions of 0 or more, found .* = -",
    ),
    "billions of yen": lambda at, file: (
        each_figure(at, file, lambda figure: figure // 1_000),
        "expected (the largest figure between 50,000 and 100,000,000, in 100 million yen, found|.* within)",
    ),
    "full-width digits": lambda at, file: (
        set_cells(file, at.row, at.figures + 4, "１,234"),
        "expected a number in column .*, found '１,234'",
    ),
    "an empty figure": lambda at, file: (
        set_cells(file, at.row, at.figures + 4, ""),
        "expected a number in column .*, found ''",
    ),
    "a wrong figure": lambda at, file: (
        set_cells(file, at.row, at.figures + 4, "9,876,543"),
        r"expected .+ = \w+ within \d, found .*9,876,543.* for the period that begins on",
    ),
}
