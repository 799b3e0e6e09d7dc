"""`make bi`: what starts the dashboard, and what it says where a part is missing."""

import sys
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from orchestration import cli
from orchestration.errors import DashboardError


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "streamlit" else find_spec(name))
    result = CliRunner().invoke(cli.app, ["bi"])
    assert isinstance(result.exception, DashboardError)
    assert "make setup" in str(result.exception)


def test_it_listens_on_the_port_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(cli.os, "chdir", lambda _: None)
    monkeypatch.setattr(cli.os, "execv", lambda _, command: started.append(command))
    CliRunner().invoke(cli.app, ["bi", "--port", "8765"], catch_exceptions=False)
    (command,) = started
    assert command[0] == sys.executable
    assert command[-2:] == ["--server.port", "8765"]
