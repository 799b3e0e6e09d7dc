"""The command line: what it says of mistakes, and what the demo leaves alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from orchestration import cli
from orchestration.errors import SettingsError
from orchestration.mirror import ImportReport
from orchestration.settings import Settings


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What commands leave in the environment is gone after the test."""
    with monkeypatch.context() as patch:
        for name in ("DATA", "ARCHIVE", "CLOCK", "POSTGRES", "DAGSTER_STORAGE"):
            patch.setenv(f"TIDEMARK_{name}", "")
        patch.setenv("TIDEMARK_DATA", str(tmp_path))
        yield


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Settings]]:
    """The jobs that commands run, with the settings that they find."""
    jobs: list[tuple[str, Settings]] = []
    monkeypatch.setattr(cli, "_run", lambda job: jobs.append((job, Settings())))
    return jobs


def said_by(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> str:
    """What a command prints that fails."""
    monkeypatch.setattr(sys, "argv", ["tidemark", command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    return capsys.readouterr().out


def test_settings_that_are_not_valid_are_named(monkeypatch, capsys) -> None:
    monkeypatch.setenv("TIDEMARK_LOCK_TIMEOUT_S", "soon")
    said = said_by("status", monkeypatch, capsys)
    assert said.startswith("✗ These settings are not valid (see .env.example):\n  TIDEMARK_LOCK_TIMEOUT_S: ")


def test_another_mistake_is_not_taken_for_one_in_the_settings(monkeypatch) -> None:
    """As in an answer, or in a library's own model."""
    monkeypatch.setattr(cli.report, "status", lambda _: TypeAdapter(int).validate_python("many"))
    error = CliRunner().invoke(cli.app, ["status"]).exception
    assert not isinstance(error, SettingsError)
    monkeypatch.setattr(sys, "argv", ["tidemark", "status"])
    with pytest.raises(ValueError, match="many"):
        cli.main()


@pytest.mark.parametrize("in_file", [True, False])
def test_the_demo_leaves_the_servers_of_the_settings_alone(tmp_path, monkeypatch, ran, in_file) -> None:
    servers = {
        "TIDEMARK_POSTGRES": "postgresql://desk@db.example/marts",
        "TIDEMARK_DAGSTER_STORAGE": "postgresql+psycopg2://desk@db.example/dagster",
    }
    if in_file:
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in servers.items()))
        monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    else:
        for name, value in servers.items():
            monkeypatch.setenv(name, value)
    assert Settings().postgres
    monkeypatch.setattr(cli, "_import", lambda _: True)
    CliRunner().invoke(cli.app, ["demo"], catch_exceptions=False)
    ((job, found),) = ran
    assert (job, found.postgres, found.dagster_storage) == ("offline", None, None)
    assert found.archive_root == tmp_path / "archive"


def test_a_demo_whose_files_are_refused_ends_there(monkeypatch, ran) -> None:
    refused = ImportReport(refused=[(None, "expected a, found b")])
    monkeypatch.setattr(cli, "import_mirror", lambda *_: refused)
    monkeypatch.setattr(cli.report, "imported", lambda *_: "one was refused")
    assert CliRunner().invoke(cli.app, ["demo"]).exit_code == 1
    assert ran == []
