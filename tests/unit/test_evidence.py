"""What an asset's page shows of a dataset's newest figures."""

import re
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import unquote
from xml.etree import ElementTree

import duckdb
import pytest

from orchestration.evidence import Figure, chart, in_one_line, newest_figures, table
from orchestration.records import Dataset, Headline, load_datasets

# Longer Markdown is shown behind a link.
INLINE = 1000
COFER = load_datasets()["imf/cofer"]
SHARE = COFER.model_copy(
    update={"headline": Headline(what="Share", kind="level", column="value", where={"currency": "USD"})}
)
FLOW = COFER.model_copy(
    update={"headline": Headline(what="Net", kind="flow", column="value", unit="100 million yen")}
)


@pytest.fixture
def raw() -> duckdb.DuckDBPyConnection:
    """Two quarters of two currencies, one of them revised, one retracted, and a cell without a number."""
    connection = duckdb.connect()
    connection.execute("create schema raw")
    connection.execute(f"""
        create table raw.{COFER.table} as select * from (values
            ('usd1', 's1', '2025-03-31', 'USD', '58.1', false),
            ('usd1', 's2', '2025-03-31', 'USD', ' 57.9 ', false),
            ('usd2', 's2', '2025-06-30', 'USD', '1,056.32', false),
            ('usd3', 's2', '2025-09-30', 'USD', '56.0', false),
            ('usd3', 's3', '2025-09-30', 'USD', '56.0', true),
            ('usd4', 's3', '2025-12-31', 'USD', 'n.a.', false),
            ('eur2', 's3', '2025-06-30', 'EUR', '20', false)
        ) as t(_key, _snapshot, period_end, currency, value, _retracted)""")
    return connection


def test_the_newest_version_of_each_period_is_shown_and_nothing_retracted(raw) -> None:
    assert newest_figures(raw, SHARE) == [
        Figure(date(2025, 3, 31), Decimal("57.9")),
        Figure(date(2025, 6, 30), Decimal("1056.32")),
    ]


def test_a_dataset_without_a_headline_shows_none(raw) -> None:
    assert newest_figures(raw, COFER.model_copy(update={"headline": None})) == []


@pytest.fixture
def figures() -> list[Figure]:
    return [Figure(date(2025, month, 28), Decimal(month * 1000 - 5000)) for month in range(1, 10)]


def test_the_line_says_what_when_and_in_which_unit(figures) -> None:
    assert in_one_line(FLOW, figures) == "4,000 (100 million yen), 2025-09-28: Net"
    assert in_one_line(SHARE, figures).startswith(f"4,000 ({COFER.unit}), ")


def test_the_table_has_the_newest_first_and_the_change_to_each(figures) -> None:
    lines = table(figures).splitlines()
    assert lines[2] == "| 2025-09-28 | 4,000 | +1,000 |"
    assert len(lines) == 8
    assert table(figures[:1]).splitlines()[2:] == ["| 2025-01-28 | −4,000 |  |"]


def drawing(markdown: str) -> ElementTree.Element:
    """The image of a page, as the browser gets it from the Markdown."""
    start, _, image = markdown.partition("](data:image/svg+xml,")
    assert start.startswith("![")
    assert image.endswith(")")
    # What Markdown's addresses may not hold: https://spec.commonmark.org/0.31.2/#link-destination
    assert not set(image[:-1]) & set(" ()#\n")
    return ElementTree.fromstring(unquote(image[:-1]))


def parts(markdown: str, tag: str) -> list[ElementTree.Element]:
    return drawing(markdown).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def bars(markdown: str) -> list[list[tuple[int, int]]]:
    """From where to where each bar goes, downwards: those above zero and those below."""
    found = [re.findall(r"M\d+,(\d+)V(\d+)", path.get("d")) for path in parts(markdown, "path")]
    return [[(int(start), int(end)) for start, end in path] for path in found]


def test_flows_are_bars_from_zero_and_negative_ones_have_a_colour_of_their_own(figures) -> None:
    page = chart(FLOW, figures)
    above, below = bars(page)
    (zero,) = (int(line.get("y")) for line in parts(page, "rect"))
    assert (len(above), len(below)) == (5, 4)  # a figure of nothing has no height
    assert {start for start, _ in above + below} == {zero}
    assert all(end <= zero for _, end in above)
    assert all(end > zero for _, end in below)
    assert max(end for _, end in below) - zero == zero - min(end for _, end in above)  # -4,000 and 4,000
    gain, loss = (path.get("stroke") for path in parts(page, "path"))
    assert gain != loss
    assert parts(page, "circle")[0].get("fill") == gain
    assert parts(chart(FLOW, figures[:3]), "circle")[0].get("fill") == loss


def test_levels_are_a_line_from_the_lowest_to_the_highest(figures) -> None:
    page = chart(SHARE, figures)
    (line,) = parts(page, "polyline")
    heights = [int(number) for number in line.get("points").split(",")][1::2]
    assert len(heights) == 9
    assert heights == sorted(heights, reverse=True)
    assert parts(page, "circle")[0].get("cy") == str(heights[-1])
    assert [text.text for text in parts(page, "text")] == ["4,000", "-4,000", "2025-01-28", "2025-09-28"]
    assert not parts(page, "rect")


def test_a_chart_says_which_series_it_is(figures) -> None:
    assert chart(FLOW, figures).startswith("![Net; 100 million yen](")
    assert chart(SHARE, figures).startswith(f"![Share; {COFER.unit}](")


@pytest.mark.parametrize("dataset", [FLOW, SHARE])
@pytest.mark.parametrize(
    "values", [["7"], ["-7"], ["0"], ["5", "5", "5"], ["0", "0"], ["-3", "-3"], ["1E+27", "-1E-10"]]
)
def test_whatever_the_figures_are_they_are_within_the_picture(dataset: Dataset, values: list[str]) -> None:
    page = chart(dataset, [Figure(date(2025, 1, 1 + at), Decimal(v)) for at, v in enumerate(values)])
    high = int(drawing(page).get("height"))
    (newest,) = parts(page, "circle")
    assert 0 < int(newest.get("cy")) < high
    assert 0 < int(newest.get("cx")) < int(drawing(page).get("width"))
    assert all(0 < end < high for path in bars(page) for bar in path for end in bar)


def test_whatever_the_figures_are_the_page_shows_them_in_their_place() -> None:
    # As many digits as a figure can have, and each bar on the other side of zero.
    longest = [Decimal(f"{'-' if at % 2 else ''}{at + 1:02}{'3' * 26}.1234567891") for at in range(60)]
    figures = [Figure(date(2025, 1, 1) + timedelta(at), value) for at, value in enumerate(longest)]
    for dataset in load_datasets().values():
        if dataset.headline is not None:
            assert len(chart(dataset, figures)) < INLINE, dataset.id
            assert len(table(figures)) < INLINE, dataset.id
