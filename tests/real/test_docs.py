"""On the real files, queries of the documents give the answers below them, and ready ones give rows."""

import pytest

from tests.documents import Query, ReadyQuery, queries, ready_queries


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.place)
def test_a_query_of_the_documents_gives_its_answer(real_marts, query: Query) -> None:
    answer = real_marts.execute(query.sql)
    names, rows = [column[0] for column in answer.description], answer.fetchall()
    if query.table:
        assert query.shown(names, rows) == query.table


@pytest.mark.parametrize("query", ready_queries(), ids=lambda query: query.name)
def test_a_ready_query_answers_with_the_columns_that_it_names(real_marts, query: ReadyQuery) -> None:
    answer = real_marts.execute(query.sql)
    assert [column[0] for column in answer.description] == query.columns
    assert answer.fetchone()
