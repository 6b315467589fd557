"""A real Chromium for the tests of this folder."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt-get install --yes chromium fonts-liberation fonts-noto-color-emoji"
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The guard of tests/conftest.py cannot see into another process, so the browser keeps itself at home.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser: what GOODWORD_CHROMIUM names, or the first that is installed."""
    found = os.environ.get("GOODWORD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    missing = (
        f"Chromium is not installed. On Debian: {INSTALL}; elsewhere say where it is by GOODWORD_CHROMIUM."
    )
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser of the test's own, on the test's own event loop."""
    expect.set_options(timeout=20_000)  # on a busy machine the usual five seconds are soon over
    async with async_playwright() as playwright:
        # Chromium refuses its sandbox to root.
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, chromium_sandbox=os.geteuid() != 0
        )
        async with browser:
            yield browser
