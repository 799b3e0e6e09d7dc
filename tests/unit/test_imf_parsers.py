"""The International Monetary Fund's messages: what a reader of the rows relies on, and what is refused.

The messages are made up, in the real format; the real ones are in tests/real.
"""

import logging
from datetime import UTC, datetime

import pandas as pd
import pytest
from lxml import etree

from orchestration.defs.imf.parsers import COFER, POSITIONS, RESERVES
from orchestration.defs.imf.sample import HOLDINGS, REVISED, message
from orchestration.errors import LayoutError
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from orchestration.sampling import publisher_files
from tests.mutations import read
from tests.mutations.imf import MUTATIONS, chosen, edit, keep, mutated, the

NAMES = ("cofer", "reserves", "pip_portfolio_positions")
PARSERS = {name: find_parser("imf", name)[0] for name in NAMES}
FILES = {name: [f.payload for f in publisher_files("imf") if f.dataset == f"imf/{name}"] for name in NAMES}
OLD, NEW = FILES["cofer"]
# Two years are enough where a message is read again and again.
SHORT = edit(NEW, keep({"A": "2025", "Q": "2025-Q3"}))
FRAMES = {name: PARSERS[name].parse(files[-1]) for name, files in FILES.items()}


def figures(frame: pd.DataFrame) -> dict[tuple, str]:
    key = ["country", "indicator", "fxr_currency", "type_of_transformation", "frequency", "time_period"]
    return dict(zip(frame[key].itertuples(index=False, name=None), frame["obs_value"], strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_are_the_ones_that_the_parser_promises_and_all_are_text(name) -> None:
    frame = FRAMES[name]
    assert tuple(frame.columns) == PARSERS[name].columns
    assert all(pd.api.types.is_string_dtype(frame[column]) for column in frame.columns)
    assert not frame.isna().any().any()
    assert not frame.duplicated(list(load_datasets()[f"imf/{name}"].key)).any()


def test_every_figure_is_kept_as_published_and_none_is_multiplied() -> None:
    written = {
        (*(series.get(d) for d in COFER.dimensions), one.get("TIME_PERIOD")): one.get("OBS_VALUE")
        for series in etree.fromstring(NEW).iter("Series")
        for one in series
    }
    assert figures(FRAMES["cofer"]) == written
    dollars = FRAMES["cofer"].query("type_of_transformation == 'NV_USD'")
    assert set(dollars["scale"]) == {"6"}
    assert dollars["obs_value"].astype(float).max() < 1e14


def test_units_come_from_the_groups_and_keep_dollars_and_percent_apart() -> None:
    found = FRAMES["cofer"].groupby("type_of_transformation")[["unit", "scale"]].agg(lambda of: set(of))
    assert found.to_dict("index") == {
        "NV_USD": {"unit": {"USD"}, "scale": {"6"}},
        "SHRO_PT": {"unit": {"PT"}, "scale": {"0"}},
    }


@pytest.mark.parametrize(
    ("name", "written", "start", "end"),
    [
        ("cofer", "2024", "2024-01-01", "2024-12-31"),
        ("cofer", "2024-Q1", "2024-01-01", "2024-03-31"),
        ("cofer", "2024-Q4", "2024-10-01", "2024-12-31"),
        ("pip_portfolio_positions", "2025-S1", "2025-01-01", "2025-06-30"),
        ("pip_portfolio_positions", "2025-S2", "2025-07-01", "2025-12-31"),
        ("reserves", "2026-M02", "2026-02-01", "2026-02-28"),
        ("reserves", "2025-M12", "2025-12-01", "2025-12-31"),
    ],
)
def test_a_period_is_as_long_as_its_frequency_says(name, written, start, end) -> None:
    rows = FRAMES[name][FRAMES[name]["time_period"] == written]
    assert set(zip(rows["period_start"], rows["period_end"], strict=True)) == {(start, end)}


def test_years_and_quarters_stay_apart() -> None:
    written = FRAMES["cofer"].groupby("frequency")["time_period"].agg(lambda of: {len(text) for text in of})
    assert written.to_dict() == {"A": {4}, "Q": {7}}


def test_the_stamp_is_the_later_of_two_with_its_zone() -> None:
    assert PARSERS["cofer"].published_on(NEW) == datetime(2026, 9, 30, 13, tzinfo=UTC)
    later = edit(NEW, lambda data: data.set("UPDATE_DATE", "2026-10-02T00:47:34.566029300Z"))
    assert PARSERS["cofer"].published_on(later) == datetime(2026, 10, 2, 0, 47, 34, 566029, tzinfo=UTC)
    earlier = edit(NEW, lambda data: data.set("UPDATE_DATE", "2026-03-11T00:47:34-04:00"))
    assert PARSERS["cofer"].published_on(earlier) == datetime(2026, 9, 30, 13, tzinfo=UTC)
    assert PARSERS["reserves"].published_on(FILES["reserves"][0]) is None


def test_a_part_is_the_query_that_the_content_answers() -> None:
    part = PARSERS["cofer"].part
    assert part(OLD) == part(NEW) == "G001.*.*.*.*"
    only = edit(NEW, lambda data: [data.remove(s) for s in data.findall("Series") if s not in chosen(data)])
    assert part(only) == "G001.AFXRA.*.NV_USD.Q"
    one = edit(only, lambda data: [data.remove(s) for s in chosen(data) if s is not the(data, "USD")])
    assert part(one) == "G001.AFXRA.CI_USD.NV_USD.Q"
    assert len(PARSERS["cofer"].parse(one)) == len(the(etree.fromstring(NEW).find("{*}DataSet"), "USD"))
    parts = [PARSERS["pip_portfolio_positions"].part(file) for file in FILES["pip_portfolio_positions"]]
    assert parts == list(load_datasets()["imf/pip_portfolio_positions"].sources[0].items)
    indicators = [PARSERS["reserves"].part(file) for file in FILES["reserves"]]
    assert indicators == [f"*.{item}.S1XS1311.M" for item in load_datasets()["imf/reserves"].sources[0].items]


def test_the_order_of_series_and_the_time_of_answering_change_nothing() -> None:
    def turn(data: etree._Element) -> None:
        for series in reversed(data.findall("Series")):
            data.append(series)

    answered_later = edit(SHORT, turn).replace(b"T23:50:07Z", b"T23:59:59Z")
    assert answered_later != SHORT
    assert PARSERS["cofer"].parse(answered_later).equals(PARSERS["cofer"].parse(SHORT))
    assert PARSERS["cofer"].stamped_answers


def test_the_newer_message_revises_one_quarter_and_adds_one() -> None:
    old, new = figures(PARSERS["cofer"].parse(OLD)), figures(FRAMES["cofer"])
    assert {key[-1] for key in set(new) - set(old)} == {"2026-Q2"}
    revised = {key for key in old if old[key] != new[key]}
    assert {key[-1] for key in revised} == {REVISED, REVISED[:4]}
    assert {key[2] for key in revised if key[3] == "NV_USD"} == {"CI_USD", "CI_T"}
    assert len({key[2] for key in revised if key[3] == "SHRO_PT"}) == len(HOLDINGS)


def test_a_figure_that_is_withheld_is_kept_empty_with_its_status() -> None:
    """So that the version before it ends."""

    def withhold(data: etree._Element) -> None:
        (observation,) = [o for o in data.iter("Obs") if o.get("TIME_PERIOD") == "2025-S2"]
        del observation.attrib["OBS_VALUE"]
        observation.set("STATUS", "C")

    frame = read(PARSERS["pip_portfolio_positions"], edit(FILES["pip_portfolio_positions"][0], withhold))
    assert frame[["time_period", "obs_value", "status"]].values.tolist()[-1] == ["2025-S2", "", "C"]
    assert (frame["obs_value"] != "").sum() == 2


def test_observations_may_say_more_than_is_kept() -> None:
    told = edit(SHORT, lambda data: [one.set("COMMENT", "provisional") for one in data.iter("Obs")])
    assert PARSERS["cofer"].parse(told).equals(PARSERS["cofer"].parse(SHORT))


def test_reading_says_nothing_and_what_cannot_be_read_is_refused(capfd, caplog) -> None:
    """The library logs what it misses, and prints what it stumbles over."""
    unknown = edit(SHORT, lambda data: etree.SubElement(data, "Strange"))
    with caplog.at_level(logging.INFO):
        PARSERS["cofer"].parse(SHORT)
        with pytest.raises(LayoutError, match=r"cannot be read as such \(.*Strange.*nothing was loaded"):
            PARSERS["cofer"].parse(unknown)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_countries_may_miss_a_month_and_groups_are_kept() -> None:
    held = FRAMES["reserves"].groupby("country")["time_period"].max()
    assert held["IND"] == "2026-M08"
    assert held["G163"] == held["USA"] == "2026-M09"


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_message_that_went_wrong_is_refused_with_what_was_expected_and_where(mutation) -> None:
    payload, words = mutated(mutation, SHORT)
    assert payload != SHORT
    with pytest.raises(LayoutError, match=words) as caught:
        read(PARSERS["cofer"], payload)
    assert str(caught.value).startswith("imf/cofer: expected")
    assert str(caught.value).endswith("nothing was loaded.")


@pytest.mark.parametrize("name", NAMES)
def test_the_message_of_another_dataset_or_publisher_is_refused(name) -> None:
    for other in set(NAMES) - {name}:
        with pytest.raises(LayoutError, match=r"expected one data set of IMF.STA:\w+, found 1 of"):
            PARSERS[name].recognise(FILES[other][0])
    for publisher in ("ecb", "jp_mof"):
        with pytest.raises(LayoutError, match=r"expected an SDMX message in XML, found .* another file"):
            PARSERS[name].recognise(publisher_files(publisher)[0].payload)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("COUNTRY", "US"), r"expected COUNTRY = \[A-Z\]\{3\} in series 1, found 'US'"),
        (("ACCOUNTING_ENTRY", "L"), "expected ACCOUNTING_ENTRY = A in series 1, found 'L'"),
        (("INDICATOR", "P_F3_P_USD"), "expected INDICATOR = P_TOTINV_P_USD in series 1"),
        (("COUNTERPART_SECTOR", "S12"), "expected COUNTERPART_SECTOR = S1 in series 1, found 'S12'"),
        (("FREQUENCY", "A"), "expected FREQUENCY = S in series 1, found 'A'"),
        (("SCALE", "0"), "expected SCALE = 6 for GBR.A.P_TOTINV_P_USD.S1.S1.JPN.S in 2024-S2, found '0'"),
    ],
    ids=lambda of: of[0] if isinstance(of, tuple) else "",
)
def test_positions_of_another_kind_are_refused(change, words) -> None:
    payload = edit(FILES["pip_portfolio_positions"][0], lambda data: data.find("Series").set(*change))
    with pytest.raises(LayoutError, match=words):
        read(PARSERS["pip_portfolio_positions"], payload)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_positions_of_another_magnitude_are_refused(factor) -> None:
    item = load_datasets()["imf/pip_portfolio_positions"].sources[0].items[0]
    codes = dict(zip(POSITIONS.dimensions, item.split("."), strict=True))
    payload = message(
        POSITIONS,
        [(codes | {"SCALE": "6"}, {"2025-S1": f"{182915768700 * factor:.0f}"})],
        "2026-03-11T14:00:00Z",
        [{"INDICATOR": "P_TOTINV_P_USD", "UNIT": "USD"}],
    )
    with pytest.raises(LayoutError, match="expected the largest figure of P_TOTINV_P_USD between"):
        read(PARSERS["pip_portfolio_positions"], payload)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("SECTOR", "S1X"), "expected SECTOR = S1XS1311 in series 1, found 'S1X'"),
        (("INDICATOR", "IRFCLDT1_IRFCL56_FTO"), "expected INDICATOR = .* found 'IRFCLDT1_IRFCL56_FTO'"),
        (("FREQUENCY", "Q"), "expected FREQUENCY = M in series 1, found 'Q'"),
    ],
    ids=lambda of: of[0] if isinstance(of, tuple) else "",
)
def test_reserves_of_another_kind_are_refused(change, words) -> None:
    payload = edit(FILES["reserves"][0], lambda data: data.find("Series").set(*change))
    with pytest.raises(LayoutError, match=words):
        read(PARSERS["reserves"], payload)


@pytest.mark.parametrize("file", range(3))
def test_ounces_that_are_dollars_and_the_reverse_are_refused(file) -> None:
    """The indicator alone says which of them a figure is."""
    other = RESERVES.measures.keys() - {
        etree.fromstring(FILES["reserves"][file]).find(".//Series").get("INDICATOR")
    }
    ounces = "IRFCLDT1_IRFCL56V_FTO"
    wrong = ounces if ounces in other else "IRFCLDT1_IRFCL65_USD"
    payload = edit(
        FILES["reserves"][file], lambda data: [s.set("INDICATOR", wrong) for s in data.findall("Series")]
    )
    with pytest.raises(LayoutError, match="expected the largest figure of IRFCL"):
        read(PARSERS["reserves"], payload)
