"""Take the pictures of the README and the docs: `make pictures`, after a change of how things look."""

import asyncio
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from bot.playground import opened
from tests.browser import digests, walk
from tests.browser.conftest import FLAGS, NAMES

IMAGES = Path(__file__).parents[2] / "docs" / "images"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FOUR = {"ada-form": "ada", "mo": "mo", "ruth": "ruth", "ben": "ben"}
TALK = (
    ("ada", "sales", "ACME signed. They asked me to say that the corrected invoice did it."),
    ("ada", "sales", "/kudos @fay for redoing the whole ACME invoice before Tokyo went home #care"),
    ("mo", "sales", "/kudos @ben @cy for the migration weekend: not one customer noticed #teamwork"),
    ("ada", "sales", "/kudos @ben for turning the ACME invoice round in an hour #ownership"),
)


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("GOODWORD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not chromium:
        sys.exit("Chromium is not installed, and pictures need one.")
    async with async_playwright() as playwright:
        sandboxed = os.geteuid() != 0
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, chromium_sandbox=sandboxed
        )
        async with browser:
            await _kudos(browser)
            await _escalation(browser)
            await digests.take(browser, IMAGES, THEMES)


async def _kudos(browser: Browser) -> None:
    async with opened(port=0) as address:
        page = await browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
        await page.goto("/")
        for who, channel, words in TALK:
            await _write(page, who, channel, words)
        await page.get_by_test_id("channel-kudos").click()
        await expect(page.get_by_test_id("message")).to_have_count(3)
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.screenshot(path=IMAGES / f"playground-{theme}.png")


async def _escalation(browser: Browser) -> None:
    async with opened(port=0) as address:
        page = await browser.new_page(base_url=address, viewport={"width": 780, "height": 640})
        await page.emulate_media(reduced_motion="reduce")
        await page.goto("/")
        await walk.escalation(page, partial(_taken, page))


async def _taken(page: Page, what: str) -> None:
    """Of the walk one picture of each of the four."""
    if what in FOUR:
        await page.screenshot(path=IMAGES / f"escalation-{FOUR[what]}.png")


async def _write(page: Page, who: str, channel: str, words: str) -> None:
    await page.get_by_test_id("person-switcher").click()
    await page.get_by_test_id(f"person-{who}").click()
    await page.get_by_test_id(f"channel-{channel}").click()
    await page.get_by_test_id("composer").fill(words)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("composer")).to_have_value("")


if __name__ == "__main__":
    asyncio.run(main())
