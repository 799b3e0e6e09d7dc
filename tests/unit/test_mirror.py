"""Importing a mirror: files into the archive, in order of date, with their own dates."""

import csv
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock
from upath import UPath

from orchestration.archive import Archive, Basis, Origin
from orchestration.errors import ArchiveError, LayoutError
from orchestration.mirror import COLUMNS, ImportReport, import_mirror, mirror_origin, release_time
from orchestration.parsing import Parser
from orchestration.records import load_datasets
from orchestration.settings import Settings

NOW = datetime(2027, 1, 1, tzinfo=UTC)
DATASETS = load_datasets()
WEEKLY = "jp_mof/securities_weekly"  # 08:50 in Tokyo is 23:50 UTC of the day before
RATES = "ecb/fx_reference_rates"  # its files carry no stamp


def recognise(payload: bytes) -> None:
    if not payload.startswith(b"known"):
        raise LayoutError(f"expected 'known', found '{payload[:10].decode()}'")


def published_on(payload: bytes) -> date | None:
    found = re.search(rb"stamp (\S+)", payload)
    return date.fromisoformat(found[1].decode()) if found else None


@pytest.fixture(autouse=True)
def _known_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = Parser(columns=(), recognise=recognise, parse=lambda _: None, published_on=published_on)
    monkeypatch.setattr("orchestration.mirror.find_parser", lambda *_: (parser, ""))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(UPath(tmp_path / "archive"))


def settings_of(archive: Archive) -> Settings:
    """A data folder with this archive in it, on the day of these tests."""
    return Settings(data=Path(archive.root).parent, clock=NOW)


class Mirror:
    """A folder whose index a test fills row by row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        self.datasets = dict(DATASETS)
        folder.mkdir()

    def has(self, file: str, payload: bytes, **given: str) -> None:
        (self.folder / file).write_bytes(payload)
        about = {"bytes": str(len(payload)), "sha256": sha256(payload).hexdigest()}
        self.lists(file, **about | given)

    def lists(self, file: str, **given: str) -> None:
        row = dict.fromkeys(COLUMNS, "") | {"dataset": WEEKLY, "retrieved_on": "2026-08-15"}
        self.rows.append(row | {"file": file} | given)

    def into(self, archive: Archive, encoding: str = "utf-8") -> ImportReport:
        with (self.folder / "index.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return import_mirror(self.folder, settings_of(archive), self.datasets)


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror")


def only_refusal(report: ImportReport) -> str:
    assert (report.added, report.known, report.left_out) == ([], [], [])
    ((_, reason),) = report.refused
    return reason


def test_files_come_in_order_of_date_with_their_own_dates(mirror, archive):
    mirror.has("b.csv", b"known stamp 2026-08-14", retrieved_on="2026-08-15")
    mirror.has("a.csv", b"known stamp 2026-08-06", retrieved_on="2026-08-10")
    report = mirror.into(archive)
    assert [s.known_at for s in report.added] == [
        datetime(2026, 8, 5, 23, 50, tzinfo=UTC),
        datetime(2026, 8, 13, 23, 50, tzinfo=UTC),
    ]
    assert {s.known_at_basis for s in report.added} == {Basis.PUBLISHED}
    assert archive.snapshots(WEEKLY) == report.added


def test_a_snapshot_keeps_what_the_index_and_the_record_say(mirror, archive):
    mirror.has("a.csv", b"known", url="https://www.mof.go.jp/old/week.csv", note="from the desk's disk")
    mirror.has("b.zip", b"known rates", dataset=RATES)
    first, second = mirror.into(archive).added
    assert (first.address, first.note) == ("https://www.mof.go.jp/old/week.csv", "from the desk's disk")
    assert (first.licence, first.extension) == ("Public Data License (Version 1.0) (unverified)", "csv")
    assert second.address == DATASETS[RATES].address


def test_a_second_import_knows_every_file(mirror, archive):
    mirror.has("a.csv", b"known stamp 2026-08-06")
    added = mirror.into(archive).added
    again = mirror.into(archive)
    assert (again.added, again.known) == ([], added)


def test_files_of_datasets_without_a_record_are_left_out_and_named(mirror, archive):
    mirror.has("a.csv", b"known", dataset="un/comtrade")
    report = mirror.into(archive)
    assert [entry.dataset for entry in report.left_out] == ["un/comtrade"]
    assert (report.added, report.refused) == ([], [])


def test_a_dataset_may_have_further_names_in_a_mirror_and_each_file_keeps_its_ending(mirror, archive):
    mirror.datasets[WEEKLY] = DATASETS[WEEKLY].model_copy(update={"mirror_names": ("weekly (old copies)",)})
    mirror.has("a.txt", b"known of old", dataset="weekly (old copies)", retrieved_on="2026-08-07")
    mirror.has("b.csv", b"known")
    report = mirror.into(archive)
    assert [(s.dataset, s.extension) for s in report.added] == [(WEEKLY, "txt"), (WEEKLY, "csv")]


def test_a_file_keeps_the_part_that_its_parser_finds_in_it(mirror, archive, monkeypatch):
    parser = Parser(
        columns=(), recognise=recognise, parse=lambda _: None, part=lambda file: file[-4:].decode()
    )
    monkeypatch.setattr("orchestration.mirror.find_parser", lambda *_: (parser, ""))
    mirror.has("a.csv", b"known 2025")
    mirror.has("b.csv", b"known 2026")
    added = mirror.into(archive).added
    assert [s.part for s in added] == ["2025", "2026"]
    assert len({s.known_at for s in added}) == 1, "parts do not stand in each other's way"


def test_the_day_in_the_index_dates_a_file_without_a_stamp(mirror, archive):
    mirror.has("a.zip", b"known", dataset=RATES, published_on="2026-08-14")
    (stored,) = mirror.into(archive).added
    assert stored.known_at == datetime(2026, 8, 14, 14, 0, tzinfo=UTC), "16:00 in Frankfurt"
    assert stored.known_at_basis is Basis.PUBLISHED


@pytest.mark.parametrize(
    ("retrieved_on", "known_at"),
    [
        ("2026-08-15", datetime(2026, 8, 15, 23, 59, 59, tzinfo=UTC)),
        ("2026-08-15T10:30:00", datetime(2026, 8, 15, 10, 30, tzinfo=UTC)),
        ("2026-08-15 10:30", datetime(2026, 8, 15, 10, 30, tzinfo=UTC)),
        ("2026-08-15T10:30:00+09:00", datetime(2026, 8, 15, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_bare_day_of_retrieval_counts_to_its_end_and_a_time_as_it_is(
    mirror, archive, retrieved_on, known_at
):
    mirror.has("a.zip", b"known", dataset=RATES, retrieved_on=retrieved_on)
    (stored,) = mirror.into(archive).added
    assert (stored.known_at, stored.known_at_basis) == (known_at, Basis.RETRIEVED)


def test_an_older_file_that_a_desk_finds_later_becomes_an_earlier_snapshot(mirror, archive, tmp_path):
    mirror.has("new.csv", b"known stamp 2026-08-14")
    (newer,) = mirror.into(archive).added
    attic = Mirror(tmp_path / "attic")
    attic.has("old.csv", b"known stamp 2026-08-06", retrieved_on="2026-08-06")
    (older,) = attic.into(archive).added
    assert archive.snapshots(WEEKLY) == [older, newer]


@pytest.mark.parametrize("hidden_in", ["mirror", "elsewhere"])
def test_a_file_outside_the_folder_is_refused(mirror, archive, tmp_path, hidden_in):
    (tmp_path / "secret.csv").write_bytes(b"known")
    if hidden_in == "mirror":
        (mirror.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    names = {"mirror": ["link.csv"], "elsewhere": ["../secret.csv", str(tmp_path / "secret.csv")]}
    for name in names[hidden_in]:
        mirror.lists(name)
    report = mirror.into(archive)
    assert len(report.refused) == len(mirror.rows)
    assert all("not in the folder" in reason for _, reason in report.refused)
    assert report.added == []


def test_a_missing_file_is_refused(mirror, archive):
    mirror.lists("gone.csv")
    assert only_refusal(mirror.into(archive)) == "gone.csv: listed in the index, but not in the folder."


@pytest.mark.parametrize("said", ["4", "1,000", "five"])
def test_a_file_of_another_size_is_refused(mirror, archive, said):
    mirror.has("a.csv", b"known", bytes=said)
    assert only_refusal(mirror.into(archive)) == f"a.csv: the index says {said} bytes, found 5."


def test_a_file_with_other_bytes_is_refused(mirror, archive):
    mirror.has("a.csv", b"known", sha256="0" * 64)
    assert "a.csv: its sha256 is not the one" in only_refusal(mirror.into(archive))


def test_an_index_may_write_hashes_in_capitals_or_leave_them_out(mirror, archive):
    mirror.has("a.csv", b"known", sha256=sha256(b"known").hexdigest().upper())
    mirror.has("b.csv", b"known too", sha256="", bytes="")
    assert len(mirror.into(archive).added) == 2


def test_a_stamp_that_the_index_contradicts_is_refused(mirror, archive):
    mirror.has("a.csv", b"known stamp 2026-08-06", published_on="2026-08-07")
    reason = only_refusal(mirror.into(archive))
    assert "published on 2026-08-06, the index says 2026-08-07" in reason


def test_a_file_from_after_its_retrieval_is_refused(mirror, archive):
    mirror.has("a.csv", b"known stamp 2026-08-14", retrieved_on="2026-08-06")
    assert "published on 2026-08-13 23:50 UTC, after it was retrieved" in only_refusal(mirror.into(archive))


def test_what_the_parser_does_not_know_is_refused_with_its_words(mirror, archive):
    mirror.has("a.csv", b"<html>")
    assert only_refusal(mirror.into(archive)) == "expected 'known', found '<html>'"


@pytest.mark.parametrize(
    ("column", "said", "expected"),
    [
        ("retrieved_on", "", "expected a date YYYY-MM-DD, found ''"),
        ("retrieved_on", "15.8.2026", "expected a date YYYY-MM-DD, found '15.8.2026'"),
        ("retrieved_on", "2026-08-15 half past ten", "'2026-08-15 half past ten' is not a time"),
        ("published_on", "Aug 14", "expected a date YYYY-MM-DD, found 'Aug 14'"),
    ],
)
def test_a_date_that_is_none_is_refused(mirror, archive, column, said, expected):
    mirror.has("a.csv", b"known", **{column: said})
    assert only_refusal(mirror.into(archive)).startswith(f"a.csv: {expected}")


def test_one_refused_file_does_not_stop_the_others(mirror, archive):
    mirror.lists("gone.csv", retrieved_on="2026-08-01")
    mirror.has("early.csv", b"known stamp 2026-08-14", retrieved_on="2026-08-02")
    mirror.has("good.csv", b"known stamp 2026-08-06")
    report = mirror.into(archive)
    assert (len(report.added), len(report.refused)) == (1, 2)


def test_a_folder_without_an_index_is_no_mirror(tmp_path, archive):
    with pytest.raises(ArchiveError, match=r"is not a mirror: expected an index\.csv .*dataset, file, url"):
        import_mirror(tmp_path, settings_of(archive), DATASETS)


def test_an_index_that_lacks_columns_is_told_which(tmp_path, archive):
    (tmp_path / "index.csv").write_text("dataset,file,url,retrieved_on,published_on,note\n")
    with pytest.raises(ArchiveError, match=r"index\.csv: .*missing \['bytes', 'sha256'\]"):
        import_mirror(tmp_path, settings_of(archive), DATASETS)


def test_an_index_that_a_spreadsheet_program_saved_is_read(mirror, archive):
    mirror.has("a.csv", b"known")
    assert len(mirror.into(archive, encoding="utf-8-sig").added) == 1


def test_a_mirror_says_of_itself_that_it_is_made_up(mirror, archive):
    (mirror.folder / "mirror.json").write_text(json.dumps({"origin": "sample"}))
    mirror.has("a.csv", b"known")
    assert [s.origin for s in mirror.into(archive).added] == [Origin.SAMPLE]


def test_a_mirror_that_says_nothing_holds_publishers_files(mirror, archive):
    mirror.has("a.csv", b"known")
    assert [s.origin for s in mirror.into(archive).added] == [Origin.IMPORT]


@pytest.mark.parametrize("said", ['{"origin": "invented"}', "{}", "[]", "sample"])
def test_a_mirror_that_says_something_else_is_refused(mirror, said):
    (mirror.folder / "mirror.json").write_text(said)
    with pytest.raises(ArchiveError, match=r"mirror\.json: expected .*\"sample\""):
        mirror_origin(mirror.folder)


def test_a_made_up_mirror_is_refused_by_an_archive_of_real_files(mirror, archive):
    mirror.has("a.csv", b"known")
    mirror.into(archive)
    (mirror.folder / "mirror.json").write_text(json.dumps({"origin": "sample"}))
    mirror.has("b.csv", b"known too")
    with pytest.raises(ArchiveError, match="refused to put made-up sample figures"):
        mirror.into(archive)


def test_files_wait_until_a_look_at_their_publisher_has_ended(mirror, archive):
    mirror.has("a.csv", b"known stamp 2026-08-06")
    mirror.has("b.zip", b"known", dataset=RATES)
    lock = settings_of(archive).data / "locks" / "jp_mof.lock"
    lock.parent.mkdir()
    looking = FileLock(lock)
    looking.acquire()
    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(mirror.into, archive)
        time.sleep(0.5)
        assert archive.snapshots(WEEKLY) == []
        looking.release()
        assert len(importing.result(timeout=60).added) == 2


def test_a_datasets_sidecars_are_read_once_in_an_import(mirror, archive, monkeypatch):
    for day in range(3, 8):
        mirror.has(f"{day}.csv", f"known stamp 2026-08-0{day}".encode())
    listed, snapshots = [], Archive.snapshots
    monkeypatch.setattr(
        Archive, "snapshots", lambda self, dataset: listed.append(dataset) or snapshots(self, dataset)
    )
    assert len(mirror.into(archive).added) == 5
    assert listed == [WEEKLY]
    mirror.has("again.csv", b"known stamp 2026-08-05 corrected", retrieved_on="2026-08-16")
    report = mirror.into(archive)
    assert (len(report.added), len(report.known)) == (1, 5)
    assert len({s.known_at for s in archive.snapshots(WEEKLY)}) == 6


def test_a_local_time_in_a_file_is_the_publishers_not_the_machines():
    stamp = datetime(2026, 8, 6, 8, 50)
    assert release_time(stamp, DATASETS[WEEKLY]) == datetime(2026, 8, 5, 23, 50, tzinfo=UTC)
    assert release_time(stamp.replace(tzinfo=UTC), DATASETS[WEEKLY]) == stamp.replace(tzinfo=UTC)
    assert release_time(None, DATASETS[WEEKLY]) is None
