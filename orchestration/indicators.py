"""The indicators: what is computed here, by which formula, from what, and what it does not say.

Each is told once, in its column's `config.meta.indicator`; `make docs` writes the page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.errors import DescriptionError
from orchestration.manifest import functions_of, marts_of, table_of

KEYS = ("name", "formula", "inputs", "caveats", "source")
HEAD = """# Indicators

Every figure that is computed here, not published: its formula, what it is made from, what it does not say,
and where the definition comes from. Generated from the columns' descriptions by `make docs`. All other
figures are the publishers' own; the [data dictionary](data-dictionary.md) describes each column.

**Three times.** `period_start` and `period_end` say what a figure is about. `known_at` says when this
version of it became known: the publisher's stamp where the file has one, else the time of the download,
else the release that was scheduled for its period; `known_at_basis` says which. `retrieved_at`, in
`core.snapshots`, is when the file was downloaded or imported. An indicator is known when the newest of its
inputs is, and `known_at_basis` is that of this one; `rests_on_schedule` says whether any of them is
`scheduled`. [Time travel](time-travel.md) shows how to ask for a day.

**As of a day.** A function whose name ends in `_as_of` has the columns of its mart and takes a day: it uses
the versions that were known at the end of that day, in UTC, and no later ones. Marts of published figures
read them from their vintages (`…_vintages`). Marts that are computed from others keep none: their functions
compute them again from what was known, so ranks, records and means are those of a reader on that day. For
what is older than the first file held, that reader is an imagined one: the oldest version held stands for
what was printed.

**Bases are never added.** Weeks do not make months, reports do not make the balance of payments, and the
world is not the sum of the countries shown. Each figure carries its basis, direction, asset class, unit and
method; nothing here adds two bases, or figures of two methods. Sums stand beside their parts, and are
marked.

**Exchange rates are today's.** Conversions use the newest version of each rate, also in answers as of a
day. Rates are the European Central Bank's reference rates, crossed through the euro; other rates give other
dollars.

**Missing is missing.** Nothing is interpolated. A window is empty until it is full, a change is empty where
the period before is, and an indicator whose inputs are not all there is empty. Windows, thresholds and
weights that are choices of ours say so.
"""


def indicators(manifest: Mapping[str, Any]) -> str:
    """The page as Markdown: a section per mart, a part per indicator.

    Raises:
        DescriptionError: an indicator lacks something; names model, column and key.
    """
    functions = {table_of(node): node for node in functions_of(manifest)}
    parts = [HEAD]
    for node in sorted(marts_of(manifest), key=table_of):
        told = [column for column in node["columns"].values() if "indicator" in column["config"]["meta"]]
        if not told:
            continue
        mart = table_of(node)
        parts.append(f"## `{mart}`: {node['config']['meta']['title']}\n")
        if as_of := functions.get(f"{mart}_as_of"):
            call = f"{mart}_as_of({', '.join(as_of['config']['parameters'])})"
            parts.append(f"As of a day: `{call}`.\n")
        for columns in _together(_checked(node["name"], column) for column in told):
            parts.append("\n".join(_indicator(columns)) + "\n")
    return "\n".join(parts)


def _checked(model: str, column: Mapping[str, Any]) -> dict[str, str]:
    """What a column says of itself, its indicator's words among them, each in one line."""
    meta = column["config"]["meta"]
    where = f"Model {model}, column {column['name']}"
    if not isinstance(meta["indicator"], Mapping):
        raise DescriptionError(f"{where}: meta.indicator has to hold {', '.join(KEYS)}.")
    if unknown := [key for key in meta["indicator"] if key not in KEYS]:
        raise DescriptionError(f"{where}: meta.indicator.{unknown[0]} is not one of {', '.join(KEYS)}.")
    yes_or_no = "true or false" if column["data_type"] == "boolean" else None
    said = {"unit": meta.get("unit", yes_or_no), **meta["indicator"]}
    for key in ("unit", *KEYS):
        if not str(said.get(key) or "").strip():
            place = "meta.unit" if key == "unit" else f"meta.indicator.{key}"
            raise DescriptionError(f"{where}: {place} is missing; an indicator has unit, {', '.join(KEYS)}.")
    said |= {"column": column["name"], "description": column["description"]}
    return {key: " ".join(str(text).split()) for key, text in said.items()}


def _together(columns: Iterable[dict[str, str]]) -> Iterable[list[dict[str, str]]]:
    """Columns with the same words for their indicator: it is told once, where the first of them is."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for column in columns:
        groups.setdefault(tuple(column[key] for key in KEYS), []).append(column)
    return groups.values()


def _indicator(columns: list[dict[str, str]]) -> Iterable[str]:
    said = columns[0]
    yield f"### {said['name']}\n"
    for column in columns:
        yield f"- `{column['column']}` ({column['unit']}): {column['description']}"
    for key in KEYS[1:]:
        yield f"- {key.capitalize()}: {said[key]}"
