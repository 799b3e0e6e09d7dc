"""A webhook and a mailbox on this machine, which take the alerts that tests let out."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiosmtpd.controller import Controller


class Webhook(ThreadingHTTPServer):
    """Takes what is posted, or answers with the status that a test sets and counts what it refused."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.status = 200
        self.posted: list[dict] = []
        self.refused = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    @contextmanager
    def running(self) -> Iterator["Webhook"]:
        with self:
            Thread(target=self.serve_forever, daemon=True).start()
            yield self
            self.shutdown()


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.posted.append(json.loads(body))
        else:
            self.server.refused += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"ok" if self.server.status == 200 else b"no_service")

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


class Mailbox:
    """Takes every mail: to whom it went, and the message."""

    def __init__(self) -> None:
        self.mails: list = []

    async def handle_DATA(self, server: object, session: object, envelope) -> str:
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@contextmanager
def mail_server(**more: object) -> Iterator[Controller]:
    """A mail server; its `port`, and its mailbox as `handler`. Further options are aiosmtpd's."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=port, **more)
    controller.start()
    yield controller
    controller.stop()
