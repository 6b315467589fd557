"""The Home tab: what somebody received and gave."""

from typing import Any

from bot.kudos import Record
from handlers.views import blocks, kudos


def home(record: Record) -> dict[str, Any]:
    give = blocks.button(kudos.GIVE, "Give kudos", style="primary")
    return {
        "type": "home",
        "blocks": [
            blocks.header("Your good words"),
            *kudos.mine(record)["blocks"],
            blocks.buttons(give),
            blocks.context("Only you see this page. Try /kudos help in any channel."),
        ],
    }
