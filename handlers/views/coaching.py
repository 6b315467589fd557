"""What the coach says in a form, to whoever is writing in it, and how its wording gets into the field.

Slack keeps what was typed for as long as a field has the same block id, so a field that is to hold other
words gets the next one: `happened`, `happened~1`, `happened~2`.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from bot.rules.coach import Suggestion
from bot.rules.escalation import LONGEST_ANSWER
from handlers.payloads import Submission, View
from handlers.views import blocks
from handlers.views.blocks import Block

USE = "coach_use"
ADVICE = "coach~"  # how the block ids begin of what the coach says


def advised(view: View, name: str, words: str, found: Sequence[Suggestion], wording: str) -> dict[str, Any]:
    """The same form with what the coach says below the field; sent again as it is, it goes."""
    said = [*(_says(at, one.why) for at, one in enumerate(found))]
    if wording:
        said += _offer(name, wording)
    return _redrawn(view, _with(view.blocks, name, said), {"advised": mark(words)})


def used(view: View, name: str, wording: str) -> dict[str, Any]:
    """The same form with the coach's wording in the field, to be changed at will."""
    turn = turn_of(view) + 1
    shown = [
        _filled(block, name, turn, wording) if _is(block, name) else block for block in _without(view.blocks)
    ]
    return _redrawn(view, shown, {"turn": turn, "advised": mark(wording)})


def was_advised(view: View, words: str) -> bool:
    """Whether the coach has spoken about these very words already."""
    return metadata(view).get("advised") == mark(words)


def answer(sent: Submission, name: str) -> str:
    return sent.field(block_of(sent.view, name)).value.strip()


def block_of(view: View, name: str) -> str:
    turn = turn_of(view)
    return f"{name}~{turn}" if turn else name


def turn_of(view: View) -> int:
    turn = metadata(view).get("turn", 0)
    return turn if isinstance(turn, int) and 0 <= turn < 1000 else 0  # noqa: PLR2004 - it comes from outside


def metadata(view: View) -> dict[str, Any]:
    try:
        found = json.loads(view.private_metadata or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def mark(words: str) -> str:
    """Words by a mark that tells nothing of them."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:16]


def _says(at: int, why: str) -> Block:
    said = f"Only you see this. {why}" if at == 0 else why
    return {**blocks.context(said), "block_id": f"{ADVICE}{at}"}


def _offer(name: str, wording: str) -> list[Block]:
    quoted = blocks.rich(
        blocks.line(blocks.text("It could read:", bold=True)), blocks.quote(blocks.text(wording))
    )
    button = blocks.buttons(blocks.button(USE, "Use this wording", value=name))
    return [{**quoted, "block_id": f"{ADVICE}wording"}, {**button, "block_id": f"{ADVICE}use"}]


def _with(shown: Sequence[Block], name: str, said: Sequence[Block]) -> list[Block]:
    made: list[Block] = []
    for block in _without(shown):
        made.append(block)
        if _is(block, name):
            made += said
    return made


def _without(shown: Sequence[Block]) -> list[Block]:
    return [block for block in shown if not str(block.get("block_id", "")).startswith(ADVICE)]


def _is(block: Block, name: str) -> bool:
    return block.get("type") == "input" and str(block.get("block_id", "")).partition("~")[0] == name


def _filled(block: Block, name: str, turn: int, wording: str) -> Block:
    element = {**block["element"], "initial_value": blocks.prefilled(wording, LONGEST_ANSWER)}
    return {**block, "block_id": f"{name}~{turn}", "element": element}


def _redrawn(view: View, shown: Sequence[Block], more: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": view.callback_id,
        "title": view.title,
        "submit": view.submit,
        "close": view.close,
        "private_metadata": json.dumps(metadata(view) | more),
        "blocks": list(shown),
    }
