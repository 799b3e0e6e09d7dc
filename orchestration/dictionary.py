"""The data dictionary: every mart and column, as dbt's descriptions say; written by `make docs`.

One source for readers of the docs, of DuckDB's comments and of the data package.
"""

from collections.abc import Mapping
from typing import Any

from orchestration import publication
from orchestration.formats import cell
from orchestration.manifest import functions_of, marts_of, table_of

HEAD = """# Data dictionary

Every table that people see, generated from the models' descriptions by `make docs`. Times are UTC. The
same texts are comments in the serving copy (`select * from duckdb_columns()`) and descriptions in
`datapackage.json`.
"""
FUNCTIONS = """## As of a date

Functions of the serving copy: what was known at the end of a day, in UTC; `quality.freshness_at` takes a
time. They have the columns of the marts that they are named after. A file that is attached under another name
has to be the one in use (`use <name>`).
"""


def dictionary(manifest: Mapping[str, Any]) -> str:
    """The dictionary as Markdown, a section per schema and table."""
    parts = [HEAD]
    for node in sorted(marts_of(manifest), key=table_of):
        title = node["config"]["meta"]["title"]
        parts.append(f"## `{table_of(node)}`: {title}\n\n{cell(node['description'])}\n")
        rows = ["| column | type | meaning |", "|---|---|---|"]
        for column in node["columns"].values():
            rows.append(f"| `{column['name']}` | {column['data_type']} | {cell(column['description'])} |")
        parts.append("\n".join(rows) + "\n")
    parts.append(f"## `{publication.TABLE}`: {publication.TITLE}\n\n{publication.DESCRIPTION}\n")
    rows = ["| column | type | meaning |", "|---|---|---|"]
    rows += [f"| `{name}` | {kind} | {cell(text)} |" for name, (kind, text) in publication.COLUMNS.items()]
    parts.append("\n".join(rows) + "\n")
    functions = sorted(functions_of(manifest), key=table_of)
    if functions:
        parts.append(FUNCTIONS)
        parts.append("| function | answers |\n|---|---|")
        for node in functions:
            call = f"{table_of(node)}({', '.join(node['config']['parameters'])})"
            parts[-1] += f"\n| `{call}` | {cell(node['description'])} |"
        parts[-1] += "\n"
    return "\n".join(parts)
