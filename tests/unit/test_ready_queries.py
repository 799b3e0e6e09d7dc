"""The page of ready queries says what their files say; their answers are tested where there are marts."""

import re

import pytest

from tests.desk import ROOT
from tests.documents import ReadyQuery, ready_queries

PAGE = (ROOT / "docs" / "queries" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("query", ready_queries(), ids=lambda query: query.name)
def test_the_page_lists_a_ready_query_with_its_question(query: ReadyQuery) -> None:
    assert query.question.endswith("?")
    assert f"| {query.question} | [{query.name}]({query.name}.sql) |" in PAGE


def test_the_page_lists_no_query_that_is_not_there() -> None:
    assert set(re.findall(r"\]\((\S+)\.sql\)", PAGE)) == {query.name for query in ready_queries()}
