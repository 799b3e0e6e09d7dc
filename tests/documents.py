"""The queries that the documents show: every block marked `sql`, with the answer below it where there is one.

What is no query on the marts is marked as something else (`text`, `jinja`, `sh`).
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from tests.desk import ROOT

BLOCK = re.compile(
    r"^```sql\n(?P<sql>.+?)^```$(?:\n\n(?P<table>(?:^\|[^\n]+\n)+))?", re.DOTALL | re.MULTILINE
)


class Query(NamedTuple):
    """A query, where it is, and the cells of the table below it, its header first."""

    place: str
    sql: str
    table: list[list[str]]


def queries() -> list[Query]:
    """Every query of the README and of docs/, in the order of the files."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        blocks = list(BLOCK.finditer(text))
        assert len(blocks) == text.count("```sql"), f"{name}: a block of SQL that is not read"
        for block in blocks:
            line = text.count("\n", 0, block.start()) + 1
            header, _, *rows = map(_cells, (block["table"] or "||\n||").splitlines())
            found.append(Query(f"{name}:{line}", block["sql"], [header, *rows] if block["table"] else []))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]


def printed(cell: str, value: Any) -> str:
    """A value as the cell beside it is printed: numbers with its digits, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        digits = -Decimal(cell.replace(",", "") or "0").as_tuple().exponent
        return f"{round(Decimal(str(value)), digits):{',' if ',' in cell else ''}}"
    return str(value)
