"""The question what a favour yielded, its form, and the answer as those thanked read it."""

import json
from collections.abc import Sequence
from typing import Any

from bot.outcomes import LONGEST
from bot.rules.people import Person
from bot.rules.recognition import Kudos
from handlers.views import blocks
from handlers.views.blocks import Element, plain, say

TELL, FORM, WORDS = "kudos_outcome", "kudos_outcome_form", "words"


def question(given: Kudos, day: str) -> dict[str, Any]:
    """To the giver; once it was answered, what they told."""
    whom = _some(given.recipients)
    thanked = f"On {day} you thanked {whom}:"
    opening = blocks.line(blocks.text(thanked))
    quote = blocks.quote(blocks.text(given.reason))
    if given.outcome:
        told = f"You told {_them(given)} what came of it:"
        answer = (blocks.line(blocks.text(told)), blocks.quote(blocks.text(given.outcome)))
        words = f"{thanked} {given.reason}\n{told} {given.outcome}"
        return say(words, blocks.rich(opening, quote, *answer))
    asked = f"What came of it? It is good for {_them(given)} to know, and one sentence is plenty."
    tell = blocks.button(TELL, f"Tell {_them(given)}", value=str(given.number))
    return say(
        f"{thanked} {given.reason}\n{asked}",
        blocks.rich(opening, quote, blocks.line(blocks.text(asked))),
        blocks.buttons(tell),
    )


def told(given: Kudos, whose: Sequence[Person] = ()) -> dict[str, Any]:
    """To somebody thanked; or to their manager, if it is of `whose` thanks."""
    whom = _some(whose) if whose else "you"
    opening, thanked = " tells what came of it:", f"{given.giver.name} had thanked {whom}:"
    words = f"{given.giver.name}{opening} {given.outcome}\n{thanked} {given.reason}"
    return say(
        words,
        blocks.rich(
            blocks.line(blocks.text(given.giver.name, bold=True), blocks.text(opening)),
            blocks.quote(blocks.text(given.outcome)),
            blocks.line(blocks.text(thanked)),
            blocks.quote(blocks.text(given.reason)),
        ),
    )


def form(given: Kudos) -> dict[str, Any]:
    element: Element = {
        "type": "plain_text_input",
        "action_id": WORDS,
        "multiline": True,
        "max_length": LONGEST,
    }
    hint = "Such as: the customer signed the next day."
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain("What came of it"),
        "submit": plain("Tell them"),
        "close": plain("Not now"),
        "private_metadata": json.dumps({"number": given.number}),
        "blocks": [
            {
                "type": "input",
                "block_id": WORDS,
                "label": plain("What came of it?"),
                "hint": plain(hint),
                "element": element,
            }
        ],
    }


def _them(given: Kudos) -> str:
    return given.recipients[0].name if len(given.recipients) == 1 else "them"


def _some(people: Sequence[Person]) -> str:
    return blocks.some([person.name for person in people])
