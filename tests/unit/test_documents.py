"""The README and the page of answers say what is behind them: figures, queries, sections."""

import re

import pytest

from tests.desk import ROOT
from tests.documents import queries, tables

README = (ROOT / "README.md").read_text(encoding="utf-8")
ANSWERS = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(
    r"^\| \[(.+?\?)\]\(docs/answers\.md#(\S+)\) \| (.+?) \| (.+?) \|$", README, re.MULTILINE
)


def section(anchor: str) -> str:
    sections = {
        re.sub(r"[^\w -]", "", text.splitlines()[0]).lower().replace(" ", "-"): text
        for text in ANSWERS.split("\n## ")
    }
    return sections[anchor]


def test_every_table_of_the_answers_is_that_of_a_query() -> None:
    """Those are asked of the publishers' files in tests/real."""
    of_queries = [query.table for query in queries() if query.place.startswith("docs/answers.md:")]
    assert sorted(of_queries) == sorted(tables(ANSWERS))


def test_the_readme_leads_to_every_answer() -> None:
    assert len(QUESTIONS) == ANSWERS.count("\n## ")


@pytest.mark.parametrize(("question", "anchor", "answer", "sql"), QUESTIONS, ids=[q[1] for q in QUESTIONS])
def test_the_readmes_figures_and_queries_are_those_of_the_answer(
    question: str, anchor: str, answer: str, sql: str
) -> None:
    text = section(anchor)
    shown = {cell for table in tables(text) for line in table for cell in line}
    figures = re.findall(r"\*\*(.+?)\*\*", answer)
    assert figures
    assert set(figures) <= shown, question
    assert all(f"(queries/{name}.sql)" in text for name in re.findall(r"docs/queries/(\S+)\.sql\)", sql))
