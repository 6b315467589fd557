"""The form behind `/kudos`: whom, what for, which value."""

from collections.abc import Sequence
from typing import Any

from bot.kudos import Receipt
from bot.rules.recognition import LONGEST_REASON, Draft, ToPerson, Words
from handlers.payloads import Submission
from handlers.views import kudos
from handlers.views.blocks import Block, Element, plain

RECIPIENTS, REASON, VALUE = "recipients", "reason", "value"


def blank(values: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": kudos.FORM,
        "title": plain("Give kudos"),
        "submit": plain("Thank them"),
        "close": plain("Not now"),
        "blocks": [_recipients(), _reason(), _value(values)],
    }


def done(receipt: Receipt) -> dict[str, Any]:
    """What the form turns into once it was sent."""
    return {
        "type": "modal",
        "title": plain("Give kudos"),
        "close": plain("Close"),
        "blocks": kudos.receipt(receipt)["blocks"][:-1],  # the button needs a message to be replaced
    }


def read(sent: Submission) -> Draft:
    """Give what was entered; modal inputs arrive unescaped, and an @ in the reason is only a word there."""
    people = sent.field(RECIPIENTS).get("selected_users") or []
    reason = sent.field(REASON).get("value") or ""
    value = (sent.field(VALUE).get("selected_option") or {}).get("value", "")
    tag = f" #{value}" if value else ""
    return Draft(tuple(ToPerson(str(id)) for id in people), (Words(f"{reason}{tag}"),))


def _recipients() -> Block:
    return _input(RECIPIENTS, "Whom would you like to thank?", {"type": "multi_users_select"})


def _reason() -> Block:
    element = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_REASON - 60}
    hint = "What they did, and what it meant. A sentence is plenty."
    return _input(REASON, "What for?", element) | {"hint": plain(hint)}


def _value(values: Sequence[str]) -> Block:
    options = [{"text": plain(f"#{value}"), "value": value} for value in values[:100]]  # Slack's limit
    element = {"type": "static_select", "options": options}
    return _input(VALUE, "Which of our values did it show?", element) | {"optional": True}


def _input(block_id: str, label: str, element: Element) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": block_id} | element,
    }
