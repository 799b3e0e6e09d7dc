"""Made-up files of the Ministry of Finance: labels and layout are the ministry's, figures are not.

Every sum holds exactly: net, asset classes, sectors, years, and the same outward figures in the
files by asset class and by sector.
"""

import csv
import io
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from orchestration.records import load_datasets
from orchestration.sampling import SampleFile

FIRST_WEEK, WEEKS = date(2024, 12, 29), 98
# The second weekly file has one week more than the first, and revises this one.
REVISED_WEEK = date(2026, 10, 18)
WEEKLY_RELEASES = date(2026, 11, 12), date(2026, 11, 19)
# The files by sector are shorter, to be small; the other has the twenty years that a seasonal mean needs.
FIRST_YEAR, FIRST_YEAR_BY_SECTOR = 2005, 2023
MONTHS, MONTHS_BY_SECTOR = 262, 46
MONTHLY_RELEASE = date(2026, 11, 10)

Flow = tuple[int, int]
"""Acquisition and disposition, in 100 million yen."""
Flows = Sequence[Flow]

# About what each kind of resident acquires in a month: equity, long-term and short-term debt.
RESIDENTS: Mapping[str, tuple[int, int, int]] = {
    "central bank": (0, 0, 0),
    "general government": (2, 30, 10),
    "banks": (6_000, 60_000, 4_000),
    "trust banks": (1_500, 9_000, 600),
    "banks' trust accounts": (3, 0, 0),
    "trust banks' trust accounts": (36_000, 70_000, 3_000),
    "financial instruments firms": (9_000, 90_000, 9_000),
    "life insurers": (8_000, 12_000, 400),
    "other insurers": (30, 1_200, 60),
    "investment trusts": (32_000, 16_000, 5_000),
    "others": (15_000, 30_000, 6_000),
}
NON_RESIDENTS = (900_000, 220_000, 200_000)
WEEKS_IN_MONTH = 4.35
# Before this year another method counts, and less is traded: of what is acquired today, so much.
NEW_METHOD = 2014
OLD_SIZES = (0.3, 0.5, 0.4)
# Months in which non-residents buy much of equity and long-term debt: parts of what they acquire. The second
# beats the first.
BOUGHT = {(2016, 2): (0.15, 0.12), (2024, 5): (0.18, 0.16)}

# What the ministry prints. The 17 sectors: record (from 0) and label in Japanese, and in English.
SECTORS = (
    (4, "各部門計", 7, "（a+b+c+ｄ)"),
    (4, "公的部門", 7, " Public Sector"),
    (5, "中央銀行", 8, "Central Bank (a)"),
    (5, "一般政府", 8, "General Government (ｃ)"),
    (4, "預金取扱機関", 7, "Deposit-taking Corporations (b)"),
    (5, "銀行等（銀行勘定）", 8, "Banks（Banking Accounts)"),
    (5, "信託銀行（銀行勘定）", 8, "Trust Banks(Banking Accounts）"),
    (4, "その他部門", 7, "Other Sectors （d)"),
    (5, "その他金融機関", 8, "Other Financial Corporations"),
    (6, "銀行等及び信託銀行（信託勘定）", 8, "Banks and Trust banks（Trust Accounts）"),
    (7, "銀行等（信託勘定）", 8, "Banks（Trust Accounts）"),
    (7, "信託銀行（信託勘定）", 8, "Trust Banks（Trust Accounts）"),
    (6, "金融商品取引業者", 8, "Financial Instruments Firms"),
    (6, "生命保険会社", 8, "Life Insurance Companies"),
    (6, "損害保険会社", 8, "Non-Life Insurance Companies"),
    (6, "投資信託委託会社等", 8, "Investment Trust Management Companies"),
    (5, "その他", 8, "Others"),
)
# Its thousands commas are missing here and there in this column: net of trust banks.
WITHOUT_COMMA = 3 * 6 + 2
EQUITY, DEBT, BILLS = (
    "Equity and investment fund shares",
    "Long-term debt securities",
    "Short-term debt securities",
)
TITLE = "International Transactions in Securities"
BASIS = "based on reports from designated major investors)"
BY_SECTOR = "Purchases and Sales of Foreign Securities by Residents by Types of Investors"
MEASURES = ("Acquisition", "Disposition", "Net")
JP_MEASURES = ("取得", "処分", "ネット")
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
# The circled digits are why the files need code page 932.
NOTES = (
    ("（備考）", "①四捨五入のため、合計に合わないことがある。"),
    ("", "②ネットのプラス（＋）は取得超、マイナス（－）は処分超を表す。"),
    ("   (Note 1)", "Totals may not add due to rounding."),
    ("   (Note 2)", 'Figures that are made up, in the layout of a publisher: "a sample".'),
)


def files(rng: random.Random) -> list[SampleFile]:
    """Two vintages of the weekly file, and one of each of the four monthly ones."""
    outward = [sum(sizes) / WEEKS_IN_MONTH for sizes in zip(*RESIDENTS.values(), strict=True)]
    inward = [size / WEEKS_IN_MONTH for size in NON_RESIDENTS]
    weeks = [(_flows(rng, outward), _flows(rng, inward)) for _ in range(WEEKS)]
    months = [[_flows(rng, sizes) for sizes in RESIDENTS.values()] for _ in range(MONTHS_BY_SECTOR)]
    equity, debt, bills = ([[flows[at] for flows in month] for month in months] for at in range(3))
    payloads = {
        "securities_monthly": ("montha1", monthly(_both_directions(rng, months))),
        "residents_equity_monthly": ("monthb2", by_sector(equity, "株式・投資ファンド持分", EQUITY, 18)),
        "residents_longterm_debt_monthly": ("monthb3", by_sector(debt, "中長期債", DEBT, 18)),
        "residents_shortterm_debt_monthly": ("monthb4", by_sector(bills, "短期債", BILLS, 19)),
    }
    first, second = WEEKLY_RELEASES
    return [
        _file("securities_weekly", "week", first, weekly(weeks[:-1], first)),
        _file("securities_weekly", "week", second, weekly(_revised(weeks), second)),
        *(_file(name, file, MONTHLY_RELEASE, made) for name, (file, made) in payloads.items()),
    ]


def weekly(weeks: Iterable[tuple[Flows, Flows]], stamp: date) -> bytes:
    """`week.csv`: a blank behind each number, a line break in one label."""
    header = [
        {0: "対外及び対内証券売買契約等の状況\u3000(週次・指定報告機関ベース）", 19: _jp_stamp(stamp)},
        {0: f"{TITLE} (Weekly; {BASIS}", 19: f"Final Update  {stamp:%B}  {stamp.day} , {stamp.year}"},
        {},
        {19: "単位： 億円"},
        {19: "Unit: 100 million Yen"},
        {},
        {},
        {
            1: "１．対外証券投資\u3000【居住者による取得・処分】",
            12: "2．対内証券投資\u3000【非居住者による取得・処分】",
        },
        {1: "1. Portfolio Investment Assets", 12: "2. Portfolio Investment Liabilities"},
        {},
        {
            0: "期間\nPeriod",
            **_classes(
                1, "   株式 ・投資ファンド持分", "   中 長 期 債 ", "  小  計", "   短 期 債", "  合  計"
            ),
        },
        _classes(1, EQUITY, f" {DEBT}", "Subtotal", BILLS, "Total"),
        _measures(1, JP_MEASURES),
        _measures(1, MEASURES),
    ]
    rows = [
        [
            _week(FIRST_WEEK + timedelta(weeks=number)),
            *(f"{figure:,} " for figure in (*_side(outward), *_side(inward))),
        ]
        for number, (outward, inward) in enumerate(weeks)
    ]
    return _csv(23, header, rows)


def monthly(months: Iterable[tuple[Flows, Flows]]) -> bytes:
    """`montha1.csv`: both directions, and the differences between them."""
    header = [
        {0: "対外及び対内証券売買契約等の状況（月別推移）", 11: _jp_stamp(MONTHLY_RELEASE)},
        {0: f"{TITLE}(Monthly; {BASIS}", 11: _stamp(MONTHLY_RELEASE)},
        {},
        {25: "（単位：億円）"},
        {25: "(Unit: 100 mil Yen)"},
        {
            0: "対外証券投資【居住者による取得・処分】",
            14: "対内証券投資【非居住者による取得・処分】",
            25: "小計",
            26: "合計",
        },
        {
            0: "Portfolio Investment Assets",
            14: "Portfolio Investment Liabilities",
            25: "Subtotal",
            26: "Total",
        },
        {
            **_classes(3, "株式・投資ファンド持分", "中　長　期　債", "小計", "短　　期　　債", "合計"),
            25: "ネット",
            26: "ネット",
        },
        {**_classes(3, EQUITY, DEBT, "Subtotal", BILLS, "Total"), 25: "Net", 26: "Net"},
        {**_measures(3, JP_MEASURES), 25: "（A-B)", 26: "(C-D)"},
        {**_measures(3, MEASURES), 9: "Net (A)", 13: "Net (C)", 20: "Net (B)", 24: "Net (D)"},
    ]
    figures = []
    for outward, inward in months:
        assets, liabilities = _side(outward), _side(inward)
        balances = [assets[at] - liabilities[at] for at in (6, 10)]
        figures.append([*assets, *liabilities, *balances])
    return _csv(27, header, _month_rows(figures, FIRST_YEAR, era=True))


def by_sector(months: Iterable[Flows], jp_class: str, asset_class: str, stamp_at: int) -> bytes:
    """`monthb2.csv` and its like: one asset class by type of resident investor."""
    header: list[dict[int, str]] = [
        {0: f"投資家部門別対外証券投資（{jp_class}）", stamp_at: _jp_stamp(MONTHLY_RELEASE)},
        {0: f"{BY_SECTOR}({asset_class})", stamp_at: _stamp(MONTHLY_RELEASE)},
        {52: "（単位：億円）"},
        {52: "（Unit: 100 mil Yen）"},
        *({} for _ in range(5)),
        dict(enumerate(JP_MEASURES * len(SECTORS), start=3)),
        dict(enumerate(MEASURES * len(SECTORS), start=3)),
    ]
    for column, (jp_line, jp_label, line, label) in zip(range(3, 54, 3), SECTORS, strict=True):
        header[jp_line][column] = jp_label
        header[line][column] = label
    figures = [[n for flow in _sectors(*investors) for n in (*flow, _net(flow))] for investors in months]
    return _csv(54, header, _month_rows(figures, FIRST_YEAR_BY_SECTOR, without_comma=WITHOUT_COMMA))


def _flows(rng: random.Random, sizes: Iterable[float]) -> list[Flow]:
    """A flow about as large as each size, with a small net."""
    acquisitions = [size * rng.uniform(0.8, 1.2) for size in sizes]
    return [(round(a), round(a * rng.uniform(0.92, 1.08))) for a in acquisitions]


def _both_directions(
    rng: random.Random, months_by_sector: Sequence[Sequence[Flows]]
) -> Iterator[tuple[Flows, Flows]]:
    """What residents and non-residents do in each month; residents by sector in the last ones."""
    outward = [sum(sizes) for sizes in zip(*RESIDENTS.values(), strict=True)]
    for number in range(MONTHS):
        year, month = FIRST_YEAR + number // 12, number % 12 + 1
        by_sector_at = number - (MONTHS - MONTHS_BY_SECTOR)
        scale = OLD_SIZES if year < NEW_METHOD else (1, 1, 1)
        if by_sector_at < 0:
            residents = _flows(rng, [size * part for size, part in zip(outward, scale, strict=True)])
        else:
            residents = [_add(*flows) for flows in zip(*months_by_sector[by_sector_at], strict=True)]
        inward = _flows(rng, [size * part for size, part in zip(NON_RESIDENTS, scale, strict=True)])
        for at, part in enumerate(BOUGHT.get((year, month), ())):
            acquired, _ = inward[at]
            inward[at] = acquired, round(acquired * (1 - part))
        yield residents, inward


def _revised(weeks: Sequence[tuple[Flows, Flows]]) -> list[tuple[Flows, Flows]]:
    """The weeks, one of them with other outward figures in equity and long-term debt."""
    at = (REVISED_WEEK - FIRST_WEEK).days // 7
    (equity, debt, bills), inward = weeks[at]
    outward = [_add(equity, (213, -48)), _add(debt, (-31, 96)), bills]
    return [*weeks[:at], (outward, inward), *weeks[at + 1 :]]


def _add(*flows: Flow) -> Flow:
    return sum(a for a, _ in flows), sum(d for _, d in flows)


def _net(flow: Flow) -> int:
    return flow[0] - flow[1]


def _side(flows: Flows) -> list[int]:
    """The eleven figures of one direction."""
    equity, debt, bills = flows
    long = _net(equity) + _net(debt)
    return [*equity, _net(equity), *debt, _net(debt), long, *bills, _net(bills), long + _net(bills)]


def _sectors(*investors: Flow) -> list[Flow]:
    """The ministry's 17 sectors, from the kinds of investors that make them up."""
    central_bank, government, banks, trust_banks, *rest = investors
    banks_trust, trust_banks_trust, *groups, others = rest
    public, deposit = _add(central_bank, government), _add(banks, trust_banks)
    trust = _add(banks_trust, trust_banks_trust)
    financial = _add(trust, *groups)
    other = _add(financial, others)
    everyone = _add(public, deposit, other)
    return [
        *(everyone, public, central_bank, government, deposit, banks, trust_banks),
        *(other, financial, trust, banks_trust, trust_banks_trust, *groups, others),
    ]


def _week(start: date) -> str:
    """A week as it is printed; the end has a year only across a new year."""
    # '2024．12．29～ 2025．1．4': blanks come and go over the years.
    end = start + timedelta(days=6)
    year = f"{end.year}．" if end.year != start.year else ""
    before, after = {2024: (" ", ""), 2025: ("", " ")}.get(start.year, ("", ""))
    return f"{start.year}．{start.month}．{start.day}～{before}{year}{end.month}．{end.day}{after}"


def _month_rows(
    figures: Sequence[Sequence[int]], first_year: int, era: bool = False, without_comma: int = -1
) -> list[list[str]]:
    """Every month of the years begun, empty where not yet published; then the complete years."""

    def printed(row: Iterable[int]) -> list[str]:
        return [str(n) if at == without_comma else f"{n:,}" for at, n in enumerate(row)]

    rows, sums = [], []
    for first in range(0, len(figures), 12):
        year = first_year + first // 12
        labels = {0: str(year), 1: _era(year) if era else ""}
        for at, name in enumerate(MONTH_NAMES):
            number = str(at + 1).translate(FULL_WIDTH) if at < 9 else str(at + 1)
            published = figures[first + at : first + at + 1]
            cells = printed(published[0]) if published else [""] * len(figures[0])
            rows.append([labels.get(at, ""), f"{number}月", name, *cells])
        sums.append((f"{year}年(1月～12月）  {year}CY", figures[first : first + 12]))
        sums.append((f"{year}年4月～{year + 1}年3月  {year}FY", figures[first + 3 : first + 15]))
    complete = [(label, months) for label, months in sums if len(months) == 12]
    # All calendar years come before all fiscal years.
    for label, months in sorted(complete, key=lambda row: row[0].endswith("FY")):
        rows.append([label, "", "", *printed(map(sum, zip(*months, strict=True)))])
    return rows


def _era(year: int) -> str:
    """A year in the Japanese count, by its January."""
    return f"(令和{year - 2018}年)" if year > 2019 else f"(平成{year - 1988}年)"


def _classes(first: int, *labels: str) -> dict[int, str]:
    """The labels of the five blocks of each direction, above their first columns."""
    return {
        first + side + at: label
        for side in (0, 11)
        for at, label in zip((0, 3, 6, 7, 10), labels, strict=True)
    }


def _measures(first: int, labels: tuple[str, str, str]) -> dict[int, str]:
    side = [*labels, *labels, labels[2], *labels, labels[2]]
    return dict(enumerate(side * 2, start=first))


def _stamp(day: date) -> str:
    return f"Final Update  {day:%B} {day.day}, {day.year}"


def _jp_stamp(day: date) -> str:
    return f"最終更新日  令和{day.year - 2018}年{day.month}月{day.day}日"


def _csv(width: int, header: Iterable[Mapping[int, str]], rows: Iterable[Sequence[str]]) -> bytes:
    """The header, the data, a blank record and the notes, every record as wide as the others."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for cells in (*header, *(dict(enumerate(row)) for row in (*rows, (), *NOTES))):
        writer.writerow(cells.get(column, "") for column in range(width))
    return text.getvalue().encode("cp932")


def _file(dataset: str, name: str, release: date, payload: bytes) -> SampleFile:
    return SampleFile(
        dataset=f"jp_mof/{dataset}",
        file=f"jp_mof/{name}.{release}.csv",
        url=load_datasets()[f"jp_mof/{dataset}"].address,
        retrieved_on=release.isoformat(),
        published_on=release.isoformat(),
        payload=payload,
    )
