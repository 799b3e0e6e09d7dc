"""What pages share: the frame around them, controls, charts with their words, sources, downloads, warnings.

Each function draws one thing. What a page is about is in its module.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import streamlit as st

from orchestration import formats
from orchestration.dashboard import charts, serving_copy
from orchestration.dashboard.queries import shared
from orchestration.settings import Settings, short

# How often an open page looks whether there is another serving copy, in seconds.
LOOKS_EVERY_S = 5
# What Markdown would take for its own.
MARKDOWN = re.compile(r"([\\`*_\[\]$~<>#|])")


def frame(draw: Callable[[], None]) -> None:
    """Draw a page of the serving copy that is there, and again by itself when another takes its place."""
    drawn = serving_copy.edition()
    _follow(drawn)
    if drawn is None:
        _nothing_to_show()
        return
    try:
        draw()
    except serving_copy.NoServingCopyError:
        _nothing_to_show()


@st.fragment(run_every=LOOKS_EVERY_S)
def _follow(drawn: serving_copy.Edition | None) -> None:
    if serving_copy.edition() != drawn:
        st.rerun()


def _nothing_to_show() -> None:
    st.title("No figures yet")
    st.info(
        f"There is no serving copy at `{short(Settings().serving)}`. In the project's folder, run one of "
        "these; this page then shows the figures by itself."
    )
    st.markdown(
        "- `make demo`, then `TIDEMARK_DATA=data/demo make bi`: made-up figures, without a network\n"
        "- `make run`: the publishers' figures\n"
        "- `make import FROM=<mirror>` and `make offline`: figures from a folder of files"
    )


def as_of() -> date | None:
    """The control that turns a page back to what was known on a day.

    Returns:
        The day; None for today, that is the newest version held of everything. Part of the page's address.
    """
    today = Settings().now().date()
    # A page that is left open over midnight stays at the newest: today's date is another by then.
    held = st.session_state
    if "today" in held and held["today"] != today and held.get("as_of") == held["today"]:
        held["as_of"] = today
    held["today"] = today
    chosen = st.date_input(
        "As of",
        value=today,
        min_value=date(2005, 1, 1),
        max_value=today,
        format="YYYY-MM-DD",
        key="as_of",
        bind="query-params",
        help="What was known at the end of that day (UTC). Today: the newest version that is held of every "
        "figure. A day that is typed counts after Escape or a click elsewhere, not after Enter.",
        width=150,
    )
    return None if chosen == today else chosen


def known(as_of: date | None) -> str:
    """The end of a sentence: 'in the newest files held', 'as known on 12 May 2025'."""
    return "in the newest files held" if as_of is None else f"as known on {formats.day(as_of)}"


def caveats(*tables: pa.Table, as_of: date | None = None) -> None:
    """What holds for a whole page, each thing said once, below its headline.

    Whether figures are made up, which datasets are late, and whether figures count as known by a schedule.

    Args:
        tables: all that the page shows, with the columns `origin`, `dataset` and `rests_on_schedule`.
        as_of: the day of the page; None for today.
    """
    warn_if_made_up(*tables)
    now = Settings().now()
    shown = {
        name
        for table in tables
        for names in table["dataset"].unique().to_pylist()
        if names
        for name in names.split(", ")
    }
    said = late(freshness(now if as_of is None else _end_of(as_of)).to_pylist(), shown)
    if any(pc.any(table["rests_on_schedule"]).as_py() for table in tables):
        said.append(
            "Figures older than the first file held count as known from their scheduled release; what was "
            "printed first may have been another figure."
        )
    if said:
        st.caption("  \n".join(said))


def freshness(when: datetime) -> pa.Table:
    """What is held of each dataset, and what should be at a time; that time to the minute."""
    return serving_copy.ask(shared.FRESHNESS, moment=when.replace(tzinfo=None, second=0, microsecond=0))


def late(rows: Iterable[Mapping[str, Any]], shown: Iterable[str]) -> list[str]:
    """Of the datasets shown, those whose newest period held is late: what is missing, and since when.

    Args:
        rows: the answer of `freshness`.
        shown: identifiers of datasets.
    """
    return [
        f":orange-badge[✗ late] {plain(row['title'])}: held to {formats.day(row['newest_period_end'])}; "
        f"{formats.period(row['awaited_period_start'], row['awaited_period_end'])} was due on "
        f"{formats.moment(row['due_at'], row['timezone'])}."
        for row in rows
        if row["status"] == "late" and row["dataset"] in shown
    ]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def warn_if_made_up(*tables: pa.Table) -> None:
    """Say so where any figure that the page shows is made up; the tables have the column `origin`."""
    if any(serving_copy.is_made_up(table) for table in tables):
        st.warning(
            "**Made-up sample figures, not data.** They are for trying out the page; quote nothing from it.",
            icon="⚠️",
        )


def headline(text: str, below: str = "") -> None:
    """The page in one sentence, and a second one in smaller letters."""
    st.markdown(f"### {text}")
    if below:
        st.markdown(below)


def chart(
    drawn: alt.Chart | alt.LayerChart,
    title: str,
    subtitle: str,
    source: str,
    notes: Iterable[str] = (),
) -> None:
    """A chart with its words: they wrap on a phone, which a title inside of the drawing does not.

    Args:
        drawn: the chart; it takes the house style and the width that there is.
        title: what it shows.
        subtitle: unit and basis.
        source: the publisher's credit line, see `source`.
        notes: what the figures do not say, one line each.
    """
    with st.container(border=True):
        st.markdown(f"**{title}**  \n:gray[{subtitle}]")
        st.altair_chart(charts.finished(drawn), width="stretch", alt=f"{title}. {subtitle}")
        st.caption("  \n".join([*notes, source]))


def table(
    rows: Sequence[Mapping[str, str]], title: str, subtitle: str, source: str, notes: Iterable[str] = ()
) -> None:
    """A small table of formatted text with the same words as a chart; the first column names the row."""
    with st.container(border=True):
        st.markdown(f"**{title}**  \n:gray[{subtitle}]")
        names = list(rows[0])
        st.dataframe(
            rows,
            hide_index=True,
            width="stretch",
            column_config={
                name: st.column_config.TextColumn(alignment="left" if name == names[0] else "right")
                for name in names
            },
        )
        st.caption("  \n".join([*notes, source]))


def text(
    rows: Sequence[Mapping[str, str]], title: str, subtitle: str, source: str = "", notes: Iterable[str] = ()
) -> None:
    """A table to be read: its cells wrap, and are Markdown (`plain` is for what comes from files)."""
    with st.container(border=True):
        st.markdown(f"**{title}**  \n:gray[{subtitle}]")
        st.table(rows, border="horizontal", hide_index=True)
        if said := [*notes, *([source] if source else [])]:
            st.caption("  \n".join(said))


def plain(said: str | None) -> str:
    """Text of a file or a mart inside of Markdown, where its signs mean nothing: `$`, `*`, `[` and others."""
    return MARKDOWN.sub(r"\\\1", said or "")


def unbroken(said: str) -> str:
    """Text that stays on one line, such as a day in a narrow column."""
    return said.replace(" ", formats.GAP).replace("–", "–\N{WORD JOINER}")


def link(said: str, address: str | None) -> str:
    """Markdown of a text with its address; the text alone where there is none."""
    return f"[{plain(said)}]({address})" if address else plain(said)


def source(datasets: Iterable[str]) -> str:
    """The credit lines that the publishers ask for, each once.

    Args:
        datasets: identifiers as in `core.datasets`; lists of them with ", " between count too.
    """
    wanted = {name for names in datasets for name in names.split(", ")}
    credits = {row["dataset"]: row["credit"] for row in serving_copy.ask(shared.CREDITS).to_pylist()}
    return "  \n".join(dict.fromkeys(credits[name] for name in sorted(wanted)))


def downloads(
    name: str, shown: pa.Table, what: str = "What this page shows", as_of: date | None = None
) -> None:
    """Buttons for what the page shows, as CSV and Parquet; rows that must not be passed on are left out.

    Args:
        name: the files' name, without the day and the ending.
        shown: the rows with decimals, units in the names of columns, as the marts have them.
        what: what the rows are, where a page has several tables.
        as_of: the day of the page, which the files' name then ends with; None for today.
    """
    leaving = serving_copy.may_be_passed_on(shown)
    dated = f"{name}_as_of_{as_of}" if as_of else name
    deferred_downloads(dated, lambda: shown, shown.num_rows, leaving.num_rows, what)


def deferred_downloads(name: str, rows: Callable[[], pa.Table], held: int, leaving: int, what: str) -> None:
    """The same for rows that are fetched when a button is pressed.

    Args:
        name: the files' name, without ending.
        rows: fetches them, those that must not be passed on among them.
        held: how many they are.
        leaving: how many of them may be passed on.
        what: what they are.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, written, kind in (
            ("csv", _csv, "text/csv"),
            ("parquet", _parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                "CSV" if ending == "csv" else "Parquet",
                data=lambda written=written: written(serving_copy.may_be_passed_on(rows())),
                file_name=f"{name}.{ending}",
                mime=kind,
                key=f"{name}.{ending}",
                on_click="ignore",
            )
        said = f"{what}: {leaving:,} {'row' if leaving == 1 else 'rows'}."
        left_out = held - leaving
        st.caption(f"{said} {left_out:,} are licensed and left out." if left_out else said)


def _csv(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pa.csv.write_csv(table, written)
    return written.getvalue()


def _parquet(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pa.parquet.write_table(table, written, compression="zstd")
    return written.getvalue()
