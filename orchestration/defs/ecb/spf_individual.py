"""Parser of what the single forecasters of the ECB's survey said, round by round.

A zip with one CSV per round (`2024Q3.csv`), or one such CSV alone. Each stacks five blocks: a title,
a header of its own and its rows, up to a blank record. The order of columns and the bins of the
probabilities change between rounds, so columns are found by name and every figure becomes a row.

A CSV alone does not name its round. Its content does: expected inflation one year ahead is that of the
twelfth month after the last one before the round's quarter (2025Jun in 2024Q3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import pandas as pd

from orchestration.defs.ecb.spf import quarter_bounds
from orchestration.errors import LayoutError
from orchestration.parsing import csv_records, decode, expect_width, squash, unzip

WHAT = "ecb/spf_individual_forecasts"
TOPICS = {
    "INFLATION EXPECTATIONS; YEAR-ON-YEAR CHANGE IN HICP": "inflation",
    "CORE INFLATION EXPECTATIONS; YEAR-ON-YEAR CHANGE IN CORE": "core_inflation",
    "GROWTH EXPECTATIONS; YEAR-ON-YEAR CHANGE IN REAL GDP": "growth",
    "EXPECTED UNEMPLOYMENT RATE; PERCENTAGE OF LABOUR FORCE": "unemployment",
    "ASSUMPTIONS": "assumptions",
}
LABELS = ("TARGET_PERIOD", "FCT_SOURCE")
# The middle one of the answers lies between these: moved columns do not. Single answers may err.
PLAUSIBLE = {"USD": (0.6, 2.0), "OIL": (8.0, 300.0), "IR": (-2.0, 20.0), "LAB": (-5.0, 20.0)}
ANSWER = ("target_period", "fct_source", "variable", "value")
COLUMNS = ("round", "topic", *ANSWER, "period_start", "period_end")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TARGET = re.compile(rf"\d{{4}}(Q[1-4]|{'|'.join(MONTHS)})?")
NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
BIN = re.compile(r"(?=[FT])(?:F(N?)(\d+)_(\d))?(?:T(N?)(\d+)_(\d))?")
MEMBER = re.compile(r"(?:.*/)?(\d{4}Q[1-4])\.csv", re.IGNORECASE)
# A forecaster's probabilities may not quite make 100, and a few make something else.
TOLERANCE = 1.0
MAY_ERR = 0.05


@dataclass(frozen=True)
class Block:
    """One of the five tables of a round; `first` is the line of its header, counted from 1."""

    topic: str
    first: int
    header: list[str]
    rows: list[list[str]]


def recognise(payload: bytes) -> None:
    """Demand a zip with a CSV named after a round, or a CSV that begins as a round's does."""
    if payload.startswith(b"PK"):
        _members(payload)
        return
    records = csv_records(decode(payload[:2_000], "utf-8-sig", WHAT).rpartition("\n")[0], WHAT)
    title = squash(records[0][0]) if records and records[0] else ""
    if title != next(iter(TOPICS)):
        raise LayoutError(
            f"{WHAT}: expected a zip of rounds, or a round that begins with '{next(iter(TOPICS))}', found "
            f"'{title[:60]}' ({len(payload):,} bytes). It is another file or another layout; nothing was "
            "loaded."
        )


def part(payload: bytes) -> str:
    """The round of a CSV alone; '' of the zip, which holds them all."""
    if payload.startswith(b"PK"):
        return ""
    return _name(_round(_blocks(payload, WHAT), WHAT))


def parse(payload: bytes) -> pd.DataFrame:
    """One row per answer: round, topic, what it is about, who gave it, and the figure as published."""
    found: dict[str, list[str]] = {name: [] for name in COLUMNS}
    if payload.startswith(b"PK"):
        members = _members(payload)
        rounds = [_number(name) for name in members]
        if rounds != list(range(rounds[0], rounds[-1] + 1)):
            raise LayoutError(
                f"{WHAT}: expected each round from {_name(rounds[0])} to {_name(rounds[-1])} once, found "
                f"{len(rounds)}: {', '.join(members)[:200]}; nothing was loaded."
            )
        for name, content in members.items():
            _read(content, f"{WHAT} ({name}.csv)", name, found)
    else:
        _read(payload, WHAT, None, found)
    return pd.DataFrame(found, columns=list(COLUMNS), dtype="str")


def _members(payload: bytes) -> dict[str, bytes]:
    """The rounds in a zip, in order of time."""
    contents = unzip(payload, WHAT)
    named = {name: match for name in contents if (match := MEMBER.fullmatch(name))}
    strange = [name for name in contents if name.lower().endswith(".csv") and name not in named]
    if strange or not named or len({match[1] for match in named.values()}) != len(named):
        raise LayoutError(
            f"{WHAT}: expected one CSV for each round in the zip, named such as 2024Q3.csv, found "
            f"{(strange or list(contents))[:5]}. It is another file or another layout; nothing was loaded."
        )
    return {match[1].upper(): contents[name] for name, match in sorted(named.items())}


def _read(content: bytes, what: str, name: str | None, found: dict[str, list[str]]) -> None:
    """Append the figures of one round; `name` is the round's, where the file has one."""
    blocks = _blocks(content, what)
    index = _round(blocks, what)
    if name is None:
        _demand_end(blocks, what)
    elif _name(index) != name:
        raise LayoutError(
            f"{what}: expected the round {name}, found targets of {_name(index)}. The file may be named "
            "wrongly, or the targets be chosen otherwise; nothing was loaded."
        )
    start, end = quarter_bounds(index)
    for block in blocks:
        names = block.header[len(LABELS) :]
        numbers = _numbers(block, what)
        _demand_figures(block, numbers, what)
        rows = [
            (cells[0], cells[1], variable, value)
            for cells in block.rows
            for variable, value in zip(names, cells[len(LABELS) :], strict=False)
            if value
        ]
        for column, values in zip(ANSWER, zip(*rows, strict=True), strict=False):
            found[column].extend(values)
        for column, value in (
            ("round", _name(index)),
            ("topic", block.topic),
            ("period_start", start),
            ("period_end", end),
        ):
            found[column].extend([value] * len(rows))


def _blocks(content: bytes, what: str) -> list[Block]:
    """The five blocks, each with a header that is known, and rows of target, forecaster and figures."""
    text = decode(content, "utf-8-sig", what)
    records = [[cell.strip() for cell in record] for record in csv_records(text, what)]
    expect_width(records, len(records[0]) if records else 0, what)
    if not text.endswith("\n"):
        raise LayoutError(f"{what}: expected a line break at the end; the file may be cut short.")
    starts = [n for n, cells in enumerate(records) if cells[0] and not cells[0][0].isdigit()]
    titles = [n for n in starts if records[n][0] != LABELS[0]]
    if [squash(records[n][0]) for n in titles] != list(TOPICS):
        raise LayoutError(
            f"{what}: expected the titles {list(TOPICS)}, found "
            f"{[f'{records[n][0][:60]} (line {n + 1})' for n in titles][:6]}. A block or its unit may have "
            "changed, or the file be cut short; nothing was loaded."
        )
    ends = [*titles[1:], len(records)]
    return [
        _block(topic, records[:end], title, what)
        for topic, title, end in zip(TOPICS.values(), titles, ends, strict=True)
    ]


def _block(topic: str, records: list[list[str]], title: int, what: str) -> Block:
    filled = [n for n in range(title + 1, len(records)) if any(records[n])]
    if not filled:
        # Core inflation has been asked for since 2016; before, its block is a title alone.
        if topic != "core_inflation":
            raise LayoutError(f"{what}: expected rows below '{records[title][0]}', line {title + 1}.")
        return Block(topic, title + 2, list(LABELS), [])
    if filled != list(range(title + 1, filled[-1] + 1)):
        raise LayoutError(
            f"{what}: expected no blank record within '{records[title][0]}', found one below line "
            f"{title + 1}; nothing was loaded."
        )
    header = records[filled[0]]
    width = max(n for n, cell in enumerate(header, start=1) if cell)
    block = Block(topic, filled[0] + 1, header[:width], [records[n] for n in filled[1:]])
    _demand_header(block, what)
    seen = set()
    for number, cells in enumerate(block.rows, start=block.first + 1):
        if not TARGET.fullmatch(cells[0]) or not cells[1].isdecimal() or any(cells[width:]):
            raise LayoutError(
                f"{what}: expected a target such as 2025Jun, a forecaster's number and {width - 2} figures "
                f"in line {number}, found {cells[:4]}. Columns may have moved; nothing was loaded."
            )
        if (cells[0], cells[1]) in seen:
            raise LayoutError(
                f"{what}: expected forecaster {cells[1]} once for {cells[0]} in '{topic}', found them again "
                f"in line {number}; nothing was loaded."
            )
        seen.add((cells[0], cells[1]))
    return block


def _demand_header(block: Block, what: str) -> None:
    names = block.header[len(LABELS) :]
    sound = tuple(block.header[: len(LABELS)]) == LABELS and len(set(names)) == len(names)
    if block.topic == "assumptions":
        expected = ", ".join(PLAUSIBLE)
        sound = sound and set(names) == set(PLAUSIBLE)
    else:
        expected = "POINT and ranges that adjoin, such as F0_0T0_4"
        sound = sound and names.count("POINT") == 1 and _adjoin([n for n in names if n != "POINT"])
    if not sound:
        raise LayoutError(
            f"{what}: expected the columns {', '.join(LABELS)}, {expected} in line {block.first} "
            f"('{block.topic}'), found {block.header}. The layout may have changed; nothing was loaded."
        )


def _adjoin(names: Sequence[str]) -> bool:
    """Whether these are ranges that lie next to each other, from 'below' to 'above'.

    F is from, T to, N negative: FN0_5TN0_1 is -0.5 to -0.1. The ranges are given in tenths; the lowest
    one ends where the next begins, or a tenth before.
    """
    matches = [BIN.fullmatch(name) for name in names]
    if len(names) < 3 or not all(matches):
        return False
    bounds = []
    for match in matches:
        from_n, from_i, from_d, to_n, to_i, to_d = match.groups()
        low = None if from_i is None else int(from_i + from_d) * (-1 if from_n else 1)
        high = None if to_i is None else int(to_i + to_d) * (-1 if to_n else 1)
        bounds.append((low, high))
    bounds.sort(key=lambda b: (b[0] is not None, b[0] or 0))
    lows, highs = [low for low, _ in bounds[1:]], [high for _, high in bounds[:-1]]
    if bounds[0][0] is not None or bounds[-1][1] is not None or None in (*lows, *highs):
        return False
    return lows[0] - highs[0] in (0, 1) and all(
        low - high == 1 for low, high in zip(lows[1:], highs[1:], strict=True)
    )


def _numbers(block: Block, what: str) -> dict[str, list[float | None]]:
    """The figures of a block by column; None where a forecaster gave none."""
    columns: dict[str, list[float | None]] = {}
    for place, name in enumerate(block.header[len(LABELS) :], start=len(LABELS)):
        cells = [row[place] for row in block.rows]
        for number, cell in enumerate(cells, start=block.first + 1):
            if cell and not NUMBER.fullmatch(cell):
                raise LayoutError(
                    f"{what}: expected a number or nothing in column '{name}' in line {number}, found "
                    f"'{cell}'; nothing was loaded."
                )
        columns[name] = [float(cell) if cell else None for cell in cells]
    return columns


def _demand_figures(block: Block, numbers: dict[str, list[float | None]], what: str) -> None:
    """Demand that figures stand where their headers say, as far as they can tell."""
    for name, (lowest, highest) in PLAUSIBLE.items() if block.topic == "assumptions" else ():
        given = [value for value in numbers[name] if value is not None]
        if given and not lowest <= median(given) <= highest:
            raise LayoutError(
                f"{what}: expected the middle one of the figures in column '{name}' of the assumptions (line "
                f"{block.first}) between {lowest:g} and {highest:g}, found {median(given):g}. The unit or "
                "the columns may have changed; nothing was loaded."
            )
    if block.topic == "assumptions" or not block.rows:
        return
    shares = zip(*(values for name, values in numbers.items() if name != "POINT"), strict=True)
    sums = [
        sum(value for value in row if value is not None)
        for row in shares
        if any(value is not None for value in row)
    ]
    off = [total for total in sums if abs(total - 100) > TOLERANCE]
    if len(off) > MAY_ERR * len(sums):
        raise LayoutError(
            f"{what}: expected the probabilities of a forecaster in '{block.topic}' (below line "
            f"{block.first}) to make 100, found {off[0]:g} and others: {len(off)} of {len(sums)}. Columns "
            "may have moved; nothing was loaded."
        )


def _round(blocks: Sequence[Block], what: str) -> int:
    """The round, from the month for which inflation a year ahead is asked; quarters count from year 0."""
    months = sorted(
        {
            int(cells[0][:4]) * 12 + MONTHS.index(cells[0][4:])
            for cells in blocks[0].rows
            if cells[0][4:] in MONTHS
        }
    )
    begins = months[0] - 11 if months else -1
    if begins % 3 != 0 or any((month - months[0]) % 12 for month in months):
        targets = sorted({cells[0] for cells in blocks[0].rows})
        raise LayoutError(
            f"{what}: expected inflation one year after the month before a quarter, such as 2025Jun in "
            f"2024Q3, among the targets of the first block, found {targets}. Which round it is cannot be "
            "told; nothing was loaded."
        )
    return begins // 3


def _demand_end(blocks: Sequence[Block], what: str) -> None:
    """Demand that a CSV alone is whole: its last rows are labour costs in the longest term of the round.

    Seen in 2008Q3, 2023Q4 and 2024Q3; whether it holds of rounds before is not known. A zip tells by
    itself whether a member is whole.
    """
    longest = max(cells[0] for cells in blocks[0].rows if len(cells[0]) == 4)
    last = blocks[-1].rows[-1][0]
    if last != longest:
        raise LayoutError(
            f"{what}: expected the last rows to be about {longest}, the longer term, found {last}. The file "
            "may be cut short; nothing was loaded."
        )


def _number(name: str) -> int:
    """A round such as 2024Q3, in quarters from the year 0."""
    return int(name[:4]) * 4 + int(name[5]) - 1


def _name(index: int) -> str:
    return f"{index // 4}Q{index % 4 + 1}"
