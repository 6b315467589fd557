"""The Home tab: what somebody received and gave, what waits for them, and what they look after."""

from typing import Any

from bot.escalations import Told
from bot.kudos import Record
from bot.people import Standing
from bot.rules.hearing import Wish
from handlers.views import blocks, escalations, kudos, privacy, reviews, settings
from handlers.views.blocks import Block, Element

THANKED = "preference_thanks"
WISHES = {
    Wish.PUBLICLY: "In the channel",
    Wish.PRIVATELY: "In private, and my manager",
    Wish.THROUGH_MANAGER: "Through my manager only",
}


def home(record: Record, mine: list[Told], held: list[Told], standing: Standing) -> dict[str, Any]:
    give = blocks.button(kudos.GIVE, "Give kudos", style="primary")
    return {
        "type": "home",
        "blocks": [
            blocks.header("Your good words"),
            *kudos.mine(record)["blocks"],
            blocks.buttons(give),
            *_thanked(standing.thanked),
            *_escalations(mine, held),
            *_for_managers(standing),
            *_for_administrators(standing),
            *privacy.section(),
            blocks.context("Only you see this page. Try /kudos help in any channel."),
        ],
    }


def _thanked(wish: Wish) -> list[Block]:
    options = [blocks.option(label, wish) for wish, label in WISHES.items()]
    menu: Element = {
        "type": "static_select",
        "action_id": THANKED,
        "options": options,
        "initial_option": next(option for option in options if option["value"] == wish),
    }
    said = "How would you like to be thanked? Nobody is told what you chose."
    return [blocks.header("When people thank you"), blocks.row(said, menu)]


def _for_managers(standing: Standing) -> list[Block]:
    if not standing.leads:
        return []
    return [
        blocks.header("Your people"),
        blocks.words(
            "What others thank them for: to mention when you next talk, and to keep for the review."
        ),
        blocks.buttons(blocks.button(reviews.OPEN, "What was said of them")),
    ]


def _for_administrators(standing: Standing) -> list[Block]:
    if not standing.administers:
        return []
    return [
        blocks.header("For administrators"),
        blocks.buttons(
            blocks.button(settings.OPEN, "Settings"),
            blocks.button(settings.CHANNELS, "Thanks in channels"),
        ),
    ]


def _escalations(mine: list[Told], held: list[Told]) -> list[Block]:
    """The state of somebody's own, and what waits for them: never the words, which stand in messages."""
    if not mine and not held:
        return []
    return [blocks.header("Escalations"), *escalations.status(mine, held)["blocks"]]
