"""How a kudos looks: in the channel, to the person thanked, and to the one who gave it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.kudos import Receipt, Record
from bot.rules.hearing import Hearing, without_names
from bot.rules.people import NAMELESS, Person, listed
from bot.rules.recognition import Kudos, LeftOut, Piece, ToGroup, ToPerson, Words
from handlers.views import blocks
from handlers.views.blocks import Block, Element, say

GIVE, UNDO, FORM, JOIN = "kudos_open_form", "kudos_undo", "kudos_form", "kudos_join"
ABOVE = "going above and beyond"

# What a text element and a line of rich text may hold; nobody can type as much, but a message that
# Slack refuses would be no answer.
MOST_WORDS, MOST_PIECES = 12_000, 500
MOST_JOINING = 3  # names of those who join in; the others are counted

HELP = (
    "Thank people where it is heard.",
    "/kudos @ben @cy for turning the ACME invoice round in an hour #ownership",
    (
        ("/kudos @ben @support-team what they did", "thanks them in the channel and tells each in private"),
        ("/kudos", "opens a form"),
        ("/kudos mine", "shows what you received and gave"),
        ("/kudos undo", "takes your last kudos back, within 15 minutes"),
    ),
)
COMPLAINTS = "If something went wrong, /escalate takes it to your own manager, and to nobody it is about."


def posted(kudos: Kudos, heard: Hearing | None = None) -> dict[str, Any]:
    """The post in the recognition channel: only those who are thanked are pinged.

    Whoever would rather not be named there is not; without `heard` all are.
    """
    if heard:
        named = heard.named
        kudos = replace(kudos, recipients=named, reason=without_names(kudos.reason, kudos, named))
    thanked = blocks.line(
        blocks.text(kudos.giver.name, bold=True),
        blocks.text(" thanks "),
        *_mentions(kudos),
        *([blocks.text(f" for {ABOVE}")] if kudos.besides.above else []),
    )
    shown = [blocks.rich(thanked, *story(kudos)), *tags(kudos)]
    words = f"{kudos.giver.name} thanks {_names(kudos)}{_above(kudos)}: {spoken(kudos)}"
    if kudos.joined:
        joining = _join_in([person.name for person in kudos.joined])
        shown.append(blocks.rich(blocks.line(blocks.text(joining))))
        words = f"{words}\n{joining}"
    shown.append(blocks.buttons(blocks.button(JOIN, "Me too", value=str(kudos.number))))
    return say(words, *shown)


def received(kudos: Kudos, recipient: str, beside: Sequence[Person] | None = None) -> dict[str, Any]:
    """The private word to one recipient, who learns of the others thanked unless they are more private."""
    others = kudos.recipients if beside is None else beside
    whom = blocks.some(["you", *(p.name for p in others if p.id != recipient)])
    if beside is not None:
        you = [one for one in kudos.recipients if one.id == recipient]
        kudos = replace(kudos, reason=without_names(kudos.reason, kudos, (*beside, *you)))
    opening = blocks.line(
        blocks.text(kudos.giver.name, bold=True), blocks.text(f" thanks {whom}{_above(kudos)}:")
    )
    words = f"{kudos.giver.name} thanks {whom}{_above(kudos)}: {spoken(kudos)}"
    return say(words, blocks.rich(opening, *story(kudos)), *tags(kudos))


def receipt(done: Receipt) -> dict[str, Any]:
    """The private answer to the giver: who hears of it, and not why."""
    words = _who_hears(done)
    if done.repeated:
        who = blocks.some([p.name for p in done.recipients])
        words = f"You thanked {who} for this a little while ago, and it counts once. {words}"
    shown = [blocks.rich(blocks.line(blocks.text(words)))]
    if done.left_out:
        left = _left_out(done.left_out)
        words = f"{words} {left}"
        shown.append(blocks.rich(blocks.line(blocks.text(left))))
    shown.append(blocks.buttons(blocks.button(UNDO, "Take it back", value=str(done.kudos))))
    return say(words, *shown)


def with_link(message: dict[str, Any], url: str) -> dict[str, Any]:
    """The same with a link to the message that it is about."""
    link = blocks.rich(blocks.line({"type": "link", "url": url, "text": "The message it is about"}))
    first, *rest = message["blocks"]
    return message | {"text": f"{message['text']}\nIt is about a message.", "blocks": [first, link, *rest]}


def story(kudos: Kudos) -> list[Element]:
    """What they did, and what a customer said."""
    parts, besides = [_quote(kudos)], kudos.besides
    if besides.customer_words:
        says = f"{besides.customer or 'The customer'} says:"
        parts += [blocks.line(blocks.text(says)), blocks.quote(blocks.text(besides.customer_words))]
    elif besides.customer:
        parts.append(blocks.line(blocks.text(f"The customer: {besides.customer}")))
    return parts


def spoken(kudos: Kudos) -> str:
    """The same in words."""
    words, besides = f"{kudos.reason}{_spoken_tags(kudos)}", kudos.besides
    if besides.customer_words:
        return f"{words}\n{besides.customer or 'The customer'} says: {besides.customer_words}"
    return f"{words}\nThe customer: {besides.customer}" if besides.customer else words


def mine(record: Record) -> dict[str, Any]:
    counts = record.counts
    words = f"You received {_times(counts.received)} and gave {_times(counts.given)}."
    if not counts.received and not counts.given:
        words = "Nothing received and nothing given so far."
    shown, spoken = [blocks.rich(blocks.line(blocks.text(words)))], [words]
    for title, lines in (
        ("What people thanked you for", [_from(k) for k in record.received]),
        ("What you thanked others for", [_to(k) for k in record.given]),
    ):
        if lines:
            shown.append(_section(title, lines))
            spoken += [f"{title}:", *lines]
    if not record.received and not record.given:
        hint = "Who made your week easier? /kudos @name and a few words is all it takes."
        shown.append(blocks.rich(blocks.line(blocks.text(hint))))
        spoken.append(hint)
    return say("\n".join(spoken), *shown)


def taken_back(kudos: Kudos) -> dict[str, Any]:
    words = f"Your kudos to {_names(kudos)} is taken back. Its posts disappear in a moment."
    return say(words, blocks.rich(blocks.line(blocks.text(words))))


def help_text() -> dict[str, Any]:
    purpose, example, lines = HELP
    listed_lines = [
        blocks.line(blocks.text(command, bold=True), blocks.text(f" {what}")) for command, what in lines
    ]
    spoken = [f"{command} {what}." for command, what in lines]
    return say(
        "\n".join([f"{purpose} For example: {example}", *spoken, COMPLAINTS]),
        blocks.rich(blocks.line(blocks.text(purpose)), blocks.quote(blocks.text(example))),
        blocks.rich(blocks.bullets(listed_lines)),
        blocks.context(COMPLAINTS),
    )


def refused(sentence: str, typed: tuple[Piece, ...] = ()) -> dict[str, Any]:
    """A "no" with what was typed, so that nothing needs to be typed again."""
    shown = [blocks.rich(blocks.line(blocks.text(sentence)))]
    if typed:
        echo = [blocks.text("/kudos "), *(_echo(piece) for piece in typed[:MOST_PIECES])]
        shown.append(blocks.rich(blocks.line(blocks.text("You wrote:")), blocks.quote(*echo)))
    return say(sentence, *shown)


def _echo(piece: Piece) -> Element:
    match piece:
        case Words(words):
            return blocks.text(words[:MOST_WORDS])
        case ToPerson(id):
            return blocks.user(id)
        case ToGroup(id):
            return blocks.group(id)


def _who_hears(done: Receipt) -> str:
    names = [p.name for p in done.recipients]
    who, many = blocks.some(names), blocks.MOST_NAMES
    rest = [f"{len(names) - many:,} more"] if len(names) > many else []
    all_hear = listed([*names[:many], *rest, *_managers(done)])
    hears = "hears" if len(done.recipients) + len(done.managers) == 1 else "hear"
    if done.posted == 0:
        return f"{all_hear} {hears} of your thanks in private."
    channel = _channel(done.channel)
    if done.posted is not None:
        return f"{all_hear} {hears} of your thanks, which will be in {channel} as far as they like that."
    if done.managers:
        return f"Your thanks to {who} will be in {channel}. {all_hear} {hears} of it in private as well."
    if len(done.recipients) == 1:
        return f"Your thanks to {who} will be in {channel}, and {who} gets a word in private."
    return f"Your thanks to {who} will be in {channel}, and they each get a word in private."


def _managers(done: Receipt) -> list[str]:
    """`Ben's manager Ruth`; of several people's it is not said whose, which might tell how they like it."""
    if not done.managers:
        return []
    names = [p.name for p in done.managers]
    if len(done.recipients) == 1:
        return [f"{done.recipients[0].name}'s manager {blocks.some(names)}"]
    return [f"their {'manager' if len(names) == 1 else 'managers'} {blocks.some(names)}"]


def _join_in(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} joins in."
    if len(names) > MOST_JOINING:
        return f"{listed([*names[: MOST_JOINING - 1], f'{len(names) - MOST_JOINING + 1} others'])} join in."
    return f"{listed(names)} join in."


def _above(kudos: Kudos) -> str:
    return f" for {ABOVE}" if kudos.besides.above else ""


def _names(kudos: Kudos) -> str:
    return blocks.some([p.name for p in kudos.recipients])


def _mentions(kudos: Kudos) -> list[Element]:
    """Everybody who was thanked; whoever asked to be erased is not named, nor called."""
    named = [p.id for p in kudos.recipients if not p.nameless]
    others = len(kudos.recipients) - len(named)
    if not others:
        return blocks.people(named)
    more = NAMELESS if others == 1 else f"{others} colleagues"
    return [*blocks.people(named), blocks.text(f" and {more}" if named else more)]


def _quote(kudos: Kudos) -> Element:
    return blocks.quote(blocks.text(kudos.reason))


def tags(kudos: Kudos) -> list[Block]:
    return [blocks.context(" ".join(f"#{tag}" for tag in kudos.tags))] if kudos.tags else []


def _spoken_tags(kudos: Kudos) -> str:
    return f" ({', '.join(kudos.tags)})" if kudos.tags else ""


def _channel(name: str) -> str:
    return name if name.startswith("#") else "the recognition channel"


def _left_out(left: tuple[LeftOut, ...]) -> str:
    return f"Not thanked: {blocks.some([f'{one.name} ({one.why})' for one in left])}."


def _times(count: int) -> str:
    return {0: "none", 1: "one kudos"}.get(count, f"{count:,} kudos")


def _section(title: str, lines: list[str]) -> Block:
    listed_lines = blocks.bullets(blocks.line(blocks.text(line)) for line in lines)
    return blocks.rich(blocks.line(blocks.text(title, bold=True)), listed_lines)


def _from(kudos: Kudos) -> str:
    return f"{kudos.giver.name}: {blocks.short(kudos.reason)}{_yield(kudos)}"


def _to(kudos: Kudos) -> str:
    whom = blocks.some([p.name for p in kudos.recipients], most=3)
    return f"{whom}: {blocks.short(kudos.reason)}{_yield(kudos)}"


def _yield(kudos: Kudos) -> str:
    return f" (What came of it: {blocks.short(kudos.outcome)})" if kudos.outcome else ""
