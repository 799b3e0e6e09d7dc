"""The layers of the models and of the code: who may read whom, and that the page about them is complete.

The imports of the code are kept by contracts in pyproject.toml, which `make check` reads.
"""

import json
import re
from typing import NamedTuple

import pytest

from orchestration.dbt_project import current_manifest
from tests.desk import ROOT

HOUSE = "tidemark"
"""Whose records, calendars and list of snapshots are raw tables, too."""


class Place(NamedTuple):
    """Where a table stands: raw, seeds, staging, intermediate or marts; and whose it is, or its subject."""

    layer: str
    of: str


def may_read(reader: Place, read: Place) -> bool:
    """The rule that docs/architecture.md says in words."""
    if reader.layer == "staging":
        return read.layer in ("raw", "staging", "seeds") and read.of == reader.of
    if read.layer == "raw":
        return False
    if read.layer == "staging":
        return reader.layer == "intermediate" or read.of == HOUSE
    if read.layer == "marts" and read.of == "quality":
        return reader.of == "quality"
    if read.layer == "marts" and reader.of in ("core", "fx"):
        return read.of == reader.of
    return True


@pytest.fixture(scope="module")
def manifest() -> dict:
    return json.loads(current_manifest(ROOT / "dbt_project").read_text(encoding="utf-8"))


def place(manifest: dict, unique_id: str) -> Place:
    if unique_id in manifest["sources"]:
        return Place("raw", manifest["sources"][unique_id]["identifier"].split("__")[0])
    node = manifest["nodes"][unique_id]
    # The project, then the folders, then the model.
    folders = node["fqn"][1:-1]
    if node["resource_type"] == "seed":
        return Place("seeds", folders[0])
    return Place(folders[0], folders[-1])


def test_models_read_what_their_layer_may_and_no_other(manifest: dict) -> None:
    strangers = [
        f"{place(manifest, node_id).layer}/{node['name']} reads {'.'.join(place(manifest, parent))}: {parent}"
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
        if not may_read(place(manifest, node_id), place(manifest, parent))
    ]
    assert strangers == []


@pytest.mark.parametrize(
    ("reader", "read"),
    [
        (Place("marts", "flows"), Place("raw", "jp_mof")),
        (Place("marts", "flows"), Place("staging", "jp_mof")),
        (Place("marts", "flows"), Place("marts", "quality")),
        (Place("marts", "fx"), Place("marts", "flows")),
        (Place("intermediate", "intermediate"), Place("raw", "jp_mof")),
        (Place("staging", "us_fed"), Place("raw", "us_tic")),
        (Place("staging", "us_fed"), Place("staging", "us_tic")),
        (Place("staging", "us_fed"), Place("marts", "core")),
    ],
)
def test_the_rule_refuses(reader: Place, read: Place) -> None:
    assert not may_read(reader, read)


def test_the_page_about_the_architecture_names_every_module_and_no_other() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = page.split("\n## Modules\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([^`]+)` \|", modules, re.MULTILINE)
    there = [
        path.name + "/" * path.is_dir()
        for path in (ROOT / "orchestration").iterdir()
        if path.suffix in ("", ".py") and not path.name.startswith(("_", "."))
    ]
    assert sorted(named) == sorted(there)
