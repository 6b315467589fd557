"""Take the pictures of the README and the docs: `make pictures`, after a change of how things look."""

import asyncio
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from bot.playground import opened
from storage import migrations
from tests.browser.conftest import FLAGS, NAMES
from tests.stories.test_digests import gives, until
from tests.town import Town, town

IMAGES = Path(__file__).parents[2] / "docs" / "images"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALK = (
    ("ada", "sales", "ACME signed. They asked me to say that the corrected invoice did it."),
    ("ada", "sales", "/kudos @fay for redoing the whole ACME invoice before Tokyo went home #care"),
    ("mo", "sales", "/kudos @ben @cy for the migration weekend: not one customer noticed #teamwork"),
    ("ada", "sales", "/kudos @ben for turning the ACME invoice round in an hour #ownership"),
)
FRIDAY = datetime(2026, 3, 6, 16, 1, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, 31, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 8, 1, tzinfo=UTC)
# (name, when, who reads it, where)
DIGESTS = (
    ("weekly", FRIDAY, "ada", "channel-kudos"),
    ("manager", MONDAY, "ruth", "dm-app"),
    ("executive", APRIL, "eve", "dm-app"),
)


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("GOODWORD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not chromium:
        sys.exit("Chromium is not installed, and pictures need one.")
    async with async_playwright() as playwright, opened(port=0) as address:
        sandboxed = os.geteuid() != 0
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, chromium_sandbox=sandboxed
        )
        async with browser:
            page = await browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
            await page.goto("/")
            for who, channel, words in TALK:
                await _write(page, who, channel, words)
            await page.get_by_test_id("channel-kudos").click()
            await expect(page.get_by_test_id("message")).to_have_count(3)
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await page.screenshot(path=IMAGES / f"playground-{theme}.png")
            await page.close()
            with tempfile.TemporaryDirectory() as folder:
                await _digests(browser, f"sqlite:///{Path(folder) / 'goodword.db'}")


async def _digests(browser: Browser, database_url: str) -> None:
    """Let a month go by in a town of its own, and look at each digest as it comes."""
    migrations.upgrade(database_url)
    async with town(database_url) as made:
        await made.set("executives", made.id("eve"))
        await made.set("timezone", "Europe/London")
        await _month(made)
        for name, moment, who, where in DIGESTS:
            await until(made, moment)
            page = await browser.new_page(viewport={"width": 1280, "height": 1400})
            await page.goto(made.slack.api_url.removesuffix("api/"))
            await page.get_by_test_id("person-switcher").click()
            await page.get_by_test_id(f"person-{who}").click()
            await page.get_by_test_id(where).click()
            if where == "dm-app":
                await page.get_by_test_id("messages-tab").click()
            shown = page.get_by_test_id("message").last
            await expect(shown).to_contain_text("ood words")
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await shown.screenshot(path=IMAGES / f"digest-{name}-{theme}.png")
            await page.close()


async def _month(made: Town) -> None:
    await gives(
        made,
        "ada",
        "ben",
        "for turning the ACME invoice round in an hour, on a Friday afternoon",
        above=True,
        customer="ACME",
        customer_words="We did not expect an answer before Monday.",
        tags=("ownership",),
    )
    await gives(
        made, "mo", "ben cy", "for the migration weekend: not one customer noticed", tags=("teamwork",)
    )
    await gives(made, "hugo", "dina", "for explaining the return form a third time, as kindly as before")
    await gives(made, "greta", "fay", "for tables that add up", tags=("care",))
    await gives(made, "fay", "ada", "for asking us before you promised the date")


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
