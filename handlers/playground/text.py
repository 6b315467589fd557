"""Slack's way with text: what typing becomes, whom a text calls, and how it reads on the screen."""

import re
from collections.abc import Callable, Iterator

from handlers.playground.world import Json, World

BROADCASTS = frozenset({"channel", "here", "everyone"})
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
# An address ends before punctuation and before an escaped bracket.
_ADDRESS = r"https?://(?:(?!&[lg]t;)[^\s<>|])*(?:(?!&[lg]t;)[^\s<>|.,;:!?)\]'\"])"
_TYPED = re.compile(_ADDRESS + r"|(?<![\w@])@[\w.'-]+|(?<![\w#&])#[\w-]+")
_TOKEN = re.compile(r"<([^<>\n]+)>")
_REFERENCE = re.compile(r"(<(?:[@#!]|https?://|mailto:|tel:)[^<>\n]*>)")
_STRAY = re.compile(r"&(?!(?:amp|lt|gt);)|[<>]")
_AT_ALL = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_AT = re.compile(r"(?<![\w@<])@([\w.'-]+)")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str, world: World) -> str:
    """What Slack makes of a line somebody typed: names become references, outside of code."""
    parts = _CODE.split(escape(text))
    return "".join(part if at % 2 else _TYPED.sub(_referring(world), part) for at, part in enumerate(parts))


def _referring(world: World) -> Callable[[re.Match[str]], str]:
    def reference(match: re.Match[str]) -> str:
        word = match.group()
        if word.startswith("http"):
            return f"<{word}>"
        name = word[1:]
        for tail in ("", *_tails(name)):
            known = _known(word[0], name.removesuffix(tail) if tail else name, world)
            if known:
                return known + tail
        return word

    return reference


def _tails(name: str) -> Iterator[str]:
    """The endings of a name that may be punctuation: "ben's" is Ben and an ending."""
    return (name[at:] for at in range(len(name) - 1, 0, -1) if name[at] in ".'-_")


def _known(sign: str, name: str, world: World) -> str | None:
    if sign == "#":
        room = world.named(name)
        return f"<#{room.id}|{room.name if room.kind == 'public' else ''}>" if room else None
    if name in BROADCASTS:
        return f"<!{name}>"
    if person := world.by_handle(name):
        return f"<@{person.id}>"
    group = world.group_by_handle(name)
    return f"<!subteam^{group.id}|@{group.handle}>" if group else None


def stored(text: str) -> str:
    """A message text as Slack keeps it: control characters that mean nothing come back escaped."""
    parts = _REFERENCE.split(text)
    return "".join(
        part if at % 2 else _STRAY.sub(lambda match: escape(match.group()), part)
        for at, part in enumerate(parts)
    )


def calls(text: str, world: World, *, loose: bool = False, everybody: bool = False) -> Iterator[str]:
    """Whom a mrkdwn text calls, as user ids, group members, or the word of a broadcast.

    `everybody` also takes a plain "@channel" for a call, as Slack does where `verbatim` is not set;
    `loose` also plain "@name", as with link_names or parse=full.
    """
    for token in _TOKEN.findall(text):
        yield from _called(token, world)
    bare = _TOKEN.sub(" ", text)
    if everybody or loose:
        yield from _AT_ALL.findall(bare)
    if loose:
        for name in _AT.findall(bare):
            known = _known("@", name.rstrip(".'-"), world)
            yield from _called(known[1:-1], world) if known else ()


def _called(token: str, world: World) -> Iterator[str]:
    if token.startswith("@"):
        yield token[1:].split("|", maxsplit=1)[0]
    elif token.startswith("!subteam^"):
        yield from group_members(token.removeprefix("!subteam^").split("|")[0], world)
    elif token.startswith("!") and token[1:].split("|", maxsplit=1)[0] in BROADCASTS:
        yield token[1:].split("|", maxsplit=1)[0]


def group_members(group_id: str, world: World) -> tuple[str, ...]:
    group = world.groups.get(group_id)
    return group.members if group and not group.disabled else ()


def reads(text: str, world: World, *, formatted: bool = True) -> str:
    """How a mrkdwn text reads on the screen: names instead of ids, marks gone where they format."""
    kept: list[str] = []

    def keep(words: str) -> str:
        kept.append(words)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")
    held = _TOKEN.sub(lambda match: keep(_displayed(match.group(1), world)), text)
    if formatted:
        held = _unmarked(held, keep)
    held = unescape(held)
    for _ in range(3):  # a name may stand inside code
        held = re.sub("\x00(\\d+)\x00", lambda match: kept[int(match.group(1))], held)
    return held


def _unmarked(text: str, keep: Callable[[str], str]) -> str:
    text = re.sub(r"```(.+?)```", lambda match: keep(unescape(match.group(1))), text, flags=re.DOTALL)
    text = re.sub(r"`([^`\n]+)`", lambda match: keep(unescape(match.group(1))), text)
    text = re.sub(r"^&gt; ?", "", text, flags=re.MULTILINE)
    for _ in range(3):
        text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])", r"\1", text)
        text = re.sub(r"(?<!\w)_(?=\S)([^_\n]*?\S)_(?!\w)", r"\1", text)
        text = re.sub(r"(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])", r"\1", text)
    return text


def _displayed(token: str, world: World) -> str:
    body, _, label = token.partition("|")
    if body.startswith("@"):
        person = world.people.get(body[1:])
        return f"@{person.shown_name}" if person else f"@{label or body[1:]}"
    if body.startswith("#"):
        room = world.conversations.get(body[1:])
        return f"#{room.name if room else label}"
    if body.startswith("!subteam^"):
        group = world.groups.get(body.removeprefix("!subteam^"))
        return f"@{group.handle}" if group else label or "@group"
    if body.startswith("!"):
        return unescape(label) if label else f"@{body[1:]}"
    return unescape(label) if label else unescape(body).removeprefix("mailto:")


def rich_text(text: str) -> list[Json]:
    """The block Slack adds to what a person wrote."""
    parts = [_inline(part) for part in re.split(r"(<[^<>\n]+>|`[^`\n]+`)", text) if part]
    section = {"type": "rich_text_section", "elements": parts}
    return [{"type": "rich_text", "elements": [section]}]


def _inline(part: str) -> Json:
    if part.startswith("`") and part.endswith("`") and len(part) > len("``"):
        return {"type": "text", "text": unescape(part[1:-1]), "style": {"code": True}}
    if not part.startswith("<"):
        return {"type": "text", "text": unescape(part)}
    body = part[1:-1].split("|", maxsplit=1)[0]
    for sign, kind, field in _SIGNS:
        if body.startswith(sign):
            return {"type": kind, field: body.removeprefix(sign)}
    return {"type": "link", "url": body}


_SIGNS = (
    ("@", "user", "user_id"),
    ("#", "channel", "channel_id"),
    ("!subteam^", "usergroup", "usergroup_id"),
    ("!", "broadcast", "range"),
)
