"""What the documents show to be run: queries with their answers, ready queries, programs.

Every block marked `sql` is a query on the marts, with the answer below it where there is one; what is none is
marked as something else (`text`, `jinja`, `sh`). Every file of docs/queries/ is a ready query: its question,
notes, the columns that it answers with, the statement. Blocks marked `python` and `js` of docs/connecting.md
are programs.
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from tests.desk import ROOT

BLOCK = re.compile(
    r"^```sql\n(?P<sql>.+?)^```$(?:\n\n(?P<table>(?:^\|[^\n]+\n)+))?", re.DOTALL | re.MULTILINE
)


PROGRAM = re.compile(r"^```(?P<language>python|js)\n(?P<code>.+?)^```$", re.DOTALL | re.MULTILINE)
ANSWERS_WITH = "-- Answers with: "
CONNECTING = ROOT / "docs" / "connecting.md"


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


class ReadyQuery(NamedTuple):
    """A file of docs/queries/: its name, the question in its first line, its columns, and all of it."""

    name: str
    question: str
    columns: list[str]
    sql: str


def ready_queries() -> list[ReadyQuery]:
    """Every file of docs/queries/, by name."""
    found = []
    for path in sorted((ROOT / "docs" / "queries").glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        comments = [line for line in sql.splitlines() if line.startswith("-- ")]
        (columns,) = [c.removeprefix(ANSWERS_WITH) for c in comments if c.startswith(ANSWERS_WITH)]
        found.append(ReadyQuery(path.stem, comments[0].removeprefix("-- "), columns.split(", "), sql))
    return found


class Program(NamedTuple):
    """A block of docs/connecting.md that is run as it stands, and where it is."""

    place: str
    code: str


def programs(language: str) -> list[Program]:
    """The programs of docs/connecting.md in `python` or `js`, in their order."""
    text = CONNECTING.read_text(encoding="utf-8")
    return [
        Program(f"connecting.md:{text.count(chr(10), 0, block.start()) + 1}", block["code"])
        for block in PROGRAM.finditer(text)
        if block["language"] == language
    ]


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
