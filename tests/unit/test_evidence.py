"""What an asset's page shows of a dataset's newest figures."""

from base64 import b64decode
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import duckdb
import pytest

from orchestration.evidence import Figure, chart, in_one_line, newest_figures, number, table
from orchestration.records import Dataset, Headline, load_datasets

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
    assert in_one_line(FLOW, figures) == "Net, 2025-09-28: 4,000 (100 million yen)"
    assert in_one_line(SHARE, figures).endswith(f"({COFER.unit})")


def test_the_table_has_the_newest_first_and_the_change_to_each(figures) -> None:
    lines = table(figures).splitlines()
    assert lines[2] == "| 2025-09-28 | 4,000 | +1,000 |"
    assert len(lines) == 8
    assert table(figures[:1]).splitlines()[2:] == ["| 2025-01-28 | -4,000 |  |"]


@pytest.mark.parametrize(("dataset", "bars"), [(FLOW, 9), (SHARE, 0)])
def test_the_chart_is_an_image_that_asks_nobody_for_anything(dataset: Dataset, bars: int, figures) -> None:
    markdown = chart(dataset, figures)
    svg = b64decode(markdown.partition("base64,")[2].removesuffix(")"))
    drawing = ElementTree.fromstring(svg)
    assert f"{dataset.headline.what}; {dataset.headline.unit or dataset.unit}" in "".join(drawing.itertext())
    assert len([r for r in drawing.iter() if "rect" in r.get("class", "").split()]) == bars
    assert not [e for e in drawing.iter() if any("href" in name for name in e.attrib)]


@pytest.mark.parametrize(
    ("value", "text"),
    [("1056.3200000000", "1,056.32"), ("-9874.00", "-9,874"), ("0.12345678", "0.1235"), ("1E+3", "1,000")],
)
def test_numbers_are_written_as_people_write_them(value: str, text: str) -> None:
    assert number(Decimal(value)) == text
