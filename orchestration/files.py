"""Writing files so that they are there whole or not at all, on a disk or in an object store."""

import os
from pathlib import Path

from upath import UPath


def write_whole(path: Path | UPath, payload: bytes) -> None:
    """Write a file in one step: a temporary one, synced and renamed; an object store does so anyway."""
    if getattr(path, "protocol", "") not in ("", "file"):
        path.write_bytes(payload)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(payload)
        put_in_place(Path(temporary), Path(path))
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(finished: Path, target: Path) -> None:
    """Rename a finished file over another, with both its bytes and its name safe on the disk."""
    sync(finished)
    finished.replace(target)
    sync(target.parent)


def make_folder(folder: Path | UPath) -> None:
    """Make a folder and those above it, each with its name safe on the disk; an object store has none."""
    if getattr(folder, "protocol", "") not in ("", "file"):
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(Path(folder.parent))


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are safe on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
