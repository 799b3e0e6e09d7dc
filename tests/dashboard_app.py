"""The dashboard for real, as `make bi` starts it, and its pages in a real browser as a person meets them."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from orchestration.dashboard.views import PAGES
from tests.browser import SCREENSHOTS, picture
from tests.desk import Desk

STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 20
DRAWN_WITHIN_MS = 30_000
# Streamlit's own marks: a script at work, an error on the page, a chart.
AT_WORK = '[data-testid="stApp"][data-test-script-state="running"], [data-testid="stSkeleton"]'
EXCEPTION = '[data-testid="stException"]'
CHART = '[data-testid="stVegaLiteChart"]'
# What a chart draws figures with: bars, points, ticks, lines, areas. Axes, grids and rules are none.
MARKS = "g.mark-rect path, g.mark-symbol path, g.mark-line path, g.mark-area path, g.mark-arc path"
LOOKED_FOR_BY_STREAMLIT = {
    f"/{page.path}/_stcore/{name}" for page in PAGES for name in ("health", "host-config")
}


@contextmanager
def dashboard(desk: Desk, **more: str) -> Iterator[str]:
    """Start the app on a free port, wait until it answers, give its address, and end it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    desk.data.mkdir(parents=True, exist_ok=True)
    log = desk.data / "dashboard.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "bi", "--port", str(port)],
            cwd=desk.root,
            env=desk.environment(**more),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(process, address, log)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        process.kill()
        process.wait(ENDS_WITHIN_S)


def _await(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with suppress(requests.ConnectionError):
            if requests.get(f"{address}/_stcore/health", timeout=10).ok:
                return
        time.sleep(0.1)
    raise AssertionError(f"The dashboard did not answer within {STARTS_WITHIN_S} s:\n{log.read_text()}")


@dataclass
class Viewer:
    """A person's browser window, with all that went wrong in it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        host = urlsplit(self.address).netloc
        self.page.on("console", self._hear)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on(
            "request",
            lambda request: (
                request.url.startswith(("data:", "blob:"))
                or urlsplit(request.url).netloc == host
                or self.problems.append(f"foreign host: {request.url}")
            ),
        )

    def _hear(self, message: ConsoleMessage) -> None:
        # What was not loaded is told with its address by the response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        # Below a page's own address Streamlit first looks for itself there, then at the root.
        if response.status >= 400 and urlsplit(response.url).path not in LOOKED_FOR_BY_STREAMLIT:
            self.problems.append(f"{response.status}: {response.url}")

    def open(self, path: str) -> float:
        """Open a page, wait until it is drawn; the seconds that it took."""
        started = time.monotonic()
        self.page.goto(f"{self.address}/{path}")
        self.settle()
        return time.monotonic() - started

    def settle(self) -> None:
        """Wait until the script has ended and each chart is drawn."""
        expect(self.page.locator('[data-testid="stMainBlockContainer"] h3').first).to_be_visible(
            timeout=DRAWN_WITHIN_MS
        )
        expect(self.page.locator(AT_WORK)).to_have_count(0, timeout=DRAWN_WITHIN_MS)
        for chart in self.page.locator(CHART).all():
            expect(chart.locator("svg, canvas").first).to_be_attached(timeout=DRAWN_WITHIN_MS)

    def sound(self) -> list[str]:
        """What a person would take offence at on the page as it is: errors and charts without a figure."""
        found = [f"error on the page: {box.inner_text()[:300]}" for box in self.page.locator(EXCEPTION).all()]
        found += [
            f"empty chart: number {number}"
            for number, chart in enumerate(self.page.locator(CHART).all(), 1)
            if not chart.locator("canvas").count() and not chart.locator(MARKS).count()
        ]
        main = self.page.locator('[data-testid="stMain"]')
        wide = main.evaluate("main => main.scrollWidth - main.clientWidth")
        found += [f"{wide} pixels wider than the window"] if wide > 0 else []
        return self.problems + found

    def photograph(self, name: str, height: int | None = None) -> None:
        """Write the page as a picture into the folder of SCREENSHOTS, if that is set: whole, or its top."""
        if not SCREENSHOTS:
            return
        # Streamlit scrolls inside of the window: the window becomes as high as the page.
        window = self.page.viewport_size
        whole = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": window["width"], "height": whole})
        self.settle()
        picture(self.page, name, height)
        self.page.set_viewport_size(window)


LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@contextmanager
def viewer(
    browser: Browser, address: str, window: dict[str, int] = LAPTOP, scheme: str = "light"
) -> Iterator[Viewer]:
    """A window of its own, as of a person who comes for the first time."""
    context: BrowserContext = browser.new_context(viewport=window, color_scheme=scheme)
    try:
        yield Viewer(context.new_page(), address)
    finally:
        context.close()
