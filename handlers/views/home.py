"""The Home tab: what somebody received and gave."""

from typing import Any

from bot.escalations import Told
from bot.kudos import Record
from handlers.views import blocks, escalations, kudos, privacy
from handlers.views.blocks import Block


def home(record: Record, mine: list[Told], held: list[Told]) -> dict[str, Any]:
    give = blocks.button(kudos.GIVE, "Give kudos", style="primary")
    return {
        "type": "home",
        "blocks": [
            blocks.header("Your good words"),
            *kudos.mine(record)["blocks"],
            blocks.buttons(give),
            *_escalations(mine, held),
            *privacy.section(),
            blocks.context("Only you see this page. Try /kudos help in any channel."),
        ],
    }


def _escalations(mine: list[Told], held: list[Told]) -> list[Block]:
    """The state of somebody's own, and what waits for them: never the words, which stand in messages."""
    if not mine and not held:
        return []
    return [blocks.header("Escalations"), *escalations.status(mine, held)["blocks"]]
