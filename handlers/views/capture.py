"""What the author of a message is asked or told, alone."""

from typing import Any

from bot.kudos import Receipt
from handlers.views import blocks, kudos
from handlers.views.blocks import say

RECORD, NOT_NOW, NOT_HERE = "shoutout_record", "shoutout_not_now", "shoutout_not_here"
OPEN, FINE, NEVER = "complaint_open", "complaint_fine", "complaint_never"

ANSWERS = {
    "not_now": "All right.",
    "fine": "All right.",
    "not_here": "All right, I will not ask you in this channel any more.",
    "never": "All right, I will not suggest that again.",
    "gone": "That message is not there any more, or thanks nobody now. Nothing was recorded.",
}
SUGGESTED = (
    "Only you see this. If something went wrong, your manager can take it to theirs: that often gets a "
    "quicker answer, and keeps the two of you on good terms."
)


def question(names: list[str], value: str) -> dict[str, Any]:
    """`value` is the message's place, for the buttons."""
    words = (
        f"Only you see this. Shall I record it as kudos to {blocks.some(names)}, so that more people hear it?"
    )
    return say(
        words,
        blocks.words(words),
        blocks.buttons(
            blocks.button(RECORD, "Record it", value=value, style="primary"),
            blocks.button(NOT_NOW, "Not now", value=value),
            blocks.button(NOT_HERE, "Don't ask me in this channel", value=value),
        ),
    )


def suggestion(value: str) -> dict[str, Any]:
    return say(
        f"{SUGGESTED} Shall I take this to your manager instead?",
        blocks.words(SUGGESTED),
        blocks.words("Shall I take this to your manager instead?"),
        blocks.buttons(
            blocks.button(OPEN, "Open the form", value=value, style="primary"),
            blocks.button(FINE, "It's fine", value=value),
            blocks.button(NEVER, "Never suggest this", value=value),
        ),
    )


def answered(answer: str, receipt: Receipt | None) -> dict[str, Any]:
    if receipt is not None:
        return kudos.receipt(receipt)
    words = ANSWERS[answer]
    return say(words, blocks.words(words))
