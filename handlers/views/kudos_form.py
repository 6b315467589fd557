"""The form behind `/kudos`: whom, what for, which value, and who is to hear it."""

import json
from collections.abc import Sequence
from typing import Any

from bot.kudos import Receipt
from bot.rules.people import Group
from bot.rules.recognition import LONGEST_REASON, Besides, Draft, Place, ToGroup, ToPerson, Words
from handlers.payloads import Submission
from handlers.views import blocks, kudos
from handlers.views.blocks import Block, Element, plain

RECIPIENTS, GROUPS, REASON, VALUE = "recipients", "groups", "reason", "value"
ABOVE, CUSTOMER, CUSTOMER_WORDS, VISIBLE = "above", "customer", "customer_words", "visible"
PRIVATE, PUBLIC = "private", "public"
MOST = 1000  # teams; of more than these a form grows too large for Slack (250 kB)
LONGEST_NAME, LONGEST_WORDS = 150, 2000  # of a customer


def blank(
    values: Sequence[str],
    groups: Sequence[Group] = (),
    *,
    people: Sequence[str] = (),
    teams: Sequence[str] = (),
    reason: str = "",
    before: Sequence[Block] = (),
    about: Place | None = None,
) -> dict[str, Any]:
    """The form to fill in; `before` stands above the questions, `people` and `teams` are chosen already."""
    made = {
        "type": "modal",
        "callback_id": kudos.FORM,
        "title": plain("Give kudos"),
        "submit": plain("Thank them"),
        "close": plain("Not now"),
        "blocks": [
            *before,
            _recipients(people, groups),
            *([_groups(groups, teams)] if groups else []),
            _reason(reason),
            _value(values),
            _above(),
            _text(CUSTOMER, "Which customer is it about?", LONGEST_NAME),
            _text(CUSTOMER_WORDS, "What did the customer say?", LONGEST_WORDS, multiline=True),
            _visible(),
        ],
    }
    if about:
        made["private_metadata"] = json.dumps({"channel": about.channel, "ts": about.ts})
    return made


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
    people = [ToPerson(id) for id in sent.field(RECIPIENTS).selected_users]
    groups = [ToGroup(one.value) for one in sent.field(GROUPS).selected_options]
    reason = sent.field(REASON).value
    value = sent.field(VALUE).selected_option.value
    tag = f" #{value}" if value else ""
    return Draft((*people, *groups), (Words(f"{reason}{tag}"),), _besides(sent))


def _besides(sent: Submission) -> Besides:
    visible = sent.field(VISIBLE).selected_option.value or PUBLIC
    return Besides(
        above=bool(sent.field(ABOVE).selected_options),
        private=visible == PRIVATE,
        customer=sent.field(CUSTOMER).value.strip(),
        customer_words=sent.field(CUSTOMER_WORDS).value.strip(),
        about=_about(sent),
    )


def _about(sent: Submission) -> Place | None:
    """The message on which the form was opened, if there was one."""
    found = sent.metadata
    channel, ts = str(found.get("channel", "")), str(found.get("ts", ""))
    return Place(channel[:64], ts[:32]) if channel and ts else None


def _recipients(people: Sequence[str], groups: Sequence[Group]) -> Block:
    element: Element = {"type": "multi_users_select"}
    if people:
        element["initial_users"] = list(people)
    asked = _input(RECIPIENTS, "Whom would you like to thank?", element)
    return asked | {"optional": True} if groups else asked


def _groups(groups: Sequence[Group], teams: Sequence[str]) -> Block:
    options = [blocks.option(f"{group.name} (@{group.handle})", group.id) for group in groups[:MOST]]
    element: Element = {"type": "multi_static_select", **blocks.options(options)}
    chosen = [option for option in options if option["value"] in teams]
    if chosen:
        element["initial_options"] = chosen
    made = _input(GROUPS, "Or a whole team?", element) | {"optional": True}
    if len(groups) > MOST:
        hint = f"{len(groups) - MOST} more teams have no room here: /kudos @team thanks any of them."
        made |= {"hint": plain(hint)}
    return made


def _above() -> Block:
    option = {"text": plain("Above and beyond: their manager hears of it at once"), "value": ABOVE}
    element = {"type": "checkboxes", "options": [option]}
    return _input(ABOVE, "Was it out of the ordinary?", element) | {"optional": True}


def _text(name: str, label: str, most: int, *, multiline: bool = False) -> Block:
    element = {"type": "plain_text_input", "max_length": most, "multiline": multiline}
    return _input(name, label, element) | {"optional": True}


def _visible() -> Block:
    """Everybody, unless the giver would rather not."""
    public = {"text": plain("Everybody, in the channel"), "value": PUBLIC}
    private = {"text": plain("They and their manager, in private"), "value": PRIVATE}
    element = {"type": "radio_buttons", "options": [public, private], "initial_option": public}
    return _input(VISIBLE, "Who is to read it?", element)


def _reason(reason: str) -> Block:
    element: Element = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_REASON - 60}
    if reason:
        element["initial_value"] = blocks.prefilled(reason, LONGEST_REASON - 60)
    hint = "What they did, and what it meant. A sentence is plenty."
    return _input(REASON, "What for?", element) | {"hint": plain(hint)}


def _value(values: Sequence[str]) -> Block:
    options = [blocks.option(f"#{value}", value) for value in values]
    element = {"type": "static_select", **blocks.options(options)}
    return _input(VALUE, "Which of our values did it show?", element) | {"optional": True}


def _input(block_id: str, label: str, element: Element) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": block_id} | element,
    }
