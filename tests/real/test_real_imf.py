"""The International Monetary Fund's real messages: what is in them, and the mutations of tests/mutations.

Skipped where the real files are absent (see conftest.py).
"""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from orchestration.defs.imf.parsers import ATTRIBUTES, TIME
from orchestration.defs.imf.parsers import COFER as FLOW
from orchestration.errors import LayoutError
from orchestration.mirror import read_index
from orchestration.parsing import find_parser
from orchestration.records import load_datasets
from tests.mutations import read
from tests.mutations.imf import MUTATIONS, edit, keep, mutated

COFER = find_parser("imf", "cofer")[0]
POSITIONS = find_parser("imf", "pip_portfolio_positions")[0]
PAIRS = ("CYM_JPN", "GBR_JPN", "JPN_USA", "LUX_JPN", "USA_JPN")
NARROW = ("shares", "total_nv", "usd_nv")
SERIES = ["indicator", "fxr_currency", "type_of_transformation", "frequency", "time_period"]

Figures = dict[tuple[str, ...], Decimal]


@pytest.fixture(scope="module")
def folder(publishers: Path) -> Path:
    return publishers / "imf"


@pytest.fixture(scope="module")
def full(folder: Path) -> pd.DataFrame:
    return read(COFER, (folder / "cofer.2026-07-01.xml").read_bytes())


@pytest.fixture(scope="module")
def narrow(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: read(COFER, (folder / f"cofer_{name}.2026-03-27.xml").read_bytes()) for name in NARROW}


@pytest.fixture(scope="module")
def short(folder: Path) -> bytes:
    """The full query's newest quarters: quicker to read again and again."""
    return edit((folder / "cofer.2026-07-01.xml").read_bytes(), keep({"A": "2025", "Q": "2025-Q3"}))


def figures(frame: pd.DataFrame) -> Figures:
    """The world's, by series and period."""
    world = frame[frame["country"] == "G001"]
    keys = world[SERIES].itertuples(index=False, name=None)
    return dict(zip(keys, map(Decimal, world["obs_value"]), strict=True))


def share(of: Figures, currency: str, period: str) -> str:
    return f"{of['AFXRA', f'CI_{currency}', 'SHRO_PT', 'Q', period]:.2f}"


def test_every_file_has_the_stamp_that_the_index_gives_and_loads_under_its_name(publishers) -> None:
    datasets = [d for d in load_datasets().values() if d.publisher == "imf"]
    names = {name for dataset in datasets for name in (dataset.id, *dataset.mirror_names)}
    entries = [e for e in read_index(publishers) if e.dataset in names]
    assert len(entries) == 9
    for entry in entries:
        parser = COFER if "cofer" in entry.dataset else POSITIONS
        stamp = parser.published_on((publishers / entry.file).read_bytes())
        assert f"{stamp:%Y-%m-%d}" == (entry.published_on or "2026-03-11")
        assert stamp.utcoffset() is not None
    urls = {entry.url for entry in entries if entry.dataset == "imf/pip_portfolio_positions"}
    (source,) = load_datasets()["imf/pip_portfolio_positions"].sources
    assert urls == {source.url.replace("{item}", item) for item in source.items}


def test_the_full_query_has_every_series_in_years_and_in_quarters(full) -> None:
    spans = {
        frequency: (len(rows), rows["time_period"].min(), rows["time_period"].max())
        for frequency, rows in full.groupby("frequency")
    }
    assert spans == {"A": (273, "2014", "2025"), "Q": (1_108, "2014-Q1", "2026-Q1")}
    assert set(full["country"]) == {"G001"}
    assert full.groupby([*SERIES[:-1]]).ngroups == 48
    assert set(full["unit"] + full["scale"]) == {"USD6", "PT0"}


def test_the_shares_are_the_published_ones(full, narrow) -> None:
    held = figures(full)
    dollar = ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")
    assert [share(held, "USD", q) for q in dollar] == ["58.41", "58.38", "56.94", "56.60", "56.42", "57.13"]
    assert [share(held, c, "2026-Q1") for c in ("EUR", "JPY", "CNY")] == ["20.03", "5.44", "1.99"]
    assert share(figures(narrow["shares"]), "USD", "2025-Q4") == "56.77"
    imputed = [f"{held['TFXRA_IMP', 'CI_T', 'SHRO_PT', 'Q', q]:.2f}" for q in dollar[-3:]]
    assert imputed == ["9.99", "10.49", "10.65"]


def test_dollars_are_plain_although_the_scale_says_millions(full, narrow) -> None:
    total = figures(full)["TFXRA", "CI_T", "NV_USD", "Q", "2026-Q1"]
    assert f"{total / 10**9:,.1f}" == "13,104.9"
    assert figures(full)["AFXRA", "CI_USD", "NV_USD", "Q", "2025-Q4"] == Decimal("7416988525280.19")
    for frame in (full, *narrow.values()):
        world = frame[(frame["country"] == "G001") & (frame["type_of_transformation"] == "NV_USD")]
        totals = world[(world["fxr_currency"] == "CI_T") & (world["indicator"] != "UFXRA")]
        assert totals["obs_value"].astype(float).between(1e12, 1e14).all()


def test_the_imputed_method_has_nothing_unallocated(full) -> None:
    unallocated = full[full["indicator"] == "UFXRA"]
    assert set(unallocated["obs_value"]) == {"0"}
    assert full.loc[full["indicator"] == "TFXRA_IMP", "period_start"].min() == "2025-01-01"


def test_the_narrower_queries_are_parts_of_their_own_and_their_figures_were_revised(
    folder, full, narrow
) -> None:
    parts = [COFER.part((folder / f"cofer_{name}.2026-03-27.xml").read_bytes()) for name in NARROW]
    assert parts == ["*.AFXRA.*.SHRO_PT.Q", "*.AFXRA.CI_T.NV_USD.Q", "*.AFXRA.CI_USD.NV_USD.Q"]
    assert COFER.part((folder / "cofer.2026-07-01.xml").read_bytes()) == "G001.*.*.*.*"
    now = figures(full)
    before = {key: value for frame in narrow.values() for key, value in figures(frame).items()}
    assert len(before) == 14
    same = {key for key in before if before[key] == now[key]}
    assert same == {("AFXRA", "CI_T", "SHRO_PT", "Q", "2025-Q4")}
    history = [frame[frame["country"] != "G001"]["time_period"] for frame in narrow.values()]
    assert set(pd.concat(history)) == {"1999-Q3", "1999-Q4"}


def test_the_positions_of_each_pair(folder) -> None:
    frames = {pair: read(POSITIONS, (folder / f"pip_{pair}.xml").read_bytes()) for pair in PAIRS}
    assert {pair: frame["obs_value"].tolist() for pair, frame in frames.items()} == {
        "CYM_JPN": ["173483605177.7"],
        "GBR_JPN": ["182915768700"],
        "JPN_USA": ["2342597257026.434"],
        "LUX_JPN": ["188987284934.7159"],
        "USA_JPN": ["1344145000000"],
    }
    everything = pd.concat(frames.values())
    assert set(everything["period_start"] + everything["period_end"]) == {"2025-01-012025-06-30"}
    parts = {POSITIONS.part((folder / f"pip_{pair}.xml").read_bytes()) for pair in PAIRS}
    assert parts == set(load_datasets()["imf/pip_portfolio_positions"].sources[0].items)


def test_the_structure_message_is_refused(folder) -> None:
    structure = (folder / "cofer_dsd.xml").read_bytes()
    for parser, what in ((COFER, "imf/cofer"), (POSITIONS, "imf/pip_portfolio_positions")):
        with pytest.raises(
            LayoutError, match=rf"{what}: expected a data message .*, found a structure message"
        ):
            parser.recognise(structure)


def test_attributes_that_a_series_may_have_are_in_the_structure_message(folder) -> None:
    structure = (folder / "cofer_dsd.xml").read_text()
    assert set(re.findall(r'<str:Attribute [^>]*?\bid="(\w+)"', structure)) >= ATTRIBUTES
    dimensions = re.findall(r'<str:(?:Time)?Dimension [^>]*?\bid="(\w+)"', structure)
    assert dimensions == [*FLOW.dimensions, TIME]


def test_the_message_of_another_dataset_or_publisher_is_refused(publishers, folder) -> None:
    with pytest.raises(
        LayoutError, match=r"expected one data set of IMF.STA:PIP, found 1 of \['IMF.STA:COFER'"
    ):
        POSITIONS.recognise((folder / "cofer.2026-07-01.xml").read_bytes())
    with pytest.raises(
        LayoutError, match=r"expected one data set of IMF.STA:COFER, found 1 of \['IMF.STA:PIP'"
    ):
        COFER.recognise((folder / "pip_USA_JPN.xml").read_bytes())
    with pytest.raises(LayoutError, match="expected an SDMX message in XML, found"):
        COFER.recognise((publishers / "jp_mof" / "week.2026-08-14.csv").read_bytes())


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_message_that_went_wrong_is_refused_with_what_was_expected_and_where(short, mutation) -> None:
    payload, words = mutated(mutation, short)
    with pytest.raises(LayoutError, match=words):
        read(COFER, payload)


def test_the_figures_of_a_pull_of_this_version_come_out_digit_by_digit(facts, full) -> None:
    """Other versions of these figures, and those of the method before, are not held."""
    held, compared = figures(full), 0
    kinds = {"cofer_share_nominal": "SHRO_PT", "cofer_holdings": "NV_USD"}
    with (facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind, _, currency = row["indicator"].partition(".")
            if kind in kinds and row["vintage"].startswith("API pull 2026-08-24"):
                period = row["period"].replace("Q", "-Q")
                ours = held.get(("AFXRA", f"CI_{currency}", kinds[kind], "Q", period))
                assert ours == Decimal(row["value"]) or period < "2014", row
                compared += ours is not None
    assert compared == 93


OF_POSITIONS: dict[str, tuple[bytes, bytes, str]] = {
    "a dimension renamed": (b" COUNTERPART_COUNTRY=", b" COUNTERPART=", "expected COUNTERPART_COUNTRY = "),
    "a dimension gone": (b' COUNTERPART_COUNTRY="JPN"', b"", "expected COUNTERPART_COUNTRY = .* found None"),
    "a dimension more": (b' COUNTRY="USA"', b' COUNTRY="USA" SEX="T"', r"found \['SEX'\] too"),
    "dimensions swapped": (
        b'ACCOUNTING_ENTRY="A" INDICATOR="P_TOTINV_P_USD" SECTOR',
        b'ACCOUNTING_ENTRY="P_TOTINV_P_USD" INDICATOR="A" SECTOR',
        "expected ACCOUNTING_ENTRY = A",
    ),
    "liabilities": (b'ACCOUNTING_ENTRY="A" INDICATOR', b'ACCOUNTING_ENTRY="L" INDICATOR', "expected ACCOUNT"),
    "two letters": (b'COUNTRY="USA"', b'COUNTRY="US"', "expected COUNTRY = "),
    "another unit": (b'UNIT="USD"', b'UNIT="EUR"', "expected UNIT = USD for .*, found 'EUR'"),
    "another scale": (b'SCALE="6"', b'SCALE="0"', "expected SCALE = 6 for .*, found '0'"),
    "millions": (b'"1344145000000"', b'"1344145"', "expected the largest figure of P_TOTINV_P_USD between"),
    "no number": (b'"1344145000000"', b'"n.a."', "expected a number in OBS_VALUE for .* found 'n.a.'"),
    "commas": (
        b'"1344145000000"',
        b'"1,344,145,000,000"',
        "expected a number in OBS_VALUE for .* found '1,344",
    ),
    "full-width digits": (b'"1344145000000"', '"１344145000000"'.encode(), "expected a number in OBS_VALUE"),
    "a negative figure": (b'"1344145000000"', b'"-1344145000000"', "no negative figure|largest figure"),
    "a quarter": (b'"2025-S1"', b'"2025-Q1"', "expected TIME_PERIOD as .* found '2025-Q1'"),
    "a third half": (b'"2025-S1"', b'"2025-S3"', "expected TIME_PERIOD as .* found '2025-S3'"),
    "the figure renamed": (b" OBS_VALUE=", b" VALUE=", "expected"),
}


@pytest.mark.parametrize("mutation", OF_POSITIONS)
def test_positions_that_went_wrong_are_refused_with_what_was_expected_and_where(folder, mutation) -> None:
    old, new, words = OF_POSITIONS[mutation]
    payload = (folder / "pip_USA_JPN.xml").read_bytes()
    assert old in payload
    with pytest.raises(LayoutError, match=f"(?s)imf/pip_portfolio_positions: .*{words}"):
        read(POSITIONS, payload.replace(old, new))
