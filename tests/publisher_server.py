"""Publishers, played by a server on this machine: for tests of downloads, in one process or across.

The page of `https://host/path` is `<address>/host/path`, which is how `TIDEMARK_REHEARSAL` asks.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What a publisher answers; a reply with an `ETag` or `Last-Modified` answers 304 by itself.

    Attributes:
        delay_s: silence before the first byte.
        drip_s: pause after each byte of the body.
        claims: the Content-Length that is announced, if not the true one; None announces none.
        hangs_up: the connection is closed without a word.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0
    drip_s: float = 0
    claims: int | None = -1
    hangs_up: bool = False

    @classmethod
    def redirect(cls, to: str, status: int = 302) -> "Reply":
        return cls(status=status, headers={"Location": to})


@dataclass(frozen=True)
class Request:
    """What was asked, and when by this machine's monotonic clock; names of headers in small letters."""

    path: str
    headers: dict[str, str]
    at: float


class PublisherServer:
    """Answers with what a test has set, 404 otherwise; remembers who asked for what."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._replies: dict[str, list[Reply]] = {}
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answers(self, url: str, *replies: Reply | bytes) -> None:
        """Set the replies to an https address, one after the other; the last one stays."""
        plain = [Reply(r) if isinstance(r, bytes) else r for r in replies]
        with self._lock:
            self._replies[_path(url)] = plain

    def asked(self, url: str) -> list[Request]:
        """The requests for an https address so far."""
        return [r for r in self.requests if r.path == _path(url)]

    @contextmanager
    def running(self) -> Iterator["PublisherServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _next(self, path: str) -> Reply:
        with self._lock:
            replies = self._replies.get(path, [Reply(b"no such page", 404)])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        play = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = {k.lower(): v for k, v in self.headers.items()}
                play.requests.append(Request(self.path, asked, time.monotonic()))
                reply = play._next(self.path)
                play._closing.wait(reply.delay_s)
                if reply.hangs_up:
                    return
                with suppress(OSError):  # the other side may have gone
                    self._send(Reply(status=304) if _is_held(asked, reply) else reply)

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.claims is not None and reply.status != 304:
                    length = len(reply.body) if reply.claims < 0 else reply.claims
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                if not reply.drip_s:
                    self.wfile.write(reply.body)
                    return
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    if play._closing.wait(reply.drip_s):
                        return

            def log_message(self, *_: object) -> None:
                """Nothing: tests read `requests`."""

        return Handler


def _path(url: str) -> str:
    return f"/{url.removeprefix('https://')}"


def _is_held(asked: Mapping[str, str], reply: Reply) -> bool:
    etag, modified = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    if etag and "if-none-match" in asked:
        return asked["if-none-match"] == etag
    return bool(modified) and asked.get("if-modified-since") == modified
