"""The form behind /escalate: the questions, the route by name before anything is sent, two choices."""

import json
from collections.abc import Sequence
from typing import Any

from bot.escalations import Planned
from bot.rules.escalation import LONGEST_ANSWER, Report
from bot.rules.people import Group
from bot.rules.routing import Holder
from handlers.payloads import Submission
from handlers.views import blocks, coaching
from handlers.views.blocks import Block, Element, capital, plain

FORM, NOTE = "escalation_form", "escalation_note"
PERSON, TEAM, CHOICES, WORDS = "subject", "team", "choices", "words"
HAPPENED = "happened"
NAMED, OWN = "named", "own"
MOST_TEAMS = 1000  # of more than these the form grows too large for Slack (250 kB)

QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("happened", "What happened?", "What and when; a fact helps more than a verdict."),
    ("customer", "What does it mean for the customer?", ""),
    ("promised", "What was promised, and by when?", ""),
    ("tried", "What has been tried?", ""),
    ("would_help", "What would help?", ""),
)


def blank(teams: Sequence[Group], *, happened: str = "", link: str = "") -> dict[str, Any]:
    return drawn(teams, None, happened=happened, link=link)


def drawn(
    teams: Sequence[Group],
    planned: Planned | None,
    *,
    happened: str = "",
    link: str = "",
    lost: str = "",
    turn: int = 0,
) -> dict[str, Any]:
    """Draw the form, with the route once it is known whom it is about; answers stay by their block ids.

    `turn` is how often the coach's wording was taken, see `handlers.views.coaching`.
    """
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain("Take it to a manager"),
        "submit": plain("Send"),
        "close": plain("Not now"),
        "private_metadata": json.dumps({"route": shown(planned), "link": link, "turn": turn}),
        "blocks": [
            _person(),
            *([_team(teams)] if teams else []),
            *_route(planned, lost),
            *(
                _question(name, label, hint, happened if name == HAPPENED else "", turn)
                for name, label, hint in QUESTIONS
            ),
            _choices(planned),
        ],
    }


def shown(planned: Planned | None) -> str:
    """The route as the form showed it, to compare with when it is sent; never to be trusted."""
    if planned is None:
        return ""
    second = planned.route.second
    return f"{planned.subject.id}>{planned.route.first.id}>{second.id if second else ''}"


def done(first: Holder, subject: str) -> dict[str, Any]:
    words = (
        f"{capital(first.name)} has it now. You will hear of every step, and /escalate status shows where "
        f"it stands. {subject} is not told by Goodword."
    )
    return {
        "type": "modal",
        "title": plain("Take it to a manager"),
        "close": plain("Close"),
        "blocks": [blocks.rich(blocks.line(blocks.text(words)))],
    }


def note(
    title: str,
    question: str,
    submit: str,
    number: int,
    move: str,
    shown_above: Sequence[Element],
    prefill: str,
    *,
    needed: bool,
    hint: str = "",
) -> dict[str, Any]:
    """The small form for a note, or for the words a manager passes on."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": WORDS,
        "multiline": True,
        "max_length": LONGEST_ANSWER,
    }
    if prefill:
        element["initial_value"] = blocks.prefilled(prefill, LONGEST_ANSWER)
    if len(prefill) > LONGEST_ANSWER:
        hint = f"{hint} It is longer than this field can hold, so its end is missing here."
    return {
        "type": "modal",
        "callback_id": NOTE,
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Not now"),
        "private_metadata": json.dumps({"number": number, "move": move}),
        "blocks": [
            *([blocks.rich(*shown_above)] if shown_above else []),
            {
                "type": "input",
                "block_id": WORDS,
                "label": plain(question),
                "optional": not needed,
                "element": element,
                **({"hint": plain(hint)} if hint else {}),
            },
        ],
    }


def report(sent: Submission) -> Report:
    answers = {name: sent.field(name).value.strip() for name, _, _ in QUESTIONS}
    answers[HAPPENED] = coaching.answer(sent, HAPPENED)
    return Report(**answers, link=link_of(sent))


def subject(sent: Submission) -> str:
    """The id of whom it is about; a person wins over a team where both are chosen."""
    person = sent.field(PERSON).selected_user
    team = sent.field(TEAM).selected_option.value
    return str(person or team)


def ticked(sent: Submission) -> set[str]:
    return {option.value for option in sent.field(CHOICES).selected_options}


def link_of(sent: Submission) -> str:
    """The link to a message that the form carries along."""
    return str(metadata(sent).get("link", ""))


def metadata(sent: Submission) -> dict[str, Any]:
    return coaching.metadata(sent.view)


def _route(planned: Planned | None, lost: str) -> list[Block]:
    if lost:
        return [_says(lost)]
    if planned is None:
        return [_says("Choose whom it is about, and you will see here who reads it.")]
    parts = [_says(route_in_words(planned))]
    if planned.balance:
        thanks, escalations = planned.balance
        several = "one escalation" if escalations == 1 else f"{escalations:,} escalations"
        times = f"{thanks:,} thanks" if thanks else "no thanks"
        words = (
            f"Only you see this: in the last 30 days you sent {planned.subject.name} {times} and {several}."
        )
        words += " A /kudos first may help more."
        parts.append(_says(words))
    return parts


LATE = "If it waits too long, it is handed one level up, and you are told."


def route_in_words(planned: Planned) -> str:
    """Say by name who reads it, who else may come to, and who does not."""
    route, name = planned.route, planned.subject.name
    first = f"{route.first.name} reads this first."
    if route.first.is_fallback:
        first = f"{capital(route.first.name)} will read this, for the org chart names no manager of yours."
    elif planned.first_is_manager:
        first = f"{route.first.name}, your manager, reads this first."
    then = "Nobody else gets it." if route.second is None else _then(planned, route.second)
    return f"{first} {then} {LATE} {name} is not told by Goodword."


def _then(planned: Planned, second: Holder) -> str:
    first, name = planned.route.first.name, planned.subject.name
    leads = f"who leads {name}" if planned.subject.lead else f"who is responsible for {name}'s work"
    whom = second.name if second.is_fallback else f"{second.name}, {leads}"
    return f"If {first} takes it further, it goes to {whom}."


def _says(words: str) -> Block:
    return blocks.rich(blocks.line(blocks.text(words)))


def _person() -> Block:
    return {
        "type": "input",
        "block_id": PERSON,
        "label": plain("Whom is it about?"),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "users_select", "action_id": "escalation_subject"},
    }


def _team(teams: Sequence[Group]) -> Block:
    options = [blocks.option(team.name, team.id) for team in teams[:MOST_TEAMS]]
    more = len(teams) - MOST_TEAMS
    hint = {"hint": plain(f"{more} more teams have no room here: choose somebody of theirs above.")}
    return (hint if more > 0 else {}) | {
        "type": "input",
        "block_id": TEAM,
        "label": plain("Or which team?"),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "static_select", "action_id": "escalation_subject", **blocks.options(options)},
    }


def _question(name: str, label: str, hint: str, prefill: str, turn: int) -> Block:
    element: Element = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": True,
        "max_length": LONGEST_ANSWER,
    }
    if prefill:
        element["initial_value"] = blocks.prefilled(prefill, LONGEST_ANSWER)
    made: Block = {
        "type": "input",
        "block_id": f"{name}~{turn}" if turn and name == HAPPENED else name,
        "label": plain(label),
        "optional": name != HAPPENED,
        "element": element,
    }
    return made | ({"hint": plain(hint)} if hint else {})


def _choices(planned: Planned | None) -> Block:
    options = [{"text": plain("You may say it came from me"), "value": NAMED}]
    if planned and planned.leads_people:
        own = {"text": plain("I lead people and take the first step myself"), "value": OWN}
        options.append(own | {"description": plain("Without the tick above, your name is not told.")})
    return {
        "type": "input",
        "block_id": CHOICES,
        "label": plain("Your choice"),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "checkboxes", "action_id": "escalation_subject", "options": options},
    }
