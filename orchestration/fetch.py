"""Downloads: polite, bounded, validated. What is refused never reaches the archive.

What to ask for is in the record; whether the bytes are what a parser knows is the parser's
`recognise`. Both are handed in; nothing about one publisher belongs here.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    HTTPError,
    InvalidHeader,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.util import Retry

from orchestration.errors import FetchError

# Errors that pass by themselves; everything else is told at once.
TRANSIENT = (429, 500, 502, 503, 504)
# The publisher answers, and has no such file.
MISSING = (404, 410)
# It answers, and cannot make anything of this one address.
NOT_UNDERSTOOD = (204, 400, 414, 422)
REDIRECTS = (301, 302, 303, 307, 308)
CHUNK = 64 * 1024
DAY_S = 24 * 3600
LONGEST_SHOWN = 200
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "date")


class OnlyThisError(FetchError):
    """The publisher answered that it has nothing at this address; others may be well."""


class NotThereError(OnlyThisError):
    """The publisher answered, and has no such file."""


@dataclass(frozen=True)
class Download:
    """A body that was accepted."""

    body: bytes
    headers: dict[str, str]
    address: str
    retrieved_at: datetime


@dataclass(frozen=True)
class Unchanged:
    """The publisher says that what we hold is what there is (304)."""


@dataclass(frozen=True)
class Manners:
    """How we behave towards publishers; the values come from the settings."""

    user_agent: str
    connect_timeout_s: float = 10
    read_timeout_s: float = 60
    total_timeout_s: float = 300
    max_bytes: int = 200_000_000
    request_interval_s: float = 1
    retries: int = 3
    backoff_s: float = 1
    retry_after_max_s: float = 120

    def towards_one_that_failed(self) -> "Manners":
        """One try and little time: a publisher that is down must not cost minutes for each of its files."""
        return replace(
            self,
            retries=0,
            read_timeout_s=min(self.read_timeout_s, self.connect_timeout_s),
            total_timeout_s=min(self.total_timeout_s, self.read_timeout_s),
        )


class Fetcher:
    """One session of downloads; remembers when each host was last asked, and which of them failed.

    A host that has failed is asked for each further file all the same, once and briefly: what is wrong may be
    wrong with one file only. With its first good answer it is a host like any other. One that asks to be left
    alone is left alone.

    Args:
        manners: limits and time-outs.
        stand_in: the address of a loopback server that plays every publisher: a request for
            `https://host/path` goes to `<stand_in>/host/path`. Only for rehearsals and tests.
        sleep, clock: injected by tests.
    """

    def __init__(
        self,
        manners: Manners,
        stand_in: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if stand_in and urlsplit(stand_in).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise FetchError(f"A rehearsal stays on this machine; refused to ask {stand_in}.")
        self.manners = manners
        self.stand_in = stand_in.rstrip("/") if stand_in else None
        self._sleep = sleep
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._failed: set[str] = set()
        self._left_alone_until: dict[str, float] = {}
        self._patience = manners
        self._deadline = 0.0
        self._retries = 0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = manners.user_agent
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=_PatientRetry(self)))
        # A proxy of the environment would carry a rehearsal off this machine.
        self._session.trust_env = not stand_in

    def fetch(
        self,
        address: str,
        *,
        recognise: Callable[[bytes], None],
        hosts: Iterable[str] = (),
        held: Mapping[str, str] | None = None,
        html_expected: bool = False,
    ) -> Download | Unchanged:
        """Download one file.

        Args:
            address: https.
            recognise: raises when the bytes are not what the dataset's parser knows.
            hosts: further hosts of the same publisher to which it may redirect.
            held: headers of the newest snapshot (`etag`, `last-modified`): asked for conditionally.
            html_expected: whether an HTML page is what the dataset is made of.

        Raises:
            FetchError: the message says what was asked, what came, and what happens now.
            LayoutError: from `recognise`.
        """
        allowed = {_host(address), *hosts}
        conditions = {}
        if held and held.get("etag"):
            conditions["If-None-Match"] = held["etag"]
        if held and held.get("last-modified"):
            conditions["If-Modified-Since"] = held["last-modified"]
        failed = _host(address) in self._failed
        self._patience = self.manners.towards_one_that_failed() if failed else self.manners
        self._deadline = self._clock() + self._patience.total_timeout_s
        self._retries = 0
        url, what = address, in_short(address)
        for _ in range(5):
            self._check_address(url, allowed, what)
            response = self._get(url, conditions)
            try:
                if response.status_code in TRANSIENT:
                    raise self._given_up(response, url)
                self._failed.discard(_host(url))
                if response.status_code in REDIRECTS:
                    url = urljoin(url, self._real(response.headers.get("Location", "")))
                    continue
                if response.status_code == 304 and conditions:
                    return Unchanged()
                if response.status_code != 200:
                    # Some services answer so to a query that they do not understand.
                    empty = ": nothing fits the query in its address" if response.status_code == 204 else ""
                    raise _kind(response.status_code)(
                        f"{what} answered {response.status_code} {response.reason}{empty}. "
                        f"{_said(response)}{KEPT}"
                    )
                body = self._read(response, url)
            finally:
                response.close()
            _refuse_page(body, response.headers.get("Content-Type", ""), what, html_expected)
            recognise(body)
            headers = {k: response.headers[k] for k in KEPT_HEADERS if k in response.headers}
            return Download(body, headers, url, datetime.now(UTC))
        raise FetchError(f"{what} redirected five times in a row, last to '{in_short(url)}'. {KEPT}")

    def _get(self, url: str, conditions: Mapping[str, str]) -> requests.Response:
        """Ask, no sooner after the request before to this host than the interval."""
        host = _host(url)
        rest = self._left_alone_until.get(host, 0) - self._clock()
        if rest > self.manners.connect_timeout_s:
            raise FetchError(
                f"{in_short(url)} was not asked for: its host wishes to be left alone for another "
                f"{rest:,.0f} s. {KEPT}"
            )
        if host in self._asked:
            wait = max(rest, self._asked[host] + self.manners.request_interval_s - self._clock())
            if wait > 0:
                self._sleep(wait)
        target = url
        if self.stand_in:
            target = f"{self.stand_in}/{url.split('://', 1)[1]}"
        try:
            return self._session.get(
                target,
                headers=dict(conditions),
                timeout=(self._patience.connect_timeout_s, self._patience.read_timeout_s),
                stream=True,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self._failed.add(host)
            raise FetchError(
                f"{in_short(url)} could not be reached ({_root_cause(error)}); {self._tried()}, waiting at "
                f"most {self._patience.connect_timeout_s:g} s for a connection and "
                f"{self._patience.read_timeout_s:g} s for a reply. {KEPT}"
            ) from error
        finally:
            self._asked[host] = self._clock()

    def allows(self, pause_s: float) -> bool:
        """Whether there is another try, and a pause leaves time for it."""
        return self._retries < self._patience.retries and self._clock() + pause_s <= self._deadline

    def rest(self, pause_s: float) -> None:
        """Leave the publisher alone, then try again."""
        self._retries += 1
        self._sleep(pause_s)

    def _tried(self) -> str:
        if self._patience.retries < self.manners.retries:
            return "tried once, as it had failed before in this run"
        return f"tried {self._retries + 1} times" if self._retries else "tried once"

    def _given_up(self, response: requests.Response, url: str) -> FetchError:
        """What to say of a publisher that does not recover within our patience."""
        asked = _asked_rest(response)
        wish = f"It wishes to be left alone for {asked:,.0f} s. " if asked else ""
        self._left_alone_until[_host(url)] = self._clock() + asked
        self._failed.add(_host(url))
        return FetchError(
            f"{in_short(url)} answered {response.status_code} {response.reason}; {self._tried()}. "
            f"{wish}{_said(response)}{KEPT}"
        )

    def _check_address(self, url: str, allowed: set[str], asked: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise FetchError(
                f"{asked}: refused to follow its redirect to '{in_short(url)}': only https is used. {KEPT}"
            )
        if parts.hostname not in allowed:
            raise FetchError(
                f"{asked} redirected to another host, {parts.hostname}; expected "
                f"{' or '.join(sorted(allowed))}. If the publisher has moved, correct its record. "
                f"{KEPT}"
            )

    def _real(self, location: str) -> str:
        """In a rehearsal, a redirect within the stand-in means the publisher that it plays."""
        if self.stand_in and location.startswith(f"{self.stand_in}/"):
            return "https://" + location.removeprefix(f"{self.stand_in}/")
        return location

    def _read(self, response: requests.Response, url: str) -> bytes:
        limit = self.manners.max_bytes
        announced = response.headers.get("Content-Length", "")
        what = in_short(url)
        body = bytearray()
        try:
            # What has come so far: `read` would wait for a whole chunk, however slowly it drips.
            while chunk := response.raw.read1(CHUNK, decode_content=True):
                body += chunk
                if len(body) > limit:
                    raise FetchError(f"{what} sent more than {limit:,} bytes; stopped. {KEPT}")
                if self._clock() > self._deadline:
                    self._failed.add(_host(url))
                    raise FetchError(
                        f"{what} was still sending after {self._patience.total_timeout_s:g} s "
                        f"({len(body):,} bytes so far); stopped. {KEPT}"
                    )
        except HTTPError as error:
            if isinstance(error, TimedOut):
                self._failed.add(_host(url))
            raise FetchError(
                f"{what} was cut short: {response.raw.tell():,} of "
                f"{f'{int(announced):,}' if announced.isdigit() else 'an unknown number of'} bytes came "
                f"({_root_cause(error)}). {KEPT}"
            ) from error
        if not body:
            raise FetchError(f"{what} sent an empty body. {KEPT}")
        return bytes(body)


KEPT = "What is held stays; the next look tries again."


def in_short(address: str) -> str:
    """An address as messages have it: one that names a thousand series is cut."""
    return address if len(address) <= LONGEST_SHOWN else f"{address[:LONGEST_SHOWN]}…"


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


class _PatientRetry(Retry):
    """urllib3's retries without three of its habits: the first at once, waiting without end, or too little.

    Here every pause is at least the host's interval and what the publisher asks for, and none outlasts the
    time of the download. Where it would, there is no further try.
    """

    def __init__(self, fetcher: Fetcher, **state: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        manners = fetcher.manners
        settings = {
            "total": manners.retries,
            "redirect": 0,
            "status_forcelist": TRANSIENT,
            "allowed_methods": {"GET"},
            "backoff_factor": manners.backoff_s,
            "raise_on_status": False,
        }
        super().__init__(**(settings | state))
        self._fetcher = fetcher

    def new(self, **state: Any) -> Self:  # noqa: ANN401 - as urllib3 has it
        """A copy with another count."""
        return super().new(fetcher=self._fetcher, **state)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Retry:
        """Count a failure; raises where no try, or no time, is left, or where none would help."""
        silent = isinstance(error, TimedOut) and not isinstance(error, NewConnectionError)
        # Whoever is silent twice is not asked a third time: each silence takes as long as we wait at all.
        if isinstance(error, (SSLError, NameResolutionError)) or (silent and self.history):
            raise MaxRetryError(_pool, url, error)
        following = super().increment(method, url, response, error, _pool, _stacktrace)
        too_long = _asked_rest(response) > self._fetcher.manners.retry_after_max_s
        if too_long or not self._fetcher.allows(following.pause(response)):
            raise MaxRetryError(_pool, url, error)
        return following

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait before the next try."""
        self._fetcher.rest(self.pause(response))

    def pause(self, response: BaseHTTPResponse | None) -> float:
        """Seconds to wait before the next try."""
        interval = self._fetcher.manners.request_interval_s
        return max(interval, self.backoff_factor, self.get_backoff_time(), _asked_rest(response))


def _asked_rest(response: BaseHTTPResponse | requests.Response | None) -> float:
    """Seconds for which a publisher asks to be left alone (`Retry-After`)."""
    asked = response.headers.get("Retry-After") if response is not None else None
    with suppress(InvalidHeader):  # neither seconds nor a date
        return Retry(retry_after_max=DAY_S).parse_retry_after(asked) if asked else 0
    return 0


def _root_cause(error: BaseException) -> str:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    name = type(error).__name__
    return str(error) if str(error).startswith(name) else f"{name}: {error}"


def _kind(status: int) -> type[FetchError]:
    if status in MISSING:
        return NotThereError
    return OnlyThisError if status in NOT_UNDERSTOOD else FetchError


def _said(response: requests.Response) -> str:
    """What a service says of its refusal; a page says nothing to the point."""
    if "json" not in response.headers.get("Content-Type", "").lower():
        return ""
    try:
        text = response.raw.read(1000, decode_content=True).decode("utf-8", errors="replace")
    except HTTPError:
        return ""
    return f"It said: {' '.join(text.split())[:300]} "


def _refuse_page(body: bytes, content_type: str, address: str, html_expected: bool) -> None:
    """A block page or a moved page often comes with status 200."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = start.startswith((b"<!doctype html", b"<html", b"<head", b"<!-- "))
    says_page = content_type.lower().startswith("text/html") and start.startswith(b"<")
    if html_expected or not (is_page or says_page):
        return
    text = body[:300].decode("utf-8", errors="replace")
    raise FetchError(
        f"{address} answered with an HTML page instead of data; it begins: "
        f"{' '.join(text.split())[:120]!r}. It may be a block page, or the file has moved. {KEPT}"
    )
