"""What the documents show to be run: queries with their answers, ready queries, programs, the tutorial.

Every block marked `sql` is a query on the marts, with the answer below it where there is one; what is none is
marked as something else (`text`, `jinja`, `sh`). Every file of docs/queries/ is a ready query: its question,
notes, the columns that it answers with, the statement. A table below a line that ends in a link to one is the
beginning of its answer, in some columns. Blocks marked `python` and `js` of docs/connecting.md are programs.
What a block of docs/tutorial.md prints is in the block marked `text` below it.
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from tests.desk import ROOT

BLOCK = re.compile(
    r"^```sql\n(?P<sql>.+?)^```$(?:\n\n(?P<table>(?:^\|[^\n]+\n)+))?", re.DOTALL | re.MULTILINE
)
EXCERPT = re.compile(
    r"\]\((?:[\w./]*/)?queries/(?P<name>[\w-]+)\.sql\):\n\n(?P<table>(?:^\|[^\n]+\n)+)", re.MULTILINE
)
PROGRAM = re.compile(r"^```(?P<language>python|js)\n(?P<code>.+?)^```$", re.DOTALL | re.MULTILINE)
ANSWERS_WITH = "-- Answers with: "
CONNECTING = ROOT / "docs" / "connecting.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
STEP = re.compile(
    r"^```(?P<language>sql|sh|python)\n(?P<code>(?:(?!```).*\n)+)```\n\n```text\n(?P<prints>(?:(?!```).*\n)+)```$",
    re.MULTILINE,
)


class Query(NamedTuple):
    """A query, where it is, the cells of the table below it, its header first; and is that only a part?"""

    place: str
    sql: str
    table: list[list[str]]
    is_excerpt: bool = False

    def shown(self, names: list[str], rows: list[tuple[Any, ...]]) -> list[list[str]]:
        """Of an answer what the table below the query shows of it, printed alike, its header first."""
        header, *lines = self.table
        if self.is_excerpt:
            rows = [tuple(row[names.index(name)] for name in header) for row in rows[: len(lines)]]
            names = header
        return [
            names,
            *(
                [printed(c, v) for c, v in zip(cells, row, strict=True)]
                for cells, row in zip(lines, rows, strict=True)
            ),
        ]


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
            found.append(Query(f"{name}:{line}", block["sql"], _table(block["table"] or "")))
        for excerpt in EXCERPT.finditer(text):
            line = text.count("\n", 0, excerpt.start()) + 1
            sql = (ROOT / "docs" / "queries" / f"{excerpt['name']}.sql").read_text(encoding="utf-8")
            found.append(Query(f"{name}:{line}", sql, _table(excerpt["table"]), is_excerpt=True))
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


class Step(NamedTuple):
    """A block of the tutorial, where it is, and what it prints on the figures of the demo."""

    place: str
    language: str
    code: str
    prints: str


def steps() -> list[Step]:
    """The blocks of the tutorial that are followed by what they print, in their order."""
    text = TUTORIAL.read_text(encoding="utf-8")
    found = [
        Step(
            f"tutorial.md:{text.count(chr(10), 0, step.start()) + 1}",
            *step.group("language", "code", "prints"),
        )
        for step in STEP.finditer(text)
    ]
    assert len(found) == text.count("```text"), "tutorial.md: something printed that is of no step"
    return found


def tables(text: str) -> list[list[list[str]]]:
    """Every table of a text: its lines, its header first, as cells."""
    return [_table(table) for table in re.findall(r"(?:^\|[^\n]+\n)+", text, re.MULTILINE)]


def _table(text: str) -> list[list[str]]:
    """The cells of a table, its header first, without the line between."""
    lines = [_cells(line) for line in text.splitlines()]
    return lines[:1] + lines[2:]


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
