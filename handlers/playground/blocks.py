"""Block Kit, checked as Slack checks it: which blocks, where, how long, how many, named how."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from handlers.playground.elements import ANY, CHOICES, ID, MENUS, PICTURE, PLAIN, PRESSED, WRITTEN
from handlers.playground.rich import CHART, RICH_TEXT, TABLE
from handlers.playground.rules import Rule, anything, by_type, flag, line, many, shape, text, url

Surface = Literal["message", "modal", "home"]

BLOCKS_MOST: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MARKDOWN_MOST = 12_000
CHARTS_MOST = 2

_ID: dict[str, Rule] = {"block_id": ID}
_TEXTS: dict[str, Rule] = {kind: text(3000, kind) for kind in ANY}

BLOCKS: Mapping[str, Rule] = {
    "section": shape(
        {},
        {
            **_ID,
            "text": text(3000, *ANY),
            "fields": many(text(2000, *ANY), 10),
            "accessory": by_type({**PRESSED, **MENUS, **CHOICES, **PICTURE}),
            "expand": flag,
        },
    ),
    "header": shape({"text": text(150, *PLAIN)}, _ID),
    "divider": shape({}, _ID),
    "context": shape({"elements": many(by_type({**_TEXTS, **PICTURE}), 10)}, _ID),
    "actions": shape({"elements": many(by_type({**PRESSED, **MENUS, **CHOICES}), 25)}, _ID),
    "image": shape(
        {"alt_text": line(2000)},
        {**_ID, "image_url": url(3000), "slack_file": anything, "title": text(2000, *PLAIN)},
    ),
    "input": shape(
        {"label": text(2000, *PLAIN), "element": by_type({**MENUS, **CHOICES, **WRITTEN})},
        {**_ID, "hint": text(2000, *PLAIN), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": shape({"text": line(MARKDOWN_MOST)}, _ID),
    "rich_text": RICH_TEXT,
    "table": TABLE,
    "data_visualization": CHART,
}

# Where a block is not at home everywhere (slackblocks 3.0, `_surfaces.py`).
SURFACES: Mapping[str, frozenset[str]] = {
    "markdown": frozenset({"message"}),
    "table": frozenset({"message", "home"}),
    "data_visualization": frozenset({"message"}),
}


def problems(blocks: Any, surface: Surface, at: str = "/blocks") -> list[str]:
    """What Slack would complain of, in its words; nothing if it would take them."""
    rules = {kind: rule for kind, rule in BLOCKS.items() if surface in SURFACES.get(kind, {surface})}
    found = list(many(by_type(rules), BLOCKS_MOST[surface], least=0)(blocks, at))
    return found or [*_together(blocks, at)]


def _together(blocks: list[dict[str, Any]], at: str) -> Iterator[str]:
    """What only shows when well-formed blocks are looked at side by side."""
    names = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for number, block in enumerate(blocks):
        if names[block.get("block_id")] > 1:
            yield f"block_id {block['block_id']} already exists [json-pointer:{at}/{number}/block_id]"
        yield from _alone(block, f"{at}/{number}")
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > 1:
        yield f"only one table allowed [json-pointer:{at}]"
    if kinds["data_visualization"] > CHARTS_MOST:
        yield f"no more than {CHARTS_MOST} data_visualization blocks allowed [json-pointer:{at}]"
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_MOST:
        yield f"markdown must be less than {MARKDOWN_MOST + 1} characters in all [json-pointer:{at}]"


def _alone(block: dict[str, Any], at: str) -> Iterator[str]:
    if block["type"] == "section" and not block.get("text") and not block.get("fields"):
        yield f"must provide either text or fields [json-pointer:{at}]"
    if block["type"] == "image" and ("image_url" in block) == ("slack_file" in block):
        yield f"must provide either image_url or slack_file [json-pointer:{at}]"
    if block["type"] == "actions":
        given = [each["action_id"] for each in block["elements"] if each.get("action_id")]
        for name, count in Counter(given).items():
            if count > 1:
                yield f"action_id {name} already exists [json-pointer:{at}/elements]"


_VIEW_MAY: dict[str, Rule] = {
    "blocks": anything,
    "private_metadata": line(3000, least=0),
    "callback_id": line(255, least=0),
    "external_id": line(255, least=0),
}
_MODAL = shape(
    {"title": text(24, *PLAIN), "blocks": anything},
    {
        **_VIEW_MAY,
        "submit": text(24, *PLAIN),
        "close": text(24, *PLAIN),
        "clear_on_close": flag,
        "notify_on_close": flag,
    },
)
_VIEW = by_type({"modal": _MODAL, "home": shape({"blocks": anything}, _VIEW_MAY)})


def view_problems(view: dict[str, Any]) -> list[str]:
    """The same for a whole modal or Home tab."""
    found = list(_VIEW(view, "/view"))
    if "blocks" in view:
        found += problems(view["blocks"], view["type"], "/view/blocks")
    if found:
        return found
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and not view.get("submit"):
        found.append("missing required field: submit [json-pointer:/view]")
    return found
