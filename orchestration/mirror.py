"""Mirrors: folders of publishers' files with an `index.csv`, and their import into the archive.

A desk that kept its old downloads turns them into vintages here; a machine without a network is
fed by a folder. What a file holds is its parser's business.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path

from orchestration.archive import AHEAD, Archive, Origin, Snapshot, SnapshotError
from orchestration.errors import ArchiveError, LayoutError
from orchestration.locks import publisher_to_oneself
from orchestration.parsing import find_parser
from orchestration.records import Dataset, release_time
from orchestration.settings import Settings


class EntryError(SnapshotError):
    """A file and its row in the index do not agree."""


COLUMNS = ("dataset", "file", "url", "retrieved_on", "published_on", "bytes", "sha256", "note")


@dataclass(frozen=True)
class Entry:
    """One row of a mirror's index."""

    dataset: str
    file: str
    url: str
    retrieved_on: str
    published_on: str
    bytes: str
    sha256: str
    note: str


@dataclass
class ImportReport:
    """What became of each file of a mirror."""

    added: list[Snapshot] = field(default_factory=list)
    known: list[Snapshot] = field(default_factory=list)
    left_out: list[Entry] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)


def mirror_origin(mirror: Path) -> Origin:
    """Whether a mirror holds publishers' files or says of itself (`mirror.json`) that it is made up.

    Raises:
        ArchiveError: it says something else.
    """
    about = mirror / "mirror.json"
    if not about.exists():
        return Origin.IMPORT
    try:
        return Origin(json.loads(about.read_bytes())["origin"])
    except (ValueError, TypeError, KeyError):
        raise ArchiveError(
            f'{about}: expected {{"origin": "sample"}} for made-up figures, or no such file for real ones.'
        ) from None


def clock_of(mirror: Path) -> str:
    """The day on which a made-up mirror plays, so that what is made of it is the same on every day."""
    return json.loads((mirror / "mirror.json").read_text(encoding="utf-8"))["clock"]


def read_index(mirror: Path) -> list[Entry]:
    """The index of a mirror, in order of date.

    Raises:
        ArchiveError: there is no index, or it lacks a column.
    """
    index = mirror / "index.csv"
    if not index.exists():
        raise ArchiveError(
            f"{mirror} is not a mirror: expected an index.csv in it with the columns {', '.join(COLUMNS)}."
        )
    # utf-8-sig: a spreadsheet program leaves a byte order mark.
    with index.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
        if missing:
            raise ArchiveError(f"{index}: expected the columns {', '.join(COLUMNS)}; missing {missing}.")
        entries = [Entry(**{c: (row[c] or "").strip() for c in COLUMNS}) for row in reader]
    return sorted(entries, key=lambda e: (e.published_on or e.retrieved_on, e.retrieved_on, e.file))


def import_mirror(mirror: Path, settings: Settings, datasets: Mapping[str, Dataset]) -> ImportReport:
    """Put a mirror's files into the archive, in order of date, with their own dates.

    A file that is not what its index says, or not what its parser knows, is refused and named; the
    others go on. Files of datasets without a record are left out and named.

    One publisher after the other, each with its lock: nobody looks at it meanwhile.

    Raises:
        ArchiveError: the mirror has no index that can be read, or the archive must not hold its files.
        LockError: a look at a publisher did not end. What was imported before is kept.
    """
    report = ImportReport()
    origin = mirror_origin(mirror)
    by_name = {name: dataset for dataset in datasets.values() for name in (dataset.id, *dataset.mirror_names)}
    ours: dict[str, list[tuple[Entry, Dataset]]] = {}
    for entry in read_index(mirror):
        if dataset := by_name.get(entry.dataset):
            ours.setdefault(dataset.publisher, []).append((entry, dataset))
        else:
            report.left_out.append(entry)
    for publisher, entries in ours.items():
        with publisher_to_oneself(settings, publisher):
            _import(mirror, entries, origin, settings, report)
    return report


def _import(
    mirror: Path,
    entries: list[tuple[Entry, Dataset]],
    origin: Origin,
    settings: Settings,
    report: ImportReport,
) -> None:
    """Put the files of one publisher into the archive, and report of each."""
    archive = Archive(settings.archive_root)
    held = {name: archive.snapshots(name) for name in {dataset.id for _, dataset in entries}}
    for entry, dataset in entries:
        try:
            payload = _read(mirror, entry)
            parser, _ = find_parser(dataset.publisher, dataset.name)
            parser.recognise(payload)
            snapshot, new = archive.store(
                dataset.id,
                payload,
                published_at=_published_at(entry, parser.published_on(payload), dataset),
                retrieved_at=_retrieved_at(entry, settings.now()),
                extension=Path(entry.file).suffix.removeprefix(".") or dataset.format,
                address=entry.url or dataset.address,
                licence=dataset.licence.text,
                origin=origin,
                note=entry.note,
                part=Path(entry.file).name if dataset.inbox else parser.part(payload),
                among=held[dataset.id],
            )
        except (LayoutError, SnapshotError) as error:
            report.refused.append((entry, str(error)))
            continue
        (report.added if new else report.known).append(snapshot)


def _read(mirror: Path, entry: Entry) -> bytes:
    path = mirror / entry.file
    if not path.resolve().is_relative_to(mirror.resolve()) or not path.is_file():
        raise EntryError(f"{entry.file}: listed in the index, but not in the folder.")
    payload = path.read_bytes()
    if entry.bytes and entry.bytes != str(len(payload)):
        raise EntryError(f"{entry.file}: the index says {entry.bytes} bytes, found {len(payload)}.")
    if entry.sha256 and sha256(payload).hexdigest() != entry.sha256.lower():
        raise EntryError(f"{entry.file}: its sha256 is not the one in the index.")
    return payload


def _published_at(entry: Entry, stamp: date | datetime | None, dataset: Dataset) -> datetime | None:
    """The stamp in the file; where it has none, the day that the index gives."""
    given = _date(entry.published_on, entry) if entry.published_on else None
    if stamp is not None and given is not None and _day(stamp) != given:
        raise EntryError(
            f"{entry.file}: the file says that it was published on {_day(stamp)}, the index says {given}."
        )
    return release_time(stamp if stamp is not None else given, dataset)


def _day(stamp: date | datetime) -> date:
    return stamp.date() if isinstance(stamp, datetime) else stamp


def _date(text: str, entry: Entry) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise EntryError(f"{entry.file}: expected a date YYYY-MM-DD, found '{text}'.") from None


def _retrieved_at(entry: Entry, now: datetime) -> datetime:
    """When a file was retrieved, no later than now.

    A bare day counts as its last second: nobody is said to have known sooner than they did.
    """
    text = entry.retrieved_on
    if len(text) > 10:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise EntryError(f"{entry.file}: '{text}' is not a time in ISO 8601.") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    else:
        moment = datetime.combine(_date(text, entry), time(23, 59, 59), UTC)
    if moment > now + AHEAD:
        raise EntryError(f"{entry.file}: retrieved_on is {text}, and now is {now:%Y-%m-%d %H:%M} UTC.")
    return min(moment, now)
