"""A long message in pieces: laid out in as many messages as Slack's limits ask for, or as a mail.

Each piece knows its words, so that whoever listens to a message hears all of it, and each has a place, so
that a message goes on where the one before it ended, even if something before that has gone meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

from handlers.views import blocks
from handlers.views.blocks import Block, Element

# Slack's own are 50 blocks and, for the text, 4,000 characters: beyond that it may send several messages.
MOST_BLOCKS, MOST_TEXT = 45, 3800
LONGEST_PIECE = 1500  # characters, as Slack counts them after escaping

Shape = Literal["title", "heading", "line", "flow", "bullet", "quote", "note", "block"]


@dataclass(frozen=True, slots=True)
class Piece:
    """`place` sorts as the pieces stand. A `line` begins anew, a `flow` goes on below what stands above it.

    `section` is the heading under which it stands, said again where a message goes on in the middle.
    """

    place: str
    shape: Shape
    words: str
    elements: tuple[Element, ...] = ()
    block: Block | None = None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """One message, and where the next one begins; None where nothing is left."""

    message: dict[str, Any]
    next: str | None


def title(place: str, words: str) -> Piece:
    return Piece(place, "title", words)


def heading(place: str, words: str) -> Piece:
    return Piece(place, "heading", words, (blocks.text(words, bold=True),), section=words)


def said(place: str, shape: Shape, *elements: Element) -> Piece:
    """A piece whose words are those of its elements."""
    return Piece(place, shape, "".join(_words_of(one) for one in elements), elements)


def only_seen(place: str, block: Block) -> Piece:
    """Something to click or to look at, of which all that matters is said elsewhere."""
    return Piece(place, "block", "", block=block)


def quoted(place: str, words: str) -> list[Piece]:
    """Somebody's words, whatever their length."""
    return [
        said(f"{place}\x1f{at:03}", "quote", blocks.text(some)) for at, some in enumerate(_cut(words.strip()))
    ]


def lay_out(pieces: Sequence[Piece], after: str = "", up_to: str | None = None) -> Laid | None:
    """Fill one message with what comes after a place, at most up to another one; None if nothing does."""
    left = [
        one
        for one in _in_sections(pieces, after)
        if one.place > after and (up_to is None or one.place <= up_to)
    ]
    if not left:
        return None
    opening = [_goes_on(left[0])] if after and left[0].shape not in {"title", "heading"} else []
    taken = _taken(left, opening)
    more = len(taken) < len(left) or (up_to is not None and any(one.place > up_to for one in pieces))
    closing = [Piece("", "note", "It goes on in the thread.")] if more and not after else []
    shown = [*opening, *taken, *closing]
    words = "\n".join(one.words for one in shown if one.words)
    return Laid(blocks.say(words, *_blocks(shown)), taken[-1].place if more else None)


def messages(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Everything, in as many messages as it takes."""
    found = []
    after: str | None = ""
    while after is not None and (laid := lay_out(pieces, after)):
        found.append(laid.message)
        after = laid.next
    return found


def spoken(pieces: Iterable[Piece]) -> str:
    """Everything in plain words, an empty line before each heading."""
    lines: list[str] = []
    for one in pieces:
        if one.words:
            gap = [""] if lines and one.shape in {"heading", "line"} else []
            lead = {"bullet": "- ", "quote": "> "}.get(one.shape, "")
            links = [element["url"] for element in one.elements if element["type"] == "link"]
            words = [*one.words.splitlines(), *links]
            lines += [*gap, *(f"{lead}{line}" for line in words)]
    return "\n".join(lines)


def html(pieces: Iterable[Piece]) -> str:
    """The same for a mail, readable on light and on dark."""
    body = [_TAGS[one.shape].format(_html_of(one).replace("\n", "<br>")) for one in pieces if one.words]
    return _PAGE.format("\n".join(body).replace("</ul>\n<ul>", ""))


_TAGS = {
    "title": "<h1>{}</h1>",
    "heading": "<h2>{}</h2>",
    "line": "<p>{}</p>",
    "flow": "<p>{}</p>",
    "bullet": "<ul><li>{}</li></ul>",
    "quote": "<blockquote>{}</blockquote>",
    "note": '<p class="note">{}</p>',
    "block": "{}",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; padding: 24px; max-width: 640px; font: 16px/1.5 sans-serif; }}
body {{ background: #fff; color: #1d1c1d; }}
h1 {{ font-size: 22px; }}
h2 {{ font-size: 17px; margin: 28px 0 4px; }}
p {{ margin: 6px 0; }}
blockquote {{ margin: 6px 0; padding: 2px 0 2px 12px; border-left: 4px solid #9aa5a0; }}
a {{ color: #1f5c4d; }}
.note {{ color: #5f6b66; font-size: 14px; }}
@media (prefers-color-scheme: dark) {{
body {{ background: #1a1d21; color: #e8e8e8; }}
a {{ color: #7fd1b9; }}
.note {{ color: #a9b3ae; }}
}}
</style>
</head>
<body>
{}
</body>
</html>
"""


def _html_of(one: Piece) -> str:
    return "".join(_inline(element) for element in one.elements) if one.elements else escape(one.words)


def _inline(element: Element) -> str:
    words = escape(_words_of(element))
    if element["type"] == "link":
        return f'<a href="{escape(element["url"])}">{words}</a>'
    return f"<strong>{words}</strong>" if element.get("style", {}).get("bold") else words


def _in_sections(pieces: Iterable[Piece], after: str) -> list[Piece]:
    """Those that may have anything after a place: of one that was cut the last part alone, perhaps."""
    found: list[Piece] = []
    section = ""
    for one in pieces:
        section = one.section or section
        if one.place > after or after.startswith(one.place):
            found += [replace(part, section=section) for part in _in_parts(one)]
    return found


def _in_parts(one: Piece) -> list[Piece]:
    """What is too long for a message by itself, such as a dozen endless names, in several."""
    if _weight(one) <= MOST_TEXT // 2 or not one.elements:
        return [one]
    cut = [{**element, "text": some} for element in one.elements for some in _cut(_words_of(element))]
    return [
        replace(said(f"{one.place}\x1f{at:03}", "flow" if at else one.shape, element), section=one.section)
        for at, element in enumerate(cut)
    ]


def _goes_on(first: Piece) -> Piece:
    return Piece("", "note", f"{first.section}, continued" if first.section else "Continued")


def _taken(left: Sequence[Piece], opening: Sequence[Piece]) -> list[Piece]:
    """As many as fit, at least one, and no heading at the very end."""
    taken: list[Piece] = []
    made = _blocks(opening)
    room = MOST_TEXT - sum(_weight(one) for one in opening)
    for one in left:
        room -= _weight(one)
        _put(made, one)
        if taken and (room < 0 or len(made) > MOST_BLOCKS):
            break
        taken.append(one)
    else:
        return taken
    while len(taken) > 1 and taken[-1].shape in {"title", "heading"}:
        taken.pop()
    return taken


def _weight(one: Piece) -> int:
    return len(blocks.escaped(one.words)) + 1


def _blocks(pieces: Iterable[Piece]) -> list[Block]:
    made: list[Block] = []
    for one in pieces:
        _put(made, one)
    return made


def _put(made: list[Block], one: Piece) -> None:
    match one.shape:
        case "title":
            made.append(blocks.header(one.words))
        case "note":
            made.append(blocks.context(one.words))
        case "block":
            made.append(one.block or {})
        case "heading" | "line":
            made.append(blocks.rich(blocks.line(*one.elements)))
        case "flow":
            _add(made, blocks.line(*one.elements))
        case "bullet":
            _add(made, blocks.bullets([blocks.line(*one.elements)]))
        case "quote":
            _add(made, blocks.quote(*one.elements))


def _add(made: list[Block], part: Element) -> None:
    """Below what stands there, if that is rich text; bullets join the list they follow."""
    if not made or made[-1]["type"] != "rich_text":
        made.append(blocks.rich(part))
        return
    parts: list[Element] = made[-1]["elements"]
    if part["type"] == "rich_text_list" == parts[-1]["type"]:
        parts[-1]["elements"] += part["elements"]
    elif part["type"] == "rich_text_section" == parts[-1]["type"]:
        parts[-1]["elements"] += [blocks.text("\n"), *part["elements"]]
    else:
        parts.append(part)


def _cut(words: str) -> list[str]:
    """In lengths that one message can hold, between words where there are any."""
    found: list[str] = []
    left = words or "…"
    while left:
        end = _fitting(left)
        if end < len(left):
            end = max(left.rfind(" ", 0, end), left.rfind("\n", 0, end)) + 1 or end
        found.append(left[:end])
        left = left[end:]
    return found


def _fitting(words: str) -> int:
    """How many characters, from the beginning, fit into one piece."""
    if len(blocks.escaped(words)) <= LONGEST_PIECE:
        return len(words)
    weight = 0
    for at, sign in enumerate(words):
        weight += len(blocks.escaped(sign))
        if weight > LONGEST_PIECE:
            return at
    return len(words)


def _words_of(element: Element) -> str:
    return str(element["text"])
