"""What becomes of a link and of a ready query on the site (which tests/integration/test_site.py opens)."""

import pytest

from docs.site import links_of_the_site, query_page
from tests.desk import ROOT

HERE = "https://forge.example/tidemark/blob/main"


@pytest.mark.parametrize(
    ("page", "link", "on_site"),
    [
        ("index.md", "docs/time-travel.md", "time-travel.md"),
        ("index.md", "docs/connecting.md#python", "connecting.md#python"),
        ("index.md", "docs/queries/joint-buying.sql", "queries/joint-buying.md"),
        ("index.md", "CONTRIBUTING.md", "contributing.md"),
        ("index.md", "LICENSE", f"{HERE}/LICENSE"),
        ("queries/README.md", "joint-buying.sql", "joint-buying.md"),
        ("queries/README.md", "../connecting.md", "../connecting.md"),
        ("surveys.md", "../README.md", "index.md"),
        ("surveys.md", "../sample/index.csv", f"{HERE}/sample/index.csv"),
        ("surveys.md", "../dbt_project/models/semantic/", f"{HERE}/dbt_project/models/semantic"),
        ("surveys.md", "images/morning.png", "images/morning.png"),
        # What is none of ours, or not there, stays; MkDocs tells of the latter.
        ("surveys.md", "https://example.com/docs/a.md", "https://example.com/docs/a.md"),
        ("surveys.md", "#the-contract", "#the-contract"),
        ("index.md", "docs/no-such-page.md", "docs/no-such-page.md"),
        ("index.md", "../outside.md", "../outside.md"),
    ],
)
def test_a_link_leads_where_it_leads_in_the_repository(page: str, link: str, on_site: str) -> None:
    assert links_of_the_site(f"See [it]({link}).", page, ROOT, HERE) == f"See [it]({on_site})."


def test_a_ready_query_is_a_page_with_its_question_its_notes_and_its_statement() -> None:
    sql = "-- How many?\n-- Of all\n-- days.\n-- Answers with: day, n\n\nselect day, n\n-- A note.\nfrom t;\n"
    assert query_page("how-many.sql", sql) == (
        "# How many?\n\nOf all days.\n\n"
        '```sql title="docs/queries/how-many.sql"\nselect day, n\n-- A note.\nfrom t;\n```\n\n'
        "Answers with: `day`, `n`\n"
    )
