"""The playground's page in a real browser: a visitor types, clicks and looks."""

import os
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.playground import opened
from tests.browser import walk

THANKS = "/kudos @ben for turning the ACME invoice round in an hour #ownership"


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """The page, opened for the first time; whatever it complains of fails the test."""
    async with opened(port=0) as address:
        page = await browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto("/")
        yield page
        await page.close()
        assert complaints == []


async def test_a_kudos_typed_as_ada_is_in_the_channel_and_in_ben_s_inbox(page: Page) -> None:
    await expect(page.get_by_test_id("person-switcher")).to_contain_text("Ada")
    await page.get_by_test_id("composer").fill(THANKS)
    await page.keyboard.press("Escape")  # closes the completion, keeps the text
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("ephemeral")).to_contain_text("Your thanks to Ben will be in #kudos")
    await page.get_by_test_id("channel-kudos").click()
    await expect(page.get_by_test_id("message").last).to_contain_text(
        "for turning the ACME invoice round in an hour"
    )

    await _become(page, "Ben")
    await page.get_by_test_id("dm-app").click()
    await page.get_by_test_id("messages-tab").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("Ada thanks you:")
    await expect(page.get_by_test_id("activity")).to_contain_text("kudos.give committed, 2 to say")


async def test_the_form_the_button_and_the_home_tab_work(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/kudos")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Whom would you like to thank?")
    await modal.get_by_label(re.compile("Whom would you like to thank")).click()
    await page.keyboard.type("Cy")
    await page.keyboard.press("Enter")
    await modal.get_by_label(re.compile("What for")).fill("for the calm voice on the phone")
    await modal.get_by_role("button", name="Thank them").click()
    await expect(modal).to_contain_text("Your thanks to Cy will be in #kudos")
    await modal.get_by_role("button", name="Close").first.click()

    await _become(page, "Cy")
    await page.get_by_test_id("dm-app").click()
    await page.get_by_test_id("home-tab").click()
    await expect(page.get_by_test_id("home")).to_contain_text("You received one kudos")


async def test_what_was_taken_back_disappears_before_one_s_eyes(page: Page) -> None:
    await page.get_by_test_id("channel-kudos").click()
    await page.get_by_test_id("composer").fill(THANKS)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    post = page.get_by_test_id("message").filter(has_text="thanks @Ben")
    await expect(post).to_have_count(1)

    await page.get_by_role("button", name="Take it back").click()

    await expect(post).to_have_count(0)
    await expect(page.get_by_test_id("ephemeral")).to_contain_text("is taken back")


async def test_whatever_breaks_down_nothing_is_lost_and_nothing_is_said_twice(page: Page) -> None:
    await page.get_by_test_id("faults").locator("summary").click()
    gauge, told = page.get_by_test_id("gauge"), page.get_by_test_id("ephemeral")
    await expect(gauge).to_have_text("Everything has been said.")

    await page.get_by_test_id("switch-down").check()
    await _types(page, THANKS)
    await expect(told).to_contain_text("Your thanks to Ben will be in #kudos")
    await expect(gauge).to_have_text("2 messages still to be said.")
    await page.get_by_test_id("switch-killed").check()
    await _types(page, "/kudos @cy for the calm voice on the phone")
    await expect(page.get_by_role("alert").last).to_contain_text("dispatch_failed")
    await expect(gauge).to_have_text("2 messages still to be said.")

    await page.get_by_test_id("switch-killed").uncheck()
    await page.get_by_test_id("switch-down").uncheck()
    await page.get_by_test_id("clock-1-minute").click()
    await expect(gauge).to_have_text("Everything has been said.")

    await page.get_by_test_id("switch-database").check()
    again = "/kudos @dina for explaining the form a third time"
    await _types(page, again)
    # In time, or after Slack has lost its patience; the words are there to be sent again.
    await expect(page.locator("body")).to_contain_text(re.compile("went wrong|operation_timeout"))
    await page.get_by_test_id("switch-database").uncheck()
    await _types(page, again)
    await expect(told.last).to_contain_text("Your thanks to Dina will be in #kudos")

    await page.get_by_test_id("channel-kudos").click()
    posts = page.get_by_test_id("message")
    await expect(posts).to_have_count(2)
    await expect(posts.first).to_contain_text("for turning the ACME invoice round in an hour")
    await expect(posts.last).to_contain_text("for explaining the form a third time")


async def _types(page: Page, words: str) -> None:
    await page.get_by_test_id("composer").fill(words)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


async def test_on_a_phone_the_page_fits_and_can_be_used(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.get_by_test_id("composer").fill(THANKS)
    await page.keyboard.press("Escape")
    await page.get_by_test_id("send").click()

    await expect(page.get_by_test_id("ephemeral")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def _become(page: Page, name: str) -> None:
    await page.get_by_test_id("person-switcher").click()
    await page.get_by_role("option", name=re.compile(name)).first.click()
    await expect(page.get_by_test_id("person-switcher")).to_contain_text(name)


async def test_the_clock_shows_one_day_to_whoever_looks_from_wherever(page: Page) -> None:
    # Ada sits in New York, where it is still yesterday for some hours of each of London's days.
    clock = page.locator(".clock-now")
    for _ in range(24):
        before = await clock.inner_text()
        await page.get_by_test_id("clock-1-hour").click()
        await expect(clock).not_to_have_text(before, use_inner_text=True)
        days = re.findall(r"(\w+day)\b", await clock.inner_text())
        assert len(days) == 2, days
        assert days[0] == days[1]


@pytest.mark.parametrize("width", [1280, 360])
async def test_an_escalation_goes_from_ada_by_mo_to_ruth_and_ben_reads_thanks_only(
    page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await page.emulate_media(reduced_motion="reduce")
    seen: list[str] = []

    async def look(what: str) -> None:
        seen.append(what)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("GOODWORD_LOOKS"):
            await page.screenshot(path=f"{folder}/{what}-{width}.png")

    await walk.escalation(page, look)

    assert {one.partition("-")[0] for one in seen} == {"ada", "mo", "ruth", "ben"}
    assert "Bluefin was promised" not in await page.inner_text("body")
