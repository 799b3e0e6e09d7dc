"""The data dictionary: every mart and column, as dbt's descriptions say; written by `make docs`.

One source for readers of the docs, of DuckDB's comments and of the data package.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.publish import marts_of

HEAD = """# Data dictionary

Every table that people see, generated from the models' descriptions by `make docs`. Times are UTC. The
same texts are comments in the serving copy (`select * from duckdb_columns()`) and descriptions in
`datapackage.json`.
"""


def dictionary(manifest: Mapping[str, Any]) -> str:
    """The dictionary as Markdown, a section per schema and table."""
    parts = [HEAD]
    for node in sorted(marts_of(manifest), key=lambda n: (n["schema"], n["alias"])):
        title = node["config"]["meta"]["title"]
        parts.append(f"## `{node['schema']}.{node['alias']}`: {title}\n\n{_line(node['description'])}\n")
        rows = ["| column | type | meaning |", "|---|---|---|"]
        for column in node["columns"].values():
            rows.append(f"| `{column['name']}` | {column['data_type']} | {_line(column['description'])} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
