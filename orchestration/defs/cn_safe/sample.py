"""Made-up workbooks of China's official reserve assets: labels and layout are SAFE's, figures are not."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from orchestration.sampling import SampleFile, workbook

DATASET = "cn_safe/official_reserve_assets"
FIRST_YEAR, MONTHS = 2025, 22
# A complete year, and two vintages of the next: the second has one month more, and restates this one.
RELEASES = {"2026-01-07": (2025, 12), "2026-10-08": (2026, 9), "2026-11-09": (2026, 10)}
REVISED = (2026, 8)

BLANK = "\xa0"
LABELS = {
    7: (f"1.{BLANK * 2}外汇储备", "Foreign currency reserves"),
    9: (f"2.{BLANK * 2}基金组织储备头寸", "IMF reserve position"),
    11: (f"3.{BLANK * 2}特别提款权", "SDRs"),
    13: (f"4.{BLANK * 2}黄金", f"Gold{BLANK}"),
    16: (f"5.{BLANK * 2}其他储备资产{BLANK}", f"Other reserve assets{BLANK}"),
    18: (f"{BLANK * 4}合计", "Total"),
}
VOLUME_ROW, TOTAL_ROW = 15, 18


@dataclass(frozen=True)
class Month:
    """One month: dollars in millions (the last digit printed), ounces in 10,000, the rate in millionths."""

    year: int
    month: int
    reserves: int
    position: int
    sdrs: int
    ounces: int
    price: float
    other: int
    rate: int

    def figures(self, rate: int) -> list[int]:
        """The items and their total, at a rate in millionths."""
        gold = round(self.ounces * self.price / 100)
        items = [
            (dollars * rate + 500_000) // 1_000_000
            for dollars in (self.reserves, self.position, self.sdrs, gold, self.other)
        ]
        return [*items, sum(items)]


def files(rng: random.Random) -> list[SampleFile]:
    """A workbook per release, each with the months of its year so far."""
    months = list(_months(rng))
    made = []
    for day, (year, last) in RELEASES.items():
        shown = [month for month in months if month.year == year and month.month <= last]
        if day == max(RELEASES):
            shown = [_revised(month) for month in shown]
        made.append(
            SampleFile(
                dataset=DATASET,
                file=f"cn_safe/official_reserve_assets.{year}.{day}.xlsx",
                url=f"https://www.safe.gov.cn/en/file/file/{day.replace('-', '')}/{0:032x}.xlsx",
                retrieved_on=day,
                published_on="",
                payload=yearly(year, shown),
            )
        )
    return made


def yearly(year: int, months: Sequence[Month]) -> bytes:
    """The workbook of a year: twelve pairs of columns, empty where a month is still to come."""
    rows: list[list[object]] = [[None] * 25 for _ in range(21)]
    rows[0][0] = f"{BLANK}官方储备资产"
    rows[1][0] = f"{BLANK * 5}Official reserve assets"
    rows[3][0] = f"项目{BLANK * 2}Item"
    for month in range(1, 13):
        # Excel makes numbers of them all, and 2025.1 of October, were it not text.
        rows[3][month * 2 - 1] = f"{year}.10" if month == 10 else float(f"{year}.{month:02}")
    rows[4][1:] = ["亿美元", "亿SDR"] * 12
    rows[5][1:] = ["100million USD", "100million SDR"] * 12
    for row, (in_chinese, in_english) in LABELS.items():
        rows[row][0], rows[row + 1][0] = in_chinese, f"{BLANK * 7}{in_english}"
    for month in months:
        for which, rate in enumerate((1_000_000, month.rate)):
            column = month.month * 2 - 1 + which
            for row, figure in zip(LABELS, month.figures(rate), strict=True):
                rows[row][column] = _printed(figure, row, month)
            rows[VOLUME_ROW][column] = f"{month.ounces}万盎司"
    rates = "，".join(f"{year}年{m.month}月USD/SDR={m.rate / 1_000_000:.6f}" for m in months)
    rows[20][0] = (
        f"{BLANK * 3}注：自2016年4月1日起，除按美元公布官方储备资产外，增加以国际货币基金组织特别提款权"
        f"（SDR）公布相关数据，其中{rates}。（样本，数字为虚构）"
    )
    return workbook({"Sheet1": rows, "Sheet2": [], "Sheet3": []})


def _printed(figure: int, row: int, month: Month) -> str | float:
    """A figure as somebody typed it: mostly text with a blank behind it."""
    text = f"{'-' if figure < 0 else ''}{abs(figure) // 100}.{abs(figure) % 100:02}"
    if row == TOTAL_ROW and month.month == 10:
        return float(text)
    return f"'{text}" if figure < 0 and month.month == 5 else text + BLANK


def _months(rng: random.Random) -> Iterator[Month]:
    """Every month: nothing but arithmetic that IEEE 754 fixes."""
    reserves, position, sdrs, ounces, price, rate = 3_230_000.0, 10_100.0, 53_000.0, 7_330, 2_700.0, 760_000.0
    for number in range(MONTHS):
        reserves *= rng.uniform(0.992, 1.012)
        position *= rng.uniform(0.98, 1.03)
        sdrs *= rng.uniform(0.99, 1.012)
        price *= rng.uniform(0.97, 1.06)
        rate *= rng.uniform(0.988, 1.01)
        ounces += int(rng.uniform(2, 18))
        yield Month(
            year=FIRST_YEAR + number // 12,
            month=number % 12 + 1,
            reserves=round(reserves),
            position=round(position),
            sdrs=round(sdrs),
            ounces=ounces,
            price=round(price, 2),
            other=-int(rng.uniform(20, 400)),
            rate=round(rate),
        )


def _revised(month: Month) -> Month:
    if (month.year, month.month) != REVISED:
        return month
    return replace(month, reserves=month.reserves + 412, other=month.other - 25)
