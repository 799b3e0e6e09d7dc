"""One look at a publisher: ask for a dataset's files, validate them, keep what is new.

What Dagster or the command line make of the outcome is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from orchestration import __version__
from orchestration.archive import Archive, Origin, Snapshot
from orchestration.errors import ArchiveError, FetchError, LayoutError
from orchestration.failed_looks import noted
from orchestration.fetch import (
    KEPT,
    Download,
    Fetcher,
    Manners,
    NotThereError,
    OnlyThisError,
    Unchanged,
    in_short,
)
from orchestration.locks import publisher_to_oneself
from orchestration.parsing import bundle, find_parser
from orchestration.records import Dataset, release_time
from orchestration.releases import calendar
from orchestration.settings import Settings
from orchestration.sources import Source, Wanted, linked, wanted

# More pages than any publisher's answer has: one that does not end is a mistake.
MAX_PAGES = 500


@dataclass(frozen=True)
class Look:
    """What a look found: the snapshots that it brought, and all that are held after it."""

    new: tuple[Snapshot, ...]
    held: tuple[Snapshot, ...]
    note: str

    @property
    def newest(self) -> Snapshot | None:
        """The newest snapshot that is held."""
        return self.held[-1] if self.held else None


@dataclass(frozen=True)
class _File:
    """A file as it came, of one answer or of several."""

    body: bytes
    address: str
    extension: str
    headers: dict[str, str]
    retrieved_at: datetime
    part: str


class LookError(FetchError):
    """A dataset's file, or some of its files, could not be had; what could is kept."""


def look(dataset: Dataset, settings: Settings) -> Look:
    """Ask the publisher for a dataset's files.

    A file that is not there, or is refused, stops no other; a publisher that does not answer is not asked
    for the rest of a source. What came is kept, and the failures are told at the end.

    Two processes look at a publisher one after the other: the second then finds what the first has kept.

    Raises:
        FetchError: a file could not be had, or was refused.
        LayoutError: it is not what the dataset's parser knows.
        ArchiveError: it must not, or cannot, be kept.
        LockError: another look at the publisher did not end.
    """
    with publisher_to_oneself(settings, dataset.publisher), noted(settings, dataset):
        looker = _Looker(dataset, settings)
        for source in dataset.sources:
            looker.visit(source)
        return looker.outcome()


class _Looker:
    """The files of one dataset, one after the other."""

    def __init__(self, dataset: Dataset, settings: Settings) -> None:
        self.dataset = dataset
        self.settings = settings
        self.archive = Archive(settings.archive_root)
        self.parser, _ = find_parser(dataset.publisher, dataset.name)
        self.held = self.archive.snapshots(dataset.id)
        self.new: list[Snapshot] = []
        self.notes: list[str] = []
        self.errors: list[FetchError | LayoutError | ArchiveError] = []

    def visit(self, source: Source) -> None:
        """Have the files of one source."""
        if source.inbox:
            self._collect(source.inbox)
            return
        try:
            for file in self._wanted(source):
                self._have(file, source.format or self.dataset.format)
        except FetchError as error:
            # A publisher that does not answer is not asked for the rest.
            self.errors.append(error)

    def outcome(self) -> Look:
        """What all the visits came to."""
        if self.errors:
            raise self._error()
        notes = list(dict.fromkeys(self.notes)) or ["nothing to look at"]
        return Look(tuple(self.new), tuple(self.archive.snapshots(self.dataset.id)), "; ".join(notes))

    def _error(self) -> Exception:
        if len(self.errors) == 1 and not self.new:
            (error,) = self.errors
            return LookError(f"{self.dataset.id}: {error}") if isinstance(error, FetchError) else error
        kept = f" {len(self.new)} new were kept." if self.new else ""
        told = "\n".join(f"  {error}" for error in self.errors)
        return LookError(f"{self.dataset.id}: not all of its files could be had.{kept}\n{told}")

    def _wanted(self, source: Source) -> Iterator[Wanted]:
        """The files of a source, without those that are complete and held."""
        for file in wanted(source, self.settings.now().date()):
            if file.year is not None and self._is_whole(file.addresses[0], file.year):
                continue
            if source.links:
                for address in self._links(file.addresses[0], source.links):
                    yield Wanted((address,))
            else:
                yield file

    def _is_whole(self, address: str, year: int) -> bool:
        """Whether a version of a year's file is held that came after the year's last release."""
        dataset = self.dataset
        december, end = date(year, 12, 1), date(year, 12, 31)
        releases = calendar(
            dataset.release, dataset.frequency, december, end, dataset.overrides, dataset.week_ends
        )
        last = max(release.due_at for release in releases if release.period_end <= end)
        return any(s.address == address and s.retrieved_at >= last for s in self.held)

    def _links(self, address: str, expression: str) -> list[str]:
        """The files to which a page links, on the publisher's own hosts."""
        page = self._fetch(address, recognise=lambda _: None, html_expected=True)
        assert isinstance(page, Download), "nothing was asked for conditionally"  # noqa: S101
        own = {urlsplit(address).hostname, *self.dataset.hosts}
        found = []
        try:
            for link in linked(page.body, page.address, expression, self.dataset.id):
                if urlsplit(link).scheme == "https" and urlsplit(link).hostname in own:
                    found.append(link)
                else:
                    self.errors.append(_strange(link, address, own))
        except LayoutError as error:
            self.errors.append(error)
        return found

    def _have(self, file: Wanted, extension: str) -> None:
        """Ask for one file and keep it; one that is refused, or not there, is noted, for the others to go on.

        Raises:
            FetchError: the publisher does not answer.
        """
        try:
            answers = self._answers(file)
            if answers is None:
                self.notes.append("the publisher says that it is unchanged")
            else:
                self._keep(self._file(file, answers, extension))
        except NotThereError as error:
            if not file.may_lack:
                self.errors.append(error)
        except LayoutError as error:
            self.errors.append(LayoutError(f"{error} It came from {in_short(file.addresses[0])}. {KEPT}"))
        except (OnlyThisError, ArchiveError) as error:
            self.errors.append(error)

    def _answers(self, file: Wanted) -> list[Download] | None:
        """The pages of all its answers; None where the publisher says that nothing has changed."""
        answers: list[Download] = []
        # That the first of several answers is unchanged says nothing of the others.
        held = [s for s in self.held if (s.address,) == file.addresses and s.headers]
        for first in file.addresses:
            address: str | None = first
            while address:
                if len(answers) == MAX_PAGES:
                    raise LayoutError(
                        f"{self.dataset.id}: expected an answer that ends, found {MAX_PAGES} pages and "
                        "another after them."
                    )
                answer = self._fetch(
                    address,
                    recognise=self.parser.recognise,
                    held=held[-1].headers if held and not answers else None,
                )
                if isinstance(answer, Unchanged):
                    return None
                answers.append(answer)
                address = self.parser.follow(address, answer.body) if self.parser.follow else None
        return answers

    def _file(self, file: Wanted, answers: list[Download], extension: str) -> _File:
        """One answer as it came; several as a bundle, which no publisher's headers describe."""
        single = len(answers) == 1
        return _File(
            body=answers[0].body if single else bundle([answer.body for answer in answers]),
            address=file.addresses[0],
            extension=extension if single else "zip",
            headers=answers[0].headers if single else {},
            retrieved_at=(self.settings.clock and self.settings.now()) or answers[-1].retrieved_at,
            part="",
        )

    def _fetch(self, address: str, **wishes: object) -> Download | Unchanged:
        fetcher = _fetcher(_manners(self.settings), self._stand_in)
        wishes.setdefault("html_expected", self.dataset.format == "html")
        return fetcher.fetch(address, hosts=self.dataset.hosts, **wishes)

    @property
    def _stand_in(self) -> str | None:
        return str(self.settings.rehearsal) if self.settings.rehearsal else None

    def _collect(self, folder: str) -> None:
        """Keep what people put there by hand: each file is a part of its own, named by its file name."""
        found = sorted(p for p in (self.settings.inbox / folder).glob("[!.]*") if p.is_file())
        ours = [p for p in found if p.suffix.lower() == f".{self.dataset.format}"]
        others = [p.name for p in found if p not in ours]
        if others:
            self.notes.append(
                f"passed over, as they are no .{self.dataset.format} files: {', '.join(others)}"
            )
        for path in ours:
            try:
                body = path.read_bytes()
            except OSError as error:
                self.errors.append(FetchError(f"{path.name}: it cannot be read ({error.strerror}). {KEPT}"))
                continue
            try:
                self.parser.recognise(body)
                # Read in full before it is kept: what people wrote is mended, not archived.
                self.parser.parse(body)
                self._keep(
                    _File(
                        body=body,
                        address=f"inbox:{folder}/{path.name}",
                        extension=self.dataset.format,
                        headers={},
                        retrieved_at=self.settings.now(),
                        part=path.name,
                    )
                )
            except LayoutError as error:
                self.errors.append(LayoutError(f"{path.name}: {error}"))
            except ArchiveError as error:
                self.errors.append(error)

    def _keep(self, file: _File) -> None:
        """Put a file into the archive if it is new."""
        published_at = release_time(self.parser.published_on(file.body), self.dataset)
        part = file.part or self.parser.part(file.body)
        held = [s for s in self.held if s.part == part]
        newest = held[-1] if held else None
        if newest and self._repeats(newest, file):
            self.notes.append("the same figures as before")
            return
        snapshot, new = self.archive.store(
            self.dataset.id,
            file.body,
            published_at=published_at,
            retrieved_at=file.retrieved_at,
            extension=file.extension,
            address=file.address,
            licence=self.dataset.licence.text,
            origin=Origin.SAMPLE if self._stand_in else Origin.LIVE,
            headers=file.headers,
            part=part,
            may_return=self.dataset.inbox is not None,
        )
        if new:
            self.new.append(snapshot)
            self.notes.append("a new version")
        elif newest and snapshot.id != newest.id:
            self.notes.append(f"the version of {snapshot.known_at:%Y-%m-%d} again; a newer is held")
        else:
            self.notes.append("the same bytes as before")

    def _repeats(self, held: Snapshot, file: _File) -> bool:
        """Whether an answer differs from the held one in the time of answering only."""
        if not self.parser.stamped_answers:
            return False
        before = self.archive.read(held)
        try:
            # Not `held.known_at`: a correction under the same stamp counts from when it was retrieved.
            if self.parser.published_on(file.body) != self.parser.published_on(before):
                return False
            return self.parser.parse(file.body).equals(self.parser.parse(before))
        except LayoutError:  # one of them will be told by the structure check
            return False


def _strange(link: str, page: str, own: set[str | None]) -> FetchError:
    return FetchError(
        f"{page} links to {link}; expected https and {' or '.join(sorted(map(str, own)))}. If the publisher "
        f"has moved its files, add the host to its record. {KEPT}"
    )


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
