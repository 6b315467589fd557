"""The few Block Kit shapes Goodword speaks in.

People's words go into rich text, whose text elements Slack shows literally: no mention, link or bold
can be smuggled in, and everything is shown as it was typed.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bot.rules.people import listed

MOST_NAMES = 20  # of a large user group; longer lists nobody reads, and Slack refuses
MOST_MENTIONS = 150  # in a post, which has to have room for the longest reason as well
MOST_TEXT = 3900  # characters; of a message's text Slack takes 4,000 when it is drawn anew (chat.update)
MOST_OPTIONS = 100  # of a menu; as many again in each of its groups
LONGEST_LABEL = 75  # of an option, a button
REST = "… The rest stands in the message itself."
Block = dict[str, Any]
Element = dict[str, Any]


def say(text: str, *blocks: Block) -> dict[str, Any]:
    """A message: the blocks, and the whole meaning in words for notifications and screen readers.

    Where Slack would not take so many words, they end by saying that the blocks have the rest.
    """
    return {"text": _fitting(escaped(text)), "blocks": list(blocks)}


def escaped(text: str) -> str:
    """Slack asks for these three and no others; `&` first, or it is escaped twice."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitting(words: str) -> str:
    """Cut between words where there are any, and never within `&amp;`, which is one sign to who reads it."""
    if len(words) <= MOST_TEXT:
        return words
    room = words[: MOST_TEXT - len(REST)]
    end = max(room.rfind(" "), room.rfind("\n"))
    if end < len(room) // 2:
        end = len(re.sub(r"&[a-z]{0,3}\Z", "", room))
    return f"{room[:end].rstrip()}{REST}"


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
    made: Element = {"type": "button", "action_id": action_id, "text": plain(short(words, LONGEST_LABEL))}
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    return made


def people(ids: Sequence[str], most: int = MOST_MENTIONS) -> list[Element]:
    """Mentions as one says them: `@Ben, @Cy and @Dee`."""
    named = [user(id) for id in ids[:most]]
    if len(ids) > most:
        named.append(text(f"{len(ids) - most:,} more"))
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
    return {"type": "section", "text": plain(said), "accessory": accessory}


def titled(title: str, said: str, accessory: Element) -> Block:
    """The same under a bold title, which is ours: `said` is escaped, and no mention in it pings anybody."""
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"*{title}*: {escaped(said)}", "verbatim": True},
        "accessory": accessory,
    }


def option(label: str, value: str) -> Element:
    return {"text": plain(short(label, LONGEST_LABEL)), "value": value}


def options(those: Sequence[Element]) -> dict[str, Any]:
    """The options of a menu; of more than a menu takes, in groups named by where they begin and end."""
    if len(those) <= MOST_OPTIONS:
        return {"options": list(those)}
    runs = [those[at : at + MOST_OPTIONS] for at in range(0, len(those), MOST_OPTIONS)]
    return {"option_groups": [{"label": plain(_span(run)), "options": list(run)} for run in runs]}


def _span(run: Sequence[Element]) -> str:
    first, last = (short(each["text"]["text"], LONGEST_LABEL // 2 - 2) for each in (run[0], run[-1]))
    return f"{first} – {last}"


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


def parts(words: str, most: int) -> str:
    """A list with commas, as far as it is short enough, and how many more there are in it."""
    if len(words) <= most:
        return words
    those = words.split(", ")
    shown: list[str] = []
    while those and len(", ".join([*shown, those[0]])) <= most:
        shown.append(those.pop(0))
    if not shown:
        shown.append(short(those.pop(0), most))
    return f"{', '.join(shown)} and {len(those)} more" if those else shown[0]


def some(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Names as one says them, and of a long list how many more."""
    return listed(names) if len(names) <= most else listed([*names[:most], f"{len(names) - most:,} more"])


def prefilled(words: str, most: int) -> str:
    """What stands in a field already; where it has no room for all of it, its end shows that."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def short(words: str, most: int = 160) -> str:
    """The beginning of what somebody wrote, on one line."""
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1]}…"
