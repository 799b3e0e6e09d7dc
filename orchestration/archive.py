"""The archive: immutable snapshots of publishers' bytes, each with a sidecar that says what it is.

A snapshot exists when its sidecar does. It is never changed and never deleted. Everything right of
the archive can be rebuilt from it. Where bytes come from (network, mirror) is not known here.
"""

import json
from bisect import insort
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from upath import UPath

from orchestration.errors import ArchiveError
from orchestration.files import make_folder, write_whole

# Says whose data an archive holds; there from the first snapshot on.
MARKER = "archive.json"
STAMP = "%Y%m%dT%H%M%SZ"
# A publisher's clock may run ahead of ours, and a date is written before its day ends everywhere.
AHEAD = timedelta(days=1)


class Origin(StrEnum):
    """How bytes came into the archive."""

    LIVE = "live"
    IMPORT = "import"
    SAMPLE = "sample"


class Basis(StrEnum):
    """What `known_at` rests on (the third one, `scheduled`, is for history and decided in SQL)."""

    PUBLISHED = "published"
    RETRIEVED = "retrieved"


class SnapshotError(ArchiveError):
    """These bytes, or their dates, cannot be a snapshot; the archive itself is well."""


@dataclass(frozen=True)
class Snapshot:
    """One version of one dataset's file, or of one part of it. Times are UTC."""

    dataset: str
    known_at: datetime
    known_at_basis: Basis
    retrieved_at: datetime
    sha256: str
    bytes: int
    extension: str
    address: str
    licence: str
    origin: Origin
    headers: dict[str, str]
    note: str = ""
    part: str = ""

    @property
    def id(self) -> str:
        """Sorts by the time that the version became known."""
        return f"{self.known_at.strftime(STAMP)}_{self.sha256[:12]}"

    @property
    def file_name(self) -> str:
        """The name of its bytes in the dataset's folder; `<id>.json` is the sidecar's."""
        return f"{self.id}.{'data.json' if self.extension == 'json' else self.extension}"

    @property
    def sidecar_name(self) -> str:
        """The name of its sidecar."""
        return f"{self.id}.json"

    def to_json(self) -> str:
        """The sidecar's text."""
        fields = asdict(self)
        for name in ("known_at", "retrieved_at"):
            fields[name] = fields[name].isoformat()
        return json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: bytes, where: str) -> "Snapshot":
        """Read a sidecar, whatever became of its bytes."""
        try:
            fields: dict[str, Any] = json.loads(text)
            for name in ("known_at", "retrieved_at"):
                fields[name] = datetime.fromisoformat(fields[name])
            fields["known_at_basis"] = Basis(fields["known_at_basis"])
            fields["origin"] = Origin(fields["origin"])
            return cls(**fields)
        except (ValueError, TypeError, KeyError) as error:
            raise ArchiveError(
                f"{where} is not a sidecar that Tidemark wrote ({error}). "
                "Restore it from a copy of the archive, or remove it and its data file."
            ) from None


class Archive:
    """Snapshots below a folder or a bucket: `<root>/<publisher>/<dataset>/<known_at>_<sha12>.<ext>`."""

    def __init__(self, root: UPath) -> None:
        self.root = root

    def snapshots(self, dataset: str) -> list[Snapshot]:
        """Every snapshot of a dataset, in the order in which the versions became known."""
        folder = self.root / dataset
        if not folder.exists():
            return []
        found = [Snapshot.from_json(p.read_bytes(), str(p)) for p in folder.iterdir() if _is_sidecar(p)]
        return sorted(found, key=lambda s: s.id)

    def read(self, snapshot: Snapshot) -> bytes:
        """A snapshot's bytes, checked against its sidecar."""
        path = self.root / snapshot.dataset / snapshot.file_name
        if not path.exists():
            raise ArchiveError(f"{path} is gone, but its sidecar is there. Restore it from a copy.")
        payload = path.read_bytes()
        if sha256(payload).hexdigest() != snapshot.sha256:
            raise ArchiveError(
                f"{path} was changed after it was archived: expected sha256 {snapshot.sha256[:12]}…, "
                f"found {sha256(payload).hexdigest()[:12]}…. Restore it from a copy of the archive."
            )
        return payload

    def store(
        self,
        dataset: str,
        payload: bytes,
        *,
        published_at: datetime | None,
        retrieved_at: datetime,
        extension: str,
        address: str,
        licence: str,
        origin: Origin,
        headers: dict[str, str] | None = None,
        note: str = "",
        part: str = "",
        may_return: bool = False,
        among: list[Snapshot] | None = None,
    ) -> tuple[Snapshot, bool]:
        """Keep a version of a dataset's file, or of one part of it; says whether it is new.

        The same bytes are one snapshot, however often they are sent: a publisher's cache may send an old
        file again. With `may_return` only while they are the newest: who puts an old file back means it.

        Who stores holds the publisher's lock: two versions at once could count as known at the same time.

        `among` are the dataset's snapshots in their order, where the caller has just listed them; what is new
        is put among them.
        """
        if not payload:
            raise SnapshotError(f"{dataset}: expected a file to keep, found no bytes.")
        if published_at is not None and published_at > retrieved_at + AHEAD:
            raise SnapshotError(
                f"{dataset}: the file says that it was published on {published_at:%Y-%m-%d %H:%M} "
                f"UTC, after it was retrieved ({retrieved_at:%Y-%m-%d %H:%M} UTC). Check the clock, "
                "or the date in the mirror's index."
            )
        self._claim(origin)
        digest = sha256(payload).hexdigest()
        everything = self.snapshots(dataset) if among is None else among
        held = [s for s in everything if s.part == part]
        for snapshot in held[-1:] if may_return else held:
            if snapshot.sha256 == digest:
                return snapshot, False
        # The same bytes as another part, at the same time, would have the same name.
        taken = {s.known_at: s for s in everything if s.part == part or s.sha256 == digest}
        known_at, basis = _known(published_at, retrieved_at, taken)
        snapshot = Snapshot(
            dataset=dataset,
            known_at=known_at,
            known_at_basis=basis,
            retrieved_at=retrieved_at.astimezone(UTC).replace(microsecond=0),
            sha256=digest,
            bytes=len(payload),
            extension=extension,
            address=address,
            licence=licence,
            origin=origin,
            headers=headers or {},
            note=note,
            part=part,
        )
        folder = self.root / dataset
        sidecar = folder / snapshot.sidecar_name
        # Somebody who holds no lock, as on another machine, may have kept the same bytes meanwhile.
        if sidecar.exists():
            return Snapshot.from_json(sidecar.read_bytes(), str(sidecar)), False
        make_folder(folder)
        write_whole(folder / snapshot.file_name, payload)
        write_whole(sidecar, snapshot.to_json().encode())
        insort(everything, snapshot, key=lambda s: s.id)
        return snapshot, True

    def verify(self) -> tuple[int, list[str]]:
        """Check every snapshot against its sidecar: (how many are whole, what is wrong)."""
        whole, wrong = 0, []
        for sidecar in sorted(filter(_is_sidecar, self.root.glob("*/*/*.json")), key=str):
            try:
                dataset = f"{sidecar.parent.parent.name}/{sidecar.parent.name}"
                snapshot = Snapshot.from_json(sidecar.read_bytes(), str(sidecar))
                if (snapshot.dataset, snapshot.sidecar_name) != (dataset, sidecar.name):
                    raise ArchiveError(f"{sidecar} describes {snapshot.dataset} {snapshot.id}.")
                self.read(snapshot)
                whole += 1
            except ArchiveError as error:
                wrong.append(str(error))
        return whole, wrong

    def without_sidecar(self) -> list[str]:
        """Files that are no snapshot: a look died before it wrote the sidecar, or the sidecar was lost."""
        files = sorted((p for p in self.root.glob("*/*/*") if not p.name.startswith(".")), key=str)
        described = {str(p.with_suffix("")) for p in files if _is_sidecar(p)}
        return [
            str(p)
            for p in files
            if not _is_sidecar(p) and str(p.parent / p.name.split(".")[0]) not in described
        ]

    def _claim(self, origin: Origin) -> None:
        """Made-up and real data never share an archive; the first snapshot decides which it holds."""
        holds = "sample" if origin is Origin.SAMPLE else "publishers"
        marker = self.root / MARKER
        if marker.exists():
            held = json.loads(marker.read_text(encoding="utf-8"))["holds"]
            if held != holds:
                raise ArchiveError(
                    f"The archive at {self.root} holds {_KINDS[held]}; refused to put "
                    f"{_KINDS[holds]} beside them. Use another data folder (TIDEMARK_DATA)."
                )
            return
        make_folder(self.root)
        write_whole(marker, json.dumps({"holds": holds}).encode())


def _known(
    published_at: datetime | None, retrieved_at: datetime, taken: Mapping[datetime, Snapshot]
) -> tuple[datetime, Basis]:
    """When a version became known: by its stamp, else when it was retrieved.

    A stamp may be taken by other bytes, as after a correction on the same day. Of the two, the one
    that was retrieved later is the correction, and counts from then; the other keeps the stamp, or
    the second before it where the correction was archived first.
    """
    known_at, basis, step = retrieved_at, Basis.RETRIEVED, timedelta(seconds=1)
    if published_at is not None:
        stamp = published_at.astimezone(UTC).replace(microsecond=0)
        if stamp not in taken:
            return stamp, Basis.PUBLISHED
        if retrieved_at < taken[stamp].retrieved_at:
            known_at, basis, step = stamp, Basis.PUBLISHED, -step
    known_at = known_at.astimezone(UTC).replace(microsecond=0)
    while known_at in taken:
        known_at += step
    return known_at, basis


def _is_sidecar(path: UPath) -> bool:
    """Temporary files and publishers' own JSON have further suffixes."""
    return path.suffixes == [".json"]


_KINDS = {"sample": "made-up sample figures", "publishers": "publishers' real figures"}
