"""What a message or view says and whom it calls: its text and Block Kit read as a person reads them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from handlers.playground.text import BROADCASTS, calls, group_members, reads, unescape
from handlers.playground.world import Conversation, Json, Post, World


def plain(post: Post, world: World) -> str:
    """As displayed: the blocks if there are any, else the text."""
    if post.deleted:
        return "This message was deleted."
    parts = [plain_blocks(post.blocks, world)] if post.blocks else []
    if not post.blocks:
        parts = [reads(post.text, world, formatted=post.mrkdwn)]
    parts += [_attachment(each, world) for each in post.attachments]
    return "\n".join(part for part in parts if part)


def _attachment(attachment: Json, world: World) -> str:
    if attachment.get("blocks"):
        return plain_blocks(attachment["blocks"], world)
    return reads(str(attachment.get("text") or attachment.get("fallback") or ""), world)


def plain_blocks(blocks: Iterable[Json], world: World) -> str:
    lines = (_block(block, world) for block in blocks)
    return "\n".join(line for line in lines if line)


def _block(block: Json, world: World) -> str:
    reader = _READERS.get(block["type"])
    return reader(block, world) if reader else ""


def words(thing: Any, world: World) -> str:
    """A text object, or whatever else carries a text."""
    if not isinstance(thing, dict):
        return str(thing or "")
    if thing.get("type") == "mrkdwn":
        return reads(thing["text"], world)
    text = thing.get("text", "")
    return words(text, world) if isinstance(text, dict) else unescape(str(text))


def _section(block: Json, world: World) -> str:
    parts = [words(part, world) for part in (block.get("text"), *block.get("fields", ())) if part]
    if accessory := block.get("accessory"):
        parts.append(_element(accessory, world))
    return "\n".join(part for part in parts if part)


def _element(element: Json, world: World) -> str:
    if element["type"] == "button":
        return f"[{words(element['text'], world)}]"
    if element["type"] == "image":
        return str(element.get("alt_text", ""))
    if element["type"] in {"plain_text", "mrkdwn"}:
        return words(element, world)
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options += group["options"]
    return f"[{' | '.join(words(option, world) for option in options)}]" if options else ""


def _elements(block: Json, world: World) -> str:
    parts = (_element(element, world) for element in block.get("elements", ()))
    return " ".join(part for part in parts if part)


def _input(block: Json, world: World) -> str:
    parts = (words(block["label"], world), _element(block["element"], world), words(block.get("hint"), world))
    return "\n".join(part for part in parts if part)


def _rich(thing: Json, world: World) -> str:
    kind = thing["type"]
    if kind in {"rich_text", "rich_text_list"}:
        return "\n".join(_rich(part, world) for part in thing["elements"])
    if kind.startswith("rich_text_"):
        return "".join(_rich(part, world) for part in thing["elements"])
    reader = _RICH.get(kind)
    return reader(thing, world) if reader else ""


def _person(part: Json, world: World) -> str:
    person = world.people.get(part["user_id"])
    return f"@{person.shown_name if person else part['user_id']}"


def _room(part: Json, world: World) -> str:
    room = world.conversations.get(part["channel_id"])
    return f"#{room.name if room else part['channel_id']}"


def _group(part: Json, world: World) -> str:
    group = world.groups.get(part["usergroup_id"])
    return f"@{group.handle if group else part['usergroup_id']}"


def _table(block: Json, world: World) -> str:
    return "\n".join(" | ".join(_cell(cell, world) for cell in row) for row in block["rows"])


def _cell(cell: Json, world: World) -> str:
    return _rich(cell, world) if cell["type"] == "rich_text" else str(cell.get("text", cell.get("value", "")))


def _chart(block: Json, _world: World) -> str:
    chart = block["chart"]
    lines = [str(block["title"])]
    lines += [f"{part['label']}: {part['value']}" for part in chart.get("segments", ())]
    for series in chart.get("series", ()):
        points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
        lines.append(f"{series['name']}: {points}")
    return "\n".join(lines)


Reader = Callable[[Json, World], str]

_RICH: dict[str, Reader] = {
    "text": lambda part, _world: str(part["text"]),
    "link": lambda part, _world: str(part.get("text") or part["url"]),
    "emoji": lambda part, _world: f":{part['name']}:",
    "broadcast": lambda part, _world: f"@{part['range']}",
    "date": lambda part, _world: str(part.get("fallback") or part["timestamp"]),
    "user": _person,
    "channel": _room,
    "usergroup": _group,
}

_READERS: dict[str, Reader] = {
    "section": _section,
    "header": words,
    "markdown": words,
    "context": _elements,
    "actions": _elements,
    "input": _input,
    "rich_text": _rich,
    "table": _table,
    "data_visualization": _chart,
    "image": lambda block, _world: str(block.get("alt_text", "")),
}


def pings(post: Post, room: Conversation, world: World) -> frozenset[str]:
    """Whom the message notifies. An ephemeral notifies nobody; a hidden room only those inside."""
    if post.ephemeral_to or post.deleted:
        return frozenset()
    called: set[str] = set()
    for name in _all_calls(post, world):
        called |= room.members if name in BROADCASTS else {name}
    reachable = called if room.kind == "public" else called & room.members
    people = (world.people[user] for user in reachable if user in world.people)
    return frozenset(person.id for person in people if not person.is_bot and person.id != post.author)


def _all_calls(post: Post, world: World) -> Iterator[str]:
    yield from calls(post.text, world, loose=post.link_names)
    for thing in _dicts([post.blocks, post.attachments]):
        if thing.get("type") == "mrkdwn" and isinstance(thing.get("text"), str):
            yield from calls(thing["text"], world, everybody=not thing.get("verbatim"), loose=post.link_names)
        elif thing.get("type") == "markdown":
            yield from calls(str(thing.get("text")), world, everybody=True)
        else:
            yield from _rich_call(thing, world)


def _rich_call(thing: Json, world: World) -> Iterable[str]:
    if thing.get("type") == "user" and "user_id" in thing:
        return (str(thing["user_id"]),)
    if thing.get("type") == "usergroup" and "usergroup_id" in thing:
        return group_members(str(thing["usergroup_id"]), world)
    if thing.get("type") == "broadcast":
        return (str(thing.get("range")),)
    return ()


def _dicts(thing: Any) -> Iterator[Json]:
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from _dicts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _dicts(value)
