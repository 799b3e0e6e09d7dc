"""What holds for every test: no network, and nobody's own settings."""

import os
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from pytest_socket import SocketConnectBlockedError, socket_allow_hosts
from xdist.scheduler import LoadFileScheduling

from orchestration.settings import Settings
from tests.publisher_server import PublisherServer

# A slow machine is no failure.
hypothesis.settings.register_profile("tidemark", deadline=None)
hypothesis.settings.load_profile("tidemark")

LOOPBACK = ["127.0.0.1", "::1"]
_lookup = socket.getaddrinfo


class NetworkBlockedError(SocketConnectBlockedError):
    """A test reached for the network."""

    def __init__(self, host: object) -> None:
        RuntimeError.__init__(
            self,
            f"Tests stay on this machine, but one asked for {host!r}. "
            "Let the `publisher` fixture play that host (tests/publisher_server.py).",
        )


def _lookup_loopback(host: str | bytes | None, *args: object, **kwargs: object) -> list:
    if host not in (None, "", "localhost", *LOOPBACK):
        raise NetworkBlockedError(host)
    return _lookup(host, *args, **kwargs)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Block all but loopback before any fixture runs; pytest-socket lifts its part after each test.

    Names are refused too: looking one up would already tell the network what is asked for.
    """
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    socket.getaddrinfo = _lookup_loopback


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run with the defaults, whatever the developer's environment and `.env` say."""
    for name in [n for n in os.environ if n.startswith("TIDEMARK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture
def publisher() -> Iterator[PublisherServer]:
    """A server that plays publishers; `.address` is what `TIDEMARK_REHEARSAL` takes."""
    with PublisherServer().running() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests said of themselves (`record_property("said", …)`), whichever process ran them."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == "said" and report.when == "call":
                terminalreporter.write_line(text)
    # Hundreds of tests are skipped for one reason: it is told once.
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.getreports("skipped"))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} tests: {reason}")


class ByDesk(LoadFileScheduling):
    """A file's tests share a process, and so do all files that read the desk of the real files."""

    readers = frozenset(
        f"tests/real/{file.name}"
        for file in (Path(__file__).parent / "real").glob("test_*.py")
        if re.search(r"\breal_(desk|marts)\b", file.read_text(encoding="utf-8"))
    )

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "the real desk" if file in self.readers else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByDesk | None:
    """Of `--dist loadfile`, which `make test` asks for."""
    return ByDesk(config, log) if config.getoption("dist") == "loadfile" else None
