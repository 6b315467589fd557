"""What every handler has at hand: the way to the bot, the time, and Slack's answers to look-ups."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotIntroduced
from bot.ports import Clock, Transact
from bot.rules.chart import Fact, Field
from handlers.identity import Identity
from handlers.payloads import View

Answer = dict[str, Any]
"""What goes back to Slack in the acknowledgement: keyword arguments of Bolt's `ack`, and its JSON."""


@dataclass(frozen=True, slots=True)
class Office:
    """One workspace's; `me` is who we are there.

    `client` is for what must happen within a click, such as opening a form; all else is queued.

    `read_stand_in` learns who reads the channel that stands in for managers, and why nothing can be brought
    there; None where Slack does not tell.
    `heard` gives what a user object of Slack's tells of the org chart, and which fields of it those are.
    """

    me: Identity
    transact: Transact
    now: Clock
    client: AsyncWebClient
    introduce: Callable[[str, NotIntroduced], Awaitable[None]]
    read_stand_in: Callable[[str], Awaitable[str | None]]
    heard: Callable[[str, Mapping[str, Any]], tuple[Fact, Collection[Field]]]

    async def redraw(self, view: View, drawn: Mapping[str, Any], *, since: str | None = None) -> None:
        """Draw anew the form that somebody clicks in, if it is still as it was `since`, where that is said.

        Slack names the form of every such click; one without a name came from elsewhere, and shows nothing.
        """
        if view.id:
            await self.client.views_update(view_id=view.id, hash=since, view=dict(drawn))


OfficeOf = Callable[[str], Awaitable[Office | None]]
"""Finds the office of a workspace; None where the app is not installed."""
