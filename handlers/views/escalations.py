"""How an escalation looks on each desk: to the reporter, to the manager, to the service manager."""

from typing import Any

from bot.escalations import LISTED, Told
from bot.hops import is_channel
from bot.rules.escalation import Escalation
from bot.rules.lifecycle import By, Move, State, moves
from bot.rules.people import listed
from handlers.views import blocks
from handlers.views.blocks import Block, Element, capital, say

ACT = "escalation_"  # followed by the move's name
WITHDRAW = f"{ACT}{Move.WITHDRAW}"
THANK = "escalation_thank"
ERASED = "The words were erased after their time."
SEALED = "The words cannot be read at the moment. They are not lost: your administrator knows what to do."
MORE_HELD = "There are more. Each stands in your messages with Goodword."
MORE_MINE = f"These are the latest {LISTED}. The earlier ones stand in your messages with Goodword."
WITHHELD = (
    "This is hidden at the moment, for somebody may read along here for whom it is not meant. "
    "It comes back when that is over."
)
TALK = (
    "Talk it over in a thread under this message. Goodword does not read what you write here, and copies "
    "nothing out of it. The buttons are in your own messages with Goodword."
)

QUESTIONS = (
    ("happened", "What happened"),
    ("customer", "What it means for the customer"),
    ("promised", "What was promised, and by when"),
    ("tried", "What has been tried"),
    ("would_help", "What would help"),
    ("link", "The message it is about"),
)
SOLVED = frozenset({Move.RESOLVE, Move.SETTLE})
WITH_A_NOTE = SOLVED | {Move.SEND_BACK}
UNASKED = {  # what happens to it that is nobody's move
    "hand_up": "it waited too long, so it is with {holder} now.",
    "held_back": "{holder} cannot read it at the moment, for somebody else may read along in their channel. "
    "It is brought there when that is over. You can withdraw it in my Home tab.",
}
NOTED = {State.RESOLVED: "How it was resolved", State.RETURNED: "Why it was sent back"}
STANDS = {
    State.WITH_MANAGER: "{holder} has it and decides what to do.",
    State.WITH_SERVICE_MANAGER: "{holder} has it and has not answered yet.",
    State.ACKNOWLEDGED: "{holder} is on it.",
    State.RESOLVED: "it is resolved.",
    State.RETURNED: "{first} sent it back.",
    State.WITHDRAWN: "it was withdrawn.",
}


def desk(told: Told, viewer: str, *, acts: bool = True) -> dict[str, Any]:
    """What a holder, past or present, sees: the words meant for them, where it stands, and their buttons.

    `acts` is False for what stands above a later message of the same kind.
    """
    one = told.escalation
    holds = acts and viewer == one.holder
    title = f"About {told.subject}: please take this on." if holds and not one.closed else ""
    title = title or f"About {told.subject}: {_state(told)}"
    shown = [
        blocks.rich(blocks.line(blocks.text(title, bold=True)), blocks.line(blocks.text(_from(told, viewer))))
    ]
    if viewer in told.firsts:
        shown.append(blocks.rich(*words_of(one)))
    if viewer in told.seconds:
        shown.append(_handed_on(told, "What was passed on" if viewer in told.firsts else ""))
    shown += _note(told, NOTED.get(one.state, ""))
    mine = moves(one.state, By.HOLDER, one_hop=one.one_hop) if holds else ()
    if mine:
        shown.append(blocks.context(_advice(told, viewer)))
        shown.append(blocks.buttons(*(_button(told, move) for move in mine)))
    else:
        shown.append(blocks.context(_stands(told)))
    return say(f"{title} {_from(told, viewer)}", *shown)


def withheld() -> dict[str, Any]:
    """In place of what stands in a channel in which others may read along by now."""
    return say(WITHHELD, blocks.rich(blocks.line(blocks.text(WITHHELD))))


def talk(told: Told) -> dict[str, Any]:
    """To both managers together: what the one wrote to the other, and where they can talk about it."""
    one = told.escalation
    first, second = told.name(one.first), told.name(one.second)
    whose = f" It comes from {told.name(one.reporter)}." if one.named and one.first != one.reporter else ""
    title = f"About {told.subject}: {first} took this to {second}."
    whole = [blocks.text(title, bold=True), *([blocks.text(whose)] if whose else [])]
    return say(
        f"{title}{whose} {TALK}",
        blocks.rich(blocks.line(*whole)),
        _handed_on(told),
        blocks.context(TALK),
    )


def moved(told: Told, move: str) -> dict[str, Any]:
    """To the reporter: what was done, and what comes next."""
    words = f"Your escalation about {told.subject}: {_done(told, move)}"
    shown = [blocks.rich(blocks.line(blocks.text(words)))]
    if move in WITH_A_NOTE:
        shown += _note(told)
    if move in SOLVED:
        shown.append(
            blocks.rich(blocks.line(blocks.text("Would you like to thank the people who fixed it?")))
        )
        thank = blocks.button(THANK, "Thank them", value=str(told.escalation.number), style="primary")
        shown.append(blocks.buttons(thank))
    return say(words, *shown)


def retold(told: Told) -> dict[str, Any]:
    """What stays of the last note to the reporter once its words were erased."""
    ended = {State.RESOLVED: Move.RESOLVE, State.RETURNED: Move.SEND_BACK}.get(told.escalation.state, "")
    words = f"Your escalation about {told.subject}: {_done(told, ended)}"
    return say(f"{words} {ERASED}", blocks.rich(blocks.line(blocks.text(words))), blocks.context(ERASED))


def overdue(told: Told, viewer: str) -> dict[str, Any]:
    where = "here, further up" if is_channel(viewer) else "for you, in our messages above"
    words = f"A reminder: the escalation about {told.subject} is still waiting {where}."
    return say(words, blocks.rich(blocks.line(blocks.text(words))))


def status(mine: list[Told], held: list[Told]) -> dict[str, Any]:
    """The answer to /escalate status, and a part of the Home tab."""
    if not mine and not held:
        words = "You have no escalations. /escalate opens the form when you need it."
        return say(words, blocks.rich(blocks.line(blocks.text(words))))
    shown: list[Block] = []
    if held:
        shown.append(blocks.rich(blocks.line(blocks.text("Waiting for you", bold=True))))
        shown += [blocks.words(f"About {one.subject}: {_state(one)}") for one in held[:LISTED]]
        shown += [blocks.context(MORE_HELD)] if len(held) > LISTED else []
    if mine:
        shown.append(blocks.rich(blocks.line(blocks.text("Yours", bold=True))))
        for one in mine[:LISTED]:
            shown += _own(one)
        shown += [blocks.context(MORE_MINE)] if len(mine) > LISTED else []
    return say("Your escalations and where they stand.", *shown)


def outcome(told: Told) -> list[Block]:
    """What was done, for the reporter's eyes, above the form that thanks for it."""
    if not told.escalation.note:
        return []
    title = blocks.line(blocks.text("What was done (only you see this)", bold=True))
    return [blocks.rich(title, blocks.quote(blocks.text(told.escalation.note)))]


def refused(sentence: str) -> dict[str, Any]:
    return say(sentence, blocks.rich(blocks.line(blocks.text(sentence))))


def button_words(told: Told, move: Move) -> str:
    """What a button is called; Slack shows about 30 characters."""
    match move:
        case Move.TAKE_FURTHER:
            return f"Take it to {told.name(told.escalation.second)}"
        case Move.SETTLE:
            return "I've settled this"
        case Move.SEND_BACK:
            return "Send it back"
        case Move.ACKNOWLEDGE:
            return "Acknowledge"
        case Move.RESOLVE:
            return "Resolve"
        case Move.WITHDRAW:
            return "Withdraw"


def words_of(one: Escalation) -> list[Element]:
    """The reporter's answers as titled quotes; what was not answered is left out."""
    report = one.report
    if report is None:
        return [_without_words(one)]
    parts: list[Element] = []
    for name, title in QUESTIONS:
        answer = getattr(report, name)
        if answer:
            parts += [blocks.line(blocks.text(title, bold=True)), blocks.quote(blocks.text(answer))]
    return parts


def _without_words(one: Escalation) -> Element:
    return blocks.line(blocks.text(SEALED if one.sealed else ERASED))


def _handed_on(told: Told, title: str = "") -> Block:
    words = told.escalation.handed_on
    shown = blocks.quote(blocks.text(words)) if words else _without_words(told.escalation)
    return blocks.rich(*_titled(title), shown)


def _titled(title: str) -> list[Element]:
    return [blocks.line(blocks.text(title, bold=True))] if title else []


def _from(told: Told, viewer: str) -> str:
    """Who it comes from: the service manager learns the reporter's name only if the reporter said so."""
    return f"{_source(told, viewer)} {told.subject} is not told by Goodword."


def _source(told: Told, viewer: str) -> str:
    one = told.escalation
    reporter = told.name(one.reporter)
    if viewer in told.firsts and viewer == one.reporter:
        return "You are taking this on yourself."
    if viewer in told.firsts:
        goes_on = viewer == one.holder and one.state is State.WITH_MANAGER and not one.one_hop
        then = f" If you take it further, it goes to {told.name(one.second)}." if goes_on else ""
        return f"From {reporter}, who asks you to look first.{then}"
    if one.first == one.reporter:  # they took the first step themselves
        return f"From {reporter}." if one.named else "From a manager who asks not to be named."
    whose = f" It comes from {reporter}." if one.named else ""
    return f"From {told.name(one.first)}.{whose}"


def _stands(told: Told) -> str:
    return capital(_state(told))


def _state(told: Told) -> str:
    """Where it stands, as the end of a sentence."""
    one = told.escalation
    return STANDS[one.state].format(holder=told.name(one.holder), first=told.name(one.first))


def _done(told: Told, move: str) -> str:
    holder = told.name(told.escalation.holder)
    match move:
        case Move.TAKE_FURTHER:
            return f"{told.name(told.escalation.first)} took it to {holder}."
        case Move.ACKNOWLEDGE:
            return f"{holder} has read it and is on it."
        case Move.RESOLVE | Move.SETTLE:
            return f"{holder} says it is resolved."
        case Move.SEND_BACK:
            return f"{holder} sent it back to you."
        case "hand_up" | "held_back":
            return UNASKED[move].format(holder=holder)
        case _:
            return _state(told)


def _note(told: Told, title: str = "") -> list[Block]:
    note = told.escalation.note
    return [blocks.rich(*_titled(title), blocks.quote(blocks.text(note)))] if note else []


def _advice(told: Told, viewer: str) -> str:
    one = told.escalation
    alone = one.state is State.WITH_MANAGER and one.one_hop
    yours = "Both sides come to you, so this is yours alone. " if alone else ""
    return f"{yours}The problem, not the person. {_knowing(told, viewer)}"


def _knowing(told: Told, viewer: str) -> str:
    """Who knows of it, said to whoever holds it: those who had it before as well."""
    one = told.escalation
    you = "the people in this channel" if is_channel(viewer) else "you"
    others = {told.name(id) for id in (told.firsts | told.seconds) - {viewer, one.reporter}}
    asked = [told.name(one.reporter) if viewer in told.firsts or one.named else "whoever asked"]
    return f"Only {listed([you, *sorted(others), *(asked if viewer != one.reporter else ())])} know of this."


def _button(told: Told, move: Move) -> Element:
    style = "primary" if move in {Move.TAKE_FURTHER, Move.ACKNOWLEDGE, Move.RESOLVE} else ""
    return blocks.button(f"{ACT}{move}", button_words(told, move), str(told.escalation.number), style)


def _own(told: Told) -> list[Block]:
    line = blocks.rich(blocks.line(blocks.text(f"About {told.subject}: {_state(told)}")))
    if Move.WITHDRAW in moves(told.escalation.state, By.REPORTER):
        return [line, blocks.buttons(blocks.button(WITHDRAW, "Withdraw", str(told.escalation.number)))]
    return [line]
