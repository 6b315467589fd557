"""Every view as people see it, kept beside this test, within Slack's limits whatever is in it.

`make snapshots` writes them anew; read the difference aloud before you keep it.
"""

import inspect
import json
import os
import pkgutil
import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from handlers import views
from handlers.playground.blocks import problems, view_problems
from handlers.playground.content import BLOCKS_WEIGHT_MOST, UPDATE_MOST, weight
from handlers.playground.modals import VIEW_BYTES_MOST
from tests.handlers.looks import LOOKS

KEPT = Path(__file__).with_name("snapshots") / "views"
# Modules and functions that make nothing by themselves that anybody sees, and where they are looked at.
EXCUSED = {
    "blocks": "shapes of which the others are made",
    "pieces": "test_digest_views.py lays out every digest",
    "digest": "test_digest_views.py keeps every digest as it is read",
    "report.in_words": "test_digest_views.py keeps it",
    "coaching.was_advised": "reads",
    "coaching.answer": "reads",
    "coaching.block_of": "reads",
    "coaching.turn_of": "reads",
    "coaching.metadata": "reads",
    "coaching.mark": "reads",
    "escalation_form.shown": "is compared, not seen",
    "escalation_form.report": "reads",
    "escalation_form.subject": "reads",
    "escalation_form.ticked": "reads",
    "escalation_form.metadata": "reads",
    "escalation_form.link_of": "reads",
    "escalation_form.route_in_words": "a part of `drawn`",
    "escalations.button_words": "a part of `desk`",
    "escalations.words_of": "a part of `desk`",
    "kudos.story": "a part of `posted`",
    "kudos.tags": "a part of `posted`",
    "kudos.spoken": "a part of `posted`",
    "kudos_form.read": "reads",
    "settings.mode_chosen": "reads",
    "settings.typed": "reads",
    "settings.field_of": "reads",
    "settings.title": "a part of `listing`",
}
EVERY = [(name, example, LOOKS[name][example]) for name in LOOKS for example in LOOKS[name]]
each_look = pytest.mark.parametrize(
    "shown", [one for *_, one in EVERY], ids=[f"{n}, {e}" for n, e, _ in EVERY]
)


def test_every_view_is_looked_at() -> None:
    made = set()
    for module in pkgutil.iter_modules(views.__path__):
        found = inspect.getmembers(import_module(f"{views.__name__}.{module.name}"), inspect.isfunction)
        made |= {
            f"{module.name}.{name}"
            for name, function in found
            if function.__module__.endswith(f".{module.name}") and not name.startswith("_")
        }
    excused = {name for name in made if name in EXCUSED or name.partition(".")[0] in EXCUSED}
    assert made - excused == set(LOOKS)
    assert excused | {"blocks", "pieces", "digest"} >= set(EXCUSED)


@pytest.mark.parametrize("name", LOOKS)
def test_it_looks_as_it_was_looked_at(name: str) -> None:
    kept = KEPT / f"{name}.txt"
    now = "\n".join(f"== {example}\n{drawn(shown)}\n" for example, shown in LOOKS[name].items())
    if os.environ.get("GOODWORD_SNAPSHOTS") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(now)
    assert now == kept.read_text()


def test_nothing_is_kept_of_what_is_no_view_any_more() -> None:
    assert {path.stem for path in KEPT.glob("*.txt")} == set(LOOKS)


@each_look
def test_it_keeps_within_slack_s_limits(shown: Any) -> None:
    if isinstance(shown, dict) and "type" in shown:
        assert view_problems(shown) == []
        assert len(json.dumps(shown)) <= VIEW_BYTES_MOST
        View(**shown).validate_json()
    elif isinstance(shown, dict):
        assert problems(shown["blocks"], "message") == []
        assert weight(shown["blocks"]) <= BLOCKS_WEIGHT_MOST - 1000  # Slack does not say how it counts
        assert 0 < len(shown["text"]) <= UPDATE_MOST
    for block in _blocks(shown):
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


@each_look
def test_it_neither_shouts_nor_plays_the_machine(shown: Any) -> None:
    said = drawn(shown)
    assert "!" not in said
    assert "None" not in said
    assert not re.search(r"\b(please note|oops|awesome|successfully|invalid|submit)\b", said, re.IGNORECASE)


def _blocks(shown: Any) -> list[Any]:
    if isinstance(shown, dict):
        return list(shown["blocks"])
    return [one for one in shown if isinstance(one, dict)] if isinstance(shown, list) else []


# How it is drawn: a line of words for what is read, brackets for what is clicked or filled in


def drawn(shown: Any) -> str:
    return "\n".join(_alike([squeezed(line) for line in _lines(shown)])) or "(nothing)"


def _alike(lines: list[str]) -> Iterator[str]:
    """Of a long row of lines that differ in their figures only, the first, and how many there are."""
    at = 0
    while at < len(lines):
        run, times = max(((n, _times(lines, at, n)) for n in range(1, 5)), key=lambda one: one[0] * one[1])
        if times < 3:
            run = times = 1
        yield from lines[at : at + run]
        if times > 1:
            yield f"… {times} in all"
        at += run * times


def _times(lines: list[str], at: int, run: int) -> int:
    forms = [re.sub(r"\d", "0", line) for line in lines[at:]]
    times = 1
    while forms[:run] == forms[times * run : (times + 1) * run]:
        times += 1
    return times


def squeezed(line: str) -> str:
    """What repeats itself is there once, and how often."""
    line = re.sub(r"([a-zA-Z&])\1{9,}", lambda found: f"{found.group(1)}(x{len(found.group())})", line)
    return re.sub(r"(.{8,80}?)\1{2,}", lambda f: f"{f.group(1)}(x{len(f.group()) // len(f.group(1))})", line)


def _lines(shown: Any) -> Iterator[str]:
    if isinstance(shown, str):
        yield from _without_tags(shown).splitlines()
    elif isinstance(shown, list):
        for number, one in enumerate(shown):
            yield from _block(one) if isinstance(one, dict) else (f"page {number + 1}: {one.strip()}",)
    elif "type" in shown:
        titles = [shown[name]["text"] for name in ("title", "close", "submit") if name in shown]
        yield " | ".join([shown["type"], *titles])
        yield from (line for block in shown["blocks"] for line in _block(block))
    else:
        yield from (f"spoken: {line}" for line in shown["text"].split("\n"))
        yield from (line for block in shown["blocks"] for line in _block(block))


def _without_tags(words: str) -> str:
    if not words.startswith("<!doctype html>"):
        return words
    bare = re.sub(r"<style>.*?</style>|<title>.*?</title>|</?(?:code|a)\b[^>]*>", "", words)
    return unescape(re.sub(r"(?:<[^>]*>)+", "\n", bare).strip())


def _block(block: dict[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"# {block['text']['text']}"
        case "context":
            yield from (f"({each['text']})" for each in block["elements"])
        case "section":
            yield f"{block['text']['text']} {_element(block['accessory'])}"
        case "actions":
            yield " ".join(_element(each) for each in block["elements"])
        case "input":
            needed = "" if block.get("optional") else " *"
            yield f"{block['label']['text']}{needed} {_element(block['element'])}"
            yield from [f"  ({block['hint']['text']})"] if "hint" in block else []
        case "rich_text":
            for part in block["elements"]:
                yield from _rich(part)


def _rich(part: dict[str, Any]) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        yield from (f"- {line}" for each in part["elements"] for line in _rich(each))
        return
    lead = "> " if part["type"] == "rich_text_quote" else ""
    words = "".join(_inline(each) for each in part["elements"])
    yield from (f"{lead}{line}" for line in words.split("\n"))


def _inline(element: dict[str, Any]) -> str:
    if element["type"] == "text":
        return f"*{element['text']}*" if element.get("style", {}).get("bold") else str(element["text"])
    return f"<{next(str(value) for name, value in element.items() if name != 'type')}>"


def _element(element: dict[str, Any]) -> str:
    if element["type"] == "button":
        asks = f" asks: {element['confirm']['text']['text']}" if "confirm" in element else ""
        return f"[{element['text']['text']}{asks}]"
    options = [each["text"]["text"] for each in element.get("options", ())]
    groups = [
        f"{each['label']['text']} ({len(each['options'])})" for each in element.get("option_groups", ())
    ]
    chosen = [str(_chosen(value)) for name, value in element.items() if name.startswith("initial_")]
    shown = " / ".join([*_few(options), *_few(groups)])
    return f"[{element['type']}{': ' + shown if shown else ''}{' = ' + ', '.join(chosen) if chosen else ''}]"


def _few(those: list[str]) -> list[str]:
    return those if len(those) <= 6 else [*those[:3], f"… {len(those)} in all"]


def _chosen(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(_few([str(_chosen(each)) for each in value]))
    return value["text"]["text"] if isinstance(value, dict) else value
