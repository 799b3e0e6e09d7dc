"""The query in the README gives the answer in the README, on the real files."""

import re
from decimal import Decimal

from tests.desk import ROOT


def test_the_query_of_the_readme_gives_its_answer(real_marts) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    query, table = re.search(r"```sql\n(.+?)```\n\n((?:\|[^\n]+\n)+)", text, re.DOTALL).groups()
    header, _, *printed = [[c.strip() for c in line.strip("|\n").split("|")] for line in table.splitlines()]
    answer = real_marts.execute(query)
    assert [c[0] for c in answer.description] == header
    for cells, row in zip(printed, answer.fetchall(), strict=True):
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                assert cell == value
            else:
                places = Decimal(cell).as_tuple().exponent
                assert Decimal(cell) == round(Decimal(str(value)), -places)
