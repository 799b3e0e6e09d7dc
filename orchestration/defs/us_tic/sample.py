"""Made-up files of the Treasury: labels, codes and layout are the Treasury's, figures are not.

Every sum holds exactly: types, terms, regions, kinds of holders. The same Treasury bonds stand in
the tables by country and by type, and the same holdings, rounded, in the tables of major holders, which
begin earlier and name two holders more.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.defs.us_tic.by_country import FIRST_NET_MONTH, SECURITIES, TREASURIES, Table
from orchestration.defs.us_tic.lines import NOT_AVAILABLE
from orchestration.defs.us_tic.major_holders import (
    MONTH_NAMES,
    OFFICIAL,
    OFFICIAL_IN_HISTORY,
    OTHERS,
    ROMAN,
    SIGNATURE,
    WORLD,
)
from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

FIRST_YEAR, NEWEST = 2020, "2026-09"
RELEASE = date(2026, 11, 18)
RELEASE_BEFORE = date(2026, 10, 16)
# Two files of history; the second revises the newest year.
STAMPS = date(2026, 5, 18), date(2026, 9, 16)

Measures = tuple[int, int, int]
"""Position, net sales and valuation change of a month, in millions of dollars."""
Holdings = Mapping[str, Sequence[int]]
"""Of each holder, of the world, and of its official holders in bills and in bonds, in tenths of a billion."""

TYPES = ("treas", "agcy", "corp", "eqty")
# What is simulated: region, code, name ('' where it is only in its region's sum) and positions in
# billions of dollars of Treasury bonds, agency bonds, other bonds, equity, and bills (0: not shown).
LEAVES = (
    ("19992", "13005", "United Kingdom", (620, 60, 600, 1900, 160)),
    ("19992", "11207", "Greece", (2, 1, 1, 9, 0)),
    ("19992", "10251", "Belgium", (350, 6, 35, 60, 60)),
    ("19992", "", "", (1150, 114, 1665, 3140, 240)),
    ("29998", "29998", "Canada", (280, 40, 220, 1500, 30)),
    ("39942", "", "", (330, 10, 50, 200, 60)),
    ("34401", "", "", (400, 130, 900, 1700, 120)),
    ("49999", "41408", "China, Mainland", (540, 190, 25, 290, 45)),
    ("49999", "42609", "Japan", (990, 270, 310, 1200, 75)),
    ("49999", "", "", (1100, 330, 300, 1500, 260)),
    ("59994", "", "", (40, 2, 3, 20, 6)),
    ("69906", "", "", (60, 20, 30, 450, 12)),
    ("79995", "72907", "International", (60, 20, 12, 18, 9)),
    ("79995", "76929", "Total Regional Orgs.", (12, 6, 2, 3, 5)),
)
# In the Treasury's order; Canada is a region of its own.
REGIONS = {
    "19992": "Total Europe",
    "29998": "Canada",
    "39942": "Total Latin America",
    "34401": "Total Caribbean",
    "49999": "Total Asia",
    "59994": "Total Africa",
    "69906": "Total Other",
}
OFFICIAL_SHARE = {"treas": 0.44, "agcy": 0.36, "corp": 0.06, "eqty": 0.12, "bills": 0.3}

SCOPE = "All Countries and International and Regional Organizations"
SIGN = "A positive number for net U.S. sales to foreigners denotes an increase in a foreign position"
LINK = "Link: https://ticdata.treasury.gov/resource-center/data-chart-center/tic/Documents/"
MADE_UP = 'Figures that are made up, in the layout of a publisher: "a sample".'

# What a holder has today, in billions of dollars, where the table by country has no row of it.
HOLDERS = {
    "Japan": None,
    "United Kingdom": None,
    "China, Mainland": None,
    "Belgium": None,
    "Korea, South": 130,
    "Norway": 128,
}
# How names are printed up to 2011.
OLD_NAMES = {"United Kingdom": "United Kingdom 2/", "Belgium": "Belgium  5/", "Korea, South": "Korea, South "}
# The month that stands twice, and the number of the series that begins in it.
SURVEYS = {2000: ("Mar", 2), **{year: ("Jun", year - 1999) for year in range(2002, 2012)}}


@dataclass(frozen=True)
class Entry:
    """A row of each month: a country, a rest that is not shown, a sum, or a part of the world.

    `types` has the figures of each type month by month; `bills` one position more, of the month before.
    """

    name: str
    code: str
    types: Mapping[str, Sequence[Measures]]
    bills: Sequence[int]
    shows_bills: bool = True
    old_bill_sales: bool = True


def files(rng: random.Random) -> list[SampleFile]:
    """One file of each table by country, and two vintages of each table of major holders."""
    months = _months(f"{FIRST_YEAR}-01", NEWEST)
    rows = _entries([(region, _leaf(rng, len(months), *leaf)) for region, *leaf in LEAVES])
    holdings = _holdings(rng, rows, len(_months("2000-01", NEWEST)))
    first = _before_revision(holdings)
    before, after = STAMPS
    return [
        _file("treasuries_by_country", "slt_table3", RELEASE, treasuries(rows, months)),
        _file("longterm_securities_by_country", "slt_table1", RELEASE, securities(rows, months)),
        _file("major_holders", "slt_table5", RELEASE_BEFORE, major(first, "2026-08")),
        _file("major_holders", "slt_table5", RELEASE, major(holdings, NEWEST)),
        _file("major_holders_history", "mfhhis01", before, history(first, before), stamped=True),
        _file("major_holders_history", "mfhhis01", after, history(holdings, after), stamped=True),
    ]


def treasuries(entries: Iterable[Entry], months: Sequence[str]) -> bytes:
    """`slt_table3.txt`: Treasury securities, bonds and bills."""

    def figures(entry: Entry, at: int) -> Iterable[int | None]:
        position, net, change = entry.types["treas"][at]
        held, sold = entry.bills[at + 1], entry.bills[at + 1] - entry.bills[at]
        reported = months[at] >= FIRST_NET_MONTH
        bills, sales = entry.shows_bills, entry.shows_bills and (reported or entry.old_bill_sales)
        yield position + held if bills else None
        yield net + sold if bills and reported else None
        yield position
        yield net if reported else None
        yield change if reported else None
        yield held if bills else None
        yield sold if sales else None

    return _table(TREASURIES, entries, months, figures, "Notes:")


def securities(entries: Sequence[Entry], months: Sequence[str]) -> bytes:
    """`slt_table1.txt`: long-term securities by type, and an instrument that is a part of two types."""

    def figures(entry: Entry, at: int) -> Iterable[int | None]:
        reported = months[at] >= FIRST_NET_MONTH
        shown = [entry.types[name][at] if name in entry.types else None for name in TYPES]
        total = [sum(figure) for figure in zip(*(s for s in shown if s), strict=True)]
        for measures in (total, *shown):
            position, net, change = measures or (None, None, None)
            yield position
            yield net if reported else None
            yield change if reported else None

    world = next(entry for entry in entries if entry.code == "99996")
    backed = {name: [_share(m, 0.5) for m in world.types[name]] for name in ("agcy", "corp")}
    instrument = Entry("Of Which: Asset-Backed Securities", "89991", backed, ())
    return _table(SECURITIES, [*entries, instrument], months, figures, "Definitions:")


def major(holdings: Holdings, newest: str) -> bytes:
    """`slt_table5.txt`: the largest holders in thirteen months, newest first."""
    months = _months("2000-01", newest)[:-14:-1]
    places = [len(_months("2000-01", month)) - 1 for month in months]
    largest = sorted(HOLDERS, key=lambda name: -holdings[name][places[0]])[:-1]
    columns = [_column(holdings, largest, at, OFFICIAL) for at in places]
    lines = [
        ["Table 5: Major Foreign Holders of Treasury Securities"],
        ["Holdings at end of time period"],
        ["Billions of dollars"],
        [f"{LINK}slt_table5.txt"],
        [],
        ["Country", *months],
        *([name, *(_tenths(column[name]) for column in columns)] for name in columns[0]),
        [],
        ["Notes:"],
        [MADE_UP],
    ]
    return _lines(lines, 1 + len(months))


def history(holdings: Holdings, stamp: date) -> bytes:
    """`mfhhis01.txt`: a block per year, in which surveys give a month twice."""
    lines = [
        ["", "", "MAJOR FOREIGN HOLDERS OF TREASURY SECURITIES"],
        ["", "", "", "    (in billions of dollars)"],
        ["", "", "", "HOLDINGS 1/ AT END OF PERIOD"],
        [],
        [],
    ]
    for year in range(stamp.year - 1, 1999, -1):
        lines += _block(holdings, year)
    lines += [
        [SIGNATURE],
        [f"{stamp.month}/{stamp.day}/{stamp.year}"],
        [f'"({stamp.year - 1} revised {stamp:%B} {stamp.day}, {stamp.year})"'],
        [],
        ['"' + MADE_UP.replace('"', '""') + '"'],
    ]
    return _lines(lines, 14)


def _leaf(rng: random.Random, months: int, code: str, name: str, sizes: Sequence[int]) -> Entry:
    """A random walk of each type; what changes a position beside sales and prices is left out."""
    types: dict[str, list[Measures]] = {}
    for kind, size in zip(TYPES, sizes, strict=False):
        position, walk = size * 1_000, []
        for _ in range(months):
            net = round(size * rng.uniform(-12, 15))
            change = round(position * rng.uniform(-0.02, 0.021))
            position += net + change
            walk.append((position, net, change))
        types[kind] = walk
    bills = [round(sizes[-1] * 1_000 * rng.uniform(0.9, 1.1)) for _ in range(months + 1)]
    return Entry(name, code, types, bills, shows_bills=sizes[-1] > 0)


def _entries(leaves: Sequence[tuple[str, Entry]]) -> list[Entry]:
    """The rows in the Treasury's order: countries and their region's sum, then all and the world."""
    rows, sums = [], []
    for code, name in REGIONS.items():
        members = [leaf for region, leaf in leaves if region == code]
        rows += [leaf for leaf in members if leaf.name]
        if len(members) > 1 or not members[0].name:
            rows.append(_sum(name, code, members))
        sums.append(rows[-1])
    countries = _sum("All Countries", "69995", sums)
    organisations = [leaf for region, leaf in leaves if region == "79995"]
    together = _sum("Total IROs", "79995", organisations)
    world = _sum("Grand Total", "99996", [countries, together])
    official = Entry(
        "Of Which: Foreign Official",
        "99990",
        {kind: [_share(m, OFFICIAL_SHARE[kind]) for m in walk] for kind, walk in world.types.items()},
        [round(held * OFFICIAL_SHARE["bills"]) for held in world.bills],
        old_bill_sales=False,
    )
    others = Entry(
        "Of Which: Foreign Non-Official",
        "99991",
        {
            kind: [_less(all_of_it, part) for all_of_it, part in zip(walk, official.types[kind], strict=True)]
            for kind, walk in world.types.items()
        },
        [held - part for held, part in zip(world.bills, official.bills, strict=True)],
        old_bill_sales=False,
    )
    return [*rows, countries, *organisations, together, world, official, others]


def _sum(name: str, code: str, members: Sequence[Entry]) -> Entry:
    return Entry(
        name,
        code,
        {
            kind: [
                tuple(sum(figure) for figure in zip(*month, strict=True))
                for month in zip(*(m.types[kind] for m in members), strict=True)
            ]
            for kind in TYPES
        },
        [sum(month) for month in zip(*(m.bills for m in members), strict=True)],
    )


def _share(measures: Measures, share: float) -> Measures:
    position, net, change = measures
    return round(position * share), round(net * share), round(change * share)


def _less(measures: Measures, part: Measures) -> Measures:
    position, net, change = (whole - taken for whole, taken in zip(measures, part, strict=True))
    return position, net, change


def _table(
    table: Table,
    entries: Iterable[Entry],
    months: Sequence[str],
    figures: Callable[[Entry, int], Iterable[int | None]],
    notes: str,
) -> bytes:
    """A table by country: each row's months, newest first."""
    lines = [
        [table.title],
        [SCOPE],
        [SIGN],
        ["Millions of dollars"],
        [f"{LINK}{table.file}"],
        [],
        ["", "", "", *table.figures.values()],
        ["Country", "Country Code", "Date", *(table.label(figure) for figure in table.figures)],
        [*table.columns],
    ]
    for entry in entries:
        for at in reversed(range(len(months))):
            printed = (NOT_AVAILABLE if f is None else str(f) for f in figures(entry, at))
            lines.append([entry.name, entry.code, months[at], *printed])
    return _lines([*lines, [], [notes], [MADE_UP]], len(table.columns))


def _holdings(rng: random.Random, rows: Iterable[Entry], months: int) -> Holdings:
    """The holdings of the table by country, rounded, and before its first month made-up ones."""
    shown = {row.name: row for row in rows}
    holdings = {}
    for name, size in HOLDERS.items():
        walk = [size * 10] if size else _rounded(*_bonds_and_bills(shown[name]))
        # Backwards, a little less each month.
        walk, level = walk[::-1], float(walk[0])
        while len(walk) < months:
            level *= rng.uniform(0.97, 1.02)
            walk.append(round(level))
        holdings[name] = walk[::-1]
    everybody = [sum(month) for month in zip(*holdings.values(), strict=True)]
    bonds, bills = _bonds_and_bills(shown[OFFICIAL[0]])
    sums = {
        WORLD: _rounded(*_bonds_and_bills(shown[WORLD])),
        OFFICIAL[1]: _rounded(bills),
        OFFICIAL[2]: _rounded(bonds),
    }
    for name, walk in sums.items():
        first = months - len(walk)
        # As large beside the holders as in the first month.
        earlier = (held * walk[0] // everybody[first] for held in everybody[:first])
        holdings[name] = [*earlier, *walk]
    return holdings


def _bonds_and_bills(row: Entry) -> tuple[list[int], Sequence[int]]:
    return [position for position, _, _ in row.types["treas"]], row.bills[1:]


def _rounded(*parts: Sequence[int]) -> list[int]:
    """The sum of millions month by month, in tenths of a billion."""
    return [round(sum(month) / 100) for month in zip(*parts, strict=True)]


def _before_revision(holdings: Holdings) -> Holdings:
    """The holdings, with more for one holder, and so for the world, in the last two months of a year."""
    first = {name: list(walk) for name, walk in holdings.items()}
    for month, change in (("2025-11", 92), ("2025-12", 29)):
        for name in ("United Kingdom", WORLD):
            first[name][len(_months("2000-01", month)) - 1] += change
    return first


def _column(
    holdings: Holdings, shown: Iterable[str], at: int, official: Sequence[str], percent: int = 100
) -> dict[str, int]:
    """One month of a table: holders, the rest, the world and its official part."""
    held = {name: walk[at] * percent // 100 for name, walk in holdings.items()}
    column = {name: held[name] for name in shown}
    bills, bonds = held[OFFICIAL[1]], held[OFFICIAL[2]]
    rest = {OTHERS: held[WORLD] - sum(column.values()), WORLD: held[WORLD]}
    return column | rest | dict(zip(official, (bills + bonds, bills, bonds), strict=True))


def _block(holdings: Holdings, year: int) -> list[list[str]]:
    """A year; a month that stands twice has the new series first and the old one, smaller, behind it."""
    twice, number = SURVEYS.get(year, ("", 0))
    months: list[tuple[str, int]] = []
    for name in MONTH_NAMES[: 10 if year == 2000 else 12]:
        months += [(name, 100), (name, 96)] if name == twice else [(name, 100)]
    first = len(_months("2000-01", f"{year}-01")) - 1
    columns = [
        _column(holdings, HOLDERS, first + 11 - MONTH_NAMES.index(name), OFFICIAL_IN_HISTORY, percent)
        for name, percent in months
    ]
    break_at = next((n for n, (name, _) in enumerate(months) if name == twice), 0)
    blanks = [""] * break_at
    series = [
        ["", *blanks, f"Series {number + 4}/", "Series"],
        ["", *blanks, f" {ROMAN[number - 1]}", ROMAN[number - 2]],
    ]
    printed = _tenths if year < 2023 else lambda value: _tenths(value).removesuffix(".0")
    rows = [
        [_printed_name(name, year), *(printed(column[name]) for column in columns)] for name in columns[0]
    ]
    return [
        *(series if twice else []),
        ["", *(name for name, _ in months)],
        ["Country", *(str(year) for _ in months)],
        ["", *("------" for _ in months)],
        # The newest block has a blank line here, the older ones have none.
        *([[]] if year == 2025 else []),
        *rows[:-3],
        [],
        ["Of which:"],
        *rows[-3:],
        [],
        [],
    ]


def _printed_name(name: str, year: int) -> str:
    """Quoted where there is a comma, indented or with a footnote's mark in older years."""
    if name in OFFICIAL_IN_HISTORY and year < 2023:
        return "  " * (1 + (name != OFFICIAL_IN_HISTORY[0])) + name
    name = OLD_NAMES.get(name, name) if year < 2012 else name
    return f'"{name}"' if "," in name else name


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _months(first: str, last: str) -> list[str]:
    """Months from one to another, both as YYYY-MM."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def _lines(lines: Iterable[Sequence[str]], width: int) -> bytes:
    """Tab-separated, every line as wide as the others."""
    return "".join("\t".join([*line, *[""] * (width - len(line))]) + "\r\n" for line in lines).encode("ascii")


def _file(dataset: str, name: str, day: date, payload: bytes, stamped: bool = False) -> SampleFile:
    return SampleFile(
        dataset=f"us_tic/{dataset}",
        file=f"us_tic/{name}.{day}.txt",
        url=load_datasets()[f"us_tic/{dataset}"].address,
        retrieved_on=day.isoformat(),
        published_on=day.isoformat() if stamped else "",
        payload=payload,
    )
