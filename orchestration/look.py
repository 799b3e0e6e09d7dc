"""One look at a publisher: ask for the file, validate it, keep it if it is new.

What Dagster or the command line make of the outcome is not known here.
"""

from dataclasses import dataclass
from functools import lru_cache

from orchestration import __version__
from orchestration.archive import Archive, Origin, Snapshot
from orchestration.errors import LayoutError
from orchestration.fetch import Fetcher, Manners, Unchanged
from orchestration.parsing import find_parser
from orchestration.records import Dataset, release_time
from orchestration.settings import Settings


@dataclass(frozen=True)
class Look:
    """What a look found: the newest snapshot, and whether this look brought it."""

    snapshot: Snapshot
    new: bool
    note: str


def look(dataset: Dataset, settings: Settings) -> Look:
    """Ask the publisher for a dataset's file.

    Raises:
        FetchError: it could not be had, or was refused.
        LayoutError: it is not what the dataset's parser knows.
        ArchiveError: it must not, or cannot, be kept.
    """
    archive = Archive(settings.archive_root)
    parser, _ = find_parser(dataset.publisher, dataset.name)
    held = archive.snapshots(dataset.id)
    newest = held[-1] if held else None
    stand_in = str(settings.rehearsal) if settings.rehearsal else None
    got = _fetcher(_manners(settings), stand_in).fetch(
        dataset.address,
        recognise=parser.recognise,
        hosts=dataset.hosts,
        held=newest.headers if newest else None,
        html_expected=dataset.format == "html",
    )
    if isinstance(got, Unchanged):
        if newest is None:
            raise LayoutError(f"{dataset.id}: the publisher says 'unchanged', but nothing is held.")
        return Look(newest, False, "the publisher says that it is unchanged")
    retrieved_at = (settings.clock and settings.now()) or got.retrieved_at
    snapshot, new = archive.store(
        dataset.id,
        got.body,
        published_at=release_time(parser.published_on(got.body), dataset),
        retrieved_at=retrieved_at,
        extension=dataset.format,
        address=got.address,
        licence=dataset.licence.name,
        origin=Origin.SAMPLE if stand_in else Origin.LIVE,
        headers=got.headers,
    )
    if new:
        return Look(snapshot, True, "a new version")
    if newest and snapshot.id != newest.id:
        return Look(newest, False, f"the version of {snapshot.known_at:%Y-%m-%d} again; a newer is held")
    return Look(snapshot, False, "the same bytes as before")


def _manners(settings: Settings) -> Manners:
    return Manners(
        user_agent=f"Tidemark/{__version__} (+{settings.contact})",
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        total_timeout_s=settings.total_timeout_s,
        max_bytes=settings.max_bytes,
        request_interval_s=settings.request_interval_s,
    )


@lru_cache(maxsize=4)
def _fetcher(manners: Manners, stand_in: str | None) -> Fetcher:
    """One session per process, so that the pause between requests to a host is kept."""
    return Fetcher(manners, stand_in)
