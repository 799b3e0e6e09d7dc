"""Data: what is fresh and what is late, what was revised, whose it is, and every mart to take along."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from statistics import median
from typing import Any

import pyarrow as pa
import streamlit as st

from orchestration import formats
from orchestration.dashboard import furniture
from orchestration.dashboard.queries import data as queries
from orchestration.dashboard.serving_copy import ask, ask_once
from orchestration.serving import MARK, PACKAGE
from orchestration.settings import Settings

Row = dict[str, Any]

# As badges; a sign and the word, as colours alone do not carry it.
STATUSES = {
    "late": ":orange-badge[✗ late]",
    "due": ":gray-badge[… due]",
    "nothing held": ":gray-badge[nothing held]",
    "fresh": ":blue-badge[✓ fresh]",
}
PARTS = ("Freshness", "Revisions", "Downloads", "Terms", "Methods")
# More rows than these nobody reads; the download has all.
REVISIONS_SHOWN = 200
ALL = "all"


def draw() -> None:
    """The page."""
    now = Settings().now()
    freshness = furniture.freshness(now)
    revisions = ask(queries.REVISIONS)
    rows = freshness.to_pylist()
    furniture.warn_if_made_up(freshness)
    furniture.headline(headline(rows, now), _largest(revisions))
    parts = dict(zip(PARTS, st.tabs(PARTS), strict=True))
    with parts["Freshness"]:
        _freshness(freshness, rows)
    with parts["Revisions"]:
        _revisions(revisions)
    with parts["Downloads"]:
        _downloads()
    with parts["Terms"]:
        _terms()
    with parts["Methods"]:
        _methods()


def headline(rows: Sequence[Row], now: datetime) -> str:
    """How many datasets have what should be out by now."""
    counts = Counter(row["status"] for row in rows)
    held = len(rows) - counts["nothing held"]
    said = [f"{counts['late']:,} of {held:,} datasets are late" if counts["late"] else "Nothing is late"]
    said += [f"{counts[status]:,} {status}" for status in ("due", "fresh") if counts[status]]
    if counts["nothing held"]:
        said.append(f"nothing held of {counts['nothing held']:,} more")
    return f"{formats.day(now)}, {now:%H:%M} UTC: {', '.join(said)}"


def _largest(revisions: pa.Table) -> str:
    if not revisions.num_rows:
        return "No held figure was revised."
    first = revisions.slice(0, 1).to_pylist()[0]
    return (
        f"{revisions.num_rows:,} held figures were revised; the largest: {furniture.plain(first['series'])}, "
        f"{formats.period(first['period_start'], first['period_end'])}, "
        f"by {formats.percent(first['change_pct'], signed=True)}, {furniture.plain(first['dataset'])}."
    )


def _freshness(freshness: pa.Table, rows: Sequence[Row]) -> None:
    for row in rows:
        if row["refused_because"]:
            st.error(
                f"{row['dataset']}: its newest file was refused: {furniture.plain(row['refused_because'])}"
            )
        if row["due_reason"]:
            st.info(f"{row['dataset']} is not due by its rule: {furniture.plain(row['due_reason'])}")
    for kept in ask(queries.KEPT).to_pylist():
        st.warning(
            f"{kept['mart']} is kept as it was on {formats.moment(kept['published_at'])}, without newer "
            f"figures: {furniture.plain(kept['kept_because'])}"
        )
    furniture.text(
        [arrival(row) for row in rows],
        "Does each dataset have what should be out by now?",
        "By each publisher's own calendar; the longest late first. Due: within the days of grace.",
        notes=["What is late here may be out at the publisher's: the files held are as old as they are."],
    )
    furniture.downloads("freshness", freshness, "All datasets, with the end of grace")


def arrival(row: Row) -> dict[str, str]:
    """What is known of a dataset's newest period and the one that is awaited, for people."""
    shown = {
        "State": STATUSES[row["status"]],
        "Dataset": furniture.link(row["dataset"], row["page"]),
        "Held to": formats.MISSING,
        "Awaited": formats.MISSING,
        "Due, UTC": formats.MISSING,
        "Due there, and its calendar": f":gray[{furniture.plain(row['release_rule'])}]",
    }
    if row["newest_period_end"]:
        shown |= {
            "Held to": furniture.unbroken(formats.day(row["newest_period_end"])),
            "Awaited": furniture.unbroken(
                formats.period(row["awaited_period_start"], row["awaited_period_end"])
            ),
            "Due, UTC": furniture.unbroken(f"{formats.day(row['due_at'])} {row['due_at']:%H:%M}"),
            "Due there, and its calendar": (
                f"{furniture.unbroken(formats.moment(row['due_at'], row['timezone']))}  \n"
                f":gray[{furniture.plain(row['release_rule'])}]"
            ),
        }
    return shown


def _one_dataset(label: str, datasets: Sequence[str], key: str) -> str:
    counts = Counter(datasets)
    return st.selectbox(
        label,
        [ALL, *sorted(counts)],
        format_func=lambda one: f"All ({len(datasets):,})" if one == ALL else f"{one} ({counts[one]:,})",
        key=key,
        bind="query-params",
        width=360,
    )


def _revisions(revisions: pa.Table) -> None:
    rows = revisions.to_pylist()
    if not rows:
        st.info("No held figure was revised: each was held in one version only.")
        return
    furniture.table(
        [
            per_dataset(dataset, [row for row in rows if row["dataset"] == dataset])
            for dataset in _datasets(rows)
        ],
        "Revisions by dataset",
        "Changes of figures that were held before; per cent of the figure before.",
        "A change of method is no revision of the figure; it is counted apart.",
    )
    dataset = _one_dataset("Dataset", [row["dataset"] for row in rows], "revisions_of")
    found = [row for row in rows if dataset in (ALL, row["dataset"])]
    furniture.table(
        [revision(row) for row in found[:REVISIONS_SHOWN]],
        "Largest revisions",
        f"The largest change in per cent first; {min(len(found), REVISIONS_SHOWN):,} of {len(found):,}.",
        furniture.source({row["dataset"] for row in found}),
    )
    furniture.downloads("revisions", revisions, "All revisions")


def _datasets(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["dataset"] for row in rows))


def per_dataset(dataset: str, rows: Sequence[Row]) -> dict[str, str]:
    """How many figures of a dataset were revised, and by how much."""
    sizes = [abs(row["change_pct"]) for row in rows if row["change_pct"] is not None]
    return {
        "Dataset": dataset,
        "Revisions": f"{len(rows):,}",
        "Of method": f"{sum(row['is_method_change'] for row in rows):,}",
        "Median size": formats.percent(median(sizes), 2) if sizes else formats.MISSING,
        "Largest": formats.percent(max(sizes), 2) if sizes else formats.MISSING,
        "Newest": formats.day(max(row["revised_at"] for row in rows)),
    }


def revision(row: Row) -> dict[str, str]:
    """One revision, for people."""
    # Large amounts have no use for the places behind the point.
    places = 0 if abs(row["figure_before"]) >= 1_000 else 2
    return {
        "Series": row["series"],
        "Measure": row["measure"],
        "Period": formats.period(row["period_start"], row["period_end"]),
        "Change": formats.percent(row["change_pct"], 2, signed=True),
        "Before": formats.number(row["figure_before"], places),
        "After": formats.number(row["figure_after"], places),
        "Revised": formats.day(row["revised_at"]),
        "Days after": formats.number(row["days_since_first_known"], 0),
        "Why": "other method" if row["is_method_change"] else "revision",
        "Unit": row["unit"],
        "Dataset": row["dataset"],
    }


def _terms() -> None:
    terms = ask(queries.TERMS)
    furniture.text(
        [
            {
                "Dataset": furniture.link(row["dataset"], row["page"]),
                "Title": furniture.plain(row["title"]),
                "Publisher": furniture.plain(row["publisher_title"]),
                "Terms": furniture.link(row["licence"], row["licence_url"]),
                "Credit line": furniture.plain(row["credit"]),
            }
            for row in terms.to_pylist()
        ],
        "Whose figures they are, under which terms",
        "Figures belong to their publishers; what you pass on carries their credit line.",
    )
    furniture.downloads("terms", terms, "All datasets")


def _methods() -> None:
    methods = ask(queries.METHODS)
    rows = methods.to_pylist()
    dataset = _one_dataset("Dataset", [row["dataset"] for row in rows], "methods_of")
    furniture.text(
        [
            {
                "Dataset": furniture.plain(row["dataset"]),
                "From": furniture.unbroken(formats.day(row["from_period"])),
                "To": furniture.unbroken(formats.day(row["to_period"])) if row["to_period"] else "today",
                "What": furniture.plain(row["what"])
                + (f" :gray[Touches: {furniture.plain(row['touches'])}.]" if row["touches"] else ""),
                "Published": furniture.unbroken(formats.day(row["first_published_at"])),
            }
            for row in rows
            if dataset in (ALL, row["dataset"])
        ],
        "Methods and breaks",
        "How figures are made from which period on; each further row of a dataset is a break in its series.",
        notes=["Published: the day from which a method is known that also covers periods before it."],
    )
    furniture.downloads("methods", methods, "All methods and breaks")


def _downloads() -> None:
    marts = {row["mart"]: row["what"] for row in ask(queries.MARTS).to_pylist()}
    mart = st.selectbox("Table", list(marts), key="mart", bind="query-params", width=400)
    columns = ask(queries.COLUMNS, mart=mart).to_pylist()
    marked = any(column["column_name"] == MARK for column in columns)
    (count,) = ask(queries.COUNT_PASSED_ON if marked else queries.COUNT, mart=mart).to_pylist()
    furniture.deferred_downloads(
        mart, partial(ask_once, queries.MART, mart=mart), count["held"], count["leaving"], f"All of {mart}"
    )
    units = units_of(mart)
    furniture.text(
        [
            {
                "Column": f"`{column['column_name']}`",
                "Type": column["data_type"].lower(),
                "Unit": furniture.plain(units.get(column["column_name"], "")),
                "Meaning": column["what"] or "",
            }
            for column in columns
        ],
        mart,
        furniture.plain(marts[mart]),
    )


def units_of(mart: str) -> dict[str, str]:
    """The units of a mart's columns, by the data package beside the copy; empty where it does not list it."""
    package = Settings().serving / PACKAGE
    resources = json.loads(package.read_text(encoding="utf-8"))["resources"] if package.exists() else []
    return {
        field["name"]: field["unit"]
        for resource in resources
        if resource["name"] == mart
        for field in resource["schema"]["fields"]
        if "unit" in field
    }
