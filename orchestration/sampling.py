"""The made-up mirror in `sample/`: files in the publishers' formats, for the demo and for tests.

What a publisher's files look like is known beside its parser, in `defs/<publisher>/sample.py`; here
they are collected, written and indexed. Every figure comes from a seeded generator and none from a
publisher; the same call writes the same bytes on every machine.
"""

import csv
import importlib
import io
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path

from orchestration.archive import Origin
from orchestration.errors import ArchiveError
from orchestration.mirror import COLUMNS, Entry, mirror_origin, read_index
from orchestration.parsing import unzip, zipped
from orchestration.records import DEFS

ABOUT = {
    "title": "Made-up files in the publishers' formats",
    "origin": Origin.SAMPLE.value,
    "clock": "2026-11-20T09:00:00+00:00",
}


@dataclass(frozen=True)
class SampleFile:
    """One made-up file: what the index says of it, and its bytes.

    `published_on` is empty where the publisher stamps nothing and nobody knows the day.
    """

    dataset: str
    file: str
    url: str
    retrieved_on: str
    published_on: str
    payload: bytes
    note: str = "made up"

    @property
    def entry(self) -> Entry:
        """Its row of the index."""
        return Entry(
            dataset=self.dataset,
            file=self.file,
            url=self.url,
            retrieved_on=self.retrieved_on,
            published_on=self.published_on,
            bytes=str(len(self.payload)),
            sha256=sha256(self.payload).hexdigest(),
            note=self.note,
        )


def publisher_files(publisher: str) -> list[SampleFile]:
    """The made-up files of one publisher, the same on every call."""
    module = importlib.import_module(f"orchestration.defs.{publisher}.sample")
    return module.files(random.Random(f"tidemark {publisher}"))  # noqa: S311 - made-up figures


def workbook(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """An .xlsx file of these sheets' rows, the same bytes on every call and machine."""
    # Not above: openpyxl is heavy, and only some publishers give workbooks.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    parts = dict(sorted(unzip(saved.getvalue(), "a made-up workbook").items()))
    # Without the time of saving.
    about = parts["docProps/core.xml"]
    parts["docProps/core.xml"] = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2026-11-20T09:00:00Z", about)
    return zipped(parts)


def write_sample(folder: Path) -> list[str]:
    """Write every publisher's made-up files, their index and `mirror.json`; name what was written.

    Files of an older sample that are no longer made are removed.

    Raises:
        ArchiveError: the folder holds a mirror that is not made up.
    """
    old = _old_sample(folder)
    publishers = sorted(module.parent.name for module in DEFS.glob("*/sample.py"))
    files = [file for publisher in publishers for file in publisher_files(publisher)]
    contents = {file.file: file.payload for file in files}
    contents["index.csv"] = _index(files)
    contents["mirror.json"] = (json.dumps(ABOUT, indent=2) + "\n").encode()
    for name in sorted(old - set(contents)):
        (folder / name).unlink(missing_ok=True)
    for name, payload in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(payload)
    return list(contents)


def _old_sample(folder: Path) -> set[str]:
    """The files of the sample that is there; anybody else's mirror is left alone."""
    if not (folder / "index.csv").exists():
        return set()
    if mirror_origin(folder) is not Origin.SAMPLE:
        raise ArchiveError(
            f"{folder} holds a mirror whose mirror.json does not say that it is made up; "
            "the sample was not written over it. Give another folder."
        )
    return {entry.file for entry in read_index(folder)}


def _index(files: Sequence[SampleFile]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(file.entry) for file in files)
    return text.getvalue().encode()
