"""Questions of the dashboard to a serving copy that comes, is replaced and goes."""

import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import streamlit as st

from orchestration.dashboard import serving_copy
from orchestration.dashboard.serving_copy import Narrowed, NoServingCopyError, ask, edition_of
from tests.desk import ROOT


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Puts a copy in place as the pipeline does, with one figure in it."""
    folder = tmp_path / "it's serving"
    folder.mkdir()
    file = folder / serving_copy.FILE
    monkeypatch.setattr(serving_copy, "_file", lambda: file)

    def put(figure: str) -> Path:
        fresh = file.with_suffix(".tmp")
        with duckdb.connect(str(fresh)) as connection:
            connection.execute(
                f"create schema flows; create table flows.figures as "
                f"select * from (values ('a', {figure}::decimal(20, 2)), ('b', 7)) as rows (series, net_m);"
                "create function flows.figures_as_of(as_of) as table "
                "(from flows.figures where as_of > '2000-01-01');"
                "create function flows.sums_as_of(as_of) as table "
                "(select count(*) as series, sum(net_m) as net_m from flows.figures_as_of(as_of))"
            )
        fresh.replace(file)
        return file

    yield put
    st.cache_data.clear()


def test_a_newer_copy_is_followed_and_decimals_stay_decimals(publish: Callable[[str], Path]) -> None:
    question = "select net_m from flows.figures where series = $series"
    publish("8213.10")
    assert ask(question, series="a")["net_m"].to_pylist() == [Decimal("8213.10")]
    publish("8213.20")
    assert ask(question, series="a")["net_m"].to_pylist() == [Decimal("8213.20")]


def test_a_copy_that_another_connection_holds_open_is_followed_too(publish: Callable[[str], Path]) -> None:
    held = duckdb.connect(str(publish("1")), read_only=True)
    publish("2")
    assert ask("select max(net_m) as net_m from flows.figures where series = 'a'")["net_m"].to_pylist() == [2]
    held.close()


def test_an_answer_is_asked_once_per_copy(
    publish: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("1")
    first = ask("select net_m from flows.figures")
    monkeypatch.setattr(duckdb, "connect", lambda *_, **__: pytest.fail("asked again"))
    assert ask("select net_m from flows.figures") == first


def test_the_same_file_is_one_edition_and_another_in_its_place_is_another(tmp_path: Path) -> None:
    file = tmp_path / "copy"
    assert edition_of(file) is None
    file.write_text("a")
    first = edition_of(file)
    assert edition_of(file) == first
    other = tmp_path / "other"
    other.write_text("a")
    os.utime(other, ns=(first.modified_ns, first.modified_ns))
    other.replace(file)
    assert edition_of(file) != first


def test_a_missing_copy_is_an_error_of_its_own(publish: Callable[[str], Path]) -> None:
    with pytest.raises(NoServingCopyError):
        ask("select 1")
    publish("1").unlink()
    with pytest.raises(NoServingCopyError):
        ask("select 1")


def test_the_copy_is_read_only_and_no_other_file_is_within_reach(
    publish: Callable[[str], Path], tmp_path: Path
) -> None:
    publish("1")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for question in ("delete from flows.figures", f"from '{tmp_path}/secret.csv'"):
        with pytest.raises(duckdb.Error, match=r"read-only|disabled"):
            ask(question)


def test_a_narrowed_function_is_seen_narrowed_by_the_functions_over_it(
    publish: Callable[[str], Path],
) -> None:
    publish("1")
    question = "select series, net_m, $series as asked from served.flows.sums_as_of($as_of)"
    narrowed = Narrowed("flows.figures_as_of", "series = $series")
    answers = [ask(question, n, as_of="2025-05-12", series="b") for n in (None, narrowed)]
    assert [(a["series"].to_pylist(), a["net_m"].to_pylist()) for a in answers] == [([2], [8]), ([1], [7])]


def test_licensed_rows_are_not_passed_on() -> None:
    shown = pa.table({"figure": [1, 2, 3], "is_redistributable": [True, False, None]})
    assert serving_copy.may_be_passed_on(shown)["figure"].to_pylist() == [1]
    open_data = shown.drop(["is_redistributable"])
    assert serving_copy.may_be_passed_on(open_data) is open_data


def test_made_up_figures_are_known_as_such() -> None:
    assert serving_copy.is_made_up(pa.table({"origin": ["import", "sample"]}))
    assert not serving_copy.is_made_up(pa.table({"origin": ["import", "live", None]}))


def test_queries_over_licensed_marts_ask_whether_rows_may_be_passed_on() -> None:
    marts = ROOT / "dbt_project" / "models" / "marts"
    licensed = [
        f"{file.parent.name}.{file.stem}"
        for file in marts.rglob("*.yml")
        if f"name: {serving_copy.MARK}" in file.read_text(encoding="utf-8")
    ]
    assert licensed
    for file in (ROOT / "orchestration" / "dashboard" / "queries").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        asked = [mart for mart in licensed if re.search(rf"\b{mart}(_as_of)?\b", text)]
        assert not asked or serving_copy.MARK in text, f"{file.name} asks {asked} without {serving_copy.MARK}"


def test_a_large_answer_is_not_kept(publish: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    publish("1")
    asked: list[str] = []
    answer = serving_copy._answer
    monkeypatch.setattr(serving_copy, "_answer", lambda *all_of_it: asked.append("") or answer(*all_of_it))
    for _ in range(2):
        assert serving_copy.ask_once("from query_table($mart)", mart="flows.figures").num_rows == 2
    assert len(asked) == 2
