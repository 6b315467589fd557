"""The walk of an escalation through the page: from Ada by Mo to Ruth, back to Ada, and thanks to Ben."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

HAPPENED = "The Bluefin contract was promised for Monday, and it is not there."
CUSTOMER = "Bluefin cannot open its new shop without it, and opens on Friday."
WOULD_HELP = "A date that I can give to Bluefin by noon."
PASSED_ON = "Bluefin was promised a contract for Monday, and opens its shop on Friday. Can it go out today?"
NOTE = "The contract went out by courier this morning. It had waited for a signature, which now has a deputy."
THANKS = "for getting the Bluefin contract out in time for Friday"
Look = Callable[[str], Awaitable[None]]


async def escalation(page: Page, look: Look) -> None:
    """Play it; `look` is told what is on the screen when each of the four has something to see."""
    await _ada_escalates(page, look)
    await become(page, "mo")
    await messages(page)
    await expect(page.get_by_test_id("message").last).to_contain_text(HAPPENED)
    await look("mo")
    await press(page, "Take it to Ruth")
    await look("mo-words")
    await words(page, "In your own words", PASSED_ON, "Send")
    await expect(page.get_by_test_id("message").first).to_contain_text(
        "Ruth has it and has not answered yet."
    )

    await become(page, "ruth")
    await messages(page)
    await expect(page.get_by_test_id("message").last).to_contain_text(PASSED_ON)
    assert "Ada" not in await page.get_by_test_id("message").last.inner_text()
    await look("ruth")
    await unfold(page)
    await page.get_by_test_id("channel-Mo, Goodword").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("About Ben: Mo took this to Ruth.")
    await look("ruth-talk")
    await messages(page)
    await press(page, "Acknowledge")
    await expect(page.get_by_test_id("message").last).to_contain_text("Resolve")
    await press(page, "Resolve")
    await words(page, "How was it resolved", NOTE, "Resolve")
    await expect(page.get_by_test_id("message").last).to_contain_text("It is resolved.")

    await become(page, "ada")
    await messages(page)
    await expect(page.get_by_test_id("message").last).to_contain_text(NOTE)
    await look("ada")
    await page.get_by_test_id("home-tab").click()
    await page.get_by_role("button", name="Erase me").scroll_into_view_if_needed()
    await look("ada-home")
    await page.get_by_test_id("messages-tab").click()
    await press(page, "Thank them")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("What was done (only you see this)")
    await look("ada-thanks")
    await modal.get_by_label(re.compile("What for")).fill(THANKS)
    await modal.get_by_role("button", name="Thank them").click()
    await modal.get_by_role("button", name="Close").first.click()

    await become(page, "ben")
    await messages(page)
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_test_id("message").last).to_contain_text(THANKS)
    await look("ben")


async def _ada_escalates(page: Page, look: Look) -> None:
    await become(page, "ada")
    await page.get_by_test_id("composer").fill("/escalate")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    modal = page.get_by_test_id("modal")
    await modal.get_by_label(re.compile("Whom is it about")).click()
    await page.keyboard.type("Ben")
    await page.keyboard.press("Enter")
    await expect(modal).to_contain_text("Mo, your manager, reads this first.")
    for question, answer in (
        ("What happened", HAPPENED),
        ("What does it mean for the customer", CUSTOMER),
        ("What would help", WOULD_HELP),
    ):
        await modal.get_by_label(re.compile(question)).fill(answer)
    await modal.get_by_text("Whom is it about?").scroll_into_view_if_needed()
    await look("ada-form")
    await modal.get_by_role("button", name="Send").click()
    await expect(modal).to_contain_text("Mo has it now.")
    await modal.get_by_role("button", name="Close").first.click()


async def become(page: Page, who: str) -> None:
    await unfold(page)
    await page.get_by_test_id("person-switcher").click()
    await page.get_by_test_id(f"person-{who}").click()
    await expect(page.get_by_test_id("person-switcher")).to_contain_text(who.capitalize())
    if await page.get_by_test_id("menu").is_visible():
        await page.keyboard.press("Escape")


async def messages(page: Page) -> None:
    """Their messages with Goodword."""
    await unfold(page)
    await page.get_by_test_id("dm-app").click()
    await page.get_by_test_id("messages-tab").click()


async def unfold(page: Page) -> None:
    """On a phone the left side is a drawer."""
    if await page.evaluate("document.getElementById('sidebar').inert"):
        await page.get_by_test_id("menu").click()


async def press(page: Page, button: str) -> None:
    await page.get_by_test_id("message").last.get_by_role("button", name=button, exact=True).click()


async def words(page: Page, question: str, answer: str, send: str) -> None:
    modal = page.get_by_test_id("modal")
    await modal.get_by_label(re.compile(question)).fill(answer)
    await modal.get_by_role("button", name=send, exact=True).click()
    await expect(modal).not_to_be_visible()
