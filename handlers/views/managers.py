"""A good word to a manager about their people, and the form for the word that the manager adds."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.managers import LONGEST_WORDS, Told
from bot.rules.hearing import without_names
from bot.rules.people import Person
from bot.rules.recognition import Kudos
from handlers.views import blocks, kudos
from handlers.views.blocks import Element, plain, say

PASS_ON, FORM, WORDS = "kudos_pass_on", "kudos_pass_on_form", "words"
FEW = 10
READY = "Well done, and thank you."


def good_word(told: Told) -> dict[str, Any]:
    """To the manager: who, what, what it meant, and the button; once it was used, what they said."""
    given, whom = told.kudos, _some(told.people)
    given = replace(given, reason=without_names(given.reason, given, (*told.people, *told.heard.shown)))
    above = f", for {kudos.ABOVE}" if given.besides.above else ""
    words = f"{given.giver.name} puts in a good word for {whom}{above}"
    opening = blocks.line(
        blocks.text(given.giver.name, bold=True),
        blocks.text(" puts in a good word for "),
        blocks.text(whom, bold=True),
        blocks.text(f"{above}:"),
    )
    shown = [blocks.rich(opening, *kudos.story(given)), *kudos.tags(given)]
    spoken = [f"{words}: {kudos.spoken(given)}"]
    for remark in _remarks(told):
        shown.append(blocks.context(remark))
        spoken.append(remark)
    if told.passed_on is None:
        shown.append(
            blocks.buttons(blocks.button(PASS_ON, "Pass it on", value=str(given.number), style="primary"))
        )
    else:
        said = f"Passed on to {whom}, with your words:"
        shown.append(blocks.rich(blocks.line(blocks.text(said)), blocks.quote(blocks.text(told.passed_on))))
        spoken.append(said)
    return say("\n".join(spoken), *shown)


def passed_on(given: Kudos, manager: str, words: str, recipient: Person) -> dict[str, Any]:
    """To the recipient: the manager's own words first, then what was written."""
    given = replace(given, reason=without_names(given.reason, given, (recipient,)))
    opening = f" passes on {given.giver.name}'s thanks to you, and adds:"
    wrote = f"What {given.giver.name} wrote:"
    spoken = f"{manager}{opening} {words}\n{wrote} {kudos.spoken(given)}"
    return say(
        spoken,
        blocks.rich(
            blocks.line(blocks.text(manager, bold=True), blocks.text(opening)),
            blocks.quote(blocks.text(words)),
            blocks.line(blocks.text(wrote)),
            *kudos.story(given),
        ),
        *kudos.tags(given),
    )


def form(number: int, people: Sequence[Person], giver: str) -> dict[str, Any]:
    """The manager's own words."""
    whom = _some(people, most=FEW)
    reads = f"{whom} {'reads' if len(people) == 1 else 'each read'} them together with what {giver} wrote."
    element: Element = {
        "type": "plain_text_input",
        "action_id": WORDS,
        "multiline": True,
        "max_length": LONGEST_WORDS,
        "initial_value": READY,
    }
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain("Pass it on"),
        "submit": plain("Send"),
        "close": plain("Not now"),
        "private_metadata": json.dumps({"number": number}),
        "blocks": [
            {
                "type": "input",
                "block_id": WORDS,
                "label": plain("Your own words"),
                "hint": plain(reads),
                "element": element,
            }
        ],
    }


def _remarks(told: Told) -> list[str]:
    quiet = [person for person in told.people if person.id in told.heard.quiet]
    if quiet:
        like = "likes" if len(quiet) == 1 else "like"
        return [f"{_some(quiet, most=FEW)} {like} to hear thanks from you, so this is yours to pass on."]
    public = {person.id for person in told.heard.named}
    if not any(person.id in public for person in told.people):
        return ["This is said in private and stands in no channel."]
    return []


def _some(people: Sequence[Person], most: int = blocks.MOST_NAMES) -> str:
    return blocks.some([person.name for person in people], most)
