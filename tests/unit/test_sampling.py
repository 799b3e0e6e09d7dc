"""The made-up mirror: written again to the byte, read by the real parsers, and what it shows."""

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from orchestration.archive import Origin
from orchestration.arrivals import awaited_release
from orchestration.errors import ArchiveError
from orchestration.mirror import COLUMNS, clock_of, mirror_origin, read_index
from orchestration.parsing import find_parser
from orchestration.records import Dataset, load_datasets
from orchestration.releases import Arrival, arrival, due_at
from orchestration.sampling import workbook, write_sample
from orchestration.sources import wanted
from orchestration.spreadsheets import sheets
from tests.desk import ROOT

SAMPLE = ROOT / "sample"
ENTRIES = read_index(SAMPLE)
DATASETS = load_datasets()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def is_an_address_of(dataset: Dataset, url: str) -> bool:
    """Whether a file is where a source of its dataset has it; a sample may ask for fewer series."""
    for source in dataset.sources:
        if source.links:
            fits = bool(re.search(source.links, url))
        elif source.series or source.inbox:
            fits = url.startswith(source.url.split("{series}")[0])
        else:
            fits = any(url == file.addresses[0] for file in wanted(source, date(2026, 11, 20)))
        if fits:
            return True
    return False


def parsed(file: str):
    (entry,) = [e for e in ENTRIES if e.file == file]
    parser, _ = find_parser(*entry.dataset.split("/"))
    return parser.parse((SAMPLE / file).read_bytes())


def test_the_sample_in_the_repository_is_what_the_code_writes(tmp_path) -> None:
    names = write_sample(tmp_path)
    assert contents(tmp_path) == contents(SAMPLE), "`python -m orchestration.cli sample` writes it again"
    assert sorted(names) == sorted(contents(tmp_path))


def test_writing_it_twice_changes_nothing(tmp_path) -> None:
    write_sample(tmp_path)
    first = contents(tmp_path)
    write_sample(tmp_path)
    assert contents(tmp_path) == first


def test_files_that_are_no_longer_made_go_and_others_stay(tmp_path) -> None:
    write_sample(tmp_path)
    row = "jp_mof/securities_weekly,jp_mof/week.old.csv,,2026-01-01,,1,,made up\n"
    with (tmp_path / "index.csv").open("a", encoding="utf-8") as index:
        index.write(row)
    (tmp_path / "jp_mof" / "week.old.csv").write_bytes(b"x")
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    write_sample(tmp_path)
    assert set(contents(tmp_path)) == {*contents(SAMPLE), "README.md"}


def test_a_mirror_of_real_files_is_not_written_over(tmp_path) -> None:
    (tmp_path / "index.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with pytest.raises(ArchiveError, match="does not say that it is made up"):
        write_sample(tmp_path)
    assert list(contents(tmp_path)) == ["index.csv"]


def test_it_says_of_itself_that_it_is_made_up() -> None:
    assert mirror_origin(SAMPLE) is Origin.SAMPLE
    assert {entry.note for entry in ENTRIES} == {"made up"}


def test_it_is_small() -> None:
    assert sum(len(payload) for payload in contents(SAMPLE).values()) < 2_000_000


def test_it_has_a_file_of_every_dataset() -> None:
    assert {entry.dataset for entry in ENTRIES} == set(DATASETS)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.file)
def test_a_file_is_what_its_index_says_and_its_parser_knows(entry) -> None:
    payload = (SAMPLE / entry.file).read_bytes()
    assert (entry.bytes, entry.sha256) == (str(len(payload)), sha256(payload).hexdigest())
    assert is_an_address_of(DATASETS[entry.dataset], entry.url)
    parser, _ = find_parser(*entry.dataset.split("/"))
    parser.recognise(payload)
    assert len(parser.parse(payload)) > 0
    stamp = parser.published_on(payload)
    assert stamp is None or stamp.isoformat()[:10] == entry.published_on


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.file)
def test_nobody_has_a_file_well_before_its_newest_period_was_due(entry) -> None:
    dataset = DATASETS[entry.dataset]
    due, _ = due_at(
        dataset.release, date.fromisoformat(parsed(entry.file)["period_end"].max()), dataset.overrides
    )
    # A publisher may be some days early; the dollar's month in the Treasury's window is.
    assert date.fromisoformat(entry.retrieved_on) >= due.date() - timedelta(days=3)
    assert entry.published_on <= entry.retrieved_on


def test_on_its_day_the_exchange_rates_are_due_and_nothing_is_late() -> None:
    now = datetime.fromisoformat(clock_of(SAMPLE))
    assert now == datetime(2026, 11, 20, 9, tzinfo=UTC)
    newest: dict[str, date] = {}
    for entry in ENTRIES:
        last = date.fromisoformat(parsed(entry.file)["period_end"].max())
        newest[entry.dataset] = max(last, newest.get(entry.dataset, last))
    states = {name: arrival(awaited_release(DATASETS[name], day), now, day) for name, day in newest.items()}
    assert states.pop("ecb/fx_reference_rates") is Arrival.DUE
    assert set(states.values()) == {Arrival.FRESH}


def test_the_second_weekly_file_revises_one_week_and_adds_one() -> None:
    first = parsed("jp_mof/week.2026-11-12.csv").set_index("period_end")
    second = parsed("jp_mof/week.2026-11-19.csv").set_index("period_end")
    assert list(second.index.difference(first.index)) == ["2026-11-14"]
    assert first.index.max() == "2026-11-07"
    changed = first.ne(second.loc[first.index])
    assert list(first.index[changed.any(axis=1)]) == ["2026-10-24"]
    columns = list(changed.columns[changed.any()])
    assert all(column.startswith("assets_") for column in columns)
    assert len(columns) > 3


def test_figures_by_sector_add_up_to_the_outward_ones() -> None:
    outward = parsed("jp_mof/montha1.2026-11-10.csv").set_index(["frequency", "period_start"])
    for name, asset_class in (
        ("monthb2", "equity"),
        ("monthb3", "long_term_debt"),
        ("monthb4", "short_term_debt"),
    ):
        by_sector = parsed(f"jp_mof/{name}.2026-11-10.csv").set_index(["frequency", "period_start"])
        for measure in ("acquisition", "disposition", "net"):
            assert by_sector[f"all_{measure}"].equals(
                outward.loc[by_sector.index, f"assets_{asset_class}_{measure}"].rename(f"all_{measure}")
            )


def test_the_rates_walk_without_a_jump() -> None:
    frame = parsed("ecb/eurofxref-hist.2026-11-18.zip")
    assert frame["date"].max() == "2026-11-18"
    wide = frame.pivot_table(
        index="date", columns="currency", values="rate", aggfunc=lambda r: float(r.iloc[0])
    )
    assert wide.pct_change(fill_method=None).abs().max().max() < 0.02


def test_a_made_up_workbook_is_the_same_bytes_whenever_it_is_made() -> None:
    rows = [[2025.01, None, "33990.78\xa0"], [], [7]]
    made = workbook({"Sheet1": rows, "Sheet2": []})
    assert sheets(made, "p/d") == {
        "Sheet1": [["2025.01", "", "33990.78\xa0"], [""] * 3, ["7", "", ""]],
        "Sheet2": [],
    }
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {part.compress_type for part in parts.infolist()} == {zipfile.ZIP_STORED}
        assert str(date.today().year).encode() not in parts.read("docProps/core.xml").replace(
            b"2026-11-20", b""
        )
    assert made == workbook({"Sheet1": rows, "Sheet2": []})
