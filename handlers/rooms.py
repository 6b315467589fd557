"""Channels as Slack tells of them: who reads one, and whether it can stand in for managers."""

from collections.abc import Awaitable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from handlers.pages import pages

PAGE = 200
UNSEEN = "is not one in which Goodword is"


def unfit(room: Mapping[str, Any]) -> str:
    """Why a channel cannot stand in for managers; empty where it can.

    Whoever accepts an invitation from outside reads all that stands there already, so that counts, too.
    """
    if not room.get("is_private"):
        return "is public"
    if room.get("is_archived"):
        return "is archived"
    if room.get("is_ext_shared"):
        return "is shared with another organisation"
    return "is about to be shared with another organisation" if room.get("is_pending_ext_shared") else ""


def refused_as_stand_in(room: Mapping[str, Any] | None) -> str:
    """What to tell an administrator of a channel that cannot stand in; Slack may not show it at all."""
    if room is None:
        return "there is no such channel, or Goodword was not invited to it"
    if why := unfit(room):
        return f"it {why}, and an escalation goes to a private channel of yours only"
    return "" if room.get("is_member", True) else "Goodword was not invited to it"


async def read_by(client: AsyncWebClient, channel: str) -> tuple[str, list[str]]:
    """Ask why a channel is unfit, and where it is not, who reads it."""
    room = (await client.conversations_info(channel=channel))["channel"]
    if why := unfit(room):
        return why, []
    found: list[str] = []

    def ask(cursor: str | None) -> Awaitable[Any]:
        return client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)

    async for page in pages(ask):
        found += [str(one) for one in page["members"]]
    return "", found
