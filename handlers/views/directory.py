"""What administrators are told of the directory: names only, and where to look further."""

from collections.abc import Mapping
from typing import Any

from bot.messages import ChartGaps, StandInUnfit
from bot.rules.people import listed
from handlers.views import blocks
from handlers.views.blocks import say

OPENING = "The org chart has gaps, so that some people would not reach a manager:"
UNFIT = (
    "Nothing is brought there, and what stood there is hidden, until it is a private channel of yours alone "
    "again with Goodword in it. You can also choose another fallback in my Home tab."
)
ADVICE = "goodword directory check lists everything. Mend it where the chart comes from: CSV, SCIM or Slack."


def gaps(told: ChartGaps, names: Mapping[str, str]) -> dict[str, Any]:
    lines = _lines(told, names)
    shown = blocks.rich(
        blocks.line(blocks.text(OPENING)),
        blocks.bullets(blocks.line(blocks.text(blocks.capital(line))) for line in lines),
    )
    return say(
        " ".join([OPENING, *(f"{blocks.capital(line)}." for line in lines)]), shown, blocks.context(ADVICE)
    )


def stand_in(told: StandInUnfit) -> dict[str, Any]:
    words = f"The channel that stands in where there is no manager {told.why}. {UNFIT}"
    return say(words, blocks.rich(blocks.line(blocks.text(words))))


def _lines(told: ChartGaps, names: Mapping[str, str]) -> list[str]:
    without, circles, left = told.counts
    lines = []
    if without:
        lines.append(f"without a manager: {_named([names[id] for id in told.without], without)}")
    if circles:
        ways = [" → ".join(names.get(id, id) for id in (*circle, circle[0])) for circle in told.circles]
        lines.append(f"managers in a circle: {_named(ways, circles)}")
    if left:
        lines.append(
            f"managers who left or are not in Slack: {_named([names[id] for id in told.left], left)}"
        )
    return lines


def _named(names: list[str], count: int) -> str:
    more = count - len(names)
    return listed([*names, f"{more:,} more"] if more else names)
