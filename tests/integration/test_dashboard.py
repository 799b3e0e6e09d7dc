"""The dashboard in a real browser: every page of the navigation, on made-up and on real figures.

The real ones are those of the mirror PUBLISHERS, if that is set.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestration.dashboard.views import PAGES
from tests.browser import SCREENSHOTS
from tests.browser import browser as started_browser
from tests.dashboard_app import LAPTOP, PHONE, Viewer, dashboard, viewer
from tests.desk import ROOT, Desk

pytestmark = pytest.mark.live

PUBLISHERS = Path(os.environ.get("PUBLISHERS", ROOT.parent / "shared" / "publishers"))
WINDOWS = {"laptop": LAPTOP, "phone": PHONE}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as running:
        yield running


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("demo"))
    desk.run("demo")
    return desk


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    if not (PUBLISHERS / "index.csv").exists():
        pytest.skip(f"publishers' real files are not here (expected in {PUBLISHERS})")
    desk = Desk(tmp_path_factory.mktemp("real"))
    desk.run("import", str(PUBLISHERS))
    desk.run("offline")
    return desk


@pytest.fixture(scope="module")
def demo_app(demo: Desk) -> Iterator[str]:
    with dashboard(demo) as address:
        yield address


@pytest.fixture(scope="module")
def real_app(real: Desk) -> Iterator[str]:
    with dashboard(real) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("figures", ["demo", "real"])
def test_every_page_is_drawn_without_an_error_and_asks_no_foreign_host(
    figures: str,
    window: str,
    scheme: str,
    browser: Browser,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    address: str = request.getfixturevalue(f"{figures}_app")
    took = {}
    with viewer(browser, address, WINDOWS[window], scheme) as person:
        took["the first"] = person.open("")
        for page in PAGES:
            took[page.title] = person.open(page.path)
            assert not person.sound(), page.title
            made_up = person.page.get_by_text("Made-up sample figures").count()
            assert bool(made_up) == (figures == "demo"), f"{page.title} does not say whose its figures are"
            person.photograph(f"{page.title.lower()}-{figures}-{window}-{scheme}")
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
    record_property("said", f"dashboard, {figures} figures, {window}, {scheme}: {times}")


# Name, address, window, scheme: those of docs/dashboard.md.
PICTURES = [
    (f"dashboard-{page.title.split()[0].lower()}", page.path, "laptop", "light") for page in PAGES
] + [
    ("dashboard-dark", "?as_of=2025-05-12", "laptop", "dark"),
    ("dashboard-phone", "", "phone", "light"),
]


@pytest.mark.skipif(not SCREENSHOTS, reason="pictures of docs/ are taken with SCREENSHOTS=<folder>")
@pytest.mark.parametrize(("name", "path", "window", "scheme"), PICTURES, ids=[name for name, *_ in PICTURES])
def test_the_documentation_has_a_picture_of_each_page(
    name: str, path: str, window: str, scheme: str, real_app: str, browser: Browser
) -> None:
    with viewer(browser, real_app, WINDOWS[window], scheme) as person:
        person.open(path)
        # Two screens: what people see before they scroll far.
        person.photograph(name, 2 * WINDOWS[window]["height"])
        assert not person.sound()


def test_a_page_waits_for_the_serving_copy_and_shows_it_when_it_comes(
    demo: Desk, browser: Browser, tmp_path: Path
) -> None:
    empty = Desk(tmp_path / "data")
    with dashboard(empty) as address, viewer(browser, address) as person:
        person.page.goto(address)
        expect(person.page.get_by_text("No figures yet")).to_be_visible(timeout=30_000)
        empty.serving.parent.mkdir(parents=True)
        coming = empty.serving.with_suffix(".coming")
        coming.write_bytes(demo.serving.read_bytes())
        coming.replace(empty.serving)
        expect(person.page.get_by_text("Made-up sample figures")).to_be_visible(timeout=30_000)
        empty.serving.unlink()
        expect(person.page.get_by_text("No figures yet")).to_be_visible(timeout=30_000)
        assert not person.problems


def said(person: Viewer) -> str:
    return person.page.locator('[data-testid="stMainBlockContainer"]').inner_text().replace("\xa0", " ")


def test_the_flows_page_turns_back_to_what_was_known_on_a_day(
    real_app: str, browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    with viewer(browser, real_app) as person:
        person.open("")
        assert "April 2026" in said(person)
        assert "¥10.42 trn" in said(person)
        day = person.page.get_by_test_id("stDateInput")
        day.get_by_role("spinbutton", name="year").click()
        # Each part takes its digits and hands on to the next; Escape closes the calendar beside them.
        for digits in ("2025", "05", "12"):
            person.page.keyboard.type(digits, delay=50)
        person.page.keyboard.press("Escape")
        asked = time.monotonic()
        expect(person.page.get_by_text("as known on 12 May 2025").first).to_be_visible(timeout=30_000)
        record_property(
            "said", f"dashboard, as of another day: {time.monotonic() - asked:.1f} s to the headline"
        )
        person.settle()
        assert "April 2025: non-residents bought ¥8.21 trn" in said(person)
        assert "It beat April 2023, ¥6.67 trn." in said(person)
        assert "As large as or larger than 100 % of the 244 months and 100 % of the 21 in April" in said(
            person
        )
        assert "2026" not in said(person)
        with person.page.expect_download() as download:
            # The only button of the kind: Streamlit's own, on tables, would pass on what is licensed.
            person.page.get_by_role("button", name="CSV").click()
        assert download.value.suggested_filename == "flows_inward_monthly_as_of_2025-05-12.csv"
        figures = download.value.path().read_text(encoding="utf-8").splitlines()
        assert len(figures) == 1 + 5 * 244
        assert sum(',2025-04-30,"JPY",8213000.00,' in line for line in figures) == 1
        assert not person.sound()


def test_the_reserves_page_turns_back_to_an_earlier_release(real_app: str, browser: Browser) -> None:
    with viewer(browser, real_app) as person:
        person.open("reserves")
        assert "Q1 2026: the share of the US dollar in foreign exchange reserves is 57.13 %" in said(person)
        assert "at constant exchange rates 0.36 to 0.47 pp less" in said(person)
        assert "There is no composite" in said(person)
        person.open("reserves?as_of=2026-03-31")
        assert "Q4 2025: the share of the US dollar in foreign exchange reserves is 56.77 %" in said(person)
        assert "No figure at constant exchange rates" in said(person)
        assert not person.sound()


def test_the_page_of_claims_takes_the_headline_of_may_2025_apart(real_app: str, browser: Browser) -> None:
    with viewer(browser, real_app) as person:
        person.open("claims")
        assert "2 held on the day and 1 holds now" in said(person)
        assert "1st of 244 then, 2nd of 259 now, beaten by April 2026" in said(person)


def test_the_largest_mart_is_downloaded_whole(
    real_app: str, browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    took = {}
    with viewer(browser, real_app) as person:
        person.open("data?mart=fx.rates_daily")
        person.page.get_by_role("tab", name="Downloads").click()
        for button, begins in (("CSV", b'"rate_date"'), ("Parquet", b"PAR1")):
            asked = time.monotonic()
            with person.page.expect_download() as coming:
                person.page.get_by_role("button", name=button).locator("visible=true").click()
            content = Path(coming.value.path()).read_bytes()
            took[button] = f"{time.monotonic() - asked:.1f} s, {len(content) / 1e6:.1f} MB"
            assert content.startswith(begins)
            assert len(content) > 3_000_000
        assert not person.sound()
    record_property("said", f"dashboard, download of fx.rates_daily: {took}")
