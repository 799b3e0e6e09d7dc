"""The archive: immutable snapshots, whole or not at all."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from upath import UPath

from orchestration import archive as archive_module
from orchestration.archive import Archive, Basis, Origin, Snapshot
from orchestration.errors import ArchiveError

DATASET = "jp_mof/securities_weekly"
PUBLISHED = datetime(2026, 8, 5, 23, 50, tzinfo=UTC)
RETRIEVED = datetime(2026, 8, 6, 0, 5, 7, tzinfo=UTC)


@pytest.fixture(params=["folder", "address of a folder", "object store"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    roots = {
        "folder": tmp_path / "my archive",
        "address of a folder": f"file://{tmp_path}/my archive",
        "object store": f"memory://{uuid4().hex}/archive",
    }
    return Archive(UPath(roots[request.param]))


@pytest.fixture
def on_disk(tmp_path: Path) -> Archive:
    return Archive(UPath(tmp_path / "archive"))


def store(archive: Archive, payload: bytes, **known: object) -> tuple[Snapshot, bool]:
    about = {
        "published_at": PUBLISHED,
        "retrieved_at": RETRIEVED,
        "extension": "csv",
        "address": "https://www.publisher.example/week.csv",
        "licence": "Public Data License",
        "origin": Origin.LIVE,
    }
    return archive.store(DATASET, payload, **(about | known))


def names(archive: Archive, dataset: str = DATASET) -> list[str]:
    return sorted(path.name for path in (archive.root / dataset).iterdir())


def test_what_is_stored_is_read_again_with_all_that_is_known_of_it(archive):
    stored, new = store(archive, b"1,2\r\n", headers={"etag": '"v1"'}, note="bytes as sent")
    assert new
    assert archive.snapshots(DATASET) == [stored]
    assert archive.read(stored) == b"1,2\r\n"
    assert archive.verify() == (1, [])
    assert (stored.known_at, stored.known_at_basis) == (PUBLISHED, Basis.PUBLISHED)
    assert (stored.retrieved_at, stored.bytes) == (RETRIEVED, 5)
    assert names(archive) == [f"{stored.id}.csv", f"{stored.id}.json"]
    assert stored.id.startswith("20260805T235000Z_")


def test_an_archive_that_is_not_there_yet_holds_nothing(archive):
    assert archive.snapshots(DATASET) == []
    assert archive.verify() == (0, [])


def test_the_same_bytes_are_one_snapshot_however_often_they_are_sent(archive):
    first, _ = store(archive, b"1")
    again, new = store(archive, b"1", published_at=None, retrieved_at=RETRIEVED + timedelta(days=1))
    assert (again, new) == (first, False)
    assert len(names(archive)) == 2


def test_a_file_without_a_stamp_is_known_from_when_it_was_retrieved(archive):
    stored, _ = store(archive, b"1", published_at=None)
    assert (stored.known_at, stored.known_at_basis) == (RETRIEVED, Basis.RETRIEVED)


def test_a_correction_under_the_same_stamp_is_known_from_when_it_was_retrieved(archive):
    first, _ = store(archive, b"wrong")
    later = RETRIEVED + timedelta(hours=3)
    second, new = store(archive, b"right", retrieved_at=later)
    assert new
    assert (second.known_at, second.known_at_basis) == (later, Basis.RETRIEVED)
    assert archive.snapshots(DATASET) == [first, second]


def test_an_older_download_under_the_same_stamp_does_not_override_its_correction(archive):
    """A desk finds the first print after the corrected file was archived."""
    corrected, _ = store(archive, b"right", retrieved_at=RETRIEVED + timedelta(days=2))
    first, new = store(archive, b"wrong", retrieved_at=RETRIEVED)
    assert new
    assert archive.snapshots(DATASET) == [first, corrected]
    assert first.known_at == corrected.known_at - timedelta(seconds=1)


def test_two_files_never_share_a_time(archive):
    for payload in (b"1", b"2", b"3"):
        store(archive, payload, published_at=None)
    known = [snapshot.known_at for snapshot in archive.snapshots(DATASET)]
    assert known == [RETRIEVED, RETRIEVED + timedelta(seconds=1), RETRIEVED + timedelta(seconds=2)]


def test_parts_that_are_alike_are_two_snapshots(archive):
    both = [store(archive, b"1", published_at=None, part=part)[0] for part in ("a.csv", "b.csv")]
    assert archive.snapshots(DATASET) == both
    assert archive.verify() == (2, [])


def test_bytes_that_may_return_are_a_version_again_once_others_were_there(archive):
    days = [RETRIEVED + timedelta(days=n) for n in range(4)]
    for payload, day, new in zip((b"1", b"2", b"1", b"1"), days, (True, True, True, False), strict=True):
        _, found = store(archive, payload, published_at=None, retrieved_at=day, may_return=True)
        assert found is new
    assert [s.known_at for s in archive.snapshots(DATASET)] == days[:3]


def test_snapshots_are_in_the_order_in_which_they_became_known(archive):
    days = [datetime(2026, month, 10, tzinfo=UTC) for month in (8, 6, 7)]
    for number, day in enumerate(days):
        store(archive, b"%d" % number, published_at=day, retrieved_at=RETRIEVED + timedelta(days=90))
    assert [s.known_at for s in archive.snapshots(DATASET)] == sorted(days)


def test_times_of_another_zone_are_kept_in_utc(archive):
    tokyo = datetime.fromisoformat("2026-08-06T08:50:00+09:00")
    stored, _ = store(archive, b"1", published_at=tokyo)
    assert stored.id.startswith("20260805T235000Z_")
    assert archive.snapshots(DATASET)[0].known_at.isoformat() == "2026-08-05T23:50:00+00:00"


def test_a_publishers_json_is_not_taken_for_a_sidecar(archive):
    stored, _ = store(archive, b'{"rates": []}', extension="json")
    assert archive.read(stored) == b'{"rates": []}'
    assert archive.snapshots(DATASET) == [stored]
    assert archive.verify() == (1, [])
    assert store(archive, b'{"rates": []}', extension="json") == (stored, False)


def test_bytes_without_a_sidecar_are_no_snapshot_until_they_are_stored_again(archive):
    stored, _ = store(archive, b"1")
    (archive.root / DATASET / f"{stored.id}.json").unlink()
    assert archive.snapshots(DATASET) == []
    assert archive.verify() == (0, [])
    assert store(archive, b"1") == (stored, True)
    assert archive.read(stored) == b"1"
    assert len(names(archive)) == 2


def test_a_crash_before_the_sidecar_leaves_an_archive_that_the_next_look_mends(archive, monkeypatch):
    write_whole = archive_module.write_whole

    def crash_at_the_sidecar(path: UPath, payload: bytes) -> None:
        if path.parent.name == "securities_weekly" and path.suffix == ".json":
            raise KeyboardInterrupt
        write_whole(path, payload)

    with monkeypatch.context() as crashing:
        crashing.setattr(archive_module, "write_whole", crash_at_the_sidecar)
        with pytest.raises(KeyboardInterrupt):
            store(archive, b"1")
    assert len(names(archive)) == 1
    assert archive.snapshots(DATASET) == []
    assert archive.verify() == (0, [])
    stored, new = store(archive, b"1")
    assert (new, archive.verify()) == (True, (1, []))
    assert archive.read(stored) == b"1"


def test_a_sidecar_that_somebody_else_wrote_meanwhile_stays_as_it_is(archive):
    """As on another machine with the same bucket, whose files were not there when they were listed."""
    theirs, _ = store(archive, b"1", note="theirs")
    found, new = store(archive, b"1", note="ours", among=[])
    assert (found, new) == (theirs, False)
    assert archive.snapshots(DATASET) == [theirs]


def test_what_is_stored_is_put_among_the_snapshots_of_the_caller(archive):
    newest, _ = store(archive, b"2")
    known = archive.snapshots(DATASET)
    oldest, _ = store(archive, b"1", published_at=PUBLISHED - timedelta(days=7), among=known)
    assert known == [oldest, newest] == archive.snapshots(DATASET)
    assert store(archive, b"1", among=known) == (oldest, False)


def test_the_names_of_new_folders_are_on_the_disk_before_the_first_snapshot_counts(on_disk, monkeypatch):
    synced, fsync = [], os.fsync
    monkeypatch.setattr(
        "os.fsync", lambda opened: synced.append(Path(f"/proc/self/fd/{opened}").resolve()) or fsync(opened)
    )
    snapshot, _ = store(on_disk, b"1")
    root = Path(on_disk.root)
    last = synced.index(root / DATASET / f".{snapshot.sidecar_name}.{os.getpid()}.tmp")
    assert {root.parent, root, (root / DATASET).parent} <= set(synced[:last])


def test_leftovers_of_a_killed_write_are_passed_over(archive):
    stored, _ = store(archive, b"1")
    folder = archive.root / DATASET
    (folder / f".{stored.id}.json.4711.tmp").write_bytes(b'{"dataset": "jp_m')
    (folder / f".{stored.id}.csv.4711.tmp").write_bytes(b"")
    assert archive.snapshots(DATASET) == [stored]
    assert archive.verify() == (1, [])


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_neither_half_a_file_nor_a_leftover(on_disk, monkeypatch, failing):
    def disk_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store(on_disk, b"1")
    before = names(on_disk)
    monkeypatch.setattr(*{"fsync": ("os.fsync", disk_full), "replace": (Path, "replace", disk_full)}[failing])
    with pytest.raises(OSError, match="No space left"):
        store(on_disk, b"2", published_at=None)
    assert names(on_disk) == before


@pytest.mark.parametrize(
    "broken", [b"", b'{"dataset": "jp_m', b"[]", b"null", b"\xff\xfe\x00", b'{"bytes": 1}']
)
def test_a_broken_sidecar_is_named(archive, broken):
    stored, _ = store(archive, b"1")
    whole, _ = store(archive, b"2", published_at=None)
    (archive.root / DATASET / f"{stored.id}.json").write_bytes(broken)
    with pytest.raises(ArchiveError, match=rf"{stored.id}\.json is not a sidecar .*Restore it"):
        archive.snapshots(DATASET)
    count, wrong = archive.verify()
    assert count == 1, f"{whole.id} is whole"
    assert len(wrong) == 1
    assert f"{stored.id}.json" in wrong[0]


def test_a_sidecar_under_another_name_is_named(archive):
    stored, _ = store(archive, b"1")
    folder = archive.root / DATASET
    (folder / "20200101T000000Z_0123456789ab.json").write_bytes((folder / f"{stored.id}.json").read_bytes())
    count, wrong = archive.verify()
    assert count == 1
    assert "20200101T000000Z_0123456789ab.json describes" in wrong[0]


def test_changed_bytes_are_found_by_reading_and_by_verifying(archive):
    stored, _ = store(archive, b"1,689")
    (archive.root / DATASET / stored.file_name).write_bytes(b"1,688")
    with pytest.raises(ArchiveError, match=rf"{stored.file_name} was changed .*{stored.sha256[:12]}"):
        archive.read(stored)
    count, wrong = archive.verify()
    assert count == 0
    assert stored.file_name in wrong[0]


def test_lost_bytes_are_found_by_reading_and_by_verifying(archive):
    stored, _ = store(archive, b"1")
    (archive.root / DATASET / stored.file_name).unlink()
    with pytest.raises(ArchiveError, match=rf"{stored.file_name} is gone"):
        archive.read(stored)
    assert "is gone" in archive.verify()[1][0]


def test_a_file_from_the_future_is_refused(archive):
    with pytest.raises(ArchiveError, match=r"published on 2026-08-08 00:00 UTC, after .*2026-08-06 00:05"):
        store(archive, b"1", published_at=datetime(2026, 8, 8, tzinfo=UTC))
    assert archive.snapshots(DATASET) == []


def test_a_stamp_of_the_same_day_is_not_the_future(archive):
    stored, _ = store(archive, b"1", published_at=RETRIEVED + timedelta(hours=20))
    assert stored.known_at_basis is Basis.PUBLISHED


def test_no_bytes_are_no_file(archive):
    with pytest.raises(ArchiveError, match="expected a file to keep, found no bytes"):
        store(archive, b"")


@pytest.mark.parametrize("real", [Origin.LIVE, Origin.IMPORT])
def test_real_figures_are_refused_beside_made_up_ones(archive, real):
    store(archive, b"1", origin=Origin.SAMPLE)
    with pytest.raises(ArchiveError, match=r"holds made-up .* refused to put publishers' .*TIDEMARK_DATA"):
        store(archive, b"2", origin=real)
    assert len(archive.snapshots(DATASET)) == 1


@pytest.mark.parametrize("real", [Origin.LIVE, Origin.IMPORT])
def test_made_up_figures_are_refused_beside_real_ones(archive, real):
    store(archive, b"1", origin=real)
    with pytest.raises(ArchiveError, match="holds publishers' real figures; refused to put made-up"):
        store(archive, b"2", origin=Origin.SAMPLE)
    assert len(archive.snapshots(DATASET)) == 1


def test_downloads_and_imports_share_an_archive(archive):
    store(archive, b"1", origin=Origin.IMPORT)
    store(archive, b"2", origin=Origin.LIVE, published_at=None)
    assert [s.origin for s in archive.snapshots(DATASET)] == [Origin.IMPORT, Origin.LIVE]


def test_a_sidecar_can_be_read_without_tidemark(archive):
    stored, _ = store(archive, b"1", headers={"etag": '"v1"'})
    sidecar = json.loads((archive.root / DATASET / f"{stored.id}.json").read_text())
    assert sidecar["known_at"] == "2026-08-05T23:50:00+00:00"
    assert sidecar["licence"] == "Public Data License"
    assert sidecar["origin"] == "live"
    assert sidecar["headers"] == {"etag": '"v1"'}
