"""What pages share: sources, files to take along, the end of a sentence."""

import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from orchestration.dashboard import furniture, serving_copy

FIGURES = pa.table(
    {
        "period_end": [date(2025, 4, 30), date(2025, 5, 31)],
        "net_m": pa.array([Decimal("8213000.10"), None], pa.decimal128(20, 2)),
        "title": ['equity, "and" debt', "¥"],
    }
)


def test_files_hold_the_exact_figures() -> None:
    lines = furniture._csv(FIGURES).decode("utf-8").splitlines()
    assert lines == [
        '"period_end","net_m","title"',
        '2025-04-30,8213000.10,"equity, ""and"" debt"',
        '2025-05-31,,"¥"',
    ]
    assert pq.read_table(io.BytesIO(furniture._parquet(FIGURES))) == FIGURES


def test_each_publisher_is_credited_once(monkeypatch: pytest.MonkeyPatch) -> None:
    credits = pa.table(
        {"dataset": ["a/weekly", "a/monthly", "b/rates"], "credit": ["Source: A", "Source: A", "B"]}
    )
    monkeypatch.setattr(serving_copy, "ask", lambda _: credits)
    assert furniture.source(["a/weekly", "b/rates, a/monthly"]).split("  \n") == ["Source: A", "B"]


def test_a_sentence_says_as_of_when() -> None:
    assert furniture.known(None) == "in the newest files held"
    assert furniture.known(date(2025, 5, 12)) == "as known on 12 May 2025"


LATE = {
    "dataset": "jp_mof/securities_monthly",
    "title": "International Transactions in Securities, monthly",
    "status": "late",
    "newest_period_end": date(2026, 7, 31),
    "awaited_period_start": date(2026, 8, 1),
    "awaited_period_end": date(2026, 8, 31),
    "due_at": datetime(2026, 9, 7, 23, 50),
    "timezone": "Asia/Tokyo",
}


def test_a_page_says_which_of_its_datasets_are_late_and_since_when() -> None:
    others = [LATE | {"dataset": "imf/cofer"}, LATE | {"status": "due"}, LATE | {"status": "fresh"}]
    assert furniture.late([LATE, *others], {"jp_mof/securities_monthly"}) == [
        ":orange-badge[✗ late] International Transactions in Securities, monthly: held to 31 Jul 2026; "
        "Aug 2026 was due on Tue 8 Sep 2026 08:50 JST."
    ]


def shown(origin: str, dataset: str, by_schedule: bool) -> pa.Table:
    return pa.table({"origin": [origin], "dataset": [dataset], "rests_on_schedule": [by_schedule]})


def _caveats() -> None:
    from datetime import date

    from orchestration.dashboard import furniture
    from tests.unit.test_dashboard_furniture import shown

    tables = [shown("import", "b/c, jp_mof/securities_monthly", False), shown("sample", "b/c", True)]
    furniture.caveats(*tables, tables[1], as_of=date(2026, 9, 30))


def test_what_holds_for_a_page_is_said_once_over_all_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        serving_copy, "ask", lambda _, moment: asked.append(moment) or pa.Table.from_pylist([LATE])
    )
    page = AppTest.from_function(_caveats).run()
    assert [warning.value[:16] for warning in page.warning] == ["**Made-up sample"]
    (caption,) = page.caption
    late, scheduled = caption.value.split("  \n")
    assert "Aug 2026 was due" in late
    assert "scheduled release" in scheduled
    assert asked == [datetime(2026, 10, 1)]


def test_text_of_files_means_nothing_to_markdown() -> None:
    assert furniture.plain("*$5* [a](b) x_y") == r"\*\$5\* \[a\](b) x\_y"
    assert furniture.plain(None) == ""
    assert furniture.link("A [paper]", "https://paper.example/") == r"[A \[paper\]](https://paper.example/)"
    assert furniture.link("A paper", None) == "A paper"


def _asked() -> None:
    import streamlit as st

    from orchestration.dashboard import furniture

    st.write(f"as of {furniture.as_of()}")


def test_a_page_left_open_over_midnight_stays_at_the_newest_and_one_turned_back_at_its_day(
    monkeypatch,
) -> None:
    monkeypatch.setenv("TIDEMARK_CLOCK", "2026-11-21T23:59:00Z")
    page, turned = (AppTest.from_function(_asked).run() for _ in range(2))
    turned.date_input(key="as_of").set_value(date(2025, 5, 12)).run()
    monkeypatch.setenv("TIDEMARK_CLOCK", "2026-11-22T00:01:00Z")
    assert page.run().markdown[0].value == "as of None"
    assert turned.run().markdown[0].value == "as of 2025-05-12"
