"""Settings mean the same in whatever folder a command is run."""

import os
import subprocess
import sys

from orchestration.settings import Settings
from tests.desk import ROOT

FROM_ELSEWHERE = "from orchestration.settings import Settings; print(Settings.model_config['env_file'])"


def test_relative_folders_are_below_the_project_and_others_where_they_are(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().serving == ROOT / "data" / "serving"
    monkeypatch.setenv("TIDEMARK_DATA", "data/demo")
    assert Settings().data == ROOT / "data" / "demo"
    assert Settings(archive="kept").archive_root.path == str(ROOT / "kept")
    assert Settings(data=tmp_path).data == tmp_path
    assert Settings(data="~/figures").data == tmp_path / "figures"
    assert Settings(archive="s3://bucket/archive").archive == "s3://bucket/archive"


def test_the_projects_file_of_settings_is_read_from_elsewhere(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FROM_ELSEWHERE],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(ROOT / ".env")
