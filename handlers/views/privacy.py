"""What Goodword keeps about somebody, said to them alone: in the Home tab, and in messages on request."""

from collections.abc import Iterator
from typing import Any

from bot.privacy import Document
from handlers.views import blocks
from handlers.views.blocks import Block, Element, plain, say

EXPORT, ERASE = "privacy_export", "privacy_erase"
LONGEST_PAGE = 3000  # characters; Slack advises at most 4,000 in a message
STATEMENT = (
    "Goodword is hosted by your own company. It keeps the thanks you give and get, your place in the org "
    "chart, and what you escalate: that is encrypted, and its words are erased some time after it was "
    "closed. In channels that it was invited to, it looks at each message as it comes, on your company's own "
    "machine, and keeps nothing of it unless it is recorded as kudos."
)
WARNING = (
    "The words of kudos that you gave, or that were for you alone, are erased, and their posts disappear. "
    "Your escalations are withdrawn and their words erased. The counts stay. It cannot be undone."
)
DONE = (
    "It is done: what you wrote here is erased, and what is older than this names you no more. What was "
    "counted stays counted. As long as you are in this Slack, Goodword knows your name and your place in "
    "the org chart, so that others can thank you and your managers can be found."
)
TITLES = {
    "directory": "Who you are here",
    "org_chart": "Your place in the org chart",
    "user_groups": "Your user groups",
    "kudos": "Kudos",
    "escalations_reported": "What you escalated",
    "moves_and_looks_at_the_escalations_of_others": "What you did with escalations that were on your desk",
    "preferences": "How you like to be thanked",
    "joined_in": "Kudos in which you joined",
    "emoji_that_thank": "Emoji by which you thanked",
    "passed_on": "What you passed on to your people",
    "kept_for_reviews": "Kudos that you keep for reviews",
    "digests": "Digests made for you",
    "stands_in_for_managers": "Whether you stand in for managers",
    "settings_changed": "Settings that you changed",
    "messages": "Messages to you, without their words",
}


def section() -> list[Block]:
    """The part of the Home tab."""
    return [
        blocks.header("Your data"),
        blocks.rich(blocks.line(blocks.text(STATEMENT))),
        blocks.buttons(blocks.button(EXPORT, "Export my data"), _erase()),
    ]


def pages(document: Document) -> list[str]:
    """All of it in words, in as many messages as it needs."""
    found: list[str] = []
    page = ""
    for line in _lines(document):
        for start in range(0, len(line), LONGEST_PAGE):
            piece = line[start : start + LONGEST_PAGE]
            if page and len(page) + len(piece) >= LONGEST_PAGE:
                found.append(page)
                page = ""
            page += f"{piece}\n"
    return [*found, page]


def page(found: list[str], part: int, parts: int) -> dict[str, Any]:
    """One message of so many; where there has come to be more, the last one says so."""
    title = "What Goodword keeps about you" + (f" ({part} of {parts})" if parts > 1 else "")
    words = found[part - 1] if part <= len(found) else "There is nothing more."
    more = "\nThere is more by now: press the button again." if part == parts < len(found) else ""
    text = f"{words.rstrip()}{more}"
    shown = blocks.rich(blocks.line(blocks.text(title, bold=True)), blocks.quote(blocks.text(text)))
    return say(f"{title}\n{text}", shown)


def erased() -> dict[str, Any]:
    return say(DONE, blocks.rich(blocks.line(blocks.text(DONE))))


def _erase() -> Element:
    confirm = {
        "title": plain("Erase what you wrote?"),
        "text": plain(WARNING),
        "confirm": plain("Erase me"),
        "deny": plain("Keep it"),
        "style": "danger",
    }
    return blocks.button(ERASE, "Erase me", style="danger") | {"confirm": confirm}


def _lines(document: Document) -> Iterator[str]:
    for name, value in document.items():
        yield f"{TITLES.get(name, name)}:"
        yield from _said(value, "  ")


def _said(value: Any, indent: str) -> Iterator[str]:
    """A list or a document line by line; what is in it stands under it."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _named(name.replace("_", " "), each, indent)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict):
                yield f"{indent}–"
                yield from _said(each, f"{indent}  ")
            else:
                yield f"{indent}{_word(each)}"
        if not value:
            yield f"{indent}nothing"
    else:
        yield f"{indent}{_word(value)}"


def _named(name: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield f"{indent}{name}:"
        yield from _said(value, f"{indent}  ")
    elif not isinstance(value, dict | list):
        yield f"{indent}{name}: {_word(value)}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in {None, ""} else str(value)
