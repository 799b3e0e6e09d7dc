"""The site of the documents: it is whole, opens from its folder, and asks nobody for anything."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import browser as started_browser
from tests.desk import ROOT

pytestmark = pytest.mark.live


def built(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=root, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a site")
    done = built(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window that hears of everything that does not come from the folder, and of every error."""
    page, problems = browser.new_page(), []
    page.on("request", lambda r: r.url.startswith(("file:", "data:", "blob:")) or problems.append(r.url))
    # A page that is left before its icon has come ends that request itself.
    page.on(
        "requestfailed",
        lambda r: r.failure == "net::ERR_ABORTED" or problems.append(f"not there: {r.url} ({r.failure})"),
    )
    page.on("console", lambda m: m.type == "error" and problems.append(m.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.close()
    assert problems == []


def test_every_page_opens_from_the_folder_and_asks_no_other_host(site: Path, page: Page) -> None:
    # What a server shows for what is not there links from the server's root.
    pages = sorted(file for file in site.rglob("*.html") if file.name != "404.html")
    assert {"index.html", "contributing.html", "joint-buying.html"} <= {file.name for file in pages}
    for file in pages:
        page.goto(file.as_uri())
        expect(page.locator("h1").first).to_be_visible()


def test_the_search_finds_a_page_without_a_server(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    page.locator("input.md-search__input").click()
    page.keyboard.type("ten years before")
    first = page.locator(".md-search-result__link").first
    first.wait_for()
    assert "/queries/gold-share.html" in first.get_attribute("href")


def test_a_broken_link_of_the_readme_stops_the_build(tmp_path: Path) -> None:
    root = shutil.copytree(ROOT / "docs", tmp_path / "docs").parent
    for name in ("mkdocs.yml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, root / name)
    with (root / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("\n[Gone](docs/gone.md), [moved](docs/surveys.md#gone), [lost](deploy/gone.env)\n")
    done = built(root, tmp_path / "site")
    assert done.returncode != 0
    for link in ("docs/gone.md", "surveys.md#gone", "deploy/gone.env"):
        assert link in done.stderr
