"""A real browser for tests of pages: the machine's own Chromium, driven by Playwright, kept to loopback.

With SCREENSHOTS set to a folder, tests leave there what they see (`make screenshots`).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these it asks its maker's hosts for updates and experiments while it runs.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str:
    """The browser that is installed; without one the test fails and says what to install."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise AssertionError(
        f"Expected one of {', '.join(NAMES)} on the path, found none: on Debian, `apt install chromium`."
    )


SCREENSHOTS = os.environ.get("SCREENSHOTS")
# Until what moves has come to rest.
AT_REST_MS = 1500


def picture(page: Page, name: str, height: int | None = None) -> None:
    """Write what is seen into the folder of the screenshots, if one is asked for; in few colours: small.

    Args:
        page: what is seen.
        name: of the file, without ending.
        height: of the picture in pixels from the top; all of the window without it.
    """
    if not SCREENSHOTS:
        return
    page.wait_for_timeout(AT_REST_MS)
    seen = Image.open(BytesIO(page.screenshot()))
    seen = seen.crop((0, 0, seen.width, min(height or seen.height, seen.height)))
    folder = Path(SCREENSHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    # By this method rare colours stay, such as that of a mark, and by one round of means flat areas do.
    few = seen.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield running
        finally:
            running.close()
