"""A month goes by, and each digest has its picture taken as it comes."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, expect

from storage import migrations
from tests.stories.test_digests import gives, until
from tests.town import Town, town

FRIDAY = datetime(2026, 3, 6, 16, 1, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, 31, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 8, 1, tzinfo=UTC)
# (name, when, who reads it, where)
DIGESTS = (
    ("weekly", FRIDAY, "ada", "channel-kudos"),
    ("manager", MONDAY, "ruth", "dm-app"),
    ("executive", APRIL, "eve", "dm-app"),
)


async def take(browser: Browser, images: Path, themes: Sequence[Literal["light", "dark"]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{Path(folder) / 'goodword.db'}"
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
                for theme in themes:
                    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                    await shown.screenshot(path=images / f"digest-{name}-{theme}.png")
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
    weekend = "for the migration weekend: not one customer noticed"
    await gives(made, "mo", "ben cy", weekend, tags=("teamwork",))
    await gives(made, "hugo", "dina", "for explaining the return form a third time, as kindly as before")
    await gives(made, "greta", "fay", "for tables that add up", tags=("care",))
    await gives(made, "fay", "ada", "for asking us before you promised the date")
