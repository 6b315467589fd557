"""The few Block Kit shapes Goodword speaks in.

People's words go into rich text, whose text elements Slack shows literally: no mention, link or bold
can be smuggled in, and everything is shown as it was typed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.rules.people import listed

MOST_NAMES = 100  # of a large user group; longer lists nobody reads, and Slack refuses
Block = dict[str, Any]
Element = dict[str, Any]


def say(text: str, *blocks: Block) -> dict[str, Any]:
    """A message: the blocks, and the whole meaning in words for notifications and screen readers."""
    return {"text": escaped(text), "blocks": list(blocks)}


def escaped(text: str) -> str:
    """Slack asks for these three and no others; `&` first, or it is escaped twice."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def capital(words: str) -> str:
    """The same words at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def text(words: str, *, bold: bool = False) -> Element:
    return {"type": "text", "text": words} | ({"style": {"bold": True}} if bold else {})


def user(id: str) -> Element:
    return {"type": "user", "user_id": id}


def group(id: str) -> Element:
    return {"type": "usergroup", "usergroup_id": id}


def line(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Element) -> Element:
    return {"type": "rich_text_quote", "elements": list(elements)}


def bullets(lines: Iterable[Element]) -> Element:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*parts: Element) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def plain(words: str) -> Element:
    return {"type": "plain_text", "text": words, "emoji": True}


def context(words: str) -> Block:
    return {"type": "context", "elements": [plain(words)]}


def header(words: str) -> Block:
    return {"type": "header", "text": plain(words)}


def buttons(*those: Element) -> Block:
    return {"type": "actions", "elements": list(those)}


def button(action_id: str, words: str, value: str = "", style: str = "") -> Element:
    made: Element = {"type": "button", "action_id": action_id, "text": plain(words)}
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    return made


def people(ids: Sequence[str], most: int = 400) -> list[Element]:
    """Mentions as one says them: `@Ben, @Cy and @Dee`; a line of rich text takes 1,000 elements."""
    named = [user(id) for id in ids[:most]]
    if len(ids) > most:
        named.append(text(f"{len(ids) - most} more"))
    said: list[Element] = []
    for at, one in enumerate(named):
        if at:
            said.append(text(" and " if at == len(named) - 1 else ", "))
        said.append(one)
    return said


def words(said: str) -> Block:
    """A few plain words on a block of their own."""
    return rich(line(text(said)))


def row(said: str, accessory: Element) -> Block:
    """Words with a button or a menu beside them; Slack takes 3,000 characters."""
    return {"type": "section", "text": plain(said[:3000]), "accessory": accessory}


def titled(title: str, said: str, accessory: Element) -> Block:
    """The same under a bold title, which is ours: `said` is escaped, and no mention in it pings anybody."""
    words = f"*{title}*: {escaped(said)}"[:3000]
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": words, "verbatim": True},
        "accessory": accessory,
    }


def option(label: str, value: str) -> Element:
    return {"text": plain(label), "value": value}


def channel(id: str) -> Element:
    return {"type": "channel", "channel_id": id}


def asked(block_id: str, label: str, element: Element) -> Block:
    """A field of a form that has to be filled in; its action has the block's name."""
    return {**optional(block_id, label, element), "optional": False}


def optional(block_id: str, label: str, element: Element) -> Block:
    """A field of a form that may be left empty; its action has the block's name."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": True,
        "element": {"action_id": block_id} | element,
    }


def some(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Names as one says them, and of a long list how many more."""
    return listed(names) if len(names) <= most else listed([*names[:most], f"{len(names) - most} more"])


def short(words: str, most: int = 160) -> str:
    """The beginning of what somebody wrote, on one line."""
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1]}…"
