"""A real browser for tests of pages: the machine's own Chromium, driven by Playwright, kept to loopback."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

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


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield running
        finally:
            running.close()
