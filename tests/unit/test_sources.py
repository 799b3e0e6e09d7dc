"""Where a dataset's files are: what a record's address stands for, and links on an index page."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestration.errors import LayoutError
from orchestration.sources import Source, Wanted, linked, wanted

TODAY = date(2026, 11, 20)
PAGE = "https://publisher.example/en/statistics/index.html"


def addresses(**given: object) -> list[tuple[str, ...]]:
    return [file.addresses for file in wanted(Source.model_validate(given), TODAY)]


def test_a_plain_address_is_one_file() -> None:
    source = Source.model_validate("https://publisher.example/week.csv")
    assert list(wanted(source, TODAY)) == [Wanted(("https://publisher.example/week.csv",))]


def test_years_begin_with_this_one_and_only_closed_years_are_had_once() -> None:
    """Last year's file is still corrected after the new year."""
    source = Source(url="https://p.example/{year}.zip", years_from=2023)
    assert [(file.addresses, file.year) for file in wanted(source, TODAY)] == [
        (("https://p.example/2026.zip",), None),
        (("https://p.example/2025.zip",), None),
        (("https://p.example/2024.zip",), 2024),
        (("https://p.example/2023.zip",), 2023),
    ]
    assert addresses(url="https://p.example/{year}.zip", years_from=2027) == []


def test_each_item_is_a_file_of_its_own() -> None:
    assert addresses(url="https://p.example/{item}?of={item}", items=["A", "B"]) == [
        ("https://p.example/A?of=A",),
        ("https://p.example/B?of=B",),
    ]


def test_series_are_asked_for_in_batches_that_make_one_file() -> None:
    assert addresses(url="https://p.example/?code={series}", series=["X{1,2}N", "Y{A,B}"], per_request=3) == [
        ("https://p.example/?code=X1N,X2N,YA", "https://p.example/?code=YB")
    ]
    assert addresses(url="https://p.example/?code={series}", series=["X"]) == [("https://p.example/?code=X",)]


def test_of_an_index_page_the_page_is_asked_for() -> None:
    assert addresses(url=PAGE, links=r"\.xlsx$") == [(PAGE,)]


def test_a_folder_of_the_inbox_is_no_address() -> None:
    assert Source(url="inbox:surveys").inbox == "surveys"
    assert Source(url="https://p.example/inbox").inbox is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://p.example/a.csv"}, "expected an https address, found 'http://p.example/a.csv'"),
        ({"url": "ftp://p.example/a.csv"}, "expected an https address"),
        ({"url": "https:///a.csv"}, "expected an https address"),
        ({"url": "inbox:"}, "expected inbox: and the name of a folder"),
        ({"url": "inbox:../archive"}, "expected inbox: and the name of a folder"),
        ({"url": "https://p.example/{year}.csv"}, "found {year} without years_from"),
        ({"url": "https://p.example/a.csv", "years_from": 2020}, "found years_from without {year}"),
        ({"url": "https://p.example/{item}.csv"}, "found {item} without items"),
        ({"url": "https://p.example/a.csv", "series": ["X"]}, "found series without {series}"),
        (
            {"url": "https://p.example/{item}/{year}.csv", "items": ["A"], "years_from": 2020},
            "expected {year}, {item} or {series}, found several",
        ),
        ({"url": PAGE, "links": "(xlsx"}, r"'(xlsx' is not a regular expression: missing \)"),
        ({"url": PAGE, "per_request": 0}, "greater than or equal to 1"),
    ],
)
def test_an_address_that_says_two_things_is_refused(wrong, words) -> None:
    with pytest.raises(ValidationError) as caught:
        Source.model_validate(wrong)
    assert words.replace("\\", "") in str(caught.value)


def test_links_are_made_whole_each_once_and_in_the_pages_order() -> None:
    page = b"""<html><body><a href="/files/2026/b1.xlsx">2026</a> <a href=' ../old/a2.xlsx?n=xlsx
    '>2025</a> <a href="/files/2026/b1.xlsx">again</a> <a href="/files/2026/b1.pdf">PDF</a>
    <a name="top">no link</a> <a href="//cdn.example/c3.xlsx">2024</a></body></html>"""
    assert linked(page, PAGE, r"\.xlsx(\?|$)", "p/d") == [
        "https://publisher.example/files/2026/b1.xlsx",
        "https://publisher.example/en/old/a2.xlsx?n=xlsx",
        "https://cdn.example/c3.xlsx",
    ]
    assert linked(page, PAGE, r"^https://publisher\.example/files/.*\.xlsx", "p/d") == [
        "https://publisher.example/files/2026/b1.xlsx"
    ]


def test_a_page_may_say_from_where_its_links_count() -> None:
    page = b'<html><head><base href="/data/"></head><body><a href="a.xlsx">A</a></body></html>'
    assert linked(page, PAGE, "xlsx", "p/d") == ["https://publisher.example/data/a.xlsx"]


def test_a_link_that_is_none_does_not_hide_the_others() -> None:
    page = b'<a href="http://[broken">B</a><a href="mailto:a@b.example">M</a><a href="/a.xlsx">A</a>'
    assert linked(page, PAGE, "xlsx", "p/d") == ["https://publisher.example/a.xlsx"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"", f"p/d: expected a page with links at {PAGE}, found none"),
        (b"<!-- nothing -->", "expected a page with links"),
        (b"PK\x03\x04\x00", f"expected a link that matches 'xlsx' on {PAGE}, found 0 other links"),
        (
            b'<a href="/a.pdf">A</a><a href="/b.pdf">B</a>',
            "found 2 other links, the first to https://publisher.example/a.pdf. The page may have changed",
        ),
    ],
)
def test_a_page_without_the_link_is_told(page, words) -> None:
    with pytest.raises(LayoutError) as caught:
        linked(page, PAGE, "xlsx", "p/d")
    assert words in str(caught.value)


@given(st.binary(max_size=80), st.sampled_from([b"", b"<html>", b'<?xml version="1.0" encoding="']))
def test_no_bytes_make_it_stumble(noise, begins) -> None:
    """What a publisher sends is read or refused."""
    try:
        found = linked(begins + noise, PAGE, ".", "p/d")
    except LayoutError:
        return
    assert found
