"""What somebody reads who pressed *Me too* on a kudos."""

from collections.abc import Collection
from typing import Any

from handlers.views import blocks
from handlers.views.blocks import say

LEAVE = "kudos_leave"


def told(number: int, ways: Collection[str], button: str) -> dict[str, Any]:
    """How it stands, by the ways in which they join in; `button` is the way that this button is."""
    if button in ways:
        words = "You join in, and your name stands on the post. The credit is theirs."
        back = blocks.buttons(blocks.button(LEAVE, "Take it back", value=str(number)))
        return say(words, blocks.rich(blocks.line(blocks.text(words))), back)
    words = "You do not join in any more."
    if ways:
        words = "You still join in by your emoji on the post; take it away there."
    return say(words, blocks.rich(blocks.line(blocks.text(words))))
